import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { readPhone } from '../enterprises/domain/contact';
import { type Actor, parkOf, type Role, systemActor } from '../kernel/actor';
import { localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { DepartmentsService } from '../parks/departments.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Journal } from '../platform/journal/journal';
import type { Cadre } from './cadre.entity';
import { type CadreFilters, CadresStore, type IdentifiedCadre, type LockedCadre, type ReferredCadre } from './cadres.store';
import { personSortKey } from './domain/person-name';
import { CADRE_ROLES, type CadreRole, grantRoles, holdsProtectedRole } from './domain/roles';

export interface GivenIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** A merge patch: what is left out stays, null removes. An identity is given whole. */
export interface CadreChange {
  readonly name?: string;
  readonly departmentId?: string;
  readonly roles?: readonly Role[];
  readonly phone?: string | null;
  readonly identity?: GivenIdentity | null;
  readonly active?: boolean;
}

export interface NewCadre extends CadreChange {
  readonly id?: string;
  readonly parkId?: string;
  readonly name: string;
  readonly departmentId: string;
  readonly roles: readonly Role[];
}

const PHONE = 'a mobile, landline or 400 number of the mainland';
// What a token stands for follows from these.
const IDENTITY_FIELDS: readonly (keyof CadreChange)[] = ['departmentId', 'roles', 'identity', 'active'];

/** The people who serve: their department, roles, and the identity under which they come. */
@Injectable()
export class CadresService {
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly store: CadresStore, private readonly departments: DepartmentsService, private readonly parks: ParksService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Calls the listener, in this process, after every commit that may have changed whom a token stands for or what they may do. */
  onIdentityChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async list(actor: Actor, query: CadreFilters): Promise<Page<Cadre>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query), query, 'cadres', (one) => [one.sortKey, one.id], (one) => one);
  }

  async read(actor: Actor, id: string): Promise<Cadre> {
    return found(await this.store.read(actor, id));
  }

  /** Problems: `role-not-grantable`, `reference-unknown`, `identity-taken`. */
  async add(actor: Actor, request: NewCadre, once?: Once<Created<Cadre>>): Promise<Created<Cadre>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const { name, departmentId, active = true } = request;
    const roles = acceptRoles([], request.roles);
    const columns = columnsOf(request);
    const today = localDay(now, await this.parks.zone(actor, parkId));
    const added = await this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'cadre', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id)) };
      await this.departments.require(em, actor, parkId, departmentId, '/departmentId');
      const cadre: Cadre = {
        id, parkId, departmentId, phone: null, issuer: null, subject: null, ...columns, name, sortKey: personSortKey(name), roles, active, version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insert(em, cadre);
      await this.journal.append(em, actor, { type: 'cadre.added', parkId, subject: { type: 'cadre', id }, at: now, effectiveOn: today, data: { departmentId, roles, active } });
      return { created: true, body: cadre };
    }, once);
    if (added.created) this.#tellListeners();
    return added;
  }

  /** Problems: `role-not-grantable`, `reference-unknown`, `identity-taken`; `has-open-duties` when somebody who still owes visits is deactivated. */
  async patch(actor: Actor, id: string, version: number, change: CadreChange): Promise<Cadre> {
    const now = this.clock.now();
    const columns = columnsOf(change);
    const changed = await this.database.transact(actor, async (em) => {
      const cadre = found(await this.store.lock(em, actor, id, now));
      if (cadre.version !== version) throw new Problem('stale');
      const { parkId, today } = cadre;
      const roles = change.roles === undefined ? undefined : acceptRoles(cadre.roles, change.roles);
      refuseIdentityOfProtected(cadre, change);
      refuseNameOfInspector(cadre, change);
      if (change.departmentId !== undefined) await this.departments.require(em, actor, parkId, change.departmentId, '/departmentId');
      await this.store.update(em, cadre, { ...columns, ...(roles === undefined ? {} : { roles }), updatedAt: now });
      const entry = { parkId, subject: { type: 'cadre', id }, at: now, effectiveOn: today };
      await this.journal.append(em, actor, { ...entry, type: 'cadre.changed', data: { fields: fieldsOf(change), ...(roles === undefined ? {} : { roles }) } });
      if (cadre.active && change.active === false) await this.journal.append(em, actor, { ...entry, type: 'cadre.deactivated', data: { cadreId: id } });
      return found(await this.store.find(em, actor, id));
    });
    if (IDENTITY_FIELDS.some((field) => change[field] !== undefined)) this.#tellListeners();
    return changed;
  }

  /**
   * Gives or takes the role of an inspector, for whoever may decide that: no administrator. Call {@link tellIdentityChanged} after the commit. Answers the
   * cadre as they were; nothing where there is none in scope.
   */
  async setInspectorIn(em: EntityManager, actor: Actor, id: string, holds: boolean, now: Date): Promise<LockedCadre | undefined> {
    const cadre = await this.store.lock(em, actor, id, now);
    if (cadre === null) return undefined;
    if (cadre.roles.includes('inspector') === holds) return cadre;
    const roles = CADRE_ROLES.filter((role) => (role === 'inspector' ? holds : cadre.roles.includes(role)));
    await this.store.update(em, cadre, { roles, updatedAt: now });
    await this.journal.append(em, actor, {
      type: 'cadre.changed', parkId: cadre.parkId, subject: { type: 'cadre', id }, at: now, effectiveOn: cadre.today, data: { fields: ['roles'], roles },
    });
    return cadre;
  }

  /** Nobody's tokens stand for the cadre any more, but those of an account. The cadre is held, as {@link setInspectorIn} answered it. */
  async removeIdentityIn(em: EntityManager, actor: Actor, cadre: LockedCadre, now: Date): Promise<void> {
    const { id, parkId, today } = cadre;
    await this.store.update(em, cadre, { issuer: null, subject: null, updatedAt: now });
    await this.journal.append(em, actor, { type: 'cadre.changed', parkId, subject: { type: 'cadre', id }, at: now, effectiveOn: today, data: { fields: ['identity'] } });
  }

  /** Tells, in this process, that somebody's roles have changed. */
  tellIdentityChanged(): void {
    this.#tellListeners();
  }

  /** Whom a token stands for, active or not, in whatever park; `undefined` when nobody has the identity. */
  async findByIdentityAsSystem(issuer: string, subject: string, requestId: string): Promise<IdentifiedCadre | undefined> {
    return this.store.findByIdentityAsSystem(systemActor(requestId), issuer, subject);
  }

  /** The cadre, active or not, whom an account stands for. */
  async findIdentifiedAsSystem(parkId: string, id: string, requestId: string): Promise<IdentifiedCadre | undefined> {
    return this.store.findIdentifiedAsSystem(systemActor(requestId), parkId, id);
  }

  /** The cadres that a new row will refer to, in the order of the ids. Problem `reference-unknown` at the pointer when one is not of the park. */
  async requireCadres(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], pointer: string): Promise<ReferredCadre[]> {
    return this.#require(em, actor, parkId, ids, pointer, false);
  }

  /**
   * The cadre who will be given something to do; nobody deactivates them until the transaction ends. Problems at the pointer:
   * `reference-unknown`, `cadre-inactive`.
   */
  async requireActiveCadre(em: EntityManager, actor: Actor, parkId: string, id: string, pointer: string): Promise<ReferredCadre> {
    const [cadre] = await this.#require(em, actor, parkId, [id], pointer, true);
    if (cadre?.active !== true) throw Problem.at('cadre-inactive', pointer);
    return cadre;
  }

  /** The same, whether they are active or not: who is stays so until the transaction ends. Problem at the pointer: `reference-unknown`. */
  async holdCadres(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], pointer: string): Promise<ReferredCadre[]> {
    return this.#require(em, actor, parkId, ids, pointer, true);
  }

  async #require(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], pointer: string, hold: boolean): Promise<ReferredCadre[]> {
    const byId = new Map((await this.store.refer(em, actor, parkId, ids, hold)).map((cadre) => [cadre.id, cadre]));
    return ids.map((id) => {
      const cadre = byId.get(id);
      if (cadre === undefined) throw Problem.at('reference-unknown', pointer, { what: 'cadre' });
      return cadre;
    });
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }
}

