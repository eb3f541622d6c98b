import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { Clock } from '../clock';
import { connectionOf } from '../db/data-source';
import type { Database } from '../db/database';
import { isLockTimeout, isTrouble, problemOf } from '../db/problems';
import type { Signals } from '../db/signals';
import { SEALER_SESSION } from '../db/time-limits';
import { type AppendedEntry, CHAIN_BEGINNING, type ChainPoint, type HashAlgorithm, hashOf } from './chain';
import type { Journal } from './journal';
import { APPENDED_COLUMNS, sealColumns } from './journal-rows';

/** Told to all processes when entries wait for their seal, and when entries have been sealed. */
export const APPENDED_CHANNEL = 'ledger_journal';
export const SEALED_CHANNEL = 'ledger_sealed';

// Any number, the same for every process: one of them seals at a time.
const SEAL_LOCK = 7_215_005;
// Some 50 ms of work: long enough that the commit does not count, short enough that nobody waits for it.
const BATCH = 1_000;
// A wake that was missed costs no more than this.
const POLL_MS = 1_000;
// Another process seals, and may have begun before the entries were committed that woke this one.
const LOOK_AGAIN_MS = 100;
// Many small commits are sealed by one: each pass waits for the disk like a writer.
const GATHER_MS = 50;
const TIMEOUT_MS = 15_000;
// People repair a chain, not time: so often it is tried and told again.
const DAMAGED_MS = 60_000;
// Whoever holds a park's row lets it go by themselves.
const LOCKED_MS = 1_000;

interface Pass {
  readonly sealed: number;
  /** Another process was sealing, so this one did nothing. */
  readonly busy: boolean;
}

interface Head extends ChainPoint {
  readonly parkId: string;
  readonly sealedAt: string;
}

/**
 * Gives committed entries their number and hash, one process at a time. A pass takes whatever is visible and unsealed, in the order in which
 * it was appended: an entry that commits late is still unsealed at the next pass, so nothing is skipped and nobody is waited for (ADR 11).
 */
