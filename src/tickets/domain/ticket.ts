import { addDays, type Day } from '../../kernel/day';
import { deadlineOf, type Limit, type LimitUnit, type LimitWorld, type Moment, passing } from '../../kernel/limit';
import {
  beginRest, type Clock, extendClock, isOfDepartment, isPromise, isRunning, limitAnew, passesAt, recalculate, resumeClock, startClock, stopClock, type Tenure, type Term,
} from './clocks';
import type { Closing, Happened, Happening, Level, Outcome, Passing, Terms } from './happening';
import { type ClockKind, isOpen, LIFECYCLE, type State } from './lifecycle';

export interface Ticket {
  readonly state: State;
  readonly cycle: number;
  readonly terms: Terms;
  readonly handlerId: string | null;
  readonly collaboratorIds: readonly string[];
  readonly tenures: readonly Tenure[];
  readonly clocks: readonly Clock[];
  readonly level: Level;
  /** Who leads the level at which it stands; nobody once that was closed. */
  readonly leadId: string | undefined;
  /** The linkage of its level was closed: there is nothing to lead. */
  readonly levelClosed: boolean;
  /** Resolve was breached after that: levels begin with the first. */
  readonly levelsAnew: boolean;
  /** A wait ran out or an explanation met silence: nothing rests again in this cycle. */
  readonly restSpent: boolean;
  /** The confirm clock runs from a delivery, so that its end is silence. */
  readonly delivered: boolean;
  /** The call that stands in for a delivery. */
  readonly standInCall: number | undefined;
  readonly reviewOn: Day | undefined;
  /** How often its review date was set, over all cycles. */
  readonly deferrals: number;
  readonly ended: Moment | undefined;
  /** When something happened to it last: nothing is older. */
  readonly last: Moment;
  /** Breached clocks for which the supervision order behind level 3 was issued. */
  readonly ordered: readonly number[];
  /** Who has returned it before. */
  readonly returnedBy: readonly string[];
  readonly lastAnswer: Moment | undefined;
  /** There is a final answer newer than the last resolve, resume or reopening. */
  readonly answered: boolean;
  readonly outcome: Outcome | undefined;
  /** How it was closed. */
  readonly closing: Closing | undefined;
  /** What was asked for and not decided. */
  readonly extensionAsked: Limit | undefined;
  readonly extensionsGranted: number;
  /** The enterprise's last grade, of whichever cycle; `counts` until a supervisor sets it aside. */
  readonly grade: { readonly value: number; readonly counts: boolean } | undefined;
  /** The cadre who recorded the withdrawal. */
  readonly withdrawnBy: string | null;
  readonly mergedIntoId: string | undefined;
  /** When the question after closing was asked. */
  readonly questioned: Moment | undefined;
  /** What the enterprise said to that question: nothing yet, or that it has. */
  readonly staysSolved: boolean;
}

export function registerTicket({ at, on }: Moment, terms: Terms, world: LimitWorld): Ticket {
  const when: Moment = { at, on };
  const ticket: Ticket = {
    state: 'registered', cycle: 1, terms, handlerId: null, collaboratorIds: [], tenures: [{ responsibleId: null, from: when }], clocks: [], level: 0, leadId: undefined, levelClosed: false, levelsAnew: false,
    restSpent: false, delivered: false, standInCall: undefined, reviewOn: undefined, deferrals: 0, ended: undefined, last: when, ordered: [], returnedBy: [], lastAnswer: undefined, answered: false, outcome: undefined, closing: undefined,
    extensionAsked: undefined, extensionsGranted: 0, grade: undefined, withdrawnBy: null, mergedIntoId: undefined, questioned: undefined, staysSolved: false,
  };
  return startFirst(ticket, when, world, true);
}

/** The ticket after what happened. Whether it may happen was asked before. */
export function apply(ticket: Ticket, { at, on, ...what }: Happened, world: LimitWorld): Ticket {
  const when: Moment = { at, on };
  return { ...asking(ticket, happen(ticket, what, when, world)), last: when };
}

/** What was asked for lapses with the clock for which it was, with its unit, and with who asked. */
function asking(before: Ticket, after: Ticket): Ticket {
  if (after.extensionAsked === undefined) return after;
  const [was, is] = [runningClock(before, 'resolve'), runningClock(after, 'resolve')];
  const stands = was?.no === is?.no && unitOf(is) === unitOf(was) && before.handlerId === after.handlerId;
  return stands ? after : { ...after, extensionAsked: undefined };
}

/** The unit of a clock's limit; nothing where a day was named. */
export function unitOf(clock: Clock | undefined): LimitUnit | undefined {
  return clock === undefined || 'dueOn' in clock.term ? undefined : clock.term.unit;
}

