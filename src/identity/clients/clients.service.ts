import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, type ClientScope, parkOf, systemActor } from '../../kernel/actor';
import { localDay } from '../../kernel/day';
import { found, Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { claimId } from '../../platform/db/client-made-id';
import { Database } from '../../platform/db/database';
import { InstallationKeys } from '../../platform/db/installation-keys';
import type { Once } from '../../platform/db/once';
import { type Page, toPage } from '../../platform/http/page';
import type { Created } from '../../platform/http/request';
import { newId } from '../../platform/ids';
import { type Happening, Journal } from '../../platform/journal/journal';
import { type ClientFilters, type ClientInPark, ClientsStore, type IssuedClient, type StandingClient } from './clients.store';
import { acceptKeys, type ClientKey } from '../domain/client-keys';
import { hashOfSecret, planRotation, SECRET_BYTES, secretOf } from '../domain/client-secret';
import type { ClientAuthMethod, MachineClient } from './machine-client.entity';

export interface NewClient {
  readonly id?: string;
  readonly parkId?: string;
  readonly name: string;
  readonly scopes: readonly ClientScope[];
  /** A secret when left out. */
  readonly authMethod?: ClientAuthMethod;
  readonly keys?: readonly ClientKey[];
}

export interface ClientRotation {
  /** For how long the secret before goes on counting. */
  readonly overlapHours?: number;
  readonly keys?: readonly ClientKey[];
}

const OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Machines that act for nobody: what each may do in which park. The park that has made a client keeps its secrets and ends it; another may grant it something
 * of its own, and take that back.
 */
@Injectable()
export class ClientsService {
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly store: ClientsStore, private readonly parks: ParksService, private readonly keys: InstallationKeys, private readonly database: Database, private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** Calls the listener, in this process, after every commit that may have changed what a client may do. */
  onClientsChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async list(actor: Actor, query: ClientFilters): Promise<Page<ClientInPark>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), this.clock.now(), query), query, 'clients', (one) => [one.id], (one) => one);
  }

  async read(actor: Actor, id: string): Promise<ClientInPark> {
    return found(await this.store.read(actor, id, this.clock.now()));
  }

  /** Problems: `client-keys-invalid`, `client-keys-misplaced`, `id-taken`, `id-time-out-of-range`. */
  async create(actor: Actor, request: NewClient, once?: Once<Created<IssuedClient>>): Promise<Created<IssuedClient>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const { name, scopes, authMethod = 'client_secret_basic' } = request;
    const jwks = keySetOf(authMethod, request.keys);
    const effectiveOn = localDay(now, await this.parks.zone(actor, parkId));
    const hash = await this.#hasher();
    const answer = await this.database.transact(actor, async (em): Promise<Created<IssuedClient>> => {
      const { id, fresh } = await claimId(em, { resource: 'client', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: { client: found(await this.store.find(em, actor, id, now)), secret: null } };
      const client: MachineClient = { id, parkId, name, authMethod, jwks, lastUsedAt: null, revokedAt: null, version: 1, createdAt: now, updatedAt: now };
      await this.store.insert(em, client);
      await this.store.insertGrant(em, { grantedParkId: parkId, clientId: id, parkId, scopes: [...scopes], revokedAt: null, version: 1, createdAt: now, updatedAt: now });
      const secret = jwks === null ? await this.#addSecret(em, client, 1, now, hash) : null;
      await this.journal.append(em, actor, { type: 'client.created', parkId, subject: { type: 'client', id }, at: now, effectiveOn, data: { authMethod, scopes } });
      return { created: true, body: { client: found(await this.store.find(em, actor, id, now)), secret } };
    }, once);
    this.#tellListeners();
    return answer;
  }

  /** Grants what it may do in the actor's park, instead of what it was granted there before. Problem `client-revoked`. */
  async grant(actor: Actor, id: string, request: { readonly parkId?: string; readonly scopes: readonly ClientScope[] }, once?: Once<ClientInPark>): Promise<ClientInPark> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const scopes = [...request.scopes];
    const effectiveOn = localDay(now, await this.parks.zone(actor, parkId));
    // Whoever was told its name may grant it something: in their own park, which may not see it before, and they learn of nothing else. It is held while that is written:
    // a revocation comes before, and this is refused, or after, and finds this park among those that read of it.
    const granted = await this.database.transact(systemActor(actor.requestId), async (em) => {
      const home = found(await this.store.holdAsSystem(em, id));
      if (home.revokedAt !== null) throw new Problem('client-revoked');
      const before = await this.store.lockGrant(em, actor, parkId, id);
      if (before === null) await this.store.insertGrant(em, { grantedParkId: parkId, clientId: id, parkId: home.parkId, scopes, revokedAt: null, version: 1, createdAt: now, updatedAt: now });
      else await this.store.updateGrant(em, before, { scopes, revokedAt: null, updatedAt: now });
      await this.journal.append(em, actor, { type: 'client.granted', parkId, subject: { type: 'client', id }, at: now, effectiveOn, data: { scopes } });
      return found(await this.store.find(em, { ...actor, parkIds: [parkId] }, id, now));
    }, once);
    this.#tellListeners();
    return granted;
  }

  /**
   * A new secret, beside which the one that was used last goes on for a while; or other keys. By the client's own park: whoever has its secret reaches what
   * others have granted it, too. Problems: `client-revoked`, `client-keys-invalid`, `client-keys-misplaced`.
   */
  async rotate(actor: Actor, id: string, { overlapHours = OVERLAP_HOURS, keys }: ClientRotation, once?: Once<IssuedClient>): Promise<IssuedClient> {
    const now = this.clock.now();
    const hash = await this.#hasher();
    const rotated = await this.database.transact(actor, async (em) => {
      const client = found(await this.store.lock(em, actor, id));
      if (client.revokedAt !== null) throw new Problem('client-revoked');
      const { parkId, authMethod } = client;
      const jwks = keySetOf(authMethod, keys);
      const secret = jwks === null ? await this.#takeOver(em, actor, client, new Date(now.getTime() + overlapHours * HOUR_MS), now, hash) : null;
      await this.store.update(em, client, { ...(jwks === null ? {} : { jwks }), updatedAt: now });
      const effectiveOn = localDay(now, await this.parks.zoneIn(em, actor, parkId));
      await this.journal.append(em, actor, { type: 'client.rotated', parkId, subject: { type: 'client', id }, at: now, effectiveOn, data: { authMethod, overlapHours: jwks === null ? overlapHours : null } });
      return { client: found(await this.store.find(em, actor, id, now)), secret };
    }, once);
    this.#tellListeners();
    return rotated;
  }

  /** By its own park: it is nobody any more, in whatever park. By another: it may do nothing there. Problem `client-revoked` when it was so before. */
  async revoke(actor: Actor, id: string, once?: Once<ClientInPark>): Promise<ClientInPark> {
    const now = this.clock.now();
    const { parkId, homeParkId } = await this.read(actor, id);
    const revoked = await (parkId === homeParkId ? this.#revokeWhole(actor, id, now, once) : this.#revokeGrant(actor, id, parkId, now, once));
    this.#tellListeners();
    return revoked;
  }

  /** What a client is and what each park grants it now; nothing for one that is unknown or revoked. */
  async standingAsSystem(clientId: string, requestId: string): Promise<StandingClient | undefined> {
    return UUID.test(clientId) ? this.store.standingAsSystem(systemActor(requestId), clientId) : undefined;
  }

  /** Whether it is one of the client's secrets that count now; remembers that it was used. */
  async secretFitsAsSystem(clientId: string, secret: string, requestId: string): Promise<boolean> {
    const hash = hashOfSecret(await this.keys.of('client'), clientId, secret);
    if (hash === undefined || !UUID.test(clientId)) return false;
    const system = systemActor(requestId);
    const now = this.clock.now();
    const fitting = (await this.store.secretsAsSystem(system, clientId, now)).find(({ secretHash }) => timingSafeEqual(secretHash, hash));
    if (fitting === undefined) return false;
    if (!fitting.usedLately) await this.store.secretUsedAsSystem(system, fitting.id, now);
    return true;
  }

  async usedAsSystem(clientId: string, requestId: string): Promise<void> {
    if (UUID.test(clientId)) await this.store.usedAsSystem(systemActor(requestId), clientId, this.clock.now());
  }

  async #revokeWhole(actor: Actor, id: string, now: Date, once?: Once<ClientInPark>): Promise<ClientInPark> {
    // Each park that had granted it something, one that does so at this moment too, reads in its own journal that it ended.
    const system = systemActor(actor.requestId);
    return this.database.transact(system, async (em) => {
      const client = found(await this.store.lock(em, actor, id));
      if (client.revokedAt !== null) throw new Problem('client-revoked');
      await this.store.update(em, client, { revokedAt: now, updatedAt: now });
      const entries: Happening[] = [];
      for (const parkId of await this.store.grantingParks(em, system, client)) entries.push(await this.#revocation(em, { ...system, parkIds: [parkId] }, { parkId, id, now, whole: true }));
      await this.journal.appendAll(em, actor, entries);
      return found(await this.store.find(em, actor, id, now));
    }, once);
  }

  async #revokeGrant(actor: Actor, id: string, parkId: string, now: Date, once?: Once<ClientInPark>): Promise<ClientInPark> {
    return this.database.transact(actor, async (em) => {
      const grant = found(await this.store.lockGrant(em, actor, parkId, id));
      if (grant.revokedAt !== null) throw new Problem('client-revoked');
      await this.store.updateGrant(em, grant, { revokedAt: now, updatedAt: now });
      await this.journal.append(em, actor, await this.#revocation(em, actor, { parkId, id, now, whole: false }));
      return found(await this.store.find(em, actor, id, now));
    }, once);
  }

  async #revocation(em: EntityManager, actor: Actor, { parkId, id, now, whole }: { parkId: string; id: string; now: Date; whole: boolean }): Promise<Happening> {
    return { type: 'client.revoked', parkId, subject: { type: 'client', id }, at: now, effectiveOn: localDay(now, await this.parks.zoneIn(em, actor, parkId)), data: { whole } };
  }

  async #takeOver(em: EntityManager, actor: Actor, client: MachineClient, until: Date, now: Date, hash: Hasher): Promise<string> {
    const held = await this.store.heldSecrets(em, actor, client);
    const hasRunOut = ({ endsAt }: { endsAt: Date | null }): boolean => endsAt !== null && endsAt <= now;
    for (const { id, endsAt } of held.filter(hasRunOut)) await this.store.updateSecret(em, id, { endedAt: endsAt });
    const { kept, ended, slot } = planRotation(held.filter((one) => !hasRunOut(one)));
    for (const { id } of ended) await this.store.updateSecret(em, id, { endsAt: now, endedAt: now });
    if (kept !== undefined) await this.store.updateSecret(em, kept.id, { endsAt: until, ...(until <= now ? { endedAt: now } : {}) });
    return this.#addSecret(em, client, slot, now, hash);
  }

  async #addSecret(em: EntityManager, { id: clientId, parkId }: MachineClient, slot: 1 | 2, now: Date, hash: Hasher): Promise<string> {
    const secret = secretOf(randomBytes(SECRET_BYTES));
    await this.store.insertSecret(em, { id: newId(now), parkId, clientId, slot, secretHash: hash(clientId, secret), createdAt: now, lastUsedAt: null, endsAt: null, endedAt: null });
    return secret;
  }

  async #hasher(): Promise<Hasher> {
    const key = await this.keys.of('client');
    return (clientId, secret) => {
      const hash = hashOfSecret(key, clientId, secret);
      if (hash === undefined) throw new TypeError('a secret has the form of one');
      return hash;
    };
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }
}

type Hasher = (clientId: string, secret: string) => Buffer;

/** The key set of a client that has keys, null for one that has a secret. */
function keySetOf(authMethod: ClientAuthMethod, given: readonly ClientKey[] | undefined): MachineClient['jwks'] {
  if ((authMethod === 'private_key_jwt') !== (given !== undefined)) throw Problem.at('client-keys-misplaced', '/keys');
  if (given === undefined) return null;
  const keys = acceptKeys(given);
  if (keys === undefined) throw Problem.at('client-keys-invalid', '/keys');
  return { keys };
}
