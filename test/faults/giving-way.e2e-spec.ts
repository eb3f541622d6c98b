import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { applicationDataSource } from '../../src/platform/db/data-source';
import { migrate } from '../../src/platform/db/migrate';
import { Signals } from '../../src/platform/db/signals';
import { createTestDatabase, type TestDatabase } from '../support/database';

jest.setTimeout(90_000);

let database: TestDatabase;
beforeAll(async () => { database = await createTestDatabase(); });
afterAll(async () => database.drop());

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('a migration that needs a table which is in use', () => {
  it('gives way and asks again, until the table is free', async () => {
    const [user, onlooker] = [await connected(), await connected()];
    await user.query('BEGIN');
    await user.query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE');
    const migrating = migrate(database.url).then(() => 'migrated', (error: unknown) => error);
    const attempts = new Set<string>();
    while (attempts.size < 2) {
      const { rows } = await onlooker.query<{ begun: string }>(
        `SELECT query_start::text AS begun FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%migrations%'`);
      for (const { begun } of rows) attempts.add(begun);
      await pause(50);
    }
    await user.query('ROLLBACK');
    expect(await migrating).toBe('migrated');
    await user.end();
    await onlooker.end();
  });
});

describe('a line for signals whose other end has gone without a word', () => {
  it('is not waited for at the end', async () => {
    const target = new URL(database.url);
    const sockets: Socket[] = [];
    const proxy = createServer((inside) => {
      const outside = connect(Number(target.port), target.hostname);
      sockets.push(inside, outside);
      for (const socket of [inside, outside]) socket.on('error', () => undefined);
      inside.pipe(outside);
      outside.pipe(inside);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = new URL(target);
    url.port = String((proxy.address() as AddressInfo).port);
    const signals = new Signals(applicationDataSource(url.toString(), [], 1));
    signals.on('ledger_identity', () => undefined);
    await signals.onModuleInit();
    expect(signals.hears).toBe(true);
    for (const socket of sockets) socket.unpipe().pause();
    const begun = performance.now();
    await Promise.race([signals.onModuleDestroy(), pause(10_000, undefined, { ref: false })]);
    expect(performance.now() - begun).toBeLessThan(5_000);
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
});
