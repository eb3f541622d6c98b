import { createHash } from 'node:crypto';

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

// Ids follow from a kind and a number counted through all parks, so that nothing has to be looked up. Behind the time, which is one for
// all, they are as scattered as real ones: with neighbouring ids the exclusion constraint's index would degenerate as it never does.
const BEGINNING = '01900000';
export type Kind = 'park' | 'policy' | 'hours' | 'department' | 'cadre' | 'enterprise' | 'status' | 'officer duty' | 'leader duty' | 'leave' | 'plan';

export function idOf(kind: Kind, position: number): string {
  const hash = createHash('md5').update(`${kind} ${position}`).digest('hex');
  return `${BEGINNING}-${hash.slice(0, 4)}-7${hash.slice(4, 7)}-8${hash.slice(7, 10)}-${hash.slice(10, 22)}`;
}

/** The same as an SQL expression of an integer expression. */
export function sqlId(kind: Kind, position: string): string {
  return `regexp_replace(md5('${kind} ' || (${position})), '^(.{4})(.{3})(.{3})(.{12}).*$', '${BEGINNING}-\\1-7\\2-8\\3-\\4')::uuid`;
}

/** Whether the generator has made the id. */
export function isGeneratedId(id: string): boolean {
  return id.startsWith(`${BEGINNING}-`);
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
