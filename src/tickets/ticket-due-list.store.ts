import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, countOf, type PageRows, totalIn } from '../platform/http/page';
import type { ClockKind, State } from './domain/lifecycle';
import type { UnresolvedSort } from './domain/words';
import { Conditions, filterOpen, filterTickets, type TicketFilters } from './ticket-list.store';
import { hasTurned } from './tickets.store';

export interface DueTicketRow {
  readonly ticketId: string;
  readonly number: string;
  readonly year: number;
  readonly sequence: number;
  readonly title: string;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly uscc: string;
  readonly handlerId: string | null;
  readonly handlerName: string | null;
  readonly departmentId: string | null;
  readonly departmentName: string | null;
  readonly category: string;
  readonly level: number;
  readonly status: State;
  readonly clock: ClockKind;
  readonly nextDueAt: Date;
  readonly lastAnswerAt: Date | null;
  readonly calendarProvisional: boolean;
}

/** What narrows the list; the handler is also how one's own worklist is read. */
export interface DueTicketFilter extends TicketFilters {
  /** Only what is overdue now. */
  readonly overdueOnly?: boolean | undefined;
  readonly now: Date;
  readonly sort?: UnresolvedSort | undefined;
  /** Of the row before the deadline, in RFC 3339, and the id; by number the year and the sequence. */
  readonly after?: readonly [string, string] | readonly [number, number] | undefined;
  /** Null for no limit. */
  readonly limit: number | null;
  /** Whether to count the tickets on all pages, too. */
  readonly count?: boolean | undefined;
}

/** Open tickets of a park by their next deadline. */
@Injectable()
export class TicketDueListStore {
  constructor(private readonly database: Database) {}

  /** One page, and whether time has turned a ticket of the park that nobody has judged since. */
  async list(actor: Actor, parkId: string, filter: DueTicketFilter): Promise<PageRows<DueTicketRow> & { stale: boolean }> {
    const counting = filter.count === true ? [countOf(ticketsByDeadline(parkId, { ...filter, after: undefined, limit: null }))] : [];
    const [rows, turned, counted] = await this.database.readAll<[DueTicketRow, object, Counted]>(actor, [ticketsByDeadline(parkId, filter), hasTurned(parkId, filter.now), ...counting]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }
}

/**
 * It reads one page of the partial index by deadline (of the handler or the department where one is named), or by number, before it looks at anything else, and then the
 * rows that the page shows. Each open ticket has a deadline (`ticket_open_has_a_clock`).
 */
export function ticketsByDeadline(parkId: string, filter: DueTicketFilter): Statement {
  const conditions = new Conditions([parkId, filter.limit]);
  filterTickets(conditions, filter);
  filterOpen(conditions, true);
  if (filter.overdueOnly === true) conditions.where('overdue', `t.next_due_at <= ${conditions.param(filter.now)}`);
  const byNumber = filter.sort === 'registered';
  const [keys, types] = byNumber ? [['year', 'sequence'], ['integer', 'integer']] as const : [['next_due_at', 'id'], ['timestamptz', 'uuid']] as const;
  if (byNumber) conditions.used.push('by-number');
  if (filter.after !== undefined) conditions.where('after', `(t.${keys[0]}, t.${keys[1]}) > (${conditions.param(filter.after[0])}::${types[0]}, ${conditions.param(filter.after[1])}::${types[1]})`);
  return {
    name: ['tickets-by-deadline', ...conditions.used].join('-'),
    text: `
      SELECT p.id AS "ticketId", p.number, p.year, p.sequence, p.title, p.enterprise_id AS "enterpriseId", e.name AS "enterpriseName", e.uscc, p.handler_id AS "handlerId", c.name AS "handlerName",
             p.department_id AS "departmentId", d.name AS "departmentName", p.category, p.level, p.state AS status, p.next_due_clock AS clock, p.next_due_at AS "nextDueAt",
             p.last_answer_at AS "lastAnswerAt", p.calendar_provisional AS "calendarProvisional"
      FROM (SELECT t.* FROM ticket t WHERE t.park_id = $1 ${conditions.text} ORDER BY t.${keys[0]}, t.${keys[1]} LIMIT $2) p
      JOIN enterprise e ON e.park_id = p.park_id AND e.id = p.enterprise_id
      LEFT JOIN cadre c ON c.park_id = p.park_id AND c.id = p.handler_id
      LEFT JOIN department d ON d.park_id = p.park_id AND d.id = p.department_id
      ORDER BY p.${keys[0]}, p.${keys[1]}`,
    values: conditions.values,
  };
}
