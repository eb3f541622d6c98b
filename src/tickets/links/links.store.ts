import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { Database } from '../../platform/db/database';
import { ASKING_EVENT, type LinkPurpose, type Taking } from '../domain/enterprise-link';
import type { Happening } from '../domain/happening';
import { EnterpriseLink, LinkDelivery } from './enterprise-link.entity';

/** A link that is about to be sent, with what its message says. */
export interface ClaimedDelivery {
  readonly link: EnterpriseLink;
  readonly ticketNumber: string;
  /** How often it was tried before and an answer came: a process that was killed on the way has not tried. */
  readonly attempts: number;
  /** Names this attempt: until then nobody else takes it. */
  readonly leasedUntil: Date;
}

/** What the enterprise was told, without who told it. */
export interface ToldToEnterprise {
  readonly no: number;
  readonly type: Happening['type'];
  readonly at: Date;
  readonly department: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly words: Readonly<Record<string, unknown>> | null;
}

/** Links and their outbox. Whoever changes links of a ticket holds the ticket first. */
@Injectable()
export class LinksStore {
  constructor(private readonly database: Database) {}

  async insert(em: EntityManager, link: EnterpriseLink): Promise<void> {
    await em.insert(EnterpriseLink, link);
  }

  async enqueue(em: EntityManager, { parkId, id }: EnterpriseLink, now: Date): Promise<void> {
    await em.insert(LinkDelivery, { parkId, linkId: id, attempts: 0, nextTryAt: now, lastError: null, deliveredAt: null, givenUpAt: null });
  }

  /** Whoever has the token has no park yet: that is what the link says. */
  async findByTokenAsSystem(system: Actor, tokenHash: Buffer): Promise<EnterpriseLink | undefined> {
    const [row] = await this.database.read<EnterpriseLink>(system, { name: 'enterprise-link', text: `SELECT ${LINK_COLUMNS} FROM enterprise_link l WHERE l.token_hash = $1`, values: [tokenHash] });
    return row;
  }

  /** The link as it is now, held until the transaction ends. */
  async lock(em: EntityManager, _actor: Actor, { id, parkId }: EnterpriseLink): Promise<EnterpriseLink | undefined> {
    const [row]: EnterpriseLink[] = await em.query(`SELECT ${LINK_COLUMNS} FROM enterprise_link l WHERE l.park_id = $1 AND l.id = $2 FOR NO KEY UPDATE`, [parkId, id]);
    return row;
  }

  async markUsed(em: EntityManager, { id, parkId }: EnterpriseLink, now: Date): Promise<void> {
    await em.update(EnterpriseLink, { id, parkId }, { usedAt: now });
  }

  /** Links of a ticket that nobody has answered through, but for those that ask about a later event, lead nowhere from now on. */
  async supersede(em: EntityManager, _actor: Actor, parkId: string, ticketId: string, before: number, now: Date): Promise<void> {
    await em.query(
      'UPDATE enterprise_link SET superseded_at = $4 WHERE park_id = $1 AND ticket_id = $2 AND event_no < $3 AND used_at IS NULL AND superseded_at IS NULL', [parkId, ticketId, before, now]);
  }

  /** Another goes in its place. */
  async supersedeOne(em: EntityManager, { id, parkId }: EnterpriseLink, now: Date): Promise<void> {
    await em.query('UPDATE enterprise_link SET superseded_at = $3 WHERE park_id = $1 AND id = $2 AND used_at IS NULL AND superseded_at IS NULL', [parkId, id, now]);
  }

  /** The number of the event of this cycle that asks. */
  async askingEvent(em: EntityManager, _actor: Actor, parkId: string, ticketId: string, purpose: LinkPurpose, cycle: number): Promise<number | undefined> {
    const [row]: { no: number | null }[] = await em.query(
      'SELECT max(no) AS no FROM ticket_event WHERE park_id = $1 AND ticket_id = $2 AND type = $3 AND cycle = $4', [parkId, ticketId, ASKING_EVENT[purpose], cycle]);
    return row?.no ?? undefined;
  }

  /** Who answers for the ticket. */
  async handlerOf(em: EntityManager, _actor: Actor, parkId: string, ticketId: string): Promise<string | null> {
    const [row]: { handlerId: string | null }[] = await em.query('SELECT handler_id AS "handlerId" FROM ticket WHERE park_id = $1 AND id = $2', [parkId, ticketId]);
    return row?.handlerId ?? null;
  }

