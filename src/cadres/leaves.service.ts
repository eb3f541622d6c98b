import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { addDays, type Day } from '../kernel/day';
import { Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import { type Page, type PageQuery, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Journal } from '../platform/journal/journal';
import type { CadreLeave } from './cadre-leave.entity';
import { CadresService } from './cadres.service';
import { CadresStore } from './cadres.store';

export interface LeaveChange {
  readonly from?: Day;
  readonly to?: Day;
  readonly substituteId?: string | null;
}

export interface NewLeave extends LeaveChange {
  readonly id?: string;
  readonly from: Day;
  readonly to: Day;
}

/** The days on which a leave begins to differ from what it was: nothing before them changes for anybody. */
interface Window {
  readonly from: Day;
  readonly to: Day;
}

@Injectable()
export class LeavesService {
  constructor(
    private readonly store: CadresStore, private readonly cadres: CadresService, private readonly parks: ParksService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  async list(actor: Actor, cadreId: string, query: PageQuery): Promise<Page<CadreLeave>> {
    await this.cadres.get(actor, cadreId);
    return toPage(await this.store.listLeaves(actor, cadreId, query), query, `leaves-${cadreId}`, (row) => [row.fromOn, row.id], (row) => row);
  }

  async create(actor: Actor, cadreId: string, request: NewLeave): Promise<Created<CadreLeave>> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const cadre = await this.store.find(em, actor, cadreId);
      if (cadre === null) throw new Problem('not-found');
      const { parkId } = cadre;
      const { id, fresh } = await claimId(em, { resource: 'leave', parkId, id: request.id, content: { ...request, cadreId }, now });
      if (!fresh) return { created: false, body: await this.#find(em, actor, id) };
      const leave: CadreLeave = {
        id, parkId, cadreId, fromOn: request.from, toOn: request.to, substituteId: request.substituteId ?? null, cancelledAt: null, version: 1, createdAt: now, updatedAt: now,
      };
      await this.#check(em, actor, leave, { from: leave.fromOn, to: leave.toOn }, now);
      await this.store.insertLeave(em, leave);
      await this.#note(em, actor, 'leave.added', leave, now, {});
      return { created: true, body: leave };
    });
  }

  async patch(actor: Actor, id: string, version: number, change: LeaveChange): Promise<CadreLeave> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const before = await this.#find(em, actor, id);
      if (before.cancelledAt !== null) throw new Problem('leave-cancelled');
      const after: CadreLeave = {
        ...before, fromOn: change.from ?? before.fromOn, toOn: change.to ?? before.toOn, substituteId: change.substituteId === undefined ? before.substituteId : change.substituteId,
      };
      await this.#check(em, actor, after, differing(before, after), now);
      const { fromOn, toOn, substituteId } = after;
      if (!(await this.store.updateLeave(em, id, version, { fromOn, toOn, substituteId, updatedAt: now }))) throw new Problem('stale');
      await this.#note(em, actor, 'leave.changed', after, now, { beforeFrom: before.fromOn, beforeTo: before.toOn });
      return this.#find(em, actor, id);
    });
  }

  async cancel(actor: Actor, id: string): Promise<CadreLeave> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const leave = await this.#find(em, actor, id);
      if (leave.cancelledAt !== null) throw new Problem('leave-cancelled');
      await this.#refuseFarBack(actor, leave.parkId, leave.fromOn, now);
      await this.store.updateLeave(em, id, leave.version, { cancelledAt: now, updatedAt: now });
      await this.#note(em, actor, 'leave.cancelled', leave, now, {});
      return this.#find(em, actor, id);
    });
  }

  async #check(em: EntityManager, actor: Actor, leave: CadreLeave, changed: Window | undefined, now: Date): Promise<void> {
    if (leave.toOn < leave.fromOn) throw Problem.at('date-order', '/to', { earlier: 'from', later: 'to' });
    if (leave.substituteId === leave.cadreId) throw Problem.at('substitute-is-self', '/substituteId');
    if (leave.substituteId !== null) await this.cadres.requireActiveCadre(em, actor, leave.parkId, leave.substituteId, '/substituteId');
    if (changed !== undefined) await this.#refuseFarBack(actor, leave.parkId, changed.from, now);
  }

  // Who was responsible on a day that is long past has been recorded and reported: only the last days may still be put right.
  async #refuseFarBack(actor: Actor, parkId: string, from: Day, now: Date): Promise<void> {
    const today = await this.parks.today(actor, parkId, now);
    const days = (await this.parks.policyInForce(actor, parkId, today)).visits.backdateLimitDays;
    if (from < addDays(today, -days)) throw Problem.at('too-far-back', '/from', { days });
  }

  async #find(em: EntityManager, actor: Actor, id: string): Promise<CadreLeave> {
    const leave = await this.store.findLeave(em, actor, id);
    if (leave === null) throw new Problem('not-found');
    return leave;
  }

  async #note(em: EntityManager, actor: Actor, type: string, leave: CadreLeave, now: Date, more: Readonly<Record<string, string>>): Promise<void> {
    await this.journal.append(em, actor, {
      type, parkId: leave.parkId, subject: { type: 'leave', id: leave.id }, at: now, effectiveOn: leave.fromOn,
      data: { cadreId: leave.cadreId, from: leave.fromOn, to: leave.toOn, substituteId: leave.substituteId, ...more },
    });
  }
}

function differing(before: CadreLeave, after: CadreLeave): Window | undefined {
  const least = (one: Day, other: Day) => (one < other ? one : other);
  const most = (one: Day, other: Day) => (one > other ? one : other);
  if (before.substituteId !== after.substituteId || before.fromOn !== after.fromOn) return { from: least(before.fromOn, after.fromOn), to: most(before.toOn, after.toOn) };
  // The earliest day that is in one and not in the other.
  return before.toOn === after.toOn ? undefined : { from: addDays(least(before.toOn, after.toOn), 1), to: most(before.toOn, after.toOn) };
}
