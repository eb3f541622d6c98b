import { Injectable } from '@nestjs/common';
import { type Actor, parkOf } from '../kernel/actor';
import { addDays, type Day } from '../kernel/day';
import { DueListService, type DueVisit } from '../assignments/due-list.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { DEFAULT_LIMIT, type Page, readCursor, toPage } from '../platform/http/page';
import type { OverdueVisitsQuery } from './overdue-visits.dto';

@Injectable()
export class OverdueVisits {
  constructor(private readonly dueList: DueListService, private readonly parks: ParksService, private readonly clock: Clock) {}

  async list(actor: Actor, query: OverdueVisitsQuery): Promise<Page<DueVisit>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const after = readCursor(query, 'overdue-visits', ['string', 'string']) as [Day, string] | undefined;
    const dueBy = query.dueWithinDays === undefined ? addDays(today, -(query.minDays ?? 1)) : addDays(today, query.dueWithinDays);
    const { cadreId, departmentId, capacity, count } = query;
    const rows = await this.dueList.list(actor, parkId, { cadreId, departmentId, capacity, dueBy, today, after, limit: (query.limit ?? DEFAULT_LIMIT) + 1, count });
    return toPage(rows, query, 'overdue-visits', (row) => [row.nextDueOn, row.assignmentId], (row) => row);
  }
}