function happen(ticket: Ticket, what: Happening, when: Moment, world: LimitWorld): Ticket {
  switch (what.type) {
    case 'assign':
      return enter('assigned', responsible(stop(ticket, when, LIFECYCLE.assign.stops), what, when));
    case 'reassign':
      return responsible(ticket, what, when);
    case 'accept':
      return enter('in_progress', ticket);
    case 'return':
      return { ...start(enter('registered', nobody(ticket, when)), 'assign', ticket.terms.assignWithin, when, world), returnedBy: [...ticket.returnedBy, ...(ticket.handlerId === null ? [] : [ticket.handlerId])] };
    case 'answer': {
      const answered = { ...stop(ticket, when, LIFECYCLE.answer.stops), lastAnswer: when, answered: ticket.answered || what.kind === 'final' };
      return what.nextReplyOn === undefined ? answered : start(answered, 'reply', { dueOn: what.nextReplyOn }, when, world);
    }
    case 'request-material':
      return start(enter('waiting_enterprise', rest(ticket, when, world)), 'wait', ticket.terms.waitWithin, when, world);
    case 'receive-material':
      return enter('in_progress', goOn(stop(ticket, when, LIFECYCLE['receive-material'].stops), when, world));
    case 'explain':
      return { ...askEnterprise(enter('explained', rest(stop(ticket, when, LIFECYCLE.explain.stops), when, world)), when, world), reviewOn: what.reviewOn, lastAnswer: when };
    case 'acknowledge':
      return acknowledge(stopAsking(ticket, when), what, when, world);
    case 'defer':
      return { ...start(stop(ticket, when, ['review']), 'review', { dueOn: what.reviewOn }, when, world), reviewOn: what.reviewOn, deferrals: ticket.deferrals + 1 };
    case 'resume':
      return takeUp(ticket, when, world);
    case 'resolve':
      return { ...askEnterprise(enter('resolved', stop(ticket, when, LIFECYCLE.resolve.stops)), when, world), outcome: what.outcome, answered: false };
    case 'confirm': {
      const graded: Ticket = { ...stopAsking(ticket, when), grade: { value: what.grade, counts: true } };
      return what.grade >= 3 ? close('confirmed', graded, when) : call(rework(enter('in_progress', { ...graded, outcome: undefined }), when, world), when, world);
    }
    case 'reopen':
      return reopen(ticket, what, when, world);
    case 'withdraw':
      return { ...call(end('withdrawn', ticket, when), when, world), withdrawnBy: what.recordedBy };
    case 'merge':
      return { ...stop(end('merged', ticket, when), when, ['call']), mergedIntoId: what.intoId };
    case 'record-call': {
      const called = stop(ticket, when, ['call']);
      return what.denied === undefined ? called : reopen(called, { handlerId: null, collaboratorIds: [], terms: what.denied }, when, world);
    }
    case 'recategorise':
      return sortAnew(ticket, what, when, world);
    case 'request-extension':
      return { ...ticket, extensionAsked: what.limit };
    case 'decide-extension': {
      const { granted } = what;
      const decided: Ticket = { ...ticket, extensionAsked: undefined };
      return granted === undefined ? decided : { ...eachRunning(decided, ['resolve'], (clock) => extendClock(clock, granted, when, world)), extensionsGranted: ticket.extensionsGranted + 1 };
    }
    case 'escalate':
    case 'level-raised':
      return raise(ticket, what.level, when, world);
    case 'name-lead':
      return { ...stop(ticket, when, LIFECYCLE['name-lead'].stops), leadId: what.leadId };
    case 'level-closed':
      return { ...stop(ticket, when, LIFECYCLE['name-lead'].stops), leadId: undefined, levelClosed: true };
    case 'order-issued':
      return { ...ticket, ordered: [...ticket.ordered, what.clock] };
    case 'ran-out':
      return runOut(ticket, when, world);
    case 'breached':
      return breach(ticket, what.clock, when);
    case 'delivered':
      return deliver(ticket, when, world);
    case 'recalculated':
      return mapClocks(ticket, (clock) => recalculate(clock, when, world));
    case 'set-aside-grade':
      return { ...ticket, grade: ticket.grade === undefined ? undefined : { ...ticket.grade, counts: false } };
    case 'questioned':
      return { ...ticket, questioned: when };
    case 'stayed-solved':
      return { ...ticket, staysSolved: true };
    case 'order':
    case 'remind':
      return ticket;
    case 'register':
      throw new TypeError('a ticket is registered once');
  }
}

