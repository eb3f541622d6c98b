import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock } from '../../platform/clock';
import type { ClientDirectory } from '../client-directory';
import type { Proof } from '../accounts/sign-in.service';
import type { RequestEpochs } from './request-epochs';
import type { OidcStore, UsedBefore } from './oidc.store';

/** The errors of the library that its adapter has to throw: they are told to whoever asked. */
export interface OidcErrors {
  readonly alreadyUsed: () => Error;
  readonly repeated: () => Error;
  readonly ended: () => Error;
}

/** What a sign-in that is complete hands over to the request that takes it up. */
export interface SignedIn {
  readonly [member: string]: unknown;
  readonly accountId: string;
  readonly amr: Proof[];
  readonly remember: boolean;
  readonly credential: string;
}

/** What is used once, as the record names it. */
export type Presented = 'code' | 'refresh_token';

/** The request that is served, as far as the adapter asks of it. */
export interface Serving {
  readonly epochs: RequestEpochs;
  /** Whether it is the one in which somebody signs out. */
  readonly signsOut: () => boolean;
  /** Somebody presents what was used before: ends what it was given for. */
  readonly cameAgain: (what: Presented, of: UsedBefore) => Promise<void>;
  /** Whether what was proved in a sign-in that is complete counts still. */
  readonly counts: (login: SignedIn) => Promise<boolean>;
}

const PRESENTED: Readonly<Record<string, Presented>> = { AuthorizationCode: 'code', RefreshToken: 'refresh_token' };
// A machine's secret is compared where its hash lies: what stands here is never compared.
const NO_SECRET = 'kept-elsewhere';

/** Keeps the issuer's state in the database. One adapter for each kind of thing, as the library asks for them. */
export class OidcAdapter implements Adapter {
  constructor(private readonly model: string, private readonly store: OidcStore, private readonly clock: Clock, private readonly errors: OidcErrors, private readonly serving: Serving) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const now = this.clock.now();
    const expiresAt = payload.exp === undefined ? new Date(now.getTime() + (expiresIn ?? 0) * 1_000) : new Date(payload.exp * 1_000);
    const epoch = payload.accountId === undefined ? undefined : this.serving.epochs.of(payload.accountId);
    const outcome = await this.store.upsert(this.model, id, payload, { expiresAt, now, epoch });
    if (outcome !== 'written') throw this.errors[outcome]();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const stored = await this.store.find(this.model, id, this.clock.now());
    const { accountId } = stored?.payload ?? {};
    if (this.model === 'Session' && accountId !== undefined && stored !== undefined && stored.epoch !== null) this.serving.epochs.note(accountId, stored.epoch);
    return this.model === 'Interaction' ? this.#underWay(stored?.payload) : stored?.payload;
  }

  /** A sign-in that was complete, and whose proofs count no more, is as at its beginning. */
  async #underWay(payload: AdapterPayload | undefined): Promise<AdapterPayload | undefined> {
    const { login, ...others } = (payload?.result ?? {}) as { readonly login?: SignedIn };
    return payload === undefined || login === undefined || await this.serving.counts(login) ? payload : { ...payload, result: others };
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return (await this.store.findByUid(this.model, uid, this.clock.now()))?.payload;
  }

  // The device flow is off.
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /**
   * The first goes on; whoever comes later, be it at the same moment, ends the session. The library would let two at once go on, and is not told what was used before: it comes
   * here once it has looked at everything else, so that there is one rule for both.
   */
  async consume(id: string): Promise<void> {
    const outcome = await this.store.consume(this.model, id, this.clock.now());
    if (outcome === 'first') return;
    const what = PRESENTED[this.model];
    if (outcome !== 'gone' && what !== undefined) await this.serving.cameAgain(what, outcome);
    throw this.errors.alreadyUsed();
  }

  async destroy(id: string): Promise<void> {
    if (this.model === 'Session' && this.serving.signsOut()) await this.store.endSession(id);
    else await this.store.destroy(this.model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.store.revokeByGrant(grantId);
  }
}

/** Machines, as the directory has them at the moment of asking: one that was revoked is refused at once. */
export class ClientAdapter implements Adapter {
  constructor(private readonly clients: ClientDirectory) {}

  async find(id: string): Promise<AdapterPayload | undefined> {
    const client = await this.clients.find(id);
    if (client === undefined) return undefined;
    const { clientId, authMethod, scopes, jwks } = client;
    return {
      client_id: clientId, token_endpoint_auth_method: authMethod, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: scopes.join(' '),
      ...(authMethod === 'private_key_jwt' && jwks !== undefined ? { jwks } : { client_secret: NO_SECRET }),
    };
  }

  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  // Nothing else is asked: clients are neither made nor changed here.
  async upsert(): Promise<void> { await this.#refuse(); }
  async consume(): Promise<void> { await this.#refuse(); }
  async destroy(): Promise<void> { await this.#refuse(); }
  async revokeByGrantId(): Promise<void> { await this.#refuse(); }

  #refuse(): Promise<never> {
    return Promise.reject(new TypeError('clients are the directory’s'));
  }
}
