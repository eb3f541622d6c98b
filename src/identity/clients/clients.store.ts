import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { Database, type Statement } from '../../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../../platform/http/page';
import type { LiveSecret } from '../domain/client-secret';
import type { Grant } from '../domain/grants';
import { type ClientAuthMethod, MachineClient, MachineClientPark, MachineClientSecret } from './machine-client.entity';

export interface ClientFilters extends PageQuery {
  readonly active?: boolean;
}

/** A client as one of the parks sees it that grant it something; how it proves itself is the business of its own park. */
export interface ClientInPark extends Pick<MachineClient, 'id' | 'name' | 'authMethod' | 'lastUsedAt' | 'version' | 'createdAt' | 'updatedAt'>, Pick<MachineClientPark, 'scopes' | 'revokedAt'> {
  readonly parkId: string;
  readonly homeParkId: string;
  /** How many other parks let it in; null in the sight of one of those. */
  readonly otherParks: number | null;
  readonly keyIds: readonly string[];
  readonly secrets: readonly SecretInSight[];
}

/** A client, and the secret that was made for it: it is nowhere else, and never seen again. */
export interface IssuedClient {
  readonly client: ClientInPark;
  readonly secret: string | null;
}

/** As PostgreSQL writes it into JSON: instants are texts. */
export interface SecretInSight {
  readonly id: string;
  readonly createdAt: string;
  readonly endsAt: string | null;
  readonly lastUsedAt: string | null;
}

/** A client as the issuer of its tokens needs to know it. */
export interface StandingClient {
  readonly homeParkId: string;
  readonly authMethod: ClientAuthMethod;
  readonly jwks: MachineClient['jwks'];
  readonly grants: readonly Grant[];
}

/** A secret that has not given up its place; it may have run out. */
export type HeldSecret = LiveSecret & Pick<MachineClientSecret, 'endsAt'>;

export interface FittingSecret extends Pick<MachineClientSecret, 'id' | 'secretHash'> {
  readonly usedLately: boolean;
}

@Injectable()
export class ClientsStore {
  constructor(private readonly database: Database) {}

  /** Of one park, the newest first. */
  async list(actor: Actor, parkId: string, now: Date, query: ClientFilters): Promise<PageRows<ClientInPark>> {
    return readPage<ClientInPark>(this.database, actor, query, 'clients', ['string'], (slice) => this.#listStatement(parkId, now, query, slice));
  }

  #listStatement(parkId: string, now: Date, { active }: ClientFilters, { after, limit }: Slice): Statement {
    const conditions = ['g.granted_park_id = $1', ...(active === undefined ? [] : [`(c.revoked_at IS NULL AND g.revoked_at IS NULL) = ${String(active)}`]), ...(after === undefined ? [] : ['g.client_id < $4::uuid'])];
    return {
      name: ['clients', ...(active === undefined ? [] : [active ? 'active' : 'revoked']), ...(after === undefined ? [] : ['after'])].join('-'),
      text: `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${conditions.join(' AND ')} ORDER BY g.client_id DESC LIMIT $3`,
      values: [parkId, now, limit, ...(after ?? [])],
    };
  }

  async read(actor: Actor, id: string, now: Date): Promise<ClientInPark | null> {
    const [row] = await this.database.read<ClientInPark>(actor, { name: 'client', text: ONE, values: [actor.parkIds, now, id] });
    return row ?? null;
  }

  async find(em: EntityManager, actor: Actor, id: string, now: Date): Promise<ClientInPark | null> {
    const [row]: ClientInPark[] = await em.query(ONE, [[...actor.parkIds], now, id]);
    return row ?? null;
  }

  /** Whatever park has made it. Waits for whoever revokes it, and keeps others from that until this transaction ends; any number of parks may hold it so at once. */
  async holdAsSystem(em: EntityManager, id: string): Promise<Pick<MachineClient, 'parkId' | 'revokedAt'> | undefined> {
    const [row]: Pick<MachineClient, 'parkId' | 'revokedAt'>[] = await em.query('SELECT park_id AS "parkId", revoked_at AS "revokedAt" FROM machine_client WHERE id = $1 FOR SHARE', [id]);
    return row;
  }

  /** The client of one of the actor's parks. Waits for whoever changes it, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<MachineClient | null> {
    return em.findOne(MachineClient, { where: { id, parkId: In([...actor.parkIds]) }, lock: { mode: 'for_no_key_update' } });
  }

  async lockGrant(em: EntityManager, _actor: Actor, parkId: string, id: string): Promise<MachineClientPark | null> {
    return em.findOne(MachineClientPark, { where: { grantedParkId: parkId, clientId: id }, lock: { mode: 'for_no_key_update' } });
  }

  /** Parks that grant the client something, its own among them. */
  async grantingParks(em: EntityManager, _actor: Actor, { id, parkId }: MachineClient): Promise<string[]> {
    return (await em.findBy(MachineClientPark, { clientId: id, parkId, revokedAt: IsNull() })).map(({ grantedParkId }) => grantedParkId);
  }

  async insert(em: EntityManager, client: MachineClient): Promise<void> {
    await em.insert(MachineClient, client);
  }

  async insertGrant(em: EntityManager, grant: MachineClientPark): Promise<void> {
    await em.insert(MachineClientPark, grant);
  }

