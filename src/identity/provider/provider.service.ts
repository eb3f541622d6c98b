import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { systemActor } from '../../kernel/actor';
import { Clock } from '../../platform/clock';
import type { SignInConfig } from '../../platform/config';
import { Database } from '../../platform/db/database';
import { safeCause } from '../../platform/db/problems';
import { newId } from '../../platform/ids';
import { KeyEncryption } from '../../platform/key-encryption';
import { AccountRecord, holderOf } from '../accounts/account-record';
import { AccountsStore } from '../accounts/accounts.store';
import { SignIn } from '../accounts/sign-in.service';
import { ClientDirectory } from '../client-directory';
import { demandsSecondFactor } from '../domain/second-factor';
import { ClientAdapter, OidcAdapter, type Presented, type Serving, type SignedIn } from './oidc-adapter';
import { OidcStore, type UsedBefore } from './oidc.store';
import { RequestEpochs } from './request-epochs';
import { type KnownAccount, providerConfiguration } from './provider-config';
import { errorPage, onwardPage } from './provider-pages';
import { type KeySet, SigningKeys } from './signing-keys.service';

/** The library's own page for forms that send themselves off. */
const SCRIPTED = /<script>[^]*document\.forms\[0\]\.submit\(\)/;

/** The library, and the keys that this one of it was made with. */
interface Built {
  readonly keys: KeySet;
  readonly provider: Provider;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** The built-in issuer: the library, made anew whenever its keys turn, since it takes them only when it is made. */
@Injectable()
export class ProviderService {
  readonly #logger = new Logger(ProviderService.name);
  #built: Promise<Built> | undefined;
  #builtFor: KeySet | undefined;

  constructor(
    private readonly config: SignInConfig, private readonly keys: SigningKeys, private readonly store: OidcStore, private readonly accounts: AccountsStore, private readonly record: AccountRecord,
    private readonly clients: ClientDirectory, private readonly database: Database, private readonly clock: Clock, private readonly sealing: KeyEncryption,
    private readonly signIn: SignIn,
  ) {}

  get issuer(): string {
    return this.keys.issuer;
  }

  /** The library with the keys of this moment. Problem `unavailable` while there are none to be had. */
  async current(): Promise<Built> {
    const keys = await this.keys.current();
    if (this.#built === undefined || this.#builtFor !== keys) {
      this.#builtFor = keys;
      this.#built = this.#build(keys);
    }
    return this.#built;
  }

  async #build(keys: KeySet): Promise<Built> {
    // Loaded when it is first needed: it brings a web framework of its own.
    const library = await import('oidc-provider');
    const { errors } = library;
    const own = {
      alreadyUsed: () => new errors.InvalidGrant('already used'),
      ended: () => new errors.LoginRequired('the session has ended'),
      repeated: () => new errors.InvalidClientAuth('client assertion tokens must only be used once'),
    };
    const epochs = new RequestEpochs(() => library.Provider.ctx);
    const serving: Serving = {
      epochs, signsOut: () => library.Provider.ctx?.oidc.route === 'end_session_confirm', counts: async (login) => this.#counts(login, epochs),
      cameAgain: async (what, of) => this.#endReused(what, of, requestOf(library.Provider.ctx)),
    };
    const provider = new library.Provider(this.issuer, providerConfiguration({
      config: this.config, issuer: this.issuer, jwks: keys.jwks, sealing: this.sealing, library,
      adapter: (model: string) => (model === 'Client' ? new ClientAdapter(this.clients) : new OidcAdapter(model, this.store, this.clock, own, serving)),
      findAccount: async (id) => this.#findAccount(id), newId: () => newId(this.clock.now()), now: () => Math.floor(this.clock.now().getTime() / 1_000),
      goesOn: async (ctx, accountId, app) => this.signIn.goOn({ accountId, proofs: ctx.oidc.session?.amr ?? [], epoch: epochs.of(accountId) }, app, requestOf(ctx)),
    }));
    this.#complete(provider);
    const callback = provider.callback();
    return { keys, provider, answer: async (request, response) => { await callback(request, response); } };
  }

