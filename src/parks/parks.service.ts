import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor';
import { BEGINNING, type Day, isTimeZone, localDay, LocalToday } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database, sideBySide } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { newId } from '../platform/ids';
import type { Created } from '../platform/http/request';
import { type Page, type PageQuery, toPage } from '../platform/http/page';
import { Journal } from '../platform/journal/journal';
import { areWindows, changePolicy, DEFAULT_POLICY, DEFAULT_WORKING_HOURS, type Policy, type PolicyChange } from './domain/policy';
import type { Park } from './park.entity';
import type { ParkPolicy, WorkingHoursVersion } from './park-settings.entity';
import { ParksStore } from './parks.store';
import type { ServiceSettings } from './domain/service-settings';

export interface NewPark {
  readonly id?: string;
  readonly code: string;
  readonly name: string;
  readonly countyCode: string;
  readonly timeZone?: string;
  readonly goLiveOn: Day;
}

/** The settings of a park that decide what a duty owes. */
export interface ParkSettings {
  readonly id: string;
  readonly zone: string;
  readonly goLiveOn: Day;
  /** Ascending by `effectiveFrom`. */
  readonly policies: readonly { readonly effectiveFrom: Day; readonly visits: Policy['visits'] }[];
}

@Injectable()
export class ParksService {
  // A park's zone never changes: dates that were counted in it would lie.
  readonly #zones = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];
  readonly #today = new LocalToday();

  constructor(private readonly store: ParksStore, private readonly database: Database, private readonly journal: Journal, private readonly clock: Clock) {}

  /** Called after every commit of this process that changes which parks there are, or of which county. */
  onParksChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async list(actor: Actor, query: PageQuery): Promise<Page<Park>> {
    return toPage(await this.store.list(actor, query), query, 'parks', (park) => [park.code, park.id], (park) => park);
  }

  async get(actor: Actor, id: string): Promise<Park> {
    return this.database.transact(actor, async (em) => found(await this.store.find(em, actor, id)));
  }

  async create(actor: Actor, request: NewPark, once?: Once<Created<Park>>): Promise<Created<Park>> {
    const now = this.clock.now();
    const timeZone = request.timeZone ?? 'Asia/Shanghai';
    if (!isTimeZone(timeZone)) throw Problem.at('reference-unknown', '/timeZone', { what: 'time zone' });
    const id = request.id ?? newId(now);
    // The new park is in nobody's scope yet: its own creation is the one thing that is done from outside.
    const creator: Actor = { ...actor, parkIds: [...actor.parkIds, id] };
    const answer = await this.database.transact(creator, async (em) => {
      const { fresh } = await claimId(em, { resource: 'park', parkId: id, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, creator, id)) };
      const park: Park = {
        id, code: request.code, name: request.name, countyCode: request.countyCode, timeZone, goLiveOn: request.goLiveOn, version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insert(em, park);
      await this.store.insertPolicy(em, { id: newId(now), parkId: id, effectiveFrom: BEGINNING, ...DEFAULT_POLICY, createdAt: now });
      await this.store.insertWorkingHours(em, { id: newId(now), parkId: id, effectiveFrom: BEGINNING, windows: DEFAULT_WORKING_HOURS.map(([opens, closes]) => [opens, closes]), createdAt: now });
      await this.journal.append(em, creator, {
        type: 'park.created', parkId: id, subject: { type: 'park', id }, at: now, effectiveOn: localDay(now, timeZone), data: { code: park.code, goLiveOn: park.goLiveOn },
      });
      return { created: true, body: park };
    }, once);
    this.#changed();
    return answer;
  }

  async patch(actor: Actor, id: string, version: number, change: { name?: string; countyCode?: string; goLiveOn?: Day }): Promise<Park> {
    const now = this.clock.now();
    const changed = await this.database.transact(actor, async (em) => {
      await this.store.lockSettings(em, id, 'change');
      const park = found(await this.store.find(em, actor, id));
      if (!(await this.store.update(em, id, version, { ...change, updatedAt: now }))) throw new Problem('stale');
      await this.journal.append(em, actor, {
        type: 'park.changed', parkId: id, subject: { type: 'park', id }, at: now, effectiveOn: localDay(now, park.timeZone),
        data: { fields: Object.keys(change), ...(change.goLiveOn === undefined ? {} : { goLiveOn: change.goLiveOn }) },
      });
      return found(await this.store.find(em, actor, id));
    });
    this.#changed();
    return changed;
  }

  async listPolicies(actor: Actor, parkId: string): Promise<ParkPolicy[]> {
    if (!actor.parkIds.includes(parkId)) throw new Problem('not-found');
    return this.store.listPolicies(actor, parkId);
  }

