import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { addDays, type Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../platform/http/page';
import { BURDEN_DAYS, JOIN_WITHIN_DAYS, type PlanStatus } from './domain/plan';
import { PlannedVisit } from './planned-visit.entity';
import { PlannedVisitMember } from './planned-visit-member.entity';

/** A plan with what whoever plans should know: who goes along, how often the enterprise is visited, and whom one could join instead. */
export type PlanRecord = PlannedVisit & {
  readonly members: readonly { readonly cadreId: string; readonly joinedAt: Date }[];
  readonly visitsLast30Days: number;
  readonly suggestions: readonly { readonly id: string; readonly plannerId: string; readonly plannedOn: Day }[];
};

/** A plan, beside the limit above which its enterprise is visited too often. */
export interface ShownPlan {
  readonly plan: PlanRecord;
  readonly burdenLimit: number;
}

type PlanRow = Omit<PlanRecord, 'members'> & { readonly members: readonly { readonly cadreId: string; readonly joinedAt: string }[] };

export interface PlanFilter extends PageQuery {
  readonly enterpriseId?: string;
  readonly cadreId?: string;
  readonly from?: Day;
  readonly to?: Day;
  readonly status?: PlanStatus;
}

@Injectable()
export class PlannedVisitsStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string, today: Day): Promise<PlanRecord | undefined> {
    const [row]: PlanRow[] = await em.query(
      `SELECT ${columns('$3', '$4')} FROM planned_visit v WHERE v.id = $1 AND v.park_id = ANY($2)`, [id, actor.parkIds, today, burdenFrom(today)]);
    return row === undefined ? undefined : toRecord(row);
  }

  /** Keeps others from changing the plan. Answers its park, or nothing outside of the scope. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<string | undefined> {
    const [row]: { parkId: string }[] = await em.query('SELECT park_id AS "parkId" FROM planned_visit WHERE id = $1 AND park_id = ANY($2) FOR UPDATE', [id, actor.parkIds]);
    return row?.parkId;
  }

  async insert(em: EntityManager, plan: PlannedVisit): Promise<void> {
    await em.insert(PlannedVisit, plan);
  }

  /** Changes a locked plan. */
  async update(em: EntityManager, { parkId, id, version }: PlannedVisit, change: Partial<PlannedVisit>, now: Date): Promise<void> {
    await em.update(PlannedVisit, { parkId, id }, { ...change, version: version + 1, updatedAt: now });
  }

  async insertMember(em: EntityManager, member: PlannedVisitMember): Promise<void> {
    await em.insert(PlannedVisitMember, member);
  }

  /** By planned day. Each combination of filters reads through the index that fits it. */
  async list(actor: Actor, parkId: string, query: PlanFilter, today: Day): Promise<PageRows<PlanRecord>> {
    const { rows, total } = await readPage<PlanRow>(this.database, actor, query, 'planned-visits', ['string', 'string'], (slice) => this.#listStatement(parkId, query, today, slice));
    return { rows: rows.map(toRecord), total };
  }

  #listStatement(parkId: string, query: PlanFilter, today: Day, { after, limit }: Slice): Statement {
    const parts: string[] = [];
    const values: unknown[] = [parkId, limit, today, burdenFrom(today)];
    const conditions: string[] = [];
    const filter = (part: string, condition: (...at: string[]) => string, ...given: unknown[]): void => {
      parts.push(part);
      conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
    };
    if (query.enterpriseId !== undefined) filter('enterprise', (at) => `v.enterprise_id = ${at}`, query.enterpriseId);
    if (query.cadreId !== undefined) filter('cadre', (at) => `v.id IN (${ofCadre(at)})`, query.cadreId);
    if (query.from !== undefined) filter('from', (at) => `v.planned_on >= ${at}`, query.from);
    if (query.to !== undefined) filter('to', (at) => `v.planned_on <= ${at}`, query.to);
    if (query.status !== undefined) filter('status', (at) => `v.status = ${at}`, query.status);
    if (after !== undefined) filter('after', (on, id) => `(v.planned_on, v.id) > (${on}::date, ${id}::uuid)`, ...after);
    return {
      name: ['planned-visits', ...parts].join('-'),
      text: `SELECT ${columns('$3', '$4')} FROM planned_visit v WHERE ${['v.park_id = $1', ...conditions].join(' AND ')} ORDER BY v.planned_on, v.id LIMIT $2`,
      values,
    };
  }
}

function burdenFrom(today: Day): Day {
  return addDays(today, 1 - BURDEN_DAYS);
}

function ofCadre(cadre: string): string {
  return `SELECT o.id FROM planned_visit o WHERE o.park_id = $1 AND o.planner_id = ${cadre}
    UNION ALL SELECT m.planned_visit_id FROM planned_visit_member m WHERE m.park_id = $1 AND m.cadre_id = ${cadre}`;
}

// What counts is what the register counts: on site, and nobody voided it or still doubts it. A day that is over can't be joined any more.
function columns(today: string, burdenSince: string): string {
  return `
    v.id, v.park_id AS "parkId", v.enterprise_id AS "enterpriseId", v.planner_id AS "plannerId", v.planned_on AS "plannedOn", v.note, v.status, v.closed_at AS "closedAt",
    v.close_reason AS "closeReason", v.version, v.created_at AS "createdAt", v.updated_at AS "updatedAt",
    coalesce((SELECT json_agg(json_build_object('cadreId', m.cadre_id, 'joinedAt', m.joined_at) ORDER BY m.joined_at, m.cadre_id)
      FROM planned_visit_member m WHERE m.park_id = v.park_id AND m.planned_visit_id = v.id), '[]') AS members,
    (SELECT count(*)::integer FROM visit b WHERE b.park_id = v.park_id AND b.enterprise_id = v.enterprise_id AND b.on_date BETWEEN ${burdenSince}::date AND ${today}::date
      AND b.mode = 'on_site' AND b.voided_at IS NULL AND b.review IN ('none', 'accepted')) AS "visitsLast30Days",
    coalesce((SELECT json_agg(json_build_object('id', s.id, 'plannerId', s.planner_id, 'plannedOn', s.planned_on) ORDER BY s.planned_on, s.id)
      FROM planned_visit s
      WHERE s.park_id = v.park_id AND s.enterprise_id = v.enterprise_id AND s.planned_on BETWEEN v.planned_on - ${JOIN_WITHIN_DAYS} AND v.planned_on + ${JOIN_WITHIN_DAYS}
        AND s.planned_on >= ${today}::date AND s.status = 'planned' AND v.status = 'planned' AND s.planner_id <> v.planner_id
        AND NOT EXISTS (SELECT FROM planned_visit_member j WHERE j.park_id = s.park_id AND j.planned_visit_id = s.id AND j.cadre_id = v.planner_id)), '[]') AS suggestions`;
}

function toRecord(row: PlanRow): PlanRecord {
  return { ...row, members: row.members.map(({ cadreId, joinedAt }) => ({ cadreId, joinedAt: new Date(joinedAt) })) };
}
