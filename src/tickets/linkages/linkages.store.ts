import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { Database, sideBySide } from '../../platform/db/database';
import { Linkage, type LinkageReply } from './linkage.entity';
import { FollowUp, LinkageParticipant, LinkageSession } from './linkage-session.entity';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface ShownFollowUp extends Pick<FollowUp, 'id' | 'what' | 'dueOn' | 'doneOn' | 'note'> {
  readonly cadre: Named;
  readonly doneBy: Named | null;
}

/** Instants inside are text, as PostgreSQL writes them into JSON. */
export interface ShownSession extends Pick<LinkageSession, 'id' | 'place' | 'decisions'> {
  readonly heldAt: string;
  readonly recordedBy: Named;
  readonly recordedAt: string;
  readonly participants: readonly Named[];
  readonly followUps: readonly ShownFollowUp[];
}

export interface ShownReply extends Pick<LinkageReply, 'id' | 'text'> {
  readonly cadre: Named;
  readonly at: string;
}

/** A linkage with everything that belongs to it; of members and departments those that there are now, and departments that have replied. */
export interface ShownLinkage extends Omit<Linkage, 'leadId' | 'closedBy' | 'createdAt'> {
  readonly lead: Named | null;
  readonly closedBy: Named | null;
  readonly team: readonly (Named & { readonly joinedAt: string })[];
  readonly departments: readonly (Named & { readonly invitedAt: string; readonly invited: boolean; readonly replies: readonly ShownReply[] })[];
  readonly sessions: readonly ShownSession[];
}

export interface Team {
  readonly cadreIds: readonly string[];
  readonly departmentIds: readonly string[];
}

export interface NewSession {
  readonly session: LinkageSession;
  readonly participantIds: readonly string[];
  readonly followUps: readonly FollowUp[];
}

/** Linkages of tickets. Whoever changes one holds its ticket first. */
@Injectable()
export class LinkagesStore {
  constructor(private readonly database: Database) {}

  /** Opens a level, unless it is open: then it needs a lead anew. Answers whether it was opened. */
  async open(em: EntityManager, linkage: Linkage): Promise<boolean> {
    const { id, parkId, ticketId, cycle, level, openedAt, openedOn, createdAt } = linkage;
    const [row]: { opened: boolean }[] = await em.query(
      `INSERT INTO linkage (id, park_id, ticket_id, cycle, level, opened_at, opened_on, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)
       ON CONFLICT (park_id, ticket_id, level) WHERE closed_at IS NULL DO UPDATE SET lead_id = NULL, version = linkage.version + 1, updated_at = excluded.updated_at
       RETURNING id = $1 AS opened`, [id, parkId, ticketId, cycle, level, openedAt, openedOn, createdAt]);
    return row?.opened === true;
  }

  /** The lead of the level at which the ticket stands. */
  async nameLead(em: EntityManager, parkId: string, ticketId: string, leadId: string, at: Date): Promise<void> {
    await em.query(
      `UPDATE linkage l SET lead_id = $3, version = l.version + 1, updated_at = $4 FROM ticket t
       WHERE l.park_id = $1 AND l.ticket_id = $2 AND l.closed_at IS NULL AND t.park_id = l.park_id AND t.id = l.ticket_id AND t.level = l.level`, [parkId, ticketId, leadId, at]);
  }

  /** Closes what is open of a ticket that has ended. */
  async closeAll(em: EntityManager, parkId: string, ticketId: string, at: Date, on: Day): Promise<Pick<Linkage, 'id' | 'cycle' | 'level'>[]> {
    const [rows]: [Pick<Linkage, 'id' | 'cycle' | 'level'>[], number] = await em.query(
      `UPDATE linkage SET closed_at = $3, closed_on = $4, closing = 'ticket_ended', version = version + 1, updated_at = $3
       WHERE park_id = $1 AND ticket_id = $2 AND closed_at IS NULL RETURNING id, cycle, level`, [parkId, ticketId, at, on]);
    return rows.toSorted((one, other) => one.level - other.level);
  }

