import { addDays, type Day } from '../../kernel/day';
import { deadlineOf, type Limit, type LimitWorld, type Moment } from '../../kernel/limit';
import { Problem } from '../../kernel/problem';
import { isResting } from './clocks';
import type { Level, Outcome } from './happening';
import { isOpen, LIFECYCLE, type Party, type State, type Step, stepsFrom } from './lifecycle';
import { momentAfter, nextLevel, runningClock, type Ticket, unitOf } from './ticket';

/** Somebody who acts, as far as a ticket cares. */
export interface Person {
  /** The cadre; nothing for a client or the enterprise itself. */
  readonly cadreId?: string | undefined;
  readonly supervisor: boolean;
  /** Has a role of the park's in which one works on tickets: who only looks on is no colleague. */
  readonly staff: boolean;
  /** Speaks for the enterprise: through its link, or a client with `enterprise:act`. */
  readonly enterprise: boolean;
}

/** What somebody is to the ticket. Whoever handles or collaborates on it takes none of a supervisor's steps (domain, section 6). */
export function partiesOf({ handlerId, collaboratorIds, leadId, withdrawnBy }: Ticket, { cadreId, supervisor, staff, enterprise }: Person): ReadonlySet<Party> {
  const parties = new Set<Party>();
  if (enterprise) parties.add('enterprise');
  if (cadreId === undefined) return parties;
  const handles = handlerId === cadreId;
  const collaborates = collaboratorIds.includes(cadreId);
  if (handles) parties.add('handler');
  if (collaborates) parties.add('collaborator');
  if (leadId === cadreId) parties.add('lead');
  if (supervisor && !handles && !collaborates) parties.add('supervisor');
  if (staff && !handles && withdrawnBy !== cadreId) parties.add('colleague');
  return parties;
}

type Condition = (ticket: Ticket, when: Moment, world: LimitWorld) => boolean;

/** What a step needs beside its state, whatever its content says: a window that is open, something that is due. */
const CONDITIONS: Readonly<Partial<Record<Step, Condition>>> = {
  'return': (ticket, when, world) => mayReturn(ticket, when, world),
  'reopen': (ticket, when, world) => mayReopen(ticket, when, world),
  'record-call': (ticket) => runningClock(ticket, 'call') !== undefined,
  'request-extension': (ticket, when) => ticket.extensionAsked === undefined && mayExtend(ticket, when),
  'decide-extension': (ticket, when) => ticket.extensionAsked !== undefined && ticket.extensionAsked.unit === unitOf(runningClock(ticket, 'resolve')) && mayExtend(ticket, when),
  'escalate': ({ level }) => level < 3,
  'name-lead': ({ level, levelClosed }) => level > 0 && !levelClosed,
  'set-aside-grade': ({ grade }) => grade?.counts === true,
};

/** The steps that somebody may take now, in the order of the table. */
export function allowedSteps(ticket: Ticket, parties: ReadonlySet<Party>, when: Moment, world: LimitWorld): Step[] {
  return stepsFrom(ticket.state, parties).filter((step) => holds(step, ticket, when, world));
}

/**
 * Whether the step may be taken at all, whatever it says. Problems: `step-not-open`, with the steps that are open from there and those that one
 * may take; `forbidden` for one that is open, but for others.
 */
export function requireStep(step: Step, ticket: Ticket, parties: ReadonlySet<Party>, when: Moment, world: LimitWorld): void {
  if (LIFECYCLE[step].from.includes(ticket.state) && !LIFECYCLE[step].by.some((party) => parties.has(party))) throw new Problem('forbidden');
  if (LIFECYCLE[step].from.includes(ticket.state) && holds(step, ticket, when, world)) return;
  const open = stepsFrom(ticket.state).filter((one) => holds(one, ticket, when, world));
  throw new Problem('step-not-open', {
    params: { step, status: ticket.state }, extensions: { ticketStatus: ticket.state, openSteps: open, allowedSteps: allowedSteps(ticket, parties, when, world) },
  });
}

function holds(step: Step, ticket: Ticket, when: Moment, world: LimitWorld): boolean {
  return CONDITIONS[step]?.(ticket, when, world) ?? true;
}

/** Within the limit from when it became theirs, once per ticket and handler. */
function mayReturn({ handlerId, returnedBy, tenures, terms }: Ticket, { at }: Moment, world: LimitWorld): boolean {
  const since = tenures.at(-1)?.from;
  return handlerId !== null && since !== undefined && !returnedBy.includes(handlerId) && isBefore(at, terms.returnWithin, since, world);
}