  async insertSecret(em: EntityManager, secret: MachineClientSecret): Promise<void> {
    await em.insert(MachineClientSecret, secret);
  }

  /** Changes a row that {@link lock} holds. */
  async update(em: EntityManager, { id, parkId, version }: MachineClient, change: Partial<MachineClient>): Promise<void> {
    await em.update(MachineClient, { id, parkId }, { ...change, version: version + 1 });
  }

  /** Changes a row that {@link lockGrant} holds. */
  async updateGrant(em: EntityManager, { grantedParkId, clientId, version }: MachineClientPark, change: Partial<MachineClientPark>): Promise<void> {
    await em.update(MachineClientPark, { grantedParkId, clientId }, { ...change, version: version + 1 });
  }

  /** The secrets that have a place, of a client that {@link lock} holds. */
  async heldSecrets(em: EntityManager, _actor: Actor, { id, parkId }: MachineClient): Promise<HeldSecret[]> {
    return em.find(MachineClientSecret, { select: { id: true, slot: true, createdAt: true, lastUsedAt: true, endsAt: true }, where: { clientId: id, parkId, endedAt: IsNull() } });
  }

  async updateSecret(em: EntityManager, id: string, change: Partial<Pick<MachineClientSecret, 'endsAt' | 'endedAt'>>): Promise<void> {
    await em.update(MachineClientSecret, { id }, change);
  }

  /** Nothing for one that is revoked, or that nobody grants anything. */
  async standingAsSystem(system: Actor, id: string): Promise<StandingClient | undefined> {
    const [row] = await this.database.read<StandingClient>(system, {
      name: 'client-standing',
      text: `SELECT c.park_id AS "homeParkId", c.auth_method AS "authMethod", c.jwks, json_agg(json_build_object('parkId', g.granted_park_id, 'scopes', g.scopes) ORDER BY g.granted_park_id) AS grants
             FROM machine_client c JOIN machine_client_park g ON g.park_id = c.park_id AND g.client_id = c.id AND g.revoked_at IS NULL
             WHERE c.id = $1 AND c.revoked_at IS NULL GROUP BY c.id`,
      values: [id],
    });
    return row;
  }

  /** The secrets that count at an instant. */
  async secretsAsSystem(system: Actor, id: string, now: Date): Promise<FittingSecret[]> {
    return this.database.read<FittingSecret>(system, {
      name: 'client-secrets',
      text: `SELECT s.id, s.secret_hash AS "secretHash", coalesce(s.last_used_at > $2::timestamptz - interval '1 minute', false) AS "usedLately"
             FROM machine_client c JOIN machine_client_secret s ON s.park_id = c.park_id AND s.client_id = c.id
             WHERE c.id = $1 AND c.revoked_at IS NULL AND s.ended_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > $2)`,
      values: [id, now],
    });
  }

  async secretUsedAsSystem(system: Actor, secretId: string, now: Date): Promise<void> {
    await this.database.transact(system, async (em) => em.query<unknown>('UPDATE machine_client_secret SET last_used_at = $2 WHERE id = $1', [secretId, now]));
  }

  /** At most once a minute: a client that asks for tokens all the time need not write all the time. */
  async usedAsSystem(system: Actor, id: string, now: Date): Promise<void> {
    await this.database.transact(system, async (em) => em.query<unknown>(
      `UPDATE machine_client SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')`, [id, now]));
  }
}

const TABLES = 'machine_client_park g JOIN machine_client c ON c.park_id = g.park_id AND c.id = g.client_id';
// Both versions only grow, so their sum is never the same again.
const COLUMNS = `
  c.id, g.granted_park_id AS "parkId", c.park_id AS "homeParkId", c.name, g.scopes, c.auth_method AS "authMethod", c.last_used_at AS "lastUsedAt", least(c.revoked_at, g.revoked_at) AS "revokedAt",
  CASE WHEN c.park_id = g.granted_park_id THEN (SELECT count(*)::integer FROM machine_client_park o
    WHERE o.park_id = c.park_id AND o.client_id = c.id AND o.granted_park_id <> c.park_id AND o.revoked_at IS NULL AND c.revoked_at IS NULL) END AS "otherParks",
  coalesce((SELECT json_agg(k ->> 'kid') FROM jsonb_array_elements(c.jwks -> 'keys') k WHERE c.park_id = g.granted_park_id), '[]') AS "keyIds",
  coalesce((SELECT json_agg(json_build_object('id', s.id, 'createdAt', s.created_at, 'endsAt', s.ends_at, 'lastUsedAt', s.last_used_at) ORDER BY s.created_at, s.id) FROM machine_client_secret s
    WHERE s.park_id = c.park_id AND s.client_id = c.id AND c.park_id = g.granted_park_id AND c.revoked_at IS NULL AND s.ended_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > $2::timestamptz)), '[]') AS secrets,
  c.version + g.version - 1 AS version, g.created_at AS "createdAt", greatest(c.updated_at, g.updated_at) AS "updatedAt"`;
// Whoever has several parks in scope sees a client as its own park does, if that is among them.
const ONE = `SELECT ${COLUMNS} FROM ${TABLES} WHERE g.granted_park_id = ANY ($1) AND g.client_id = $3 ORDER BY g.granted_park_id <> c.park_id, g.granted_park_id LIMIT 1`;
