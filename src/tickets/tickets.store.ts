import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { Database, sideBySide, type Statement } from '../platform/db/database';
import type { Clock } from './domain/clocks';
import type { Happening } from './domain/happening';
import type { Recorded } from './domain/history';
import type { Step } from './domain/lifecycle';
import type { Standing } from './domain/standing';
import type { Ticket as ToldTicket } from './domain/ticket';
import type { TicketReader } from './domain/ticket-access';
import type { TicketEvent, Words } from './ticket-event.entity';
import type { Ticket } from './ticket.entity';

/** What is stored of a ticket, without what only a search reads. */
export type TicketRow = Omit<Ticket, 'searchText' | 'searchPieces'>;

/** A ticket as somebody sees it now. */
export interface TicketView {
  readonly row: TicketRow;
  readonly ticket: ToldTicket;
  readonly allowedSteps: readonly Step[];
  readonly now: Date;
}

/** What a supervisor changes of a ticket's own words, and what its events do not say. */
export type RowChange = Partial<Pick<Ticket, 'category' | 'priority' | 'guideItemId' | 'withdrawnFor' | 'departmentId'>>;

export interface NewTicket extends Omit<Ticket, 'sequence' | 'number'> {
  readonly parkCode: string;
}

/** A change of one ticket as it is written. */
export interface TicketWrite {
  readonly row: Pick<TicketRow, 'id' | 'parkId' | 'version'>;
  readonly standing: Standing;
  readonly world: string;
  readonly events: readonly TicketEvent[];
  /** Clocks that are new or otherwise than before. */
  readonly clocks: readonly Clock[];
  readonly change: RowChange;
  /** Where it has changed. */
  readonly collaboratorIds?: readonly string[] | undefined;
  readonly at: Date;
}

/** Tickets with their events. A ticket's row is locked first and its events are read after, tickets in the order of their ids. */
@Injectable()
export class TicketsStore {
  constructor(private readonly database: Database) {}

  /** Whether the cadre must not deal with the enterprise: the schema says yes or no, and no feature below the inspectors' knows more. */
  async isRecused(em: EntityManager, parkId: string, cadreId: string, enterpriseId: string): Promise<boolean> {
    const [row]: { recused: boolean }[] = await em.query('SELECT is_recused($1, $2, $3) AS recused', [parkId, cadreId, enterpriseId]);
    return row?.recused === true;
  }

  /** The park of a ticket in the actor's scope. */
  async parkOf(em: EntityManager, actor: Actor, id: string): Promise<string | undefined> {
    const [only, ...others] = actor.parkIds;
    if (others.length === 0) return only;
    const [row]: { parkId: string }[] = await em.query('SELECT park_id AS "parkId" FROM ticket WHERE id = $1 AND park_id = ANY ($2)', [id, [...actor.parkIds]]);
    return row?.parkId;
  }

  /** Those that the reader may see; `reader` undefined sees all of the park. */
  async lock(em: EntityManager, _actor: Actor, parkId: string, ids: readonly string[], reader?: TicketReader): Promise<TicketRow[]> {
    const values: unknown[] = [parkId, [...ids]];
    const visible = reader === undefined ? '' : `AND ${visibleTo(reader, (value) => `$${values.push(value)}`)}`;
    return em.query(`SELECT ${TICKET_COLUMNS} FROM ticket t WHERE t.park_id = $1 AND t.id = ANY ($2) ${visible} ORDER BY t.id FOR NO KEY UPDATE OF t`, values);
  }

  /** Tickets of the park that time has turned by now, at most so many; those that somebody else is at work on are left to them unless one waits. Without those that are set aside. */
  async lockTurned(em: EntityManager, _system: Actor, parkId: string, { now, most, wait, aside }: { readonly now: Date; readonly most: number; readonly wait: boolean; readonly aside: readonly string[] }): Promise<TicketRow[]> {
    return em.query(
      `WITH turned AS MATERIALIZED (SELECT u.id FROM ticket u WHERE u.park_id = $1 AND u.turn_at <= $2 AND u.id <> ALL ($4) ORDER BY u.turn_at LIMIT $3 ${wait ? '' : 'FOR NO KEY UPDATE SKIP LOCKED'})
       SELECT ${TICKET_COLUMNS} FROM ticket t WHERE t.park_id = $1 AND t.id IN (SELECT id FROM turned) AND t.turn_at <= $2 ORDER BY t.id FOR NO KEY UPDATE OF t`, [parkId, now, most, [...aside]]);
  }

