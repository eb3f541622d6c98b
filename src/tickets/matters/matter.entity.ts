import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { MatterStatus, MatterTicketStanding } from '../domain/matter';
import type { Means } from '../domain/words';

/** A concern that several enterprises share. */
@Entity('matter')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'matter_of_park' })
@ForeignKey('GuideItem', ['parkId', 'guideItemId'], ['parkId', 'id'], { name: 'matter_of_guide_item' })
@ForeignKey('Cadre', ['parkId', 'openedBy'], ['parkId', 'id'], { name: 'matter_opened_in_park' })
@ForeignKey('Cadre', ['parkId', 'decidedBy'], ['parkId', 'id'], { name: 'matter_decided_in_park' })
@ForeignKey('Cadre', ['parkId', 'dismissedBy'], ['parkId', 'id'], { name: 'matter_dismissed_in_park' })
@Unique('matter_row_in_park', ['parkId', 'id'])
@Check('matter_status_known', "status IN ('proposed', 'open', 'decided', 'dismissed')")
@Check('matter_opened_by_somebody', "(opened_by IS NOT NULL) = (status IN ('open', 'decided'))")
@Check('matter_decided_whole', "num_nonnulls(decision, means, decided_by, decided_at) = CASE status WHEN 'decided' THEN 4 ELSE 0 END")
@Check('matter_dismissed_with_reason', "num_nonnulls(dismiss_reason, dismissed_by, dismissed_at) = CASE status WHEN 'dismissed' THEN 3 ELSE 0 END")
@Index('matter_one_per_guide_item', ['parkId', 'guideItemId'], { unique: true, where: "status IN ('proposed', 'open')" })
@Index('matter_by_guide_item', ['parkId', 'guideItemId'], { where: 'guide_item_id IS NOT NULL' })
@Index('matter_by_opener', ['parkId', 'openedBy'], { where: 'opened_by IS NOT NULL' })
@Index('matter_by_decider', ['parkId', 'decidedBy'], { where: 'decided_by IS NOT NULL' })
@Index('matter_by_dismisser', ['parkId', 'dismissedBy'], { where: 'dismissed_by IS NOT NULL' })
export class Matter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'matter_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') title: string;
  /** Null for what the system has proposed. */
  @Column('text', { nullable: true }) description: string | null;
  @Column('text', { nullable: true }) category: string | null;
  @Column('uuid', { nullable: true }) guideItemId: string | null;
  @Column('text') status: MatterStatus;
  /** Who opened it, or accepted the proposal. */
  @Column('uuid', { nullable: true }) openedBy: string | null;
  @Column('text', { nullable: true }) decision: string | null;
  @Column('text', { nullable: true }) means: Means | null;
  @Column('uuid', { nullable: true }) decidedBy: string | null;
  @Column('timestamptz', { nullable: true }) decidedAt: Date | null;
  @Column('text', { nullable: true }) dismissReason: string | null;
  @Column('uuid', { nullable: true }) dismissedBy: string | null;
  @Column('timestamptz', { nullable: true }) dismissedAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** A ticket of a matter. A ticket is in one open matter at most. */
@Entity('matter_ticket')
@ForeignKey('Matter', ['parkId', 'matterId'], ['parkId', 'id'], { name: 'matter_ticket_of_matter' })
@ForeignKey('Ticket', ['parkId', 'ticketId'], ['parkId', 'id'], { name: 'matter_ticket_is_ticket' })
@ForeignKey('TicketEvent', ['parkId', 'ticketId', 'eventNo'], ['parkId', 'ticketId', 'no'], { name: 'matter_ticket_answered_by_event' })
@Check('matter_ticket_standing_known', "standing IN ('proposed', 'open', 'ended')")
@Check('matter_ticket_answered_at_the_end', "event_no IS NULL OR standing = 'ended'")
@Index('matter_ticket_in_one_open', ['parkId', 'ticketId'], { unique: true, where: "standing = 'open'" })
@Index('matter_ticket_by_ticket', ['parkId', 'ticketId'])
export class MatterTicket {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'matter_ticket_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'matter_ticket_pkey' }) matterId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'matter_ticket_pkey' }) ticketId: string;
  @Column('text') standing: MatterTicketStanding;
  @Column('timestamptz') addedAt: Date;
  /** The ticket's event by which the decision answered it. */
  @Column('integer', { nullable: true }) eventNo: number | null;
}

/** What research has found. Written once. */
@Entity('matter_note')
@ForeignKey('Matter', ['parkId', 'matterId'], ['parkId', 'id'], { name: 'matter_note_of_matter' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'matter_note_by_cadre' })
@Index('matter_note_by_matter', ['parkId', 'matterId', 'id'])
@Index('matter_note_by_author', ['parkId', 'cadreId'])
export class MatterNote {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'matter_note_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') matterId: string;
  @Column('uuid') cadreId: string;
  @Column('text') text: string;
  @Column('timestamptz') at: Date;
}
