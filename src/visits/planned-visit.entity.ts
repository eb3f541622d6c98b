import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { PlanStatus } from './domain/plan';

/** Who intends to visit whom when. The enterprise may decline it, with or without a reason, without penalty to anyone. */
@Entity('planned_visit')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'planned_visit_to_enterprise' })
@ForeignKey('Cadre', ['parkId', 'plannerId'], ['parkId', 'id'], { name: 'planned_visit_by_planner' })
@Unique('planned_visit_row_in_park', ['parkId', 'id'])
@Check('planned_visit_status_known', "status IN ('planned', 'declined', 'cancelled')")
@Check('planned_visit_closed_at_a_time', "(status = 'planned') = (closed_at IS NULL)")
@Index('planned_visit_by_date', ['parkId', 'plannedOn', 'id'])
@Index('planned_visit_of_enterprise_by_date', ['parkId', 'enterpriseId', 'plannedOn'])
@Index('planned_visit_of_planner', ['parkId', 'plannerId', 'plannedOn'])
export class PlannedVisit {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'planned_visit_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') enterpriseId: string;
  @Column('uuid') plannerId: string;
  @Column('date') plannedOn: Day;
  @Column('text', { nullable: true }) note: string | null;
  @Column('text') status: PlanStatus;
  @Column('timestamptz', { nullable: true }) closedAt: Date | null;
  @Column('text', { nullable: true }) closeReason: string | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
