import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor, Role } from '../../kernel/actor';
import { Database, type Statement } from '../../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../../platform/http/page';
import { Account, AccountCredential, type SignInNote } from './account.entity';
import { beginEpoch } from './epoch.store';

export interface AccountFilters extends PageQuery {
  readonly cadreId?: string;
  readonly locked?: boolean;
}

/** An account with who holds it: a cadre's roles, or the operator's. */
export interface HeldAccount extends Account {
  readonly roles: readonly Role[];
  /** Whether the cadre serves; the operator does. */
  readonly active: boolean;
}

/** What a sign-in is judged by. */
export interface SigningIn extends HeldAccount {
  readonly passwordHash: string | null;
  readonly passwordSetAt: Date | null;
  readonly usableUntil: Date | null;
  readonly oldHashes: readonly string[];
  readonly totpSecret: Buffer | null;
  /** Another one when what ends sessions has happened. */
  readonly epoch: number;
}

/** An attempt that failed and is not on the record yet; of no account where nobody had the name, or none was looked at. */
export interface FailedAttempt extends Pick<SignInNote, 'failures' | 'at' | 'requestId'> {
  readonly account: Pick<HeldAccount, 'id' | 'parkId' | 'cadreId' | 'roles'> | null;
}

/** A cadre who may be given an account. */
export interface Candidate {
  readonly parkId: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
}

const BATCH = 1_000;

@Injectable()
export class AccountsStore {
  constructor(private readonly database: Database) {}

  async read(actor: Actor, id: string): Promise<HeldAccount | null> {
    const [row] = await this.database.read<HeldAccount>(actor, { name: 'account', text: `SELECT ${HELD} WHERE a.park_id = ANY ($1) AND a.id = $2`, values: [actor.parkIds, id] });
    return row ?? null;
  }

  /** Sorted by login name. */
  async list(actor: Actor, parkId: string, query: AccountFilters): Promise<PageRows<HeldAccount>> {
    return readPage<HeldAccount>(this.database, actor, query, 'accounts', ['string', 'string'], (slice) => this.#listStatement(parkId, query, slice));
  }

  #listStatement(parkId: string, query: AccountFilters, { after, limit }: Slice): Statement {
    const values: unknown[] = [parkId, limit];
    const param = (value: unknown): string => `$${values.push(value)}`;
    const used: string[] = [];
    const conditions: string[] = [];
    const where = (variant: string, condition: string): void => {
      used.push(variant);
      conditions.push(condition);
    };
    if (query.cadreId !== undefined) where('cadre', `a.cadre_id = ${param(query.cadreId)}`);
    if (query.locked !== undefined) where('locked', `(a.locked_at IS NOT NULL) = ${param(query.locked)}`);
    if (after !== undefined) where('after', `(a.login, a.id) > (${param(after[0])}, ${param(after[1])}::uuid)`);
    return {
      name: ['accounts', ...used].join('-'),
      text: `SELECT ${HELD} WHERE ${['a.park_id = $1', ...conditions].join(' AND ')} ORDER BY a.login, a.id LIMIT $2`, values,
    };
  }

  /**
   * Keeps the roles of the holder as they are until the transaction ends: nobody becomes an inspector beside what is decided by that. Before the account, in the order in which an
   * appointment takes both.
   */
  async holdHolderAsSystem(em: EntityManager, of: { readonly id: string } | { readonly login: string }): Promise<void> {
    const [column, value] = 'id' in of ? ['id', of.id] : ['login', of.login];
    await em.query(`SELECT FROM cadre c JOIN account a ON a.park_id = c.park_id AND a.cadre_id = c.id WHERE a.${column} = $1 FOR SHARE OF c`, [value]);
  }

  /** Waits for whoever changes the account, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<HeldAccount | null> {
    const [row]: HeldAccount[] = await em.query(`SELECT ${HELD} WHERE a.park_id = ANY ($1) AND a.id = $2 FOR NO KEY UPDATE OF a`, [[...actor.parkIds], id]);
    return row ?? null;
  }

  /** Of whatever park, or of none. */
  async lockByIdAsSystem(em: EntityManager, id: string): Promise<SigningIn | null> {
    await this.holdHolderAsSystem(em, { id });
    const [row]: SigningIn[] = await em.query(`SELECT ${SIGNING_IN} WHERE a.id = $1 FOR NO KEY UPDATE OF a`, [id]);
    return row ?? null;
  }

