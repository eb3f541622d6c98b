import type { Logger } from '@nestjs/common';
import { safeCause } from '../db/problems';

/**
 * Does the work of a job for one park after the other: one that fails keeps no other from it, and is named in the log. Throws at the end when there
 * was one, so that the job is seen to fail and is tried again.
 */
export async function forEachPark(logger: Logger, parkIds: readonly string[], work: (parkId: string) => Promise<void>): Promise<void> {
  const failed: unknown[] = [];
  for (const parkId of parkIds) {
    try {
      await work(parkId);
    } catch (error) {
      failed.push(error);
      logger.error({ parkId, err: safeCause(error) }, 'a job failed for a park; the others are done');
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `the job failed for ${failed.length} of ${parkIds.length} parks`);
}
