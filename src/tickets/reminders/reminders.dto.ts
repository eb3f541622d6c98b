import { type Day, daysBetween } from '../../kernel/day';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../../platform/http/fields';
import { NamedRef } from '../../platform/http/named-ref';
import { PageQuery } from '../../platform/http/page';
import type { DueCall } from '../calls.store';
import { STATES, type State } from '../domain/lifecycle';
import { REMINDER_KINDS, type ReminderKind } from '../domain/reminder';
import type { ShownReminder } from './reminders.store';

const TEXT = { description: 'What is asked. It must be answered.', max: 4000, lines: true, example: '请于今日内回复企业。' };
const REPLY = { description: 'What whoever was reminded says.', max: 4000, lines: true, example: '已联系企业，明日上门。' };

export class NewReminderBody {
  @Id({ description: 'The ticket, whose handler is reminded.', optional: true }) ticketId?: string;
  @Id({ description: 'Instead of a ticket: the assignment whose visit is overdue.', optional: true }) assignmentId?: string;
  @Text(TEXT) text: string;
  @DayField({ description: 'With it, it is an order: until when it must be answered.', optional: true }) dueOn?: Day;
}

export class ReplyToReminder {
  @Text(REPLY) text: string;
}

export class RemindersQuery extends PageQuery {
  @Id({ description: 'Sent to this cadre.', optional: true }) cadreId?: string;
  @Choice({ description: 'Of this kind.', of: REMINDER_KINDS, optional: true }) kind?: ReminderKind;
  @Flag({ description: 'Only those that are answered, or only the others.', optional: true, query: true }) answered?: boolean;
  @Flag({ description: 'Only orders whose day has passed without a reply, or only the others.', optional: true, query: true }) overdue?: boolean;
}

export class ReminderResponse {
  @Id({ description: 'The reminder.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Choice({ description: '`reminder` (催办), or `order` (督办) with a deadline.', of: REMINDER_KINDS }) kind: ReminderKind;
  @Id({ description: 'The ticket; null where it is about a visit.', nullable: true }) ticketId: string | null;
  @Text({ description: 'The ticket’s number.', max: 40, nullable: true, example: 'JKSP-2026-000123' }) ticketNumber: string | null;
  @Whole({ description: 'The number of the ticket’s event.', min: 1, max: 1_000_000, nullable: true }) event: number | null;
  @Id({ description: 'The assignment; null where it is about a ticket.', nullable: true }) assignmentId: string | null;
  @DayField({ description: 'When the visit was due.', nullable: true }) lapseDueOn: Day | null;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @Nested(() => NamedRef, { description: 'Whom it was sent to: who was responsible then. Null is the department that assigns, for which any supervisor answers. What was sent to somebody who was deactivated, whoever handles the ticket now answers, and where nobody does any supervisor.', nullable: true }) cadre: NamedRef | null;
  @Text({ ...TEXT, description: 'What is asked; null for an order of the system, which follows level 3.', nullable: true }) text: string | null;
  @DayField({ description: 'Until when an order must be answered.', nullable: true }) dueOn: Day | null;
  @Whole({ description: 'Calendar days since that day without a reply; 0 otherwise.', min: 0, max: 100_000 }) overdueDays: number;
  @Nested(() => NamedRef, { description: 'Who issued it; null for the system.', nullable: true }) issuedBy: NamedRef | null;
  @InstantField({ description: 'When.' }) issuedAt: string;
  @Text({ ...REPLY, nullable: true }) reply: string | null;
  @InstantField({ description: 'When it was answered.', nullable: true }) repliedAt: string | null;
  @Nested(() => NamedRef, { description: 'By whom.', nullable: true }) repliedBy: NamedRef | null;
}

export class CallsQuery extends PageQuery {
  @Flag({ description: '`true`: only those whose deadline has passed.', optional: true, query: true }) overdueOnly?: boolean;
}

export class DueCallResponse {
  @Id({ description: 'The ticket, whose step `record-call` takes what was said.' }) ticketId: string;
  @Text({ description: 'Its number.', max: 40, example: 'JKSP-2026-000123' }) number: string;
  @Text({ description: 'In a few words.', max: 100, example: '园区频繁闪断' }) title: string;
  @Choice({ description: 'Where it stands; a withdrawn one is asked about the withdrawal.', of: STATES }) status: State;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @Nested(() => NamedRef, { description: 'Who handles it and so may not call.', nullable: true }) handler: NamedRef | null;
  @InstantField({ description: 'Since when the call is owed.' }) startedAt: string;
  @InstantField({ description: 'From when it is overdue.' }) dueAt: string;
  @Whole({ description: 'Whole hours since then; 0 before.', min: 0, max: 10_000_000 }) overdueHours: number;
}

export function toReminderResponse({ reminder, today }: { readonly reminder: ShownReminder; readonly today: Day }): ReminderResponse {
  const { id, parkId, kind, ticketId, ticketNumber, eventNo, assignmentId, lapseDueOn, enterpriseId, enterpriseName, text, dueOn, issuedAt, reply, repliedAt } = reminder;
  return {
    id, parkId, kind, ticketId, ticketNumber, event: eventNo, assignmentId, lapseDueOn, enterprise: { id: enterpriseId, name: enterpriseName }, cadre: named(reminder.cadreId, reminder.cadreName), text, dueOn,
    overdueDays: dueOn === null || repliedAt !== null ? 0 : Math.max(0, daysBetween(dueOn, today)), issuedBy: named(reminder.issuedBy, reminder.issuedByName), issuedAt: issuedAt.toISOString(), reply,
    repliedAt: repliedAt?.toISOString() ?? null, repliedBy: named(reminder.repliedBy, reminder.repliedByName),
  };
}

export function toDueCallResponse({ call, now }: { readonly call: DueCall; readonly now: Date }): DueCallResponse {
  const { ticketId, number, title, status, enterpriseId, enterpriseName, handlerId, handlerName, startedAt, dueAt } = call;
  return {
    ticketId, number, title, status, enterprise: { id: enterpriseId, name: enterpriseName }, handler: named(handlerId, handlerName), startedAt: startedAt.toISOString(), dueAt: dueAt.toISOString(),
    overdueHours: Math.max(0, Math.floor((now.getTime() - dueAt.getTime()) / 3_600_000)),
  };
}

function named(id: string | null, name: string | null): NamedRef | null {
  return id === null || name === null ? null : { id, name };
}
