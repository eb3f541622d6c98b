import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ADDRESS_OF_KEYS, findDoubled, isAddressOfKeys, type IssuerConfig, LOCAL_ISSUER, type LocalIssuerConfig, type OutsideIssuerConfig, readIssuers, TOKEN_ALGORITHMS } from './issuers';
import { canHash, HASH_ALGORITHMS, type HashAlgorithm } from './journal/chain';

/** How enterprises are reached: where their links lead, and by what way these go out. */
export interface LinksConfig {
  /** The server as enterprises reach it, without a slash at its end. */
  readonly publicUrl: string;
  readonly outbox:
    /** `collected`: something sends what is written there. */
    | { readonly kind: 'file'; readonly file: string; readonly collected: boolean }
    /** `patience` says of each message when a receiver is no longer waited for: after 10 seconds if nothing is said. */
    | { readonly kind: 'webhook'; readonly url: string; readonly secret: string; readonly patience?: () => AbortSignal };
}

/** An app that people sign in to at the built-in issuer. It has no secret: a browser or phone keeps none. */
export interface SignInApp {
  readonly clientId: string;
  /** Where people are sent back to, exactly; the port of a loopback address of a native app is free. */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Installed on a device, which keeps its user signed in for weeks; a page in a browser otherwise. */
  readonly native: boolean;
}

/** The issuer that is built in. */
export interface SignInConfig {
  /** The server as browsers reach it, without a slash at its end: the issuer is below it. */
  readonly publicUrl: string;
  readonly audience: string;
  readonly apps: readonly SignInApp[];
  readonly secondFactor: 'by-role' | 'optional';
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Unset: the embedded server in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** The login of the application, which owns nothing; unset: worked out from the owner's address. */
  readonly databaseAppUrl: string | undefined;
  readonly poolSize: number;
  /** Whose access tokens are believed, beside those of the issuer that is built in. */
  readonly issuers: readonly IssuerConfig[];
  /** What a token names that is meant for this server, where its issuer's configuration says nothing else. */
  readonly audience: string;
  readonly demo: boolean;
  readonly jobs: boolean;
  /** What journal entries are sealed with from now on. */
  readonly journalHash: HashAlgorithm;
  /** Requests a minute; 0 is no limit. */
  readonly limits: { readonly perCaller: number; readonly perAddress: number; readonly perAddressInPublic: number };
  readonly links: LinksConfig;
  readonly signIn: SignInConfig;
  /** What secrets in the database are sealed with. Unset: a key in `dataDir`. */
  readonly keyEncryptionKey: Buffer | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Proxies whose `X-Forwarded-*` is believed: addresses or networks, comma-separated. */
  readonly trustedProxies: string | false;
}

export class ConfigError extends Error {}

// More connections than a few per core only make PostgreSQL's processes wait for each other: docs/performance.md.
const POOL_PER_CORE = 2;
// A hundred requests a second: more than a portal of a county sends, far less than a server of the smallest size answers. Behind one address there may be an office.
const LIMIT_PER_CALLER = 6_000;
const LIMIT_PER_ADDRESS = 30_000;
// Without a token, from one address: a few people with their links, not somebody who guesses.
const LIMIT_PER_ADDRESS_IN_PUBLIC = 120;
const MOST_A_MINUTE = 100_000_000;
// 24 bytes are what Standard Webhooks ask for at least.
const SHORTEST_SECRET = 24;
const SECRET_PREFIX = 'whsec_';
const DEFAULT_AUDIENCE = 'service-ledger';
const SEALING_KEY_BYTES = 32;
const DEMO_APP: SignInApp = { clientId: 'demo-app', redirectUris: ['http://127.0.0.1/callback'], postLogoutRedirectUris: ['http://127.0.0.1/'], native: true };

