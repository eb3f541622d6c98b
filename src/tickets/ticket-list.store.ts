import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Problem } from '../kernel/problem';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, type Slice, totalIn } from '../platform/http/page';
import type { Recorded } from './domain/history';
import type { Closing } from './domain/happening';
import { isOpen, type State } from './domain/lifecycle';
import type { TicketReader } from './domain/ticket-access';
import { ticketSearchOf } from './domain/ticket-search';
import { hasTurned, isAssigned, TICKET_COLUMNS, type TicketRow, TicketsStore, variantOf, visibleTo } from './tickets.store';

/** What narrows every list of tickets; instants in RFC 3339. */
export interface TicketFilters {
  readonly status?: State;
  readonly breached?: boolean;
  readonly enterpriseId?: string;
  readonly handlerId?: string;
  readonly departmentId?: string;
  readonly visitId?: string;
  readonly category?: string;
  readonly level?: number;
  readonly raisedFrom?: Day;
  readonly raisedTo?: Day;
  readonly q?: string;
}

export interface TicketFilter extends TicketFilters, PageQuery {
  readonly open?: boolean;
  readonly closing?: Closing;
}

/** Places values into a statement and gathers its conditions, with a name that tells which there are. */
export class Conditions {
  readonly values: unknown[];
  readonly used: string[] = [];
  readonly #conditions: string[] = [];

  constructor(first: readonly unknown[]) {
    this.values = [...first];
  }

  param(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  where(name: string, condition: string): void {
    this.used.push(name);
    this.#conditions.push(condition);
  }

  get text(): string {
    return this.#conditions.map((condition) => `AND ${condition}`).join(' ');
  }
}

/** Adds what the filters say of `t`. The park is the first value of the statement. */
export function filterTickets(conditions: Conditions, { status, breached, enterpriseId, handlerId, departmentId, visitId, category, level, raisedFrom, raisedTo, q }: TicketFilters): void {
  const equal = (name: string, column: string, value: unknown): void => {
    if (value !== undefined) conditions.where(name, `t.${column} = ${conditions.param(value)}`);
  };
  equal('status', 'state', status);
  // What is open is found among the open ones.
  if (status !== undefined && isOpen(status)) filterOpen(conditions, true);
  equal('enterprise', 'enterprise_id', enterpriseId);
  equal('handler', 'handler_id', handlerId);
  equal('department', 'department_id', departmentId);
  equal('visit', 'visit_id', visitId);
  equal('category', 'category', category);
  equal('level', 'level', level);
  if (breached !== undefined) conditions.where(breached ? 'breached' : 'kept', `t.breaches ${breached ? '>' : '='} 0`);
  // A day begins by the clocks of the park.
  const begins = (day: string): string => `(SELECT (${day})::timestamp AT TIME ZONE p.time_zone FROM park p WHERE p.id = $1)`;
  if (raisedFrom !== undefined) conditions.where('from', `coalesce(t.raised_at, t.created_at) >= ${begins(`${conditions.param(raisedFrom)}::date`)}`);
  if (raisedTo !== undefined) conditions.where('to', `coalesce(t.raised_at, t.created_at) < ${begins(`${conditions.param(raisedTo)}::date + 1`)}`);
  if (q !== undefined) search(conditions, q);
}

/** The words stand in the text, since a partial index answers only what is seen to lie inside it. */
export function filterOpen(conditions: Conditions, open: boolean): void {
  conditions.where(open ? 'open' : 'ended', `t.ended_at IS ${open ? '' : 'NOT '}NULL`);
}

const NUMBER = /^[A-Z0-9]{2,10}-(\d{4})-(\d{6,9})$/;

function search(conditions: Conditions, typed: string): void {
  const said = typed.normalize('NFKC').trim().toUpperCase();
  const [, year, sequence] = NUMBER.exec(said) ?? [];
  if (year !== undefined && sequence !== undefined) {
    conditions.where('number', `t.year = ${conditions.param(Number(year))} AND t.sequence = ${conditions.param(Number(sequence))} AND t.number = ${conditions.param(said)}`);
    return;
  }
  const { pieces, pattern } = ticketSearchOf(typed);
  if (pieces.length === 0) throw new Problem('malformed', { errors: [{ pointer: '/query/q', code: 'too-short', params: { min: 2 } }] });
  conditions.where('q', `t.id IN (SELECT search_tickets($1, ${conditions.param(pieces)}::text[], ${conditions.param(pattern)}))`);
}

/** Tickets of a park, the newest number first. */
@Injectable()
export class TicketListStore {
  constructor(private readonly database: Database, private readonly store: TicketsStore) {}

