import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EnterprisesService } from '../enterprises/enterprises.service';
import { type Actor, cadreOf, parkOf } from '../kernel/actor';
import { type Day, localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import type { JournalData } from '../platform/journal/journal-data';
import { Journal } from '../platform/journal/journal';
import { requireJoinable, requireOpen, requirePlannable } from './domain/plan';
import type { PlannedVisit } from './planned-visit.entity';
import { type PlanFilter, type PlanRecord, PlannedVisitsStore, type ShownPlan } from './planned-visits.store';

export interface NewPlan {
  readonly id?: string;
  readonly parkId?: string;
  readonly enterpriseId: string;
  readonly plannedOn: Day;
  readonly note?: string;
}

/** What the park's settings say on the day. */
interface ParkToday {
  readonly today: Day;
  readonly burdenLimit: number;
}

/** Who intends to visit whom when. */
@Injectable()
export class PlannedVisitsService {
  constructor(
    private readonly store: PlannedVisitsStore, private readonly parks: ParksService, private readonly enterprises: EnterprisesService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: PlanFilter): Promise<Page<ShownPlan>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const { burdenLimit } = (await this.parks.policyInForce(actor, parkId, today)).visits;
    const rows = await this.store.list(actor, parkId, query, today);
    return toPage(rows, query, 'planned-visits', (plan) => [plan.plannedOn, plan.id], (plan) => ({ plan, burdenLimit }));
  }

  /** Problems: `date-order`, `too-far-ahead`, `reference-unknown`, `id-taken`, `id-time-out-of-range`. */
  async plan(actor: Actor, request: NewPlan, once?: Once<Created<ShownPlan>>, now: Date = this.clock.now()): Promise<Created<ShownPlan>> {
    const plannerId = cadreOf(actor);
    const parkId = parkOf(actor, request.parkId);
    return this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'planned-visit', parkId, id: request.id, content: { ...request, plannerId }, now });
      const settings = await this.#today(em, actor, parkId, now);
      if (!fresh) return { created: false, body: await this.#shown(em, actor, id, settings) };
      const { enterpriseId, plannedOn, note = null } = request;
      requirePlannable(plannedOn, settings.today);
      await this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId');
      const plan: PlannedVisit = {
        id, parkId, enterpriseId, plannerId, plannedOn, note, status: 'planned', closedAt: null, closeReason: null, version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insert(em, plan);
      await this.#append(em, actor, plan, 'plan.made', settings.today, now);
      return { created: true, body: await this.#shown(em, actor, id, settings) };
    }, once);
  }

  /**
   * The enterprise's no, as its planner heard it or as a client of the enterprise's says it. It counts against nobody.
   * Problems: `forbidden`, `plan-closed`.
   */
  async decline(actor: Actor, id: string, reason?: string, once?: Once<ShownPlan>): Promise<ShownPlan> {
    return this.#change(actor, id, { type: 'plan.declined', once }, async (em, plan, now) => {
      const forEnterprise = actor.kind === 'client' && actor.scopes.includes('enterprise:act');
      if (!forEnterprise && plan.plannerId !== actor.id) throw new Problem('forbidden');
      requireOpen(plan);
      await this.store.update(em, plan, { status: 'declined', closedAt: now, closeReason: reason ?? null }, now);
    });
  }

  /** By its planner. Problems: `forbidden`, `plan-closed`. */
  async cancel(actor: Actor, id: string, reason?: string, once?: Once<ShownPlan>): Promise<ShownPlan> {
    return this.#change(actor, id, { type: 'plan.cancelled', once }, async (em, plan, now) => {
      if (plan.plannerId !== cadreOf(actor)) throw new Problem('forbidden');
      requireOpen(plan);
      await this.store.update(em, plan, { status: 'cancelled', closedAt: now, closeReason: reason ?? null }, now);
    });
  }

  /** Another cadre goes along. Problems: `plan-closed`, `plan-joined`. */
  async join(actor: Actor, id: string, once?: Once<ShownPlan>): Promise<ShownPlan> {
    const cadreId = cadreOf(actor);
    return this.#change(actor, id, { type: 'plan.joined', data: { cadreId }, once }, async (em, plan, now) => {
      requireJoinable(plan, cadreId);
      await this.store.insertMember(em, { parkId: plan.parkId, plannedVisitId: id, cadreId, joinedAt: now });
      await this.store.update(em, plan, {}, now);
    });
  }

  async #change(
    actor: Actor, id: string, { type, data, once }: { type: string; data?: JournalData; once: Once<ShownPlan> | undefined },
    work: (em: EntityManager, plan: PlanRecord, now: Date) => Promise<void>,
  ): Promise<ShownPlan> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const parkId = found(await this.store.lock(em, actor, id));
      const settings = await this.#today(em, actor, parkId, now);
      const { plan } = await this.#shown(em, actor, id, settings);
      await work(em, plan, now);
      await this.#append(em, actor, plan, type, settings.today, now, data);
      return this.#shown(em, actor, id, settings);
    }, once);
  }

  async #append(em: EntityManager, actor: Actor, plan: PlannedVisit, type: string, today: Day, at: Date, data: JournalData = {}): Promise<void> {
    const { id, parkId, enterpriseId, plannedOn } = plan;
    await this.journal.append(em, actor, { type, parkId, subject: { type: 'planned-visit', id }, at, effectiveOn: today, data: { enterpriseId, on: plannedOn, ...data } });
  }

  async #today(em: EntityManager, actor: Actor, parkId: string, now: Date): Promise<ParkToday> {
    const { zone, policies } = await this.parks.settings(em, actor, parkId);
    const today = localDay(now, zone);
    return { today, burdenLimit: policies.findLast((policy) => policy.effectiveFrom <= today)?.visits.burdenLimit ?? 0 };
  }

  async #shown(em: EntityManager, actor: Actor, id: string, { today, burdenLimit }: ParkToday): Promise<ShownPlan> {
    return { plan: found(await this.store.find(em, actor, id, today)), burdenLimit };
  }
}
