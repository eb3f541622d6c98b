import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { safeCause } from '../../platform/db/problems';
import { newId } from '../../platform/ids';
import { Jobs } from '../../platform/jobs/jobs';
import { type Forgotten, RetentionService } from './retention.service';

/** Every night, what no policy keeps any longer is forgotten. The log and each park's journal say of how many rows. */
@Injectable()
export class RetentionSweep implements OnModuleInit {
  readonly #logger = new Logger(RetentionSweep.name);

  constructor(private readonly retention: RetentionService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'persons-retention', cron: '30 19 * * *', run: async () => this.forgetAll() });
  }

  /** A park in which it fails keeps no other from being done. Throws at the end when there was one. */
  async forgetAll(): Promise<Forgotten & { parks: number }> {
    const requestId = `persons-retention-${newId(this.clock.now())}`;
    const total = { parks: 0, enterprises: 0, visits: 0, tickets: 0, accesses: 0 };
    let failed = 0;
    for (const parkId of await this.retention.listParkIdsAsSystem(requestId)) {
      try {
        const { enterprises, visits, tickets, accesses } = await this.retention.forgetOfParkAsSystem(requestId, parkId);
        total.parks += 1;
        total.enterprises += enterprises;
        total.visits += visits;
        total.tickets += tickets;
        total.accesses += accesses;
      } catch (error) {
        failed += 1;
        this.#logger.error({ parkId, err: safeCause(error) }, 'persons of a park could not be forgotten');
      }
    }
    total.accesses += await this.retention.forgetOfNoParkAsSystem(requestId);
    if (failed > 0) throw new Error(`persons of ${failed} parks could not be forgotten`);
    return total;
  }
}
