import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, LessThanOrEqual } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, sideBySide, type Statement } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../platform/http/page';
import type { Datum } from './domain/location';
import { searchOf } from './domain/name-search';
import type { EnterpriseStatus, StatusStanding } from './domain/status';
import { EnterpriseContact } from './enterprise-contact.entity';
import { EnterpriseStatusChange } from './enterprise-status.entity';
import { Enterprise } from './enterprise.entity';

export interface Contact {
  readonly name: string;
  readonly title: string | null;
  readonly phone: string | null;
}

/** An enterprise as it is today in its park. */
export interface EnterpriseView extends StatusStanding {
  readonly id: string;
  readonly parkId: string;
  readonly name: string;
  readonly uscc: string;
  readonly usccWarning: boolean;
  readonly industryCode: string | null;
  readonly address: string | null;
  readonly locationLng: number | null;
  readonly locationLat: number | null;
  readonly locationDatum: Datum | null;
  /** In full: only a response class that masks them, or a reading that is logged, may carry them further. */
  readonly contacts: readonly Contact[];
  readonly contactPreference: string | null;
  readonly tags: readonly string[];
  readonly contactsErasedAt: Date | null;
  readonly lastVisitOn: Day | null;
  readonly visitsLast30Days: number;
  readonly sortKey: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The row that a use case holds until its transaction ends. `status` is the one in force today. */
export interface LockedEnterprise {
  readonly id: string;
  readonly parkId: string;
  readonly name: string;
  readonly status: EnterpriseStatus;
  readonly statusOn: Day;
  readonly uscc: string;
  readonly usccWarning: boolean;
  readonly contactsErasedAt: Date | null;
  readonly version: number;
  readonly today: Day;
}

export interface EnterpriseFilters extends PageQuery {
  readonly q?: string;
  readonly status?: EnterpriseStatus;
  readonly tag?: string;
  readonly cadreId?: string;
}

@Injectable()
export class EnterprisesStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string, now: Date): Promise<EnterpriseView | null> {
    const [row]: EnterpriseView[] = await em.query(ONE, [[...actor.parkIds], id, now]);
    return row ?? null;
  }

  async read(actor: Actor, id: string, now: Date): Promise<EnterpriseView | null> {
    const [row] = await this.database.read<EnterpriseView>(actor, { name: 'enterprise', text: ONE, values: [actor.parkIds, id, now] });
    return row ?? null;
  }

  /** Sorted by name as it is said. `today` is the park's. */
  async list(actor: Actor, parkId: string, today: Day, query: EnterpriseFilters): Promise<PageRows<EnterpriseView>> {
    return readPage<EnterpriseView>(this.database, actor, query, 'enterprises', ['string', 'string'], (slice) => this.#listStatement(parkId, today, query, slice));
  }

  #listStatement(parkId: string, today: Day, query: EnterpriseFilters, { after, limit }: Slice): Statement {
    const values: unknown[] = [parkId, today, limit];
    const param = (value: unknown): string => `$${values.push(value)}`;
    const used: string[] = [];
    const conditions: string[] = [];
    const where = (variant: string, condition: string): void => {
      used.push(variant);
      conditions.push(condition);
    };
    if (query.q !== undefined) {
      const { pieces, pattern, uscc } = searchOf(query.q);
      const byName = `SELECT search_enterprises($1, ${param(pieces)}::text[], ${param(pattern)})`;
      if (uscc === undefined) {
        where('q', `e.id IN (${byName})`);
      } else {
        const byCode = `SELECT c.id FROM enterprise c WHERE c.park_id = $1 AND c.uscc >= ${param(uscc.from)} AND c.uscc < ${param(uscc.before)}`;
        where('code', `e.id IN (${byName} UNION ALL ${byCode})`);
      }
    }
    if (query.status !== undefined) where('status', `CASE WHEN e.next_status_on <= $2::date THEN e.next_status ELSE e.status END = ${param(query.status)}`);
    if (query.tag !== undefined) where('tag', `${param(query.tag)} = ANY (e.tags)`);
    if (query.cadreId !== undefined) where('cadre', `EXISTS (${ASSIGNED_TODAY} AND a.cadre_id = ${param(query.cadreId)})`);
    if (after !== undefined) where('after', `(e.sort_key, e.id) > (${param(after[0])}, ${param(after[1])}::uuid)`);
    return {
      name: ['enterprises', ...used].join('-'),
      // The page is cut before anything is counted or gathered for its rows.
      text: `SELECT ${columns('$2::date')}
             FROM (SELECT e.* FROM enterprise e WHERE ${['e.park_id = $1', ...conditions].join(' AND ')} ORDER BY e.sort_key, e.id LIMIT $3) e
             ORDER BY e.sort_key, e.id`,
      values,
    };
  }

  /** Waits for whoever changes the enterprise, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string, now: Date): Promise<LockedEnterprise | null> {
    const [row]: LockedEnterprise[] = await em.query(
      `SELECT e.id, e.park_id AS "parkId", e.name, ${inForce('here.today')}, e.uscc, e.uscc_warning AS "usccWarning",
              e.contacts_erased_at AS "contactsErasedAt", e.version, here.today
       FROM enterprise e JOIN park p ON p.id = e.park_id CROSS JOIN LATERAL (SELECT ($3::timestamptz AT TIME ZONE p.time_zone)::date AS today) here
       WHERE e.park_id = ANY ($1) AND e.id = $2 FOR NO KEY UPDATE OF e`, [[...actor.parkIds], id, now]);
    return row ?? null;
  }

  async insert(em: EntityManager, enterprise: Enterprise): Promise<void> {
    await em.insert(Enterprise, enterprise);
  }

  /** Changes a row that {@link lock} holds. */
  async update(em: EntityManager, { id, parkId, version }: LockedEnterprise, change: Partial<Enterprise>): Promise<void> {
    await em.update(Enterprise, { id, parkId }, { ...change, version: version + 1 });
  }

  async contacts(em: EntityManager, actor: Actor, enterpriseId: string): Promise<EnterpriseContact[]> {
    return em.find(EnterpriseContact, { where: { enterpriseId, parkId: In([...actor.parkIds]) }, order: { position: 'ASC' } });
  }

  /** Puts the rows in the place of all that were. */
  async replaceContacts(em: EntityManager, { id, parkId }: { id: string; parkId: string }, contacts: readonly EnterpriseContact[]): Promise<void> {
    await em.delete(EnterpriseContact, { parkId, enterpriseId: id });
    if (contacts.length > 0) await em.insert(EnterpriseContact, [...contacts]);
  }

  async exitedWithContactsAsSystem(system: Actor, parkId: string, before: Day): Promise<readonly string[]> {
    const rows = await this.database.read<{ id: string }>(system, {
      name: 'exited-with-contacts',
      text: `SELECT DISTINCT e.id FROM enterprise_contact c JOIN enterprise e ON e.park_id = c.park_id AND e.id = c.enterprise_id
             WHERE c.park_id = $1 AND e.status = 'exited' AND e.status_on < $2 ORDER BY e.id`,
      values: [parkId, before],
    });
    return rows.map(({ id }) => id);
  }

  async phoneOfContactAsSystem(em: EntityManager, _system: Actor, parkId: string, id: string, unchangedSince: Date): Promise<string | undefined> {
    const contact = await em.findOne(EnterpriseContact, { where: { id, parkId, changedAt: LessThanOrEqual(unchangedSince) } });
    return contact?.phone ?? undefined;
  }

  /** The changes that stand, ascending by their day. */
  async statusChanges(em: EntityManager, actor: Actor, enterpriseId: string): Promise<EnterpriseStatusChange[]> {
    return em.find(EnterpriseStatusChange, { where: { enterpriseId, parkId: In([...actor.parkIds]), replacedAt: IsNull() }, order: { onDate: 'ASC' } });
  }

  async insertStatusChange(em: EntityManager, change: EnterpriseStatusChange): Promise<void> {
    await em.insert(EnterpriseStatusChange, change);
  }

  async markReplaced(em: EntityManager, parkId: string, ids: readonly string[], now: Date): Promise<void> {
    if (ids.length > 0) await em.update(EnterpriseStatusChange, { parkId, id: In([...ids]) }, { replacedAt: now });
  }

  /**
   * Takes the last visit from the log anew. The row is locked first and the log is read after, in a statement of its own: two visits that are
   * logged at once would otherwise each miss the other's. What a reader may have changed is untouched, so the version stays.
   */
  async followVisits(em: EntityManager, _actor: Actor, parkId: string, id: string): Promise<void> {
    await sideBySide([em.query('SELECT FROM enterprise WHERE park_id = $1 AND id = $2 FOR NO KEY UPDATE', [parkId, id]), em.query(
      `WITH log AS (SELECT max(v.on_date) AS last_on FROM visit v WHERE v.park_id = $1 AND v.enterprise_id = $2 AND ${ON_SITE})
       UPDATE enterprise e SET last_visit_on = log.last_on FROM log
       WHERE e.park_id = $1 AND e.id = $2 AND e.last_visit_on IS DISTINCT FROM log.last_on`, [parkId, id])]);
  }

  /**
   * Writes the changes whose day has come, in all parks, with their journal entries. It asks what is due by now: run twice or late it does
   * nothing more, and a row that somebody is changing is left to them. What a reader sees has changed with the day already, so the version stays.
   */
  async turnStatusesAsSystem(em: EntityManager, system: Actor, now: Date): Promise<number> {
    const [row]: { turned: number }[] = await em.query(TURN, [now, system.requestId]);
    return row?.turned ?? 0;
  }
}

