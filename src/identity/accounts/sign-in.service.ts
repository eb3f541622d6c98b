import { createHmac, hash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { systemActor } from '../../kernel/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import { countedAddress } from '../../platform/http/limits/address';
import { newId } from '../../platform/ids';
import { KeyEncryption } from '../../platform/key-encryption';
import { readLogin } from '../domain/login';
import { expiryOfPassword, faultOfPassword, LONGEST_PASSWORD, normalisePassword, type PasswordFault, REMEMBERED_PASSWORDS } from '../domain/password';
import { demandsSecondFactor, type SecondFactor } from '../domain/second-factor';
import { waitAfter } from '../domain/waiting';
import { AccountRecord, holderOf } from './account-record';
import { AccountsStore, type SigningIn } from './accounts.store';
import { newTotpSecret, stepOfCode } from './one-time-codes';
import { PasswordHasher } from './password-hasher';

/** What somebody who signs in has proved so far: the values of `amr` (RFC 8176). */
export type Proof = 'pwd' | 'otp';
/** What is asked of them next. */
export type Demand = 'code' | 'password' | 'enrol';

export const TOTP_PURPOSE = 'totp secret';

const FAILURES_WINDOW_MS = 600_000;
// Behind one address there may be an office of people who mistype. Once the installation is being guessed at, who mistypes is asked to wait.
const PER_ADDRESS = 30;
const PER_ADDRESS_UNDER_ATTACK = 5;
const UNDER_ATTACK = 300;
// From the machine itself comes everybody, where a proxy on it is not configured as trusted: far more than mistype, and far fewer than it takes to try a password on every account.
const FROM_THE_MACHINE = 300;
// Few enough that no transaction is long.
const NOTES_AT_ONCE = 200;

/** Somebody who has proved something, by the password that the account had then: whatever gives it another ends what was begun. */
export interface Proved {
  readonly accountId: string;
  readonly proofs: readonly Proof[];
  readonly credential: string;
}

/** One attempt at the first factor, counted before it was looked at. */
interface Attempt {
  readonly allowed: boolean;
  /** None where nobody has the name, or no attempt is looked at now. */
  readonly account: SigningIn | undefined;
  readonly window: Date;
  /** What the address is counted by, and whether it is one: that of the machine itself says nothing of who asks. */
  readonly address: Buffer;
  readonly told: boolean;
}

/**
 * Signing in, step by step. An attempt counts as failed until it has succeeded, so that a hundred at once are no better than one after the other; and every attempt
 * costs the same, whether the name is known, waits, is locked, or has no password: one hash, the same statements, a row of the same name to wait for, two commits that
 * reach the disk. What only an account has, a line on the record, is written after the answer: {@link noteFailures}.
 */
@Injectable()
export class SignIn {
  readonly #logger = new Logger(SignIn.name);
  readonly #failureKey: Buffer;
  /** The window in which it was last said that the machine itself is refused. */
  #toldOf = 0;

  constructor(
    private readonly store: AccountsStore, private readonly record: AccountRecord, private readonly hasher: PasswordHasher, private readonly database: Database, private readonly clock: Clock,
    private readonly keys: KeyEncryption, private readonly secondFactor: SecondFactor,
  ) {
    this.#failureKey = keys.derive('sign-in failures');
  }

  /** The first factor. `refused` says nothing of why; `later` that too much was refused to this address. */
  async checkPassword(loginText: string, password: string, address: string, requestId: string): Promise<Proved | 'refused' | 'later'> {
    const now = this.clock.now();
    // What can be no name is nobody's, as the empty one is.
    const attempt = await this.#begin(readLogin(loginText) ?? '', address, now, requestId);
    if (!attempt.allowed) {
      if (!attempt.told) this.#tellOfProxies(attempt, requestId);
      return 'later';
    }
    const { account } = attempt;
    const usable = account !== undefined && isOpen(account) && (account.usableUntil === null || account.usableUntil > now);
    const typed = normalisePassword(password.slice(0, LONGEST_PASSWORD * 2));
    const fits = await this.hasher.fits(typed, usable ? account.passwordHash ?? undefined : undefined);
    if (fits && account !== undefined) {
      await this.#passed(account.id, attempt, requestId);
      return { accountId: account.id, proofs: ['pwd'], credential: tagOf(account) };
    }
    await this.#failed(account, attempt, requestId);
    return 'refused';
  }

  /** What is still asked, given what was proved. Undefined when nobody may sign in with this account any more; `nothing` when it is enough. */
  async demands(proved: Proved, requestId: string): Promise<Demand | 'nothing' | undefined> {
    const account = await this.store.readAsSystem(systemActor(requestId), proved.accountId);
    if (account === undefined || !holds(account, proved)) return undefined;
    if (account.totpSecret !== null && !proved.proofs.includes('otp')) return 'code';
    if (account.mustChange || account.passwordSetAt === null || expiryOfPassword(account.passwordSetAt) <= this.clock.now()) return 'password';
    return account.totpSecret === null && this.secondFactor === 'by-role' && demandsSecondFactor(account.roles) ? 'enrol' : 'nothing';
  }

  /** The second factor: a code counts once. Failures count like those of a password. */
  async checkCode(proved: Proved, code: string, requestId: string): Promise<Proved | undefined> {
    const now = this.clock.now();
    const system = systemActor(requestId);
    return this.database.transact(system, async (em) => {
      const account = await this.store.lockByIdAsSystem(em, proved.accountId);
      if (account === null || !holds(account, proved) || account.totpSecret === null || isWaiting(account, now)) return undefined;
      const step = stepOfCode(this.keys.open(TOTP_PURPOSE, account.totpSecret), code, now);
      const taken = step !== undefined && await this.store.takeStepAsSystem(em, account.id, step);
      if (!taken) await this.#countFailure(em, account, now, requestId);
      return taken ? { ...proved, proofs: ['pwd', 'otp'] } : undefined;
    });
  }

  /** Gives the account the password that its holder chose, and ends what was begun elsewhere with the one before. Answers what is wrong with it, if anything is. */
  async changePassword(proved: Proved, chosen: string, browserSession: string | undefined, requestId: string): Promise<Proved | PasswordFault | 'used-before' | undefined> {
    const now = this.clock.now();
    const system = systemActor(requestId);
    const account = await this.store.readAsSystem(system, proved.accountId);
    if (account === undefined || !holds(account, proved)) return undefined;
    const password = normalisePassword(chosen);
    const fault = faultOfPassword(password, account.login);
    if (fault !== undefined) return fault;
    const before = [account.passwordHash, ...account.oldHashes].filter((one) => one !== null);
    for (const one of before) if (await this.hasher.fits(password, one)) return 'used-before';
    const passwordHash = await this.hasher.hash(password);
    return this.database.transact(system, async (em) => {
      const held = await this.store.lockByIdAsSystem(em, account.id);
      if (held === null || !holds(held, proved)) return undefined;
      await this.store.setCredentialAsSystem(em, held.id, { passwordHash, passwordSetAt: now, usableUntil: null, oldHashes: [passwordHash, ...held.oldHashes].slice(0, REMEMBERED_PASSWORDS) });
      await this.store.update(em, held, { mustChange: false, updatedAt: now });
      await this.store.endOtherSessionsAsSystem(em, held.id, browserSession);
      await this.record.note(em, holderOf(held, requestId), held, 'account.password_changed', now);
      return { ...proved, credential: tagOf({ ...held, passwordHash }) };
    });
  }

  newSecret(): Buffer {
    return newTotpSecret();
  }

  async loginOf(accountId: string, requestId: string): Promise<string | undefined> {
    return (await this.store.readAsSystem(systemActor(requestId), accountId))?.login;
  }

  /** Takes a second factor into use whose first code is right. */
  async enrol(proved: Proved, secret: Buffer, code: string, requestId: string): Promise<Proved | undefined> {
    const now = this.clock.now();
    const step = stepOfCode(secret, code, now);
    if (step === undefined) return undefined;
    return this.database.transact(systemActor(requestId), async (em) => {
      const account = await this.store.lockByIdAsSystem(em, proved.accountId);
      if (account === null || !holds(account, proved) || account.totpSecret !== null) return undefined;
      await this.store.setCredentialAsSystem(em, account.id, { totpSecret: this.keys.seal(TOTP_PURPOSE, secret), totpStep: String(step) });
      await this.store.update(em, account, { secondFactorAt: now, updatedAt: now });
      await this.record.note(em, holderOf(account, requestId), account, 'account.second_factor_set', now);
      return { ...proved, proofs: ['pwd', 'otp'] };
    });
  }

  /** All that was asked is proved: the failures before are forgotten, and it is on the record. False when the account was locked in the meantime. */
  async complete(proved: Proved, app: string, requestId: string): Promise<boolean> {
    const now = this.clock.now();
    return this.database.transact(systemActor(requestId), async (em) => {
      const account = await this.store.lockByIdAsSystem(em, proved.accountId);
      if (account === null || !holds(account, proved)) return false;
      await this.store.countAsSystem(em, account.id, { failures: 0, waitUntil: null, lastSignInAt: now });
      await this.record.note(em, holderOf(account, requestId), account, 'account.signed_in', now, { app, secondFactor: proved.proofs.includes('otp') });
      return true;
    });
  }

  /**
   * Who is signed in in a browser goes on to another app there: on the record, since that begins a session, unless what they go on from has ended since the epoch in which it was found.
   * Nothing was proved now, so nothing that failed is forgotten.
   */
  async goOn({ accountId, proofs, epoch }: { readonly accountId: string; readonly proofs: readonly string[]; readonly epoch: number | undefined }, app: string, requestId: string): Promise<void> {
    await this.database.transact(systemActor(requestId), async (em) => {
      const account = await this.store.lockByIdAsSystem(em, accountId);
      if (account !== null && isOpen(account) && account.epoch === epoch) await this.record.note(em, holderOf(account, requestId), account, 'account.signed_in', this.clock.now(), { app, secondFactor: proofs.includes('otp') });
    });
  }

  /**
   * Puts on the record what has failed since the last time. Not in the attempt itself: by the answer nobody may tell whether there was an account to write of. Answers how
   * many lines it wrote.
   */
  async noteFailures(requestId: string): Promise<number> {
    for (let noted = 0; ;) {
      const taken = await this.database.transact(systemActor(requestId), async (em) => {
        const failed = await this.store.takeNotesAsSystem(em, NOTES_AT_ONCE);
        for (const { account, failures, at, requestId: attempt } of failed) if (account !== null) await this.record.note(em, systemActor(attempt), account, 'account.sign_in_failed', at, { failures });
        return failed;
      });
      noted += taken.filter(({ account }) => account !== null).length;
      if (taken.length < NOTES_AT_ONCE) return noted;
    }
  }

  /** Forgets counts that are over. */
  async forgetFailures(requestId: string): Promise<void> {
    const before = new Date(this.clock.now().getTime() - 2 * FAILURES_WINDOW_MS);
    // By the batch, so that nothing takes long, however many have been guessing.
    while (await this.database.transact(systemActor(requestId), async (em) => this.store.forgetFailuresAsSystem(em, before)));
  }

  /** Attempts at one name come one after the other, whether anybody has it or not: each first counts the name, and waits for that row. */
  async #begin(login: string, address: string, now: Date, requestId: string): Promise<Attempt> {
    const window = new Date(now.getTime() - (now.getTime() % FAILURES_WINDOW_MS));
    const counted = countedAddress(address);
    const attempt = { window, address: this.#keyOf(counted === undefined ? 'the machine itself' : `address ${counted}`), told: counted !== undefined };
    const name = this.#keyOf(`login ${login}`);
    return this.database.transact(systemActor(requestId), async (em) => {
      const before = await this.store.countFailureAsSystem(em, attempt.address, window);
      const attacked = await this.store.failuresAsSystem(em, this.#keyOf('installation'), window) >= UNDER_ATTACK;
      if (before > mostOf(attempt.told, attacked)) return { ...attempt, allowed: false, account: undefined };
      await this.store.countFailureAsSystem(em, name, window);
      const account = await this.store.lockByLoginAsSystem(em, login);
      const waits = account !== null && isWaiting(account, now);
      const failures = (account?.failures ?? 0) + (waits ? 0 : 1);
      await this.store.countAttemptAsSystem(em, account?.id ?? null, { failures, waitUntil: waits ? account.waitUntil : after(now, failures) }, name, window);
      return { ...attempt, allowed: true, account: account === null || waits ? undefined : { ...account, failures } };
    });
  }

  /** What was counted in advance is taken back; the failures before stay until the whole sign-in is complete. */
  async #passed(accountId: string, { window, address }: Attempt, requestId: string): Promise<void> {
    await this.database.transact(systemActor(requestId), async (em) => {
      await this.store.uncountFailureAsSystem(em, address, window);
      const account = await this.store.lockByIdAsSystem(em, accountId);
      if (account !== null) await this.store.countAsSystem(em, accountId, { failures: Math.max(0, account.failures - 1), waitUntil: null });
    });
  }

  async #failed(account: SigningIn | undefined, { window }: Attempt, requestId: string): Promise<void> {
    const at = this.clock.now();
    const failures = await this.database.transact(systemActor(requestId), async (em) => {
      await this.store.addNoteAsSystem(em, { id: newId(at), accountId: account?.id ?? null, failures: account?.failures ?? 0, at, requestId });
      return this.store.countFailureAsSystem(em, this.#keyOf('installation'), window);
    });
    if (failures === UNDER_ATTACK) this.#logger.warn({ requestId, failures }, 'many sign-ins fail: somebody may be guessing passwords');
  }

  /** Once in a window: whoever sprays would fill the log. */
  #tellOfProxies({ window }: Attempt, requestId: string): void {
    if (this.#toldOf === window.getTime()) return;
    this.#toldOf = window.getTime();
    this.#logger.warn({ requestId, most: FROM_THE_MACHINE }, 'sign-ins from the machine itself are refused until the window ends, whoever they are of: too many have failed; behind a proxy set TRUSTED_PROXIES, so that addresses can be told');
  }

  async #countFailure(em: EntityManager, account: SigningIn, now: Date, requestId: string): Promise<void> {
    const failures = account.failures + 1;
    await this.store.countAsSystem(em, account.id, { failures, waitUntil: after(now, failures) });
    await this.record.note(em, systemActor(requestId), account, 'account.sign_in_failed', now, { failures });
  }

  /** Addresses are personal data, and are not kept. */
  #keyOf(what: string): Buffer {
    return createHmac('sha256', this.#failureKey).update(what).digest();
  }
}

function isOpen({ lockedAt, active }: SigningIn): boolean {
  return lockedAt === null && active;
}

function holds(account: SigningIn, { credential }: Proved): boolean {
  return isOpen(account) && tagOf(account) === credential;
}

function mostOf(told: boolean, attacked: boolean): number {
  if (!told) return FROM_THE_MACHINE;
  return attacked ? PER_ADDRESS_UNDER_ATTACK : PER_ADDRESS;
}

/** Which password it was, and nothing about it. */
function tagOf({ passwordHash }: SigningIn): string {
  return hash('sha256', passwordHash ?? '', 'hex');
}

function isWaiting({ waitUntil }: SigningIn, now: Date): boolean {
  return waitUntil !== null && waitUntil > now;
}

function after(now: Date, failures: number): Date | null {
  const wait = waitAfter(failures);
  return wait === 0 ? null : new Date(now.getTime() + wait);
}
