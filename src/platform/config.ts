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

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Unset: the embedded server in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** The login of the application, which owns nothing; unset: worked out from the owner's address. */
  readonly databaseAppUrl: string | undefined;
  readonly poolSize: number;
  readonly issuer: IssuerConfig;
  readonly demo: boolean;
  readonly jobs: boolean;
  /** What journal entries are sealed with from now on. */
  readonly journalHash: HashAlgorithm;
  /** Requests a minute; 0 is no limit. */
  readonly limits: { readonly perCaller: number; readonly perAddress: number; readonly perAddressInPublic: number };
  readonly links: LinksConfig;
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
  const config: Config = {
    port,
    host: text('HOST') ?? '127.0.0.1',
    dataDir,
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    databaseAppUrl: address('DATABASE_APP_URL', ['postgres:', 'postgresql:']),
    poolSize: whole('DATABASE_POOL', POOL_PER_CORE * availableParallelism(), 2, 200),
    issuer: issuer === undefined ? { kind: 'local', issuer: LOCAL_ISSUER, audience } : { kind: 'external', issuer, audience, jwksUri: jwksUri ?? '' },
    demo: choice('DEMO', issuer === undefined ? 'on' : 'off', ['on', 'off']) === 'on',
    jobs: choice('JOBS', 'on', ['on', 'off']) === 'on',
    journalHash,
    limits: { perCaller: whole('RATE_LIMIT_PER_CALLER', LIMIT_PER_CALLER, 0, MOST_A_MINUTE), perAddress: whole('RATE_LIMIT_PER_ADDRESS', LIMIT_PER_ADDRESS, 0, MOST_A_MINUTE), perAddressInPublic: whole('RATE_LIMIT_PUBLIC', LIMIT_PER_ADDRESS_IN_PUBLIC, 0, MOST_A_MINUTE) },
    links: { publicUrl: publicUrl.replace(/\/+$/, ''), outbox: outbox() },
    logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
    trustedProxies,
  };
  if (faults.length > 0) throw new ConfigError(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return config;
}

/** What Fastify takes for a proxy: an address, a network with its prefix, or a name of a set of them. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}
