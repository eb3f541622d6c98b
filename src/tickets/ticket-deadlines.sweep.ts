import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { newId } from '../platform/ids';
import { forEachPark } from '../platform/jobs/each-park';
import { Jobs } from '../platform/jobs/jobs';
import { NIGHT_MS, Rounds } from '../platform/jobs/rounds';
import { TicketBook } from './ticket-book.service';
import { parksTurned } from './ticket-list.store';
import { TicketReplayService } from './ticket-replay.service';
import { TICKETS_SWEEP } from './tickets.service';

/** The scheduler's part: it writes what time has done, and looks for drift. Whether something is overdue never waits for it. */
@Injectable()
export class TicketDeadlinesSweep implements OnModuleInit {
  readonly #logger = new Logger(TicketDeadlinesSweep.name);

  constructor(
    private readonly book: TicketBook, private readonly replays: TicketReplayService, private readonly parks: ParksService, private readonly database: Database, private readonly jobs: Jobs,
    private readonly rounds: Rounds, private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // Every minute: a limit in hours runs out at any of them. A tick that is missed is made up by the next one.
    this.jobs.register({ name: TICKETS_SWEEP, cron: '* * * * *', run: async () => this.sweep(`tickets-${newId(this.clock.now())}`) });
    this.jobs.register({ name: 'tickets-reconcile', cron: '50 18 * * *', run: async (signal) => this.reconcile(`tickets-reconcile-${newId(this.clock.now())}`, AbortSignal.any([signal, AbortSignal.timeout(NIGHT_MS)])) });
  }

  /** In all parks; safe to run twice, late, and in several processes at once. */
  async sweep(requestId: string): Promise<{ settled: number }> {
    let settled = 0;
    const turned = await this.database.read<{ id: string }>(systemActor(requestId), parksTurned(this.clock.now()));
    await forEachPark(this.#logger, turned.map(({ id }) => id), async (parkId) => {
      settled += await this.book.settle(parkId, requestId, false);
    });
    return { settled };
  }

  /** Tells the events of all parks again, as far as there is time; the next run goes on. What is stored and does not follow from them is logged, and stays. */
  async reconcile(requestId: string, until: AbortSignal): Promise<{ parks: number; left: number; tickets: number; differences: number }> {
    let [tickets, differences] = [0, 0];
    const parks = await this.parks.listAllAsSystem(requestId);
    const walked = await this.rounds.walk(this.#logger, 'tickets-reconcile', parks.map(({ id }) => id), until, async (parkId) => {
      const park = await this.replays.check(requestId, parkId, (drift) => { this.#logger.error(drift, 'a stored ticket differs from its events'); });
      tickets += park.tickets;
      differences += park.differences;
    });
    return { ...walked, tickets, differences };
  }
}
