import type { Day } from '../../kernel/day';
import type { WorkingHours } from '../../kernel/limit';
import type { WorkingCalendar } from '../../kernel/working-calendar';
import type { KnownWorld } from './history';

/** A calendar, from the instant on from which it was known. */
export interface CalendarSince {
  readonly loadedAt: Date;
  readonly name: string;
  readonly calendar: WorkingCalendar;
}

/** A version of the park's working hours. Ascending by the instant from which it was known. */
export interface HoursSince {
  readonly createdAt: Date;
  readonly effectiveFrom: Day;
  readonly windows: WorkingHours;
}

/**
 * Every world that ever held in a park, ascending by the instant from which it did: a new one begins with each notice and with each version of the
 * working hours. Its name is that of the calendar and the number of versions of the hours, e.g. `2026:1/2`.
 */
export function knownWorlds(zone: string, calendars: readonly CalendarSince[], hours: readonly HoursSince[]): readonly KnownWorld[] {
  const instants = [...new Set([...calendars.map(({ loadedAt }) => loadedAt.getTime()), ...hours.map(({ createdAt }) => createdAt.getTime())])].sort((one, other) => one - other);
  return instants.flatMap((instant): KnownWorld[] => {
    const latest = calendars.findLast(({ loadedAt }) => loadedAt.getTime() <= instant) ?? calendars[0];
    if (latest === undefined) return [];
    const known = hours.filter(({ createdAt }) => createdAt.getTime() <= instant);
    const versions = (known.length === 0 ? hours.slice(0, 1) : known).toSorted((one, other) => (one.effectiveFrom < other.effectiveFrom ? -1 : 1));
    const hoursOn = (on: Day): WorkingHours => (versions.findLast(({ effectiveFrom }) => effectiveFrom <= on) ?? versions[0])?.windows ?? [];
    return [{ name: `${latest.name}/${versions.length}`, from: new Date(instant), world: { calendar: latest.calendar, hoursOn, zone } }];
  });
}

/** The world in which something new happens: what is known is in force, also for a process whose clock has not reached it. */
export function newest(worlds: readonly KnownWorld[]): KnownWorld {
  const world = worlds.at(-1);
  if (world === undefined) throw new RangeError('no calendar is known');
  return world;
}
