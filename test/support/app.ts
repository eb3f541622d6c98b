import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLocalJWKSet } from 'jose';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import supertest from 'supertest';
import type { DataSource } from 'typeorm';
import { createApplication, type HttpOptions } from '../../src/application';
import { ENTITIES } from '../../src/entities';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { trustedAs, type TrustedIssuer } from '../../src/identity/token-verifier';
import type { Role } from '../../src/kernel/actor';
import { applicationDataSource, openDataSource } from '../../src/platform/db/data-source';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import type { LinksConfig, SignInConfig } from '../../src/platform/config';
import type { KeyEncryption } from '../../src/platform/key-encryption';
import type { Limits } from '../../src/platform/http/limits/rate-limits';
import { createLog } from '../../src/platform/logging';
import { FixedClock } from './clock';
import { createTestDatabase, type TestDatabase } from './database';
import { requireDescribed } from './journal';

export const ISSUER = 'urn:service-ledger:test';
// Tests share the machine: a connection may take long to open, and what is refused for that is not what they look at.
const PATIENCE_MS = 20_000;
const AUDIENCE = 'service-ledger';

/** Monday, 2 March 2026, half past nine in Shanghai. */
export const MONDAY_MORNING = '2026-03-02T01:30:00.000Z';

/** A caller with a token. Every path is below `/api/v1`. */
export interface Caller {
  get(path: string): supertest.Test;
  post(path: string, body?: object): supertest.Test;
  put(path: string, body: object): supertest.Test;
  patch(path: string, body: object, etag?: string): supertest.Test;
}

export interface Cast {
  readonly parkId: string;
  readonly otherParkId: string;
  readonly departmentId: string;
  readonly otherDepartmentId: string;
  /** Ids of cadres; `officer2` and `leader2` are colleagues, `stranger` an admin of the other park in another county. */
  readonly cadres: Readonly<Record<Role | 'officer2' | 'leader2' | 'stranger' | 'strangerOfficer', string>>;
}

export interface TestApp extends Cast {
  readonly app: NestFastifyApplication;
  readonly clock: FixedClock;
  readonly database: TestDatabase;
  readonly http: supertest.Agent;
  /** SQL as the owner of the tables, whom no policy binds. */
  readonly sql: <R extends object = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<R[]>;
  as(who: keyof Cast['cadres']): Caller;
  asClient(scopes: string, parkIds?: readonly string[]): Caller;
  /** Somebody beyond the cast, by the subject of their identity. */
  asSubject(subject: string): Caller;
  asNobody(): Caller;
  token(who: keyof Cast['cadres']): Promise<string>;
  readonly issuer: LocalIssuer;
  close(): Promise<void>;
}

export interface TestOptions {
  readonly now?: string;
  readonly poolSize?: number;
  /** How long a connection is waited for: longer than in an installation unless that is what is tested, since the machine may be busy. */
  readonly waitMs?: number;
  readonly database?: TestDatabase;
  readonly issuer?: LocalIssuer;
  readonly cast?: Cast;
  readonly clock?: FixedClock;
  readonly http?: HttpOptions;
  readonly limits?: Limits;
  readonly links?: LinksConfig;
  /** Issuers beside the one that signs the tokens of the cast. */
  readonly trusted?: (clock: FixedClock) => readonly TrustedIssuer[];
  readonly signIn?: SignInConfig;
  readonly keyEncryption?: KeyEncryption;
  readonly log?: Logger;
  /** Appends entries of types that the catalogue of events does not know. */
  readonly inventsEntries?: boolean;
}

