import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../../kernel/day';

/** A meeting of a linkage: when, where, who, and what was decided. */
@Entity('linkage_session')
@ForeignKey('Linkage', ['parkId', 'linkageId'], ['parkId', 'id'], { name: 'linkage_session_of_linkage' })
@ForeignKey('Cadre', ['parkId', 'recordedBy'], ['parkId', 'id'], { name: 'linkage_session_recorded_in_park' })
@Unique('linkage_session_row_in_park', ['parkId', 'id'])
@Index('linkage_session_by_linkage', ['parkId', 'linkageId', 'heldAt'])
@Index('linkage_session_by_recorder', ['parkId', 'recordedBy'])
export class LinkageSession {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_session_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') linkageId: string;
  @Column('timestamptz') heldAt: Date;
  @Column('text') place: string;
  @Column('text') decisions: string;
  @Column('uuid') recordedBy: string;
  @Column('timestamptz') recordedAt: Date;
}

@Entity('linkage_participant')
@ForeignKey('LinkageSession', ['parkId', 'sessionId'], ['parkId', 'id'], { name: 'linkage_participant_of_session' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'linkage_participant_is_cadre' })
@Index('linkage_participant_by_cadre', ['parkId', 'cadreId'])
export class LinkageParticipant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_participant_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_participant_pkey' }) sessionId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_participant_pkey' }) cadreId: string;
}

/** Who does what until when, as a session has decided. */
@Entity('follow_up')
@ForeignKey('LinkageSession', ['parkId', 'sessionId'], ['parkId', 'id'], { name: 'follow_up_of_session' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'follow_up_given_in_park' })
@ForeignKey('Cadre', ['parkId', 'doneBy'], ['parkId', 'id'], { name: 'follow_up_done_in_park' })
@Check('follow_up_done_whole', 'num_nulls(done_at, done_on, done_by) IN (0, 3) AND (note IS NULL OR done_at IS NOT NULL)')
@Index('follow_up_open_by_due', ['parkId', 'dueOn', 'id'], { where: 'done_at IS NULL' })
@Index('follow_up_by_cadre', ['parkId', 'cadreId', 'dueOn', 'id'])
@Index('follow_up_by_session', ['parkId', 'sessionId'])
@Index('follow_up_by_finisher', ['parkId', 'doneBy'], { where: 'done_by IS NOT NULL' })
export class FollowUp {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'follow_up_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') sessionId: string;
  @Column('text') what: string;
  /** Whom it was given to. */
  @Column('uuid') cadreId: string;
  @Column('date') dueOn: Day;
  @Column('timestamptz', { nullable: true }) doneAt: Date | null;
  @Column('date', { nullable: true }) doneOn: Day | null;
  @Column('uuid', { nullable: true }) doneBy: string | null;
  @Column('text', { nullable: true }) note: string | null;
}