  /** A version in the future: what has been judged stays as it was judged. */
  async addPolicy(actor: Actor, parkId: string, effectiveFrom: Day, change: PolicyChange, once?: Once<ParkPolicy>): Promise<ParkPolicy> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      await this.store.lockSettings(em, parkId, 'change');
      const park = found(await this.store.find(em, actor, parkId));
      requireFuture(effectiveFrom, localDay(now, park.timeZone));
      const before = (await this.store.policies(em, parkId)).findLast((policy) => policy.effectiveFrom < effectiveFrom);
      const policy: ParkPolicy = { id: newId(now), parkId, effectiveFrom, ...changePolicy(before ?? DEFAULT_POLICY, change), createdAt: now };
      await this.store.insertPolicy(em, policy);
      await this.journal.append(em, actor, {
        type: 'policy.added', parkId, subject: { type: 'policy', id: policy.id }, at: now, effectiveOn: effectiveFrom, data: { groups: Object.keys(change) },
      });
      return policy;
    }, once);
  }

  async listWorkingHours(actor: Actor, parkId: string): Promise<WorkingHoursVersion[]> {
    if (!actor.parkIds.includes(parkId)) throw new Problem('not-found');
    return this.store.listWorkingHours(actor, parkId);
  }

  async addWorkingHours(actor: Actor, parkId: string, effectiveFrom: Day, windows: readonly (readonly [string, string])[], once?: Once<WorkingHoursVersion>): Promise<WorkingHoursVersion> {
    const now = this.clock.now();
    if (!areWindows(windows)) throw Problem.at('working-hours-invalid', '/windows');
    return this.database.transact(actor, async (em) => {
      await this.store.lockSettings(em, parkId, 'change');
      const park = found(await this.store.find(em, actor, parkId));
      requireFuture(effectiveFrom, localDay(now, park.timeZone));
      const createdAt = await this.store.nextInWorlds(em, now, parkId);
      const version: WorkingHoursVersion = { id: newId(now), parkId, effectiveFrom, windows: windows.map(([opens, closes]) => [opens, closes]), createdAt };
      await this.store.insertWorkingHours(em, version);
      await this.journal.append(em, actor, { type: 'working-hours.added', parkId, subject: { type: 'working-hours', id: version.id }, at: now, effectiveOn: effectiveFrom });
      return version;
    }, once);
  }

  /** The park's settings, kept from changing until the transaction ends. Problem `not-found` outside the scope. */
  async settings(em: EntityManager, actor: Actor, parkId: string): Promise<ParkSettings> {
    const [, [row]] = await sideBySide<[void, { zone: string; goLiveOn: Day; policies: ParkSettings['policies'] }[]]>([this.store.lockSettings(em, parkId, 'read'), em.query(
      `SELECT p.time_zone AS zone, p.go_live_on AS "goLiveOn",
              (SELECT json_agg(json_build_object('effectiveFrom', v.effective_from, 'visits', v.visits) ORDER BY v.effective_from) FROM park_policy v WHERE v.park_id = p.id) AS policies
       FROM park p WHERE p.id = $1`, [parkId])]);
    if (row === undefined || (actor.kind !== 'system' && !actor.parkIds.includes(parkId))) throw new Problem('not-found');
    return { id: parkId, ...row };
  }

  /** What binds the park's tickets, kept from changing until the transaction ends. Problem `not-found` outside the scope. */
  async serviceSettings(em: EntityManager, actor: Actor, parkId: string): Promise<ServiceSettings> {
    const [, [row]] = await sideBySide<[void, ServiceSettings[]]>([this.store.lockSettings(em, parkId, 'read'), this.store.serviceSettings(em, parkId)]);
    if (row === undefined || (actor.kind !== 'system' && !actor.parkIds.includes(parkId))) throw new Problem('not-found');
    return { ...row, hours: row.hours.map((version) => ({ ...version, createdAt: new Date(version.createdAt) })) };
  }

  /** For whoever changes what binds the park's tickets beside its settings. Taken before any other lock: all who are bound take it first, too. */
  async holdSettings(em: EntityManager, parkId: string): Promise<void> {
    await this.store.lockSettings(em, parkId, 'change');
  }

  /** Today in the park. */
  async today(actor: Actor, parkId: string, now: Date): Promise<Day> {
    return this.#today.of(now, await this.zone(actor, parkId));
  }

  async zone(actor: Actor, parkId: string): Promise<string> {
    const known = this.#zones.get(parkId);
    if (known !== undefined) return known;
    const { timeZone } = await this.get(actor, parkId);
    this.#zones.set(parkId, timeZone);
    return timeZone;
  }

  /** For whoever has a transaction open, and may have made the park in it. */
  async zoneIn(em: EntityManager, actor: Actor, parkId: string): Promise<string> {
    return this.#zones.get(parkId) ?? found(await this.store.find(em, actor, parkId)).timeZone;
  }

  async policyInForce(actor: Actor, parkId: string, on: Day): Promise<Policy> {
    const versions = await this.store.listPolicies(actor, parkId);
    return versions.find((version) => version.effectiveFrom <= on) ?? DEFAULT_POLICY;
  }

  /** The parks of the same county; of them those alone whose codes are `among` these, if any are given. */
  async listIdsOfCountyAsSystem(parkId: string, requestId: string, among?: readonly string[]): Promise<readonly string[]> {
    return this.store.listIdsOfCountyAsSystem(systemActor(requestId), parkId, among);
  }

  /** For whoever knows a park by the code that stands in its numbers and on its posters. */
  async findByCodeAsSystem(code: string, requestId: string): Promise<{ readonly id: string; readonly timeZone: string } | undefined> {
    return this.store.findByCodeAsSystem(systemActor(requestId), code);
  }

  async listAllIdsAsSystem(requestId: string): Promise<readonly string[]> {
    return (await this.store.listAllAsSystem(systemActor(requestId))).map(({ id }) => id);
  }

  async listAllAsSystem(requestId: string): Promise<readonly { readonly id: string; readonly timeZone: string }[]> {
    return this.store.listAllAsSystem(systemActor(requestId));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function requireFuture(effectiveFrom: Day, today: Day): void {
  if (effectiveFrom <= today) throw Problem.at('not-in-future', '/effectiveFrom', { today });
}
