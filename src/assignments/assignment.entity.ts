import { Check, Column, Entity, Exclusion, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Capacity } from './domain/capacity';

/** An assignment, and whether its due date may still move since the year’s calendar is not official. */
export type AssignmentRow = Assignment & { readonly calendarProvisional: boolean };

/** An assignment as of a day. */
export type ShownAssignment = AssignmentRow & { readonly overdueDays: number };

/** Who owes whom visits, in which capacity, from when to when; with the standing that follows from the facts. */
@Entity('assignment')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'assignment_of_enterprise' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'assignment_of_cadre' })
@ForeignKey('Assignment', ['parkId', 'predecessorId'], ['parkId', 'id'], { name: 'assignment_succeeds_in_park' })
@Unique('assignment_row_in_park', ['parkId', 'id'])
@Unique('assignment_parties_row_in_park', ['parkId', 'id', 'enterpriseId', 'cadreId'])
@Check('assignment_capacity_known', "capacity IN ('officer', 'leader')")
@Check('assignment_ends_after_it_starts', 'ends_on >= starts_on')
@Check('assignment_due_exactly_while_owed', "standing IN ('owed', 'resting', 'ended') AND (standing = 'owed') = (next_due_on IS NOT NULL)")
@Exclusion('assignment_one_per_capacity', 'USING gist (((enterprise_id)::text) WITH =, capacity WITH =, daterange(starts_on, ends_on) WITH &&)')
@Index('assignment_by_due_date', ['parkId', 'nextDueOn', 'id'], { where: 'next_due_on IS NOT NULL' })
@Index('assignment_of_cadre_by_due_date', ['parkId', 'cadreId', 'nextDueOn', 'id'])
@Index('assignment_of_enterprise_by_start', ['parkId', 'enterpriseId', 'capacity', 'startsOn'])
@Index('assignment_by_predecessor', ['parkId', 'predecessorId'], { where: 'predecessor_id IS NOT NULL' })
@Index('assignment_of_park_by_turn', ['parkId', 'turnOn'], { where: 'turn_on IS NOT NULL' })
export class Assignment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'assignment_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') enterpriseId: string;
  @Column('uuid') cadreId: string;
  @Column('text') capacity: Capacity;
  @Column('date') startsOn: Day;
  /** First day on which nothing is owed any more. */
  @Column('date', { nullable: true }) endsOn: Day | null;
  /** Last visit from before the system. */
  @Column('date', { nullable: true }) inheritedVisitOn: Day | null;
  @Column('uuid', { nullable: true }) predecessorId: string | null;
  @Column('text') standing: 'owed' | 'resting' | 'ended';
  @Column('date', { nullable: true }) nextDueOn: Day | null;
  /** The next day on which the mere passing of time changes the standing. */
  @Column('date', { nullable: true }) turnOn: Day | null;
  @Column('date', { nullable: true }) lastVisitOn: Day | null;
  @Column('text', { nullable: true }) endReason: string | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
