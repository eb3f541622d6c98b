/** What coordinates refer to. They are kept as they were received. */
export const DATUMS = ['wgs84', 'gcj02'] as const;
export type Datum = (typeof DATUMS)[number];