function mayReopen({ ended, questioned, terms }: Ticket, { at }: Moment, world: LimitWorld): boolean {
  if (ended === undefined) return false;
  return isBefore(at, terms.reopenWithin, ended, world) || (questioned !== undefined && isBefore(at, terms.reopenAfterQuestion, questioned, world));
}

/** Resolve or rework has not passed its deadline, and was not extended as often as it may be. */
function mayExtend(ticket: Ticket, { at }: Moment): boolean {
  const clock = runningClock(ticket, 'resolve');
  if (clock === undefined || ticket.extensionsGranted >= ticket.terms.extensionsPerCycle) return false;
  return isResting(clock) ? clock.breach === undefined : clock.deadline !== undefined && at < clock.deadline.dueAt;
}

function isBefore(at: Date, limit: Limit, start: Moment, world: LimitWorld): boolean {
  const deadline = deadlineOf(limit, start, world);
  return deadline !== undefined && at < deadline.dueAt;
}

/** Problem `review-out-of-range`: of an explanation it lies after the confirm deadline, and always after today and within the days of the policy. */
export function requireReviewDate(reviewOn: Day, step: 'explain' | 'defer', { terms }: Ticket, when: Moment, world: LimitWorld): void {
  const from = addDays(step === 'explain' ? momentAfter(terms.confirmWithin, when, world).on : when.on, 1);
  const to = addDays(when.on, terms.reviewWithinDays);
  if (reviewOn < from || reviewOn > to) throw Problem.at('review-out-of-range', '/reviewOn', { from, to });
}

/** A promised reply lies ahead, and nobody promises one behind an outcome. Problems: `not-in-future`, `reply-after-outcome`. */
export function requireNextReply(nextReplyOn: Day | undefined, { state }: Ticket, { on }: Moment): void {
  if (nextReplyOn === undefined) return;
  if (state === 'resolved') throw Problem.at('reply-after-outcome', '/nextReplyOn');
  requireAhead(nextReplyOn, '/nextReplyOn', on);
}

/** Problem `not-in-future`. */
export function requireAhead(day: Day, pointer: string, today: Day): void {
  if (day <= today) throw Problem.at('not-in-future', pointer, { today });
}

/** Problems: `final-answer-missing`, `outcome-needs`. */
export function requireOutcome({ answered }: Ticket, said: { readonly outcome: Outcome; readonly referredTo?: string | undefined; readonly legalBasis?: string | undefined }): void {
  if (said.outcome === 'referred' && said.referredTo === undefined) throw Problem.at('outcome-needs', '/referredTo', { outcome: said.outcome });
  if (said.outcome === 'declined' && said.legalBasis === undefined) throw Problem.at('outcome-needs', '/legalBasis', { outcome: said.outcome });
  if (!answered) throw new Problem('final-answer-missing');
}

/** An extension is granted in the unit of the limit. Problem `extension-unit`. */
export function requireUnitOf(ticket: Ticket, { unit }: Limit): void {
  const wanted = unitOf(runningClock(ticket, 'resolve'));
  if (wanted !== undefined && wanted !== unit) throw Problem.at('extension-unit', '/limit/unit', { unit: wanted });
}

/** The level to which a ticket is raised: the next one, or a higher one that was named. Problem `level-not-higher`. */
export function raisedLevel(ticket: Pick<Ticket, 'level'>, named: Level | undefined): Level {
  const { level } = ticket;
  if (named !== undefined && named <= level) throw Problem.at('level-not-higher', '/level', { level });
  return named ?? nextLevel(ticket);
}

/** The level to which an explanation raises a ticket that was not understood. Nothing is above level 3: who leads there goes on, and where it was closed it begins anew. */
export function levelNotUnderstood(ticket: Pick<Ticket, 'level' | 'levelClosed'>): Level | undefined {
  return ticket.level === 3 && !ticket.levelClosed ? undefined : nextLevel(ticket);
}

/** One of the tickets of a merge. */
export interface Merging {
  readonly id: string;
  readonly enterpriseId: string;
  readonly registeredAt: Date;
  readonly state: State;
}

/** The survivor is older, of the same enterprise, and open; what waits for an objective reason or for the enterprise's word takes nothing in. Problem `merge-unfit`. */
export function requireSurvivor(ticket: Omit<Merging, 'state'>, into: Merging): void {
  const older = into.registeredAt < ticket.registeredAt || (into.registeredAt.getTime() === ticket.registeredAt.getTime() && into.id < ticket.id);
  const fits = into.id !== ticket.id && into.enterpriseId === ticket.enterpriseId && older && isOpen(into.state) && into.state !== 'deferred' && into.state !== 'resolved';
  if (!fits) throw Problem.at('merge-unfit', '/intoId');
}
