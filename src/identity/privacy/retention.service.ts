import { Injectable } from '@nestjs/common';
import { EnterprisesService } from '../../enterprises/enterprises.service';
import { systemActor } from '../../kernel/actor';
import { addDays, localDay } from '../../kernel/day';
import { DEFAULT_POLICY } from '../../parks/domain/policy';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import { AccessLog } from '../../platform/journal/access-log';
import { Journal } from '../../platform/journal/journal';
import { TicketPersonsService } from '../../tickets/ticket-persons.service';
import { VisitPersonsService } from '../../visits/visit-persons.service';

/** Of how many rows something was forgotten. */
export interface Forgotten {
  readonly enterprises: number;
  readonly visits: number;
  readonly tickets: number;
  readonly accesses: number;
}

const DAY_MS = 86_400_000;

/**
 * Persons who are no cadres are remembered for as long as the park's policy says and no longer. What they took part in stays on record: journal,
 * visits, tickets and every number that is counted of them. Run twice or late it forgets nothing more.
 */
@Injectable()
export class RetentionService {
  constructor(
    private readonly parks: ParksService, private readonly enterprises: EnterprisesService, private readonly visits: VisitPersonsService, private readonly tickets: TicketPersonsService,
    private readonly accessLog: AccessLog, private readonly database: Database, private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  async listParkIdsAsSystem(requestId: string): Promise<readonly string[]> {
    return this.parks.listAllIdsAsSystem(requestId);
  }

  /** Lines of the access log that belong to no park, as long as the policy that nobody has changed keeps them. Answers how many. */
  async forgetOfNoParkAsSystem(requestId: string): Promise<number> {
    return this.accessLog.forgetAsSystem(requestId, null, monthsAgo(this.clock.now(), DEFAULT_POLICY.privacy.accessLogMonths));
  }

  /** By the policy in force today. What was forgotten stands in the park's journal, in numbers. */
  async forgetOfParkAsSystem(requestId: string, parkId: string): Promise<Forgotten> {
    const now = this.clock.now();
    const system = systemActor(requestId, [parkId]);
    const today = localDay(now, await this.parks.zone(system, parkId));
    const { privacy } = await this.parks.policyInForce(system, parkId, today);
    const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
    const forgotten: Forgotten = {
      enterprises: await this.enterprises.eraseContactsOfExitedAsSystem(requestId, parkId, addDays(today, -privacy.contactsAfterExitDays)),
      visits: await this.visits.forgetAsSystem(requestId, parkId, addDays(today, -privacy.personsInRecordsDays), daysAgo(privacy.personsInVoidedDays)),
      tickets: await this.tickets.forgetAsSystem(requestId, parkId, daysAgo(privacy.personsInRecordsDays)),
      accesses: await this.accessLog.forgetAsSystem(requestId, parkId, monthsAgo(now, privacy.accessLogMonths)),
    };
    if (Object.values(forgotten).some((count) => count > 0)) {
      await this.database.transact(system, async (em) => this.journal.append(em, system, {
        type: 'persons.forgotten', parkId, subject: { type: 'park', id: parkId }, at: now, effectiveOn: today, data: { ...forgotten },
      }));
    }
    return forgotten;
  }
}

/** The same day of a month before; the last of that month where it has none. */
function monthsAgo(now: Date, months: number): Date {
  const then = new Date(now);
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() - months);
  const last = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(now.getUTCDate(), last));
  return then;
}
