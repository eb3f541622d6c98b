import { setImmediate as turn } from 'node:timers/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Pool, type PoolClient } from 'pg';
import { PreparingClient } from '../../src/platform/db/prepared';
import { problemOf } from '../../src/platform/db/problems';
import { SharedReads } from '../../src/platform/db/shared-reads';
import { createTestDatabase, type TestDatabase } from '../support/database';

const NUMBER = { name: 'number', text: 'SELECT $1::integer AS number, pg_backend_pid() AS pid' };
const SLOW = { name: 'slow', text: 'SELECT pg_sleep(0.2), $1::integer AS number, pg_backend_pid() AS pid' };
const DIVIDED = { name: 'divided', text: 'SELECT 1 / $1::integer AS number, pg_backend_pid() AS pid' };

interface Row {
  readonly number: number;
  readonly pid: number;
}

describe('reads that share connections', () => {
  let database: TestDatabase;
  let pool: Pool;
  let reads: SharedReads;
  beforeAll(async () => { database = await createTestDatabase(); });
  afterAll(async () => database.drop());
  beforeEach(() => {
    const config = { connectionString: database.url, max: 2, pipeline: true, Client: PreparingClient };
    pool = new Pool(config);
    pool.on('error', () => undefined);
    reads = new SharedReads(pool);
  });
  afterEach(async () => pool.end());

  const read = async (statement: typeof NUMBER, number: number): Promise<Row> =>
    reads.run(async (client) => (await client.query<Row>({ ...statement, values: [number] })).rows[0]);
  const many = Array.from({ length: 200 }, (_none, number) => number);

  it('answers each with its own, over no more connections than there are', async () => {
    const rows = await Promise.all(many.map(async (number) => read(NUMBER, number)));
    expect(rows.map(({ number }) => number)).toEqual(many);
    expect(new Set(rows.map(({ pid }) => pid)).size).toBe(2);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([2, 2, 0]);
  });

  it('fails the one that fails, and none behind it', async () => {
    const settled = await Promise.allSettled(many.map(async (number) => read(DIVIDED, number % 5)));
    expect(settled.map(({ status }) => status)).toEqual(many.map((number) => (number % 5 === 0 ? 'rejected' : 'fulfilled')));
    expect(pool.idleCount).toBe(2);
  });

  it('lets a writer have a connection before reads that came later', async () => {
    // Who begins in which order: when each is done is the machine's affair.
    const order: string[] = [];
    const beginning = (what: string, statement: typeof NUMBER) => async (_none: unknown, number: number): Promise<unknown> => reads.run(async (client) => {
      order.push(what);
      return client.query({ ...statement, values: [number] });
    });
    const early = Array.from({ length: 8 }, beginning('early', SLOW));
    await turn();
    const writer: Promise<void> = pool.connect().then(async (client: PoolClient) => {
      order.push('writer');
      await client.query('SELECT 1');
      client.release();
    });
    const late = Array.from({ length: 20 }, beginning('late', NUMBER));
    await Promise.all([...early, writer, ...late]);
    // The writer hears of its connection a turn after it has it; meanwhile reads may begin on the other one, as many as lie on one.
    expect(order.indexOf('writer')).toBeLessThanOrEqual(early.length + 4);
    expect(order).toHaveLength(29);
  });

  it('loses what lies on a connection that breaks, and goes on with another', async () => {
    const { pid } = await read(NUMBER, 1);
    const lying = Array.from({ length: 8 }, async (_none, number) => read(SLOW, number));
    const settled = Promise.allSettled(lying);
    await turn();
    const killer = new Client({ connectionString: database.url });
    await killer.connect();
    await killer.query('SELECT pg_terminate_backend($1)', [pid]);
    await killer.end();
    const broken = (await settled).filter(({ status }) => status === 'rejected');
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.length).toBeLessThanOrEqual(4);
    await expect(Promise.all(many.map(async (number) => (await read(NUMBER, number)).number))).resolves.toEqual(many);
    expect(pool.waitingCount).toBe(0);
  });

  it('says so when there is no connection to be had', async () => {
    const config = { connectionString: database.url, max: 1, pipeline: true, Client: PreparingClient };
    const small = new Pool(config);
    const held = await small.connect();
    // From here on only waiting is limited: opening a connection may take long where the machine is busy.
    small.options.connectionTimeoutMillis = 50;
    const behind = new SharedReads(small);
    const settled = await Promise.allSettled([1, 2, 3].map(async () => behind.run(async (client) => client.query('SELECT 1'))));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    held.release();
    await expect(behind.run(async (client) => client.query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
    await small.end();
  });

  it('says so when other reads have all that there is for longer than one waits', async () => {
    const config = { connectionString: database.url, max: 1, pipeline: true, Client: PreparingClient };
    const small = new Pool(config);
    const behind = new SharedReads(small);
    const finish: (() => void)[] = [];
    const held = Array.from({ length: 4 }, async () => behind.run(async () => new Promise<void>((resolve) => { finish.push(resolve); })));
    while (finish.length < held.length) await pause(5);
    small.options.connectionTimeoutMillis = 50;
    const settled = await Promise.allSettled([1, 2, 3].map(async () => behind.run(async (client) => client.query('SELECT 1'))));
    expect(settled.map((one) => (one.status === 'rejected' ? problemOf(one.reason)?.code : one.status))).toEqual(['busy', 'busy', 'busy']);
    for (const end of finish) end();
    await Promise.all(held);
    await expect(behind.run(async (client) => client.query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
    expect([small.idleCount, small.waitingCount]).toEqual([1, 0]);
    await small.end();
  });

  it('says so to those who lie behind a slow read, which itself is answered', async () => {
    const config = { connectionString: database.url, max: 1, pipeline: true, Client: PreparingClient };
    const small = new Pool(config);
    const behind = new SharedReads(small);
    await behind.run(async (client) => client.query('SELECT 1'));
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('SELECT pg_advisory_lock(1)');
    small.options.connectionTimeoutMillis = 50;
    const slow = behind.run(async (client) => client.query('SELECT pg_advisory_xact_lock(1), 7 AS number'));
    const settled = await Promise.allSettled(Array.from({ length: 6 }, async () => behind.run(async (client) => client.query('SELECT 1'))));
    expect(settled.map((one) => (one.status === 'rejected' ? problemOf(one.reason)?.code : one.status))).toEqual(settled.map(() => 'busy'));
    await blocker.end();
    await expect(slow).resolves.toMatchObject({ rows: [{ number: 7 }] });
    await expect(behind.run(async (client) => client.query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
    expect([small.idleCount, small.waitingCount]).toEqual([1, 0]);
    await small.end();
  });

  it('lets one whose turn comes late have all its own time', async () => {
    const config = { connectionString: database.url, max: 1, pipeline: true, Client: PreparingClient, connectionTimeoutMillis: 3_000 };
    const small = new Pool(config);
    const behind = new SharedReads(small);
    const sleep = (seconds: number) => ({ text: 'SELECT pg_sleep($1)', values: [seconds] });
    const settled = await Promise.allSettled([behind.run(async (client) => client.query(sleep(0.2))), behind.run(async (client) => client.query(sleep(3.2)))]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await small.end();
  });

  it('says why when the server is away, to those who wait behind the first as well', async () => {
    const nobody = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1, Client: PreparingClient, connectionTimeoutMillis: 5_000 });
    const behind = new SharedReads(nobody);
    const settled = await Promise.allSettled(many.slice(0, 20).map(async () => behind.run(async (client) => client.query('SELECT 1'))));
    expect(settled.map((one) => (one.status === 'rejected' ? problemOf(one.reason)?.code : one.status))).toEqual(settled.map(() => 'unavailable'));
    await nobody.end();
  });

  it('takes its turns among hundreds of writers, four reads at a time', async () => {
    // Both connections are there, so that from here on everybody queues.
    for (const client of await Promise.all([pool.connect(), pool.connect()])) client.release();
    const order: string[] = [];
    const write = async (): Promise<void> => {
      const client = await pool.connect();
      await client.query('SELECT 1');
      client.release();
      order.push('writer');
    };
    const before = Array.from({ length: 100 }, write);
    const reading = Promise.all(many.slice(0, 16).map(async (number) => read(NUMBER, number).then(() => { order.push('read'); })));
    const after = Array.from({ length: 300 }, write);
    await Promise.all([...before, reading, ...after]);
    // A turn is four reads on one connection; whose turn comes first after the hundred writers before them is the machine's affair, not that one comes.
    expect(order.slice(0, 300).filter((who) => who === 'read').length).toBeGreaterThanOrEqual(4);
    expect(order).toHaveLength(416);
  });

  it.each(['alone', 'together'])('gives a connection up on which nothing comes any more, asked %s, and serves on another', async (how) => {
    const config = { connectionString: database.url, max: 1, pipeline: true, Client: PreparingClient, silenceMs: 2_000 };
    const silent = new Pool(config);
    silent.on('error', () => undefined);
    const behind = new SharedReads(silent);
    const sleep = (seconds: number) => ({ name: 'sleep', text: 'SELECT pg_sleep($1)', values: [seconds] });
    await behind.run(async (client) => client.query(sleep(0)));
    const settled = await Promise.allSettled([behind.run<unknown>(async (client) => (how === 'alone' ? client.query(sleep(60)) : client.together([sleep(0), sleep(60)])))]);
    expect(settled.map((one) => (one.status === 'rejected' ? problemOf(one.reason)?.code : one.status))).toEqual(['unavailable']);
    await expect(behind.run(async (client) => client.query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
    await silent.end();
  });

  it('gives a connection up on which half a message lies', async () => {
    const statement = { ...NUMBER, values: [1] };
    await read(NUMBER, 1);
    const broken = { ...NUMBER, values: [{ toPostgres: () => { throw new Error('no such value'); } }] };
    await expect(reads.run(async (client) => client.together([statement, broken]))).rejects.toThrow('no such value');
    await expect(Promise.all(many.map(async (number) => (await read(NUMBER, number)).number))).resolves.toEqual(many);
  });
});
