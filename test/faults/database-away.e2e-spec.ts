import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type PoolClient } from 'pg';
import { Database as KillablePostgres } from '../../bench/faults/database';
import { freePorts } from '../../bench/faults/ports';
import { Database } from '../../src/platform/db/database';
import { removeEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';
import { migrate } from '../../src/platform/db/migrate';
import { Signals } from '../../src/platform/db/signals';
import { startApp, type TestApp } from '../support/app';
import { anEnterprise, aVisit } from '../support/world';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

const unavailable = { status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '2', 'content-type': 'application/problem+json; charset=utf-8' } };

/** A real PostgreSQL that is killed under a running application and started again. */
describe('while the database is away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-away-'));
  let postgres: KillablePostgres;
  let app: TestApp;
  let enterpriseId: string;
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    postgres = new KillablePostgres(join(folder, 'postgres'), port);
    await postgres.start();
    await migrate(postgres.url);
    app = await startApp({ database: { url: postgres.url, drop: () => Promise.resolve() }, connectionWithinMs: 900, poolSize: 2 });
    enterpriseId = await anEnterprise(app);
    await app.as('supervisor').get('/visits').expect(200);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await postgres.stop();
    await removeEmbeddedPostgres(join(folder, 'postgres'));
  });

  const asked = async (test: PromiseLike<{ status: number; body: unknown; headers: Record<string, string> }>): Promise<Answer> => test.then(({ status, body, headers }) => ({ status, body, headers }));
  const read = async (): Promise<Answer> => asked(app.as('supervisor').get('/visits'));
  const write = async (): Promise<Answer> => asked(app.as('officer').post('/visits', aVisit(app, enterpriseId)));
  const ready = async (): Promise<Answer> => asked(app.http.get('/health/ready'));

  it('answers 503 with Retry-After, also what was under way, and goes on by itself', async () => {
    const holder = new Client({ connectionString: postgres.url });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM enterprise WHERE id = $1 FOR UPDATE', [enterpriseId]);
    const underWay = write();
    await until(async () => (await holder.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).rowCount === 1);
    await postgres.kill();
    expect(await underWay).toMatchObject(unavailable);
    expect(await read()).toMatchObject(unavailable);
    expect(await write()).toMatchObject(unavailable);
    expect(await ready()).toMatchObject(unavailable);
    expect(await asked(app.http.get('/health/live'))).toMatchObject({ status: 200 });

    await postgres.start();
    await until(async () => (await ready()).status === 200);
    expect(await read()).toMatchObject({ status: 200, body: { items: [] } });
    expect(await write()).toMatchObject({ status: 201 });
    await until(() => Promise.resolve(app.app.get(Signals).hears));
  }, 120_000);

  it('answers 503 and does not hang where every connection is taken, and is ready still', async () => {
    const { pool } = app.app.get(Database);
    const held: PoolClient[] = await Promise.all([pool.connect(), pool.connect()]);
    const answers = await Promise.all([...Array.from({ length: 25 }, read), ...Array.from({ length: 25 }, write)]);
    expect(answers.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual(answers.map(() => [503, 'busy']));
    expect(answers.every(({ headers }) => headers['retry-after'] === '1')).toBe(true);
    expect(await ready()).toMatchObject({ status: 200 });
    for (const client of held) client.release();
    expect(await read()).toMatchObject({ status: 200 });
    expect(await write()).toMatchObject({ status: 201 });
    expect(pool.waitingCount).toBe(0);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => { setImmediate(resolve); });
}
