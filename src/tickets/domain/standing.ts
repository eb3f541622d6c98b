import type { LimitWorld } from '../../kernel/limit';
import { isRunning } from './clocks';
import type { Closing, Outcome } from './happening';
import type { ClockKind, State } from './lifecycle';
import { pending, type Ticket } from './ticket';

/** What is kept of a ticket beside its events, for lists and constraints. */
export interface Standing {
  readonly state: State;
  readonly cycle: number;
  readonly level: number;
  readonly handlerId: string | null;
  readonly leadId: string | null;
  readonly outcome: Outcome | null;
  /** How it was closed; null for what is not. */
  readonly closing: Closing | null;
  readonly lastAnswerAt: Date | null;
  readonly mergedIntoId: string | null;
  readonly deferrals: number;
  readonly breaches: number;
  /** The earliest deadline of a running clock; in the past where one was breached. Null for what has ended and owes no call. */
  readonly nextDueAt: Date | null;
  readonly nextDueClock: ClockKind | null;
  readonly calendarProvisional: boolean;
  /** When the passing of time does something to it next. */
  readonly turnAt: Date | null;
  readonly endedAt: Date | null;
}

// Later than any deadline: a limit is at most a thousand of its unit.
const FOR_EVER = new Date('9999-01-01T00:00:00Z');

export function standingOf(ticket: Ticket, world: LimitWorld): Standing {
  const due = ticket.clocks.filter(isRunning).flatMap(({ kind, deadline }) => (deadline === undefined ? [] : [{ kind, ...deadline }]));
  const next = due.reduce<(typeof due)[number] | undefined>((first, one) => (first === undefined || one.dueAt < first.dueAt ? one : first), undefined);
  return {
    state: ticket.state, cycle: ticket.cycle, level: ticket.level, handlerId: ticket.handlerId, leadId: ticket.leadId ?? null, outcome: ticket.outcome ?? null, closing: ticket.closing ?? null,
    lastAnswerAt: ticket.lastAnswer?.at ?? null, mergedIntoId: ticket.mergedIntoId ?? null, deferrals: ticket.deferrals, breaches: ticket.clocks.filter(({ breach }) => breach !== undefined).length,
    nextDueAt: next?.dueAt ?? null, nextDueClock: next?.kind ?? null, calendarProvisional: due.some(({ calendarProvisional }) => calendarProvisional),
    turnAt: pending(ticket, FOR_EVER, world)?.at ?? null, endedAt: ticket.ended?.at ?? null,
  };
}
