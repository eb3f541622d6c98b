import { createHmac } from 'node:crypto';
import type { OnModuleDestroy } from '@nestjs/common';
import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { connectionOf } from '../../db/data-source';
import { PreparingClient } from '../../db/prepared';
import { asError } from '../../db/problems';
import { KEEP_ALIVE } from '../../db/time-limits';

export interface Granted {
  readonly permits: number;
  readonly left: number;
}

// A request waits for its permit: an answer that takes longer is not worth it.
const PATIENCE_MS = 500;
// Some 10 ms of work for PostgreSQL.
const MOST_TOGETHER = 500;
// 128 bits.
const KEY_DIGITS = 32;

interface Asked {
  /** Key and begin of the window. */
  readonly name: string;
  readonly chunk: number;
  readonly limit: number;
  readonly grant: (granted: Granted) => void;
  readonly fail: (error: Error) => void;
}

/** It has a connection of its own, opened when it is needed: when requests wait for those of the pool, limits are needed most. */
export class RateWindowsStore implements OnModuleDestroy {
  readonly #pool: Pool;
  readonly #asked: Asked[] = [];
  #asking = false;

  /** `secret` is what the database does not hold: of an address there are few enough to try them all. `patienceMs` is how long a question waits for its answer. */
  constructor(source: DataSource, private readonly secret: Buffer, patienceMs = PATIENCE_MS) {
    const config = {
      ...connectionOf(source), ...KEEP_ALIVE, application_name: 'service-ledger limits', max: 1, pipeline: true, Client: PreparingClient,
      connectionTimeoutMillis: patienceMs, query_timeout: patienceMs,
    };
    this.#pool = new Pool(config);
    // A connection that breaks while nothing is asked on it is replaced when something is.
    this.#pool.on('error', () => undefined);
  }

  async onModuleDestroy(): Promise<void> {
    await this.#pool.end();
  }

  /** Takes up to `chunk` of what is left of the limit. All processes together are never given more than the limit. */
  async lease(key: string, beginsAt: Date, chunk: number, limit: number): Promise<Granted> {
    return new Promise((grant, fail) => {
      this.#asked.push({ name: `${createHmac('sha256', this.secret).update(key).digest('hex').slice(0, KEY_DIGITS)} ${beginsAt.toISOString()}`, chunk, limit, grant, fail });
      if (this.#asking) return;
      this.#asking = true;
      setImmediate(() => { void this.#answerAll(); });
    });
  }

  /** What is asked in one turn goes together, and what comes while an answer is under way with the next question: a flood makes no long line. */
  async #answerAll(): Promise<void> {
    while (this.#asked.length > 0) {
      const together = this.#takeTogether();
      try {
        const granted = await this.#leaseAll(together);
        for (const { name, grant } of together) grant(granted.get(name) ?? { permits: 0, left: 0 });
      } catch (error) {
        // Whoever stands behind would fail alike.
        for (const { fail } of [...together, ...this.#asked.splice(0)]) fail(asError(error));
      }
    }
    this.#asking = false;
  }

  /** Those of one limit and chunk, each window once. */
  #takeTogether(): readonly Asked[] {
    const [first] = this.#asked;
    const together = new Map<string, Asked>();
    const others: Asked[] = [];
    for (const one of this.#asked.splice(0)) {
      if (one.limit === first?.limit && one.chunk === first.chunk && together.size < MOST_TOGETHER && !together.has(one.name)) together.set(one.name, one);
      else others.push(one);
    }
    this.#asked.push(...others);
    return [...together.values()];
  }

  async #leaseAll(asked: readonly Asked[]): Promise<Map<string, Granted>> {
    const [{ chunk, limit } = { chunk: 0, limit: 0 }] = asked;
    const { rows } = await this.#pool.query<{ key: string; beginsAt: Date; before: number; after: number }>({
      name: 'rate-leases', text: LEASE, values: [asked.map(({ name }) => name.split(' ')[0]), asked.map(({ name }) => name.split(' ')[1]), chunk, limit],
    });
    return new Map(rows.map(({ key, beginsAt, before, after }) => [`${key} ${beginsAt.toISOString()}`, { permits: after - before, left: limit - after }]));
  }

  /** Deletes at most so many windows that began before; answers how many. */
  async forget(before: Date, most: number): Promise<number> {
    const { rowCount } = await this.#pool.query(
      'DELETE FROM rate_window WHERE (key, begins_at) IN (SELECT key, begins_at FROM rate_window WHERE begins_at < $1 ORDER BY begins_at LIMIT $2)', [before, most]);
    return rowCount ?? 0;
  }
}

// In one order, so that two processes never wait for each other.
const LEASE = `
  INSERT INTO rate_window AS w (key, begins_at, used)
  SELECT decode(a.key, 'hex'), a.begins_at, least($3::integer, $4::integer) FROM unnest($1::text[], $2::timestamptz[]) AS a(key, begins_at) ORDER BY a.key, a.begins_at
  ON CONFLICT (key, begins_at) DO UPDATE SET used = least(w.used + $3::integer, $4::integer) WHERE w.used < $4::integer
  RETURNING encode(w.key, 'hex') AS key, w.begins_at AS "beginsAt", coalesce(old.used, 0) AS before, new.used AS after
`;
