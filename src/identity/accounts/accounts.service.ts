import { Injectable } from '@nestjs/common';
import { type Actor, hasRole, parkOf, type Role, systemActor } from '../../kernel/actor';
import { found, Problem } from '../../kernel/problem';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { type Page, toPage } from '../../platform/http/page';
import { newId } from '../../platform/ids';
import { readLogin } from '../domain/login';
import { endOfOneTimePassword } from '../domain/password';
import type { Account } from './account.entity';
import { AccountRecord } from './account-record';
import { type AccountFilters, AccountsStore, type HeldAccount } from './accounts.store';
import { newOneTimePassword } from './one-time-codes';
import { PasswordHasher } from './password-hasher';

export interface NewAccount {
  readonly cadreId: string;
  readonly login: string;
  readonly parkId?: string;
}

/** An account with a password that is told this once. */
export interface IssuedPassword {
  readonly account: Account;
  readonly oneTimePassword: string;
  readonly usableUntil: Date;
}

const LOGIN_FORM = '2 to 64 letters, digits, dots, hyphens, underscores or @';

/** Accounts as those see them who look after them. Passwords are never theirs: what they give out is good for one sign-in, at which its holder chooses one. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly store: AccountsStore, private readonly record: AccountRecord, private readonly hasher: PasswordHasher, private readonly database: Database, private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: AccountFilters): Promise<Page<Account>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query), query, 'accounts', (one) => [one.login, one.id], (one) => shownTo(actor, one));
  }

  async read(actor: Actor, id: string): Promise<Account> {
    return shownTo(actor, found(await this.store.read(actor, id)));
  }

  /** Problems: `reference-unknown`, `cadre-inactive`, `login-taken`, `account-exists`; `forbidden` for a cadre whose account is not this caller's to give. */
  async add(actor: Actor, { cadreId, login, parkId }: NewAccount): Promise<IssuedPassword> {
    return this.#issue(actor, acceptLogin(login), { cadreId, parkId: parkOf(actor, parkId) });
  }

  /** By whoever has the database, for the operator or any cadre. Problems as with {@link add}. */
  async addFromCommandLine(login: string, cadreId: string | undefined): Promise<IssuedPassword> {
    return this.#issue(COMMAND_LINE, acceptLogin(login), { cadreId, parkId: undefined });
  }

  /** Nobody signs in any more, and whoever has ends at once. Locked again, nothing changes. */
  async lock(actor: Actor, id: string, once?: Once<Account>): Promise<Account> {
    return this.#change(actor, id, 'account.locked', ({ lockedAt }, now) => (lockedAt === null ? { lockedAt: now } : undefined), once);
  }

  async unlock(actor: Actor, id: string, once?: Once<Account>): Promise<Account> {
    return this.#change(actor, id, 'account.unlocked', ({ lockedAt, failures }) => (lockedAt === null && failures === 0 ? undefined : { lockedAt: null, failures: 0, waitUntil: null }), once);
  }

  /** A new password for one sign-in. The second factor is to be set up anew, and every session ends; a lock stays. */
  async reset(actor: Actor, id: string): Promise<IssuedPassword> {
    const account = found(await this.store.read(actor, id));
    return this.#reset(actor, account.login, (held) => { requireHandled(actor, held); });
  }

  /** By whoever has the database: also the operator's, and a lock ends. */
  async resetFromCommandLine(login: string): Promise<IssuedPassword> {
    return this.#reset(COMMAND_LINE, acceptLogin(login), () => undefined);
  }

  async #issue(actor: Actor, login: string, { cadreId, parkId }: { readonly cadreId: string | undefined; readonly parkId: string | undefined }): Promise<IssuedPassword> {
    const now = this.clock.now();
    const oneTimePassword = newOneTimePassword();
    const passwordHash = await this.hasher.hash(oneTimePassword);
    const usableUntil = endOfOneTimePassword(now);
    // Credentials are the system's alone to write; whose park it is, is asked here.
    const account = await this.database.transact(systemActor(actor.requestId), async (em): Promise<Account> => {
      const cadre = cadreId === undefined ? undefined : await this.store.findCandidateAsSystem(em, cadreId);
      if (cadreId !== undefined && (cadre === undefined || (parkId !== undefined && cadre.parkId !== parkId))) throw Problem.at('reference-unknown', '/cadreId', { what: 'cadre' });
      if (cadre?.active === false) throw Problem.at('cadre-inactive', '/cadreId');
      if (cadre !== undefined && actor !== COMMAND_LINE && !handles(actor, cadre.roles)) throw new Problem('forbidden');
      const made: Account = {
        id: newId(now), parkId: cadre?.parkId ?? null, cadreId: cadreId ?? null, login, mustChange: true, secondFactorAt: null, failures: 0, waitUntil: null, lockedAt: null, lastSignInAt: null,
        version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insertAsSystem(em, made, { accountId: made.id, passwordHash, passwordSetAt: now, usableUntil, oldHashes: [], totpSecret: null, totpStep: null, epoch: 1 });
      await this.record.note(em, actor, { ...made, roles: cadre?.roles ?? ['operator'] }, 'account.created', now);
      return made;
    });
    return { account, oneTimePassword, usableUntil };
  }

  async #reset(actor: Actor, login: string, require: (held: HeldAccount) => void): Promise<IssuedPassword> {
    const now = this.clock.now();
    const oneTimePassword = newOneTimePassword();
    const passwordHash = await this.hasher.hash(oneTimePassword);
    const usableUntil = endOfOneTimePassword(now);
    const account = await this.database.transact(systemActor(actor.requestId), async (em): Promise<Account> => {
      await this.store.holdHolderAsSystem(em, { login });
      const held = found(await this.store.lockByLoginAsSystem(em, login));
      require(held);
      await this.store.setCredentialAsSystem(em, held.id, { passwordHash, passwordSetAt: now, usableUntil, totpSecret: null, totpStep: null });
      const change = { mustChange: true, secondFactorAt: null, failures: 0, waitUntil: null, updatedAt: now, ...(actor === COMMAND_LINE ? { lockedAt: null } : {}) };
      await this.store.update(em, held, change);
      await this.store.endSessionsAsSystem(em, held.id);
      await this.record.note(em, actor, held, 'account.reset', now);
      return { ...held, ...change, version: held.version + 1 };
    });
    return { account, oneTimePassword, usableUntil };
  }

  async #change(actor: Actor, id: string, type: `account.${string}`, changeOf: (held: HeldAccount, now: Date) => Partial<Account> | undefined, once?: Once<Account>): Promise<Account> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const held = found(await this.store.lock(em, actor, id));
      requireHandled(actor, held);
      const change = changeOf(held, now);
      if (change === undefined) return held;
      const changed = { ...change, updatedAt: now };
      await this.store.update(em, held, changed);
      await this.record.note(em, actor, held, type, now);
      return { ...held, ...changed, version: held.version + 1 };
    }, once);
  }
}

const COMMAND_LINE = systemActor('command-line');

function acceptLogin(text: string): string {
  const login = readLogin(text);
  if (login === undefined) throw new Problem('malformed', { errors: [{ pointer: '/login', code: 'format', params: { expected: LOGIN_FORM } }] });
  return login;
}

/**
 * Whether the account of somebody with these roles is this caller's to look after. Whoever gives somebody a password can sign in as them: so an inspector's is
 * an inspector's alone, and one that reads a whole county is no park's.
 */
function handles(actor: Actor, roles: readonly Role[]): boolean {
  if (roles.includes('county')) return false;
  return hasRole(actor, roles.includes('inspector') ? 'inspector' : 'admin');
}

/** When an inspector was there last is told to inspectors alone. */
function shownTo(actor: Actor, account: HeldAccount): Account {
  return account.roles.includes('inspector') && !hasRole(actor, 'inspector') ? { ...account, lastSignInAt: null } : account;
}

function requireHandled(actor: Actor, { roles }: HeldAccount): void {
  if (!handles(actor, roles)) throw new Problem('forbidden');
}
