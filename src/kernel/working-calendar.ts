import { addDays, type Day, weekday } from './day';

/** `official`: the State Council's notice; `provisional`: the statutory days alone; `missing`: Monday to Friday. */
export type YearStatus = 'official' | 'provisional' | 'missing';

/** A day that differs from Monday to Friday: a weekday taken out, or a weekend day put in (调休). */
export interface CalendarDay {
  readonly date: Day;
  readonly kind: 'holiday' | 'workday';
  readonly name: string;
}

/** What one year's notice says. A notice may name days of the last December before its year. */
export interface CalendarYear {
  readonly year: number;
  readonly status: YearStatus;
  readonly version: number;
  readonly days: readonly CalendarDay[];
}

/** The working days of a country: Monday to Friday, except where a year's notice says otherwise. */
export class WorkingCalendar {
  readonly #kinds = new Map<Day, CalendarDay['kind']>();
  readonly #statuses = new Map<number, YearStatus>();

  constructor(years: readonly CalendarYear[]) {
    for (const year of years) {
      this.#statuses.set(year.year, year.status);
      for (const one of year.days) this.#kinds.set(one.date, one.kind);
    }
  }

  isWorkingDay(of: Day): boolean {
    const kind = this.#kinds.get(of);
    return kind === undefined ? weekday(of) <= 5 : kind === 'workday';
  }

  /** The day itself when it is a working day, otherwise the next one that is. */
  onOrAfter(of: Day): Day {
    let candidate = of;
    while (!this.isWorkingDay(candidate)) candidate = addDays(candidate, 1);
    return candidate;
  }

  /** The `count`-th working day after `from`; `from` itself never counts. `count` is at least 1. */
  addWorkingDays(from: Day, count: number): Day {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`working days are counted from 1, not ${count}`);
    let reached = from;
    for (let left = count; left > 0; left -= 1) reached = this.onOrAfter(addDays(reached, 1));
    return reached;
  }

  /** How many working days lie after `from`, up to `to`, which counts. */
  workingDaysBetween(from: Day, to: Day): number {
    let count = 0;
    for (let on = this.onOrAfter(addDays(from, 1)); on <= to; on = this.onOrAfter(addDays(on, 1))) count += 1;
    return count;
  }

  statusOf(year: number): YearStatus {
    return this.#statuses.get(year) ?? 'missing';
  }

  /** Whether a deadline on that day rests on a year without an official notice. */
  isProvisional(of: Day): boolean {
    return this.statusOf(Number(of.slice(0, 4))) !== 'official';
  }
}
