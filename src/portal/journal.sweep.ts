import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { safeCause } from '../platform/db/problems';
import { newId } from '../platform/ids';
import { Jobs } from '../platform/jobs/jobs';
import { NIGHT_MS } from '../platform/jobs/rounds';
import { JournalService } from './journal.service';

/**
 * Every night each chain is followed from where it was verified last to its head, then its older part in slices, in turns, as far as there is time: the
 * next night goes on. It repairs nothing: a broken chain is for people to look into.
 */
@Injectable()
export class JournalSweep implements OnModuleInit {
  readonly #logger = new Logger(JournalSweep.name);

  constructor(private readonly journal: JournalService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'journal-verify', cron: '10 19 * * *', run: async (signal) => this.verifyAll(AbortSignal.any([signal, AbortSignal.timeout(NIGHT_MS)])) });
  }

  /** A park whose verification fails keeps no other from being verified. Throws at the end when there was one. `unwalked` chains have an older part that the next night goes on with. */
  async verifyAll(until: AbortSignal = AbortSignal.timeout(NIGHT_MS)): Promise<{ parks: number; broken: number; unwalked: number }> {
    const requestId = `verify-${newId(this.clock.now())}`;
    const parkIds = await this.journal.listParkIdsAsSystem(requestId);
    let [broken, failed] = [0, 0];
    let turn = parkIds;
    while (turn.length > 0 && !until.aborted) {
      const again: string[] = [];
      for (const parkId of turn) {
        if (until.aborted) {
          again.push(parkId);
          continue;
        }
        try {
          const { verdict: { firstBroken }, walked } = await this.journal.verifyOnAsSystem(requestId, parkId, until);
          if (firstBroken !== undefined) {
            broken += 1;
            this.#logger.error({ parkId, ...firstBroken }, 'the journal of a park does not hold');
          } else if (!walked) again.push(parkId);
        } catch (error) {
          failed += 1;
          this.#logger.error({ parkId, err: safeCause(error) }, 'the journal of a park could not be verified');
        }
      }
      turn = again;
    }
    if (failed > 0) throw new Error(`the journals of ${failed} parks could not be verified`);
    return { parks: parkIds.length, broken, unwalked: turn.length };
  }
}
