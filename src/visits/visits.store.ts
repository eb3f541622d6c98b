import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, cadreOf } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database } from '../platform/db/database';
import { newId } from '../platform/ids';
import { seesEveryVisit } from './domain/visit-access';
import { Visit } from './visit.entity';

/** A cadre named in a visit, as it now is. */
export interface Participation {
  readonly cadreId: string;
  readonly confirmedAt: Date | null;
}

/** A visit with those who are named in it, the author first. */
export type VisitRecord = Visit & { readonly participants: readonly Participation[] };

/** As the database answers it: inside JSON an instant is text. */
export type VisitRow = Visit & { readonly participants: readonly { readonly cadreId: string; readonly confirmedAt: string | null }[] };

export const VISIT_COLUMNS = `
  v.id, v.park_id AS "parkId", v.enterprise_id AS "enterpriseId", v.author_id AS "authorId", v.occurred_at AS "occurredAt", v.recorded_at AS "recordedAt",
  v.device_offset_ms AS "deviceOffsetMs", v.corrected_at AS "correctedAt", v.on_date AS "onDate", v.received_at AS "receivedAt", v.ended_at AS "endedAt", v.mode,
  v.contacts_met AS "contactsMet", v.topics, v.summary, v.conditions, v.location_lng AS "locationLng", v.location_lat AS "locationLat",
  v.location_datum AS "locationDatum", v.review, v.reviewed_at AS "reviewedAt", v.reviewed_by AS "reviewedBy", v.review_reason AS "reviewReason",
  v.voided_at AS "voidedAt", v.voided_by AS "voidedBy", v.void_reason AS "voidReason", v.version, v.created_at AS "createdAt", v.updated_at AS "updatedAt",
  coalesce((
    SELECT json_agg(json_build_object('cadreId', n.cadre_id, 'confirmedAt', n.confirmed_at) ORDER BY n.cadre_id <> v.author_id, n.cadre_id)
    FROM visit_participant n WHERE n.park_id = v.park_id AND n.visit_id = v.id AND n.removed_at IS NULL
  ), '[]') AS participants`;

/** What an officer or leader sees: visits of enterprises that they are or were assigned to, and those that they wrote or are named in. */
export function ofCadre(cadre: string): string {
  return `(v.author_id = ${cadre}
    OR EXISTS (SELECT FROM visit_participant m WHERE m.park_id = v.park_id AND m.visit_id = v.id AND m.cadre_id = ${cadre} AND m.removed_at IS NULL)
    OR EXISTS (SELECT FROM assignment a WHERE a.park_id = v.park_id AND a.enterprise_id = v.enterprise_id AND a.cadre_id = ${cadre}))`;
}

export function toRecord(row: VisitRow): VisitRecord {
  return { ...row, participants: row.participants.map(({ cadreId, confirmedAt }) => ({ cadreId, confirmedAt: confirmedAt === null ? null : new Date(confirmedAt) })) };
}

@Injectable()
export class VisitsStore {
  constructor(private readonly database: Database) {}

  /** Outside of a transaction. */
  async get(actor: Actor, id: string): Promise<VisitRecord | undefined> {
    const [name, visible, values] = visibleOne(actor, id);
    const [row] = await this.database.read<VisitRow>(actor, { name, text: `SELECT ${VISIT_COLUMNS} FROM visit v WHERE ${visible}`, values });
    return row === undefined ? undefined : toRecord(row);
  }

