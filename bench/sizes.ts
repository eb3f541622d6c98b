/** How large a generated database is. All parks are of one size, so that S and L differ in nothing but their number. */
export interface Size {
  readonly name: 'S' | 'L';
  readonly parks: number;
}

export const SIZES: Readonly<Record<Size['name'], Size>> = { S: { name: 'S', parks: 20 }, L: { name: 'L', parks: 1_000 } };

/** What every park holds. */
export const PARK = {
  enterprises: 200,
  officers: 20,
  leaders: 4,
  departments: 3,
  /** Per enterprise: by its officer every nine days, by its leader every month. */
  officerVisits: 20,
  leaderVisits: 5,
  /** Enterprises, by their position, whose officer is overdue; after them those whose officer's day is the next one to pass. */
  overdue: 60,
  passing: 36,
} as const;

export const ZONE = 'Asia/Shanghai';
export const ISSUER = 'urn:service-ledger:local';
export const AUDIENCE = 'service-ledger';

// Ids follow from positions, so that nothing has to be looked up: a kind, and a number counted through all parks.
const KINDS = { park: 1, policy: 2, hours: 3, department: 4, cadre: 5, enterprise: 6, status: 7, officerDuty: 8, leaderDuty: 9, leave: 'a', plan: 'b' } as const;
export type Kind = keyof typeof KINDS;

const prefix = (kind: Kind): string => `01900000-0000-7000-800${KINDS[kind]}-`;

export function idOf(kind: Kind, position: number): string {
  return `${prefix(kind)}${position.toString(16).padStart(12, '0')}`;
}

/** The same as an SQL expression of an integer expression. */
export function sqlId(kind: Kind, position: string): string {
  return `('${prefix(kind)}' || lpad(to_hex((${position})::integer), 12, '0'))::uuid`;
}

/** Cadres of a park by position: officers, leaders, then the supervisor and the admin. */
export const CADRES_PER_PARK = PARK.officers + PARK.leaders + 2;

export function cadreId(park: number, position: number): string {
  return idOf('cadre', park * CADRES_PER_PARK + position);
}

export function subjectOf(park: number, position: number): string {
  return `bench-${park}-${position}`;
}

export const SUPERVISOR = PARK.officers + PARK.leaders;

/** Who is assigned to an enterprise, by its position in the park. */
export function officerOf(enterprise: number): number {
  return enterprise % PARK.officers;
}

export function databaseOf(size: Size): string {
  return `bench_${size.name.toLowerCase()}`;
}
