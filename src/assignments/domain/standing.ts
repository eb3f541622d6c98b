import { addDays, type Day, daysBetween, maxDay, minDay } from '../../kernel/day';
import { periodAfter, periodOf, type Regime, regimesOf, settleDueDate } from './cadence';
import { Duty, type DutyEvent, type DutyFacts, type ServingVisit } from './duty';

export const LAPSE_OUTCOMES = ['open', 'visited_late', 'visited_on_time_recorded_late', 'duty_paused', 'duty_ended', 'superseded'] as const;
export type LapseOutcome = (typeof LAPSE_OUTCOMES)[number];

/** One episode in which a visit was owed and had not been made. `superseded` is never judged: it is what a record becomes. */
export interface JudgedLapse {
  readonly dueOn: Day;
  readonly clearedOn: Day | null;
  readonly daysLate: number;
  readonly outcome: Exclude<LapseOutcome, 'superseded'>;
}

/** What an assignment owes on a day. */
export interface Standing {
  readonly state: 'owed' | 'resting' | 'ended';
  /** The earliest unmet due date; `null` unless the duty is owed. */
  readonly dueOn: Day | null;
  readonly overdueDays: number;
  /** Ascending by due date. */
  readonly lapses: readonly JudgedLapse[];
  /** The next due date whose passing makes a new lapse. */
  readonly watchOn: Day | null;
  /** The next day on which the mere passing of time may change the standing; none once the duty has ended. */
  readonly turnOn: Day | null;
  /** The last visit that served the duty, the inherited one where there is none of its own. */
  readonly lastVisitOn: Day | null;
}

/** A visit that is owed by a day. */
interface Debt {
  readonly dueOn: Day;
  /** Unmet as far as is known today, so that it is still to come or still open. */
  readonly unmet: boolean;
  /** A visit that serves it had been received when the due day ended. */
  readonly metWhenDue: boolean;
  /** The day on which a visit was received that had been made in time. */
  readonly provedOn?: Day;
}

/** Judges a duty by the cadence rule: a pure function of the facts and the day. Source: the domain's section on cadence. */
export function judge(facts: DutyFacts, today: Day): Standing {
  const duty = new Duty(facts, today);
  const regimes = regimesOf(duty);
  const debts = [...regimes.flatMap((regime) => rollingDebts(regime, duty)), ...fixedDebts(regimes, duty)].sort((one, other) => (one.dueOn < other.dueOn ? -1 : 1));
  const lapses = debts.flatMap((debt) => lapseOf(debt, duty));
  const state = duty.state;
  const watchOn = state === 'owed' ? (debts.find((debt) => debt.unmet && debt.dueOn >= today)?.dueOn ?? null) : null;
  const dueOn = state === 'owed' ? (lapses.find((lapse) => lapse.outcome === 'open')?.dueOn ?? watchOn) : null;
  // After a fixed period's due date the next period is watched: that date is a turn of its own.
  const fixed = regimes.at(-1)?.version.cadence !== 'rolling';
  const turns = state === 'ended' ? [] : [duty.nextTurn(), ...(fixed && watchOn !== null ? [addDays(watchOn, 1)] : [])].filter((on) => on !== undefined);
  return {
    state,
    dueOn,
    overdueDays: dueOn === null ? 0 : Math.max(0, daysBetween(dueOn, today)),
    lapses,
    watchOn,
    turnOn: turns.length === 0 ? null : turns.reduce((least, on) => minDay(least, on)),
    lastVisitOn: duty.visits.at(-1)?.on ?? facts.inheritedVisitOn ?? null,
  };
}

function rollingDebts(regime: Regime, duty: Duty): readonly Debt[] {
  const { version, from, until } = regime;
  if (version.cadence !== 'rolling') return [];
  return duty.events.flatMap((event, index): Debt[] => {
    if (event.on < from || (until !== undefined && event.on >= until.on)) return [];
    const next = duty.events.slice(index + 1).find((later) => later.kind !== 'start');
    const dueOn = settleDueDate(rollingDueDate(event, regime, duty), version, duty.calendarFor(closingDay(event.on, next?.on, duty)));
    const stop = duty.stopAfter(event.on);
    if (stop !== undefined && stop.on <= dueOn) return [];
    // From a fixed version's first period on, that period is owed instead.
    if (until !== undefined && until.by.cadence !== 'rolling' && dueOn >= until.on) return [];
    const inTime = duty.visits.filter((visit) => visit.on <= dueOn && (event.kind === 'visit' ? visit.on > event.on : visit.on >= event.on));
    return [{ dueOn, unmet: next === undefined, ...receipt(inTime, dueOn) }];
  });
}

function rollingDueDate(event: DutyEvent, { version }: Regime, duty: Duty): Day {
  const inherited = duty.facts.inheritedVisitOn;
  if (event.kind !== 'start' || inherited === undefined) return addDays(event.on, version.days);
  return maxDay(addDays(inherited, version.days), addDays(event.on, version.handoverGraceDays));
}

function closingDay(after: Day, servedOn: Day | undefined, duty: Duty): Day | undefined {
  const stoppedOn = duty.stopAfter(after)?.on;
  return servedOn !== undefined && stoppedOn !== undefined ? minDay(servedOn, stoppedOn) : (servedOn ?? stoppedOn);
}