/** The earliest thing that the passing of time has done to the ticket by now, and that nobody has written yet. */
export function pending(ticket: Ticket, now: Date, world: LimitWorld): (Moment & Passing) | undefined {
  const passed = ticket.clocks.filter(isRunning).flatMap((clock): (Moment & Passing)[] => {
    const when = passesAt(clock, world);
    // A rest is no stop: what a breach has set going goes on.
    return [...(when === undefined ? [] : passingOf(ticket, clock, when)), ...escalationOf(ticket, clock, world)];
  });
  // Under another calendar something may have been due before what happened last.
  const dated = [...passed, ...questionOf(ticket, world)].map((one) => (one.at < ticket.last.at ? { ...one, ...ticket.last } : one));
  return dated.filter(({ at }) => at <= now).reduce<(Moment & Passing) | undefined>((first, one) => (first === undefined || one.at < first.at ? one : first), undefined);
}

/** The ticket as it is now, with what time has done in between, in order. */
export function advance(ticket: Ticket, now: Date, world: LimitWorld): { readonly ticket: Ticket; readonly passed: readonly (Moment & Passing)[] } {
  const passed: (Moment & Passing)[] = [];
  let reached = ticket;
  for (let next = pending(reached, now, world); next !== undefined; next = pending(reached, now, world)) {
    passed.push(next);
    reached = apply(reached, next, world);
  }
  return { ticket: reached, passed };
}

/** The earliest deadline of a running clock; in the past where one was breached. Nothing for a ticket that has ended and owes no call. */
export function nextDueAt({ clocks }: Ticket): Date | undefined {
  return clocks.filter(isRunning).flatMap(({ deadline }) => (deadline === undefined ? [] : [deadline.dueAt])).reduce<Date | undefined>((first, one) => (first === undefined || one < first ? one : first), undefined);
}

export function runningClock({ clocks }: Ticket, kind: ClockKind): Clock | undefined {
  return clocks.find((clock) => clock.kind === kind && isRunning(clock));
}

function passingOf(ticket: Ticket, clock: Clock, when: Moment): (Moment & Passing)[] {
  if (isPromise(clock.kind)) return clock.breach === undefined ? [{ ...when, type: 'breached', clock: clock.no }] : [];
  if (clock.kind !== 'confirm') return [{ ...when, type: 'ran-out', clock: clock.no }];
  const closing = ticket.state === 'resolved' ? { closing: closingOf(ticket) } : {};
  if (ticket.delivered) return [{ ...when, type: 'ran-out', clock: clock.no, ...closing }];
  // Without a delivery nothing is silence before somebody has called.
  const called = ticket.clocks.find(({ no }) => no === ticket.standInCall)?.stopped;
  if (called === undefined) return [];
  return [{ ...(called.at > when.at ? called : when), type: 'ran-out', clock: clock.no, ...closing }];
}

/**
 * Level 1 at the breach of resolve, 2 and 3 after it for as long as it runs, then the order; each unless somebody was faster. What was closed before the breach
 * was not about it; what was closed after it stays closed.
 */
function escalationOf({ level, levelsAnew, ordered, terms, handlerId }: Ticket, clock: Clock, world: LimitWorld): (Moment & Passing)[] {
  if (clock.kind !== 'resolve' || clock.breach === undefined) return [];
  const first = clock.breach.when;
  const second = momentAfter(terms.level2After, first, world);
  const third = momentAfter(terms.level3After, second, world);
  const raised = ([[1, first], [2, second], [3, third]] as const).filter(([reached]) => levelsAnew || reached > level).map(([reached, when]): Moment & Passing => ({ ...when, type: 'level-raised', level: reached, clock: clock.no }));
  return raised.length > 0 || ordered.includes(clock.no) ? raised : [{ ...third, type: 'order-issued', clock: clock.no, handlerId }];
}

/** Asked once, some time after closing. */
function questionOf({ state, ended, questioned, terms }: Ticket, world: LimitWorld): (Moment & Passing)[] {
  return state !== 'closed' || ended === undefined || questioned !== undefined ? [] : [{ ...momentAfter(terms.questionAfter, ended, world), type: 'questioned' }];
}

/** The moment in which a limit that nothing rests has passed, whatever its unit. */
export function momentAfter(limit: Limit, start: Moment, world: LimitWorld): Moment {
  const deadline = deadlineOf(limit, start, world);
  if (deadline === undefined) throw new TypeError('nothing rests here');
  return passing(deadline, world.zone);
}

