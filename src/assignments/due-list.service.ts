import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import { type Day, daysBetween } from '../kernel/day';
import { Choice, DayField, Flag, Id, Nested, Text, Whole } from '../platform/http/fields';
import type { PageRows } from '../platform/http/page';
import { NamedRef } from '../platform/http/named-ref';
import { type DueFilter, DueListStore, type DueRow } from './due-list.store';
import { DutiesService } from './duties.service';

export class EnterpriseRef {
  @Id({ description: 'The enterprise.' }) id: string;
  @Text({ description: 'Its name.', max: 200, example: '星野县金桥调味品有限公司' }) name: string;
  @Text({ description: 'Unified social credit code.', max: 18, example: '91430181MATHYNWQX3' }) uscc: string;
}

export class DueVisit {
  @Id({ description: 'The assignment.' }) assignmentId: string;
  @Nested(() => EnterpriseRef, { description: 'Whom the visit is owed to.' }) enterprise: EnterpriseRef;
  @Nested(() => NamedRef, { description: 'Who owes it.' }) cadre: NamedRef;
  @Nested(() => NamedRef, { description: 'The cadre’s department.' }) department: NamedRef;
  @Choice({ description: 'Capacity.', of: ['officer', 'leader'] }) capacity: 'officer' | 'leader';
  @DayField({ description: 'Last day on time.' }) nextDueOn: Day;
  @Whole({ description: 'Calendar days since; 0 when it is not past.', min: 0, max: 100_000, example: 2 }) overdueDays: number;
  @Flag({ description: 'The due date lies in a year whose calendar is not official: it may still move.', example: false }) calendarProvisional: boolean;
  @DayField({ description: 'The last visit that served the duty.', nullable: true }) lastVisitOn: Day | null;
  @Whole({ description: 'Lapses whose due date lies in this calendar quarter.', min: 0, max: 1000, example: 1 }) lapsesThisQuarter: number;
}

/** Duties by due date, as facts have them at the moment of reading: the overdue list and the worklist are pages of it. */
@Injectable()
export class DueListService {
  constructor(private readonly store: DueListStore, private readonly duties: DutiesService) {}

  /** Where time has turned a duty of the park that no job has judged yet, it is judged first. */
  async list(actor: Actor, parkId: string, filter: DueFilter): Promise<PageRows<DueVisit>> {
    const first = await this.store.list(actor, parkId, filter);
    if (first.stale) await this.duties.settle(parkId, actor.requestId);
    const { rows, total } = first.stale ? await this.store.list(actor, parkId, filter) : first;
    return { rows: rows.map((row) => toDueVisit(row, filter.today)), total };
  }
}

function toDueVisit(row: DueRow, today: Day): DueVisit {
  return {
    assignmentId: row.assignmentId,
    enterprise: { id: row.enterpriseId, name: row.enterpriseName, uscc: row.uscc },
    cadre: { id: row.cadreId, name: row.cadreName },
    department: { id: row.departmentId, name: row.departmentName },
    capacity: row.capacity,
    nextDueOn: row.nextDueOn,
    overdueDays: Math.max(0, daysBetween(row.nextDueOn, today)),
    calendarProvisional: row.calendarProvisional,
    lastVisitOn: row.lastVisitOn,
    lapsesThisQuarter: row.lapsesThisQuarter,
  };
}
