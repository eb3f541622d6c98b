import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Limit } from '../kernel/limit';
import type { Term } from './domain/clocks';
import type { ClockKind } from './domain/lifecycle';

/** A time limit of a ticket as its events have made it, for lists and reports. `npm run check-clocks` tells the events again and compares. */
@Entity('ticket_clock')
@ForeignKey('Ticket', ['parkId', 'ticketId'], ['parkId', 'id'], { name: 'ticket_clock_of_ticket' })
@ForeignKey('Cadre', ['parkId', 'responsibleId'], ['parkId', 'id'], { name: 'ticket_clock_answered_for_in_park' })
@Check('ticket_clock_kind_known', "kind IN ('assign', 'respond', 'resolve', 'reply', 'wait', 'confirm', 'review', 'call', 'lead')")
@Check('ticket_clock_rests_only_to_resolve', "due_at IS NOT NULL OR kind = 'resolve'")
@Check('ticket_clock_stops_whole', '(stopped_at IS NULL) = (stopped_on IS NULL)')
@Check('ticket_clock_breached_whole', '(breached_at IS NULL) = (breached_on IS NULL) AND (responsible_id IS NULL OR breached_at IS NOT NULL)')
@Check('ticket_clock_promises_alone_are_breached', "breached_at IS NULL OR kind NOT IN ('wait', 'confirm', 'review')")
@Index('ticket_clock_one_running', ['parkId', 'ticketId', 'kind'], { unique: true, where: "stopped_at IS NULL AND kind NOT IN ('reply', 'call')" })
@Index('ticket_clock_call_by_due', ['parkId', 'dueAt', 'ticketId', 'no'], { where: "kind = 'call' AND stopped_at IS NULL" })
@Index('ticket_clock_by_responsible', ['parkId', 'responsibleId'], { where: 'responsible_id IS NOT NULL' })
export class TicketClock {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_clock_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_clock_pkey' }) ticketId: string;
  /** From 1, in the order in which they were started. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'ticket_clock_pkey' }) no: number;
  @Column('text') kind: ClockKind;
  @Column('integer') cycle: number;
  @Column('timestamptz') startedAt: Date;
  @Column('date') startedOn: Day;
  @Column('jsonb') term: Term;
  @Column('boolean') rework: boolean;
  @Column('jsonb') extensions: Limit[];
  /** From and to, as instants and local days. */
  @Column('jsonb') rests: object[];
  /** Null while it rests. */
  @Column('timestamptz', { nullable: true }) dueAt: Date | null;
  @Column('date', { nullable: true }) dueOn: Day | null;
  /** Without what was granted later. */
  @Column('timestamptz', { nullable: true }) originalDueAt: Date | null;
  @Column('boolean') calendarProvisional: boolean;
  @Column('timestamptz', { nullable: true }) stoppedAt: Date | null;
  @Column('date', { nullable: true }) stoppedOn: Day | null;
  @Column('timestamptz', { nullable: true }) breachedAt: Date | null;
  @Column('date', { nullable: true }) breachedOn: Day | null;
  /** Who was responsible at the breach; null is the assigning department. */
  @Column('uuid', { nullable: true }) responsibleId: string | null;
}