function breach(ticket: Ticket, no: number, when: Moment): Ticket {
  const breached = mapClocks(ticket, (clock) => (clock.no === no ? { ...clock, breach: { when, responsibleId: isOfDepartment(clock.kind) ? null : ticket.handlerId } } : clock));
  const ofResolve = ticket.clocks.some((clock) => clock.no === no && clock.kind === 'resolve');
  return ofResolve && ticket.levelClosed ? { ...breached, levelsAnew: true } : breached;
}

function runOut(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  switch (ticket.state) {
    case 'waiting_enterprise':
      return { ...enter('in_progress', goOn(stop(ticket, when, ['wait']), when, world)), restSpent: true };
    case 'explained':
      // Also where somebody has called in place of a delivery: nobody has said since that it is understood.
      return call({ ...enter('in_progress', goOn(stopAsking(ticket, when), when, world)), restSpent: true }, when, world);
    case 'resolved':
      return close(closingOf(ticket), stopAsking(ticket, when), when);
    case 'deferred':
      return takeUp(ticket, when, world);
    default:
      throw new TypeError(`nothing runs out in ${ticket.state}`);
  }
}

function acknowledge(ticket: Ticket, { understood, level }: { readonly understood: boolean; readonly level?: Level | undefined }, when: Moment, world: LimitWorld): Ticket {
  if (!understood) {
    const back = enter('in_progress', goOn(ticket, when, world));
    const raised = level ?? (ticket.level === 3 ? undefined : nextLevel(ticket));
    return raised === undefined ? back : raise(back, raised, when, world);
  }
  if (ticket.reviewOn === undefined) throw new TypeError('an explanation names its review');
  return { ...start(enter('deferred', stop(ticket, when, ['resolve'])), 'review', { dueOn: ticket.reviewOn }, when, world), deferrals: ticket.deferrals + 1 };
}

/** The level above, or the highest once more. */
export function nextLevel({ level }: Pick<Ticket, 'level'>): Level {
  return Math.min(level + 1, 3) as Level;
}

function takeUp(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  return { ...rework(enter('in_progress', stop(ticket, when, LIFECYCLE.resume.stops)), when, world), answered: false };
}

function reopen(ticket: Ticket, { handlerId, collaboratorIds, terms }: { readonly handlerId: string | null; readonly collaboratorIds: readonly string[]; readonly terms: Terms }, when: Moment, world: LimitWorld): Ticket {
  const next: Ticket = {
    ...ticket, cycle: ticket.cycle + 1, terms, level: 0, leadId: undefined, levelClosed: false, levelsAnew: false, restSpent: false, ended: undefined, reviewOn: undefined, answered: false, outcome: undefined,
    closing: undefined, extensionAsked: undefined, extensionsGranted: 0, withdrawnBy: null, questioned: undefined, staysSolved: false,
  };
  return startFirst(handlerId === null ? enter('registered', nobody(next, when)) : enter('in_progress', { ...next, collaboratorIds }), when, world, handlerId === null);
}

function startFirst(ticket: Ticket, when: Moment, world: LimitWorld, unassigned: boolean): Ticket {
  const { assignWithin, respondWithin, resolveWithin } = ticket.terms;
  const begun = unassigned ? start(ticket, 'assign', assignWithin, when, world) : ticket;
  return start(start(begun, 'respond', respondWithin, when, world), 'resolve', resolveWithin, when, world);
}

function sortAnew(ticket: Ticket, { respondWithin, resolveWithin }: Pick<Terms, 'respondWithin' | 'resolveWithin'>, when: Moment, world: LimitWorld): Ticket {
  const sorted = eachRunning({ ...ticket, terms: { ...ticket.terms, respondWithin, resolveWithin } }, ['respond'], (clock) => limitAnew(clock, respondWithin, when, world));
  return eachRunning(sorted, ['resolve'], (clock) => (clock.rework ? clock : limitAnew(clock, resolveWithin, when, world)));
}

/** Waits for the enterprise's word. Until something is delivered to it, somebody has to call by the same deadline. */
function askEnterprise(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  const asked = start(start(ticket, 'confirm', ticket.terms.confirmWithin, when, world), 'call', ticket.terms.confirmWithin, when, world);
  return { ...asked, delivered: false, standInCall: asked.clocks.at(-1)?.no };
}

function stopAsking(ticket: Ticket, when: Moment): Ticket {
  const stopped = mapClocks(stop(ticket, when, ['confirm']), (clock) => (clock.no === ticket.standInCall && isRunning(clock) ? stopClock(clock, when) : clock));
  return { ...stopped, standInCall: undefined };
}

