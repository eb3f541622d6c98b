import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, readPage, type Slice, totalIn } from '../platform/http/page';
import { Assignment, type AssignmentRow } from './assignment.entity';
import type { Capacity } from './domain/capacity';
import type { LapseOutcome } from './domain/standing';
import { hasTurned, PROVISIONAL } from './duties.store';
import type { Lapse } from './lapse.entity';

export interface AssignmentFilter extends PageQuery {
  readonly enterpriseId?: string;
  readonly cadreId?: string;
  readonly capacity?: Capacity;
  readonly active?: boolean;
}

export interface LapseFilter extends PageQuery {
  readonly cadreId?: string;
  readonly enterpriseId?: string;
  readonly assignmentId?: string;
  readonly outcome?: LapseOutcome;
  readonly from?: Day;
  readonly to?: Day;
}

export type LapseRow = Lapse & { readonly enterpriseName: string; readonly cadreName: string };

@Injectable()
export class AssignmentsStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<Assignment | null> {
    return em.findOneBy(Assignment, { id, parkId: In([...actor.parkIds]) });
  }

  async isProvisional(em: EntityManager, id: string): Promise<boolean> {
    const [row]: { provisional: boolean }[] = await em.query(`SELECT ${PROVISIONAL} AS provisional FROM assignment a WHERE id = $1`, [id]);
    return row?.provisional ?? false;
  }

  async lock(em: EntityManager, actor: Actor, id: string): Promise<Assignment | null> {
    return em.findOne(Assignment, { where: { id, parkId: In([...actor.parkIds]) }, lock: { mode: 'pessimistic_write' } });
  }

  async insert(em: EntityManager, assignment: Assignment): Promise<void> {
    await em.insert(Assignment, assignment);
  }

  async end(em: EntityManager, assignment: Assignment, endsOn: Day, endReason: string | null, now: Date): Promise<void> {
    await em.update(Assignment, { id: assignment.id }, { endsOn, endReason, version: assignment.version + 1, updatedAt: now });
  }

  /** Whoever held the capacity last before the day. */
  async predecessor(em: EntityManager, parkId: string, enterpriseId: string, capacity: Capacity, startsOn: Day): Promise<string | null> {
    const [row]: { id: string }[] = await em.query(
      'SELECT id FROM assignment WHERE park_id = $1 AND enterprise_id = $2 AND capacity = $3 AND starts_on < $4 AND ends_on <= $4 ORDER BY starts_on DESC LIMIT 1',
      [parkId, enterpriseId, capacity, startsOn]);
    return row?.id ?? null;
  }

  /** Gives whoever holds the capacity next a new predecessor: a gap has been filled. Answers their assignment. */
  async adoptSuccessor(em: EntityManager, { id, parkId, enterpriseId, capacity, startsOn }: Pick<Assignment, 'id' | 'parkId' | 'enterpriseId' | 'capacity' | 'startsOn'>): Promise<string | null> {
    const [rows]: [{ id: string }[], number] = await em.query(
      `UPDATE assignment SET predecessor_id = $5 WHERE id = (
         SELECT id FROM assignment WHERE park_id = $1 AND enterprise_id = $2 AND capacity = $3 AND starts_on > $4 AND id <> $5 ORDER BY starts_on LIMIT 1 FOR UPDATE
       ) RETURNING id`, [parkId, enterpriseId, capacity, startsOn, id]);
    return rows[0]?.id ?? null;
  }

  async openDutiesOf(em: EntityManager, parkId: string, cadreId: string, today: Day): Promise<{ id: string; enterpriseId: string; capacity: Capacity }[]> {
    return em.query(
      `SELECT id, enterprise_id AS "enterpriseId", capacity FROM assignment WHERE park_id = $1 AND cadre_id = $2 AND (ends_on IS NULL OR ends_on > $3) ORDER BY id LIMIT 200`,
      [parkId, cadreId, today]);
  }

  async list(actor: Actor, parkId: string, query: AssignmentFilter, today: Day): Promise<PageRows<AssignmentRow> & { stale: boolean }> {
    const [page, ...counting] = pageStatements(query, 'assignments', ['string'], (slice) => this.#listStatement(parkId, query, today, slice));
    const [rows, turned, counted] = await this.database.readAll<[AssignmentRow, object, Counted]>(actor, [page, hasTurned(parkId, today), ...counting]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }

  #listStatement(parkId: string, query: AssignmentFilter, today: Day, { after, limit }: Slice): Statement {
    const filters: string[] = [];
    const values: unknown[] = [parkId, limit];
    const filter = (name: string, condition: (place: string) => string, value: unknown): void => {
      if (value === undefined) return;
      values.push(value);
      filters.push(`/* ${name} */ AND ${condition(`$${values.length}`)}`);
    };
    filter('enterprise', (place) => `enterprise_id = ${place}`, query.enterpriseId);
    filter('cadre', (place) => `cadre_id = ${place}`, query.cadreId);
    filter('capacity', (place) => `capacity = ${place}`, query.capacity);
    filter('active', (place) => `starts_on <= ${place} AND (ends_on IS NULL OR ends_on > ${place})`, query.active === true ? today : undefined);
    filter('inactive', (place) => `(starts_on > ${place} OR ends_on <= ${place})`, query.active === false ? today : undefined);
    filter('after', (place) => `id > ${place}`, after?.[0]);
    return {
      name: `assignments${filters.map((text) => /\/\* (\w+)/.exec(text)?.[1]).join('-')}`,
      text: `SELECT id, park_id AS "parkId", enterprise_id AS "enterpriseId", cadre_id AS "cadreId", capacity, starts_on AS "startsOn", ends_on AS "endsOn",
                    inherited_visit_on AS "inheritedVisitOn", predecessor_id AS "predecessorId", standing, next_due_on AS "nextDueOn", last_visit_on AS "lastVisitOn",
                    ${PROVISIONAL} AS "calendarProvisional", end_reason AS "endReason", version, created_at AS "createdAt", updated_at AS "updatedAt"
             FROM assignment a WHERE park_id = $1 ${filters.join(' ')} ORDER BY park_id, id LIMIT $2`,
      values,
    };
  }

  async listLapses(actor: Actor, parkId: string, query: LapseFilter, ownCadreId: string | undefined): Promise<PageRows<LapseRow>> {
    return readPage<LapseRow>(this.database, actor, query, 'lapses', ['string', 'string'], (slice) => this.#lapsesStatement(parkId, query, ownCadreId, slice));
  }

  #lapsesStatement(parkId: string, query: LapseFilter, ownCadreId: string | undefined, { after, limit }: Slice): Statement {
    const conditions: [string, string, unknown][] = [
      ['own', 'l.cadre_id = $', ownCadreId], ['cadre', 'l.cadre_id = $', query.cadreId], ['enterprise', 'l.enterprise_id = $', query.enterpriseId],
      ['assignment', 'l.assignment_id = $', query.assignmentId], ['outcome', 'l.outcome = $', query.outcome], ['from', 'l.due_on >= $', query.from], ['to', 'l.due_on <= $', query.to],
    ];
    const given = conditions.filter(([, , value]) => value !== undefined);
    const values = [parkId, limit, ...given.map(([, , value]) => value)];
    const where = given.map(([, condition], index) => `AND ${condition}${index + 3}`).join(' ');
    const page = after === undefined ? '' : `AND (l.due_on, l.id) < ($${values.length + 1}::date, $${values.length + 2}::uuid)`;
    return {
      name: `lapses-${[...given.map(([name]) => name), ...(after === undefined ? [] : ['after'])].join('-')}`,
      text: `SELECT l.id, l.park_id AS "parkId", l.assignment_id AS "assignmentId", l.enterprise_id AS "enterpriseId", e.name AS "enterpriseName", l.cadre_id AS "cadreId",
                    c.name AS "cadreName", l.substitute_id AS "substituteId", l.due_on AS "dueOn", l.detected_at AS "detectedAt", l.outcome, l.cleared_on AS "clearedOn",
                    l.days_late AS "daysLate", l.superseded_by AS "supersededBy", l.version, l.created_at AS "createdAt", l.updated_at AS "updatedAt"
             FROM lapse l JOIN enterprise e ON e.park_id = l.park_id AND e.id = l.enterprise_id JOIN cadre c ON c.park_id = l.park_id AND c.id = l.cadre_id
             WHERE l.park_id = $1 ${where} ${page} ORDER BY l.due_on DESC, l.id DESC LIMIT $2`,
      values: [...values, ...(after ?? [])],
    };
  }
}
