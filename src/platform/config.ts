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
    /** Waits so long for a receiver, 10 seconds if nothing is said. */
    | { readonly kind: 'webhook'; readonly url: string; readonly secret: string; readonly timeoutMs?: number };
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Unset: the embedded server in `dataDir`. */
  readonly databaseUrl: string | undefined;
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
  const publicUrl = (reachable ?? `http://localhost:${port}`).replace(/\/+$/, '');
  const audience = text('OIDC_AUDIENCE') ?? DEFAULT_AUDIENCE;
  const outside = outsideIssuers({ text, audience, publicUrl, fault: (sentence) => { faults.push(sentence); } });
  // For trying: whoever can read the folder can be anybody. A production server has the issuer that is built in, and those that it is given.
  const trying = outside.length === 0 && text('NODE_ENV') !== 'production';
  const demo = choice('DEMO', trying ? 'on' : 'off', ['on', 'off']) === 'on';
  const local: LocalIssuerConfig[] = demo || trying ? [{ kind: 'local', issuer: LOCAL_ISSUER, audience }] : [];
  const config: Config = {
    port,
    host: text('HOST') ?? '127.0.0.1',
    dataDir,
    databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:']),
    poolSize: whole('DATABASE_POOL', POOL_PER_CORE * availableParallelism(), 2, 200),
    issuers: [...local, ...outside],
    audience,
    demo,
    jobs: choice('JOBS', 'on', ['on', 'off']) === 'on',
    journalHash,
    limits: { perCaller: whole('RATE_LIMIT_PER_CALLER', LIMIT_PER_CALLER, 0, MOST_A_MINUTE), perAddress: whole('RATE_LIMIT_PER_ADDRESS', LIMIT_PER_ADDRESS, 0, MOST_A_MINUTE), perAddressInPublic: whole('RATE_LIMIT_PUBLIC', LIMIT_PER_ADDRESS_IN_PUBLIC, 0, MOST_A_MINUTE) },
    links: { publicUrl, outbox: outbox() },
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

/** What Fastify takes for a proxy: an address, a network with its prefix, or a name of a set of them. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}
