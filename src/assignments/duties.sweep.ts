import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { newId } from '../platform/ids';
import { ParksService } from '../parks/parks.service';
import { Jobs } from '../platform/jobs/jobs';
import { NIGHT_MS, Rounds } from '../platform/jobs/rounds';
import { DUTIES_SWEEP, DutiesService } from './duties.service';

/** The scheduler's part: it records what has lapsed and looks for drift. Whether something is overdue never waits for it. */
@Injectable()
export class DutiesSweep implements OnModuleInit {
  readonly #logger = new Logger(DutiesSweep.name);

  constructor(private readonly duties: DutiesService, private readonly parks: ParksService, private readonly jobs: Jobs, private readonly rounds: Rounds, private readonly clock: Clock) {}

  onModuleInit(): void {
    // Every ten minutes: parks lie in different zones, and a tick that is missed is made up by the next one.
    this.jobs.register({ name: DUTIES_SWEEP, cron: '*/10 * * * *', run: async () => this.duties.sweepAsSystem(this.#runId('sweep')) });
    this.jobs.register({ name: 'duties-reconcile', cron: '30 18 * * *', run: async (signal) => this.reconcile(AbortSignal.any([signal, AbortSignal.timeout(NIGHT_MS)])) });
  }

  /** Judges the duties of all parks again, as far as there is time; the next run goes on. What is stored otherwise is logged and journalled, and stays. */
  async reconcile(until: AbortSignal): Promise<{ parks: number; left: number; drifts: number }> {
    const requestId = this.#runId('reconcile');
    let drifts = 0;
    const parks = await this.parks.listAllAsSystem(requestId);
    const walked = await this.rounds.walk(this.#logger, 'duties-reconcile', parks.map(({ id }) => id), until, async (parkId) => {
      const found = await this.duties.findDriftOfAsSystem(requestId, parkId);
      for (const drift of found) this.#logger.error(drift, 'a stored standing differs from the facts');
      drifts += found.length;
    });
    return { ...walked, drifts };
  }

  #runId(job: string): string {
    return `${job}-${newId(this.clock.now())}`;
  }
}
