import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { Database, type Statement } from '../../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../../platform/http/page';
import type { State } from '../domain/lifecycle';
import type { MatterStatus } from '../domain/matter';
import type { TicketReader } from '../domain/ticket-access';
import { Matter, MatterNote } from './matter.entity';
import { variantOf, visibleTo } from '../tickets.store';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A matter as a list shows it. */
export interface ListedMatter extends Omit<Matter, 'openedBy' | 'decidedBy' | 'dismissedBy'> {
  readonly openedBy: Named | null;
  readonly decidedBy: Named | null;
  readonly dismissedBy: Named | null;
  readonly tickets: number;
  readonly enterprises: number;
}

export interface ShownMatterTicket {
  readonly ticketId: string;
  readonly number: string;
  readonly title: string;
  readonly status: State;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly addedAt: Date;
  readonly eventNo: number | null;
}

export interface ShownNote extends Pick<MatterNote, 'id' | 'text' | 'at' | 'cadreId'> {
  readonly cadreName: string;
}

export interface ShownMatter {
  readonly matter: ListedMatter;
  readonly tickets: readonly ShownMatterTicket[];
  readonly notes: readonly ShownNote[];
}

export interface MatterFilter extends PageQuery {
  readonly status?: MatterStatus;
  readonly guideItemId?: string;
}

/** What enough enterprises have raised to make a matter of it. */
export interface Concern {
  readonly guideItemId: string;
  readonly name: string;
  readonly category: string;
  readonly enterprises: number;
  readonly ticketIds: readonly string[];
}

@Injectable()
export class MattersStore {
  constructor(private readonly database: Database) {}

  async insert(em: EntityManager, matter: Matter): Promise<void> {
    await em.insert(Matter, matter);
  }

  async insertNote(em: EntityManager, note: MatterNote): Promise<void> {
    await em.insert(MatterNote, note);
  }

  /** Nobody else changes it until the transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<Pick<Matter, 'id' | 'parkId' | 'status' | 'version'> | undefined> {
    const [row]: Pick<Matter, 'id' | 'parkId' | 'status' | 'version'>[] = await em.query(
      'SELECT id, park_id AS "parkId", status, version FROM matter WHERE id = $1 AND park_id = ANY ($2) FOR NO KEY UPDATE', [id, [...actor.parkIds]]);
    return row;
  }

  async update(em: EntityManager, { parkId, id, version }: Pick<Matter, 'parkId' | 'id' | 'version'>, change: Partial<Matter>, updatedAt: Date): Promise<void> {
    await em.update(Matter, { parkId, id }, { ...change, version: version + 1, updatedAt });
  }

  /** Adds tickets to an open matter; what it has already stays as it is. Answers those that are new. */
  async addTickets(em: EntityManager, { parkId, id }: Pick<Matter, 'parkId' | 'id'>, ticketIds: readonly string[], at: Date): Promise<string[]> {
    const rows: { id: string }[] = await em.query(
      `INSERT INTO matter_ticket (park_id, matter_id, ticket_id, standing, added_at) SELECT $1, $2, t.id, 'open', $4 FROM unnest($3::uuid[]) t (id) ORDER BY t.id
       ON CONFLICT (park_id, matter_id, ticket_id) DO NOTHING RETURNING ticket_id AS id`, [parkId, id, [...ticketIds], at]);
    return rows.map((row) => row.id);
  }

  /** Those of a proposal join it, but for those that another open matter has by now. What was merged in the meantime has ended. */
  async acceptTickets(em: EntityManager, { parkId, id }: Pick<Matter, 'parkId' | 'id'>): Promise<void> {
    await em.query(
      `UPDATE matter_ticket m SET standing = CASE WHEN EXISTS (SELECT FROM matter_ticket o WHERE o.park_id = m.park_id AND o.ticket_id = m.ticket_id AND o.standing = 'open') THEN 'ended' ELSE 'open' END
       WHERE m.park_id = $1 AND m.matter_id = $2 AND m.standing = 'proposed'`, [parkId, id]);
  }