  /** The ticket of a linkage in the actor's scope. */
  async ticketOf(em: EntityManager, actor: Actor, id: string): Promise<Pick<Linkage, 'parkId' | 'ticketId'> | undefined> {
    const [row]: Pick<Linkage, 'parkId' | 'ticketId'>[] = await em.query('SELECT park_id AS "parkId", ticket_id AS "ticketId" FROM linkage WHERE id = $1 AND park_id = ANY ($2)', [id, [...actor.parkIds]]);
    return row;
  }

  async find(em: EntityManager, _actor: Actor, parkId: string, id: string): Promise<ShownLinkage | undefined> {
    const [row]: ShownLinkage[] = await em.query(`SELECT ${WHOLE} FROM linkage l WHERE l.park_id = $1 AND l.id = $2`, [parkId, id]);
    return row;
  }

  /** The one of the level at which the ticket stands. */
  async findCurrent(em: EntityManager, _actor: Actor, parkId: string, ticketId: string): Promise<ShownLinkage | undefined> {
    const [row]: ShownLinkage[] = await em.query(
      `SELECT ${WHOLE} FROM linkage l JOIN ticket t ON t.park_id = l.park_id AND t.id = l.ticket_id AND t.level = l.level WHERE l.park_id = $1 AND l.ticket_id = $2 AND l.closed_at IS NULL`, [parkId, ticketId]);
    return row;
  }

  /** In the order in which they were opened. */
  async readOf(actor: Actor, parkId: string, ticketId: string): Promise<ShownLinkage[]> {
    return this.database.read<ShownLinkage>(actor, { name: 'linkages-of-ticket', text: `SELECT ${WHOLE} FROM linkage l WHERE l.park_id = $1 AND l.ticket_id = $2 ORDER BY l.id`, values: [parkId, ticketId] });
  }

  /** Given whole: whoever is not named leaves, with the time of it, and whoever comes back begins another stay. One that began and ended at this very instant goes on. */
  async changeTeam(em: EntityManager, { parkId, id }: Pick<Linkage, 'parkId' | 'id'>, { cadreIds, departmentIds }: Team, at: Date): Promise<void> {
    const lists = [['linkage_member', 'cadre_id', 'joined_at', cadreIds], ['linkage_department', 'department_id', 'invited_at', departmentIds]] as const;
    await sideBySide(lists.flatMap(([table, column, since, ids]) => [
      em.query(`UPDATE ${table} SET left_at = $4 WHERE park_id = $1 AND linkage_id = $2 AND left_at IS NULL AND ${column} <> ALL ($3)`, [parkId, id, [...ids], at]),
      em.query(
        `INSERT INTO ${table} (park_id, linkage_id, ${column}, ${since}) SELECT $1, $2, n.id, $4 FROM unnest($3::uuid[]) AS n (id)
         WHERE NOT EXISTS (SELECT FROM ${table} m WHERE m.park_id = $1 AND m.linkage_id = $2 AND m.${column} = n.id AND m.left_at IS NULL)
         ON CONFLICT (park_id, linkage_id, ${column}, ${since}) DO UPDATE SET left_at = NULL`, [parkId, id, [...ids], at]),
    ]));
  }

  async insertSession(em: EntityManager, { session, participantIds, followUps }: NewSession): Promise<void> {
    await em.insert(LinkageSession, session);
    const { id: sessionId, parkId } = session;
    await em.insert(LinkageParticipant, participantIds.map((cadreId) => ({ parkId, sessionId, cadreId })));
    if (followUps.length > 0) await em.insert(FollowUp, [...followUps]);
  }

  /** Of a department that is invited: the reply belongs to this invitation. */
  async insertReply(em: EntityManager, { id, parkId, linkageId, departmentId, cadreId, text, at }: Omit<LinkageReply, 'invitedAt'>): Promise<void> {
    await em.query(
      `INSERT INTO linkage_reply (id, park_id, linkage_id, department_id, invited_at, cadre_id, text, at) SELECT $1, d.park_id, d.linkage_id, d.department_id, d.invited_at, $5, $6, $7
       FROM linkage_department d WHERE d.park_id = $2 AND d.linkage_id = $3 AND d.department_id = $4 AND d.left_at IS NULL`, [id, parkId, linkageId, departmentId, cadreId, text, at]);
  }

