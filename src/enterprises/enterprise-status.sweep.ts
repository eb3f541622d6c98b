import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Jobs } from '../platform/jobs/jobs';
import { EnterprisesService } from './enterprises.service';

/** Writes the status changes whose day has come. Reads never wait for it: they ask the day themselves. */
@Injectable()
export class EnterpriseStatusSweep implements OnModuleInit {
  constructor(private readonly enterprises: EnterprisesService, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    // Every ten minutes: parks lie in different zones, and a tick that is missed is made up by the next one.
    this.jobs.register({
      name: 'enterprise-status-turn', cron: '*/10 * * * *', run: async () => ({ turned: await this.enterprises.applyDueStatusesAsSystem(this.clock.now()) }),
    });
  }
}
