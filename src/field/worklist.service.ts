import { Injectable } from '@nestjs/common';
import { type Actor, cadreOf, parkOf } from '../kernel/actor';
import { addDays } from '../kernel/day';
import { DueListService } from '../assignments/due-list.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import type { WorklistQuery, WorklistResponse } from './me.dto';

// An officer owes a few dozen enterprises a visit; two hundred is more than anybody can have.
const MOST = 200;
// Every duty comes due within a year, whatever the cadence.
const HORIZON_DAYS = 400;

@Injectable()
export class WorklistService {
  constructor(private readonly dueList: DueListService, private readonly parks: ParksService, private readonly clock: Clock) {}

  async list(actor: Actor, query: WorklistQuery): Promise<WorklistResponse> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const { rows } = await this.dueList.list(actor, parkId, { cadreId: cadreOf(actor), dueBy: addDays(today, HORIZON_DAYS), today, limit: query.limit ?? MOST });
    return { visits: rows };
  }
}
