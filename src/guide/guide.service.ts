import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, parkOf } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { DepartmentsService } from '../parks/departments.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { newId } from '../platform/ids';
import { Journal } from '../platform/journal/journal';
import { categoriesWith } from './domain/categories';
import { type GuideChange, type GuideContent, type GuideVersion, nextVersion } from './domain/guide';
import type { GuideItem, GuideItemVersion } from './guide-item.entity';
import { type GuideFilters, type GuideItemHistory, type GuideItemInForce, type GuideItemOnDay, GuideStore } from './guide.store';

export interface NewGuideItem extends Omit<GuideContent, 'active'> {
  readonly id?: string;
  readonly parkId?: string;
  readonly code: string;
  /** Today when left out. */
  readonly effectiveFrom?: Day;
}

/** What is entered in the guide, by whom and when. */
export interface GuideEntry {
  readonly id: string;
  readonly parkId: string;
  readonly code: string;
  readonly first: GuideVersion;
  readonly now: Date;
}

/** The service guide of a park: procedures, material and time limits, in versions from a day on. */
@Injectable()
export class GuideService {
  constructor(
    private readonly store: GuideStore, private readonly departments: DepartmentsService, private readonly parks: ParksService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: GuideFilters): Promise<Page<GuideItemOnDay>> {
    const parkId = parkOf(actor, query.parkId);
    const on = query.on ?? await this.parks.today(actor, parkId, this.clock.now());
    return toPage(await this.store.list(actor, parkId, on, query), query, 'guide-items', (one) => [one.code], (one) => one);
  }

  async read(actor: Actor, id: string): Promise<GuideItemHistory> {
    return found(await this.store.read(actor, id, this.clock.now()));
  }

  /** From today on or later: what has been judged stays as it was judged. Problems: `date-order`, `reference-unknown`, `guide-code-taken`, `id-taken`, `id-time-out-of-range`. */
  async add(actor: Actor, request: NewGuideItem, once?: Once<Created<GuideItemHistory>>): Promise<Created<GuideItemHistory>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const today = await this.parks.today(actor, parkId, now);
    const { code, name, category, departmentId, steps, materials, limits, effectiveFrom = today } = request;
    return this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'guide-item', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: await this.#history(em, actor, id, today) };
      if (effectiveFrom < today) throw Problem.at('date-order', '/effectiveFrom', { later: 'effectiveFrom', earlier: today });
      const first: GuideVersion = { effectiveFrom, name, category, departmentId, steps, materials, limits, active: true };
      const { item, version } = await this.enter(em, actor, { id, parkId, code, first, now });
      return { created: true, body: { item, versions: [version], today } };
    }, once);
  }

  /**
   * Adds an item in the caller's transaction, from whatever day its first version begins: the demo park's guide is older than the park's history.
   * Problems: `reference-unknown`, `guide-code-taken`.
   */
  async enter(em: EntityManager, actor: Actor, { id, parkId, code, first, now }: GuideEntry): Promise<{ item: GuideItem; version: GuideItemVersion }> {
    await this.departments.require(em, actor, parkId, first.departmentId, '/departmentId');
    const item: GuideItem = { id, parkId, code, version: 1, createdAt: now, updatedAt: now };
    const version = rowOf(item, first, now);
    await this.store.insert(em, item);
    await this.store.insertVersion(em, version);
    const { category, departmentId, effectiveFrom } = first;
    await this.journal.append(em, actor, {
      type: 'guide-item.added', parkId, subject: { type: 'guide-item', id }, at: now, effectiveOn: effectiveFrom, data: { code, category, departmentId, effectiveFrom },
    });
    return { item, version };
  }

  /** A version in the future: what has been judged stays as it was judged. Problems: `not-in-future`, `version-exists`, `reference-unknown`. */
  async addVersion(actor: Actor, id: string, effectiveFrom: Day, change: GuideChange, once?: Once<GuideItemHistory>): Promise<GuideItemHistory> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const { today, ...item } = found(await this.store.lock(em, actor, id, now));
      if (effectiveFrom <= today) throw Problem.at('not-in-future', '/effectiveFrom', { today });
      const { parkId } = item;
      const before = await this.store.versions(em, actor, id);
      if (before.some((one) => one.effectiveFrom === effectiveFrom)) throw Problem.at('version-exists', '/effectiveFrom', { effectiveFrom });
      if (change.departmentId !== undefined) await this.departments.require(em, actor, parkId, change.departmentId, '/departmentId');
      const version = nextVersion(before, effectiveFrom, change);
      await this.store.insertVersion(em, rowOf(item, version, now));
      await this.store.count(em, { ...item, today }, now);
      const { category, departmentId, active } = version;
      await this.journal.append(em, actor, {
        type: 'guide-item.version_added', parkId, subject: { type: 'guide-item', id }, at: now, effectiveOn: effectiveFrom,
        data: { effectiveFrom, category, departmentId, active, fields: Object.entries(change).filter(([, value]) => value !== undefined).map(([field]) => field) },
      });
      return this.#history(em, actor, id, today);
    }, once);
  }

  /** The version of an item that binds on a day, with the department that handles it by default; `undefined` where the park has no such item, or it is not in force. */
  async inForce(em: EntityManager, actor: Actor, { parkId, guideItemId, on }: { parkId: string; guideItemId: string; on: Day }): Promise<GuideItemInForce | undefined> {
    return this.store.inForce(em, actor, parkId, guideItemId, on);
  }

  /** The categories that a ticket of the park may have on a day: the common ones, then those that its guide uses besides. */
  async categoriesOf(em: EntityManager, actor: Actor, parkId: string, on: Day): Promise<readonly string[]> {
    return categoriesWith(await this.store.categories(em, actor, parkId, on));
  }

  async #history(em: EntityManager, actor: Actor, id: string, today: Day): Promise<GuideItemHistory> {
    const item = found(await this.store.find(em, actor, id));
    return { item, versions: await this.store.versions(em, actor, id), today };
  }
}

function rowOf(item: GuideItem, { effectiveFrom, name, category, departmentId, steps, materials, limits, active }: GuideVersion, now: Date): GuideItemVersion {
  return {
    id: newId(now), parkId: item.parkId, guideItemId: item.id, effectiveFrom, name, category, departmentId, steps: [...steps], materials: [...materials], limits, active, createdAt: now,
  };
}
