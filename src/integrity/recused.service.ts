import { Injectable } from '@nestjs/common';
import { type Actor, parkOf } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { CalendarService } from '../parks/calendar.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { type Order, type Page, type PageQuery, pageOf } from '../platform/http/page';
import { reassignBy } from './domain/conflict';
import { type RecusedHolding, RecusedStore } from './recused.store';

/** Something to give to somebody else, and by when. */
export type ToReassign = RecusedHolding & { readonly reassignBy: Day; readonly overdue: boolean; readonly calendarProvisional: boolean };

/** What has been known for longest comes first; who reads goes on behind what was given to others meanwhile. */
const MOST_URGENT: Order<ToReassign> = {
  types: ['string', 'string', 'string', 'string', 'string', 'string'],
  keyOf: ({ knownAt, holding, assignmentId, linkageId, ticketId, cadreId }) => [knownAt.toISOString(), holding, assignmentId ?? '', linkageId ?? '', ticketId ?? '', cadreId],
};

/** What an administrator has to give to others, since those who hold it have a conflict of interest that came afterwards. */
@Injectable()
export class RecusedService {
  constructor(private readonly store: RecusedStore, private readonly parks: ParksService, private readonly calendars: CalendarService, private readonly clock: Clock) {}

  /** The most urgent first. There is little of it, so it is read whole. */
  async list(actor: Actor, query: PageQuery): Promise<Page<ToReassign>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const zone = await this.parks.zone(actor, parkId);
    const workingDays = (await this.parks.policyInForce(actor, parkId, today)).escalation.reassignWithinWorkingDays;
    const calendar = await this.calendars.current(actor);
    const holdings = (await this.store.list(actor, parkId, today)).map((holding): ToReassign => {
      const by = reassignBy(holding.knownAt, { zone, workingDays, calendar });
      return { ...holding, reassignBy: by, overdue: by < today, calendarProvisional: calendar.isProvisional(by) };
    });
    return pageOf(holdings, query, 'integrity-recused', MOST_URGENT);
  }
}
