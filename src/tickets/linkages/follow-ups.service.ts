import { Injectable } from '@nestjs/common';
import { type Actor, cadreOf, hasRole, parkOf } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { type Page, toPage } from '../../platform/http/page';
import { type FollowUpFilter, FollowUpsStore, type ListedFollowUp } from './follow-ups.store';

/** What sessions of linkages have given somebody to do, and what of it has run out. */
@Injectable()
export class FollowUpsService {
  constructor(private readonly store: FollowUpsStore, private readonly parks: ParksService, private readonly clock: Clock) {}

  /** Those that are not done, the first due first. Who oversees sees the park's, everybody else their own. */
  async list(actor: Actor, query: FollowUpFilter): Promise<Page<{ readonly followUp: ListedFollowUp; readonly today: Day }>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const own = hasRole(actor, 'supervisor', 'admin', 'county') ? undefined : cadreOf(actor);
    return toPage(await this.store.list(actor, parkId, query, own, today), query, 'follow-ups', ({ dueOn, id }) => [dueOn, id], (followUp) => ({ followUp, today }));
  }
}
