import type { Day } from '../kernel/day';
import { Choice, DayField, Id, Nested, Text } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';

export class TimelineItem {
  @DayField({ description: 'The date to which it belongs; of a ticket, when it was registered.' }) on: Day;
  @Id({ description: 'The visit, ticket, assignment or change of status.' }) id: string;
  @Choice({ description: 'What kind of event.', of: ['visit', 'ticket', 'assignment_started', 'assignment_ended', 'status'] }) kind: 'visit' | 'ticket' | 'assignment_started' | 'assignment_ended' | 'status';
  @Text({ description: 'A visit’s mode or `voided`, where a ticket stands, an assignment’s capacity, or the status.', max: 40, example: 'on_site' }) what: string;
  @Nested(() => NamedRef, { description: 'The cadre concerned.', nullable: true }) cadre: NamedRef | null;
}
