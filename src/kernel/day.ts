import { Temporal } from 'temporal-polyfill';

declare const dayBrand: unique symbol;

/**
 * A local date `YYYY-MM-DD` in some zone. A branded string: it sorts and compares as text, travels as JSON unchanged, and can't be
 * confused with an instant.
 */
export type Day = string & { readonly [dayBrand]: 'Day' };

/** The first day that the ledger knows: what holds "from the beginning" holds from here. */
export const BEGINNING = '1900-01-01' as Day;

const DAY_PATTERN = /^(?:19|2\d)\d{2}-\d{2}-\d{2}$/;
const MS_PER_DAY = 86_400_000;
const ZERO = 48;

/** Whether the text is a date of the calendar in the years 1900 to 2999, e.g. not `2026-02-30`. */
export function isDay(text: unknown): text is Day {
  return typeof text === 'string' && DAY_PATTERN.test(text) && fromEpochDay(toEpochDay(text)) === text;
}

/** The text as a {@link Day}. Throws `RangeError` when it is none. */
export function day(text: string): Day {
  if (!isDay(text)) throw new RangeError(`not a date: ${text}`);
  return text;
}

/** The date `count` days later (earlier when negative). */
export function addDays(from: Day, count: number): Day {
  return fromEpochDay(toEpochDay(from) + count);
}

/** Calendar days from `from` to `to`; negative when `to` lies before `from`. */
export function daysBetween(from: Day, to: Day): number {
  return toEpochDay(to) - toEpochDay(from);
}

/** Monday = 1 … Sunday = 7. */
export function weekday(of: Day): number {
  return ((toEpochDay(of) + 3) % 7 + 7) % 7 + 1;
}

/** The last day of the month that contains the day. */
export function lastOfMonth(of: Day): Day {
  return addDays(firstOfNextMonth(of), -1);
}

/** The first day of the month after the one that contains the day. */
export function firstOfNextMonth(of: Day): Day {
  const year = Number(of.slice(0, 4));
  const month = Number(of.slice(5, 7));
  return fromEpochDay(Date.UTC(year, month, 1) / MS_PER_DAY);
}

export function minDay(first: Day, ...more: readonly Day[]): Day {
  return more.reduce((least, one) => (one < least ? one : least), first);
}

export function maxDay(first: Day, ...more: readonly Day[]): Day {
  return more.reduce((most, one) => (one > most ? one : most), first);
}

/** The local date of an instant in an IANA zone, e.g. `Asia/Shanghai`. */
export function localDay(instant: Date, zone: string): Day {
  return toZoned(instant, zone).toPlainDate().toString() as Day;
}

/** The local date of instants that follow each other closely: a zone is asked once a day. */
export class LocalToday {
  readonly #days = new Map<string, { readonly on: Day; readonly from: number; readonly until: number }>();

  of(instant: Date, zone: string): Day {
    const time = instant.getTime();
    const known = this.#days.get(zone);
    if (known !== undefined && known.from <= time && time < known.until) return known.on;
    const on = localDay(instant, zone);
    this.#days.set(zone, { on, from: startOfDay(on, zone).getTime(), until: endOfDay(on, zone).getTime() });
    return on;
  }
}

/** The instant at which the local day ends: the first instant of the next one, whatever the zone's clock does that night. */
export function endOfDay(of: Day, zone: string): Date {
  return startOfDay(addDays(of, 1), zone);
}

/** The first instant of the local day. */
export function startOfDay(of: Day, zone: string): Date {
  return new Date(Temporal.PlainDate.from(of).toZonedDateTime(zone).epochMilliseconds);
}

/** The instant at a local wall-clock time `HH:MM` of the day. */
export function atTime(of: Day, time: string, zone: string): Date {
  return new Date(Temporal.PlainDate.from(of).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds);
}

/** Whether the name is a zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function toZoned(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}

// Dates are counted as whole days of UTC, where every day has 24 hours; the judge of ten years of visits walks thousands of them.
function toEpochDay(of: string): number {
  return Date.UTC(twoDigits(of, 0) * 100 + twoDigits(of, 2), twoDigits(of, 5) - 1, twoDigits(of, 8)) / MS_PER_DAY;
}

// Three times as fast as cutting the text up, and a list of duties asks for a hundred.
function twoDigits(of: string, at: number): number {
  return (of.charCodeAt(at) - ZERO) * 10 + of.charCodeAt(at + 1) - ZERO;
}

function fromEpochDay(count: number): Day {
  const instant = new Date(count * MS_PER_DAY);
  return Number.isNaN(instant.getTime()) ? ('' as Day) : (instant.toISOString().slice(0, 10) as Day);
}
