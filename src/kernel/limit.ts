import { addDays, atTime, type Day, endOfDay, localDay } from './day';
import type { WorkingCalendar } from './working-calendar';

export type LimitUnit = 'workingDays' | 'days' | 'workingHours' | 'hours';

/** A time limit: a whole `amount` (at least 1) of a unit. */
export interface Limit {
  readonly unit: LimitUnit;
  readonly amount: number;
}

/** The windows of a working day as local wall-clock times `HH:MM`, in order and apart from each other. */
export type WorkingHours = readonly (readonly [string, string])[];

/** When a limit runs out. `dueOn` is the last day on time of a day-based limit; `dueAt` is the instant from which it is overdue. */
export interface Deadline {
  readonly dueAt: Date;
  readonly dueOn?: Day;
  /** The deadline lies in a year whose calendar is not official, so it may still move. */
  readonly calendarProvisional: boolean;
}

export interface LimitWorld {
  readonly calendar: WorkingCalendar;
  readonly hours: WorkingHours;
  readonly zone: string;
}

/**
 * The deadline of a limit that started at an instant and never rested. The day on which it starts does not count; a day-based
 * deadline falls at the end of its local day; `days` run through holidays; an hour-based one in `workingHours` runs inside the
 * windows of working days alone.
 */
export function deadlineOf(limit: Limit, startedAt: Date, world: LimitWorld): Deadline {
  if (!Number.isInteger(limit.amount) || limit.amount < 1) throw new RangeError(`a limit is a whole number from 1, not ${limit.amount}`);
  const start = localDay(startedAt, world.zone);
  switch (limit.unit) {
    case 'workingDays':
      return endingOn(world.calendar.addWorkingDays(start, limit.amount), world);
    case 'days':
      return endingOn(addDays(start, limit.amount), world);
    case 'workingHours':
      return endingAt(addWorkingTime(startedAt, limit.amount * 3_600_000, world), world);
    case 'hours':
      return endingAt(new Date(startedAt.getTime() + limit.amount * 3_600_000), world);
  }
}

function endingOn(dueOn: Day, world: LimitWorld): Deadline {
  return { dueOn, dueAt: endOfDay(dueOn, world.zone), calendarProvisional: world.calendar.isProvisional(dueOn) };
}

function endingAt(dueAt: Date, world: LimitWorld): Deadline {
  return { dueAt, calendarProvisional: world.calendar.isProvisional(localDay(dueAt, world.zone)) };
}

function addWorkingTime(from: Date, milliseconds: number, { calendar, hours, zone }: LimitWorld): Date {
  let left = milliseconds;
  for (let on = calendar.onOrAfter(localDay(from, zone)); ; on = calendar.onOrAfter(addDays(on, 1))) {
    for (const [opens, closes] of hours) {
      const begin = Math.max(atTime(on, opens, zone).getTime(), from.getTime());
      const open = atTime(on, closes, zone).getTime() - begin;
      if (open <= 0) continue;
      if (left <= open) return new Date(begin + left);
      left -= open;
    }
  }
}
