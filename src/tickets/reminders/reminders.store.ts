import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { Database, type Statement } from '../../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, type Slice, totalIn } from '../../platform/http/page';
import type { ReminderKind } from '../domain/reminder';
import { Reminder } from './reminder.entity';
import { hasTurned } from '../tickets.store';

export interface ShownReminder extends Reminder {
  readonly ticketNumber: string | null;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly cadreName: string | null;
  readonly issuedByName: string | null;
  readonly repliedByName: string | null;
  /** Who must answer: nobody in particular where any supervisor may. */
  readonly answererId: string | null;
}

export interface ReminderFilter extends PageQuery {
  readonly cadreId?: string;
  readonly kind?: ReminderKind;
  readonly answered?: boolean;
  readonly overdue?: boolean;
}

/** Whose reminders are looked at; with `department` also those to the department that assigns. */
export interface Addressee {
  readonly cadreId: string;
  readonly department: boolean;
}

/** An instant, and its day in the park. */
export interface Today {
  readonly now: Date;
  readonly today: Day;
}

/** What a ticket's entry says of a reminder. */
export interface TicketReminder extends Pick<Reminder, 'id' | 'parkId' | 'kind' | 'dueOn' | 'issuedAt'> {
  readonly ticketId: string;
  readonly eventNo: number;
}

// Nobody is reminded of more at once.
const MOST_OPEN = 200;

@Injectable()
export class RemindersStore {
  constructor(private readonly database: Database) {}

  /** The words and their author stand in the ticket's event; it is sent to whoever handles the ticket, or did when the system issued it. */
  async insertOfTicket(em: EntityManager, { id, parkId, kind, ticketId, eventNo, dueOn, issuedAt }: TicketReminder): Promise<void> {
    await em.query(
      `INSERT INTO reminder (id, park_id, kind, ticket_id, event_no, cadre_id, text, due_on, issued_by, issued_at)
       SELECT $1, $2, $3, $4, $5, CASE WHEN e.data ? 'handlerId' THEN (e.data ->> 'handlerId')::uuid ELSE t.handler_id END, e.words ->> 'text', $6, e.cadre_id, $7
       FROM ticket t JOIN ticket_event e ON e.park_id = t.park_id AND e.ticket_id = t.id AND e.no = $5 WHERE t.park_id = $2 AND t.id = $4`, [id, parkId, kind, ticketId, eventNo, dueOn, issuedAt]);
  }

  async insert(em: EntityManager, reminder: Reminder): Promise<void> {
    await em.insert(Reminder, reminder);
  }

  async find(em: EntityManager, actor: Actor, id: string): Promise<ShownReminder | undefined> {
    const [row]: ShownReminder[] = await em.query(`SELECT ${COLUMNS} FROM ${FROM} WHERE r.id = $1 AND r.park_id = ANY ($2)`, [id, [...actor.parkIds]]);
    return row;
  }