/**
 * The configuration of one process, from its environment. Throws {@link ConfigError} with one line per variable that is wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  const text = (name: string): string | undefined => (env[name] === undefined || env[name] === '' ? undefined : env[name]);
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const given = text(name);
    const value = given === undefined ? fallback : Number(given);
    if (!Number.isInteger(value) || value < min || value > max) faults.push(`${name}: a whole number from ${min} to ${max}, not "${given}"`);
    return value;
  };
  const choice = <T extends string>(name: string, fallback: T, choices: readonly T[]): T => {
    const given = text(name) ?? fallback;
    if (!choices.includes(given as T)) faults.push(`${name}: one of ${choices.join(', ')}, not "${given}"`);
    return given as T;
  };
  const address = (name: string, protocols: readonly string[]): string | undefined => {
    const given = text(name);
    // The value is not repeated: it may hold a password.
    if (given !== undefined && !protocols.includes(URL.parse(given)?.protocol ?? '')) faults.push(`${name}: an address that begins with ${protocols.join(' or ')}//`);
    return given;
  };

  const outbox = (): LinksConfig['outbox'] => {
    const url = address('LINK_WEBHOOK_URL', ['https:', 'http:']);
    const secret = text('LINK_WEBHOOK_SECRET') ?? '';
    const collected = choice('LINK_FILE_COLLECTED', 'off', ['on', 'off']) === 'on';
    if (url === undefined) return { kind: 'file', file: join(dataDir, 'outbox', 'links.jsonl'), collected };
    if (keyOf(secret).length < SHORTEST_SECRET) faults.push(`LINK_WEBHOOK_SECRET: needed with LINK_WEBHOOK_URL, ${SHORTEST_SECRET} bytes or more; of whsec_ those behind its base64`);
    return { kind: 'webhook', url, secret };
  };

  const trustedProxies = text('TRUSTED_PROXIES') ?? false;
  if (trustedProxies !== false && !trustedProxies.split(',').every((one) => isNetwork(one.trim()))) faults.push('TRUSTED_PROXIES: addresses or networks (10.0.0.0/8, ::1, loopback), comma-separated');
  const journalHash = choice('JOURNAL_HASH', 'sha256', HASH_ALGORITHMS);
  if (HASH_ALGORITHMS.includes(journalHash) && !canHash(journalHash)) faults.push(`JOURNAL_HASH: the OpenSSL of this Node.js has no ${journalHash}`);
  const port = whole('PORT', 3000, 0, 65_535);
  const dataDir = text('DATA_DIR') ?? '.data';
  const reachable = address('PUBLIC_URL', ['https:', 'http:']);
  // Phones cannot reach what is right for a try-out.
  const needed = [['LINK_WEBHOOK_URL', text('LINK_WEBHOOK_URL') !== undefined], ['NODE_ENV=production', text('NODE_ENV') === 'production']] as const;
  for (const [why, needs] of needed) if (needs && reachable === undefined) faults.push(`PUBLIC_URL: needed with ${why}; links to enterprises and the issuer's name begin with it`);
  // Passwords and cookies go over it.
  const behindTls = reachable === undefined || reachable.startsWith('https:') || LOOPBACK.test(URL.parse(reachable)?.hostname ?? '');
  if (text('NODE_ENV') === 'production' && !behindTls) faults.push('PUBLIC_URL: begins with https:// in production');
  const publicUrl = (reachable ?? `http://localhost:${port}`).replace(/\/+$/, '');
  const audience = text('OIDC_AUDIENCE') ?? DEFAULT_AUDIENCE;
  const outside = outsideIssuers({ text, audience, publicUrl, fault: (sentence) => { faults.push(sentence); } });
  // For trying: whoever can read the folder can be anybody. A production server has the issuer that is built in, and those that it is given.
  const trying = outside.length === 0 && text('NODE_ENV') !== 'production';
  const demo = choice('DEMO', trying ? 'on' : 'off', ['on', 'off']) === 'on';
  const local: LocalIssuerConfig[] = demo || trying ? [{ kind: 'local', issuer: LOCAL_ISSUER, audience }] : [];
  const keyEncryptionKey = text('KEY_ENCRYPTION_KEY');
  if (keyEncryptionKey !== undefined && Buffer.from(keyEncryptionKey, 'base64').length !== SEALING_KEY_BYTES) faults.push(`KEY_ENCRYPTION_KEY: ${SEALING_KEY_BYTES} random bytes in Base64`);
  const apps = readApps(text('SIGN_IN_APPS'), (fault) => faults.push(fault));
  const config: Config = {
    port,
    host: text('HOST') ?? '127.0.0.1',
    dataDir,
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    databaseAppUrl: address('DATABASE_APP_URL', ['postgres:', 'postgresql:']),
    poolSize: whole('DATABASE_POOL', POOL_PER_CORE * availableParallelism(), 2, 200),
    issuers: [...local, ...outside],
    audience,
    demo,
    jobs: choice('JOBS', 'on', ['on', 'off']) === 'on',
    journalHash,
    limits: { perCaller: whole('RATE_LIMIT_PER_CALLER', LIMIT_PER_CALLER, 0, MOST_A_MINUTE), perAddress: whole('RATE_LIMIT_PER_ADDRESS', LIMIT_PER_ADDRESS, 0, MOST_A_MINUTE), perAddressInPublic: whole('RATE_LIMIT_PUBLIC', LIMIT_PER_ADDRESS_IN_PUBLIC, 0, MOST_A_MINUTE) },
    links: { publicUrl, outbox: outbox() },
    signIn: { publicUrl, audience, apps: demo ? [...apps, DEMO_APP] : apps, secondFactor: demo ? 'optional' : 'by-role' },
    keyEncryptionKey: keyEncryptionKey === undefined ? undefined : Buffer.from(keyEncryptionKey, 'base64'),
    logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
    trustedProxies,
  };
  if (faults.length > 0) throw new ConfigError(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return config;
}

/** What a secret of Standard Webhooks signs with: `whsec_` and base64, or any text. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith(SECRET_PREFIX) ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : Buffer.from(secret, 'utf8');
}

interface OutsideOf {
  readonly text: (name: string) => string | undefined;
  readonly audience: string;
  readonly publicUrl: string;
  readonly fault: (sentence: string) => void;
}

/** One issuer by three variables, any number by a JSON array or a file that holds one. */
function outsideIssuers({ text, audience, publicUrl, fault }: OutsideOf): OutsideIssuerConfig[] {
  const production = text('NODE_ENV') === 'production';
  const [issuer, jwksUri, list, file] = ['OIDC_ISSUER', 'OIDC_JWKS_URI', 'OIDC_ISSUERS', 'OIDC_ISSUERS_FILE'].map(text);
  if (issuer !== undefined && jwksUri === undefined) fault('OIDC_JWKS_URI: needed with OIDC_ISSUER');
  if (jwksUri !== undefined && !isAddressOfKeys(jwksUri, production)) fault(`OIDC_JWKS_URI: ${ADDRESS_OF_KEYS}`);
  if (list !== undefined && file !== undefined) fault('OIDC_ISSUERS_FILE: not beside OIDC_ISSUERS');
  const short: OutsideIssuerConfig[] = issuer === undefined ? [] : [
    { kind: 'outside', issuer, audience, jwksUri: jwksUri ?? '', algorithms: TOKEN_ALGORITHMS, tokenType: 'at+jwt', parks: undefined, subjectClaim: 'sub' },
  ];
  const listed = list === undefined ? [] : readIssuers('OIDC_ISSUERS', list, { audience, production }, fault);
  const filed = file === undefined ? [] : readIssuers('OIDC_ISSUERS_FILE', contentOf(file, fault), { audience, production }, fault);
  const all = [...short, ...listed, ...filed];
  // An outsider under the name of one of ours would be believed what only ours is.
  const doubled = findDoubled([LOCAL_ISSUER, `${publicUrl}/oidc`, ...all.map((one) => one.issuer)]);
  if (doubled !== undefined) fault(`OIDC_ISSUER, OIDC_ISSUERS: ${doubled} is there twice, or one of this server's own`);
  return all;
}