function acceptRoles(before: readonly Role[], asked: readonly Role[]): CadreRole[] {
  const roles = grantRoles(before, asked);
  if (roles === undefined) throw Problem.at('role-not-grantable', '/roles');
  return roles;
}

// Whoever binds an identity to an inspector makes an inspector. A form that sends back what it has read changes nothing.
function refuseIdentityOfProtected(cadre: LockedCadre, { identity }: CadreChange): void {
  if (identity === undefined || !holdsProtectedRole(cadre.roles)) return;
  if (identity?.issuer !== (cadre.issuer ?? undefined) || identity?.subject !== (cadre.subject ?? undefined)) throw Problem.at('role-not-grantable', '/identity');
}

// Who reads a report depends on whether it speaks of an inspector, by name: whoever renames one decides that.
function refuseNameOfInspector({ name, roles }: LockedCadre, change: CadreChange): void {
  if (change.name !== undefined && change.name !== name && roles.includes('inspector')) throw Problem.at('role-not-grantable', '/name');
}

/** The columns that a change gives values to, but for the roles. */
function columnsOf({ name, departmentId, phone, identity, active }: CadreChange): Partial<Cadre> {
  return {
    ...(name === undefined ? {} : { name, sortKey: personSortKey(name) }),
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(phone === undefined ? {} : { phone: phone === null ? null : acceptPhone(phone) }),
    ...(identity === undefined ? {} : { issuer: identity?.issuer ?? null, subject: identity?.subject ?? null }),
    ...(active === undefined ? {} : { active }),
  };
}

function acceptPhone(text: string): string {
  const phone = readPhone(text);
  if (phone === undefined) throw new Problem('malformed', { errors: [{ pointer: '/phone', code: 'format', params: { expected: PHONE } }] });
  return phone;
}

function fieldsOf(change: CadreChange): string[] {
  return Object.entries(change).filter(([, value]) => value !== undefined).map(([name]) => name);
}
