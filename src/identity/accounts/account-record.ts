import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../../kernel/actor';
import { localDay } from '../../kernel/day';
import { ParksService } from '../../parks/parks.service';
import { AccessLog } from '../../platform/journal/access-log';
import { Journal } from '../../platform/journal/journal';
import type { JournalData } from '../../platform/journal/journal-data';

/** Whose record it is. */
export interface Recorded {
  readonly id: string;
  readonly parkId: string | null;
  readonly cadreId: string | null;
}

/**
 * What happens to accounts, on the record: in the journal of the cadre's park; what concerns the operator, who is of no park, in the access log. Neither says a
 * login name or an address.
 */
@Injectable()
export class AccountRecord {
  constructor(private readonly journal: Journal, private readonly accessLog: AccessLog, private readonly parks: ParksService) {}

  async note(em: EntityManager, actor: Actor, { id, parkId, cadreId }: Recorded, type: `account.${string}`, at: Date, data: JournalData = {}): Promise<void> {
    const subject = { type: 'account', id };
    if (parkId === null || cadreId === null) await this.accessLog.record(em, actor, { action: type, parkId: null, subject, at, reason: null });
    else await this.journal.append(em, actor, { type, parkId, subject, at, effectiveOn: localDay(at, await this.parks.zoneIn(em, systemActor(actor.requestId, [parkId]), parkId)), data: { cadreId, ...data } });
  }
}

/** Who acts when the holder of an account does. */
export function holderOf({ id, parkId, cadreId }: Recorded, requestId: string): Actor {
  return { kind: cadreId === null ? 'operator' : 'cadre', id: cadreId ?? id, issuer: 'own', subject: id, parkIds: parkId === null ? [] : [parkId], roles: [], scopes: [], requestId };
}