  async find(em: EntityManager, actor: Actor, id: string): Promise<VisitRecord | undefined> {
    const [, visible, values] = visibleOne(actor, id);
    const [row]: VisitRow[] = await em.query(`SELECT ${VISIT_COLUMNS} FROM visit v WHERE ${visible}`, values);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Keeps others from changing the visit, then reads it as they left it: a second statement sees what the first one waited for. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<VisitRecord | undefined> {
    const [, visible, values] = visibleOne(actor, id);
    await em.query(`SELECT FROM visit v WHERE ${visible} FOR UPDATE OF v`, values);
    return this.find(em, actor, id);
  }

  /** The visit and its participants, in one statement. */
  async insert(em: EntityManager, { participants, ...visit }: VisitRecord): Promise<void> {
    await em.query(INSERT, [
      visit.id, visit.parkId, visit.enterpriseId, visit.authorId, visit.occurredAt, visit.recordedAt, visit.deviceOffsetMs, visit.correctedAt, visit.onDate, visit.receivedAt, visit.endedAt,
      visit.mode, visit.contactsMet, visit.topics, visit.summary, visit.conditions, visit.locationLng, visit.locationLat, visit.locationDatum, visit.review,
      participants.map(({ cadreId }) => cadreId),
    ]);
  }

  /** Writes down what the visit said until now. */
  async keepBefore(em: EntityManager, actor: Actor, { parkId, id }: Visit, reason: string | null, now: Date): Promise<void> {
    await em.query(
      `INSERT INTO visit_amendment (id, park_id, visit_id, amended_at, amended_by, reason, before)
       SELECT $3, v.park_id, v.id, $4, $5, $6, to_jsonb(v) || jsonb_build_object('participants', (
         SELECT jsonb_agg(to_jsonb(p) - 'park_id' - 'visit_id' ORDER BY p.cadre_id) FROM visit_participant p WHERE p.park_id = v.park_id AND p.visit_id = v.id))
       FROM visit v WHERE v.park_id = $1 AND v.id = $2`,
      [parkId, id, newId(now), now, cadreOf(actor), reason]);
  }

  /** Changes a locked visit. */
  async update(em: EntityManager, { parkId, id, version }: Visit, change: Partial<Visit>, now: Date): Promise<void> {
    await em.update(Visit, { parkId, id }, { ...change, version: version + 1, updatedAt: now });
  }

  /** Who is named now: those who went are kept as removed, those who came have to confirm. All carry the visit's day. */
  async writeParticipants(em: EntityManager, { parkId, id }: Visit, change: { added: readonly string[]; removed: readonly string[]; on: Day }, now: Date): Promise<void> {
    await em.query(
      `UPDATE visit_participant SET on_date = $3, removed_at = CASE WHEN cadre_id = ANY($4::uuid[]) THEN $5::timestamptz ELSE removed_at END
       WHERE park_id = $1 AND visit_id = $2`, [parkId, id, change.on, change.removed, now]);
    if (change.added.length === 0) return;
    await em.query(
      `INSERT INTO visit_participant (park_id, visit_id, cadre_id, on_date) SELECT $1, $2, cadre_id, $3 FROM unnest($4::uuid[]) AS named(cadre_id)
       ON CONFLICT (park_id, visit_id, cadre_id) DO UPDATE SET on_date = excluded.on_date, confirmed_at = NULL, removed_at = NULL`,
      [parkId, id, change.on, change.added]);
  }

  async confirm(em: EntityManager, { parkId, id }: Visit, cadreId: string, now: Date): Promise<void> {
    await em.query('UPDATE visit_participant SET confirmed_at = $4 WHERE park_id = $1 AND visit_id = $2 AND cadre_id = $3', [parkId, id, cadreId, now]);
  }
}

function visibleOne(actor: Actor, id: string): [name: string, condition: string, values: unknown[]] {
  const inScope = 'v.id = $1 AND v.park_id = ANY($2)';
  if (seesEveryVisit(actor)) return ['visit', inScope, [id, actor.parkIds]];
  return ['visit-of-cadre', `${inScope} AND ${ofCadre('$3')}`, [id, actor.parkIds, cadreOf(actor)]];
}

// The author confirms by writing; the others have to say that they were there. Foreign keys are checked when the whole statement is done.
const INSERT = `
  WITH logged AS (
    INSERT INTO visit (id, park_id, enterprise_id, author_id, occurred_at, recorded_at, device_offset_ms, corrected_at, on_date, received_at, ended_at, mode, contacts_met,
                       topics, summary, conditions, location_lng, location_lat, location_datum, review, version, created_at, updated_at)
    VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8, $9::date, $10::timestamptz, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1, $10::timestamptz, $10::timestamptz)
  )
  INSERT INTO visit_participant (park_id, visit_id, cadre_id, on_date, confirmed_at)
  SELECT $2::uuid, $1::uuid, cadre_id, $9::date, CASE WHEN cadre_id = $4::uuid THEN $10::timestamptz END FROM unnest($21::uuid[]) AS named(cadre_id)
`;
