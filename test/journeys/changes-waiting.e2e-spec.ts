import type { Socket } from 'node:net';
import { ActorResolver } from '../../src/identity/actor-resolver';
import { Database, type PoolClient } from '../../src/platform/db/database';
import { Signals } from '../../src/platform/db/signals';
import { type Caller, startApp, type TestApp } from '../support/app';
import { append, changes, everything, type FeedAnswer, whenWaiting } from '../support/feed';
import { seal, stopSealing } from '../support/seal';
import { anEnterprise } from '../support/world';

/** Every wait here is far longer than a test may take: what ends one is an event, or the test fails. */
const WAIT = 60;

describe('waiting for the change feed', () => {
  let app: TestApp;
  let reader: Caller;
  let after: string;
  beforeAll(async () => {
    app = await startApp({ poolSize: 1 });
    reader = app.asClient('changes:read');
  });
  afterAll(async () => {
    await stopSealing(app);
    await app.close();
  });
  beforeEach(async () => {
    await seal(app);
    after = (await everything(reader)).next;
  });
  afterEach(() => { jest.restoreAllMocks(); });

  it('ends when something is sealed', async () => {
    const waiting = changes(reader, { after, wait: WAIT });
    await whenWaiting(app, 1);
    await append(app, app.parkId, 2);
    await seal(app);
    expect((await waiting).items.map(({ type }) => type)).toEqual(['service-ledger.working-hours.added.v1', 'service-ledger.working-hours.added.v1']);
  });

  it('does not begin while there is something to be told, nor without being asked for', async () => {
    await append(app, app.parkId, 1);
    await seal(app);
    expect((await changes(reader, { after, wait: WAIT })).items).toHaveLength(1);
    const { next } = await everything(reader);
    expect((await changes(reader, { after: next })).items).toEqual([]);
  });

  it('ends without anything when the time is over', async () => {
    expect(await changes(reader, { after, wait: 1 })).toEqual({ items: [], next: after });
  });

  it('goes on when what was sealed is of another park, or of another type', async () => {
    const types = 'service-ledger.department.changed.v1';
    const { next } = await everything(reader, { types });
    const plain = changes(reader, { after, wait: WAIT });
    const typed = changes(reader, { after: next, types, wait: WAIT });
    await whenWaiting(app, 2);
    await append(app, app.otherParkId, 1);
    await seal(app);
    await append(app, app.parkId, 1);
    await seal(app);
    expect((await plain).items).toHaveLength(1);
    await whenWaiting(app, 1);
    await append(app, app.parkId, 1, { type: 'department.changed', data: { fields: ['name'] } });
    await seal(app);
    expect((await typed).items.map(({ type }) => type)).toEqual([types]);
  });

  it('holds no connection: fifteen wait on a pool of one, while others read and write', async () => {
    const waiting = Array.from({ length: 15 }, async () => changes(reader, { after, wait: WAIT }));
    await whenWaiting(app, 15);
    expect(app.app.get(Database).pool.idleCount).toBe(1);
    await anEnterprise(app);
    await app.as('supervisor').get('/supervision/overdue-visits').expect(200);
    await seal(app);
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.items.map(({ type }) => type)).toEqual(['service-ledger.enterprise.registered.v1']);
  });

  it('costs one look and one read when many at one place wake', async () => {
    const waiting = Array.from({ length: 15 }, async () => changes(reader, { after, wait: WAIT }));
    await whenWaiting(app, 15);
    await append(app, app.parkId, 1);
    const read = jest.spyOn(app.app.get(Database), 'read');
    await seal(app);
    await Promise.all(waiting);
    expect(read.mock.calls.map(([, { name }]) => name)).toEqual(['changes-heads', 'changes']);
  });

  it('is over when its time is, also for who woke and stands in the queue to read: then nobody reads for them', async () => {
    const { pool } = app.app.get(Database);
    const waiting = [1, 2].map(async (limit) => changes(reader, { after, limit, wait: WAIT }));
    const short = changes(reader, { after, limit: 3, wait: 2 });
    await whenWaiting(app, 3);
    await append(app, app.parkId, 1);
    const read = jest.spyOn(app.app.get(Database), 'read');
    // Taken from under those who wake, as soon as the look at the heads has given it back.
    const held = new Promise<PoolClient>((resolve, reject) => { pool.once('release', () => { pool.connect().then(resolve, reject); }); });
    await seal(app);
    const client = await held;
    expect(await short.finally(() => { client.release(); })).toEqual({ items: [], next: after });
    expect((await Promise.all(waiting)).map(({ items }) => items.length)).toEqual([1, 1]);
    expect(read.mock.calls.map(([, { name }]) => name)).toEqual(['changes-heads', 'changes', 'changes']);
  });

  describe('tells what was sealed to the reader as they are by then', () => {
    const cadre = (change: string): Promise<object[]> => app.sql(`UPDATE cadre SET ${change} WHERE id = $1`, [app.cadres.supervisor]);
    const [counties, others] = ['430181', '430999'] as const;
    const otherPark = (county: string): Promise<object[]> => app.sql('UPDATE park SET county_code = $2 WHERE id = $1', [app.otherParkId, county]);
    afterEach(async () => {
      await cadre(`active = true, roles = '{supervisor}'`);
      await otherPark(others);
    });
    /** The answer to a wait during which somebody changes something, then an entry is sealed. */
    const waited = async (who: 'supervisor' | 'county', change: () => Promise<unknown>, query: Readonly<Record<string, string | number>> = {}) => {
      const { next } = await everything(app.as(who), query);
      const answer = app.as(who).get(`/changes?${new URLSearchParams({ ...query, after: next, wait: String(WAIT) }).toString()}`).then(({ status, body }) => ({ status, body: body as FeedAnswer }));
      await whenWaiting(app, 1);
      const told = new Promise<void>((resolve) => { app.app.get(Signals).on('ledger_identity', resolve); });
      await change();
      await told;
      await append(app, app.parkId, 1);
      await seal(app);
      return answer;
    };

    it.each([['nobody any more', 'active = false', 401], ['of another role', `roles = '{officer}'`, 403], ['another overseer', `roles = '{admin}'`, 200]] as const)('%s: %s is %i', async (_what, change, status) => {
      expect(await waited('supervisor', async () => cadre(change))).toMatchObject({ status });
    });

    it('of more parks: the new one from its beginning', async () => {
      const { body } = await waited('county', async () => otherPark(counties));
      const [first] = body.items.filter(({ parkid }) => parkid === app.otherParkId);
      expect([first?.sequence, body.items.filter(({ parkid }) => parkid === app.parkId).length]).toEqual(['1', 1]);
    });

    it('of fewer parks: no entry of the one that is gone, whose place is kept', async () => {
      await otherPark(counties);
      const { status, body } = await waited('county', async () => {
        await append(app, app.otherParkId, 1);
        await otherPark(others);
      });
      expect([status, body.items.map(({ parkid }) => parkid)]).toEqual([200, [app.parkId]]);
      expect((await changes(app.asClient('changes:read', [app.parkId, app.otherParkId]), { after: body.next })).items.map(({ parkid }) => parkid)).toEqual([app.otherParkId]);
    });

    it('not by name a park that is theirs no more', async () => {
      await otherPark(counties);
      const { status } = await waited('county', async () => {
        await append(app, app.otherParkId, 1);
        await otherPark(others);
      }, { parkId: app.otherParkId });
      expect(status).toBe(404);
    });
  });

  it('asks nothing anew of a reader who did not wait, nor of one to whom nothing is told', async () => {
    const resolve = jest.spyOn(app.app.get(ActorResolver), 'resolve');
    await changes(reader);
    await changes(reader, { after, wait: 1 });
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  it('is refused to one who has twenty waiting already', async () => {
    const waiting = Array.from({ length: 20 }, async () => changes(reader, { after, wait: WAIT }));
    await whenWaiting(app, 20);
    await reader.get(`/changes?after=${after}&wait=${WAIT}`).expect(429).expect('retry-after', '1');
    await app.as('county').get('/changes').expect(200);
    await append(app, app.parkId, 1);
    await seal(app);
    await Promise.all(waiting);
  });

  it('ends when the reader hangs up', async () => {
    const request = reader.get(`/changes?after=${after}&wait=${WAIT}`);
    const ended = request.then(() => 'answered', () => 'hung up');
    await whenWaiting(app, 1);
    request.abort();
    await whenWaiting(app, 0);
    await expect(ended).resolves.toBe('hung up');
  });

  it('keeps a socket open for as long as it was asked to wait', async () => {
    const sockets: Socket[] = [];
    app.app.getHttpServer().on('connection', (socket: Socket) => { sockets.push(socket); });
    const waiting = changes(reader, { after, wait: WAIT });
    await whenWaiting(app, 1);
    expect(sockets.at(-1)?.timeout).toBeGreaterThan(WAIT * 1_000);
    await append(app, app.parkId, 1);
    await seal(app);
    await waiting;
  });

  it('hears of what another process has sealed while the line for signals was away', async () => {
    const waiting = changes(reader, { after, wait: WAIT });
    await whenWaiting(app, 1);
    await append(app, app.parkId, 1);
    await app.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'service-ledger signals' AND datname = current_database()");
    await seal(app);
    expect((await waiting).items).toHaveLength(1);
  });

  it('does not keep a process from ending: who waits is answered at once', async () => {
    const ending = await startApp();
    const waiting = changes(ending.asClient('changes:read'), { wait: WAIT });
    await whenWaiting(ending, 1);
    await ending.close();
    expect((await waiting).items).toEqual([]);
  });
});
