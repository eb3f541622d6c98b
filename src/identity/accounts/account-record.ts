import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, type Role, systemActor } from '../../kernel/actor';
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
  readonly roles: readonly Role[];
}

// What says when the holder was there, or that somebody wanted to be them.
const ATTENDANCE: ReadonlySet<string> = new Set(['signed_in', 'sign_in_failed', 'session_revoked', 'password_changed', 'second_factor_set', 'token_reused'].map((what) => `account.${what}`));

/**
 * What happens to accounts, on the record: in the journal of the cadre's park. In the access log, which inspectors alone read, stands what concerns the operator, who is of no park,
 * and when an inspector comes and goes: the journal is told to many, and whoever sets that beside what becomes of a report learns too much. Neither says a login name or an address.
 */
@Injectable()
export class AccountRecord {
  constructor(private readonly journal: Journal, private readonly accessLog: AccessLog, private readonly parks: ParksService) {}

  async note(em: EntityManager, actor: Actor, { id, parkId, cadreId, roles }: Recorded, type: `account.${string}`, at: Date, data: JournalData = {}): Promise<void> {
    const subject = { type: 'account', id };
    if (parkId === null || cadreId === null || (roles.includes('inspector') && ATTENDANCE.has(type))) await this.accessLog.record(em, actor, { action: type, parkId, subject, at, reason: null });
    else await this.journal.append(em, actor, { type, parkId, subject, at, effectiveOn: localDay(at, await this.parks.zoneIn(em, systemActor(actor.requestId, [parkId]), parkId)), data: { cadreId, ...data } });
  }
}

/** Who acts when the holder of an account does. */
export function holderOf({ id, parkId, cadreId }: Recorded, requestId: string): Actor {
  return { kind: cadreId === null ? 'operator' : 'cadre', id: cadreId ?? id, issuer: 'own', subject: id, parkIds: parkId === null ? [] : [parkId], roles: [], scopes: [], requestId };
}
