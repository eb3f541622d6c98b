import { Injectable } from '@nestjs/common';
import { type Actor, parkOf } from '../kernel/actor';
import { Clock } from '../platform/clock';
import { type Page, toPage } from '../platform/http/page';
import { type CallFilter, CallsStore, type DueCall } from './calls.store';
import { readerOf } from './domain/ticket-access';
import { TicketBook } from './ticket-book.service';

/** Calls that enterprises are owed: what was not delivered to them, what they sent back or were silent on, and withdrawals to be checked. */
@Injectable()
export class CallsService {
  constructor(private readonly store: CallsStore, private readonly book: TicketBook, private readonly clock: Clock) {}

  /** By due date. A cadre is not shown those that they may not make: of tickets that they handle, and of withdrawals that they have recorded. */
  async list(actor: Actor, query: CallFilter): Promise<Page<{ readonly call: DueCall; readonly now: Date }>> {
    const parkId = parkOf(actor, query.parkId);
    const now = this.clock.now();
    const reader = readerOf(actor, now);
    const me = actor.kind === 'cadre' ? actor.id : undefined;
    let rows = await this.store.list(actor, parkId, query, reader, me, now);
    if (rows.stale) {
      await this.book.settle(parkId, actor.requestId);
      rows = await this.store.list(actor, parkId, query, reader, me, now);
    }
    return toPage(rows, query, 'calls', ({ dueAt, ticketId }) => [dueAt.toISOString(), ticketId], (call) => ({ call, now }));
  }
}
