import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, parkOf, systemActor } from '../kernel/actor';
import { localDay } from '../kernel/day';
import { Problem } from '../kernel/problem';
import { readPhone } from '../enterprises/domain/contact';
import { DepartmentsService } from '../parks/departments.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Journal } from '../platform/journal/journal';
import type { Cadre } from './cadre.entity';
import { type CadreFilter, CadresStore } from './cadres.store';
import { personSortKey } from './domain/person-name';
import { mayGrant } from './domain/roles';

export interface CadreChange {
  readonly name?: string;
  readonly departmentId?: string;
  readonly roles?: string[];
  readonly phone?: string | null;
  readonly identity?: { readonly issuer: string; readonly subject: string } | null;
  readonly active?: boolean;
}

export interface NewCadre extends CadreChange {
  readonly id?: string;
  readonly parkId?: string;
  readonly name: string;
  readonly departmentId: string;
  readonly roles: string[];
}

@Injectable()
export class CadresService {
  readonly #identityListeners: (() => void)[] = [];

  constructor(
    private readonly store: CadresStore, private readonly parks: ParksService, private readonly departments: DepartmentsService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Called after every commit of this process that may change who somebody is or what they may do. */
  onIdentityChange(listener: () => void): void {
    this.#identityListeners.push(listener);
  }

  async list(actor: Actor, query: CadreFilter): Promise<Page<Cadre>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query), query, 'cadres', (row) => [row.sortKey, row.id], (row) => row);
  }

  async get(actor: Actor, id: string): Promise<Cadre> {
    return this.database.transact(actor, async (em) => found(await this.store.find(em, actor, id)));
  }

  async create(actor: Actor, request: NewCadre): Promise<Created<Cadre>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const effectiveOn = await this.parks.today(actor, parkId, now);
    if (!mayGrant([], request.roles)) throw Problem.at('role-not-grantable', '/roles');
    const answer = await this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'cadre', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id)) };
      await this.departments.require(em, actor, parkId, request.departmentId, '/departmentId');
      const cadre: Cadre = {
        id, parkId, departmentId: request.departmentId, name: request.name, sortKey: personSortKey(request.name), roles: request.roles, phone: phoneOf(request.phone) ?? null,
        issuer: request.identity?.issuer ?? null, subject: request.identity?.subject ?? null, active: request.active ?? true, version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insert(em, cadre);
      await this.journal.append(em, actor, { type: 'cadre.added', parkId, subject: { type: 'cadre', id }, at: now, effectiveOn, data: { departmentId: cadre.departmentId, roles: cadre.roles } });
      return { created: true, body: cadre };
    });
    this.#identityChanged();
    return answer;
  }

  async patch(actor: Actor, id: string, version: number, change: CadreChange): Promise<Cadre> {
    const now = this.clock.now();
    const changed = await this.database.transact(actor, async (em) => {
      const before = found(await this.store.lock(em, actor, id));
      const { parkId } = before;
      if (change.roles !== undefined && !mayGrant(before.roles, change.roles)) throw Problem.at('role-not-grantable', '/roles');
      if (change.departmentId !== undefined) await this.departments.require(em, actor, parkId, change.departmentId, '/departmentId');
      const { identity, name, phone, ...plain } = change;
      const columns: Partial<Cadre> = {
        ...plain, ...(name === undefined ? {} : { name, sortKey: personSortKey(name) }), ...(phone === undefined ? {} : { phone: phoneOf(phone) ?? null }),
        ...(identity === undefined ? {} : { issuer: identity?.issuer ?? null, subject: identity?.subject ?? null }), updatedAt: now,
      };
      if (!(await this.store.update(em, id, version, columns))) throw new Problem('stale');
      const entry = { parkId, subject: { type: 'cadre', id }, at: now, effectiveOn: localDay(now, await this.parks.zone(actor, parkId)) };
      await this.journal.append(em, actor, { ...entry, type: 'cadre.changed', data: { fields: Object.keys(change), ...(change.roles === undefined ? {} : { roles: change.roles }) } });
      if (change.active === false && before.active) await this.journal.append(em, actor, { ...entry, type: 'cadre.deactivated', data: { cadreId: id } });
      return found(await this.store.find(em, actor, id));
    });
    this.#identityChanged();
    return changed;
  }

  /** The cadres, in the order of the ids. Problem `reference-unknown` at the pointer when the park lacks one of them. */
  async requireCadres(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], pointer: string): Promise<readonly Cadre[]> {
    const rows = await this.store.findInPark(em, actor, parkId, ids);
    return ids.map((id) => {
      const cadre = rows.find((row) => row.id === id);
      if (cadre === undefined) throw Problem.at('reference-unknown', pointer, { what: 'cadre' });
      if (!cadre.active) throw Problem.at('cadre-inactive', pointer);
      return cadre;
    });
  }

  /** Problem `reference-unknown` or `cadre-inactive` at the pointer. */
  async requireActiveCadre(em: EntityManager, actor: Actor, parkId: string, id: string, pointer: string): Promise<Cadre> {
    const [cadre] = await this.requireCadres(em, actor, parkId, [id], pointer);
    if (cadre === undefined) throw Problem.at('reference-unknown', pointer, { what: 'cadre' });
    return cadre;
  }

  async findByIdentityAsSystem(issuer: string, subject: string, requestId: string): Promise<Cadre | undefined> {
    return this.store.findByIdentityAsSystem(systemActor(requestId), issuer, subject);
  }

  #identityChanged(): void {
    for (const listener of this.#identityListeners) listener();
  }
}

function phoneOf(given: string | null | undefined): string | null | undefined {
  if (given === null || given === undefined) return given;
  const phone = readPhone(given);
  if (phone === undefined) throw new Problem('malformed', { errors: [{ pointer: '/phone', code: 'format', params: { expected: 'phone number' } }] });
  return phone;
}

function found<T>(row: T | null): T {
  if (row === null) throw new Problem('not-found');
  return row;
}
