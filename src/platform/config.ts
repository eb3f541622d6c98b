import { availableParallelism } from 'node:os';
import { canHash, HASH_ALGORITHMS, type HashAlgorithm } from './journal/chain';

/** Where tokens come from: an issuer with its JWKS, or the key that this installation made for itself. */
export type IssuerConfig =
  | { readonly kind: 'external'; readonly issuer: string; readonly audience: string; readonly jwksUri: string }
  | { readonly kind: 'local'; readonly issuer: string; readonly audience: string };

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
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Proxies whose `X-Forwarded-*` is believed: addresses or networks, comma-separated. */
  readonly trustedProxies: string | false;
}

export class ConfigError extends Error {}

// More connections than a few per core only make PostgreSQL's processes wait for each other: docs/performance.md.
const POOL_PER_CORE = 2;
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

  const issuer = text('OIDC_ISSUER');
  const audience = text('OIDC_AUDIENCE') ?? 'service-ledger';
  const jwksUri = address('OIDC_JWKS_URI', ['https:', 'http:']);
  if (issuer !== undefined && jwksUri === undefined) faults.push('OIDC_JWKS_URI: needed with OIDC_ISSUER');
  if (issuer === undefined && text('NODE_ENV') === 'production') faults.push('OIDC_ISSUER: needed in production; without it the server trusts a key of its own');
  const journalHash = choice('JOURNAL_HASH', 'sha256', HASH_ALGORITHMS);
  if (HASH_ALGORITHMS.includes(journalHash) && !canHash(journalHash)) faults.push(`JOURNAL_HASH: the OpenSSL of this Node.js has no ${journalHash}`);
  const config: Config = {
    port: whole('PORT', 3000, 0, 65_535),
    host: text('HOST') ?? '127.0.0.1',
    dataDir: text('DATA_DIR') ?? '.data',
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    poolSize: whole('DATABASE_POOL', POOL_PER_CORE * availableParallelism(), 2, 200),
    issuer: issuer === undefined ? { kind: 'local', issuer: LOCAL_ISSUER, audience } : { kind: 'external', issuer, audience, jwksUri: jwksUri ?? '' },
    demo: choice('DEMO', issuer === undefined ? 'on' : 'off', ['on', 'off']) === 'on',
    jobs: choice('JOBS', 'on', ['on', 'off']) === 'on',
    journalHash,
    logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
    trustedProxies: text('TRUSTED_PROXIES') ?? false,
  };
  if (faults.length > 0) throw new ConfigError(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return config;
}
