import { Injectable } from '@nestjs/common';
import { EnterpriseRef } from '../assignments/due-list.service';
import { type Actor, parkOf } from '../kernel/actor';
import { Clock } from '../platform/clock';
import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';
import { DEFAULT_LIMIT, type Page, type PageQuery, type PageRows, readCursor, toPage } from '../platform/http/page';
import { CLOCK_KINDS, STATES, type State } from './domain/lifecycle';
import type { UnresolvedSort } from './domain/words';
import { TicketBook } from './ticket-book.service';
import { type DueTicketFilter, type DueTicketRow, TicketDueListStore } from './ticket-due-list.store';
import type { TicketFilters } from './ticket-list.store';

const HOUR_MS = 3_600_000;

export class UnresolvedTicket {
  @Id({ description: 'The ticket.' }) ticketId: string;
  @Text({ description: 'As it is said aloud.', max: 40, example: 'JKSP-2026-000123' }) number: string;
  @Text({ description: 'In a few words.', max: 100, example: '园区频繁闪断' }) title: string;
  @Nested(() => EnterpriseRef, { description: 'Who raised it.' }) enterprise: EnterpriseRef;
  @Nested(() => NamedRef, { description: 'Who is responsible; null while nobody was given it.', nullable: true }) handler: NamedRef | null;
  @Nested(() => NamedRef, { description: 'The department that answers for it.', nullable: true }) department: NamedRef | null;
  @Text({ description: 'Category.', max: 40, example: 'power' }) category: string;
  @Whole({ description: 'Level of linkage; 0 is none.', min: 0, max: 3 }) level: number;
  @Choice({ description: 'Where it stands.', of: STATES }) status: State;
  @Choice({ description: 'The clock that is due next, or has been the longest.', of: CLOCK_KINDS }) clock: string;
  @InstantField({ description: 'Its deadline; in the past where it was breached.' }) nextDueAt: string;
  @Whole({ description: 'Whole hours since, by the clock on the wall; 0 when it has not passed.', min: 0, max: 10_000_000, example: 26 }) overdueHours: number;
  @InstantField({ description: 'When the enterprise was told something last.', nullable: true }) lastAnswerAt: string | null;
  @Flag({ description: 'A running deadline lies in a year whose calendar is not official: it may still move.', example: false }) calendarProvisional: boolean;
}

/** What the unresolved list is asked for. */
export type UnresolvedQuery = TicketFilters & PageQuery & { readonly overdueOnly?: boolean; readonly sort?: UnresolvedSort };

/** Open tickets by deadline, as facts have them at the moment of reading: the unresolved list and the tickets of a worklist are pages of it. */
@Injectable()
export class TicketDueListService {
  constructor(private readonly store: TicketDueListStore, private readonly book: TicketBook, private readonly clock: Clock) {}

  /** The most overdue first, or as they were registered. */
  async list(actor: Actor, query: UnresolvedQuery): Promise<Page<UnresolvedTicket>> {
    const parkId = parkOf(actor, query.parkId);
    const now = this.clock.now();
    const byNumber = query.sort === 'registered';
    const after = readCursor(query, 'unresolved-tickets', byNumber ? ['number', 'number'] : ['string', 'string']) as DueTicketFilter['after'];
    const rows = await this.#rows(actor, parkId, { ...query, now, after, limit: (query.limit ?? DEFAULT_LIMIT) + 1 });
    return toPage(rows, query, 'unresolved-tickets', (row) => (byNumber ? [row.year, row.sequence] : [row.nextDueAt.toISOString(), row.ticketId]), (row) => toUnresolved(row, now));
  }

  /** Those that a cadre handles, by deadline. */
  async ofHandler(actor: Actor, parkId: string, handlerId: string, limit: number): Promise<UnresolvedTicket[]> {
    const now = this.clock.now();
    const { rows } = await this.#rows(actor, parkId, { handlerId, now, limit });
    return rows.map((row) => toUnresolved(row, now));
  }

  /** Where time has turned a ticket of the park that no job has judged yet, it is judged first. */
  async #rows(actor: Actor, parkId: string, filter: DueTicketFilter): Promise<PageRows<DueTicketRow>> {
    const first = await this.store.list(actor, parkId, filter);
    if (!first.stale) return first;
    await this.book.settle(parkId, actor.requestId);
    return this.store.list(actor, parkId, filter);
  }
}

function toUnresolved(row: DueTicketRow, now: Date): UnresolvedTicket {
  const { ticketId, number, title, category, level, status, clock, nextDueAt, lastAnswerAt, calendarProvisional } = row;
  return {
    ticketId, number, title, enterprise: { id: row.enterpriseId, name: row.enterpriseName, uscc: row.uscc }, handler: named(row.handlerId, row.handlerName),
    department: named(row.departmentId, row.departmentName), category, level, status, clock, nextDueAt: nextDueAt.toISOString(),
    overdueHours: Math.max(0, Math.floor((now.getTime() - nextDueAt.getTime()) / HOUR_MS)), lastAnswerAt: lastAnswerAt?.toISOString() ?? null, calendarProvisional,
  };
}

function named(id: string | null, name: string | null): NamedRef | null {
  return id === null || name === null ? null : { id, name };
}
