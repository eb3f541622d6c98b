import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Priority } from '../kernel/priority';
import type { Closing, Outcome } from './domain/happening';
import type { ClockKind, State } from './domain/lifecycle';
import type { Channel } from './domain/words';

/** The last number that a park has given in a year. */
@Entity('ticket_number')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'ticket_number_of_park' })
export class TicketNumber {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_number_pkey' }) parkId: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'ticket_number_pkey' }) year: number;
  @Column('integer') last: number;
}

/**
 * An issue that an enterprise raised. What was said at its registration, what a supervisor sorts anew, and, kept with each event that says otherwise,
 * what follows from its events. Nothing is deleted.
 */
@Entity('ticket')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'ticket_of_enterprise' })
@ForeignKey('Visit', ['parkId', 'visitId'], ['parkId', 'id'], { name: 'ticket_of_visit' })
@ForeignKey('GuideItem', ['parkId', 'guideItemId'], ['parkId', 'id'], { name: 'ticket_of_guide_item' })
@ForeignKey('Cadre', ['parkId', 'registeredBy'], ['parkId', 'id'], { name: 'ticket_registered_in_park' })
@ForeignKey('Cadre', ['parkId', 'handlerId'], ['parkId', 'id'], { name: 'ticket_handled_in_park' })
@ForeignKey('Cadre', ['parkId', 'leadId'], ['parkId', 'id'], { name: 'ticket_led_in_park' })
@ForeignKey('Department', ['parkId', 'departmentId'], ['parkId', 'id'], { name: 'ticket_in_department' })
@ForeignKey('Ticket', ['parkId', 'enterpriseId', 'mergedIntoId'], ['parkId', 'enterpriseId', 'id'], { name: 'ticket_merged_into_same_enterprise' })
@Unique('ticket_row_in_park', ['parkId', 'id'])
@Unique('ticket_of_enterprise_row_in_park', ['parkId', 'enterpriseId', 'id'])
@Unique('ticket_number_once', ['parkId', 'year', 'sequence'])
@Check('ticket_channel_known', "channel IN ('visit', 'phone', 'online', 'at_office', 'portal', 'hotline', 'letter', 'meeting')")
@Check('ticket_priority_known', "priority IN ('normal', 'urgent', 'critical')")
@Check('ticket_state_known', "state IN ('registered', 'assigned', 'in_progress', 'waiting_enterprise', 'resolved', 'explained', 'deferred', 'closed', 'withdrawn', 'merged')")
@Check('ticket_outcome_known', "outcome IN ('solved', 'partly_solved', 'information_given', 'referred', 'declined')")
@Check('ticket_closing_known', "closing IN ('confirmed', 'silent', 'called')")
@Check('ticket_closed_somehow', "(state = 'closed') = (closing IS NOT NULL)")
@Check('ticket_level_known', 'level BETWEEN 0 AND 3')
@Check('ticket_ends_with_its_state', "(state IN ('closed', 'withdrawn', 'merged')) = (ended_at IS NOT NULL)")
@Check('ticket_open_has_a_clock', 'ended_at IS NOT NULL OR next_due_at IS NOT NULL')
@Check('ticket_clock_has_a_kind', '(next_due_at IS NULL) = (next_due_clock IS NULL)')
@Check('ticket_has_one_handler', "CASE state WHEN 'registered' THEN handler_id IS NULL WHEN 'withdrawn' THEN true WHEN 'merged' THEN true ELSE handler_id IS NOT NULL END")
@Check('ticket_closed_with_answer_and_outcome', "state <> 'closed' OR (last_answer_at IS NOT NULL AND outcome IS NOT NULL)")
@Check('ticket_withdrawn_for_somebody', "(state = 'withdrawn') = (withdrawn_for IS NOT NULL)")
@Check('ticket_merged_into_another', "(state = 'merged') = (merged_into_id IS NOT NULL) AND merged_into_id <> id")
@Index('ticket_open_by_due', ['parkId', 'nextDueAt', 'id'], { where: 'ended_at IS NULL' })
@Index('ticket_open_by_handler', ['parkId', 'handlerId', 'nextDueAt', 'id'], { where: 'ended_at IS NULL' })
@Index('ticket_open_by_department', ['parkId', 'departmentId', 'nextDueAt', 'id'], { where: 'ended_at IS NULL' })
@Index('ticket_open_by_number', ['parkId', 'year', 'sequence'], { where: 'ended_at IS NULL' })
@Index('ticket_call_by_due', ['parkId', 'nextDueAt', 'id'], { where: 'ended_at IS NOT NULL AND next_due_at IS NOT NULL' })
@Index('ticket_by_turn', ['parkId', 'turnAt'], { where: 'turn_at IS NOT NULL' })
@Index('ticket_by_enterprise', ['parkId', 'enterpriseId', 'year', 'sequence'])
@Index('ticket_by_handler', ['parkId', 'handlerId', 'year', 'sequence'])
@Index('ticket_by_department', ['parkId', 'departmentId', 'year', 'sequence'])
@Index('ticket_by_lead', ['parkId', 'leadId', 'year', 'sequence'], { where: 'lead_id IS NOT NULL' })
@Index('ticket_by_registrar', ['parkId', 'registeredBy', 'year', 'sequence'], { where: 'registered_by IS NOT NULL' })
@Index('ticket_by_visit', ['parkId', 'visitId'], { where: 'visit_id IS NOT NULL' })
@Index('ticket_by_guide_item', ['parkId', 'guideItemId', 'createdAt'], { where: 'guide_item_id IS NOT NULL' })
@Index('ticket_by_survivor', ['parkId', 'mergedIntoId'], { where: 'merged_into_id IS NOT NULL' })
@Index('ticket_with_persons', ['parkId', 'endedAt'], { where: "ended_at IS NOT NULL AND (raised_by IS NOT NULL OR withdrawn_for <> '*')" })
@Index('ticket_by_piece', { synchronize: false })
export class Ticket {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_pkey' }) id: string;
  @Column('uuid') parkId: string;
  /** The local year in which it was registered. */
  @Column('integer') year: number;
  /** Gapless per park and year, from 1. */
  @Column('integer') sequence: number;
  /** As it is said aloud: `JKSP-2026-000123`. */
  @Column({ type: 'text', collation: 'C' }) number: string;
  @Column('uuid') enterpriseId: string;
  /** The visit in which it was raised. */
  @Column('uuid', { nullable: true }) visitId: string | null;
  @Column('text') channel: Channel;
  @Column('text') category: string;
  @Column('text') priority: Priority;
  @Column('text') title: string;
  @Column('text') description: string;
  @Column('text') searchText: string;
  @Column('text', { array: true }) searchPieces: string[];
  @Column('uuid', { nullable: true }) guideItemId: string | null;
  @Column('text', { nullable: true }) raisedBy: string | null;
  @Column('timestamptz', { nullable: true }) raisedAt: Date | null;
  @Column('uuid', { array: true }) attachmentIds: string[];
  /** The cadre; null when a client did. */
  @Column('uuid', { nullable: true }) registeredBy: string | null;
  @Column('text') state: State;
  @Column('integer') cycle: number;
  @Column('integer') level: number;
  @Column('uuid', { nullable: true }) handlerId: string | null;
  @Column('uuid', { nullable: true }) leadId: string | null;
  /** Of the handler; where there is none, the one that assigns. */
  @Column('uuid', { nullable: true }) departmentId: string | null;
  @Column('text', { nullable: true }) outcome: Outcome | null;
  /** How it was closed. */
  @Column('text', { nullable: true }) closing: Closing | null;
  @Column('timestamptz', { nullable: true }) lastAnswerAt: Date | null;
  /** Who asked for the withdrawal. */
  @Column('text', { nullable: true }) withdrawnFor: string | null;
  @Column('uuid', { nullable: true }) mergedIntoId: string | null;
  /** How often a review date was set. */
  @Column('integer') deferrals: number;
  /** Breaches on record, over all cycles. */
  @Column('integer') breaches: number;
  /** The earliest deadline of its running clocks. */
  @Column('timestamptz', { nullable: true }) nextDueAt: Date | null;
  @Column('text', { nullable: true }) nextDueClock: ClockKind | null;
  /** A running deadline lies in a year whose calendar is not official. */
  @Column('boolean') calendarProvisional: boolean;
  /** When the passing of time does something to it next; nothing of what is kept here holds from then on until that is written. */
  @Column('timestamptz', { nullable: true }) turnAt: Date | null;
  /** Calendar and working hours by which it was judged last. */
  @Column('text') world: string;
  /** How many events it has. */
  @Column('integer') events: number;
  @Column('timestamptz', { nullable: true }) endedAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** Who works on a ticket beside its handler, now. */
@Entity('ticket_collaborator')
@ForeignKey('Ticket', ['parkId', 'ticketId'], ['parkId', 'id'], { name: 'ticket_collaborator_on_ticket' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'ticket_collaborator_in_park' })
@Index('ticket_collaborator_by_cadre', ['parkId', 'cadreId'])
export class TicketCollaborator {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_collaborator_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_collaborator_pkey' }) ticketId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_collaborator_pkey' }) cadreId: string;
}
