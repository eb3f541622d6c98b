import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A cadre who goes along on another's planned visit, so that the enterprise is visited once and not twice. */
@Entity('planned_visit_member')
@ForeignKey('PlannedVisit', ['parkId', 'plannedVisitId'], ['parkId', 'id'], { name: 'planned_visit_member_of_plan' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'planned_visit_member_is_cadre' })
@Index('planned_visit_member_by_cadre', ['parkId', 'cadreId'])
export class PlannedVisitMember {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'planned_visit_member_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'planned_visit_member_pkey' }) plannedVisitId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'planned_visit_member_pkey' }) cadreId: string;
  @Column('timestamptz') joinedAt: Date;
}
