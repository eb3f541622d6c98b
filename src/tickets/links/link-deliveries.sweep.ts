import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { newId } from '../../platform/ids';
import { Jobs } from '../../platform/jobs/jobs';
import { LinkOutbox, type Sent } from './link-outbox.service';
import { LINKS_JOB } from './links.service';

/** Sends links from the outbox: at once where jobs run beside the request that asks for it, within a minute elsewhere. */
@Injectable()
export class LinkDeliveriesSweep implements OnModuleInit {
  constructor(private readonly outbox: LinkOutbox, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: LINKS_JOB, cron: '* * * * *', run: async () => this.sweep(`links-${newId(this.clock.now())}`) });
  }

  async sweep(requestId: string): Promise<Sent> {
    return this.outbox.sendDue(requestId);
  }
}
