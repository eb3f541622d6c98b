import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Nested, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import { EnterpriseRef } from '../assignments/due-list.service';
import { NamedRef } from '../platform/http/named-ref';

export class CoverageQuery extends PageQuery {
  @Flag({ description: '`true`: only enterprises whom nobody can be said to visit; `false`: only the others.', optional: true, query: true }) uncovered?: boolean;
}

export class CoverageResponse {
  @Nested(() => EnterpriseRef, { description: 'The enterprise. Suspended and exited ones are not listed: nobody owes them visits.' }) enterprise: EnterpriseRef;
  @DayField({ description: 'When anybody visited it last, on site.', nullable: true }) lastVisitOn: Day | null;
  @Nested(() => NamedRef, { description: 'Who did.', nullable: true }) lastVisitBy: NamedRef | null;
  @Nested(() => NamedRef, { description: 'The officer who owes visits today.', nullable: true }) officer: NamedRef | null;
  @Nested(() => NamedRef, { description: 'The leader who owes visits today.', nullable: true }) leader: NamedRef | null;
  @Choice({ description: '`vacant`: no officer; `leave`: the officer is on leave and nobody covers it.', of: ['vacant', 'leave'], nullable: true }) uncovered: 'vacant' | 'leave' | null;
  @Whole({ description: 'For so many days; 0 when covered.', min: 0, max: 100_000 }) uncoveredDays: number;
}

export class BurdenQuery extends PageQuery {}

export class BurdenResponse {
  @Nested(() => EnterpriseRef, { description: 'The enterprise.' }) enterprise: EnterpriseRef;
  @Whole({ description: 'Visits on site by all cadres and departments together, today and the 29 days before.', min: 0, max: 10_000, example: 9 }) visitsLast30Days: number;
  @Whole({ description: 'The limit of the park’s policy.', min: 1, max: 1000, example: 8 }) burdenLimit: number;
}
