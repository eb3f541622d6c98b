import type { ClientMetadata, Configuration, errors as ErrorsOfLibrary, interactionPolicy as PolicyOfLibrary, JWK, KoaContextWithOIDC } from 'oidc-provider';
import { CLIENT_SCOPES } from '../../kernel/actor';
import type { SignInApp, SignInConfig } from '../../platform/config';
import type { KeyEncryption } from '../../platform/key-encryption';
import { errorPage, goodbyePage, signOutPage } from './provider-pages';
import { ALGORITHM } from './signing-keys.service';

/** What the library is told of an account. */
export interface KnownAccount {
  readonly accountId: string;
  /** Whether whoever holds it can do harm to many: they sign in again each day. */
  readonly demanding: boolean;
}

export interface ProviderParts {
  readonly config: SignInConfig;
  readonly issuer: string;
  readonly jwks: readonly JWK[];
  readonly sealing: KeyEncryption;
  readonly library: { readonly errors: typeof ErrorsOfLibrary; readonly interactionPolicy: typeof PolicyOfLibrary };
  readonly adapter: NonNullable<Configuration['adapter']>;
  /** Nothing where the account is locked or its holder does not serve. */
  readonly findAccount: (accountId: string) => Promise<KnownAccount | undefined>;
  /** Puts on the record that somebody who is signed in in the browser goes on to another app there. */
  readonly goesOn: (ctx: KoaContextWithOIDC, accountId: string, app: string) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => number;
}

export const SIGN_IN_PATH = '/oidc/sign-in';

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
// 等保: half an hour idle, and one signs in again; a working day at most.
const BROWSER_IDLE_S = 30 * MINUTE_S;
const BROWSER_SESSION_S = 12 * HOUR_S;
// A phone in a workshop may be off line for days; whoever finds it is stopped by the phone's own lock, and by a look at me/sessions.
const NATIVE_SESSION_S = 30 * DAY_S;
const NATIVE_IDLE_S = 14 * DAY_S;
const ACCESS_TOKEN_S = 10 * MINUTE_S;
const ID_TOKEN_S = 10 * MINUTE_S;
const CODE_S = MINUTE_S;
const SIGN_IN_S = 20 * MINUTE_S;
const ASSERTION_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const;

/** How the library is set up: what it can do beyond this is off. */
export function providerConfiguration(parts: ProviderParts): Configuration {
  const { config, issuer, jwks, sealing, library, adapter } = parts;
  const secure = issuer.startsWith('https:');
  const policy = policyOf(library.interactionPolicy);
  return {
    adapter, jwks: { keys: [...jwks] }, clients: config.apps.map(toClient),
    clientDefaults: { id_token_signed_response_alg: ALGORITHM, token_endpoint_auth_method: 'client_secret_basic', grant_types: [], response_types: [] },
    clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
    enabledJWA: { idTokenSigningAlgValues: [ALGORITHM], clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS] },
    responseTypes: ['code'], subjectTypes: ['public'], scopes: ['openid', 'offline_access', ...CLIENT_SCOPES], claims: { openid: ['sub', 'amr', 'auth_time'] },
    pkce: { required: () => true },
    rotateRefreshToken: () => true, issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')), expiresWithSession: () => Promise.resolve(false),
    clientBasedCORS: (_ctx, origin, client) => client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    cookies: {
      keys: [sealing.derive('cookies').toString('base64url')],
      // With these prefixes no neighbouring host can plant one; where the path is the issuer's to choose, only the weaker one is to be had.
      names: secure ? { session: '__Host-ledger-session', interaction: '__Host-ledger-sign-in', resume: '__Secure-ledger-resume' } : { session: 'ledger-session', interaction: 'ledger-sign-in', resume: 'ledger-resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true, secure, path: '/' }, short: { httpOnly: true, sameSite: 'lax', signed: true, secure, path: '/' },
    },
    features: {
      devInteractions: { enabled: false }, dPoP: { enabled: false }, pushedAuthorizationRequests: { enabled: false }, userinfo: { enabled: false }, introspection: { enabled: false },
      clientCredentials: { enabled: true }, resourceIndicators: resources(parts),
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => Promise.resolve(token.clientId === client.clientId) },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { signOutPage(ctx, form); }, postLogoutSuccessSource: (ctx) => { goodbyePage(ctx); } },
    },
    extraTokenClaims: (_ctx, token) => Promise.resolve('grantId' in token && typeof token.grantId === 'string' ? { grant: token.grantId } : undefined),
    findAccount: async (_ctx, id) => {
      const account = await parts.findAccount(id);
      return account === undefined ? undefined : { ...account, claims: () => Promise.resolve({ sub: id }) };
    },
    interactions: { url: (_ctx, { uid }) => Promise.resolve(`${SIGN_IN_PATH}/${uid}`), policy },
    // Nothing is given, nor is anything on the record, before all is answered that is asked: the library looks for a grant first.
    loadExistingGrant: async (ctx) => (await asksSomething(policy, ctx) ? undefined : grantOf(ctx, parts)),
    renderError: (ctx, out) => { errorPage(ctx, out.error); },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ACCESS_TOKEN_S, ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ACCESS_TOKEN_S,
      AuthorizationCode: CODE_S, IdToken: ID_TOKEN_S, Interaction: SIGN_IN_S, ...lifetimes(parts.now),
    },
  };
}

