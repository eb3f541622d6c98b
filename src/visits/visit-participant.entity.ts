import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';

/** A cadre named in a visit. It counts for them once they confirm; for the author at once. */
@Entity('visit_participant')
@ForeignKey('Visit', ['parkId', 'visitId'], ['parkId', 'id'], { name: 'visit_participant_of_visit' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'visit_participant_is_cadre' })
@Index('visit_participant_by_date', { synchronize: false })
export class VisitParticipant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'visit_participant_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'visit_participant_pkey' }) visitId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'visit_participant_pkey' }) cadreId: string;
  /** The visit's own, so that a cadre's visits are read by date through one index. */
  @Column('date') onDate: Day;
  @Column('timestamptz', { nullable: true }) confirmedAt: Date | null;
  /** An amendment no longer names them. */
  @Column('timestamptz', { nullable: true }) removedAt: Date | null;
}
