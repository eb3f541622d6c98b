import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import { PLAN_STATUSES, type PlanStatus } from './domain/plan';
import type { ShownPlan } from './planned-visits.store';

export class PlanVisit {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Id({ description: 'Who is to be visited.' }) enterpriseId: string;
  @DayField({ description: 'On which day: today or later, at most 90 days ahead.' }) plannedOn: Day;
  @Text({ description: 'What for.', max: 500, lines: true, optional: true, example: '了解用工需求' }) note?: string;
}

export class ClosePlannedVisit {
  @Text({ description: 'Why; may be left out.', max: 500, optional: true, example: '当日设备检修' }) reason?: string;
}

export class PlannedVisitsQuery extends PageQuery {
  @Id({ description: 'To this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Planned or joined by this cadre.', optional: true }) cadreId?: string;
  @DayField({ description: 'On this day or later.', optional: true }) from?: Day;
  @DayField({ description: 'On this day or earlier.', optional: true }) to?: Day;
  @Choice({ description: 'With this status.', of: PLAN_STATUSES, optional: true }) status?: PlanStatus;
}

export class PlannedVisitMemberResponse {
  @Id({ description: 'The cadre who goes along.' }) cadreId: string;
  @InstantField({ description: 'Since when.' }) joinedAt: string;
}

export class BurdenOfPlanResponse {
  @Whole({ description: 'Visits to the enterprise by all cadres and departments together, today and in the 29 days before.', min: 0, max: 100_000, example: 4 }) visitsLast30Days: number;
  @Whole({ description: 'The park’s limit.', min: 0, max: 100_000, example: 8 }) burdenLimit: number;
  @Flag({ description: 'Whether the enterprise is visited more often than that.', example: false }) aboveLimit: boolean;
}

export class PlanToJoinResponse {
  @Id({ description: 'The other plan.' }) id: string;
  @Id({ description: 'Who made it.' }) plannerId: string;
  @DayField({ description: 'On which day.' }) plannedOn: Day;
}

export class PlannedVisitResponse {
  @Id({ description: 'The planned visit.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Who is to be visited.' }) enterpriseId: string;
  @Id({ description: 'Who plans it.' }) plannerId: string;
  @DayField({ description: 'On which day.' }) plannedOn: Day;
  @Text({ description: 'What for.', max: 500, lines: true, nullable: true, example: '了解用工需求' }) note: string | null;
  @Choice({ description: '`declined`: the enterprise said no; that is no penalty to anyone.', of: PLAN_STATUSES }) status: PlanStatus;
  @InstantField({ description: 'When it was declined or cancelled.', nullable: true }) closedAt: string | null;
  @Text({ description: 'Why.', max: 500, nullable: true, example: '当日设备检修' }) closeReason: string | null;
  @Nested(() => PlannedVisitMemberResponse, { description: 'Who goes along with the planner.', list: { max: 1000 } }) members: PlannedVisitMemberResponse[];
  @Nested(() => BurdenOfPlanResponse, { description: 'How often the enterprise is visited anyway.' }) burden: BurdenOfPlanResponse;
  @Nested(() => PlanToJoinResponse, { description: 'Plans of other cadres for the enterprise within three days: join one instead.', list: { max: 1000 } }) suggestions: PlanToJoinResponse[];
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toPlannedVisitResponse({ plan, burdenLimit }: ShownPlan): PlannedVisitResponse {
  const { id, parkId, enterpriseId, plannerId, plannedOn, note, status, closedAt, closeReason, visitsLast30Days, version } = plan;
  return {
    id, parkId, enterpriseId, plannerId, plannedOn, note, status, closedAt: closedAt === null ? null : closedAt.toISOString(), closeReason,
    members: plan.members.map(({ cadreId, joinedAt }) => ({ cadreId, joinedAt: joinedAt.toISOString() })),
    burden: { visitsLast30Days, burdenLimit, aboveLimit: visitsLast30Days > burdenLimit },
    suggestions: plan.suggestions.map((other) => ({ id: other.id, plannerId: other.plannerId, plannedOn: other.plannedOn })),
    version, createdAt: plan.createdAt.toISOString(), updatedAt: plan.updatedAt.toISOString(),
  };
}