  /** What a client has passed on is where it should be. */
  async markReceived(em: EntityManager, parkId: string, ticketId: string, clientId: string, eventNo: number, now: Date): Promise<void> {
    await em.query(
      'UPDATE enterprise_link SET delivered_at = $5 WHERE park_id = $1 AND ticket_id = $2 AND client_id = $3 AND event_no = $4 AND delivered_at IS NULL', [parkId, ticketId, clientId, eventNo, now]);
  }

  /** Answers, explanations and outcomes of a ticket, oldest first, each with the department that spoke. */
  async told(actor: Actor, parkId: string, ticketId: string): Promise<ToldToEnterprise[]> {
    return this.database.read<ToldToEnterprise>(actor, {
      name: 'told-to-enterprise',
      text: `SELECT e.no, e.type, e.at, d.name AS department, e.data, e.words FROM ticket_event e
             LEFT JOIN cadre c ON c.park_id = e.park_id AND c.id = e.cadre_id LEFT JOIN department d ON d.park_id = c.park_id AND d.id = c.department_id
             WHERE e.park_id = $1 AND e.ticket_id = $2 AND e.type IN ('answer', 'explain', 'resolve') ORDER BY e.no`,
      values: [parkId, ticketId],
    });
  }

  /** Takes what is due, at most so many; until the lease has run out nobody else takes it. What another process is at is left to it. */
  async claimAsSystem(em: EntityManager, _system: Actor, now: Date, leasedUntil: Date, most: number): Promise<ClaimedDelivery[]> {
    const rows: (EnterpriseLink & { readonly ticketNumber: string; readonly attempts: number })[] = await em.query(CLAIM, [now, leasedUntil, most]);
    return rows.map(({ ticketNumber, attempts, ...link }) => ({ link, ticketNumber, attempts, leasedUntil }));
  }

  async keepHash(em: EntityManager, { id, parkId }: EnterpriseLink, tokenHash: Buffer): Promise<void> {
    await em.update(EnterpriseLink, { id, parkId }, { tokenHash });
  }

  /** It is on its way no more; only what was `delivered` has reached its enterprise. False when somebody has written it before. */
  async markSent(em: EntityManager, _system: Actor, { id, parkId }: EnterpriseLink, result: Taking, now: Date): Promise<boolean> {
    const [rows]: [object[], number] = await em.query(
      'UPDATE link_delivery SET attempts = attempts + 1, delivered_at = $3, next_try_at = NULL, given_up_at = NULL, last_error = NULL WHERE park_id = $1 AND link_id = $2 AND delivered_at IS NULL RETURNING link_id', [parkId, id, now]);
    if (rows.length === 0) return false;
    if (result === 'delivered') await em.update(EnterpriseLink, { id, parkId }, { deliveredAt: now });
    return true;
  }

  /** The same attempt alone: one that somebody else has begun since is theirs to judge. Without a next try it is given up. */
  async markFailed(em: EntityManager, _system: Actor, { link: { id, parkId }, leasedUntil }: ClaimedDelivery, error: string, attempts: number, nextTryAt: Date | undefined, now: Date): Promise<void> {
    await em.query(
      `UPDATE link_delivery SET attempts = $7, last_error = $4, next_try_at = $5, given_up_at = CASE WHEN $5::timestamptz IS NULL THEN $6::timestamptz END
       WHERE park_id = $1 AND link_id = $2 AND next_try_at = $3`, [parkId, id, leasedUntil, error, nextTryAt ?? null, now, attempts]);
  }
}

const LINK_COLUMNS = `
  l.id, l.park_id AS "parkId", l.ticket_id AS "ticketId", l.event_no AS "eventNo", l.purpose, l.contact_id AS "contactId", l.client_id AS "clientId", l.token_hash AS "tokenHash",
  l.created_at AS "createdAt", l.expires_at AS "expiresAt", l.delivered_at AS "deliveredAt", l.used_at AS "usedAt", l.superseded_at AS "supersededAt"
`;

const CLAIM = `
  WITH due AS (
    SELECT d.park_id, d.link_id FROM link_delivery d WHERE d.next_try_at <= $1 ORDER BY d.next_try_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE link_delivery d SET next_try_at = $2 FROM due WHERE d.park_id = due.park_id AND d.link_id = due.link_id
    RETURNING d.park_id, d.link_id, d.attempts
  )
  SELECT ${LINK_COLUMNS}, t.number AS "ticketNumber", c.attempts
  FROM claimed c JOIN enterprise_link l ON l.park_id = c.park_id AND l.id = c.link_id JOIN ticket t ON t.park_id = l.park_id AND t.id = l.ticket_id
`;
