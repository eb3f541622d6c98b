import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor, Role } from '../../kernel/actor';
import { Database } from '../../platform/db/database';
import { beginEpoch } from './epoch.store';

/** What an app was given when somebody signed in with it: it lasts while the app renews its tokens, and at most until it expires. */
export interface AccountSession {
  readonly id: string;
  /** None of the operator's. */
  readonly parkId: string | null;
  readonly app: string;
  readonly signedInAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

export interface SessionHolder {
  readonly id: string;
  readonly parkId: string | null;
  readonly cadreId: string | null;
}

export interface RecordedHolder extends SessionHolder {
  readonly roles: readonly Role[];
}

/** Sessions are rows of the issuer's state, which the system alone sees: whose they are is a condition of each query. */
@Injectable()
export class AccountSessionsStore {
  constructor(private readonly database: Database) {}

  /** The account of a cadre, or the operator's own. */
  async findHolderAsSystem(system: Actor, of: { readonly cadreId: string } | { readonly accountId: string }): Promise<RecordedHolder | undefined> {
    const [row] = 'cadreId' in of
      ? await this.database.read<RecordedHolder>(system, {
        name: 'session-holder-cadre',
        text: 'SELECT a.id, a.park_id AS "parkId", a.cadre_id AS "cadreId", c.roles FROM account a JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id WHERE a.cadre_id = $1', values: [of.cadreId],
      })
      : await this.database.read<RecordedHolder>(system, {
        name: 'session-holder-operator', text: `SELECT id, park_id AS "parkId", cadre_id AS "cadreId", ARRAY['operator'] AS roles FROM account WHERE id = $1 AND cadre_id IS NULL`, values: [of.accountId],
      });
    return row;
  }

  /** Those that stand, the newest first. */
  async listAsSystem(system: Actor, accountId: string, now: Date): Promise<readonly AccountSession[]> {
    return this.database.read<AccountSession>(system, { name: 'account-sessions', text: `${SESSIONS} WHERE g.model = 'Grant' AND g.account_id = $1 AND g.expires_at > $2 ORDER BY g.created_at DESC, g.id`, values: [accountId, now] });
  }

  /** To be ended. The epoch comes first, in the order in which everybody takes both. */
  async lockAsSystem(em: EntityManager, accountId: string, id: string, now: Date): Promise<AccountSession | undefined> {
    await beginEpoch(em, accountId);
    const [row]: AccountSession[] = await em.query(`${SESSIONS} WHERE g.model = 'Grant' AND g.account_id = $1 AND g.expires_at > $2 AND g.id = $3 FOR UPDATE OF g`, [accountId, now, id]);
    return row;
  }

  /** With it goes the browser's own session that it came from, which knows only the latest of each app, but whose tokens name it: else an app would be given another without a question. */
  async endAsSystem(em: EntityManager, accountId: string, id: string): Promise<void> {
    await em.query(`
      DELETE FROM oidc_payload p WHERE p.account_id = $1 AND (
        p.grant_id = $2 OR (p.model = 'Grant' AND p.id = $2)
        OR (p.model = 'Session' AND (
          EXISTS (SELECT FROM jsonb_each(p.payload -> 'authorizations') AS one WHERE one.value ->> 'grantId' = $2)
          OR p.uid IN (SELECT t.payload ->> 'sessionUid' FROM oidc_payload t WHERE t.grant_id = $2))))`, [accountId, id]);
  }

  /** Whom the account stands for while it is not locked and the grant stands. */
  async findStandingAsSystem(system: Actor, accountId: string, grantId: string, now: Date): Promise<SessionHolder | undefined> {
    const [row] = await this.database.read<SessionHolder>(system, {
      name: 'account-standing',
      text: `SELECT a.id, a.park_id AS "parkId", a.cadre_id AS "cadreId" FROM account a JOIN oidc_payload g ON g.account_id = a.id AND g.model = 'Grant' AND g.id = $2 AND g.expires_at > $3
        WHERE a.id = $1 AND a.locked_at IS NULL`,
      values: [accountId, grantId, now],
    });
    return row;
  }
}

const SESSIONS = `
  SELECT g.id, a.park_id AS "parkId", g.payload ->> 'clientId' AS app, g.created_at AS "signedInAt", g.expires_at AS "expiresAt",
    greatest(g.created_at, (SELECT max(r.created_at) FROM oidc_payload r WHERE r.grant_id = g.id AND r.model = 'RefreshToken')) AS "lastUsedAt"
  FROM oidc_payload g JOIN account a ON a.id = g.account_id`;
