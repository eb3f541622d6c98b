import type { Day } from '../../kernel/day';
import { afterRests, type Deadline, deadlineOf, deadlineOn, type Limit, type LimitWorld, type Moment, passing, type Rest } from '../../kernel/limit';
import type { ClockKind } from './lifecycle';

/** A limit, or the day that somebody has named. */
export type Term = Limit | { readonly dueOn: Day };

/** A passed deadline that somebody answers for. It is recorded once, and stays whatever becomes of the clock. */
export interface Breach {
  readonly when: Moment;
  /** Who was responsible then; null is the park's assigning department. */
  readonly responsibleId: string | null;
}

/** One running time limit of a ticket. */
export interface Clock {
  /** From 1, in the order in which the ticket's clocks were started. */
  readonly no: number;
  readonly kind: ClockKind;
  readonly cycle: number;
  readonly started: Moment;
  readonly term: Term;
  /** A resolve clock that was started anew in its cycle, with a limit of its own. */
  readonly rework: boolean;
  /** What was granted on top, in the unit of the limit as it then was. */
  readonly extensions: readonly Limit[];
  readonly rests: readonly Rest[];
  /** Nothing while it rests. */
  readonly deadline: Deadline | undefined;
  /** What was first promised: with the rests, without what was granted later. Rates measure against it. */
  readonly original: Deadline | undefined;
  /** When it last got a deadline that it did not have before, by whatever but rest: no breach and no running out is older. */
  readonly judged: Moment;
  readonly stopped: Moment | undefined;
  readonly breach: Breach | undefined;
}

/** Those whose deadline is a promise: passing it is a breach. The others lead on when they run out. */
const PROMISES: readonly ClockKind[] = ['assign', 'respond', 'resolve', 'reply', 'call', 'lead'];

export function isPromise(kind: ClockKind): boolean {
  return PROMISES.includes(kind);
}

/** Those for which the park's assigning department answers, whoever handles the ticket: none of them is the handler's to stop. */
const OF_THE_DEPARTMENT: readonly ClockKind[] = ['assign', 'call', 'lead'];

export function isOfDepartment(kind: ClockKind): boolean {
  return OF_THE_DEPARTMENT.includes(kind);
}

export function startClock(given: Pick<Clock, 'no' | 'kind' | 'cycle' | 'started' | 'term'> & { readonly rework?: boolean }, world: LimitWorld): Clock {
  const { rework = false, ...rest } = given;
  return judge({ ...rest, rework, extensions: [], rests: [], deadline: undefined, original: undefined, judged: given.started, stopped: undefined, breach: undefined }, world);
}

export function isRunning({ stopped }: Clock): boolean {
  return stopped === undefined;
}

export function isResting({ rests }: Clock): boolean {
  const last = rests.at(-1);
  return last !== undefined && last.to === undefined;
}

export function stopClock(clock: Clock, when: Moment): Clock {
  return { ...(isResting(clock) ? endRest(clock, when) : clock), stopped: when };
}

/** A clock whose deadline has passed does not rest any more. */
export function beginRest(clock: Clock, when: Moment, world: LimitWorld): Clock {
  if (clock.deadline === undefined || clock.deadline.dueAt <= when.at) return clock;
  return judge({ ...clock, rests: [...clock.rests, { from: when }] }, world);
}

/** The rest ends; the deadline is worked out by whoever goes on with the clock. */
function endRest(clock: Clock, when: Moment): Clock {
  return { ...clock, rests: clock.rests.map((rest, index) => (index === clock.rests.length - 1 ? { from: rest.from, to: when } : rest)) };
}

/** Where the rest has moved the deadline not far enough, as over a weekend, it passes as the rest ends. */
export function resumeClock(clock: Clock, when: Moment, world: LimitWorld): Clock {
  if (!isResting(clock)) return clock;
  const after = judge(endRest(clock, when), world);
  return after.deadline !== undefined && after.deadline.dueAt < when.at ? { ...after, judged: when } : after;
}

