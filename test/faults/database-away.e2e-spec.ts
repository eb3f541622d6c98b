import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Response } from 'supertest';
import { systemActor } from '../../src/kernel/actor';
import { Database } from '../../src/platform/db/database';
import { type EmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';
import { migrate } from '../../src/platform/db/migrate';
import { Signals } from '../../src/platform/db/signals';
import { CONNECTION_WAIT_MS } from '../../src/platform/db/time-limits';
import { Draining } from '../../src/platform/draining';
import { Jobs } from '../../src/platform/jobs/jobs';
import { type TestApp, startApp } from '../support/app';
import { changes, whenWaiting } from '../support/feed';
import { anEnterprise, aUscc } from '../support/world';

jest.setTimeout(120_000);

// The limit itself, and what a machine needs that does other things as well.
const WITHIN_MS = CONNECTION_WAIT_MS + 4_000;
const PATIENCE_MS = 30_000;

interface Answered {
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: unknown;
  readonly milliseconds: number;
}

async function timed(request: PromiseLike<Response>): Promise<Answered> {
  const begun = performance.now();
  const response = await request;
  return { status: response.status, code: (response.body as { code?: unknown }).code, retryAfter: response.headers['retry-after'], milliseconds: performance.now() - begun };
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come true: ${what}`);
    await pause(50);
  }
}

const write = (app: TestApp) => app.as('admin').post('/enterprises', { name: '甲', uscc: aUscc(), status: 'signed' });
const read = (app: TestApp) => app.as('supervisor').get('/supervision/overdue-visits');
const ready = (app: TestApp) => app.http.get('/health/ready');

describe('a pool of which every connection is taken', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ poolSize: 1, waitMs: CONNECTION_WAIT_MS });
    await read(app).expect(200);
    await write(app).expect(201);
  });
  afterAll(async () => { await app.close(); });

  it('answers 503 within a second to each of fifty reads and writes, and serves again when it is free', async () => {
    const held = await app.app.get(Database).pool.connect();
    await held.query('BEGIN');
    const answers = await Promise.all(Array.from({ length: 50 }, async (_none, number) => timed(number % 2 === 0 ? read(app) : write(app))));
    expect(answers.map(({ status, code, retryAfter }) => ({ status, code, retryAfter }))).toEqual(answers.map(() => ({ status: 503, code: 'busy', retryAfter: '1' })));
    expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(WITHIN_MS);
    expect(await timed(ready(app))).toMatchObject({ status: 503, code: 'busy' });
    await held.query('ROLLBACK');
    held.release();
    const after = await Promise.all(Array.from({ length: 10 }, async (_none, number) => timed(number % 2 === 0 ? read(app) : write(app))));
    expect(after.map(({ status }) => status)).toEqual(after.map((_none, number) => (number % 2 === 0 ? 200 : 201)));
    await ready(app).expect(200);
  });

  it('tells twenty who waited for the feed at twenty places, and wake together, after two waits for a connection and not ten', async () => {
    const reader = app.asClient('changes:read');
    const { next } = await changes(reader);
    const waiting = Array.from({ length: 20 }, (_none, number) => reader.get(`/changes?after=${next}&wait=60&limit=${number + 1}`).then((response) => response.status));
    await whenWaiting(app, 20);
    const held = await app.app.get(Database).pool.connect();
    const begun = performance.now();
    await app.sql("SELECT pg_notify('ledger_sealed', '')");
    const statuses = await Promise.all(waiting);
    held.release();
    expect(performance.now() - begun).toBeLessThan(WITHIN_MS + CONNECTION_WAIT_MS);
    expect(statuses).toEqual(waiting.map(() => 503));
  });

  it('is not ready from the moment on in which the process is told to stop, and still serves', async () => {
    await ready(app).expect(200);
    app.app.get(Draining).begin();
    await ready(app).expect(503).expect('retry-after', '5');
    await app.http.get('/health/live').expect(200);
    await read(app).expect(200);
  });
});

describe('a pool that slow reads fill', () => {
  it('answers 503 within a second to all but those that the database is at work on', async () => {
    const app = await startApp({ poolSize: 2, waitMs: CONNECTION_WAIT_MS });
    const owner = new Client({ connectionString: app.database.url });
    await owner.connect();
    try {
      const list = () => app.as('supervisor').get('/enterprises');
      await Promise.all(Array.from({ length: 8 }, async () => list().expect(200)));
      await owner.query('BEGIN; LOCK TABLE enterprise IN ACCESS EXCLUSIVE MODE');
      const asked = Array.from({ length: 40 }, async (_none, number) => timed(number % 4 === 3 ? write(app) : list()));
      const first: Answered[] = [];
      for (const one of asked) void one.then((answer) => first.push(answer));
      // What hangs is what has no answer by then: the lock is held until the others have theirs.
      await until('all but the reads at the head of a connection are answered', () => first.length >= 38);
      expect(first.map(({ status, code, retryAfter }) => ({ status, code, retryAfter }))).toEqual(first.map(() => ({ status: 503, code: 'busy', retryAfter: '1' })));
      expect(Math.max(...first.map(({ milliseconds }) => milliseconds))).toBeLessThan(WITHIN_MS);
      await owner.query('ROLLBACK');
      expect((await Promise.all(asked)).filter(({ status }) => status === 200 || status === 201).length).toBeLessThanOrEqual(2);
      await list().expect(200);
    } finally {
      await owner.end();
      await app.close();
    }
  });
});

describe('a database server that is killed and comes back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'database-away-spec-'));
  let server: EmbeddedPostgres;
  let app: TestApp;
  let runs = 0;
  beforeAll(async () => {
    server = await startEmbeddedPostgres({ dataDir: folder, testFlags: true });
    await migrate(server.url);
    app = await startApp({ database: { url: server.url, drop: () => Promise.resolve() }, waitMs: CONNECTION_WAIT_MS });
    const jobs = app.app.get(Jobs);
    jobs.register({ name: 'probe', cron: '0 0 1 1 *', run: () => Promise.resolve(runs += 1) });
    await jobs.start();
    await anEnterprise(app);
  });
  afterAll(async () => {
    await app.app.get(Jobs).stop();
    await app.close();
    await server.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const postmaster = (): number => Number.parseInt(readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8'), 10);
  const backends = (): number[] => execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster())], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
  const requestRun = async (): Promise<void> => app.app.get(Database).transact(systemActor('test'), async (em) => app.app.get(Jobs).request(em, 'probe'));

  it('is not ready while the server is frozen, and ready again when it thaws', async () => {
    const frozen = [postmaster(), ...backends()];
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      const answer = await timed(ready(app));
      expect(answer).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '2' });
      expect(answer.milliseconds).toBeLessThan(WITHIN_MS);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    await until('ready after the thaw', async () => (await ready(app)).status === 200);
  });

  it('answers 503 with Retry-After to what is under way and to what comes, at once, and then serves by itself', async () => {
    const answers: Answered[] = [];
    let under = true;
    const clients = Array.from({ length: 12 }, async (_none, number) => {
      while (under) answers.push(await timed(number % 2 === 0 ? read(app) : write(app)));
    });
    try {
      await until('requests are under way', () => answers.length >= 24);
      process.kill(postmaster(), 'SIGKILL');
      await until('the server is missed', () => answers.filter(({ status }) => status === 503).length >= 24);
    } finally {
      under = false;
      await Promise.all(clients);
    }
    const wrong = answers.filter(({ status, code, retryAfter }) => !(status === 200 || status === 201 || (status === 503 && code === 'unavailable' && retryAfter === '2')));
    expect(wrong).toEqual([]);
    expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(WITHIN_MS);

    const answer = await timed(ready(app));
    expect(answer).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '2' });
    expect(answer.milliseconds).toBeLessThan(WITHIN_MS);
    await app.http.get('/health/live').expect(200);
    await until('the silence of signals is noticed', () => !app.app.get(Signals).hears);

    const port = Number(new URL(server.url).port);
    await server.stop();
    server = await startEmbeddedPostgres({ dataDir: folder, testFlags: true, port });
    await until('ready after the restart', async () => (await ready(app)).status === 200);
    await read(app).expect(200);
    await write(app).expect(201);
    await until('signals are heard', () => app.app.get(Signals).hears);
    const before = runs;
    await requestRun();
    await until('a job runs', () => runs > before);
  });
});