export class Sealer {
  readonly #logger = new Logger(Sealer.name);
  #client: Client | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #woken = false;
  /** A park has kept the others from being sealed, and may again. */
  #careful = false;
  /** Parks that cannot be sealed, and until when they are left alone. */
  readonly #aside = new Map<string, number>();
  #rest: { readonly end: () => void; readonly wakeable: boolean } | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: DataSource, private readonly database: Database, private readonly clock: Clock, journal: Journal, signals: Signals, private readonly algorithm: HashAlgorithm,
  ) {
    journal.afterCommit(() => { if (this.started) this.wake(); else this.#tellOthers(); });
    signals.on(APPENDED_CHANNEL, () => { this.wake(); });
  }

  /** Whether this process seals by itself. */
  get started(): boolean {
    return this.#loop !== undefined;
  }

  /** Seals by itself from now on. A database that is away is tried again until it is back. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Ends after the pass that is under way, and leaves the database. */
  async stop(): Promise<void> {
    const loop = this.#loop;
    this.#loop = undefined;
    this.#rest?.end();
    await loop;
    await this.#turn.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  /** Looks soon whether there is something to seal. */
  wake(): void {
    this.#woken = true;
    if (this.#rest?.wakeable === true) this.#rest.end();
  }

  /** Seals all that is committed; answers how many entries it has sealed, none when another process is sealing. */
  async seal(): Promise<number> {
    let sealed = 0;
    for (;;) {
      const pass = await this.#pass();
      sealed += pass.sealed;
      if (pass.sealed < BATCH) return sealed;
    }
  }

  async #run(): Promise<void> {
    // Once, so that `start` has returned and `started` is true.
    await Promise.resolve();
    while (this.started) {
      this.#woken = false;
      const pass = await this.#pass().catch((error: unknown) => {
        const passing = problemOf(error)?.code === 'unavailable' || isLockTimeout(error);
        this.#logger[passing ? 'warn' : 'error']({ error: error instanceof Error ? error.message : String(error) }, 'sealing failed, trying again');
        return undefined;
      });
      if (pass === undefined) await this.#pause(POLL_MS, false);
      else if (pass.busy) await this.#pause(LOOK_AGAIN_MS, false);
      else if (pass.sealed < BATCH) {
        await this.#pause(POLL_MS, true);
        if (this.#woken) await this.#pause(GATHER_MS, false);
      }
    }
  }

  /** Until the time is over, the sealer is stopped or, where that may be, it is woken. */
  async #pause(milliseconds: number, wakeable: boolean): Promise<void> {
    if (!this.started || (wakeable && this.#woken)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#rest = { wakeable, end: () => { clearTimeout(timer); resolve(); } };
    });
    this.#rest = undefined;
  }

  /**
   * Never in a writer's transaction: PostgreSQL lets those that notify commit one after the other. Those of a moment are told of together,
   * and one that is lost costs others the time of their poll.
   */
  #tellOthers(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      void (async () => this.database.pool.query('SELECT pg_notify($1, $2)', [APPENDED_CHANNEL, '']))().catch(() => undefined);
    }, GATHER_MS).unref();
  }

  /** One connection does one thing at a time. */
  async #pass(): Promise<Pass> {
    const turn = this.#turn.catch(() => undefined).then(async () => this.#passNow());
    this.#turn = turn;
    return turn;
  }

  async #passNow(): Promise<Pass> {
    const client = this.#client ?? await this.#connect();
    try {
      await client.query('BEGIN');
      const [{ ours } = { ours: false }] = (await client.query<{ ours: boolean }>(`SELECT pg_try_advisory_xact_lock($1) AS ours, set_config('ledger.system', 'on', true)`, [SEAL_LOCK])).rows;
      const sealed = ours ? await this.#sealBatch(client) : 0;
      await client.query('COMMIT');
      if (ours && this.#aside.size === 0) this.#careful = false;
      return { sealed, busy: !ours };
    } catch (error) {
      this.#careful ||= isOfOnePark(error);
      // Whatever it was, a new connection has no half of it.
      this.#client = undefined;
      client.end().catch(() => undefined);
      throw error;
    }
  }

  // The lock was taken by a statement before: what the last holder committed is visible to these.
  async #sealBatch(client: Client): Promise<number> {
    const { rows: entries } = await client.query<AppendedEntry>({ name: 'unsealed', text: UNSEALED, values: [BATCH, this.#asideNow()] });
    if (entries.length === 0) return 0;
    const sealed = this.#careful ? await this.#sealParkByPark(client, entries) : await this.#sealEntries(client, entries);
    await client.query('SELECT pg_notify($1, $2)', [SEALED_CHANNEL, '']);
    return sealed;
  }

  /**
   * After a pass that failed: a park whose chain does not fit any more (its head is lost, a table was restored alone), or whose rows somebody holds, keeps
   * no other from being sealed.
   */
  async #sealParkByPark(client: Client, entries: readonly AppendedEntry[]): Promise<number> {
    let sealed = 0;
    for (const [parkId, own] of Map.groupBy(entries, (entry) => entry.parkId)) {
      await client.query('SAVEPOINT park');
      try {
        sealed += await this.#sealEntries(client, own);
        await client.query('RELEASE park');
      } catch (error) {
        if (!isOfOnePark(error)) throw error;
        await client.query('ROLLBACK TO park');
        const locked = isLockTimeout(error);
        this.#aside.set(parkId, this.clock.now().getTime() + (locked ? LOCKED_MS : DAMAGED_MS));
        this.#logger[locked ? 'warn' : 'error']({ parkId, error: error instanceof Error ? error.message : String(error) }, 'the journal of a park cannot be sealed; the others are');
      }
    }
    return sealed;
  }

  #asideNow(): string[] {
    const now = this.clock.now().getTime();
    for (const [parkId, until] of this.#aside) if (until <= now) this.#aside.delete(parkId);
    return [...this.#aside.keys()];
  }

  async #sealEntries(client: Client, entries: readonly AppendedEntry[]): Promise<number> {
    const parkIds = [...new Set(entries.map(({ parkId }) => parkId))];
    const { rows } = await client.query<Head>({ name: 'heads', text: HEADS, values: [parkIds] });
    const heads = new Map(rows.map((head) => [head.parkId, head]));
    const seals = sealAll(entries, heads, this.algorithm, instantOf(this.clock.now()));
    const hex = ({ hash }: ChainPoint): string => hash.toString('hex');
    const { rowCount } = await client.query({
      name: 'seal', text: SEAL,
      values: [seals.map(({ id }) => id), seals.map(({ number }) => number), seals.map(hex), seals.map(({ sealedAt }) => sealedAt), this.algorithm],
    });
    if (rowCount !== seals.length) throw new Error(`${seals.length} entries were to be sealed, ${rowCount} were`);
    const moved = [...heads.values()];
    await client.query({
      name: 'move-heads', text: MOVE_HEADS,
      values: [moved.map(({ parkId }) => parkId), moved.map(({ number }) => number), moved.map(hex), moved.map(({ sealedAt }) => sealedAt), this.algorithm],
    });
    return seals.length;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ ...connectionOf(this.source, SEALER_SESSION), application_name: 'service-ledger sealer', connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, keepAlive: true });
    client.on('error', () => undefined);
    client.once('end', () => { if (this.#client === client) this.#client = undefined; });
    await client.connect();
    this.#client = client;
    return client;
  }
}

/** Whether it may be one park alone that cannot be sealed: its chain, or a lock on its rows. */
function isOfOnePark(error: unknown): boolean {
  return isLockTimeout(error) || !isTrouble(error);
}

/** The seals of entries in their order; moves the heads on. Time does not go back within a park, whatever the clocks of the processes say. */
export function sealAll(entries: readonly AppendedEntry[], heads: Map<string, Head>, algorithm: HashAlgorithm, now: string): (Head & { readonly id: string })[] {
  return entries.map((entry) => {
    const { parkId } = entry;
    const before: ChainPoint & { readonly sealedAt?: string } = heads.get(parkId) ?? CHAIN_BEGINNING;
    const number = before.number + 1;
    const sealedAt = before.sealedAt !== undefined && before.sealedAt > now ? before.sealedAt : now;
    const head = { parkId, number, sealedAt, hash: hashOf(before.hash, entry, { number, algorithm, sealedAt }) };
    heads.set(parkId, head);
    return { ...head, id: entry.id };
  });
}

/** As the database prints it for the chain: with microseconds. */
function instantOf(now: Date): string {
  return now.toISOString().replace('Z', '000Z');
}

/**
 * From one park that has a backlog to the next, and of each no more than a batch: what a park that is left alone has gathered is passed over unread.
 * Text is made of the chosen entries only. Exported for the test that looks at its plan.
 */
export const UNSEALED = `
  WITH RECURSIVE waiting AS (
    (SELECT j.park_id FROM journal_entry j WHERE j.number IS NULL ORDER BY j.park_id LIMIT 1)
    UNION ALL
    SELECT (SELECT j.park_id FROM journal_entry j WHERE j.number IS NULL AND j.park_id > w.park_id ORDER BY j.park_id LIMIT 1) FROM waiting w WHERE w.park_id IS NOT NULL
  )
  SELECT ${APPENDED_COLUMNS} FROM (
    SELECT b.* FROM waiting w CROSS JOIN LATERAL (
      SELECT e.* FROM journal_entry e WHERE e.park_id = w.park_id AND e.number IS NULL ORDER BY e.position LIMIT $1
    ) b WHERE w.park_id <> ALL ($2::uuid[]) ORDER BY b.position LIMIT $1
  ) j ORDER BY j.position
`;

const HEADS = `SELECT h.park_id AS "parkId", ${sealColumns('h')} FROM journal_head h WHERE h.park_id = ANY ($1::uuid[])`;

const SEAL = `
  UPDATE journal_entry j SET number = s.number, hash = decode(s.hash, 'hex'), algorithm = $5, sealed_at = s.sealed_at
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[]) AS s(id, number, hash, sealed_at)
  WHERE j.id = s.id AND j.number IS NULL
`;

const MOVE_HEADS = `
  INSERT INTO journal_head AS h (park_id, number, hash, algorithm, sealed_at)
  SELECT s.park_id, s.number, decode(s.hash, 'hex'), $5, s.sealed_at FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[]) AS s(park_id, number, hash, sealed_at)
  ON CONFLICT (park_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, algorithm = excluded.algorithm, sealed_at = excluded.sealed_at
`;