  /** Whether there is one that time has turned by now, beside those that are set aside. */
  async isAnyTurned(system: Actor, parkId: string, now: Date, aside: readonly string[]): Promise<boolean> {
    const rows = await this.database.read(system, { name: 'tickets-turned-besides', text: 'SELECT 1 FROM ticket WHERE park_id = $1 AND turn_at <= $2 AND id <> ALL ($3) LIMIT 1', values: [parkId, now, [...aside]] });
    return rows.length > 0;
  }

  /** What moved the tickets, in order, by ticket. */
  async events(em: EntityManager, _actor: Actor, parkId: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    const rows: EventRow[] = await em.query(`${EVENTS} ORDER BY e.ticket_id, e.no`, [parkId, [...ids]]);
    return groupEvents(rows);
  }

  /** The number is claimed by the statement that writes the ticket: it is given once it commits, and given again when it does not. */
  async insert(em: EntityManager, ticket: NewTicket): Promise<Pick<Ticket, 'number' | 'sequence'>> {
    const { parkCode, ...row } = ticket;
    const [given]: Pick<Ticket, 'number' | 'sequence'>[] = await em.query(INSERT_TICKET, [row.parkId, row.year, parkCode, JSON.stringify(snakeCased(row))]);
    if (given === undefined) throw new TypeError('a number is given to every ticket');
    return given;
  }

  /** Events and clocks of a ticket that was inserted by the statement before. */
  async begin(em: EntityManager, { row, events, clocks }: Pick<TicketWrite, 'row' | 'events' | 'clocks'>): Promise<void> {
    await sideBySide([em.query(INSERT_EVENTS, [JSON.stringify(events.map(snakeCased))]), em.query(UPSERT_CLOCKS, [JSON.stringify(clocks.map((clock) => clockRow(row, clock)))])]);
  }

  /** Changes of tickets that are locked, all in four statements or fewer. */
  async write(em: EntityManager, writes: readonly TicketWrite[]): Promise<void> {
    if (writes.length === 0) return;
    const rows = writes.map(({ row, standing, world, change, events, at }) => snakeCased({
      ...standing, ...change, id: row.id, parkId: row.parkId, version: row.version + 1, world, events: events.length, updatedAt: at,
    }));
    const clocks = writes.flatMap(({ row, clocks: changed }) => changed.map((clock) => clockRow(row, clock)));
    const teams = writes.flatMap(({ row, collaboratorIds }) => (collaboratorIds === undefined ? [] : [{ row, collaboratorIds }]));
    await sideBySide([
      em.query(UPDATE_TICKETS, [JSON.stringify(rows)]),
      em.query(INSERT_EVENTS, [JSON.stringify(writes.flatMap(({ events }) => events.map(snakeCased)))]),
      ...(clocks.length === 0 ? [] : [em.query(UPSERT_CLOCKS, [JSON.stringify(clocks)])]),
      ...teams.flatMap(({ row, collaboratorIds }) => [
        em.query('DELETE FROM ticket_collaborator WHERE park_id = $1 AND ticket_id = $2 AND cadre_id <> ALL ($3)', [row.parkId, row.id, [...collaboratorIds]]),
        em.query('INSERT INTO ticket_collaborator (park_id, ticket_id, cadre_id) SELECT $1, $2, unnest($3::uuid[]) ON CONFLICT DO NOTHING', [row.parkId, row.id, [...collaboratorIds]]),
      ]),
    ]);
  }

  /** A ticket, and what moved it. */
  async read(actor: Actor, id: string, reader: TicketReader | undefined): Promise<{ row: TicketRow; events: readonly Recorded[] } | undefined> {
    const [[row], events] = await this.database.readAll<[TicketRow, EventRow]>(actor, [
      ticketStatement(actor, id, reader),
      { name: 'ticket-events-of-one', text: `${EVENT_COLUMNS} WHERE e.park_id = ANY ($1) AND e.ticket_id = $2 ORDER BY e.no`, values: [actor.parkIds, id] },
    ]);
    return row === undefined ? undefined : { row, events: groupEvents(events).get(id) ?? [] };
  }

  /** What moved the tickets, in order, by ticket, outside of a transaction. */
  async readEventsOf(actor: Actor, parkId: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    return groupEvents(await this.database.read<EventRow>(actor, { name: 'ticket-events-of-many', text: `${EVENTS} ORDER BY e.ticket_id, e.no`, values: [parkId, [...ids]] }));
  }

