import { type Day, localDay } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import type { WorkingCalendar } from '../../kernel/working-calendar';

/** What a cadre may have in an enterprise. */
export const INTERESTS = ['shareholding', 'contract', 'kin'] as const;
export type Interest = (typeof INTERESTS)[number];

/** What somebody who must not deal with an enterprise still holds there. */
export const HOLDINGS = ['assignment', 'handler', 'collaborator', 'lead', 'linkage_lead', 'linkage_member'] as const;
export type Holding = (typeof HOLDINGS)[number];

/** By when somebody else has taken over: so many working days after the local day on which it became known. */
export function reassignBy(knownAt: Date, { zone, workingDays, calendar }: { readonly zone: string; readonly workingDays: number; readonly calendar: WorkingCalendar }): Day {
  return calendar.addWorkingDays(localDay(knownAt, zone), workingDays);
}

/** Problem `conflict-ended`. */
export function requireLasting({ endedAt }: { readonly endedAt: Date | null }): void {
  if (endedAt !== null) throw new Problem('conflict-ended');
}
