import { type Deadline, type LimitWorld, type Moment, momentOf } from '../../kernel/limit';
import { isRunning } from './clocks';
import type { Happened } from './happening';
import { advance, apply, registerTicket, type Ticket } from './ticket';

/** Calendar and working hours as they were known from an instant on, under a name that events refer to. */
export interface KnownWorld {
  readonly name: string;
  readonly from: Date;
  readonly world: LimitWorld;
}

/** What happened, with the name of the world by which it was judged. */
export type Recorded = Happened & { readonly world: string };

/** A ticket as its events have made it. */
export interface Told {
  readonly ticket: Ticket;
  /** By which it was judged last. */
  readonly world: string;
}

/**
 * Tells a ticket's events again, each by the world that it names: the same events give the same clocks.
 * @throws RangeError where a world is not known, or the first event is no registration
 */
export function replay(events: readonly Recorded[], worlds: readonly KnownWorld[]): Told {
  const [first, ...others] = events;
  if (first?.type !== 'register') throw new RangeError('a ticket begins with its registration');
  let told: Told = { ticket: registerTicket(first, first.terms, named(first.world, worlds).world), world: first.world };
  for (const event of others) told = tell(told, event, worlds);
  return told;
}

/** The ticket after one more event. */
export function tell({ ticket }: Told, event: Recorded, worlds: readonly KnownWorld[]): Told {
  return { ticket: apply(ticket, event, named(event.world, worlds).world), world: event.world };
}

/**
 * The ticket as it is now, with what time and new calendars have done in between. What time did before a notice came is judged by the calendar
 * that was known then; then what still runs is worked out anew, as an event, where that moves a deadline or makes it certain. Every world that is
 * known has begun, now at the latest: the clock of whoever loaded a notice may have been ahead.
 */
export function catchUp(before: Told, worlds: readonly KnownWorld[], now: Date): { readonly told: Told; readonly passed: readonly Recorded[] } {
  const passed: Recorded[] = [];
  // A process whose clock is behind does not undo what another has seen.
  const reached = now < before.ticket.last.at ? before.ticket.last.at : now;
  let told = before;
  const pass = (until: Date): void => {
    const { ticket, passed: turned } = advance(told.ticket, until, named(told.world, worlds).world);
    const events = turned.map((one): Recorded => ({ ...one, world: told.world }));
    passed.push(...events);
    told = { ...told, ticket };
  };
  for (const { name, from, world } of worlds.slice(worlds.indexOf(named(told.world, worlds)) + 1)) {
    const since = from < reached ? from : reached;
    pass(since);
    const when = notBefore(told.ticket.last, since, world.zone);
    const event: Recorded = { ...when, type: 'recalculated', world: name };
    const after = apply(told.ticket, event, world);
    const moved = after.clocks.some((clock, index) => isRunning(clock) && !isSame(clock.deadline, told.ticket.clocks[index]?.deadline));
    if (moved) passed.push(event);
    told = moved ? { ticket: after, world: name } : { ...told, world: name };
  }
  pass(reached);
  return { told, passed };
}

function isSame(one: Deadline | undefined, other: Deadline | undefined): boolean {
  return one?.dueAt.getTime() === other?.dueAt.getTime() && one?.calendarProvisional === other?.calendarProvisional;
}

/** The moment of something new: never before what happened last, whatever the clock of a process says. */
export function notBefore(last: Moment, at: Date, zone: string): Moment {
  return at < last.at ? last : momentOf(at, zone);
}

export function named(name: string, worlds: readonly KnownWorld[]): KnownWorld {
  const known = worlds.find((one) => one.name === name);
  if (known === undefined) throw new RangeError(`no calendar is known as ${name}`);
  return known;
}
