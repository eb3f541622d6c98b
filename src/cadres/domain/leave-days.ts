import { addDays, type Day, minDay } from '../../kernel/day';

/** A leave as far as duties know it: first day, last day, who covers. */
export interface LeaveDays {
  readonly from: Day;
  readonly to: Day;
  readonly substituteId: string | null;
}

export interface TouchedDay {
  readonly on: Day;
  /** The field whose change touches it. */
  readonly field: keyof LeaveDays;
}

/**
 * The earliest day whose cover a change alters. A leave that is prolonged touches only the days it gains, one that is cut short those it
 * loses; another substitute touches every day.
 */
export function firstDayTouched(before: LeaveDays, after: LeaveDays): TouchedDay | undefined {
  if (before.from !== after.from) return { on: minDay(before.from, after.from), field: 'from' };
  if (before.substituteId !== after.substituteId) return { on: after.from, field: 'substituteId' };
  if (before.to !== after.to) return { on: addDays(minDay(before.to, after.to), 1), field: 'to' };
  return undefined;
}