/** The whole application on a database of its own, with two parks of different counties and one person per role in the first. */
export async function startApp(options: TestOptions = {}): Promise<TestApp> {
  const database = options.database ?? await createTestDatabase();
  const clock = options.clock ?? new FixedClock(new Date(options.now ?? MONDAY_MORNING));
  const issuer = options.issuer ?? await LocalIssuer.inMemory(ISSUER, AUDIENCE);
  const source: DataSource = await openDataSource(applicationDataSource(database.url, ENTITIES, options.poolSize ?? 5, options.waitMs ?? PATIENCE_MS));
  const app = await createApplication({
    source, clock, log: options.log ?? createLog('silent'),
    trusted: [trustedAs({ kind: 'local' }, { issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet(await issuer.jwks()) }), ...options.trusted?.(clock) ?? []],
    ...(options.signIn === undefined ? {} : { signIn: options.signIn }), ...(options.keyEncryption === undefined ? {} : { keyEncryption: options.keyEncryption }),
    ...(options.limits === undefined ? {} : { limits: options.limits }), ...(options.links === undefined ? {} : { links: options.links }),
  }, options.http);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  // A pool connects anew after its database was killed.
  const owner = new Pool({ connectionString: database.url, max: 1 });
  owner.on('error', () => undefined);
  const cast = options.cast ?? await castOf(owner);
  const http = supertest(app.getHttpServer());
  const sign = async (subject: string, claims: object): Promise<string> => issuer.sign(subject, claims as Record<string, unknown>, clock.now());
  const caller = (token: () => Promise<string | undefined>): Caller => {
    const send = (test: supertest.Test): supertest.Test => {
      const end = test.then.bind(test);
      // The token is made when the request goes out, so that it is never older than the clock says.
      test.then = ((resolve, reject) => token().then((bearer) => {
        if (bearer !== undefined) test.set('authorization', `Bearer ${bearer}`);
        return end(resolve, reject);
      })) as typeof test.then;
      return test;
    };
    return {
      get: (path) => send(http.get(`/api/v1${path}`).set('accept-language', 'en')),
      post: (path, body) => send(http.post(`/api/v1${path}`).set('accept-language', 'en').send(body ?? {})),
      put: (path, body) => send(http.put(`/api/v1${path}`).set('accept-language', 'en').send(body)),
      patch: (path, body, etag) => send((etag === undefined ? http.patch(`/api/v1${path}`) : http.patch(`/api/v1${path}`).set('if-match', etag)).set('accept-language', 'en').send(body)),
    };
  };
  const tokenOf = async (who: keyof Cast['cadres']): Promise<string> => sign(who, who === 'operator' ? { operator: true } : {});
  return {
    ...cast, app, clock, database, http, issuer,
    sql: async (text, values) => (await owner.query(text, values)).rows as never,
    as: (who) => caller(() => tokenOf(who)),
    asClient: (scopes, parkIds = [cast.parkId]) => caller(async () => sign('a-client', { client_id: 'a-client', scope: scopes, park_ids: parkIds })),
    asSubject: (subject) => caller(async () => sign(subject, {})),
    asNobody: () => caller(() => Promise.resolve(undefined)),
    token: tokenOf,
    close: async () => {
      await app.close();
      const described = options.inventsEntries === true ? Promise.resolve() : requireDescribed(async (text) => (await owner.query(text)).rows as never);
      await described.finally(async () => {
        await owner.end();
        await source.destroy();
        if (options.database === undefined) await database.drop();
      });
    },
  };
}

const id = (tail: number): string => `01950000-0000-7000-8000-${String(tail).padStart(12, '0')}`;

async function castOf(owner: Pool): Promise<Cast> {
  const at = '2026-01-01T00:00:00Z';
  const park = async (parkId: string, code: string, county: string) => {
    await owner.query(`INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at) VALUES ($1, $2, $2, $3, 'Asia/Shanghai', '2026-01-01', 1, $4, $4)`, [parkId, code, county, at]);
    
    await owner.query(`INSERT INTO park_policy (id, park_id, effective_from, visits, tickets, escalation, assessment, privacy, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, $3, $4, $5, $6, $7)`,
      [parkId, DEFAULT_POLICY.visits, DEFAULT_POLICY.tickets, DEFAULT_POLICY.escalation, DEFAULT_POLICY.assessment, DEFAULT_POLICY.privacy, at]);
    await owner.query(`INSERT INTO working_hours (id, park_id, effective_from, windows, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, $3)`, [parkId, JSON.stringify(DEFAULT_WORKING_HOURS), at]);
  };
  const department = async (departmentId: string, parkId: string) =>
    owner.query(`INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) VALUES ($1, $2, '产业服务部', 'department', true, 1, $3, $3)`, [departmentId, parkId, at]);
  const cadre = async (cadreId: string, parkId: string, departmentId: string, key: string, roles: readonly string[]) =>
    owner.query(`INSERT INTO cadre (id, park_id, department_id, name, sort_key, roles, issuer, subject, active, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $4, $5, $6, $4, true, 1, $7, $7)`,
      [cadreId, parkId, departmentId, key, roles, ISSUER, at]);
  const cast: Cast = {
    parkId: id(1), otherParkId: id(2), departmentId: id(11), otherDepartmentId: id(12),
    cadres: {
      officer: id(101), leader: id(102), handler: id(103), supervisor: id(104), admin: id(105), inspector: id(106), county: id(107), operator: id(108),
      officer2: id(109), leader2: id(110), stranger: id(201), strangerOfficer: id(202),
    },
  };
  await park(cast.parkId, 'JKSP', '430181');
  await park(cast.otherParkId, 'OTHER', '430999');
  await department(cast.departmentId, cast.parkId);
  await department(cast.otherDepartmentId, cast.otherParkId);
  const { operator: _operator, stranger, strangerOfficer, ...own } = cast.cadres;
  for (const [key, cadreId] of Object.entries(own)) await cadre(cadreId, cast.parkId, cast.departmentId, key, [key.replace(/\d$/, '')]);
  await cadre(stranger, cast.otherParkId, cast.otherDepartmentId, 'stranger', ['admin', 'supervisor']);
  await cadre(strangerOfficer, cast.otherParkId, cast.otherDepartmentId, 'strangerOfficer', ['officer', 'leader']);
  return cast;
}
