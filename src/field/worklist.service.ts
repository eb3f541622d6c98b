import { Injectable } from '@nestjs/common';
import { type Actor, cadreOf, parkOf } from '../kernel/actor';
import { addDays } from '../kernel/day';
import { DueListService } from '../assignments/due-list.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { TicketDueListService } from '../tickets/ticket-due-list.service';
import type { WorklistQuery, WorklistResponse } from './me.dto';

// An officer owes a few dozen enterprises a visit; two hundred is more than anybody can have.
const MOST = 200;
// Every duty comes due within a year, whatever the cadence.
const HORIZON_DAYS = 400;

@Injectable()
export class WorklistService {
  constructor(private readonly dueList: DueListService, private readonly tickets: TicketDueListService, private readonly parks: ParksService, private readonly clock: Clock) {}

  async list(actor: Actor, query: WorklistQuery): Promise<WorklistResponse> {
    const parkId = parkOf(actor, query.parkId);
    const me = cadreOf(actor);
    const limit = query.limit ?? MOST;
    const [visits, tickets] = await Promise.all([this.#visitsOf(actor, parkId, me, limit), this.tickets.ofHandler(actor, parkId, me, limit)]);
    return { visits, tickets };
  }

  async #visitsOf(actor: Actor, parkId: string, cadreId: string, limit: number): Promise<WorklistResponse['visits']> {
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const { rows } = await this.dueList.list(actor, parkId, { cadreId, dueBy: addDays(today, HORIZON_DAYS), today, limit });
    return rows;
  }
}