  #complete(provider: Provider): void {
    // What the headers say of the way here is written by us: see the mount.
    provider.proxy = true;
    const { clients } = this;
    // Not documented; the version is pinned and a test signs in with a secret that is kept as a hash.
    Object.assign(provider.Client.prototype, {
      async compareClientSecret(this: { readonly clientId: string }, secret: string): Promise<boolean> { return clients.secretFits(this.clientId, secret); },
    });
    provider.use(async (ctx, next) => {
      await next();
      const asked = ctx as unknown as KoaContextWithOIDC;
      await this.#endSignedOut(asked);
      if (typeof ctx.body !== 'string' || !SCRIPTED.test(ctx.body)) return;
      const { secret } = (asked.oidc?.session?.state ?? {}) as { readonly secret?: unknown };
      if (typeof secret === 'string' && ctx.body.includes(asked.oidc.urlFor('end_session_confirm'))) onwardPage(asked, secret);
      // Told to the app by a form, which it may not ask for.
      else errorPage(asked, 'invalid_request');
    });
    (provider as unknown as NodeJS.EventEmitter).on('error', (error: unknown) => { this.#logger.error({ err: safeCause(error) }, 'the built-in issuer failed'); });
    provider.on('server_error', (ctx, error) => { this.#logger.error({ requestId: ctx.res.getHeader('x-request-id'), err: safeCause(error) }, 'the built-in issuer failed'); });
    provider.on('client_credentials.issued', ({ clientId }) => {
      if (clientId !== undefined) clients.used(clientId).catch((error: unknown) => { this.#logger.warn({ err: safeCause(error) }, 'the use of a client was not noted'); });
    });
  }

  /** What apps were given outlives the browser's session, but not its end by its holder: the library leaves that to us. */
  async #endSignedOut(ctx: KoaContextWithOIDC): Promise<void> {
    const { oidc } = ctx;
    const session = oidc?.route === 'end_session_confirm' ? oidc.session as typeof oidc.session & { readonly destroyed?: boolean } : undefined;
    if (session?.destroyed !== true || session.accountId === undefined) return;
    const latest = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? []);
    const requestId = requestOf(ctx);
    const { accountId, uid } = session;
    await this.database.transact(systemActor(requestId), async (em) => {
      const account = await this.accounts.lockByIdAsSystem(em, accountId);
      if (account === null) return;
      // The library knows of the latest of each app; what signed in before it came from this browser as well.
      for (const sessionId of new Set([...latest, ...await this.accounts.sessionsFromBrowserAsSystem(em, accountId, uid)])) {
        if (await this.accounts.endSessionAsSystem(em, accountId, sessionId)) await this.record.note(em, holderOf(account, requestId), account, 'account.session_revoked', this.clock.now(), { sessionId });
      }
    });
  }

  /**
   * Somebody holds a code or token that was used before: a thief, or whom it was stolen from. Its session ends, with a line, once, however many come with it at once. What the first of
   * them is given meanwhile, or writes afterwards, is of a session that has ended.
   */
  async #endReused(what: Presented, { accountId, grantId }: UsedBefore, requestId: string): Promise<void> {
    const system = systemActor(requestId);
    const ended = await this.database.transact(system, async (em) => {
      const account = await this.accounts.lockByIdAsSystem(em, accountId);
      if (account === null || !(await this.accounts.endSessionAsSystem(em, accountId, grantId))) return false;
      await this.record.note(em, system, account, 'account.token_reused', this.clock.now(), { what });
      return true;
    });
    if (ended) this.#logger.warn({ requestId, what }, 'a token was presented that had been used: its session has ended');
  }

  /** Whether a sign-in that was complete is so still: it may have lain since, while the password was reset or the holder got a role that asks for more. */
  async #counts({ accountId, amr, credential }: SignedIn, epochs: RequestEpochs): Promise<boolean> {
    const account = await this.accounts.readAsSystem(systemActor('oidc'), accountId);
    if (account === undefined || await this.signIn.demands({ accountId, proofs: amr, credential }, 'oidc') !== 'nothing') return false;
    epochs.note(accountId, account.epoch);
    return true;
  }

  async #findAccount(id: string): Promise<KnownAccount | undefined> {
    const account = await this.accounts.readAsSystem(systemActor('oidc'), id);
    if (account === undefined || account.lockedAt !== null || !account.active) return undefined;
    return { accountId: id, demanding: demandsSecondFactor(account.roles) };
  }
}

function requestOf(ctx: KoaContextWithOIDC | undefined): string {
  return String(ctx?.res.getHeader('x-request-id') ?? 'oidc');
}
