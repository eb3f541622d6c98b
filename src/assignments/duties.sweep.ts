import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { newId } from '../platform/ids';
import { Jobs } from '../platform/jobs/jobs';
import { DUTIES_SWEEP, DutiesService } from './duties.service';

/** The scheduler's part: it records what has lapsed and looks for drift. Whether something is overdue never waits for it. */
@Injectable()
export class DutiesSweep implements OnModuleInit {
  readonly #logger = new Logger(DutiesSweep.name);

  constructor(private readonly duties: DutiesService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    // Every ten minutes: parks lie in different zones, and a tick that is missed is made up by the next one.
    this.jobs.register({ name: DUTIES_SWEEP, cron: '*/10 * * * *', run: async () => this.duties.sweepAsSystem(this.#runId('sweep')) });
    this.jobs.register({ name: 'duties-reconcile', cron: '30 18 * * *', run: async () => this.#reconcile() });
  }

  async #reconcile(): Promise<{ drifts: number }> {
    const drifts = await this.duties.findDriftAsSystem(this.#runId('reconcile'));
    for (const drift of drifts) this.#logger.error(drift, 'a stored standing differs from the facts');
    return { drifts: drifts.length };
  }

  #runId(job: string): string {
    return `${job}-${newId(this.clock.now())}`;
  }
}
