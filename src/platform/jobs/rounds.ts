import { Injectable, type Logger } from '@nestjs/common';
import { systemActor } from '../../kernel/actor';
import { Database } from '../db/database';
import { forEachPark } from './each-park';

/** Well below what a job may take, so that it ends by itself and says how far it came. */
export const NIGHT_MS = 600_000;

/** Work over all parks that may take longer than one night: each run goes on behind the park at which the one before ended, whichever process that was. */
@Injectable()
export class Rounds {
  constructor(private readonly database: Database) {}

  /**
   * Each park once, or as many as there is time for. One that fails keeps no other from its turn; then it throws at the end.
   * `left` is how many the next run begins with.
   */
  async walk(logger: Logger, job: string, parkIds: readonly string[], until: AbortSignal, work: (parkId: string) => Promise<void>): Promise<{ parks: number; left: number }> {
    const system = systemActor(job);
    const [place] = await this.database.read<{ parkId: string }>(system, { name: 'job-round', text: 'SELECT park_id AS "parkId" FROM job_round WHERE job = $1', values: [job] });
    const sorted = [...parkIds].sort();
    const ahead = sorted.filter((id) => place === undefined || id > place.parkId);
    let parks = 0;
    await forEachPark(logger, [...ahead, ...sorted.slice(0, sorted.length - ahead.length)], async (parkId) => {
      if (until.aborted) return;
      parks += 1;
      // Also behind one that fails, which would otherwise be the first for ever.
      await work(parkId).finally(async () => this.database.transact(system, async (em) => em.query(
        'INSERT INTO job_round (job, park_id) VALUES ($1, $2) ON CONFLICT (job) DO UPDATE SET park_id = excluded.park_id', [job, parkId])));
    });
    return { parks, left: sorted.length - parks };
  }
}
