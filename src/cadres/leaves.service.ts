import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { addDays, type Day, localDay, minDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { DEFAULT_POLICY } from '../parks/domain/policy';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, type PageQuery, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Journal } from '../platform/journal/journal';
import type { CadreLeave } from './cadre-leave.entity';
import { CadresService } from './cadres.service';
import { CadresStore } from './cadres.store';
import { firstDayTouched } from './domain/leave-days';
import { LeavesStore } from './leaves.store';

export interface NewLeave {
  readonly id?: string;
  readonly from: Day;
  readonly to: Day;
  readonly substituteId?: string | null;
}

/** A merge patch: what is left out stays, null removes. */
export interface LeaveChange {
  readonly from?: Day;
  readonly to?: Day;
  readonly substituteId?: string | null;
}

/**
 * Leave does not rest a duty: it says who may fulfil it meanwhile. So a change of it changes which visits qualified, and what lies
 * further back than the park's policy allows stays as it was judged.
 */
@Injectable()
export class LeavesService {
  constructor(
    private readonly store: LeavesStore, private readonly cadresStore: CadresStore, private readonly cadres: CadresService, private readonly parks: ParksService,
    private readonly database: Database, private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Problem `not-found` for a cadre outside the scope. */
  async list(actor: Actor, cadreId: string, query: PageQuery): Promise<Page<CadreLeave>> {
    const { parkId } = await this.cadres.read(actor, cadreId);
    if (query.parkId !== undefined && query.parkId !== parkId) throw new Problem('not-found');
    return toPage(await this.store.list(actor, cadreId, query), query, `leaves-${cadreId}`, (one) => [one.fromOn, one.id], (one) => one);
  }

  /** Problems: `date-order`, `too-far-back`, `leave-overlaps`, `substitute-is-self`, `reference-unknown`, `cadre-inactive`. */
  async add(actor: Actor, cadreId: string, request: NewLeave, once?: Once<Created<CadreLeave>>): Promise<Created<CadreLeave>> {
    const now = this.clock.now();
    const { from, to, substituteId = null } = request;
    return this.database.transact(actor, async (em) => {
      const { parkId } = found(await this.cadresStore.find(em, actor, cadreId));
      await this.cadresStore.hold(em, actor, parkId, cadreId);
      const { id, fresh } = await claimId(em, { resource: 'leave', parkId, id: request.id, content: { ...request, cadreId }, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id)) };
      requireOrder(from, to, '/to');
      await this.#refuseTooFarBack(em, actor, parkId, from, now, '/from');
      await this.#requireSubstitute(em, actor, { parkId, cadreId, substituteId });
      const leave: CadreLeave = { id, parkId, cadreId, fromOn: from, toOn: to, substituteId, cancelledAt: null, cancelReason: null, version: 1, createdAt: now, updatedAt: now };
      await this.store.insert(em, leave);
      await this.journal.append(em, actor, { type: 'leave.added', parkId, subject: { type: 'leave', id }, at: now, effectiveOn: from, data: { cadreId, from, to } });
      return { created: true, body: leave };
    }, once);
  }

  /** Problems: as {@link add}, and `leave-cancelled`. Another substitute counts for every day of the leave. */
  async patch(actor: Actor, id: string, version: number, change: LeaveChange): Promise<CadreLeave> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const leave = await this.#lockStanding(em, actor, id, version);
      const { parkId, cadreId, fromOn: beforeFrom, toOn: beforeTo } = leave;
      const { from = beforeFrom, to = beforeTo, substituteId = leave.substituteId } = change;
      requireOrder(from, to, change.to === undefined ? '/from' : '/to');
      const touched = firstDayTouched({ from: beforeFrom, to: beforeTo, substituteId: leave.substituteId }, { from, to, substituteId });
      if (touched !== undefined) await this.#refuseTooFarBack(em, actor, parkId, touched.on, now, `/${touched.field}`);
      if (substituteId !== leave.substituteId) await this.#requireSubstitute(em, actor, { parkId, cadreId, substituteId });
      await this.store.update(em, leave, { fromOn: from, toOn: to, substituteId, updatedAt: now });
      await this.journal.append(em, actor, {
        type: 'leave.changed', parkId, subject: { type: 'leave', id }, at: now, effectiveOn: minDay(from, beforeFrom), data: { cadreId, from, to, beforeFrom, beforeTo },
      });
      return found(await this.store.find(em, actor, id));
    });
  }

  /** Problems: `leave-cancelled`; `too-far-back` for one that began further back: it can be cut short instead. */
  async cancel(actor: Actor, id: string, reason: string | null, once?: Once<CadreLeave>): Promise<CadreLeave> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const leave = await this.#lockStanding(em, actor, id);
      const { parkId, cadreId, fromOn: from, toOn: to } = leave;
      await this.#refuseTooFarBack(em, actor, parkId, from, now);
      await this.store.update(em, leave, { cancelledAt: now, cancelReason: reason, updatedAt: now });
      await this.journal.append(em, actor, { type: 'leave.cancelled', parkId, subject: { type: 'leave', id }, at: now, effectiveOn: from, data: { cadreId, from, to } });
      return found(await this.store.find(em, actor, id));
    }, once);
  }

  async #lockStanding(em: EntityManager, actor: Actor, id: string, version?: number): Promise<CadreLeave> {
    const leave = found(await this.store.lock(em, actor, id));
    if (version !== undefined && leave.version !== version) throw new Problem('stale');
    if (leave.cancelledAt !== null) throw new Problem('leave-cancelled');
    await this.cadresStore.hold(em, actor, leave.parkId, leave.cadreId);
    return leave;
  }

  async #requireSubstitute(em: EntityManager, actor: Actor, leave: { parkId: string; cadreId: string; substituteId: string | null }): Promise<void> {
    const { parkId, cadreId, substituteId } = leave;
    if (substituteId === null) return;
    if (substituteId === cadreId) throw Problem.at('substitute-is-self', '/substituteId');
    await this.cadres.requireActiveCadre(em, actor, parkId, substituteId, '/substituteId');
  }

  async #refuseTooFarBack(em: EntityManager, actor: Actor, parkId: string, on: Day, now: Date, pointer?: string): Promise<void> {
    const { zone, policies } = await this.parks.settings(em, actor, parkId);
    const today = localDay(now, zone);
    const { backdateLimitDays: days } = policies.findLast((policy) => policy.effectiveFrom <= today)?.visits ?? DEFAULT_POLICY.visits;
    if (on >= addDays(today, -days)) return;
    throw pointer === undefined ? new Problem('too-far-back', { params: { days } }) : Problem.at('too-far-back', pointer, { days });
  }
}

function requireOrder(from: Day, to: Day, pointer: string): void {
  if (to < from) throw Problem.at('date-order', pointer, { earlier: 'from', later: 'to' });
}
