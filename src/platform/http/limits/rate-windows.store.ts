import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../db/database';

export interface Granted {
  readonly permits: number;
  readonly left: number;
}

@Injectable()
export class RateWindowsStore {
  constructor(private readonly database: Database) {}

  /** Takes up to `chunk` of what is left of the limit. All processes together are never given more than the limit. */
  async lease(key: string, beginsAt: Date, chunk: number, limit: number): Promise<Granted> {
    const { rows } = await this.database.pool.query<{ before: number; after: number }>({
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
    const { rowCount } = await this.database.pool.query(
      'DELETE FROM rate_window WHERE (key, begins_at) IN (SELECT key, begins_at FROM rate_window WHERE begins_at < $1 ORDER BY begins_at LIMIT $2)', [before, most]);
    return rowCount ?? 0;
  }
}