  /** One page, and whether time has turned a ticket of the park that nobody has judged since. */
  async list(actor: Actor, parkId: string, query: TicketFilter, reader: TicketReader | undefined, now: Date): Promise<PageRows<TicketRow> & { stale: boolean }> {
    const [page, ...count] = pageStatements(query, 'tickets', ['number', 'number'], (slice) => listStatement(parkId, query, reader, slice));
    const [rows, turned, counted] = await this.database.readAll<[TicketRow, object, Counted]>(actor, [page, hasTurned(parkId, now), ...count]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }

  async events(actor: Actor, parkId: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Recorded[]>> {
    return ids.length === 0 ? new Map<string, readonly Recorded[]>() : this.store.readEventsOf(actor, parkId, ids);
  }
}

/** The parks in which time has turned a ticket by now. */
export function parksTurned(now: Date): Statement {
  return { name: 'tickets-turned-parks', text: 'SELECT p.id FROM park p WHERE EXISTS (SELECT FROM ticket t WHERE t.park_id = p.id AND t.turn_at <= $1) ORDER BY p.id', values: [now] };
}

/** A slice of a park's tickets, the newest number first. */
export function listStatement(parkId: string, query: TicketFilter, reader: TicketReader | undefined, { after, limit }: Slice): Statement {
  const conditions = new Conditions([parkId, limit]);
  filterTickets(conditions, query);
  if (query.open !== undefined) filterOpen(conditions, query.open);
  if (query.closing !== undefined) conditions.where('closing', `t.closing = ${conditions.param(query.closing)}`);
  if (after !== undefined) conditions.where('after', `(t.year, t.sequence) < (${conditions.param(after[0])}, ${conditions.param(after[1])})`);
  // What names an enterprise, a visit, a handler or words is little, whoever reads it; of all the rest a reader sees little.
  const little = [query.enterpriseId, query.visitId, query.handlerId, query.q].some((given) => given !== undefined);
  if (reader !== undefined && little) conditions.where(`${variantOf(reader)}-of-these`, visibleTo(reader, (value) => conditions.param(value)));
  const text = reader === undefined || little ? newestOf(`SELECT ${TICKET_COLUMNS} FROM ticket t`, conditions.text) : ofReader(conditions, reader);
  return { name: ['tickets', ...conditions.used].join('-'), text, values: conditions.values };
}

function newestOf(select: string, conditions: string): string {
  return `${select} WHERE t.park_id = $1 ${conditions} ORDER BY t.year DESC, t.sequence DESC LIMIT $2`;
}

/**
 * The newest of each source of what the reader sees, merged: a page costs a page of each, of each of their enterprises, and as many tickets as they
 * collaborate on or are linked to, however many others there are.
 */
function ofReader(conditions: Conditions, reader: TicketReader): string {
  const filters = conditions.text;
  conditions.used.push(variantOf(reader));
  const me = conditions.param(reader.cadreId);
  const ids = 'SELECT t.id, t.year, t.sequence FROM ticket t';
  const from = (column: string, value: string): string => newestOf(ids, `AND t.${column} = ${value} ${filters}`);
  const sources = [from('handler_id', me), from('lead_id', me), from('registered_by', me)];
  const mine = reader.departmentId === null ? undefined : conditions.param(reader.departmentId);
  if (mine !== undefined) sources.push(from('department_id', mine));
  sources.push(newestOf('SELECT t.id, t.year, t.sequence FROM ticket_collaborator c JOIN ticket t ON t.park_id = c.park_id AND t.id = c.ticket_id', `AND c.park_id = $1 AND c.cadre_id = ${me} ${filters}`));
  // One by one, by their ids: a join might read all tickets for the few that somebody is linked to.
  sources.push(`SELECT one.* FROM (${linkedTo(me, mine)}) linked CROSS JOIN LATERAL (${ids} WHERE t.park_id = $1 AND t.id = linked.ticket_id ${filters} LIMIT 1) one
    ORDER BY one.year DESC, one.sequence DESC LIMIT $2`);
  if (reader.visits) {
    sources.push(`SELECT newest.* FROM (SELECT DISTINCT a.enterprise_id FROM assignment a WHERE a.park_id = $1 AND a.cadre_id = ${me} AND ${isAssigned(conditions.param(reader.now))}) mine
      CROSS JOIN LATERAL (${newestOf(ids, `AND t.enterprise_id = mine.enterprise_id ${filters}`)}) newest`);
  }
  return `
    SELECT ${TICKET_COLUMNS} FROM (${sources.map((source) => `(${source})`).join(' UNION ')} ORDER BY year DESC, sequence DESC LIMIT $2) page
    JOIN ticket t ON t.park_id = $1 AND t.id = page.id ORDER BY t.year DESC, t.sequence DESC`;
}

/** The tickets of the linkages that somebody leads, belongs to, or whose department was invited, each once. */
function linkedTo(me: string, department: string | undefined): string {
  return [
    `SELECT l.ticket_id FROM linkage l WHERE l.park_id = $1 AND l.lead_id = ${me}`,
    `SELECT l.ticket_id FROM linkage_member m JOIN linkage l ON l.park_id = m.park_id AND l.id = m.linkage_id WHERE m.park_id = $1 AND m.cadre_id = ${me} AND m.left_at IS NULL`,
    ...(department === undefined ? [] : [
      `SELECT l.ticket_id FROM linkage_department d JOIN linkage l ON l.park_id = d.park_id AND l.id = d.linkage_id WHERE d.park_id = $1 AND d.department_id = ${department} AND d.left_at IS NULL`,
    ]),
  ].join(' UNION ');
}