  async lockByLoginAsSystem(em: EntityManager, login: string): Promise<SigningIn | null> {
    const [row]: SigningIn[] = await em.query(`SELECT ${SIGNING_IN} WHERE a.login = $1 FOR NO KEY UPDATE OF a`, [login]);
    return row ?? null;
  }

  async readAsSystem(system: Actor, id: string): Promise<SigningIn | undefined> {
    const [row] = await this.database.read<SigningIn>(system, { name: 'account-signing-in', text: `SELECT ${SIGNING_IN} WHERE a.id = $1`, values: [id] });
    return row;
  }

  async findCandidateAsSystem(em: EntityManager, cadreId: string): Promise<Candidate | undefined> {
    const [row]: Candidate[] = await em.query('SELECT c.park_id AS "parkId", c.roles, c.active FROM cadre c WHERE c.id = $1 FOR SHARE', [cadreId]);
    return row;
  }

  async insertAsSystem(em: EntityManager, account: Account, credential: AccountCredential): Promise<void> {
    await em.insert(Account, account);
    await em.insert(AccountCredential, credential);
  }

  /** Changes a row that is locked. */
  async update(em: EntityManager, { id, version }: Account, change: Partial<Account>): Promise<void> {
    await em.update(Account, { id }, { ...change, version: version + 1 });
  }

  /** What signing in counts is no change of the account: its version stays. */
  async countAsSystem(em: EntityManager, id: string, change: Pick<Account, 'failures' | 'waitUntil'> & Partial<Pick<Account, 'lastSignInAt'>>): Promise<void> {
    await em.update(Account, { id }, change);
  }

  /** Of an attempt. One row is written in any case: the account's, or where there is none that of the name, to no effect, so that neither is told by its cost. */
  async countAttemptAsSystem(em: EntityManager, id: string | null, { failures, waitUntil }: Pick<Account, 'failures' | 'waitUntil'>, name: Buffer, beginsAt: Date): Promise<void> {
    await em.query(
      `WITH counted AS (UPDATE account SET failures = $2, wait_until = $3 WHERE id = $1 RETURNING 1)
       UPDATE sign_in_failure f SET failures = f.failures WHERE f.key = $4 AND f.begins_at = $5 AND NOT EXISTS (SELECT FROM counted)`, [id, failures, waitUntil, name, beginsAt]);
  }

  /** In plain SQL: what stands for null must not show in the text of the statement. */
  async addNoteAsSystem(em: EntityManager, { id, accountId, failures, at, requestId }: SignInNote): Promise<void> {
    await em.query('INSERT INTO sign_in_note (id, account_id, failures, at, request_id) VALUES ($1, $2, $3, $4, $5)', [id, accountId, failures, at, requestId]);
  }

  /** The oldest that nobody else is taking, at most so many. They are gone when the transaction commits. */
  async takeNotesAsSystem(em: EntityManager, most: number): Promise<readonly FailedAttempt[]> {
    return em.query<FailedAttempt[]>(
      `WITH taken AS (DELETE FROM sign_in_note WHERE id IN (SELECT id FROM sign_in_note ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *)
       SELECT t.failures, t.at, t.request_id AS "requestId",
         CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'parkId', a.park_id, 'cadreId', a.cadre_id, 'roles', ${ROLES}) END AS account
       FROM taken t LEFT JOIN account a ON a.id = t.account_id LEFT JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id ORDER BY t.id`, [most]);
  }

  async setCredentialAsSystem(em: EntityManager, accountId: string, change: Partial<AccountCredential>): Promise<void> {
    await em.update(AccountCredential, { accountId }, change);
  }

  /** Every browser's session, every grant, code and refresh token. */
  async endSessionsAsSystem(em: EntityManager, accountId: string): Promise<void> {
    await beginEpoch(em, accountId);
    await em.query('DELETE FROM oidc_payload WHERE account_id = $1', [accountId]);
  }

  /** What one app was given. False when it had ended before. */
  async endSessionAsSystem(em: EntityManager, accountId: string, id: string): Promise<boolean> {
    await beginEpoch(em, accountId);
    const [gone]: [{ model: string }[], number] = await em.query(`DELETE FROM oidc_payload WHERE account_id = $1 AND (grant_id = $2 OR (model = 'Grant' AND id = $2)) RETURNING model`, [accountId, id]);
    return gone.some(({ model }) => model === 'Grant');
  }

