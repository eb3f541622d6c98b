import { addDays, type Day, daysBetween, maxDay, minDay } from '../../kernel/day';
import type { WorkingCalendar } from '../../kernel/working-calendar';
import type { CadenceVersion } from './cadence-version';

/** A visit that qualifies for the duty: the local date on which it was made, and the one on which the server had it. */
export interface ServingVisit {
  readonly on: Day;
  readonly receivedOn: Day;
}

/** The enterprise was suspended from the first day to, not including, the day on which it resumed. */
export interface Pause {
  readonly from: Day;
  readonly to?: Day;
}

/** A working-day calendar as it was known from the day on which it was loaded. */
export interface CalendarVersion {
  readonly loadedOn: Day;
  readonly calendar: WorkingCalendar;
}

/** Everything that decides what one assignment owes. All dates are local dates of the park. */
export interface DutyFacts {
  /** First day of duty, not before the park's go-live. */
  readonly startsOn: Day;
  /** First day on which nothing is owed any more. */
  readonly endsOn?: Day;
  readonly pauses: readonly Pause[];
  /** Last qualifying visit of the predecessor, or of imported history. */
  readonly inheritedVisitOn?: Day;
  readonly visits: readonly ServingVisit[];
  /** Ascending by `effectiveFrom`; the first one governs from the beginning. */
  readonly versions: readonly CadenceVersion[];
  /** Ascending by `loadedOn`; the first one holds from the beginning. */
  readonly calendars: readonly CalendarVersion[];
}

/** An occasion from which a rolling period may count: the start, a qualifying visit, or a resumption. */
export interface DutyEvent {
  readonly kind: 'start' | 'visit' | 'resume';
  readonly on: Day;
}

/** The days of one duty as known on a day: where it is active, where it rests, and the visits that serve it. */
export class Duty {
  /** The day as of which the duty is judged: today, but its start while that lies ahead. */
  readonly asOf: Day;
  readonly start: Day;
  /** Unset while the end lies after `asOf`: an end in the future does not count yet. */
  readonly end: Day | undefined;
  /** Merged, ascending, begun by `asOf`. */
  readonly pauses: readonly Pause[];
  /** One per day, ascending; `receivedOn` is the earliest of that day. */
  readonly visits: readonly ServingVisit[];
  readonly events: readonly DutyEvent[];

  constructor(readonly facts: DutyFacts, readonly today: Day) {
    this.start = facts.startsOn;
    this.asOf = maxDay(today, facts.startsOn);
    this.end = facts.endsOn !== undefined && facts.endsOn <= this.asOf ? facts.endsOn : undefined;
    this.pauses = mergePauses(facts.pauses.filter((pause) => pause.from <= this.asOf));
    this.visits = onePerDay(facts.visits.filter((visit) => visit.on <= today && visit.receivedOn <= today && this.isActive(visit.on)));
    this.events = this.#listEvents();
  }

  isActive(on: Day): boolean {
    return on >= this.start && !this.#isOver(on) && !this.pauses.some((pause) => pause.from <= on && (pause.to === undefined || on < pause.to));
  }

  get state(): 'owed' | 'resting' | 'ended' {
    if (this.#isOver(this.asOf)) return 'ended';
    return this.isActive(this.asOf) ? 'owed' : 'resting';
  }

  /** How many of the days `from` … `to` (both included) are days of duty. */
  activeDays(from: Day, to: Day): number {
    const begin = maxDay(from, this.start);
    const after = this.end === undefined ? addDays(to, 1) : minDay(addDays(to, 1), this.end);
    if (begin >= after) return 0;
    let count = daysBetween(begin, after);
    for (const pause of this.pauses) {
      const restFrom = maxDay(begin, pause.from);
      const restTo = pause.to === undefined ? after : minDay(after, pause.to);
      if (restFrom < restTo) count -= daysBetween(restFrom, restTo);
    }
    return count;
  }

  /** The first day after `on` on which the duty stops, by rest or by its end; of both on one day the end counts. */
  stopAfter(on: Day): { readonly on: Day; readonly outcome: 'duty_paused' | 'duty_ended' } | undefined {
    const pause = this.pauses.find((one) => one.from > on);
    if (this.end !== undefined && this.end > on && (pause === undefined || this.end <= pause.from)) return { on: this.end, outcome: 'duty_ended' };
    return pause === undefined ? undefined : { on: pause.from, outcome: 'duty_paused' };
  }

  /** The next day after `asOf` on which the mere passing of time changes the standing. */
  nextTurn(): Day | undefined {
    const turns = [
      ...this.facts.pauses.filter((pause) => pause.to === undefined || pause.to > pause.from).flatMap((pause) => (pause.to === undefined ? [pause.from] : [pause.from, pause.to])),
      ...(this.facts.endsOn === undefined ? [] : [this.facts.endsOn]),
      ...this.facts.versions.map((version) => version.effectiveFrom),
      // A visit may be logged minutes before its own day begins.
      ...this.facts.visits.map((visit) => visit.on),
    ].filter((on) => on > this.asOf);
    return turns.length === 0 ? undefined : turns.reduce((least, on) => minDay(least, on));
  }

  /**
   * The calendar under which an episode is judged: the one that was loaded last, but for an episode that had closed before that,
   * the one it closed under. So a new notice moves what is open and touches nothing that had closed by the end of the day on which it was loaded.
   */
  calendarFor(closedOn: Day | undefined): WorkingCalendar {
    const versions = this.facts.calendars.filter((version) => version.loadedOn <= this.asOf);
    const known = closedOn === undefined ? versions.at(-1) : versions.findLast((version) => version.loadedOn < closedOn);
    const chosen = known ?? this.facts.calendars[0];
    if (chosen === undefined) throw new RangeError('a duty is judged by a calendar');
    return chosen.calendar;
  }

  #isOver(on: Day): boolean {
    return this.end !== undefined && on >= this.end;
  }

  #listEvents(): readonly DutyEvent[] {
    const start: DutyEvent[] = this.isActive(this.start) ? [{ kind: 'start', on: this.start }] : [];
    const resumes = this.pauses.flatMap(({ to }): DutyEvent[] =>
      to !== undefined && to > this.start && to <= this.asOf && this.isActive(to) ? [{ kind: 'resume', on: to }] : []);
    const visits = this.visits.map(({ on }): DutyEvent => ({ kind: 'visit', on }));
    // On one day the duty resumes (or starts) before it is served.
    const order = { start: 0, resume: 1, visit: 2 };
    return [...start, ...resumes, ...visits].sort((one, other) => (one.on === other.on ? order[one.kind] - order[other.kind] : one.on < other.on ? -1 : 1));
  }
}

/** Pauses that touch are one; a pause of no day is none. */
function mergePauses(pauses: readonly Pause[]): readonly Pause[] {
  const merged: { from: Day; to?: Day }[] = [];
  const real = pauses.filter((pause) => pause.to === undefined || pause.to > pause.from);
  for (const pause of [...real].sort((one, other) => (one.from < other.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || (last.to !== undefined && last.to < pause.from)) merged.push({ ...pause });
    else if (pause.to === undefined) delete last.to;
    else if (last.to !== undefined) last.to = maxDay(last.to, pause.to);
  }
  return merged;
}

function onePerDay(visits: readonly ServingVisit[]): readonly ServingVisit[] {
  const earliest = new Map<Day, Day>();
  for (const { on, receivedOn } of visits) earliest.set(on, minDay(earliest.get(on) ?? receivedOn, receivedOn));
  return [...earliest].map(([on, receivedOn]) => ({ on, receivedOn })).sort((one, other) => (one.on < other.on ? -1 : 1));
}
