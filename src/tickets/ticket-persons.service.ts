import { Injectable } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import { Database } from '../platform/db/database';
import { TicketPersonsStore } from './ticket-persons.store';

// Small, so that no transaction holds many rows while steps are taken.
const BATCH = 500;

/** Who spoke for an enterprise is forgotten when a ticket has long ended. */
@Injectable()
export class TicketPersonsService {
  constructor(private readonly store: TicketPersonsStore, private readonly database: Database) {}

  /** Of tickets that ended before the instant. Answers of how many. */
  async forgetAsSystem(requestId: string, parkId: string, endedBefore: Date): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    let forgotten = 0;
    for (;;) {
      const batch = await this.database.transact(system, async (em) => this.store.forgetAsSystem(em, system, parkId, endedBefore, BATCH));
      forgotten += batch;
      if (batch < BATCH) return forgotten;
    }
  }
}