  /** A ticket with every event as it was written, oldest first: one message. */
  async readWhole(actor: Actor, id: string, reader: TicketReader | undefined): Promise<{ row: TicketRow; events: readonly ShownEvent[] } | undefined> {
    const [[row], events] = await this.database.readAll<[TicketRow, ShownEvent]>(actor, [
      ticketStatement(actor, id, reader),
      {
        name: 'ticket-events-whole',
        text: `SELECT e.park_id AS "parkId", e.ticket_id AS "ticketId", e.no, e.type, e.at, e.on_date AS "onDate", e.cycle, e.state, e.world, e.data, e.words, e.actor_kind AS "actorKind",
                      e.cadre_id AS "cadreId", e.client_id AS "clientId", c.name AS "cadreName"
               FROM ticket_event e LEFT JOIN cadre c ON c.park_id = e.park_id AND c.id = e.cadre_id WHERE e.park_id = ANY ($1) AND e.ticket_id = $2 ORDER BY e.no`,
        values: [actor.parkIds, id],
      },
    ]);
    return row === undefined ? undefined : { row, events };
  }

  /** Lets every ticket of the park whose clocks run be judged anew from the instant on. */
  async turnAll(em: EntityManager, _actor: Actor, parkId: string, at: Date): Promise<void> {
    await em.query('UPDATE ticket SET turn_at = $2 WHERE park_id = $1 AND next_due_at IS NOT NULL AND (turn_at IS NULL OR turn_at > $2)', [parkId, at]);
  }

  /** Open tickets that a cadre handles, collaborates on or leads. */
  async openOf(em: EntityManager, _actor: Actor, parkId: string, cadreId: string): Promise<{ id: string; number: string }[]> {
    return em.query(`SELECT t.id, t.number ${OPEN_OF} ORDER BY t.id`, [parkId, cadreId]);
  }

  /** Those of them that time has turned and nobody has judged since. */
  async turnedOf(em: EntityManager, _actor: Actor, parkId: string, cadreId: string, now: Date): Promise<string[]> {
    const rows: { id: string }[] = await em.query(`SELECT t.id ${OPEN_OF} AND t.turn_at <= $3 ORDER BY t.id`, [parkId, cadreId, now]);
    return rows.map(({ id }) => id);
  }

  /** Tickets follow their handler to another department, and those of nobody the department that assigns. */
  async followDepartments(em: EntityManager, _actor: Actor, parkId: string): Promise<void> {
    await em.query(
      `UPDATE ticket t SET department_id = d.id FROM department d
       WHERE t.park_id = $1 AND t.ended_at IS NULL AND d.park_id = t.park_id AND t.department_id IS DISTINCT FROM d.id
         AND CASE WHEN t.handler_id IS NULL THEN d.assigning ELSE d.id = (SELECT c.department_id FROM cadre c WHERE c.park_id = t.park_id AND c.id = t.handler_id) END`, [parkId]);
  }
}

/** One row where time has turned a ticket of the park by now. */
export function hasTurned(parkId: string, now: Date): Statement {
  return { name: 'tickets-turned', text: 'SELECT 1 FROM ticket WHERE park_id = $1 AND turn_at <= $2 LIMIT 1', values: [parkId, now] };
}

/** An event with the name of the cadre who did it. */
export type ShownEvent = TicketEvent & { readonly cadreName: string | null };

function ticketStatement(actor: Actor, id: string, reader: TicketReader | undefined): Statement {
  const values: unknown[] = [actor.parkIds, id];
  const visible = reader === undefined ? '' : `AND ${visibleTo(reader, (value) => `$${values.push(value)}`)}`;
  return { name: `ticket-${variantOf(reader)}`, text: `SELECT ${TICKET_COLUMNS} FROM ticket t WHERE t.park_id = ANY ($1) AND t.id = $2 ${visible}`, values };
}

/** What moved a ticket, out of everything that is stored of it. */
export function recordedOf({ data, type, at, onDate: on, world }: Pick<TicketEvent, 'data' | 'type' | 'at' | 'onDate' | 'world'>): Recorded {
  return { ...data, type, at, on, world } as Recorded;
}

interface EventRow {
  readonly ticketId: string;
  readonly type: Happening['type'];
  readonly at: Date;
  readonly on: Recorded['on'];
  readonly world: string;
  readonly data: object;
}

function groupEvents(rows: readonly EventRow[]): ReadonlyMap<string, readonly Recorded[]> {
  const byTicket = new Map<string, Recorded[]>();
  for (const { ticketId, type, at, on, world, data } of rows) {
    const list = byTicket.get(ticketId) ?? [];
    list.push({ ...data, type, at, on, world } as Recorded);
    byTicket.set(ticketId, list);
  }
  return byTicket;
}

