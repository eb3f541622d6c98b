import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';
import { PageQuery } from '../platform/http/page';
import type { Assignment, ShownAssignment } from './assignment.entity';
import { CAPACITIES, type Capacity } from './domain/capacity';
import { LAPSE_OUTCOMES, type LapseOutcome } from './domain/standing';
import type { ShownLapse } from './lapse.entity';

export class AssignmentsQuery extends PageQuery {
  @Id({ description: 'Of this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Of this cadre.', optional: true }) cadreId?: string;
  @Choice({ description: 'In this capacity.', of: CAPACITIES, optional: true }) capacity?: Capacity;
  @Flag({ description: 'Only those in force today, or only the others.', optional: true, query: true }) active?: boolean;
}

export class CreateAssignment {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Id({ description: 'Whom visits are owed to.' }) enterpriseId: string;
  @Id({ description: 'Who owes them.' }) cadreId: string;
  @Choice({ description: 'Liaison officer or liaison leader; the cadre needs the role.', of: CAPACITIES }) capacity: Capacity;
  @DayField({ description: 'First day of duty.' }) startsOn: Day;
  @DayField({ description: 'First day on which nothing is owed any more.', optional: true, nullable: true, example: '2026-12-31' }) endsOn?: Day | null;
  @DayField({ description: 'Last visit from before the system.', optional: true, nullable: true, example: '2026-03-05' }) inheritedVisitOn?: Day | null;
}

export class EndAssignment {
  @DayField({ description: 'First day on which nothing is owed any more; today when left out.', optional: true }) endsOn?: Day;
  @Text({ description: 'Why.', max: 500, optional: true, example: '岗位调整' }) reason?: string;
}

export class HandOverAssignment {
  @Id({ description: 'The successor’s assignment, made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'The successor.' }) cadreId: string;
  @DayField({ description: 'The successor’s first day; today when left out. The predecessor’s duty ends on it.', optional: true }) startsOn?: Day;
  @Text({ description: 'Why.', max: 500, optional: true, example: '岗位调整' }) reason?: string;
}

export class AssignmentResponse {
  @Id({ description: 'The assignment.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Whom visits are owed to.' }) enterpriseId: string;
  @Id({ description: 'Who owes them.' }) cadreId: string;
  @Choice({ description: 'Capacity.', of: CAPACITIES }) capacity: Capacity;
  @DayField({ description: 'First day of duty.' }) startsOn: Day;
  @DayField({ description: 'First day on which nothing is owed any more.', nullable: true }) endsOn: Day | null;
  @DayField({ description: 'Last visit from before the system.', nullable: true }) inheritedVisitOn: Day | null;
  @Id({ description: 'The assignment whose clock was inherited.', nullable: true }) predecessorId: string | null;
  @Choice({ description: '`owed`: visits are due; `resting`: the enterprise is suspended; `ended`.', of: ['owed', 'resting', 'ended'] }) standing: Assignment['standing'];
  @DayField({ description: 'The earliest unmet due date; null unless visits are owed.', nullable: true }) nextDueOn: Day | null;
  @Whole({ description: 'Calendar days since the due date; 0 while it is not past.', min: 0, max: 100_000 }) overdueDays: number;
  @Flag({ description: 'The due date lies in a year whose calendar is not official: it may still move.', example: false }) calendarProvisional: boolean;
  @DayField({ description: 'The last visit that served the duty.', nullable: true }) lastVisitOn: Day | null;
  @Text({ description: 'Why it ended.', max: 500, nullable: true, example: '岗位调整' }) endReason: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toAssignmentResponse(row: ShownAssignment): AssignmentResponse {
  const { id, parkId, enterpriseId, cadreId, capacity, startsOn, endsOn, inheritedVisitOn, predecessorId, standing, nextDueOn, lastVisitOn, endReason, version } = row;
  return {
    id, parkId, enterpriseId, cadreId, capacity, startsOn, endsOn, inheritedVisitOn, predecessorId, standing, nextDueOn,
    overdueDays: row.overdueDays, calendarProvisional: row.calendarProvisional,
    lastVisitOn, endReason, version, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  };
}

export class LapsesQuery extends PageQuery {
  @Id({ description: 'Of this cadre.', optional: true }) cadreId?: string;
  @Id({ description: 'Of this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Of this assignment.', optional: true }) assignmentId?: string;
  @Choice({ description: 'With this outcome.', of: LAPSE_OUTCOMES, optional: true }) outcome?: LapseOutcome;
  @DayField({ description: 'Due on this day or later.', optional: true }) from?: Day;
  @DayField({ description: 'Due on this day or earlier.', optional: true }) to?: Day;
}

class CauseResponse {
  @Text({ description: 'What happened.', max: 60, example: 'visit.voided' }) type: string;
  @Text({ description: 'To what.', max: 60, example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) id: string;
}

export class LapseResponse {
  @Id({ description: 'The lapse.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'The assignment.' }) assignmentId: string;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @Nested(() => NamedRef, { description: 'Who was responsible that day.' }) cadre: NamedRef;
  @Id({ description: 'Who covered their leave that day.', nullable: true }) substituteId: string | null;
  @DayField({ description: 'The due date that passed.' }) dueOn: Day;
  @InstantField({ description: 'When it was recorded.' }) detectedAt: string;
  @Choice({ description: 'How it ended.', of: LAPSE_OUTCOMES }) outcome: LapseOutcome;
  @DayField({ description: 'The day on which it ended.', nullable: true }) clearedOn: Day | null;
  @Whole({ description: 'Calendar days from the due date to the end, or to today while it is open.', min: 0, max: 100_000 }) daysLate: number;
  @Nested(() => CauseResponse, { description: 'The fact because of which it no longer follows.', nullable: true }) supersededBy: CauseResponse | null;
  @Whole({ description: 'Counts changes.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toLapseResponse(row: ShownLapse): LapseResponse {
  const { id, parkId, assignmentId, substituteId, dueOn, outcome, clearedOn, supersededBy, version } = row;
  return {
    id, parkId, assignmentId, enterprise: { id: row.enterpriseId, name: row.enterpriseName }, cadre: { id: row.cadreId, name: row.cadreName }, substituteId, dueOn,
    detectedAt: row.detectedAt.toISOString(), outcome, clearedOn, daysLate: row.daysLate, supersededBy, version,
    createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  };
}
