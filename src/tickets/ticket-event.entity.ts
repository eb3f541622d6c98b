import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Happening } from './domain/happening';
import type { State } from './domain/lifecycle';

/** Who did something to a ticket; `enterprise` through its link. */
export type EventActor = 'cadre' | 'client' | 'enterprise' | 'system';

/** What was said with a step: texts and lists of texts, under the names of the step's body. */
export type Words = Readonly<Record<string, unknown>>;

/** One thing that happened to a ticket. Written once; told in the order of their numbers, a ticket's events give the ticket and its clocks. */
@Entity('ticket_event')
@ForeignKey('Ticket', ['parkId', 'ticketId'], ['parkId', 'id'], { name: 'ticket_event_of_ticket' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'ticket_event_by_cadre' })
@Check('ticket_event_by_somebody', `CASE actor_kind WHEN 'cadre' THEN num_nulls(cadre_id, client_id) = 1 AND cadre_id IS NOT NULL
      WHEN 'client' THEN cadre_id IS NULL AND client_id IS NOT NULL WHEN 'enterprise' THEN num_nulls(cadre_id, client_id) = 2 WHEN 'system' THEN num_nulls(cadre_id, client_id) = 2 ELSE false END`)
@Index('ticket_event_by_author', ['parkId', 'cadreId'], { where: 'cadre_id IS NOT NULL' })
@Index('ticket_event_with_persons', ['parkId', 'at'], { where: "words ?| ARRAY['askedBy', 'toContact']" })
export class TicketEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_event_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_event_pkey' }) ticketId: string;
  /** From 1. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'ticket_event_pkey' }) no: number;
  @Column('text') type: Happening['type'];
  @Column('timestamptz') at: Date;
  /** The local day to which it belongs. */
  @Column('date') onDate: Day;
  /** The ticket after it. */
  @Column('integer') cycle: number;
  @Column('text') state: State;
  /** Calendar and working hours by which it was judged. */
  @Column('text') world: string;
  /** What moves the ticket and its clocks. */
  @Column('jsonb') data: object;
  @Column('jsonb', { nullable: true }) words: Words | null;
  @Column('text') actorKind: EventActor;
  @Column('uuid', { nullable: true }) cadreId: string | null;
  @Column('text', { nullable: true }) clientId: string | null;
}
