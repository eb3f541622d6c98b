import { Injectable } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database } from '../platform/db/database';
import { VisitPersonsStore } from './visit-persons.store';

// Small, so that no transaction holds many rows while visits come in.
const BATCH = 500;

/** Whom visits met, and where, is forgotten when the record no longer needs it. */
@Injectable()
export class VisitPersonsService {
  constructor(private readonly store: VisitPersonsStore, private readonly database: Database) {}

  /** Of visits of days before `before`, and of those that were voided before `voidedBefore`. Answers of how many visits. */
  async forgetAsSystem(requestId: string, parkId: string, before: Day, voidedBefore: Date): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    let forgotten = 0;
    for (;;) {
      const batch = await this.database.transact(system, async (em) => this.store.forgetAsSystem(em, system, parkId, { before, voidedBefore, most: BATCH }));
      forgotten += batch;
      if (batch < BATCH) return forgotten;
    }
  }
}