  /**
   * Where a ticket was merged, the one that goes on takes its place in matters that are proposed or open, unless an open one has that already. Answers
   * the matters that it has joined. Whoever decides holds the matter first and then its tickets; here it is the other way round, and PostgreSQL lets one
   * of the two begin again.
   */
  async passOn(em: EntityManager, parkId: string, { from, to }: { readonly from: string; readonly to: string }, at: Date): Promise<string[]> {
    const held: { id: string }[] = await em.query(
      `SELECT m.id FROM matter m WHERE m.park_id = $1 AND m.status IN ('proposed', 'open')
       AND m.id IN (SELECT x.matter_id FROM matter_ticket x WHERE x.park_id = $1 AND x.ticket_id = $2 AND x.standing <> 'ended') ORDER BY m.id FOR NO KEY UPDATE`, [parkId, from]);
    if (held.length === 0) return [];
    const ids = held.map(({ id }) => id);
    await em.query(`UPDATE matter_ticket SET standing = 'ended' WHERE park_id = $1 AND ticket_id = $2 AND matter_id = ANY ($3)`, [parkId, from, ids]);
    const joined: { id: string }[] = await em.query(
      `INSERT INTO matter_ticket (park_id, matter_id, ticket_id, standing, added_at) SELECT m.park_id, m.id, $2, m.status, $4 FROM matter m WHERE m.park_id = $1 AND m.id = ANY ($3)
       ON CONFLICT DO NOTHING RETURNING matter_id AS id`, [parkId, to, ids, at]);
    await em.query('UPDATE matter SET version = version + 1, updated_at = $3 WHERE park_id = $1 AND id = ANY ($2)', [parkId, ids, at]);
    return joined.map(({ id }) => id);
  }

  async endTickets(em: EntityManager, { parkId, id }: Pick<Matter, 'parkId' | 'id'>, answered: readonly { readonly ticketId: string; readonly eventNo: number }[]): Promise<void> {
    await em.query(
      `UPDATE matter_ticket m SET standing = 'ended', event_no = (SELECT a.no FROM unnest($3::uuid[], $4::integer[]) a (id, no) WHERE a.id = m.ticket_id) WHERE m.park_id = $1 AND m.matter_id = $2`,
      [parkId, id, answered.map(({ ticketId }) => ticketId), answered.map(({ eventNo }) => eventNo)]);
  }

  /** Of an open matter, in the order in which tickets are held. */
  async openTickets(em: EntityManager, { parkId, id }: Pick<Matter, 'parkId' | 'id'>): Promise<string[]> {
    const rows: { id: string }[] = await em.query(`SELECT ticket_id AS id FROM matter_ticket WHERE park_id = $1 AND matter_id = $2 AND standing = 'open' ORDER BY ticket_id`, [parkId, id]);
    return rows.map((row) => row.id);
  }

  /** The tickets of the park among the ids. */
  async ticketsOfPark(em: EntityManager, _actor: Actor, parkId: string, ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await em.query('SELECT id FROM ticket WHERE park_id = $1 AND id = ANY ($2)', [parkId, [...ids]]);
    return rows.map((row) => row.id);
  }

  /** As {@link read}, in the transaction that changes it. */
  async find(em: EntityManager, actor: Actor, id: string, reader: TicketReader | undefined): Promise<ShownMatter | undefined> {
    const { matter, tickets, notes } = wholeStatements(actor, id, reader);
    const [found]: ListedMatter[] = await em.query(matter.text, [...matter.values ?? []]);
    if (found === undefined) return undefined;
    return { matter: found, tickets: await em.query(tickets.text, [...tickets.values ?? []]), notes: await em.query(notes.text, [...notes.values ?? []]) };
  }

  /** With those of its tickets that the reader may see. */
  async read(actor: Actor, id: string, reader: TicketReader | undefined): Promise<ShownMatter | undefined> {
    const statements = wholeStatements(actor, id, reader);
    const [[matter], tickets, notes] = await this.database.readAll<[ListedMatter, ShownMatterTicket, ShownNote]>(actor, [statements.matter, statements.tickets, statements.notes]);
    return matter === undefined ? undefined : { matter, tickets, notes };
  }