/** A grant is a session of an app: what is renewed never outlives it. */
function lifetimes(now: () => number): Pick<NonNullable<Configuration['ttl']>, 'Grant' | 'RefreshToken' | 'Session'> {
  return {
    Grant: (ctx) => (isNative(ctx) && !isDemanding(ctx) ? NATIVE_SESSION_S : BROWSER_SESSION_S),
    RefreshToken: (ctx) => Math.max(1, Math.min(isNative(ctx) ? NATIVE_IDLE_S : BROWSER_SESSION_S, (ctx.oidc.entities.Grant?.exp ?? 0) - now())),
    Session: (_ctx, session) => Math.max(1, Math.min(BROWSER_IDLE_S, (session.loginTs ?? now()) + BROWSER_SESSION_S - now())),
  };
}

function isNative(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.client?.applicationType === 'native';
}

function isDemanding(ctx: KoaContextWithOIDC): boolean {
  return (ctx.oidc.account as unknown as KnownAccount | undefined)?.demanding ?? true;
}

function toClient({ clientId, redirectUris, postLogoutRedirectUris, native }: SignInApp): ClientMetadata {
  return {
    client_id: clientId, application_type: native ? 'native' : 'web', redirect_uris: [...redirectUris], post_logout_redirect_uris: [...postLogoutRedirectUris], token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], response_modes: ['query'], scope: 'openid offline_access',
  };
}

/** One resource, whether it is named or not: the API of this server. */
function resources({ config: { audience, publicUrl }, library: { errors } }: ProviderParts): NonNullable<Configuration['features']>['resourceIndicators'] {
  const api = `${publicUrl}/api/v1`;
  return {
    enabled: true, defaultResource: () => Promise.resolve(api), useGrantedResource: () => Promise.resolve(true),
    getResourceServerInfo: (ctx, named) => {
      if (named !== api) throw new errors.InvalidTarget();
      const misspelt = misspeltScope(ctx);
      if (misspelt !== undefined) throw new errors.InvalidScope('there is no such scope', misspelt);
      return Promise.resolve({ scope: CLIENT_SCOPES.join(' '), audience, accessTokenFormat: 'jwt', accessTokenTTL: ACCESS_TOKEN_S, jwt: { sign: { alg: ALGORITHM } } });
    },
  };
}

/** The first scope that a machine asks for and that nobody could be granted: the library would give it a token that opens nothing. */
function misspeltScope({ oidc: { params } }: KoaContextWithOIDC): string | undefined {
  if (params?.['grant_type'] !== 'client_credentials' || typeof params['scope'] !== 'string') return undefined;
  return params['scope'].split(' ').find((scope) => scope !== '' && !CLIENT_SCOPES.some((known) => known === scope));
}

type Policy = ReturnType<typeof PolicyOfLibrary.base>;

/**
 * Apps are the installation's own: nobody is asked whether they may. Who they are is asked of whoever comes from a program on the device, each time, though the browser knows it (RFC 8252,
 * section 8.6): any program can say that it is the app, and with the app's scheme or a port of its own take the code. Whose account was locked meanwhile signs in anew.
 */
function policyOf({ base, Check }: typeof PolicyOfLibrary): Policy {
  const policy = base();
  policy.remove('consent');
  policy.get('login')?.checks.add(new Check('account_gone', 'the account may not sign in any more', 'login_required', ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined));
  policy.get('login')?.checks.add(new Check('program_on_device', 'a program on a device needs its own sign-in', 'login_required', (ctx) => isOnDevice(ctx) && ctx.oidc.result?.login === undefined));
  return policy;
}

/** Also a page that is answered on the device itself: its port is whoever's listens on it. */
function isOnDevice(ctx: KoaContextWithOIDC): boolean {
  const { redirect_uri: back } = ctx.oidc.params ?? {};
  return isNative(ctx) || typeof back !== 'string' || !back.startsWith('https:');
}

async function asksSomething(policy: Policy, ctx: KoaContextWithOIDC): Promise<boolean> {
  for (const { check } of policy.flatMap(({ checks }) => [...checks])) if (await check(ctx)) return true;
  return false;
}

/** What the app in this browser has been given already, or else anew. Its id is a UUID, as ids are here. */
async function grantOf(ctx: KoaContextWithOIDC, { newId, goesOn }: ProviderParts): Promise<InstanceType<KoaContextWithOIDC['oidc']['provider']['Grant']> | undefined> {
  const { session, client, account, provider, result } = ctx.oidc;
  if (client === undefined || account === undefined) return undefined;
  // Signing in again begins anew, with a time of its own.
  if (result?.login === undefined) {
    const known = session?.grantIdFor(client.clientId);
    const standing = known === undefined ? undefined : await provider.Grant.find(known);
    if (standing !== undefined && standing.accountId === account.accountId) return standing;
    // Who has just signed in is on the record; of whom the browser knew already it is said here.
    await goesOn(ctx, account.accountId, client.clientId);
  }
  const grant = new provider.Grant({ jti: newId(), accountId: account.accountId, clientId: client.clientId } as never);
  grant.addOIDCScope('openid offline_access');
  await grant.save();
  return grant;
}
