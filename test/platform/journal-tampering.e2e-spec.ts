import { systemActor } from '../../src/kernel/actor';
import type { Day } from '../../src/kernel/day';
import { Database } from '../../src/platform/db/database';
import { type AppendedEntry, CHAIN_BEGINNING, type ChainPoint, hashOf } from '../../src/platform/journal/chain';
import { type Happening, Journal } from '../../src/platform/journal/journal';
import { APPENDED_COLUMNS, sealColumns } from '../../src/platform/journal/journal-rows';
import { Sealer } from '../../src/platform/journal/sealer';
import { type Range, type Verdict, Verification } from '../../src/platform/journal/verification';
import { JournalSweep } from '../../src/portal/journal.sweep';
import { startApp, type TestApp } from '../support/app';

const LENGTH = 6;

/** What a superuser can do to the tables with triggers off. Each test begins with the chain as it was sealed. */
describe('tampering with the sealed journal', () => {
  let app: TestApp;
  let ids: string[];
  let head: ChainPoint;
  beforeAll(async () => {
    app = await startApp({ inventsEntries: true });
    const actor = systemActor('test');
    const entries = Array.from({ length: LENGTH }, (_none, index): Happening => ({
      type: `tampering.${index + 1}`, parkId: app.parkId, subject: { type: 'park', id: app.parkId }, at: app.clock.now(), effectiveOn: '2026-03-02' as Day, data: { days: index, on: '2026-03-02' },
    }));
    await app.app.get(Database).transact(actor, async (em) => app.app.get(Journal).appendAll(em, actor, [...entries, ...entries.map((one) => ({ ...one, parkId: app.otherParkId }))]));
    await app.app.get(Sealer).seal();
    ids = (await app.sql<{ id: string }>('SELECT id FROM journal_entry WHERE park_id = $1 ORDER BY number', [app.parkId])).map(({ id }) => id);
    const { number, hash } = await app.app.get(Verification).head(systemActor('test', [app.parkId]), app.parkId);
    head = { number, hash: hash ?? Buffer.alloc(0) };
    await app.sql('SET session_replication_role = replica');
    await app.sql('CREATE TABLE kept_entry AS SELECT * FROM journal_entry; CREATE TABLE kept_head AS SELECT * FROM journal_head');
  });
  afterEach(async () => {
    await app.sql('TRUNCATE journal_entry, journal_head; INSERT INTO journal_entry SELECT * FROM kept_entry; INSERT INTO journal_head SELECT * FROM kept_head');
    expect(await verify()).toEqual({ valid: true, from: 1, to: LENGTH });
  });
  afterAll(async () => {
    await app.app.get(Sealer).stop();
    await app.close();
  });

  const verify = async (range: Range = {}, parkId = app.parkId): Promise<Verdict> => app.app.get(Verification).verify(systemActor('test', [parkId]), parkId, range);
  const brokenAt = (number: number, entryId: string | null, reason: string): object => ({ valid: false, from: 1, firstBroken: { number, entryId, reason } });

  /** Hashes entries anew behind the one before; answers the last hash. */
  const rehash = async (from: number, to: number): Promise<Buffer> => {
    const rows = await app.sql<AppendedEntry & { number: number; sealedAt: string; hash: Buffer }>(`SELECT ${APPENDED_COLUMNS}, ${sealColumns('j')} FROM journal_entry j WHERE park_id = $1 ORDER BY number`, [app.parkId]);
    let before = rows[from - 2]?.hash ?? CHAIN_BEGINNING.hash;
    for (const row of rows.slice(from - 1, to)) {
      before = hashOf(before, row, { number: row.number, sealedAt: row.sealedAt, algorithm: 'sha256' });
      await app.sql('UPDATE journal_entry SET hash = $3 WHERE park_id = $1 AND number = $2', [app.parkId, row.number, before]);
    }
    return before;
  };

  /** A change of the column that keeps its type and every constraint, so that the database alone says nothing. */
  const CHANGED: Readonly<Record<string, string>> = {
    id: 'uuidv7()', park_id: `'01950000-0000-7000-8000-000000000002'`, type: `type || 'x'`, recorded_at: `recorded_at + interval '1 microsecond'`, effective_on: 'effective_on + 1',
    actor_kind: `'cadre'`, actor_id: `'somebody'`, subject_type: `'visit'`, subject_id: 'uuidv7()', data: `data || '{"days": 2.0}'`, request_id: `'another'`, position: 'position + 1000000',
    number: 'number + 1000', hash: `sha256('another')`, algorithm: `'sm3'`, sealed_at: `sealed_at + interval '1 microsecond'`,
  };

  it('is tried with every column that the table has', async () => {
    const columns = await app.sql<{ name: string }>(`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'journal_entry'`);
    expect(columns.map(({ name }) => name).sort()).toEqual(Object.keys(CHANGED).sort());
  });

  it.each(Object.keys(CHANGED))('of one entry’s %s is found, and the entry named', async (column) => {
    // A number that the other park does not bear yet lets the entry be moved there.
    if (column === 'park_id') await app.sql('DELETE FROM journal_entry WHERE park_id = $1 AND number = 3', [app.otherParkId]);
    const [{ id, changed } = { id: '', changed: false }] = await app.sql<{ id: string; changed: boolean }>(`
      UPDATE journal_entry SET ${column} = ${CHANGED[column]} WHERE park_id = $1 AND number = 3
      RETURNING new.id, old.${column}::text IS DISTINCT FROM new.${column}::text AS changed`, [app.parkId]);
    expect(changed).toBe(true);
    const gone = column === 'number' || column === 'park_id';
    expect(await verify()).toMatchObject({ ...brokenAt(3, gone ? null : id, gone ? 'missing' : 'altered'), to: 2 });
    expect(await verify({ from: 3 })).toMatchObject({ valid: false, firstBroken: { number: 3 } });
    if (!gone && column !== 'hash') expect(await verify({ from: 4 })).toEqual({ valid: true, from: 4, to: LENGTH });
  });

  it.each([
    ['a year before Christ', `recorded_at = recorded_at - interval '4051 years'`],
    ['1 for 1.0', `data = '{"days": 2.0, "on": "2026-03-02"}'`],
    ['a seal taken off', 'number = NULL, hash = NULL, algorithm = NULL, sealed_at = NULL'],
  ])('is found as %s', async (_what, change) => {
    await app.sql(`UPDATE journal_entry SET ${change} WHERE park_id = $1 AND number = 3`, [app.parkId]);
    expect(await verify()).toMatchObject({ valid: false, firstBroken: { number: 3 } });
  });

  it.each([1, 3, LENGTH])('by deleting entry %d is found', async (number) => {
    await app.sql('DELETE FROM journal_entry WHERE park_id = $1 AND number = $2', [app.parkId, number]);
    expect(await verify()).toMatchObject({ ...brokenAt(number, null, 'missing'), to: number - 1 });
  });

  it('by taking a hash away, where the constraint that forbids it is gone, is found', async () => {
    const [{ definition } = { definition: '' }] = await app.sql<{ definition: string }>(`SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'journal_entry_sealed_whole'`);
    await app.sql('ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_sealed_whole');
    await app.sql('UPDATE journal_entry SET hash = NULL WHERE park_id = $1 AND number = 3', [app.parkId]);
    expect(await verify()).toMatchObject({ ...brokenAt(3, ids[2] ?? '', 'altered'), to: 2 });
    expect(await verify({ from: 4 })).toMatchObject({ valid: false, firstBroken: { number: 3, entryId: ids[2], reason: 'altered' } });
    expect(await verify({ from: 5, expected: { number: 3, hash: head.hash } })).toMatchObject({ valid: false, firstBroken: { number: 3, reason: 'expected-differs' } });
    // Before a head that was kept, also where the range cannot be begun.
    expect(await verify({ from: 4, expected: { number: 2, hash: head.hash } })).toMatchObject({ valid: false, firstBroken: { number: 2, reason: 'expected-differs' } });
    expect(await app.app.get(JournalSweep).verifyAll()).toEqual({ parks: 2, broken: 1, unwalked: 0 });
    await app.sql(`TRUNCATE journal_entry; INSERT INTO journal_entry SELECT * FROM kept_entry; ALTER TABLE journal_entry ADD CONSTRAINT journal_entry_sealed_whole ${definition}`);
  });

  it('by hashing anew up to a head that was kept is laid before that head, not behind it', async () => {
    const [fourth] = await app.sql<{ hash: Buffer }>('SELECT hash FROM journal_entry WHERE park_id = $1 AND number = 4', [app.parkId]);
    await app.sql(`UPDATE journal_entry SET actor_id = 'somebody' WHERE park_id = $1 AND number = 2`, [app.parkId]);
    await rehash(2, 4);
    expect(await verify()).toMatchObject(brokenAt(5, ids[4] ?? '', 'altered'));
    expect(await verify({ expected: { number: 4, hash: fourth?.hash ?? Buffer.alloc(0) } })).toMatchObject(brokenAt(4, ids[3] ?? '', 'expected-differs'));
  });

  it('is looked for from where the night before came to, and by walking the older part again', async () => {
    const sweep = app.app.get(JournalSweep);
    const last = async (): Promise<unknown> => (await app.sql(`
      SELECT from_number::integer AS from, to_number::integer AS to, valid, verified_to::integer AS verified FROM journal_verification WHERE park_id = $1 ORDER BY at DESC LIMIT 1`, [app.parkId]))[0];
    const length = ids.length;
    expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 0, unwalked: 0 });
    expect(await last()).toEqual({ from: 1, to: length, valid: true, verified: length });
    expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 0, unwalked: 0 });
    expect(await last()).toEqual({ from: length + 1, to: length, valid: true, verified: length });
    // No time left: nothing is looked at, and nothing forgotten.
    expect(await sweep.verifyAll(AbortSignal.abort())).toEqual({ parks: 2, broken: 0, unwalked: 2 });
    await app.sql(`UPDATE journal_entry SET actor_id = 'somebody' WHERE park_id = $1 AND number = 2`, [app.parkId]);
    for (let night = 0; night < 2; night += 1) {
      expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 1, unwalked: 0 });
      expect(await last()).toMatchObject({ from: 1, valid: false });
    }
    // Hashed anew to its end it fits together, but not to what was found the night before.
    await rehash(2, length);
    expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 1, unwalked: 0 });
    await app.sql('TRUNCATE journal_verification');
  });

  it('by emptying the journal is found in the night after, and shown as the last word whatever the clocks said', async () => {
    const sweep = app.app.get(JournalSweep);
    const now = app.clock.now().toISOString();
    app.clock.set('2027-06-01T00:00:00.000Z');
    expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 0, unwalked: 0 });
    app.clock.set(now);
    await app.sql('TRUNCATE journal_entry, journal_head');
    expect(await sweep.verifyAll()).toEqual({ parks: 2, broken: 2, unwalked: 0 });
    expect(await app.app.get(Verification).lastRecorded(systemActor('test', [app.parkId]), app.parkId)).toMatchObject({ valid: false, firstBroken: { number: 1, entryId: null, reason: 'missing' } });
    await app.sql('TRUNCATE journal_verification');
  });

  it('of one park keeps no other from being sealed', async () => {
    const sealer = app.app.get(Sealer);
    const append = async (): Promise<void> => {
      const actor = systemActor('test');
      const entry = { type: 'tampering.after', subject: { type: 'park', id: app.parkId }, at: app.clock.now(), effectiveOn: '2026-03-02' as Day };
      await app.app.get(Database).transact(actor, async (em) => app.app.get(Journal).appendAll(em, actor, [{ ...entry, parkId: app.parkId }, { ...entry, parkId: app.otherParkId }]));
    };
    const unsealed = async (): Promise<string[]> => (await app.sql<{ park: string }>('SELECT park_id AS park FROM journal_entry WHERE number IS NULL')).map(({ park }) => park);
    await app.sql('DELETE FROM journal_head WHERE park_id = $1', [app.parkId]);
    await append();
    await expect(sealer.seal()).rejects.toThrow('journal_entry_number_once');
    expect(await sealer.seal()).toBe(1);
    expect(await unsealed()).toEqual([app.parkId]);
    await append();
    expect(await sealer.seal()).toBe(1);
    expect(await unsealed()).toEqual([app.parkId, app.parkId]);
    // Once it is repaired, it is sealed with the next try.
    await app.sql('INSERT INTO journal_head SELECT * FROM kept_head WHERE park_id = $1', [app.parkId]);
    app.clock.advance(60_000);
    expect(await sealer.seal()).toBe(2);
    expect(await verify()).toEqual({ valid: true, from: 1, to: LENGTH + 2 });
  });

  it('by deleting the tail with its head is found by an exported head', async () => {
    await app.sql('DELETE FROM journal_entry WHERE park_id = $1 AND number > 4', [app.parkId]);
    await app.sql(`UPDATE journal_head h SET number = 4, hash = e.hash, sealed_at = e.sealed_at FROM journal_entry e WHERE h.park_id = $1 AND e.park_id = $1 AND e.number = 4`, [app.parkId]);
    expect(await verify()).toMatchObject({ valid: true });
    expect(await verify({ expected: head })).toMatchObject({ ...brokenAt(5, null, 'missing'), to: 4 });
  });

  it('by deleting everything is found by an exported head', async () => {
    await app.sql('TRUNCATE journal_entry, journal_head');
    expect(await verify({ expected: head })).toMatchObject({ valid: false, firstBroken: { number: 1, entryId: null, reason: 'missing' } });
  });

  const insert = async (number: number): Promise<string> => {
    const [row] = await app.sql<{ id: string }>(`
      INSERT INTO journal_entry SELECT (jsonb_populate_record(NULL::journal_entry, to_jsonb(e) || jsonb_build_object('id', uuidv7(), 'number', $2::bigint))).* FROM journal_entry e
      WHERE park_id = $1 AND number = 3 RETURNING id`, [app.parkId, number]);
    return row?.id ?? '';
  };

  it('by an entry inserted between two others is found', async () => {
    await app.sql('UPDATE journal_entry SET number = number + 100 WHERE park_id = $1 AND number >= 3', [app.parkId]);
    await app.sql('UPDATE journal_entry SET number = number - 99 WHERE park_id = $1 AND number >= 100', [app.parkId]);
    await app.sql(`UPDATE journal_head SET number = number + 1 WHERE park_id = $1`, [app.parkId]);
    const [row] = await app.sql<{ id: string }>(`
      INSERT INTO journal_entry SELECT (jsonb_populate_record(NULL::journal_entry, to_jsonb(e) || jsonb_build_object('id', uuidv7(), 'number', 3))).* FROM journal_entry e
      WHERE park_id = $1 AND number = 2 RETURNING id`, [app.parkId]);
    expect(await verify()).toMatchObject(brokenAt(3, row?.id ?? '', 'altered'));
  });

  it('by an entry behind the head is found', async () => {
    const id = await insert(LENGTH + 1);
    expect(await verify()).toMatchObject({ ...brokenAt(LENGTH + 1, id, 'surplus'), to: LENGTH });
  });

  it('by one number borne twice, where the index that forbids it is gone, is found', async () => {
    await app.sql('DROP INDEX journal_entry_number_once');
    await insert(4);
    expect(await verify()).toMatchObject({ valid: false, firstBroken: { number: 4 } });
    await app.sql('TRUNCATE journal_entry; INSERT INTO journal_entry SELECT * FROM kept_entry; CREATE UNIQUE INDEX journal_entry_number_once ON journal_entry (park_id, number) WHERE number IS NOT NULL');
  });

  it('by swapping two entries is found', async () => {
    const swap = (from: number, to: number): Promise<unknown> => app.sql('UPDATE journal_entry SET number = $3 WHERE park_id = $1 AND number = $2', [app.parkId, from, to]);
    await swap(3, 100);
    await swap(4, 3);
    await swap(100, 4);
    expect(await verify()).toMatchObject(brokenAt(3, ids[3] ?? '', 'altered'));
  });

  it('of the head alone is found', async () => {
    await app.sql(`UPDATE journal_head SET hash = sha256('another') WHERE park_id = $1`, [app.parkId]);
    expect(await verify()).toMatchObject({ ...brokenAt(LENGTH, ids[LENGTH - 1] ?? '', 'head-differs'), to: LENGTH });
    await app.sql('UPDATE journal_head h SET number = 4, hash = e.hash FROM journal_entry e WHERE h.park_id = $1 AND e.park_id = $1 AND e.number = 4', [app.parkId]);
    expect(await verify()).toMatchObject(brokenAt(5, ids[4] ?? '', 'surplus'));
    await app.sql('DELETE FROM journal_head WHERE park_id = $1', [app.parkId]);
    expect(await verify()).toMatchObject(brokenAt(1, ids[0] ?? '', 'surplus'));
    expect(await verify({ from: LENGTH + 5 })).toMatchObject({ valid: false, firstBroken: { number: 1, reason: 'surplus' } });
  });

  it('by hashing the whole chain again fits together, and is found by an exported head', async () => {
    await app.sql(`UPDATE journal_entry SET actor_id = 'somebody' WHERE park_id = $1 AND number = 2`, [app.parkId]);
    await app.sql('UPDATE journal_head SET hash = $2 WHERE park_id = $1', [app.parkId, await rehash(1, LENGTH)]);
    expect(await verify()).toEqual({ valid: true, from: 1, to: LENGTH });
    expect(await verify({ expected: head })).toMatchObject({ ...brokenAt(LENGTH, ids[LENGTH - 1] ?? '', 'expected-differs'), to: LENGTH });
    expect(await verify({ from: LENGTH + 1, expected: head })).toMatchObject({ valid: false, firstBroken: { reason: 'expected-differs' } });
  });

  it('of one park says nothing against another', async () => {
    await app.sql('UPDATE journal_entry SET actor_id = $2 WHERE park_id = $1', [app.parkId, 'x']);
    expect(await verify({}, app.otherParkId)).toEqual({ valid: true, from: 1, to: LENGTH });
  });
});
