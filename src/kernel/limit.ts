import { addDays, atTime, type Day, daysBetween, endOfDay, localDay } from './day';
import type { WorkingCalendar } from './working-calendar';

const HOUR_MS = 3_600_000;

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
  /** The windows of a working day: versions follow each other, and a limit may run through several. */
  readonly hoursOn: (on: Day) => WorkingHours;
  readonly zone: string;
}

/**
 * An instant, and the local day to which what happens at it belongs. Mostly that is the day in which it lies; what a passing day-based deadline
 * causes belongs to its last day, although the instant is the first of the next (domain, section 4).
 */
export interface Moment {
  readonly at: Date;
  readonly on: Day;
}

export function momentOf(at: Date, zone: string): Moment {
  return { at, on: localDay(at, zone) };
}

/** The moment in which a deadline passes. */
export function passing({ dueAt, dueOn }: Deadline, zone: string): Moment {
  return { at: dueAt, on: dueOn ?? localDay(dueAt, zone) };
}

/** A time in which a clock rests, from one moment to another; without an end it rests still. */
export interface Rest {
  readonly from: Moment;
  readonly to?: Moment | undefined;
}

/**
 * The deadline of a limit after the rests it had, in order and apart from each other; nothing while it rests. The day on which it starts
 * does not count; a day-based deadline falls at the end of its local day; `days` run through holidays; `workingHours` run inside the windows
 * of working days alone. A rest that begins at the deadline or later changes nothing (domain, section 6).
 */
export function deadlineOf(limit: Limit, started: Moment, world: LimitWorld, rests: readonly Rest[] = []): Deadline | undefined {
  if (!Number.isInteger(limit.amount) || limit.amount < 1) throw new RangeError(`a limit is a whole number from 1, not ${limit.amount}`);
  return afterRests(limit.unit, firstDeadlineOf(limit, started, world), rests, world);
}

/** The deadline that a day gives. No calendar moves it, but in a year that is not official it says so (domain, section 4). */
export function deadlineOn(dueOn: Day, world: LimitWorld): Deadline {
  return endingOn(dueOn, world);
}

function firstDeadlineOf({ unit, amount }: Limit, { at, on }: Moment, world: LimitWorld): Deadline {
  switch (unit) {
    case 'workingDays':
      return endingOn(world.calendar.addWorkingDays(on, amount), world);
    case 'days':
      return endingOn(addDays(on, amount), world);
    case 'workingHours':
      return endingAt(addWorkingTime(at, amount * HOUR_MS, world), world);
    case 'hours':
      return endingAt(new Date(at.getTime() + amount * HOUR_MS), world);
  }
}

/** A deadline after rests, in order and apart from each other, as one of the unit; nothing while it rests. One that begins at the deadline or later changes nothing. */
export function afterRests(unit: LimitUnit, first: Deadline, rests: readonly Rest[], world: LimitWorld): Deadline | undefined {
  let deadline = first;
  for (const { from, to } of rests) {
    if (from.at >= deadline.dueAt) return deadline;
    if (to === undefined) return undefined;
    deadline = afterRest(unit, deadline, from, to, world);
  }
  return deadline;
}

/** A day-based deadline moves by the days after the day on which the rest began, to the day on which it ended; an hour-based one keeps what was left. */
function afterRest(unit: LimitUnit, { dueOn, dueAt }: Deadline, from: Moment, to: Moment, world: LimitWorld): Deadline {
  if (dueOn === undefined) {
    return endingAt(unit === 'hours' ? new Date(dueAt.getTime() + to.at.getTime() - from.at.getTime()) : addWorkingTime(to.at, workingTimeBetween(from.at, dueAt, world), world), world);
  }
  const moved = unit === 'days' ? daysBetween(from.on, to.on) : world.calendar.workingDaysBetween(from.on, to.on);
  if (moved <= 0) return endingOn(dueOn, world);
  return endingOn(unit === 'days' ? addDays(dueOn, moved) : world.calendar.addWorkingDays(dueOn, moved), world);
}

function endingOn(dueOn: Day, world: LimitWorld): Deadline {
  return { dueOn, dueAt: endOfDay(dueOn, world.zone), calendarProvisional: world.calendar.isProvisional(dueOn) };
}

function endingAt(dueAt: Date, world: LimitWorld): Deadline {
  return { dueAt, calendarProvisional: world.calendar.isProvisional(localDay(dueAt, world.zone)) };
}

/** Milliseconds of working hours from one instant to a later one. */
export function workingTimeBetween(from: Date, to: Date, { calendar, hoursOn, zone }: LimitWorld): number {
  const last = localDay(to, zone);
  let total = 0;
  for (let on = calendar.onOrAfter(localDay(from, zone)); on <= last; on = calendar.onOrAfter(addDays(on, 1))) {
    for (const [opens, closes] of hoursOn(on)) {
      total += Math.max(0, Math.min(atTime(on, closes, zone).getTime(), to.getTime()) - Math.max(atTime(on, opens, zone).getTime(), from.getTime()));
    }
  }
  return total;
}

function addWorkingTime(from: Date, milliseconds: number, { calendar, hoursOn, zone }: LimitWorld): Date {
  let left = milliseconds;
  for (let on = calendar.onOrAfter(localDay(from, zone)); ; on = calendar.onOrAfter(addDays(on, 1))) {
    for (const [opens, closes] of hoursOn(on)) {
      const begin = Math.max(atTime(on, opens, zone).getTime(), from.getTime());
      const open = atTime(on, closes, zone).getTime() - begin;
      if (open <= 0) continue;
      if (left <= open) return new Date(begin + left);
      left -= open;
    }
  }
}