// A visit that was made: somebody stood on the spot, and nobody voided it or still doubts it.
const ON_SITE = "v.mode = 'on_site' AND v.voided_at IS NULL AND v.review IN ('none', 'accepted')";

const ASSIGNED_TODAY = `SELECT FROM assignment a WHERE a.park_id = e.park_id AND a.enterprise_id = e.id AND a.standing <> 'ended'
  AND a.starts_on <= $2::date AND (a.ends_on IS NULL OR a.ends_on > $2::date)`;

const inForce = (today: string): string => `
  CASE WHEN e.next_status_on <= ${today} THEN e.next_status ELSE e.status END AS status,
  CASE WHEN e.next_status_on <= ${today} THEN e.next_status_on ELSE e.status_on END AS "statusOn"`;

const columns = (today: string): string => `
  e.id, e.park_id AS "parkId", e.name, e.uscc, e.uscc_warning AS "usccWarning", e.industry_code AS "industryCode",
  ${inForce(today)},
  CASE WHEN e.next_status_on > ${today} THEN e.next_status END AS "nextStatus",
  CASE WHEN e.next_status_on > ${today} THEN e.next_status_on END AS "nextStatusOn",
  e.address, e.location_lng AS "locationLng", e.location_lat AS "locationLat", e.location_datum AS "locationDatum",
  coalesce((SELECT json_agg(json_build_object('name', c.name, 'title', c.title, 'phone', c.phone) ORDER BY c.position)
    FROM enterprise_contact c WHERE c.park_id = e.park_id AND c.enterprise_id = e.id), '[]') AS contacts,
  e.contact_preference AS "contactPreference", e.tags, e.contacts_erased_at AS "contactsErasedAt", e.last_visit_on AS "lastVisitOn",
  (SELECT count(*)::integer FROM visit v
    WHERE v.park_id = e.park_id AND v.enterprise_id = e.id AND v.on_date > ${today} - 30 AND v.on_date <= ${today} AND ${ON_SITE}) AS "visitsLast30Days",
  e.sort_key AS "sortKey", e.version, e.created_at AS "createdAt", e.updated_at AS "updatedAt"
`;

