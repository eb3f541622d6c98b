import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../src/platform/db/database';
import { RateWindowsStore } from '../../src/platform/http/limits/rate-windows.store';
import { RateWindowsSweep } from '../../src/platform/http/limits/rate-windows.sweep';
import { KeyEncryption } from '../../src/platform/key-encryption';
import { startApp, type TestApp } from '../support/app';

/** Two processes share what a caller and an address may ask. */
describe('limits', () => {
  const PER_CALLER = 40;
  const PER_ADDRESS = 60;
  const PER_ADDRESS_IN_PUBLIC = 10;
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    // Numbers are exact here while nobody counts alone, however busy the machine is.
    const limits = { perCaller: PER_CALLER, perAddress: PER_ADDRESS, perAddressInPublic: PER_ADDRESS_IN_PUBLIC, patienceMs: 20_000 };
    const http = { trustedProxies: '10.0.0.0/8' };
    const keyEncryption = KeyEncryption.inMemory();
    app = await startApp({ limits, http, keyEncryption });
    twin = await startApp({ limits, http, keyEncryption, database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
  });
  afterAll(async () => {
    await twin.close();
    await app.close();
  });
  beforeEach(() => { app.clock.set(new Date(app.clock.now().getTime() + 60_000)); });

  interface Asked {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: { readonly code?: string };
  }

  const ask = async (process: TestApp, { token, address = '127.0.0.1', forwarded }: { token?: string; address?: string; forwarded?: string }): Promise<Asked> => {
    const headers = { 'accept-language': 'en', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) };
    const { statusCode: status, headers: answered, body } = await process.app.inject({ method: 'GET', url: '/api/v1/me', remoteAddress: address, headers });
    return { status, headers: answered, body: JSON.parse(body) as Asked['body'] };
  };
  const passed = (answers: readonly Asked[]): number => answers.filter(({ status }) => status !== 429).length;
  const times = async (count: number, one: (number: number) => Promise<Asked>): Promise<Asked[]> => Promise.all(Array.from({ length: count }, async (_none, number) => one(number)));

  it('of a caller hold over both processes, to the request', async () => {
    const token = await app.token('supervisor');
    const answers = await times(4 * PER_CALLER, async (number) => ask(number % 2 === 0 ? app : twin, { token }));
    expect(passed(answers)).toBe(PER_CALLER);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused).toMatchObject({ body: { code: 'too-many-requests' }, headers: { 'content-type': 'application/problem+json; charset=utf-8' } });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused?.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await ask(app, { token: await app.token('officer') })).status).toBe(200);
  });

  it('are told on every answer', async () => {
    const token = await app.token('admin');
    const first = await ask(app, { token, address: '203.0.113.1' });
    expect(first.headers['ratelimit-policy']).toBe('"address";q=60;w=60, "caller";q=40;w=60');
    expect(first.headers['ratelimit']).toMatch(/^"address";r=59;t=\d+, "caller";r=39;t=\d+$/);
    const second = await ask(app, { token, address: '203.0.113.1' });
    expect(second.headers['ratelimit']).toMatch(/^"address";r=58;t=\d+, "caller";r=38;t=\d+$/);
  });

  it('hold for one address while thousands of others ask', async () => {
    const flood = Array.from({ length: 4_000 }, async (_none, number) => ask(app, { address: '10.0.0.1', forwarded: `2001:db8:${(number >> 8).toString(16)}:${(number & 255).toString(16)}::1` }));
    const ours = times(5 * PER_ADDRESS, async (number) => ask(number % 2 === 0 ? app : twin, { address: '10.0.0.1', forwarded: number % 2 === 0 ? '203.0.113.77:4711' : '203.0.113.77' }));
    await Promise.all(flood);
    expect(passed(await ours)).toBe(PER_ADDRESS);
  }, 60_000);

  it('count what no route takes, but not the two questions for health', async () => {
    const get = async (url: string) => app.app.inject({ method: 'GET', url, remoteAddress: '203.0.113.88' });
    const noise = await Promise.all(Array.from({ length: PER_ADDRESS + 10 }, async (_none, number) => get(['/api/v1/%zz', `/api/v1/visits/${'x'.repeat(500)}`, '/health/nothing'][number % 3] ?? '')));
    expect(noise.filter(({ statusCode }) => statusCode === 429)).toHaveLength(10);
    expect(noise.every(({ headers }) => headers['x-request-id'] !== undefined && headers['cache-control'] === 'no-store')).toBe(true);
    expect((await get('/health/live')).statusCode).toBe(200);
  });

  it('are stricter where no token is needed, however an address there is spelled, and leave the rest to the limit of the address', async () => {
    const get = async (url: string) => app.app.inject({ method: 'GET', url, remoteAddress: '203.0.113.90', headers: { accept: 'application/json' } });
    const answers = await Promise.all(Array.from({ length: PER_ADDRESS_IN_PUBLIC + 5 }, async (_none, number) => get(`/api/v1/${number % 2 === 0 ? 'public' : 'publi%63'}/links/${'x'.repeat(43)}`)));
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(5);
    expect(answers[0]?.headers['ratelimit-policy']).toBe('"address";q=60;w=60, "public";q=10;w=60');
    expect((await get('/api/v1/me')).statusCode).toBe(401);
  });

  it('begin anew with the minute', async () => {
    const token = await app.token('leader');
    expect(passed(await times(PER_CALLER + 5, async () => ask(app, { token })))).toBe(PER_CALLER);
    app.clock.set(new Date(app.clock.now().getTime() + 60_000));
    expect(passed(await times(PER_CALLER + 5, async () => ask(app, { token })))).toBe(PER_CALLER);
  });

  it('of an address also count those whose tokens are wrong, over both processes', async () => {
    const answers = await times(3 * PER_ADDRESS, async (number) => ask(number % 2 === 0 ? app : twin, { token: 'no.token.atall', address: '203.0.113.2' }));
    expect(passed(answers)).toBe(PER_ADDRESS);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(PER_ADDRESS);
  });

  it('believe a forwarded address from a trusted proxy alone', async () => {
    const behind = await times(PER_ADDRESS + 10, async (number) => ask(app, { address: '10.0.0.1', forwarded: `198.51.100.${number}` }));
    expect(passed(behind)).toBe(PER_ADDRESS + 10);
    const lying = await times(PER_ADDRESS + 10, async (number) => ask(app, { address: '203.0.113.3', forwarded: `198.51.100.${number}` }));
    expect(passed(lying)).toBe(PER_ADDRESS);
  });

  it('count a network of IPv6 as one, and the machine itself not at all', async () => {
    expect(passed(await times(PER_ADDRESS + 10, async (number) => ask(app, { address: `2001:db8::${number.toString(16)}` })))).toBe(PER_ADDRESS);
    expect(passed(await times(PER_ADDRESS + 10, async () => ask(app, {})))).toBe(PER_ADDRESS + 10);
  });

  it('let whoever asks for the health of the process pass', async () => {
    const answers = await Promise.all(Array.from({ length: PER_ADDRESS + 10 }, async () => app.app.inject({ method: 'GET', url: '/health/live', remoteAddress: '203.0.113.4' })));
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  });

  it('are those of each process when there is nothing to count with', async () => {
    const token = await app.token('handler');
    await app.sql('ALTER TABLE rate_window RENAME TO rate_window_away');
    const answers = await times(4 * PER_CALLER, async (number) => ask(number % 2 === 0 ? app : twin, { token }));
    await app.sql('ALTER TABLE rate_window_away RENAME TO rate_window');
    expect(passed(answers)).toBe(2 * PER_CALLER);
  });

  it('store neither subject nor address, and forget a window when it is over', async () => {
    await ask(app, { token: await app.token('county'), address: '203.0.113.5' });
    const rows = await app.sql<{ length: number }>('SELECT octet_length(key) AS length FROM rate_window');
    expect(rows.every(({ length }) => length === 16)).toBe(true);
    // Addresses are few: a digest that anybody can make says which it was.
    const guessed = ['address 203.0.113.5', 'public 203.0.113.5', 'report 203.0.113.5'].map((key) => createHash('sha256').update(key).digest().subarray(0, 16));
    expect(await app.sql('SELECT FROM rate_window WHERE key = ANY ($1)', [guessed])).toEqual([]);
    app.clock.set(new Date(app.clock.now().getTime() + 3_600_000));
    expect(await app.app.get(RateWindowsSweep).sweep()).toBe(rows.length);
    expect(await app.sql('SELECT FROM rate_window')).toEqual([]);
  });
});

