import type { Day } from '../kernel/day';
import { Choice, DayField, Id, InstantField, Nested, Whole } from '../platform/http/fields';
import { LimitBody } from '../platform/http/limit-body';
import type { ParkPolicy } from './park-settings.entity';

class CadenceBody {
  @Choice({ description: '`rolling`: days after the last visit; `xun`: each 旬; `month`: each calendar month.', of: ['rolling', 'xun', 'month'], optional: true }) cadence?: 'rolling' | 'xun' | 'month';
  @Whole({ description: 'Calendar days between visits, for `rolling`.', min: 1, max: 366, example: 10, optional: true }) days?: number;
}

class VisitPolicyBody {
  @Nested(() => CadenceBody, { description: 'Cadence of liaison officers.', optional: true }) officer?: CadenceBody;
  @Nested(() => CadenceBody, { description: 'Cadence of liaison leaders.', optional: true }) leader?: CadenceBody;
  @Choice({ description: '`extend`: a due date on a non-working day moves to the next working day.', of: ['extend', 'keep'], optional: true }) nonWorkingDays?: 'extend' | 'keep';
  @Whole({ description: 'A fixed period is owed when so many of its days are days of duty; the shortest 旬 has 8.', min: 1, max: 8, example: 3, optional: true }) minDaysInFirstPeriod?: number;
  @Whole({ description: 'A successor’s first due date lies at least so many days after their start.', min: 0, max: 60, example: 3, optional: true }) handoverGraceDays?: number;
  @Whole({ description: 'A visit may be logged for so many days back without review.', min: 0, max: 60, example: 3, optional: true }) backdateLimitDays?: number;
  @Whole({ description: 'More visits than this in 30 days are a burden.', min: 1, max: 1000, example: 8, optional: true }) burdenLimit?: number;
}

class TicketPolicyBody {
  @Nested(() => LimitBody, { description: 'Limit to assign.', optional: true }) assignWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit to respond.', optional: true }) respondWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit to resolve.', optional: true }) resolveWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit within which a handler may return.', optional: true }) returnWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit of rework.', optional: true }) reworkWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit of the wait for material.', optional: true }) waitWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit after which silence closes.', optional: true }) confirmWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit of the call.', optional: true }) callWithin?: LimitBody;
  @Nested(() => LimitBody, { description: 'How long a ticket may be reopened after the question.', optional: true }) reopenAfterQuestion?: LimitBody;
  @Whole({ description: 'A review date lies within so many days.', min: 1, max: 366, example: 90, optional: true }) reviewWithinDays?: number;
  @Whole({ description: 'A closed ticket may be reopened within so many days.', min: 1, max: 366, example: 30, optional: true }) reopenWithinDays?: number;
  @Whole({ description: 'After so many days the enterprise is asked whether it stayed solved.', min: 1, max: 366, example: 28, optional: true }) questionAfterDays?: number;
  @Whole({ description: 'Extensions per cycle.', min: 0, max: 10, example: 2, optional: true }) extensionsPerCycle?: number;
  @Whole({ description: 'So many enterprises make a matter.', min: 2, max: 100, example: 3, optional: true }) matterEnterprises?: number;
  @Whole({ description: 'Within so many days.', min: 1, max: 366, example: 30, optional: true }) matterWithinDays?: number;
  @Whole({ description: 'A contact must have been unchanged for so many days to be sent a link.', min: 0, max: 366, example: 7, optional: true }) linkContactUnchangedDays?: number;
}

class EscalationPolicyBody {
  @Nested(() => LimitBody, { description: 'From level 1 to 2.', optional: true }) level2After?: LimitBody;
  @Nested(() => LimitBody, { description: 'From level 2 to 3.', optional: true }) level3After?: LimitBody;
  @Nested(() => LimitBody, { description: 'Deadline of the supervision order.', optional: true }) orderWithin?: LimitBody;
  @Whole({ description: 'Within so many working days somebody else takes over from a cadre with a conflict of interest.', min: 1, max: 60, example: 5, optional: true }) reassignWithinWorkingDays?: number;
}

class AssessmentPolicyBody {
  @Whole({ description: 'Satisfaction of a cadre is shown from so many ratings on.', min: 1, max: 1000, example: 5, optional: true }) minRatings?: number;
}

class PrivacyPolicyBody {
  @Whole({ description: 'The access log is kept for so many months; the law asks for six.', min: 6, max: 120, example: 12, optional: true }) accessLogMonths?: number;
  @Whole({ description: 'So many days after an enterprise’s exit its contacts are erased.', min: 1, max: 3660, example: 365, optional: true }) contactsAfterExitDays?: number;
  @Whole({ description: 'So many days after a visit, or after the end of a ticket, those who were met, who raised it or asked for its withdrawal, and where the visit was recorded, are forgotten.', min: 30, max: 3660, example: 1095, optional: true }) personsInRecordsDays?: number;
  @Whole({ description: 'The same for a visit that was voided, from then on.', min: 1, max: 3660, example: 90, optional: true }) personsInVoidedDays?: number;
}

export class CreatePolicy {
  @DayField({ description: 'First day of this version; after today.', example: '2027-01-01' }) effectiveFrom: Day;
  @Nested(() => VisitPolicyBody, { description: 'Visits: what is left out stays as it is.', optional: true }) visits?: VisitPolicyBody;
  @Nested(() => TicketPolicyBody, { description: 'Tickets: what is left out stays as it is.', optional: true }) tickets?: TicketPolicyBody;
  @Nested(() => EscalationPolicyBody, { description: 'Escalation, in working days after a breach.', optional: true }) escalation?: EscalationPolicyBody;
  @Nested(() => AssessmentPolicyBody, { description: 'Assessment.', optional: true }) assessment?: AssessmentPolicyBody;
  @Nested(() => PrivacyPolicyBody, { description: 'How long persons are remembered.', optional: true }) privacy?: PrivacyPolicyBody;
}

export class PolicyResponse extends CreatePolicy {
  @Id({ description: 'The version.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @InstantField({ description: 'When it was added.' }) createdAt: string;
}

export function toPolicyResponse({ id, parkId, effectiveFrom, visits, tickets, escalation, assessment, privacy, createdAt }: ParkPolicy): PolicyResponse {
  return { id, parkId, effectiveFrom, visits, tickets, escalation, assessment, privacy, createdAt: createdAt.toISOString() };
}
