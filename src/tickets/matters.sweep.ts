import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { newId } from '../platform/ids';
import { Jobs } from '../platform/jobs/jobs';
import { MattersService } from './matters.service';

export const MATTERS_SWEEP = 'matters-sweep';

/** The scheduler's part: it looks for what enough enterprises have raised. */
@Injectable()
export class MattersSweep implements OnModuleInit {
  constructor(private readonly matters: MattersService, private readonly parks: ParksService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    // A proposal waits for a supervisor's working day; an hour more is none.
    this.jobs.register({ name: MATTERS_SWEEP, cron: '23 * * * *', run: async () => this.sweep(`matters-${newId(this.clock.now())}`) });
  }

  /** In all parks; safe to run twice, late, and in several processes at once. */
  async sweep(requestId: string): Promise<{ proposed: number }> {
    let proposed = 0;
    for (const { id } of await this.parks.listAllAsSystem(requestId)) proposed += await this.matters.propose(id, requestId);
    return { proposed };
  }
}