  /** Changes a linkage whose ticket is held, and counts the change. */
  async update(em: EntityManager, { parkId, id, version }: Pick<Linkage, 'parkId' | 'id' | 'version'>, change: Partial<Linkage>, updatedAt: Date): Promise<void> {
    await em.update(Linkage, { parkId, id }, { ...change, version: version + 1, updatedAt });
  }
}

function named(table: string, park: string, id: string): string {
  return `(SELECT json_build_object('id', n.id, 'name', n.name) FROM ${table} n WHERE n.park_id = ${park} AND n.id = ${id})`;
}

function list(object: string, from: string, order: string): string {
  return `coalesce((SELECT json_agg(json_build_object(${object}) ORDER BY ${order}) FROM ${from}), '[]')`;
}

const FOLLOW_UPS = list(
  `'id', f.id, 'what', f.what, 'cadre', ${named('cadre', 'f.park_id', 'f.cadre_id')}, 'dueOn', f.due_on, 'doneOn', f.done_on, 'doneBy', ${named('cadre', 'f.park_id', 'f.done_by')}, 'note', f.note`,
  'follow_up f WHERE f.park_id = s.park_id AND f.session_id = s.id', 'f.due_on, f.id');
const PARTICIPANTS = list(`'id', c.id, 'name', c.name`, 'linkage_participant p JOIN cadre c ON c.park_id = p.park_id AND c.id = p.cadre_id WHERE p.park_id = s.park_id AND p.session_id = s.id', 'c.sort_key, c.id');
const SESSIONS = list(
  `'id', s.id, 'heldAt', s.held_at, 'place', s.place, 'decisions', s.decisions, 'recordedBy', ${named('cadre', 's.park_id', 's.recorded_by')}, 'recordedAt', s.recorded_at, 'participants', ${PARTICIPANTS}, 'followUps', ${FOLLOW_UPS}`,
  'linkage_session s WHERE s.park_id = l.park_id AND s.linkage_id = l.id', 's.held_at, s.id');
const REPLIES = list(
  `'id', r.id, 'cadre', ${named('cadre', 'r.park_id', 'r.cadre_id')}, 'text', r.text, 'at', r.at`,
  'linkage_reply r WHERE r.park_id = d.park_id AND r.linkage_id = d.linkage_id AND r.department_id = d.department_id', 'r.id');
// Of a department the invitation that stands or was the last, with what it has replied to all of them.
const DEPARTMENTS = list(
  `'id', n.id, 'name', n.name, 'invitedAt', d.invited_at, 'invited', d.left_at IS NULL, 'replies', ${REPLIES}`,
  `linkage_department d JOIN department n ON n.park_id = d.park_id AND n.id = d.department_id WHERE d.park_id = l.park_id AND d.linkage_id = l.id
     AND NOT EXISTS (SELECT FROM linkage_department o WHERE o.park_id = d.park_id AND o.linkage_id = d.linkage_id AND o.department_id = d.department_id
       AND (o.left_at IS NULL, o.invited_at) > (d.left_at IS NULL, d.invited_at))
     AND (d.left_at IS NULL OR EXISTS (SELECT FROM linkage_reply r WHERE r.park_id = d.park_id AND r.linkage_id = d.linkage_id AND r.department_id = d.department_id))`, 'd.invited_at, n.id');
const TEAM = list(
  `'id', c.id, 'name', c.name, 'joinedAt', m.joined_at`,
  'linkage_member m JOIN cadre c ON c.park_id = m.park_id AND c.id = m.cadre_id WHERE m.park_id = l.park_id AND m.linkage_id = l.id AND m.left_at IS NULL', 'm.joined_at, c.id');
const WHOLE = `
  l.id, l.park_id AS "parkId", l.ticket_id AS "ticketId", l.cycle, l.level, ${named('cadre', 'l.park_id', 'l.lead_id')} AS lead, l.opened_at AS "openedAt", l.opened_on AS "openedOn",
  l.closed_at AS "closedAt", l.closed_on AS "closedOn", l.closing, l.outcome, ${named('cadre', 'l.park_id', 'l.closed_by')} AS "closedBy", l.version, l.updated_at AS "updatedAt",
  ${TEAM} AS team, ${DEPARTMENTS} AS departments, ${SESSIONS} AS sessions`;