  /** The park of a matter of whose tickets time has turned one, and nobody has judged it since. */
  async parkTurned(actor: Actor, id: string, now: Date): Promise<string | undefined> {
    const [row] = await this.database.read<{ parkId: string }>(actor, {
      name: 'matter-turned',
      text: `SELECT x.park_id AS "parkId" FROM matter_ticket x JOIN ticket t ON t.park_id = x.park_id AND t.id = x.ticket_id
             WHERE x.park_id = ANY ($1) AND x.matter_id = $2 AND t.turn_at <= $3 LIMIT 1`,
      values: [[...actor.parkIds], id, now],
    });
    return row?.parkId;
  }

  /** The newest first, with the number of those of their tickets that the reader may see. */
  async list(actor: Actor, parkId: string, query: MatterFilter, reader: TicketReader | undefined): Promise<PageRows<ListedMatter>> {
    return readPage<ListedMatter>(this.database, actor, query, 'matters', ['string'], (slice) => listStatement(parkId, query, reader, slice));
  }

  /**
   * What enough enterprises have raised within so many days of each other, since an instant, by tickets that no matter has or had. What has an open
   * or proposed matter is none.
   */
  async concerns(em: EntityManager, _system: Actor, parkId: string, { since, days, enterprises }: { readonly since: Date; readonly days: number; readonly enterprises: number }): Promise<Concern[]> {
    return em.query(CONCERNS, [parkId, since, days, enterprises]);
  }

  /** Answers whether it is proposed now: not where another process was faster. */
  async propose(em: EntityManager, matter: Matter, ticketIds: readonly string[]): Promise<boolean> {
    const { id, parkId, title, category, guideItemId, createdAt } = matter;
    const made: object[] = await em.query(
      `INSERT INTO matter (id, park_id, title, category, guide_item_id, status, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'proposed', 1, $6, $6)
       ON CONFLICT (park_id, guide_item_id) WHERE status IN ('proposed', 'open') DO NOTHING RETURNING id`, [id, parkId, title, category, guideItemId, createdAt]);
    if (made.length === 0) return false;
    await em.query(`INSERT INTO matter_ticket (park_id, matter_id, ticket_id, standing, added_at) SELECT $1, $2, unnest($3::uuid[]), 'proposed', $4`, [parkId, id, [...ticketIds], createdAt]);
    return true;
  }
}

/** A matter with those of its tickets that the reader may see, and its notes. */
function wholeStatements(actor: Actor, id: string, reader: TicketReader | undefined): Readonly<Record<'matter' | 'tickets' | 'notes', Statement>> {
  const key: readonly unknown[] = [[...actor.parkIds], id];
  const [counted, shown] = [[...key], [...key]];
  return {
    matter: { name: `matter-${variantOf(reader)}`, text: `SELECT ${columnsFor(reader, counted)} FROM matter m WHERE m.park_id = ANY ($1) AND m.id = $2`, values: counted },
    tickets: { name: `matter-tickets-${variantOf(reader)}`, text: `${TICKETS} ${seenBy(reader, shown)} ORDER BY t.number`, values: shown },
    notes: { name: 'matter-notes', text: NOTES, values: [...key] },
  };
}