describe('limits of a process whose questions stay without an answer', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp({ limits: { perCaller: 0, perAddress: 100 } }); });
  afterAll(async () => { await app.close(); });

  it('let one request wait, then none until one question beside them is answered', async () => {
    const lease = jest.spyOn(app.app.get(RateWindowsStore), 'lease');
    let number = 0;
    const another = async (): Promise<unknown> => app.app.inject({ method: 'GET', url: '/api/v1/me', remoteAddress: `203.0.113.${number += 1}` });
    const chunks = (): number[] => lease.mock.calls.map(([, , chunk]) => chunk);
    await app.sql('BEGIN');
    await app.sql('LOCK TABLE rate_window');
    while (chunks().length < 4 && number < 250) {
      await another();
      await pause(20);
    }
    await app.sql('COMMIT');
    // A twentieth of the limit was asked for by the first, then one by nobody's request.
    expect(chunks().slice(0, 4)).toEqual([5, 1, 1, 1]);
    while (chunks().at(-1) !== 5 && number < 250) {
      await another();
      await pause(20);
    }
    expect(chunks().at(-1)).toBe(5);
  });
});

describe('limits of a process that has no connection left', () => {
  const PER_CALLER = 10;
  let app: TestApp;
  beforeAll(async () => { app = await startApp({ poolSize: 1, waitMs: 1_000, limits: { perCaller: PER_CALLER, perAddress: 0 } }); });
  afterAll(async () => { await app.close(); });

  it('hold all the same', async () => {
    // Claims say all about a client, so that only the list itself asks the pool.
    await app.asClient('enterprises:read').get('/enterprises').expect(200);
    app.clock.set(new Date(app.clock.now().getTime() + 60_000));
    const held = await app.app.get(Database).pool.connect();
    const statuses = await Promise.all(Array.from({ length: PER_CALLER + 5 }, async () => (await app.asClient('enterprises:read').get('/enterprises')).status));
    held.release();
    expect(statuses.toSorted()).toEqual([...Array.from({ length: 5 }, () => 429), ...Array.from({ length: PER_CALLER }, () => 503)]);
  });
});