/** The enterprise's time begins when it has got what it must answer. Of an explanation it ends before the review, unless no day would be left. */
function deliver(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  const confirm = runningClock(ticket, 'confirm');
  if (confirm === undefined || ticket.delivered) return ticket;
  return { ...start(stopAsking(ticket, when), 'confirm', timeToConfirm(ticket, when, world), when, world), delivered: true };
}

function timeToConfirm({ state, reviewOn, terms }: Ticket, when: Moment, world: LimitWorld): Term {
  const whole = deadlineOf(terms.confirmWithin, when, world);
  if (state !== 'explained' || reviewOn === undefined || whole === undefined || passing(whole, world.zone).on < reviewOn) return terms.confirmWithin;
  const [before, tomorrow] = [addDays(reviewOn, -1), addDays(when.on, 1)];
  return { dueOn: before < tomorrow ? tomorrow : before };
}

/** Each is due by its own deadline, whichever others are; one call stops them all. */
function call(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  return start(ticket, 'call', ticket.terms.callWithin, when, world);
}

function raise(ticket: Ticket, level: Level, when: Moment, world: LimitWorld): Ticket {
  return { ...start(stop(ticket, when, LIFECYCLE.escalate.stops), 'lead', ticket.terms.assignWithin, when, world), level, leadId: undefined, levelClosed: false, levelsAnew: false };
}

function rework(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  return start(ticket, 'resolve', ticket.terms.reworkWithin, when, world, true);
}

function responsible(ticket: Ticket, { handlerId, collaboratorIds }: { readonly handlerId: string; readonly collaboratorIds: readonly string[] }, when: Moment): Ticket {
  // Who handles it anyway has had it all the time.
  if (handlerId === ticket.handlerId) return { ...ticket, collaboratorIds };
  return { ...ticket, handlerId, collaboratorIds, tenures: [...ticket.tenures, { responsibleId: handlerId, from: when }] };
}

function nobody(ticket: Ticket, when: Moment): Ticket {
  return { ...ticket, handlerId: null, collaboratorIds: [], tenures: [...ticket.tenures, { responsibleId: null, from: when }] };
}

function enter(state: State, ticket: Ticket): Ticket {
  return { ...ticket, state };
}

function close(closing: Closing, ticket: Ticket, when: Moment): Ticket {
  return { ...end('closed', ticket, when), closing };
}

/** How a ticket closes of which the enterprise has said nothing: it had what it must answer, or somebody has called in its place. */
function closingOf({ delivered }: Ticket): Closing {
  return delivered ? 'silent' : 'called';
}

/** Nothing but a call outlives the end. */
function end(state: 'closed' | 'withdrawn' | 'merged', ticket: Ticket, when: Moment): Ticket {
  const stopped = mapClocks(ticket, (clock) => (isRunning(clock) && clock.kind !== 'call' ? stopClock(clock, when) : clock));
  return { ...stopped, state, ended: when, standInCall: undefined };
}

function start(ticket: Ticket, kind: ClockKind, term: Term, when: Moment, world: LimitWorld, anew = false): Ticket {
  const clock = startClock({ no: ticket.clocks.length + 1, kind, cycle: ticket.cycle, started: when, term, rework: anew }, world);
  return { ...ticket, clocks: [...ticket.clocks, clock] };
}

function stop(ticket: Ticket, when: Moment, kinds: (typeof LIFECYCLE)[keyof typeof LIFECYCLE]['stops']): Ticket {
  const stops = (kind: ClockKind): boolean => (typeof kinds === 'string' ? kinds === 'all' || kind !== 'call' : kinds.includes(kind));
  return mapClocks(ticket, (clock) => (isRunning(clock) && stops(clock.kind) ? stopClock(clock, when) : clock));
}

function rest(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  return ticket.restSpent ? ticket : eachRunning(ticket, ['resolve'], (clock) => beginRest(clock, when, world));
}

function goOn(ticket: Ticket, when: Moment, world: LimitWorld): Ticket {
  return eachRunning(ticket, ['resolve'], (clock) => resumeClock(clock, when, world));
}

function eachRunning(ticket: Ticket, kinds: readonly ClockKind[], change: (clock: Clock) => Clock): Ticket {
  return mapClocks(ticket, (clock) => (isRunning(clock) && kinds.includes(clock.kind) ? change(clock) : clock));
}

function mapClocks(ticket: Ticket, change: (clock: Clock) => Clock): Ticket {
  return { ...ticket, clocks: ticket.clocks.map(change) };
}

/** Invariant 2: a ticket that has not ended has a clock that runs. */
export function hasRunningClock(ticket: Ticket): boolean {
  return !isOpen(ticket.state) || ticket.clocks.some(isRunning);
}
