import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { systemActor } from '../../src/kernel/actor';
import type { Day } from '../../src/kernel/day';
import { Database } from '../../src/platform/db/database';
import { type Happening, Journal } from '../../src/platform/journal/journal';
import { APPENDED_CHANNEL, SEALED_CHANNEL, Sealer } from '../../src/platform/journal/sealer';
import { Verification } from '../../src/platform/journal/verification';
import { startApp, type TestApp } from '../support/app';

/** Two processes on one database: entries get gapless numbers after their commit, each once, whoever seals. */
describe('sealing the journal', () => {
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    app = await startApp({ inventsEntries: true });
    twin = await startApp({ inventsEntries: true, database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
  });
  afterAll(async () => {
    await app.app.get(Sealer).stop();
    await twin.app.get(Sealer).stop();
    await twin.close();
    await app.close();
  });
  afterEach(async () => {
    await app.app.get(Sealer).stop();
    await twin.app.get(Sealer).stop();
    await seal();
  });

  const seal = async (by: TestApp = app): Promise<number> => by.app.get(Sealer).seal();
  const happening = (type: string, parkId = app.parkId): Happening => ({
    type, parkId, subject: { type: 'park', id: parkId }, at: app.clock.now(), effectiveOn: '2026-03-02' as Day, data: {},
  });
  const append = async (by: TestApp, ...entries: Happening[]): Promise<void> => {
    const actor = systemActor('test');
    await by.app.get(Database).transact(actor, async (em) => by.app.get(Journal).appendAll(em, actor, entries));
  };
  const numberOf = async (type: string): Promise<number | null | undefined> => (await app.sql<{ number: number | null }>('SELECT number FROM journal_entry WHERE type = $1', [type]))[0]?.number;
  const unsealed = async (): Promise<number> => (await app.sql<{ count: number }>('SELECT count(*)::integer AS count FROM journal_entry WHERE number IS NULL'))[0]?.count ?? -1;
  const until = async (happened: () => Promise<boolean>): Promise<void> => {
    const deadline = process.hrtime.bigint() + 20_000_000_000n;
    while (!await happened()) {
      if (process.hrtime.bigint() > deadline) throw new Error('it has not happened within 20 seconds');
      await pause(20);
    }
  };
  const expectWholeChain = async (parkId = app.parkId): Promise<number> => {
    const verdict = await app.app.get(Verification).verify(systemActor('test', [parkId]), parkId);
    expect(verdict).toMatchObject({ valid: true, from: 1 });
    const [row] = await app.sql<{ count: number }>('SELECT count(*)::integer AS count FROM journal_entry WHERE park_id = $1 AND number IS NOT NULL', [parkId]);
    expect(row?.count).toBe(verdict.to);
    return verdict.to;
  };

  it('keeps the order in which entries were appended, within a statement and from one transaction to the next', async () => {
    const types = Array.from({ length: 50 }, (_none, index) => `order.${50 - index}`);
    await append(app, ...types.map((type) => happening(type)));
    await append(twin, happening('order.after'));
    await seal(twin);
    const rows = await app.sql<{ type: string }>(`SELECT type FROM journal_entry WHERE type LIKE 'order.%' ORDER BY number`);
    expect(rows.map(({ type }) => type)).toEqual([...types, 'order.after']);
  });

  it('numbers each park by itself', async () => {
    await append(app, happening('one.a'), happening('two.a', app.otherParkId), happening('one.b'), happening('two.b', app.otherParkId));
    await seal();
    expect([await numberOf('two.a'), await numberOf('two.b')]).toEqual([1, 2]);
    expect(await numberOf('one.b')).toBe((await numberOf('one.a') ?? 0) + 1);
    await expectWholeChain();
    expect(await expectWholeChain(app.otherParkId)).toBe(2);
  });

  it('neither skips nor waits for what commits late', async () => {
    const slow = new Client({ connectionString: app.database.url });
    await slow.connect();
    try {
      await slow.query('BEGIN');
      await slow.query(`INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
        VALUES (uuidv7(), $1, 'late.slow', now(), '2026-03-02', 'system', 'system', 'park', $1, '{}', 'test')`, [app.parkId]);
      await append(app, happening('late.quick'));
      expect(await seal()).toBe(1);
      expect(await numberOf('late.slow')).toBeUndefined();
      await slow.query('COMMIT');
    } finally {
      await slow.end();
    }
    await append(app, happening('late.next'));
    expect(await seal()).toBe(2);
    const [quick = 0, late = 0, next = 0] = [await numberOf('late.quick'), await numberOf('late.slow'), await numberOf('late.next')].map(Number);
    expect([late - quick, next - late]).toEqual([1, 1]);
    const [positions] = await app.sql<{ earlier: boolean }>(`SELECT (SELECT position FROM journal_entry WHERE type = 'late.slow') < (SELECT position FROM journal_entry WHERE type = 'late.quick') AS earlier`);
    expect(positions).toEqual({ earlier: true });
    await expectWholeChain();
  });

  it('seals nothing of what was rolled back', async () => {
    const actor = systemActor('test');
    await expect(app.app.get(Database).transact(actor, async (em) => {
      await app.app.get(Journal).append(em, actor, happening('rolled.back'));
      throw new Error('no');
    })).rejects.toThrow('no');
    expect(await seal()).toBe(0);
    expect(await numberOf('rolled.back')).toBeUndefined();
  });

  it('gives each entry one number while two processes seal and both append', async () => {
    const before = await expectWholeChain();
    const writing = Promise.all(Array.from({ length: 60 }, async (_none, index) => append(index % 2 === 0 ? app : twin, ...Array.from({ length: 50 }, () => happening('both')))));
    const sealed: number[] = [];
    let over = false;
    const sealing = [app, twin].map(async (one) => {
      while (!over) sealed.push(await seal(one));
    });
    await writing;
    over = true;
    await Promise.all(sealing);
    sealed.push(await seal());
    expect(sealed.reduce((sum, count) => sum + count)).toBe(3000);
    expect(await expectWholeChain()).toBe(before + 3000);
  });

  it('lets time not go back within a park, whatever the clock says', async () => {
    await append(app, happening('clock.a'));
    await seal();
    const now = app.clock.now();
    app.clock.advance(-3_600_000);
    await append(app, happening('clock.b'));
    await seal();
    app.clock.set(now);
    app.clock.advance(5_000);
    await append(app, happening('clock.c'));
    await seal();
    const rows = await app.sql<{ sealed: Date }>(`SELECT sealed_at AS sealed FROM journal_entry WHERE type LIKE 'clock.%' ORDER BY number`);
    expect(rows.map(({ sealed }) => sealed.getTime() - now.getTime())).toEqual([0, 0, 5000]);
    await expectWholeChain();
  });

  it('seals by itself what any process appends, and tells that it has', async () => {
    const heard: string[] = [];
    const listener = new Client({ connectionString: app.database.url });
    listener.on('notification', ({ channel }) => heard.push(channel));
    await listener.connect();
    try {
      await listener.query(`LISTEN ${APPENDED_CHANNEL}; LISTEN ${SEALED_CHANNEL}`);
      twin.app.get(Sealer).start();
      await append(app, happening('loop.other'));
      await until(async () => await unsealed() === 0);
      await until(() => Promise.resolve(heard.includes(APPENDED_CHANNEL) && heard.includes(SEALED_CHANNEL)));
      expect(heard.indexOf(APPENDED_CHANNEL)).toBeGreaterThanOrEqual(0);
      await append(twin, happening('loop.own'));
      await until(async () => await unsealed() === 0);
    } finally {
      await listener.end();
    }
    await expectWholeChain();
  });

  it('goes on when its connection was cut off, and lets another go on when it stops', async () => {
    twin.app.get(Sealer).start();
    await append(app, happening('cut.before'));
    await until(async () => await unsealed() === 0);
    const cut = await app.sql<{ done: boolean }>(`SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE application_name = 'service-ledger sealer' AND datname = current_database()`);
    expect(cut.length).toBeGreaterThan(0);
    await append(app, happening('cut.after'));
    await until(async () => await unsealed() === 0);
    app.app.get(Sealer).start();
    await twin.app.get(Sealer).stop();
    await append(twin, happening('cut.taken-over'));
    await until(async () => await unsealed() === 0);
    await expectWholeChain();
  });

  it('does nothing while another process is sealing', async () => {
    const other = new Client({ connectionString: app.database.url });
    await other.connect();
    try {
      await append(app, happening('busy'));
      await other.query('BEGIN; SELECT pg_advisory_xact_lock(7215005)');
      expect(await seal()).toBe(0);
      await other.query('ROLLBACK');
    } finally {
      await other.end();
    }
    expect(await seal()).toBe(1);
  });

  it('goes on for the other parks while somebody holds the row of one, also after another process had its turn', async () => {
    await append(app, happening('held.before'), happening('held.other.before', app.otherParkId));
    await seal();
    const other = new Client({ connectionString: app.database.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM journal_head WHERE park_id = $1 FOR UPDATE', [app.parkId]);
      await append(app, happening('held.a'), happening('held.other.a', app.otherParkId));
      await expect(seal()).rejects.toMatchObject({ code: '55P03' });
      await other.query('SELECT pg_advisory_lock(7215005)');
      expect(await seal()).toBe(0);
      await other.query('SELECT pg_advisory_unlock(7215005)');
      expect(await seal()).toBe(1);
      await append(app, happening('held.b'), happening('held.other.b', app.otherParkId));
      expect(await seal()).toBe(1);
      app.clock.advance(1_000);
      await append(app, happening('held.c'), happening('held.other.c', app.otherParkId));
      expect(await seal()).toBe(1);
      await other.query('ROLLBACK');
      app.clock.advance(1_000);
      expect(await seal()).toBe(3);
    } finally {
      await other.end();
    }
    await expectWholeChain();
    await expectWholeChain(app.otherParkId);
  });

  it('lets the application’s role append and seal, and nothing else', async () => {
    await append(app, happening('role.sealed'));
    await seal();
    await append(app, happening('role.unsealed'));
    const client = new Client({ connectionString: app.database.url, options: '-c role=ledger_app -c search_path=public,extensions' });
    await client.connect();
    try {
      await client.query(`SELECT set_config('ledger.system', 'on', false)`);
      const attempt = async (sql: string): Promise<unknown> => client.query(sql).then(({ rowCount }) => rowCount, ({ code, constraint }: { code: string; constraint?: string }) => constraint ?? code);
      const SEAL = `number = 99999, hash = sha256(''), algorithm = 'sha256', sealed_at = now()`;
      const DENIED = '42501';
      expect(await attempt(`UPDATE journal_entry SET data = '{"a": 1}' WHERE type = 'role.unsealed'`)).toBe(DENIED);
      expect(await attempt(`UPDATE journal_entry SET position = 1 WHERE type = 'role.unsealed'`)).toBe(DENIED);
      expect(await attempt(`UPDATE journal_entry SET ${SEAL} WHERE type = 'role.sealed'`)).toBe('journal_entry_is_never_changed');
      expect(await attempt(`UPDATE journal_entry SET number = NULL, hash = NULL, algorithm = NULL, sealed_at = NULL WHERE type = 'role.sealed'`)).toBe('journal_entry_is_never_changed');
      expect(await attempt(`UPDATE journal_entry SET number = 99999 WHERE type = 'role.unsealed'`)).toBe('journal_entry_sealed_whole');
      expect(await attempt('DELETE FROM journal_entry')).toBe(DENIED);
      expect(await attempt('TRUNCATE journal_entry')).toBe(DENIED);
      expect(await attempt(`INSERT INTO journal_entry SELECT * FROM journal_entry LIMIT 1`)).toBe(DENIED);
      expect(await attempt('ALTER TABLE journal_entry DISABLE TRIGGER ALL')).toBe(DENIED);
      expect(await attempt('SET session_replication_role = replica')).toBe(DENIED);
      expect(await attempt('DELETE FROM journal_head')).toBe(DENIED);
      expect(await attempt('UPDATE journal_head SET number = 1')).toBe('journal_head_only_grows');
      expect(await attempt('DELETE FROM access_log')).toBe(DENIED);
      expect(await attempt('UPDATE access_log SET reason = NULL')).toBe(DENIED);
      await client.query('BEGIN');
      expect(await attempt(`UPDATE journal_entry SET ${SEAL} WHERE type = 'role.unsealed'`)).toBe(1);
      await client.query('ROLLBACK');
    } finally {
      await client.end();
    }
  });
});