/** Which tickets a reader may see, as a condition on `t`; `param` places a value. Of a linkage: who leads it, its team, and cadres of departments invited to it. */
export function visibleTo({ cadreId, departmentId, visits, now }: TicketReader, param: (value: unknown) => string): string {
  const me = param(cadreId);
  const mine = departmentId === null ? undefined : param(departmentId);
  return `(t.handler_id = ${me} OR t.lead_id = ${me} OR t.registered_by = ${me}${mine === undefined ? '' : ` OR t.department_id = ${mine}`}
    OR EXISTS (SELECT FROM ticket_collaborator c WHERE c.park_id = t.park_id AND c.ticket_id = t.id AND c.cadre_id = ${me})
    OR EXISTS (SELECT FROM linkage l WHERE l.park_id = t.park_id AND l.ticket_id = t.id AND (l.lead_id = ${me}
      OR EXISTS (SELECT FROM linkage_member m WHERE m.park_id = l.park_id AND m.linkage_id = l.id AND m.cadre_id = ${me} AND m.left_at IS NULL)
      ${mine === undefined ? '' : `OR EXISTS (SELECT FROM linkage_department d WHERE d.park_id = l.park_id AND d.linkage_id = l.id AND d.department_id = ${mine} AND d.left_at IS NULL)`}))
    ${visits ? `OR EXISTS (SELECT FROM assignment a WHERE a.park_id = t.park_id AND a.enterprise_id = t.enterprise_id AND a.cadre_id = ${me} AND ${isAssigned(param(now))})` : ''})`;
}

/** Whether the assignment `a` has begun and not ended by the local date of the instant that was placed: its standing says so only once a job has run. */
export function isAssigned(now: string): string {
  const today = `(SELECT (${now}::timestamptz AT TIME ZONE p.time_zone)::date FROM park p WHERE p.id = a.park_id)`;
  return `a.starts_on <= ${today} AND (a.ends_on IS NULL OR a.ends_on > ${today})`;
}

/** A name for the shape of {@link visibleTo}. */
export function variantOf(reader: TicketReader | undefined): string {
  return reader === undefined ? 'all' : `${reader.visits ? 'visitor' : 'cadre'}${reader.departmentId === null ? '' : '-of-department'}`;
}

/** An event as it is stored. */
export function eventRow(ticket: Pick<Ticket, 'id' | 'parkId'>, no: number, { at, on, world, type, ...data }: Recorded, after: Pick<Standing, 'cycle' | 'state'>, by: Pick<TicketEvent, 'actorKind' | 'cadreId' | 'clientId'>, words: Words | null): TicketEvent {
  return { parkId: ticket.parkId, ticketId: ticket.id, no, type, at, onDate: on, cycle: after.cycle, state: after.state, world, data, words, ...by };
}

/** A clock as it is stored. */
export function clockRow(ticket: Pick<Ticket, 'id' | 'parkId'>, clock: Clock): object {
  const { no, kind, cycle, started, term, rework, extensions, rests, deadline, original, stopped, breach } = clock;
  return {
    park_id: ticket.parkId, ticket_id: ticket.id, no, kind, cycle, started_at: started.at, started_on: started.on, term, rework, extensions, rests, due_at: deadline?.dueAt ?? null,
    due_on: deadline?.dueOn ?? null, original_due_at: original?.dueAt ?? null, calendar_provisional: deadline?.calendarProvisional ?? false, stopped_at: stopped?.at ?? null, stopped_on: stopped?.on ?? null,
    breached_at: breach?.when.at ?? null, breached_on: breach?.when.on ?? null, responsible_id: breach?.responsibleId ?? null,
  };
}

export function snakeCased(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value as unknown]));
}

// The survivors' answers count for what was merged into them (invariant 5).
const ANSWERED_AT = 'CASE WHEN t.merged_into_id IS NULL THEN t.last_answer_at ELSE greatest(t.last_answer_at, survivors_answered_at(t.park_id, t.merged_into_id)) END';

export const TICKET_COLUMNS = `
  t.id, t.park_id AS "parkId", t.year, t.sequence, t.number, t.enterprise_id AS "enterpriseId", t.visit_id AS "visitId", t.channel, t.category, t.priority, t.title, t.description,
  t.guide_item_id AS "guideItemId", t.raised_by AS "raisedBy", t.raised_at AS "raisedAt", t.attachment_ids AS "attachmentIds", t.registered_by AS "registeredBy", t.state, t.cycle, t.level,
  t.handler_id AS "handlerId", t.lead_id AS "leadId", t.department_id AS "departmentId", t.outcome, t.closing, ${ANSWERED_AT} AS "lastAnswerAt", t.withdrawn_for AS "withdrawnFor",
  t.merged_into_id AS "mergedIntoId", t.deferrals, t.breaches, t.next_due_at AS "nextDueAt", t.next_due_clock AS "nextDueClock", t.calendar_provisional AS "calendarProvisional",
  t.turn_at AS "turnAt", t.world, t.events, t.ended_at AS "endedAt", t.version, t.created_at AS "createdAt", t.updated_at AS "updatedAt"
`;