  /** What apps were given in one session of a browser, as their tokens say. */
  async sessionsFromBrowserAsSystem(em: EntityManager, accountId: string, uid: string): Promise<readonly string[]> {
    const rows: { id: string }[] = await em.query(`SELECT DISTINCT grant_id AS id FROM oidc_payload WHERE account_id = $1 AND grant_id IS NOT NULL AND payload ->> 'sessionUid' = $2`, [accountId, uid]);
    return rows.map(({ id }) => id);
  }

  /** All but the browser's session that goes on, and sign-ins that are under way. */
  async endOtherSessionsAsSystem(em: EntityManager, accountId: string, kept: string | undefined): Promise<void> {
    await beginEpoch(em, accountId);
    await em.query(`DELETE FROM oidc_payload WHERE account_id = $1 AND model <> 'Interaction' AND (model <> 'Session' OR uid IS DISTINCT FROM $2)`, [accountId, kept ?? null]);
  }

  /** False when a code of this step of time, or of a later one, was taken before. */
  async takeStepAsSystem(em: EntityManager, accountId: string, step: number): Promise<boolean> {
    const [, taken]: [unknown, number] = await em.query('UPDATE account_credential SET totp_step = $2 WHERE account_id = $1 AND totp_step < $2', [accountId, step]);
    return taken === 1;
  }

  /** Counts one more of a key and window; answers how many there are. */
  async countFailureAsSystem(em: EntityManager, key: Buffer, beginsAt: Date): Promise<number> {
    const [row]: { failures: number }[] = await em.query(
      `INSERT INTO sign_in_failure AS f (key, begins_at, failures) VALUES ($1, $2, 1)
       ON CONFLICT (key, begins_at) DO UPDATE SET failures = f.failures + 1 RETURNING failures`, [key, beginsAt]);
    return row?.failures ?? 0;
  }

  /** Takes back what was counted in advance. */
  async uncountFailureAsSystem(em: EntityManager, key: Buffer, beginsAt: Date): Promise<void> {
    await em.query('UPDATE sign_in_failure SET failures = failures - 1 WHERE key = $1 AND begins_at = $2 AND failures > 0', [key, beginsAt]);
  }

  async failuresAsSystem(em: EntityManager, key: Buffer, beginsAt: Date): Promise<number> {
    const [row]: { failures: number }[] = await em.query('SELECT failures FROM sign_in_failure WHERE key = $1 AND begins_at = $2', [key, beginsAt]);
    return row?.failures ?? 0;
  }

  /** A batch of them; false when there are no more. */
  async forgetFailuresAsSystem(em: EntityManager, before: Date): Promise<boolean> {
    const [, gone]: [unknown, number] = await em.query('DELETE FROM sign_in_failure WHERE (key, begins_at) IN (SELECT key, begins_at FROM sign_in_failure WHERE begins_at < $1 ORDER BY begins_at LIMIT $2)', [before, BATCH]);
    return gone === BATCH;
  }
}

const COLUMNS = `
  a.id, a.park_id AS "parkId", a.cadre_id AS "cadreId", a.login, a.must_change AS "mustChange", a.second_factor_at AS "secondFactorAt", a.failures,
  a.wait_until AS "waitUntil", a.locked_at AS "lockedAt", a.last_sign_in_at AS "lastSignInAt", a.version, a.created_at AS "createdAt", a.updated_at AS "updatedAt"`;
const ROLES = `CASE WHEN a.cadre_id IS NULL THEN ARRAY['operator'] ELSE c.roles END`;
const HOLDER = `${ROLES} AS roles, coalesce(c.active, a.cadre_id IS NULL) AS active`;
const HELD = `${COLUMNS}, ${HOLDER} FROM account a LEFT JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id`;
const SIGNING_IN = `
  ${COLUMNS}, ${HOLDER}, k.password_hash AS "passwordHash", k.password_set_at AS "passwordSetAt", k.usable_until AS "usableUntil", k.old_hashes AS "oldHashes", k.totp_secret AS "totpSecret", k.epoch
  FROM account a JOIN account_credential k ON k.account_id = a.id LEFT JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id`;
