import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { findBinaries } from '../../src/platform/db/embedded-binaries';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';

/** mkdtemp makes a folder that only its owner may enter: for root, which runs the server under another account, that is the hard case. */
const top = mkdtempSync(join(tmpdir(), 'embedded-postgres-spec-'));
const project = join(__dirname, '..', '..');
const programs: ChildProcess[] = [];

interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
  readonly complaints: () => string;
}

/** Starts the program that owns a server, in a process group of its own as a terminal's shell would. */
function begin(dataDir: string): ChildProcess {
  const args = ['--require', './test/support/require-typescript.cjs', 'test/support/embedded-postgres-process.ts', dataDir];
  const child = spawn(process.execPath, args, { cwd: project, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  programs.push(child);
  return child;
}

async function started(dataDir: string): Promise<Program> {
  const child = begin(dataDir);
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { complaints += text; });
  const url = await Promise.race([
    once(child.stdout ?? child, 'data').then(([line]) => String(line).trim()),
    once(child, 'close').then(([code]) => { throw new Error(`The program ended with ${String(code)}: ${complaints}`); }),
  ]);
  return { child, pid: child.pid ?? 0, url, complaints: () => complaints };
}

async function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  const closed = once(child, 'close') as Promise<[number | null]>;
  child.kill(signal);
  return (await closed)[0];
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client.query<Record<string, unknown>>(sql).then(({ rows }) => rows).finally(() => client.end());
}

function postmaster(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);
}

async function insertNote(url: string): Promise<void> {
  await query(url, 'CREATE TABLE IF NOT EXISTS note (id int GENERATED ALWAYS AS IDENTITY)');
  await query(url, 'INSERT INTO note DEFAULT VALUES');
}

async function notes(url: string): Promise<unknown> {
  return (await query(url, 'SELECT count(*)::int AS n FROM note'))[0]?.['n'];
}

// Several servers are made one after the other: slow where the disk is busy.
jest.setTimeout(90_000);

afterAll(async () => {
  for (const child of programs) child.kill('SIGKILL');
  for (const name of ['alone', 'killed', 'early']) await removeEmbeddedPostgres(join(top, name));
  rmSync(top, { recursive: true });
});

describe('an embedded PostgreSQL of this process', () => {
  const dataDir = join(top, 'alone');

  it('answers on 127.0.0.1, to its password, in UTF-8, and keeps its data over a restart', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await insertNote(first.url);
    expect(await query(first.url, `SELECT current_setting('listen_addresses') AS listens, current_setting('unix_socket_directories') AS sockets,
      current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, lower('É') AS lower`))
      .toEqual([{ listens: '127.0.0.1', sockets: '', encoding: 'UTF8', fsync: 'on', lower: 'é' }]);
    await query(first.url, 'CREATE EXTENSION pg_trgm');
    expect(await query(first.url, `SELECT show_trgm('四川') <> '{}' AS letters`)).toEqual([{ letters: true }]);
    const stranger = new URL(first.url);
    stranger.password = 'wrong';
    await expect(query(stranger.toString(), 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');

    const second = await startEmbeddedPostgres({ dataDir });
    expect(await notes(second.url)).toBe(1);
    await second.stop();
  });

  it('trades durability for speed when asked', async () => {
    const server = await startEmbeddedPostgres({ dataDir, testFlags: true, database: 'another' });
    expect(await query(server.url, `SELECT current_database() AS name, current_setting('fsync') AS fsync, current_setting('max_connections') AS connections`))
      .toEqual([{ name: 'another', fsync: 'off', connections: '200' }]);
    await server.stop();
  });

  it('refuses a port that another program uses, and lets go of the folder', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startEmbeddedPostgres({ dataDir, port })).rejects.toThrow(/does not start on 127\.0\.0\.1:\d+: .*in use/i);
    other.close();
    await once(other, 'close');
    const server = await startEmbeddedPostgres({ dataDir, port });
    expect(new URL(server.url).port).toBe(String(port));
    await server.stop();
  });

  it('says so when its password is lost', async () => {
    rmSync(join(dataDir, 'password'));
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow('password is missing');
  });
});

it('restores the symbolic links that an installation without scripts lacks', () => {
  const link = join(dirname(findBinaries().postgres), '..', 'lib', 'libecpg.so');
  rmSync(link);
  findBinaries();
  expect(existsSync(link)).toBe(true);
});

describe('a data folder whose program is killed', () => {
  const dataDir = join(top, 'killed');
  let program: Program;
  let written = 0;

  beforeEach(async () => {
    program = await started(dataDir);
    await insertNote(program.url);
    written += 1;
  });

  /** The next start works by itself, has every committed row, and ends in order. */
  async function expectRecovery(): Promise<void> {
    const next = await started(dataDir);
    expect(await notes(next.url)).toBe(written);
    expect(await killed(next.child, 'SIGTERM')).toBe(0);
    expect(next.complaints()).toBe('');
  }

  it('refuses a second program, names the first, and leaves it at work', async () => {
    await expect(started(dataDir)).rejects.toThrow(`is in use by process ${program.pid}`);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`is in use by process ${program.pid}`);
    await expect(removeEmbeddedPostgres(dataDir)).rejects.toThrow('is in use');
    expect(await notes(program.url)).toBe(written);
    await killed(program.child, 'SIGTERM');
  });

  it('keeps serving while the program drains after Ctrl-C', async () => {
    process.kill(-program.pid, 'SIGINT');
    await sleep(300);
    expect(await notes(program.url)).toBe(written);
    expect(await killed(program.child, 'SIGTERM')).toBe(0);
    await expect(query(program.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('recovers from the death of the program alone, by ending its orphan first', async () => {
    await killed(program.child);
    expect(await notes(program.url)).toBe(written);
    await expectRecovery();
    await expect(query(program.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('recovers from the death of the server alone, of which the program is told', async () => {
    process.kill(postmaster(dataDir), 'SIGKILL');
    while (!program.complaints().includes('PostgreSQL has ended by itself')) await sleep(20);
    expect(await killed(program.child, 'SIGTERM')).toBe(0);
    await expectRecovery();
  });

  it('recovers from the death of both', async () => {
    process.kill(postmaster(dataDir), 'SIGKILL');
    await killed(program.child);
    await expectRecovery();
  });
});

it('begins anew after a first start that was killed half-way', async () => {
  const dataDir = join(top, 'early');
  const child = begin(dataDir);
  while (!existsSync(join(dataDir, 'cluster.new', 'PG_VERSION'))) await sleep(2);
  await killed(child);
  expect(existsSync(join(dataDir, 'cluster'))).toBe(false);
  const program = await started(dataDir);
  expect(await query(program.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await killed(program.child, 'SIGTERM')).toBe(0);
});