const OPEN_OF = `FROM ticket t WHERE t.park_id = $1 AND t.ended_at IS NULL
  AND (t.handler_id = $2 OR t.lead_id = $2 OR EXISTS (SELECT FROM ticket_collaborator c WHERE c.park_id = t.park_id AND c.ticket_id = t.id AND c.cadre_id = $2))`;

const EVENT_COLUMNS = 'SELECT e.ticket_id AS "ticketId", e.type, e.at, e.on_date AS on, e.world, e.data FROM ticket_event e';
const EVENTS = `${EVENT_COLUMNS} WHERE e.park_id = $1 AND e.ticket_id = ANY ($2)`;

const STANDING = ['state', 'cycle', 'level', 'handler_id', 'lead_id', 'outcome', 'closing', 'last_answer_at', 'merged_into_id', 'deferrals', 'breaches', 'next_due_at', 'next_due_clock', 'calendar_provisional', 'turn_at', 'world', 'ended_at'];
const OWN = ['id', 'park_id', 'year', 'enterprise_id', 'visit_id', 'channel', 'category', 'priority', 'title', 'description', 'search_text', 'search_pieces', 'guide_item_id', 'raised_by', 'raised_at',
  'attachment_ids', 'registered_by', 'department_id', 'withdrawn_for', 'events', 'version', 'created_at', 'updated_at'];
const CHANGEABLE = ['category', 'priority', 'guide_item_id', 'withdrawn_for', 'department_id'];

const INSERT_TICKET = `
  WITH given AS (
    INSERT INTO ticket_number AS n (park_id, year, last) VALUES ($1, $2, 1) ON CONFLICT (park_id, year) DO UPDATE SET last = n.last + 1 RETURNING last
  )
  INSERT INTO ticket (${[...OWN, ...STANDING].join(', ')}, sequence, number)
  SELECT ${[...OWN, ...STANDING].map((column) => `r.${column}`).join(', ')}, given.last, $3 || '-' || $2::integer || '-' || lpad(given.last::text, greatest(6, length(given.last::text)), '0')
  FROM jsonb_populate_record(NULL::ticket, $4::jsonb) r, given
  RETURNING sequence, number
`;

const UPDATE_TICKETS = `
  UPDATE ticket t SET ${STANDING.map((column) => `${column} = r.${column}`).join(', ')}, events = t.events + r.events, version = r.version, updated_at = r.updated_at,
    ${CHANGEABLE.map((column) => `${column} = CASE WHEN j ? '${column}' THEN r.${column} ELSE t.${column} END`).join(', ')}
  FROM jsonb_array_elements($1::jsonb) j CROSS JOIN LATERAL jsonb_populate_record(NULL::ticket, j) r
  WHERE t.park_id = r.park_id AND t.id = r.id
`;

const EVENT_FIELDS = ['park_id', 'ticket_id', 'no', 'type', 'at', 'on_date', 'cycle', 'state', 'world', 'data', 'words', 'actor_kind', 'cadre_id', 'client_id'].join(', ');
const INSERT_EVENTS = `INSERT INTO ticket_event (${EVENT_FIELDS}) SELECT ${EVENT_FIELDS} FROM jsonb_populate_recordset(NULL::ticket_event, $1::jsonb)`;

const CLOCK_KEY = ['park_id', 'ticket_id', 'no'];
const CLOCK_FIELDS = ['kind', 'cycle', 'started_at', 'started_on', 'term', 'rework', 'extensions', 'rests', 'due_at', 'due_on', 'original_due_at', 'calendar_provisional', 'stopped_at', 'stopped_on', 'breached_at', 'breached_on', 'responsible_id'];
// Those that stop are written before those that start: of most kinds one runs at a time.
const UPSERT_CLOCKS = `
  INSERT INTO ticket_clock (${[...CLOCK_KEY, ...CLOCK_FIELDS].join(', ')})
  SELECT ${[...CLOCK_KEY, ...CLOCK_FIELDS].join(', ')} FROM jsonb_populate_recordset(NULL::ticket_clock, $1::jsonb) ORDER BY ticket_id, no
  ON CONFLICT (park_id, ticket_id, no) DO UPDATE SET ${CLOCK_FIELDS.map((column) => `${column} = excluded.${column}`).join(', ')}
`;
