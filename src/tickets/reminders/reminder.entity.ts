import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../../kernel/day';
import type { ReminderKind } from '../domain/reminder';

/** A reminder or an order, about a ticket or a visit that was overdue. It is answered once, and nothing else of it changes. */
@Entity('reminder')
@ForeignKey('TicketEvent', ['parkId', 'ticketId', 'eventNo'], ['parkId', 'ticketId', 'no'], { name: 'reminder_of_event' })
@ForeignKey('Assignment', ['parkId', 'assignmentId'], ['parkId', 'id'], { name: 'reminder_of_assignment' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'reminder_to_cadre' })
@ForeignKey('Cadre', ['parkId', 'issuedBy'], ['parkId', 'id'], { name: 'reminder_issued_in_park' })
@ForeignKey('Cadre', ['parkId', 'repliedBy'], ['parkId', 'id'], { name: 'reminder_answered_in_park' })
@Unique('reminder_row_in_park', ['parkId', 'id'])
@Unique('reminder_once_per_event', ['parkId', 'ticketId', 'eventNo'])
@Check('reminder_kind_known', "kind IN ('reminder', 'order')")
@Check('reminder_order_has_a_day', "(kind = 'order') = (due_on IS NOT NULL)")
@Check('reminder_about_one_thing', 'CASE WHEN ticket_id IS NULL THEN num_nulls(event_no, assignment_id, lapse_due_on, cadre_id) = 1 AND event_no IS NULL ELSE event_no IS NOT NULL AND num_nonnulls(assignment_id, lapse_due_on) = 0 END')
@Check('reminder_of_somebody_says_something', 'issued_by IS NULL OR text IS NOT NULL')
@Check('reminder_answered_whole', 'num_nulls(reply, replied_at, replied_by) IN (0, 3)')
@Index('reminder_by_cadre', ['parkId', 'cadreId', 'id'])
@Index('reminder_unanswered', ['parkId', 'id'], { where: 'replied_at IS NULL' })
@Index('reminder_by_assignment', ['parkId', 'assignmentId'], { where: 'assignment_id IS NOT NULL' })
@Index('reminder_by_issuer', ['parkId', 'issuedBy'], { where: 'issued_by IS NOT NULL' })
@Index('reminder_by_answerer', ['parkId', 'repliedBy'], { where: 'replied_by IS NOT NULL' })
export class Reminder {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reminder_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') kind: ReminderKind;
  @Column('uuid', { nullable: true }) ticketId: string | null;
  /** The ticket's event that it is. */
  @Column('integer', { nullable: true }) eventNo: number | null;
  @Column('uuid', { nullable: true }) assignmentId: string | null;
  /** When the visit was due that had not been made. */
  @Column('date', { nullable: true }) lapseDueOn: Day | null;
  /** Who was responsible when it was issued; null is the department that assigns. */
  @Column('uuid', { nullable: true }) cadreId: string | null;
  /** Null for an order of the system. */
  @Column('text', { nullable: true }) text: string | null;
  @Column('date', { nullable: true }) dueOn: Day | null;
  /** Null for the system. */
  @Column('uuid', { nullable: true }) issuedBy: string | null;
  @Column('timestamptz') issuedAt: Date;
  @Column('text', { nullable: true }) reply: string | null;
  @Column('timestamptz', { nullable: true }) repliedAt: Date | null;
  @Column('uuid', { nullable: true }) repliedBy: string | null;
}
