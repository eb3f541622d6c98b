import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AdapterPayload } from 'oidc-provider';
import { systemActor } from '../../kernel/actor';
import { Database } from '../../platform/db/database';
import { beginEpoch } from '../accounts/epoch.store';
import type { OidcKey } from './oidc.entity';

// Whoever knows the id of one of these can use it: so they are not kept, nor is the copy in the payload.
const PRESENTED: ReadonlySet<string> = new Set(['RefreshToken', 'AuthorizationCode']);
// Of these the same id comes a second time only from somebody who repeats what another has said.
const ONCE: ReadonlySet<string> = new Set(['ReplayDetection']);
// Of these a request that is under way would bring back what has ended. A code or a token is nothing without its grant.
const OF_AN_EPOCH: ReadonlySet<string> = new Set(['Session', 'Grant']);
const NO_EPOCH = 0;
const SYSTEM = systemActor('oidc');
const KEY_LOCK = 7_215_021;
const BATCH = 1_000;

export interface StoredPayload {
  readonly payload: AdapterPayload;
  /** Of the account that it is of. */
  readonly epoch: number | null;
}

/** Whose code or refresh token it was, and what it had been given for. */
export interface UsedBefore {
  readonly accountId: string;
  readonly grantId: string;
}

/** The state and keys of the built-in issuer. All of it is the system's alone. */
@Injectable()
export class OidcStore {
  constructor(private readonly database: Database) {}

  /**
   * `repeated` when it was there before and may be once only, `ended` when what ends the account's sessions has happened since the epoch that the request found; whoever is at that
   * is waited for.
   */
  async upsert(model: string, id: string, payload: AdapterPayload, { expiresAt, now, epoch }: { readonly expiresAt: Date; readonly now: Date; readonly epoch: number | undefined }): Promise<'written' | 'repeated' | 'ended'> {
    const { jti, ...anonymous } = payload;
    const kept = PRESENTED.has(model) ? anonymous : { ...anonymous, jti };
    const required = OF_AN_EPOCH.has(model) && payload.accountId !== undefined ? epoch ?? NO_EPOCH : null;
    const written: unknown[] = await this.database.transact(SYSTEM, async (em) => em.query(
      `INSERT INTO oidc_payload (model, id, payload, grant_id, account_id, uid, created_at, expires_at)
       SELECT $1, $2, $3::jsonb, $4, $5::uuid, $6, $7::timestamptz, $8::timestamptz
       WHERE $9::integer IS NULL OR EXISTS (SELECT FROM account_credential WHERE account_id = $5::uuid AND epoch = $9::integer FOR SHARE)
       ON CONFLICT (model, id) DO ${ONCE.has(model) ? 'NOTHING' : 'UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, account_id = excluded.account_id, uid = excluded.uid, expires_at = excluded.expires_at'}
       RETURNING id`,
      [model, idOf(model, id), JSON.stringify(kept), payload.grantId ?? null, payload.accountId ?? null, model === 'Session' ? payload.uid ?? null : null, now, expiresAt, required]));
    if (written.length === 1) return 'written';
    return required === null ? 'repeated' : 'ended';
  }

  async find(model: string, id: string, now: Date): Promise<StoredPayload | undefined> {
    const [row] = await this.database.read<StoredPayload>(SYSTEM, {
      name: 'oidc-payload', text: `${STORED} WHERE p.model = $1 AND p.id = $2 AND p.expires_at > $3`, values: [model, idOf(model, id), now],
    });
    return row === undefined || !PRESENTED.has(model) ? row : { ...row, payload: { ...row.payload, jti: id } };
  }

  async findByUid(model: string, uid: string, now: Date): Promise<StoredPayload | undefined> {
    const [row] = await this.database.read<StoredPayload>(SYSTEM, {
      name: 'oidc-payload-by-uid', text: `${STORED} WHERE p.model = $1 AND p.uid = $2 AND p.expires_at > $3`, values: [model, uid, now],
    });
    return row;
  }

