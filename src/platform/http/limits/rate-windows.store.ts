import { createHash } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { connectionOf } from '../../db/data-source';
import { PreparingClient } from '../../db/prepared';
import { KEEP_ALIVE } from '../../db/time-limits';

export interface Granted {
  readonly permits: number;
  readonly left: number;
}

// A request waits for its permit: an answer that takes longer is not worth it.
const PATIENCE_MS = 500;

/** It has a connection of its own, opened when it is needed: when requests wait for those of the pool, limits are needed most. */
@Injectable()
export class RateWindowsStore implements OnModuleDestroy {
  readonly #pool: Pool;

  constructor(source: DataSource) {
    const config = {
      ...connectionOf(source), ...KEEP_ALIVE, application_name: 'service-ledger limits', max: 1, pipeline: true, Client: PreparingClient,
      connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS,
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
    const { rows } = await this.#pool.query<{ before: number; after: number }>({
      name: 'rate-lease',
      text: `
        INSERT INTO rate_window AS w (key, begins_at, used) VALUES ($1, $2, least($3::integer, $4::integer))
        ON CONFLICT (key, begins_at) DO UPDATE SET used = least(w.used + $3::integer, $4::integer) WHERE w.used < $4::integer
        RETURNING coalesce(old.used, 0) AS before, new.used AS after`,
      values: [createHash('sha256').update(key).digest().subarray(0, 16), beginsAt, chunk, limit],
    });
    const [row] = rows;
    return row === undefined ? { permits: 0, left: 0 } : { permits: row.after - row.before, left: limit - row.after };
  }

  /** Deletes at most so many windows that began before; answers how many. */
  async forget(before: Date, most: number): Promise<number> {
    const { rowCount } = await this.#pool.query(
      'DELETE FROM rate_window WHERE (key, begins_at) IN (SELECT key, begins_at FROM rate_window WHERE begins_at < $1 ORDER BY begins_at LIMIT $2)', [before, most]);
    return rowCount ?? 0;
  }
}