const ONE = `
  SELECT ${columns('here.today')}
  FROM enterprise e JOIN park p ON p.id = e.park_id CROSS JOIN LATERAL (SELECT ($3::timestamptz AT TIME ZONE p.time_zone)::date AS today) here
  WHERE e.park_id = ANY ($1) AND e.id = $2
`;

// The first comparison is what the index can answer: no zone's date is more than a day ahead of UTC's. Rows are locked by id, as everywhere.
const TURN = `
  WITH due AS (
    SELECT e.id FROM enterprise e JOIN park p ON p.id = e.park_id
    WHERE e.next_status_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date + 1 AND e.next_status_on <= ($1::timestamptz AT TIME ZONE p.time_zone)::date
    ORDER BY e.id FOR NO KEY UPDATE OF e SKIP LOCKED
  ), turned AS (
    UPDATE enterprise e SET status = e.next_status, status_on = e.next_status_on, next_status = NULL, next_status_on = NULL
    FROM due WHERE e.id = due.id
    RETURNING e.id, e.park_id, e.status, e.status_on
  ), entered AS (
    INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
    SELECT uuidv7(), park_id, 'enterprise.status_turned', $1, status_on, 'system', 'system', 'enterprise', id,
           jsonb_build_object('status', status, 'on', status_on), $2
    FROM turned
  )
  SELECT count(*)::integer AS turned FROM turned
`;