function receipt(inTime: readonly ServingVisit[], dueOn: Day): Pick<Debt, 'metWhenDue' | 'provedOn'> {
  const received = inTime.map((visit) => visit.receivedOn).sort()[0];
  if (received === undefined) return { metWhenDue: false };
  return received <= dueOn ? { metWhenDue: true } : { metWhenDue: false, provedOn: received };
}

interface OwedPeriod {
  readonly from: Day;
  readonly to: Day;
  readonly dueOn: Day;
  /** The visit with which a rolling version took over: what is unmet by then and due later is owed no more. */
  readonly takenOverOn?: Day;
}

function fixedDebts(regimes: readonly Regime[], duty: Duty): readonly Debt[] {
  const periods = regimes.flatMap((regime) => periodsOf(regime, duty));
  if (periods.length === 0) return [];
  const isMetBy = (period: OwedPeriod, known: readonly ServingVisit[]) => match(periods, known, duty).has(period) || isTakenOver(period, known, duty);
  const served = match(periods, duty.visits, duty);
  return periods.map((period): Debt => {
    const unmet = !served.has(period) && !isTakenOver(period, duty.visits, duty);
    const arrivals = duty.visits.filter((visit) => visit.on <= period.dueOn && visit.receivedOn > period.dueOn).map((visit) => visit.receivedOn);
    if (arrivals.length === 0) return { dueOn: period.dueOn, unmet, metWhenDue: !unmet };
    // Visits that arrived late may serve another period than the ones known before did: ask what was known on each day.
    const provedOn = [period.dueOn, ...arrivals.sort()].find((on) => isMetBy(period, duty.visits.filter((visit) => visit.receivedOn <= on)));
    if (provedOn === undefined || provedOn === period.dueOn) return { dueOn: period.dueOn, unmet, metWhenDue: provedOn !== undefined };
    return { dueOn: period.dueOn, unmet, metWhenDue: false, provedOn };
  });
}

/** A rolling version took over on or before the due day: by a visit, as far as that is known, or by a resumption. */
function isTakenOver(period: OwedPeriod, known: readonly ServingVisit[], duty: Duty): boolean {
  const on = period.takenOverOn;
  if (on === undefined || on > period.dueOn) return false;
  return known.some((visit) => visit.on === on) || !duty.visits.some((visit) => visit.on === on);
}

/** The periods of one stretch that are owed: active on the due date, and on enough of the days. */
function periodsOf(regime: Regime, duty: Duty): readonly OwedPeriod[] {
  const { version, from, until } = regime;
  const cadence = version.cadence;
  if (cadence === 'rolling') return [];
  const takenOverOn = until !== undefined && until.by.cadence === 'rolling' ? until.on : undefined;
  const owed: OwedPeriod[] = [];
  for (let period = periodOf(cadence, from); ; period = periodAfter(cadence, period)) {
    if (until !== undefined && (takenOverOn === undefined ? period.from >= until.on : period.from > takenOverOn)) return owed;
    const servedOn = duty.visits.find((visit) => visit.on >= period.from)?.on;
    const dueOn = settleDueDate(period.to, version, duty.calendarFor(closingDay(maxDay(period.to, duty.start), servedOn, duty)));
    if (duty.isActive(dueOn) && duty.activeDays(period.from, period.to) >= version.minDaysInFirstPeriod) {
      owed.push({ ...period, dueOn, ...(takenOverOn === undefined ? {} : { takenOverOn }) });
    }
    // The period in progress may be met already; the first one that begins later is whole, and owed unless the duty rests.
    if (until === undefined && period.from > duty.asOf) return owed;
  }
}

/**
 * Which visit serves which period. A visit in the extension days serves the earlier period if that is still unmet, and then not its
 * own; otherwise it serves its own period, once. An inherited visit serves its own period.
 */
function match(periods: readonly OwedPeriod[], visits: readonly ServingVisit[], duty: Duty): ReadonlyMap<OwedPeriod, ServingVisit | 'inherited'> {
  const served = new Map<OwedPeriod, ServingVisit | 'inherited'>();
  const inherited = duty.facts.inheritedVisitOn;
  const contains = (on: Day) => periods.find((period) => period.from <= on && on <= period.to);
  const first = inherited === undefined ? undefined : contains(inherited);
  if (first !== undefined) served.set(first, 'inherited');
  for (const visit of visits) {
    const extended = periods.find((period) => period.to < visit.on && visit.on <= period.dueOn && !served.has(period));
    const own = extended ?? contains(visit.on);
    if (own !== undefined && !served.has(own)) served.set(own, visit);
  }
  return served;
}

function lapseOf(debt: Debt, duty: Duty): readonly JudgedLapse[] {
  const { dueOn } = debt;
  if (dueOn >= duty.today || debt.metWhenDue) return [];
  if (debt.provedOn !== undefined) return [{ dueOn, clearedOn: debt.provedOn, daysLate: 0, outcome: 'visited_on_time_recorded_late' }];
  const visit = duty.visits.find((one) => one.on > dueOn);
  const stop = duty.stopAfter(dueOn);
  const end = visit !== undefined && (stop === undefined || visit.on < stop.on) ? ({ on: visit.on, outcome: 'visited_late' } as const) : stop;
  if (end === undefined) return [{ dueOn, clearedOn: null, daysLate: daysBetween(dueOn, duty.today), outcome: 'open' }];
  return [{ dueOn, clearedOn: end.on, daysLate: daysBetween(dueOn, end.on), outcome: end.outcome }];
}