function contentOf(file: string, fault: (sentence: string) => void): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    fault(`OIDC_ISSUERS_FILE: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    return '[]';
  }
}

const APP_ID = /^[\w.-]{1,64}$/;
const APP_FIELDS: readonly string[] = ['clientId', 'redirectUris', 'postLogoutRedirectUris', 'native'];
const LOOPBACK = /^(?:127\.0\.0\.1|\[::1\]|localhost)$/;

/** Apps as `SIGN_IN_APPS` has them: a JSON list. What is wrong is told here, since the issuer would only find it when somebody signs in. */
function readApps(given: string | undefined, fault: (sentence: string) => void): readonly SignInApp[] {
  if (given === undefined) return [];
  let list: unknown;
  try {
    list = JSON.parse(given);
  } catch {
    list = undefined;
  }
  const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');
  const apps = (Array.isArray(list) ? list : [undefined]).map((one: unknown): SignInApp | undefined => {
    if (typeof one !== 'object' || one === null || !Object.keys(one).every((name) => APP_FIELDS.includes(name))) return undefined;
    const { clientId, redirectUris, postLogoutRedirectUris = [], native = false } = one as Record<string, unknown>;
    if (typeof clientId !== 'string' || !APP_ID.test(clientId) || typeof native !== 'boolean' || !isTexts(redirectUris) || redirectUris.length === 0 || !isTexts(postLogoutRedirectUris)) return undefined;
    return [...redirectUris, ...postLogoutRedirectUris].every((uri) => isRedirect(uri, native)) ? { clientId, redirectUris, postLogoutRedirectUris, native } : undefined;
  });
  const known = apps.filter((app) => app !== undefined);
  if (known.length < apps.length) fault('SIGN_IN_APPS: a JSON list of { "clientId", "redirectUris", "postLogoutRedirectUris", "native" }, with addresses that begin with https:// (a native app’s also with http://127.0.0.1 or a scheme of its own, as cn.example.app:)');
  if (new Set([...known.map(({ clientId }) => clientId)]).size < known.length) fault('SIGN_IN_APPS: each clientId once');
  return known;
}

/** Nobody listens on the way: TLS, the device itself, or a scheme that the device hands to the app (RFC 8252, named after a domain). */
function isRedirect(uri: string, native: boolean): boolean {
  const url = URL.parse(uri);
  if (url === null || url.hash !== '' || uri.includes('#') || url.username !== '' || uri.includes('*')) return false;
  if (url.protocol === 'https:') return true;
  if (url.protocol === 'http:') return LOOPBACK.test(url.hostname);
  return native && /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(url.protocol);
}

/** What Fastify takes for a proxy: an address, a network with its prefix, or a name of a set of them. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}
