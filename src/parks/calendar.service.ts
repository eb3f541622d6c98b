import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor';
import { BEGINNING, type Day, localDay } from '../kernel/day';
import { Problem } from '../kernel/problem';
import { type CalendarDay, WorkingCalendar, type YearStatus } from '../kernel/working-calendar';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { Journal } from '../platform/journal/journal';
import { CalendarYearVersion } from './calendar-year.entity';
import { ParksStore } from './parks.store';

export interface CalendarNotice {
  readonly status: YearStatus;
  readonly source: string;
  readonly days: readonly CalendarDay[];
}

/** The calendar as it was known from an instant on. */
export interface KnownCalendar {
  readonly loadedAt: Date;
  readonly calendar: WorkingCalendar;
  /** `year:version` of the notice that made it. */
  readonly name: string;
}

/** The national working-day calendar: a year's notice replaces the one before it, and duties that are open are judged anew. */
@Injectable()
export class CalendarService {
  // Versions are never changed, so what was built from the same set of them holds on.
  #built: { readonly stamp: string; readonly known: readonly KnownCalendar[] } | undefined;

  constructor(private readonly database: Database, private readonly store: ParksStore, private readonly journal: Journal, private readonly clock: Clock) {}

  /** The year's latest version; one that nobody loaded is `missing`, version 0. */
  async get(actor: Actor, year: number): Promise<CalendarYearVersion> {
    const versions = await this.database.transact(actor, async (em) => em.find(CalendarYearVersion, { where: { year }, order: { version: 'DESC' }, take: 1 }));
    return versions[0] ?? { year, version: 0, status: 'missing', source: '', days: [], loadedAt: new Date(`${BEGINNING}T00:00:00Z`) };
  }

  async load(actor: Actor, year: number, notice: CalendarNotice): Promise<CalendarYearVersion> {
    checkDays(year, notice);
    const now = this.clock.now();
    const everywhere = systemActor(actor.requestId);
    return this.database.transact({ ...everywhere, id: actor.id }, async (em) => {
      const parks = await this.store.lockAllSettingsAsSystem(em);
      const before = await em.findOne(CalendarYearVersion, { where: { year }, order: { version: 'DESC' } });
      const loaded: CalendarYearVersion = { year, version: (before?.version ?? 0) + 1, status: notice.status, source: notice.source, days: [...notice.days], loadedAt: await this.store.nextInWorlds(em, now, null) };
      await em.insert(CalendarYearVersion, loaded);
      await this.journal.appendAll(em, actor, parks.map(({ id, timeZone }) => ({
        type: 'calendar.loaded', parkId: id, subject: { type: 'park', id }, at: now, effectiveOn: localDay(now, timeZone), data: { year, version: loaded.version, status: notice.status },
      })));
      return loaded;
    });
  }

  /** Every calendar that ever held, ascending by the instant from which it did. */
  async known(em: EntityManager): Promise<readonly KnownCalendar[]> {
    const [row]: { stamp: string }[] = await em.query("SELECT string_agg(year || ':' || version, ',' ORDER BY loaded_at, year, version) AS stamp FROM calendar_year");
    const stamp = row?.stamp ?? '';
    if (this.#built?.stamp === stamp) return this.#built.known;
    const versions = await em.find(CalendarYearVersion, { order: { loadedAt: 'ASC', year: 'ASC', version: 'ASC' } });
    const inForce = new Map<number, CalendarYearVersion>();
    const known: KnownCalendar[] = [];
    for (const version of versions) {
      inForce.set(version.year, version);
      const next = { loadedAt: version.loadedAt, calendar: new WorkingCalendar([...inForce.values()]), name: `${version.year}:${version.version}` };
      if (known.at(-1)?.loadedAt.getTime() === version.loadedAt.getTime()) known[known.length - 1] = next;
      else known.push(next);
    }
    if (known.length === 0) known.push({ loadedAt: new Date(`${BEGINNING}T00:00:00Z`), calendar: new WorkingCalendar([]), name: 'none' });
    this.#built = { stamp, known };
    return known;
  }

  /** For what is judged outside of a transaction, e.g. whether a shown deadline may still move. */
  async current(actor: Actor): Promise<WorkingCalendar> {
    const known = await this.database.transact(actor, async (em) => this.known(em));
    return known.at(-1)?.calendar ?? new WorkingCalendar([]);
  }
}

// A notice names days of its own year, and may name some of the last December.
function checkDays(year: number, { days }: CalendarNotice): void {
  const seen = new Set<Day>();
  days.forEach(({ date }, index) => {
    const own = date.startsWith(`${year}-`) || date.startsWith(`${year - 1}-12-`);
    if (!own) throw Problem.at('calendar-invalid', `/days/${index}/date`, { reason: 'a day is of another year' });
    if (seen.has(date)) throw Problem.at('calendar-invalid', `/days/${index}/date`, { reason: 'a day is named twice' });
    seen.add(date);
  });
}

