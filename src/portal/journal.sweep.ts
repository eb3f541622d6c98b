import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
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

  async verifyAll(): Promise<{ parks: number; broken: number }> {
    const { parks, broken } = await this.journal.verifyAllAsSystem(`verify-${newId(this.clock.now())}`);
    for (const { parkId, firstBroken } of broken) this.#logger.error({ parkId, ...firstBroken }, 'the journal of a park does not hold');
    return { parks, broken: broken.length };
  }
}
