import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { canHash, HASH_ALGORITHMS, type HashAlgorithm } from './journal/chain';

/** Where tokens come from: an issuer with its JWKS, or the key that this installation made for itself. */
export type IssuerConfig =
  | { readonly kind: 'external'; readonly issuer: string; readonly audience: string; readonly jwksUri: string }
  | { readonly kind: 'local'; readonly issuer: string; readonly audience: string };

/** How enterprises are reached: where their links lead, and by what way these go out. */
export interface LinksConfig {
  /** The server as enterprises reach it, without a slash at its end. */
  readonly publicUrl: string;
  readonly outbox:
    | { readonly kind: 'file'; readonly file: string }
    /** Waits so long for a receiver, 10 seconds if nothing is said. */
    | { readonly kind: 'webhook'; readonly url: string; readonly secret: string; readonly timeoutMs?: number };
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
  readonly poolSize: number;
  readonly issuer: IssuerConfig;
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
const LOCAL_ISSUER = 'urn:service-ledger:local';
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
    if (url === undefined) return { kind: 'file', file: join(dataDir, 'outbox', 'links.jsonl') };
    if (secret.length < SHORTEST_SECRET) faults.push(`LINK_WEBHOOK_SECRET: needed with LINK_WEBHOOK_URL, ${SHORTEST_SECRET} characters or more`);
    return { kind: 'webhook', url, secret };
  };

  const trustedProxies = text('TRUSTED_PROXIES') ?? false;
  if (trustedProxies !== false && !trustedProxies.split(',').every((one) => isNetwork(one.trim()))) faults.push('TRUSTED_PROXIES: addresses or networks (10.0.0.0/8, ::1, loopback), comma-separated');
  const issuer = text('OIDC_ISSUER');
  const audience = text('OIDC_AUDIENCE') ?? 'service-ledger';
  const jwksUri = address('OIDC_JWKS_URI', ['https:', 'http:']);
  if (issuer !== undefined && jwksUri === undefined) faults.push('OIDC_JWKS_URI: needed with OIDC_ISSUER');
  if (issuer === undefined && text('NODE_ENV') === 'production') faults.push('OIDC_ISSUER: needed in production; without it the server trusts a key of its own');
  const journalHash = choice('JOURNAL_HASH', 'sha256', HASH_ALGORITHMS);
  if (HASH_ALGORITHMS.includes(journalHash) && !canHash(journalHash)) faults.push(`JOURNAL_HASH: the OpenSSL of this Node.js has no ${journalHash}`);
  const port = whole('PORT', 3000, 0, 65_535);
  const dataDir = text('DATA_DIR') ?? '.data';
  const publicUrl = address('PUBLIC_URL', ['https:', 'http:']) ?? `http://localhost:${port}`;
  const demo = choice('DEMO', issuer === undefined ? 'on' : 'off', ['on', 'off']) === 'on';
  const keyEncryptionKey = text('KEY_ENCRYPTION_KEY');
  if (keyEncryptionKey !== undefined && Buffer.from(keyEncryptionKey, 'base64').length !== SEALING_KEY_BYTES) faults.push(`KEY_ENCRYPTION_KEY: ${SEALING_KEY_BYTES} random bytes in Base64`);
  const apps = readApps(text('SIGN_IN_APPS'), (fault) => faults.push(fault));
  const config: Config = {
    port,
    host: text('HOST') ?? '127.0.0.1',
    dataDir,
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    poolSize: whole('DATABASE_POOL', POOL_PER_CORE * availableParallelism(), 2, 200),
    issuer: issuer === undefined ? { kind: 'local', issuer: LOCAL_ISSUER, audience } : { kind: 'external', issuer, audience, jwksUri: jwksUri ?? '' },
    demo,
    jobs: choice('JOBS', 'on', ['on', 'off']) === 'on',
    journalHash,
    limits: { perCaller: whole('RATE_LIMIT_PER_CALLER', LIMIT_PER_CALLER, 0, MOST_A_MINUTE), perAddress: whole('RATE_LIMIT_PER_ADDRESS', LIMIT_PER_ADDRESS, 0, MOST_A_MINUTE), perAddressInPublic: whole('RATE_LIMIT_PUBLIC', LIMIT_PER_ADDRESS_IN_PUBLIC, 0, MOST_A_MINUTE) },
    links: { publicUrl: publicUrl.replace(/\/+$/, ''), outbox: outbox() },
    signIn: { publicUrl: publicUrl.replace(/\/+$/, ''), audience, apps: demo ? [...apps, DEMO_APP] : apps, secondFactor: demo ? 'optional' : 'by-role' },
    keyEncryptionKey: keyEncryptionKey === undefined ? undefined : Buffer.from(keyEncryptionKey, 'base64'),
    logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
    trustedProxies,
  };
  if (faults.length > 0) throw new ConfigError(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return config;
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
