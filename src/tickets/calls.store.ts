import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, type Slice, totalIn } from '../platform/http/page';
import type { State } from './domain/lifecycle';
import type { TicketReader } from './domain/ticket-access';
import { Conditions } from './ticket-list.store';
import { hasTurned, variantOf, visibleTo } from './tickets.store';

/** A call to an enterprise that somebody owes. */
export interface DueCall {
  readonly ticketId: string;
  readonly number: string;
  readonly title: string;
  readonly status: State;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly handlerId: string | null;
  readonly handlerName: string | null;
  readonly startedAt: Date;
  readonly dueAt: Date;
}

export interface CallFilter extends PageQuery {
  readonly overdueOnly?: boolean;
}

@Injectable()
export class CallsStore {
  constructor(private readonly database: Database) {}

  /** One page by due date, and whether time has turned a ticket of the park that nobody has judged since. Those that `me` may not make are left out. */
  async list(actor: Actor, parkId: string, query: CallFilter, reader: TicketReader | undefined, me: string | undefined, now: Date): Promise<PageRows<DueCall> & { readonly stale: boolean }> {
    const [page, ...count] = pageStatements(query, 'calls', ['string', 'string'], (slice) => listStatement(parkId, query, { reader, me }, now, slice));
    const [rows, turned, counted] = await this.database.readAll<[DueCall, object, Counted]>(actor, [page, hasTurned(parkId, now), ...count]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }
}

function listStatement(parkId: string, { overdueOnly }: CallFilter, { reader, me }: { readonly reader: TicketReader | undefined; readonly me: string | undefined }, now: Date, { after, limit }: Slice): Statement {
  const conditions = new Conditions([parkId, limit]);
  if (reader !== undefined) conditions.where(variantOf(reader), visibleTo(reader, (value) => conditions.param(value)));
  if (me !== undefined) {
    const cadre = conditions.param(me);
    conditions.where('callable', `t.handler_id IS DISTINCT FROM ${cadre} AND NOT (t.state = 'withdrawn' AND EXISTS (
      SELECT FROM ticket_event w WHERE w.park_id = t.park_id AND w.ticket_id = t.id AND w.type = 'withdraw' AND w.cycle = t.cycle AND w.cadre_id = ${cadre}))`);
  }
  if (overdueOnly === true) conditions.where('overdue', `c.due_at <= ${conditions.param(now)}`);
  if (after !== undefined) conditions.where('after', `(c.due_at, c.ticket_id) > (${conditions.param(after[0])}::timestamptz, ${conditions.param(after[1])}::uuid)`);
  // Where two calls are owed, one call stops both: the earlier is shown.
  return {
    name: ['calls', ...conditions.used].join('-'),
    text: `SELECT t.id AS "ticketId", t.number, t.title, t.state AS status, e.id AS "enterpriseId", e.name AS "enterpriseName", t.handler_id AS "handlerId", h.name AS "handlerName",
                  c.started_at AS "startedAt", c.due_at AS "dueAt"
           FROM ticket_clock c JOIN ticket t ON t.park_id = c.park_id AND t.id = c.ticket_id JOIN enterprise e ON e.park_id = t.park_id AND e.id = t.enterprise_id
           LEFT JOIN cadre h ON h.park_id = t.park_id AND h.id = t.handler_id
           WHERE c.park_id = $1 AND c.kind = 'call' AND c.stopped_at IS NULL
             AND NOT EXISTS (SELECT FROM ticket_clock o WHERE o.park_id = c.park_id AND o.ticket_id = c.ticket_id AND o.kind = 'call' AND o.stopped_at IS NULL AND (o.due_at, o.no) < (c.due_at, c.no))
             ${conditions.text} ORDER BY c.due_at, c.ticket_id LIMIT $2`,
    values: conditions.values,
  };
}
