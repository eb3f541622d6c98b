/** In which capacity visits are owed. */
export const CAPACITIES = ['officer', 'leader'] as const;
export type Capacity = (typeof CAPACITIES)[number];
