import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock';
import { Jobs } from '../../jobs/jobs';
import { RateWindowsStore } from './rate-windows.store';

// Older than the clocks of processes can differ.
const KEPT_MS = 600_000;
// Few enough that the connection is soon free again for permits.
const BATCH = 1_000;

@Injectable()
export class RateWindowsSweep implements OnModuleInit {
  constructor(private readonly store: RateWindowsStore, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'rate-windows-cleanup', cron: '*/10 * * * *', run: async () => this.sweep() });
  }

  /** Deletes the windows that are over. Answers how many. */
  async sweep(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    for (let all = 0; ;) {
      const gone = await this.store.forget(before, BATCH);
      all += gone;
      if (gone < BATCH) return all;
    }
  }
}
