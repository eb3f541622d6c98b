import { Injectable, type OnModuleInit } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { newId } from '../platform/ids';
import { Jobs } from '../platform/jobs/jobs';
import { TicketBook } from './ticket-book.service';
import { parksTurned } from './ticket-list.store';
import { TICKETS_SWEEP } from './tickets.service';

/** The scheduler's part: it writes what time has done. Whether something is overdue never waits for it. */
@Injectable()
export class TicketDeadlinesSweep implements OnModuleInit {
  constructor(private readonly book: TicketBook, private readonly database: Database, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    // Every minute: a limit in hours runs out at any of them. A tick that is missed is made up by the next one.
    this.jobs.register({ name: TICKETS_SWEEP, cron: '* * * * *', run: async () => this.sweep(`tickets-${newId(this.clock.now())}`) });
  }

  /** In all parks; safe to run twice, late, and in several processes at once. */
  async sweep(requestId: string): Promise<{ settled: number }> {
    let settled = 0;
    for (const { id } of await this.database.read<{ id: string }>(systemActor(requestId), parksTurned(this.clock.now()))) settled += await this.book.settle(id, requestId, false);
    return { settled };
  }
}
