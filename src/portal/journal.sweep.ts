import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { safeCause } from '../platform/db/problems';
import { newId } from '../platform/ids';
import { Jobs } from '../platform/jobs/jobs';
import { JournalService } from './journal.service';

/** Every night each chain is followed from its first entry. It repairs nothing: a broken chain is for people to look into. */
@Injectable()
export class JournalSweep implements OnModuleInit {
  readonly #logger = new Logger(JournalSweep.name);

  constructor(private readonly journal: JournalService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'journal-verify', cron: '10 19 * * *', run: async () => this.verifyAll() });
  }

  /** A park whose verification fails keeps no other from being verified. Throws at the end when there was one. */
  async verifyAll(): Promise<{ parks: number; broken: number }> {
    const requestId = `verify-${newId(this.clock.now())}`;
    const parkIds = await this.journal.listParkIdsAsSystem(requestId);
    let broken = 0;
    let failed = 0;
    for (const parkId of parkIds) {
      try {
        const { firstBroken } = await this.journal.verifyParkAsSystem(requestId, parkId);
        if (firstBroken === undefined) continue;
        broken += 1;
        this.#logger.error({ parkId, ...firstBroken }, 'the journal of a park does not hold');
      } catch (error) {
        failed += 1;
        this.#logger.error({ parkId, err: safeCause(error) }, 'the journal of a park could not be verified');
      }
    }
    if (failed > 0) throw new Error(`the journals of ${failed} parks could not be verified`);
    return { parks: parkIds.length, broken };
  }
}