  /** Nobody else answers it until the transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<boolean> {
    const rows: object[] = await em.query('SELECT FROM reminder WHERE id = $1 AND park_id = ANY ($2) FOR NO KEY UPDATE', [id, [...actor.parkIds]]);
    return rows.length > 0;
  }

  async findOfEvent(em: EntityManager, _actor: Actor, parkId: string, ticketId: string, eventNo: number): Promise<ShownReminder | undefined> {
    const [row]: ShownReminder[] = await em.query(`SELECT ${COLUMNS} FROM ${FROM} WHERE r.park_id = $1 AND r.ticket_id = $2 AND r.event_no = $3`, [parkId, ticketId, eventNo]);
    return row;
  }

  async answer(em: EntityManager, { parkId, id }: Pick<Reminder, 'parkId' | 'id'>, given: Pick<Reminder, 'reply' | 'repliedAt' | 'repliedBy'>): Promise<void> {
    await em.update(Reminder, { parkId, id }, given);
  }

  /** The newest first, and whether time has turned a ticket of the park that nobody has judged since: it may have ordered something. */
  async list(actor: Actor, parkId: string, query: ReminderFilter, to: Addressee | undefined, { today, now }: Today): Promise<PageRows<ShownReminder> & { readonly stale: boolean }> {
    const [page, ...count] = pageStatements(query, 'reminders', ['string'], (slice) => listStatement(parkId, query, to, today, slice));
    const [rows, turned, counted] = await this.database.readAll<[ShownReminder, object, Counted]>(actor, [page, hasTurned(parkId, now), ...count]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }

  /** What an addressee has not answered, the newest first. */
  async readOpen(actor: Actor, parkId: string, to: Addressee, { today, now }: Today): Promise<{ readonly rows: readonly ShownReminder[]; readonly stale: boolean }> {
    const [rows, turned] = await this.database.readAll<[ShownReminder, object]>(actor, [
      listStatement(parkId, { answered: false }, to, today, { after: undefined, limit: MOST_OPEN }), hasTurned(parkId, now),
    ]);
    return { rows, stale: turned.length > 0 };
  }
}

function listStatement(parkId: string, { cadreId, kind, answered, overdue }: ReminderFilter, to: Addressee | undefined, today: Day, { after, limit }: Slice): Statement {
  const values: unknown[] = [parkId, limit];
  const parts: string[] = [];
  const conditions: string[] = [];
  const filter = (part: string, condition: (at: string) => string, value: unknown): void => {
    parts.push(part);
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (to !== undefined) filter(to.department ? 'to-department' : 'to', (at) => `r.id IN (${sentTo(at, to.department)})`, to.cadreId);
  if (cadreId !== undefined) filter('cadre', (at) => `r.cadre_id = ${at}`, cadreId);
  if (kind !== undefined) filter('kind', (at) => `r.kind = ${at}`, kind);
  if (overdue !== undefined) filter(overdue ? 'overdue' : 'in-time', (at) => `${overdue ? '' : 'NOT coalesce'}(r.replied_at IS NULL AND r.due_on < ${at}::date${overdue ? '' : ', false'})`, today);
  // The words stand in the text, since a partial index answers only what is seen to lie inside it.
  if (answered !== undefined) {
    parts.push(answered ? 'answered' : 'open');
    conditions.push(`r.replied_at IS ${answered ? 'NOT ' : ''}NULL`);
  }
  if (after !== undefined) filter('after', (at) => `r.id < ${at}::uuid`, after[0]);
  return {
    name: ['reminders', ...parts].join('-'),
    text: `SELECT ${COLUMNS} FROM ${FROM} WHERE ${['r.park_id = $1', ...conditions].join(' AND ')} ORDER BY r.id DESC LIMIT $2`,
    values,
  };
}

/** What was sent to a cadre, has fallen to them, or is any supervisor's. */
function sentTo(cadre: string, department: boolean): string {
  const open = 'o.park_id = $1 AND o.replied_at IS NULL';
  return [
    `SELECT o.id FROM reminder o WHERE o.park_id = $1 AND o.cadre_id = ${cadre}`,
    // Few: what is unanswered of those who were deactivated.
    `SELECT o.id FROM cadre c JOIN reminder o ON o.park_id = c.park_id AND o.cadre_id = c.id JOIN ticket t ON t.park_id = o.park_id AND t.id = o.ticket_id
     WHERE c.park_id = $1 AND NOT c.active AND ${open} AND t.handler_id = ${cadre}`,
    ...(department ? [
      `SELECT o.id FROM reminder o WHERE ${open} AND o.cadre_id IS NULL`,
      `SELECT o.id FROM cadre c JOIN reminder o ON o.park_id = c.park_id AND o.cadre_id = c.id LEFT JOIN ticket t ON t.park_id = o.park_id AND t.id = o.ticket_id
       LEFT JOIN cadre h ON h.park_id = t.park_id AND h.id = t.handler_id WHERE c.park_id = $1 AND NOT c.active AND ${open} AND h.active IS NOT TRUE`,
    ] : []),
  ].join(' UNION ALL ');
}

// Sent to somebody who was deactivated, it falls to whoever handles the ticket, and where nobody does to the department that assigns.
const ANSWERER = `CASE WHEN r.cadre_id IS NULL OR c.active OR r.replied_at IS NOT NULL THEN r.cadre_id WHEN h.active THEN h.id END`;
const COLUMNS = `
  r.id, r.park_id AS "parkId", r.kind, r.ticket_id AS "ticketId", r.event_no AS "eventNo", r.assignment_id AS "assignmentId", r.lapse_due_on AS "lapseDueOn", r.cadre_id AS "cadreId", r.text,
  r.due_on AS "dueOn", r.issued_by AS "issuedBy", r.issued_at AS "issuedAt", r.reply, r.replied_at AS "repliedAt", r.replied_by AS "repliedBy", t.number AS "ticketNumber",
  e.id AS "enterpriseId", e.name AS "enterpriseName", c.name AS "cadreName", i.name AS "issuedByName", p.name AS "repliedByName",
  ${ANSWERER} AS "answererId"`;
const FROM = `reminder r LEFT JOIN ticket t ON t.park_id = r.park_id AND t.id = r.ticket_id LEFT JOIN assignment a ON a.park_id = r.park_id AND a.id = r.assignment_id
  JOIN enterprise e ON e.park_id = r.park_id AND e.id = coalesce(t.enterprise_id, a.enterprise_id) LEFT JOIN cadre c ON c.park_id = r.park_id AND c.id = r.cadre_id
  LEFT JOIN cadre i ON i.park_id = r.park_id AND i.id = r.issued_by LEFT JOIN cadre p ON p.park_id = r.park_id AND p.id = r.replied_by
  LEFT JOIN cadre h ON h.park_id = t.park_id AND h.id = t.handler_id`;