function listStatement(parkId: string, { status, guideItemId }: MatterFilter, reader: TicketReader | undefined, { after, limit }: Slice): Statement {
  const values: unknown[] = [parkId, limit];
  const parts = [variantOf(reader)];
  const conditions: string[] = [];
  const filter = (part: string, condition: (at: string) => string, value: unknown): void => {
    parts.push(part);
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (status !== undefined) filter('status', (at) => `m.status = ${at}`, status);
  if (guideItemId !== undefined) filter('guide-item', (at) => `m.guide_item_id = ${at}`, guideItemId);
  if (after !== undefined) filter('after', (at) => `m.id < ${at}::uuid`, after[0]);
  return { name: ['matters', ...parts].join('-'), text: `SELECT ${columnsFor(reader, values)} FROM matter m WHERE ${['m.park_id = $1', ...conditions].join(' AND ')} ORDER BY m.id DESC LIMIT $2`, values };
}

function cadre(column: string): string {
  return `(SELECT json_build_object('id', c.id, 'name', c.name) FROM cadre c WHERE c.park_id = m.park_id AND c.id = m.${column})`;
}

/** Narrows tickets to those that the reader may see; the values are placed behind those that there are. */
function seenBy(reader: TicketReader | undefined, values: unknown[]): string {
  return reader === undefined ? '' : `AND ${visibleTo(reader, (value) => `$${values.push(value)}`)}`;
}

/** Counts what the reader may see: how many others there are is theirs to know who see them. */
function columnsFor(reader: TicketReader | undefined, values: unknown[]): string {
  const from = `FROM matter_ticket x JOIN ticket t ON t.park_id = x.park_id AND t.id = x.ticket_id WHERE x.park_id = m.park_id AND x.matter_id = m.id ${seenBy(reader, values)}`;
  return `${COLUMNS}, (SELECT count(*)::integer ${from}) AS tickets, (SELECT count(DISTINCT t.enterprise_id)::integer ${from}) AS enterprises`;
}

const COLUMNS = `
  m.id, m.park_id AS "parkId", m.title, m.description, m.category, m.guide_item_id AS "guideItemId", m.status, ${cadre('opened_by')} AS "openedBy", m.decision, m.means,
  ${cadre('decided_by')} AS "decidedBy", m.decided_at AS "decidedAt", m.dismiss_reason AS "dismissReason", ${cadre('dismissed_by')} AS "dismissedBy", m.dismissed_at AS "dismissedAt",
  m.version, m.created_at AS "createdAt", m.updated_at AS "updatedAt"`;
const TICKETS = `
  SELECT t.id AS "ticketId", t.number, t.title, t.state AS status, e.id AS "enterpriseId", e.name AS "enterpriseName", x.added_at AS "addedAt", x.event_no AS "eventNo"
  FROM matter_ticket x JOIN ticket t ON t.park_id = x.park_id AND t.id = x.ticket_id JOIN enterprise e ON e.park_id = t.park_id AND e.id = t.enterprise_id
  WHERE x.park_id = ANY ($1) AND x.matter_id = $2`;
const NOTES = `
  SELECT n.id, n.text, n.at, n.cadre_id AS "cadreId", c.name AS "cadreName" FROM matter_note n JOIN cadre c ON c.park_id = n.park_id AND c.id = n.cadre_id
  WHERE n.park_id = ANY ($1) AND n.matter_id = $2 ORDER BY n.id`;
// Looked at from each ticket back, so that it makes no difference when somebody looks.
const CONCERNS = `
  WITH raised AS (
    SELECT t.guide_item_id, t.id, t.enterprise_id, t.created_at FROM ticket t
    WHERE t.park_id = $1 AND t.guide_item_id IS NOT NULL AND t.created_at > $2 AND t.state NOT IN ('withdrawn', 'merged')
      AND NOT EXISTS (SELECT FROM matter_ticket x WHERE x.park_id = t.park_id AND x.ticket_id = t.id)
      AND NOT EXISTS (SELECT FROM matter m WHERE m.park_id = t.park_id AND m.guide_item_id = t.guide_item_id AND m.status IN ('proposed', 'open'))
  ), near AS (
    SELECT last.id AS last_id, r.guide_item_id, r.id, r.enterprise_id FROM raised last
    JOIN raised r ON r.guide_item_id = last.guide_item_id AND r.created_at <= last.created_at AND r.created_at > last.created_at - make_interval(days => $3)
  ), enough AS (
    SELECT last_id FROM near GROUP BY last_id HAVING count(DISTINCT enterprise_id) >= $4
  )
  SELECT n.guide_item_id AS "guideItemId", v.name, v.category, count(DISTINCT n.enterprise_id)::integer AS enterprises, array_agg(DISTINCT n.id) AS "ticketIds"
  FROM near n JOIN enough USING (last_id) CROSS JOIN LATERAL (
    SELECT g.name, g.category FROM guide_item_version g WHERE g.park_id = $1 AND g.guide_item_id = n.guide_item_id ORDER BY g.effective_from DESC LIMIT 1
  ) v GROUP BY n.guide_item_id, v.name, v.category ORDER BY n.guide_item_id`;