  async destroy(model: string, id: string): Promise<void> {
    await this.#write('DELETE FROM oidc_payload WHERE model = $1 AND id = $2', [model, idOf(model, id)]);
  }

  /** A browser's session whose holder signs out: no request that has found it before writes it back. */
  async endSession(id: string): Promise<void> {
    await this.database.transact(SYSTEM, async (em) => {
      const [session]: { accountId: string | null }[] = await em.query(`SELECT account_id AS "accountId" FROM oidc_payload WHERE model = 'Session' AND id = $1`, [id]);
      if (typeof session?.accountId === 'string') await beginEpoch(em, session.accountId);
      await em.query(`DELETE FROM oidc_payload WHERE model = 'Session' AND id = $1`, [id]);
    });
  }

  /** Of those who consume the same at once, one is the first; the others are told what it was of, or that it is gone. */
  async consume(model: string, id: string, now: Date): Promise<'first' | 'gone' | UsedBefore> {
    if ((await this.#write('UPDATE oidc_payload SET consumed_at = $3 WHERE model = $1 AND id = $2 AND consumed_at IS NULL', [model, idOf(model, id), now])) === 1) return 'first';
    const [used] = await this.database.read<UsedBefore>(SYSTEM, {
      name: 'oidc-used-before', text: 'SELECT account_id AS "accountId", grant_id AS "grantId" FROM oidc_payload WHERE model = $1 AND id = $2 AND consumed_at IS NOT NULL', values: [model, idOf(model, id)],
    });
    return used ?? 'gone';
  }

  async revokeByGrant(grantId: string): Promise<void> {
    await this.#write('DELETE FROM oidc_payload WHERE grant_id = $1', [grantId]);
  }

  /** Deletes what has expired, by the batch; answers how many. */
  async forgetExpired(before: Date): Promise<number> {
    for (let all = 0; ;) {
      const gone = await this.#write('DELETE FROM oidc_payload WHERE (model, id) IN (SELECT model, id FROM oidc_payload WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)', [before, BATCH]);
      all += gone;
      if (gone < BATCH) return all;
    }
  }

  async listKeys(): Promise<readonly OidcKey[]> {
    return this.database.read<OidcKey>(SYSTEM, { name: 'oidc-keys', text: KEYS, values: [] });
  }

  /** Changes the keys as the rule says that is given those there are; one process at a time. Answers how many were made. */
  async changeKeys(rule: (keys: readonly OidcKey[]) => Promise<{ readonly make: readonly OidcKey[]; readonly remove: readonly string[] }>): Promise<number> {
    return this.database.transact(SYSTEM, async (em) => {
      await em.query('SELECT pg_advisory_xact_lock($1)', [KEY_LOCK]);
      const { make, remove } = await rule(await em.query<OidcKey[]>(KEYS));
      for (const { id, publicJwk, sealedKey, sealedWith, createdAt, signsFrom } of make) {
        await em.query('INSERT INTO oidc_key (id, public_jwk, sealed_key, sealed_with, created_at, signs_from) VALUES ($1, $2, $3, $4, $5, $6)', [id, JSON.stringify(publicJwk), sealedKey, sealedWith, createdAt, signsFrom]);
      }
      if (remove.length > 0) await em.query('DELETE FROM oidc_key WHERE id = ANY ($1)', [remove]);
      return make.length;
    });
  }

  async #write(text: string, values: unknown[]): Promise<number> {
    const [, count]: [unknown, number] = await this.database.transact(SYSTEM, async (em) => em.query(text, values));
    return count;
  }
}

const STORED = 'SELECT p.payload, k.epoch FROM oidc_payload p LEFT JOIN account_credential k ON k.account_id = p.account_id';

const KEYS = `
  SELECT id, public_jwk AS "publicJwk", sealed_key AS "sealedKey", sealed_with AS "sealedWith", created_at AS "createdAt", signs_from AS "signsFrom"
  FROM oidc_key ORDER BY signs_from`;

function idOf(model: string, id: string): string {
  return PRESENTED.has(model) ? hash('sha256', id, 'hex') : id;
}
