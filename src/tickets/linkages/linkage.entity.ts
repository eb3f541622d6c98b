import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../../kernel/day';
import type { Closing } from '../domain/linkage';

/** A level to which a ticket was raised in one of its cycles. A level that is raised again after it was closed is another row. */
@Entity('linkage')
@ForeignKey('Ticket', ['parkId', 'ticketId'], ['parkId', 'id'], { name: 'linkage_of_ticket' })
@ForeignKey('Cadre', ['parkId', 'leadId'], ['parkId', 'id'], { name: 'linkage_led_in_park' })
@ForeignKey('Cadre', ['parkId', 'closedBy'], ['parkId', 'id'], { name: 'linkage_closed_in_park' })
@Unique('linkage_row_in_park', ['parkId', 'id'])
@Check('linkage_level_known', 'level BETWEEN 1 AND 3')
@Check('linkage_closes_whole', 'num_nulls(closed_at, closed_on, closing) IN (0, 3)')
@Check('linkage_closing_known', "closing IN ('reported', 'ticket_ended')")
@Check('linkage_outcome_is_reported', "num_nonnulls(outcome, closed_by) = CASE closing WHEN 'reported' THEN 2 ELSE 0 END")
@Index('linkage_one_open_per_level', ['parkId', 'ticketId', 'level'], { unique: true, where: 'closed_at IS NULL' })
@Index('linkage_by_ticket', ['parkId', 'ticketId', 'id'])
@Index('linkage_by_lead', ['parkId', 'leadId'], { where: 'lead_id IS NOT NULL' })
@Index('linkage_by_closer', ['parkId', 'closedBy'], { where: 'closed_by IS NOT NULL' })
export class Linkage {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') ticketId: string;
  @Column('integer') cycle: number;
  @Column('integer') level: number;
  /** Who takes the lead; null until a supervisor has named somebody. */
  @Column('uuid', { nullable: true }) leadId: string | null;
  @Column('timestamptz') openedAt: Date;
  @Column('date') openedOn: Day;
  @Column('timestamptz', { nullable: true }) closedAt: Date | null;
  @Column('date', { nullable: true }) closedOn: Day | null;
  @Column('text', { nullable: true }) closing: Closing | null;
  /** What the level came to, as its lead or a supervisor reports it. */
  @Column('text', { nullable: true }) outcome: string | null;
  @Column('uuid', { nullable: true }) closedBy: string | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** A stay in the team. Who comes back begins another. */
@Entity('linkage_member')
@ForeignKey('Linkage', ['parkId', 'linkageId'], ['parkId', 'id'], { name: 'linkage_member_of_linkage' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'linkage_member_is_cadre' })
@Index('linkage_member_once', ['parkId', 'linkageId', 'cadreId'], { unique: true, where: 'left_at IS NULL' })
@Index('linkage_member_by_cadre', ['parkId', 'cadreId'])
export class LinkageMember {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_member_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_member_pkey' }) linkageId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_member_pkey' }) cadreId: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'linkage_member_pkey' }) joinedAt: Date;
  /** Null for a member of the team as it is. */
  @Column('timestamptz', { nullable: true }) leftAt: Date | null;
}

/** The invitation of a department to coordinate. One that is invited again has another. */
@Entity('linkage_department')
@ForeignKey('Linkage', ['parkId', 'linkageId'], ['parkId', 'id'], { name: 'linkage_department_of_linkage' })
@ForeignKey('Department', ['parkId', 'departmentId'], ['parkId', 'id'], { name: 'linkage_department_in_park' })
@Index('linkage_department_once', ['parkId', 'linkageId', 'departmentId'], { unique: true, where: 'left_at IS NULL' })
@Index('linkage_department_by_department', ['parkId', 'departmentId'])
export class LinkageDepartment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_department_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_department_pkey' }) linkageId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_department_pkey' }) departmentId: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'linkage_department_pkey' }) invitedAt: Date;
  /** Null while it is invited. */
  @Column('timestamptz', { nullable: true }) leftAt: Date | null;
}

/** What an invited department says. The first answers the invitation; others add to it. */
@Entity('linkage_reply')
@ForeignKey('LinkageDepartment', ['parkId', 'linkageId', 'departmentId', 'invitedAt'], ['parkId', 'linkageId', 'departmentId', 'invitedAt'], { name: 'linkage_reply_of_invited' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'linkage_reply_by_cadre' })
@Index('linkage_reply_by_linkage', ['parkId', 'linkageId', 'departmentId'])
@Index('linkage_reply_by_author', ['parkId', 'cadreId'])
export class LinkageReply {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linkage_reply_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') linkageId: string;
  @Column('uuid') departmentId: string;
  /** When the invitation was made that it answers. */
  @Column('timestamptz') invitedAt: Date;
  @Column('uuid') cadreId: string;
  @Column('text') text: string;
  @Column('timestamptz') at: Date;
}
