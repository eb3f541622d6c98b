import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { newId } from '../../platform/ids';
import { forEachPark } from '../../platform/jobs/each-park';
import { Jobs } from '../../platform/jobs/jobs';
import { MattersService } from './matters.service';

export const MATTERS_SWEEP = 'matters-sweep';

/** The scheduler's part: it looks for what enough enterprises have raised. */
@Injectable()
export class MattersSweep implements OnModuleInit {
  readonly #logger = new Logger(MattersSweep.name);

  constructor(private readonly matters: MattersService, private readonly parks: ParksService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    // A proposal waits for a supervisor's working day; an hour more is none.
    this.jobs.register({ name: MATTERS_SWEEP, cron: '23 * * * *', run: async () => this.sweep(`matters-${newId(this.clock.now())}`) });
  }

  /** In all parks; safe to run twice, late, and in several processes at once. */
  async sweep(requestId: string): Promise<{ proposed: number }> {
    let proposed = 0;
    await forEachPark(this.#logger, await this.parks.listAllIdsAsSystem(requestId), async (parkId) => {
      proposed += await this.matters.propose(parkId, requestId);
    });
    return { proposed };
  }
}