/** More time, in the unit of the limit. */
export function extendClock(clock: Clock, by: Limit, when: Moment, world: LimitWorld): Clock {
  return judge({ ...clock, extensions: [...clock.extensions, by], judged: when }, world);
}

/** The same clock from its start, with the same rests and extensions, under another limit. */
export function limitAnew(clock: Clock, limit: Limit, when: Moment, world: LimitWorld): Clock {
  return judge({ ...clock, term: limit, judged: when }, world);
}

/** Worked out anew, as when a notice has changed the calendar. A clock that has stopped is never touched. */
export function recalculate(clock: Clock, when: Moment, world: LimitWorld): Clock {
  if (!isRunning(clock)) return clock;
  const after = judge(clock, world);
  return after.deadline?.dueAt.getTime() === clock.deadline?.dueAt.getTime() ? { ...after, judged: clock.judged } : { ...after, judged: when };
}

function judge(clock: Clock, world: LimitWorld): Clock {
  const original = deadlineWith(clock, [], world);
  return { ...clock, original, deadline: clock.extensions.length === 0 ? original : deadlineWith(clock, clock.extensions, world) };
}

function deadlineWith({ term, started, rests }: Clock, extensions: readonly Limit[], world: LimitWorld): Deadline | undefined {
  if ('dueOn' in term) return deadlineOn(term.dueOn, world);
  const alike = extensions.filter(({ unit }) => unit === term.unit);
  const amount = alike.reduce((sum, extension) => sum + extension.amount, term.amount);
  // What was granted in another unit, before the ticket was sorted anew, follows behind; a rest moves the whole.
  const others = extensions.filter(({ unit }) => unit !== term.unit);
  const whole = others.reduce<Deadline | undefined>(
    (deadline, extension) => (deadline === undefined ? undefined : deadlineOf(extension, passing(deadline, world.zone), world)), deadlineOf({ unit: term.unit, amount }, started, world),
  );
  return whole === undefined ? undefined : afterRests(others.at(-1)?.unit ?? term.unit, whole, rests, world);
}

/** When a running clock's deadline passes: not before the deadline became what it is. Nothing while it rests. */
export function passesAt({ deadline, judged }: Clock, world: LimitWorld): Moment | undefined {
  if (deadline === undefined) return undefined;
  return deadline.dueAt >= judged.at ? passing(deadline, world.zone) : judged;
}

/** Who is responsible from a moment on; null is the park's assigning department. */
export interface Tenure {
  readonly responsibleId: string | null;
  readonly from: Moment;
}

export interface Share {
  readonly responsibleId: string | null;
  /** Wall-clock time of the clock, without its rests. */
  readonly milliseconds: number;
}

/** How much of a clock's running time each responsible person had, by the first time they had it. Tenures in order, the first from before the clock. */
export function sharesOf(clock: Clock, tenures: readonly Tenure[], now: Date): Share[] {
  const end = (clock.stopped?.at ?? now).getTime();
  const shares = new Map<string | null, number>();
  const held = isOfDepartment(clock.kind) ? [{ responsibleId: null, from: clock.started }] : tenures;
  for (const [index, { responsibleId, from }] of held.entries()) {
    const begins = Math.max(from.at.getTime(), clock.started.at.getTime());
    const ends = Math.min(held[index + 1]?.from.at.getTime() ?? end, end);
    if (ends <= begins) continue;
    const rested = clock.rests.reduce((sum, rest) => sum + overlap(begins, ends, rest.from.at.getTime(), rest.to?.at.getTime() ?? end), 0);
    shares.set(responsibleId, (shares.get(responsibleId) ?? 0) + ends - begins - rested);
  }
  return [...shares].map(([responsibleId, milliseconds]) => ({ responsibleId, milliseconds }));
}

function overlap(begins: number, ends: number, from: number, to: number): number {
  return Math.max(0, Math.min(ends, to) - Math.max(begins, from));
}
