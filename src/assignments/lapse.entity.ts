import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';
import type { LapseOutcome } from './domain/standing';

/** The fact because of which a recorded lapse no longer follows, e.g. `visit.voided` and the visit's id. */
export interface Cause {
  readonly type: string;
  readonly id: string;
}

/** A lapse as a list shows it: days late up to today while it is open. */
export type ShownLapse = Lapse & { readonly enterpriseName: string; readonly cadreName: string; readonly daysLate: number };

/** One episode in which a visit was owed and had not been made, with who was responsible that day. */
@Entity('lapse')
@ForeignKey('Assignment', ['parkId', 'assignmentId', 'enterpriseId', 'cadreId'], ['parkId', 'id', 'enterpriseId', 'cadreId'], { name: 'lapse_of_assignment' })
@ForeignKey('Cadre', ['parkId', 'substituteId'], ['parkId', 'id'], { name: 'lapse_substitute_in_park' })
@Check('lapse_outcome_known', "outcome IN ('open', 'visited_late', 'visited_on_time_recorded_late', 'duty_paused', 'duty_ended', 'superseded')")
@Check('lapse_ends_with_its_days', "(outcome = 'open') = (cleared_on IS NULL) AND (outcome = 'open') = (days_late IS NULL)")
@Check('lapse_superseded_by_a_fact', "(outcome = 'superseded') = (superseded_by IS NOT NULL)")
@Index('lapse_once', { synchronize: false })
@Index('lapse_by_due_date', { synchronize: false })
@Index('lapse_by_enterprise', ['parkId', 'enterpriseId', 'dueOn'])
@Index('lapse_by_cadre', ['parkId', 'cadreId', 'dueOn'])
@Index('lapse_by_substitute', ['parkId', 'substituteId'], { where: 'substitute_id IS NOT NULL' })
export class Lapse {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lapse_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') assignmentId: string;
  @Column('uuid') enterpriseId: string;
  @Column('uuid') cadreId: string;
  /** Who covered the cadre's leave on the due day. */
  @Column('uuid', { nullable: true }) substituteId: string | null;
  @Column('date') dueOn: Day;
  @Column('timestamptz') detectedAt: Date;
  @Column('text') outcome: LapseOutcome;
  @Column('date', { nullable: true }) clearedOn: Day | null;
  @Column('integer', { nullable: true }) daysLate: number | null;
  @Column('jsonb', { nullable: true }) supersededBy: Cause | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
