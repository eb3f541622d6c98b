import { namesFor, type ShowName } from '../enterprises/domain/contact';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { CATEGORY_FORM } from '../guide/domain/categories';
import { PRIORITIES, type Priority } from '../kernel/priority';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { LimitBody } from '../platform/http/limit-body';
import { PageQuery } from '../platform/http/page';
import { type Clock, isResting, isRunning, sharesOf } from './domain/clocks';
import { type Closing, CLOSINGS, OUTCOMES } from './domain/happening';
import { CLOCK_KINDS, STATES, type State, STEPS, type Step } from './domain/lifecycle';
import { CHANNELS, type Channel } from './domain/words';
import type { TicketView } from './tickets.store';

/** Stands where a name was that is forgotten. */
const FORGOTTEN = '*';

const TITLE = { description: 'In a few words.', max: 100, example: '园区频繁闪断' };
const DESCRIPTION = { description: 'What the matter is.', max: 4000, lines: true, example: '本月已闪断六次，速冻线每停一次报废面坯约两吨。' };

export class RegisterTicket {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Id({ description: 'Who raised it.' }) enterpriseId: string;
  @Choice({ description: 'How it reached the ledger.', of: CHANNELS }) channel: Channel;
  @Text({ description: 'One of the guide’s categories.', max: 40, pattern: CATEGORY_FORM, example: 'power' }) category: string;
  @Text(TITLE) title: string;
  @Text(DESCRIPTION) description: string;
  @Choice({ description: '`normal` when left out.', of: PRIORITIES, optional: true }) priority?: Priority;
  @Id({ description: 'The guide item that fits; its limits in force today bind.', optional: true }) guideItemId?: string;
  @Text({ description: 'Who of the enterprise raised it.', max: 100, optional: true, example: '王经理' }) raisedBy?: string;
  @InstantField({ description: 'When it was raised. Clocks count from when the server receives it.', optional: true }) raisedAt?: string;
  @Id({ description: 'Files that came with it.', list: { max: 20, unique: true }, optional: true }) attachmentIds?: string[];
  @Id({ description: 'The visit in which it was raised.', optional: true }) visitId?: string;
}

export class TicketsQuery extends PageQuery {
  @Choice({ description: 'In this state.', of: STATES, optional: true }) status?: State;
  @Flag({ description: 'Only those that have not ended, or only the others.', optional: true, query: true }) open?: boolean;
  @Choice({ description: 'Closed in this way.', of: CLOSINGS, optional: true }) closing?: Closing;
  @Flag({ description: 'Only those with a breach on record, or only the others.', optional: true, query: true }) breached?: boolean;
  @Id({ description: 'Of this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Handled by this cadre.', optional: true }) handlerId?: string;
  @Id({ description: 'With this department.', optional: true }) departmentId?: string;
  @Id({ description: 'Raised in this visit.', optional: true }) visitId?: string;
  @Text({ description: 'Of this category.', max: 40, pattern: CATEGORY_FORM, optional: true, example: 'power' }) category?: string;
  @Whole({ description: 'At this level of linkage.', min: 0, max: 3, optional: true, query: true }) level?: number;
  @DayField({ description: 'Raised on this day of the park or later; where nobody said when, registered.', optional: true }) raisedFrom?: Day;
  @DayField({ description: 'Raised on this day of the park or earlier.', optional: true }) raisedTo?: Day;
  @Text({ description: 'A part of the title or description, two characters or more, or a number.', max: 100, optional: true, example: '闪断' }) q?: string;
}

export class ShareResponse {
  @Id({ description: 'Who was responsible; null is the assigning department.', nullable: true }) responsibleId: string | null;
  @Whole({ description: 'Wall-clock milliseconds, without rests.', min: 0, max: Number.MAX_SAFE_INTEGER, example: 86_400_000 }) milliseconds: number;
}

export class ClockResponse {
  @Whole({ description: 'Its number, in the order of starting.', min: 1, max: 100_000 }) no: number;
  @Choice({ description: 'What it limits.', of: CLOCK_KINDS }) kind: string;
  @Whole({ description: 'The cycle.', min: 1, max: 1000 }) cycle: number;
  @InstantField({ description: 'When it started.' }) startedAt: string;
  @InstantField({ description: 'From when it is overdue; null while it rests.', nullable: true }) dueAt: string | null;
  @DayField({ description: 'The last day on time, of a limit in days.', nullable: true }) dueOn: Day | null;
  @InstantField({ description: 'The deadline that was first promised; rates measure against it.', nullable: true }) originalDueAt: string | null;
  @Nested(() => LimitBody, { description: 'What was granted on top.', list: { max: 20 } }) extensions: LimitBody[];
  @Flag({ description: 'Started anew after the ticket came back.', example: false }) rework: boolean;
  @Flag({ description: 'Whether it rests.', example: false }) resting: boolean;
  @Flag({ description: 'The deadline lies in a year whose calendar is not official: it may still move.', example: false }) calendarProvisional: boolean;
  @InstantField({ description: 'When it stopped; null while it runs.', nullable: true }) stoppedAt: string | null;
  @InstantField({ description: 'When its deadline passed, which stays on record.', nullable: true }) breachedAt: string | null;
  @Id({ description: 'Who was responsible then; null is the assigning department, or nothing was breached.', nullable: true }) responsibleId: string | null;
  @Nested(() => ShareResponse, { description: 'How much of its time was whose.', list: { max: 100 } }) shares: ShareResponse[];
}

export class TicketResponse {
  @Id({ description: 'The ticket.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text({ description: 'As it is said aloud, gapless per park and year.', max: 40, example: 'JKSP-2026-000123' }) number: string;
  @Id({ description: 'Who raised it.' }) enterpriseId: string;
  @Id({ description: 'The visit in which it was raised.', nullable: true }) visitId: string | null;
  @Choice({ description: 'How it reached the ledger.', of: CHANNELS }) channel: Channel;
  @Text({ description: 'Category.', max: 40, example: 'power' }) category: string;
  @Choice({ description: 'Priority.', of: PRIORITIES }) priority: Priority;
  @Text(TITLE) title: string;
  @Text(DESCRIPTION) description: string;
  @Id({ description: 'The guide item.', nullable: true }) guideItemId: string | null;
  @Text({ description: 'Who of the enterprise raised it.', max: 100, nullable: true, example: '王经理' }) raisedBy: string | null;
  @InstantField({ description: 'When it was raised.', nullable: true }) raisedAt: string | null;
  @Id({ description: 'Files.', list: { max: 20 } }) attachmentIds: string[];
  @Id({ description: 'The cadre who registered it; null for a client.', nullable: true }) registeredBy: string | null;
  @Choice({ description: 'Where it stands.', of: STATES }) status: State;
  @Whole({ description: 'The cycle; each reopening begins one.', min: 1, max: 1000 }) cycle: number;
  @Whole({ description: 'Level of linkage; 0 is none.', min: 0, max: 3 }) level: number;
  @Id({ description: 'Who is responsible; null while it is registered, when the assigning department answers for it.', nullable: true }) handlerId: string | null;
  @Id({ description: 'Who works on it beside them.', list: { max: 20 } }) collaboratorIds: string[];
  @Id({ description: 'Who leads the linkage.', nullable: true }) leadId: string | null;
  @Id({ description: 'The department that answers for it.', nullable: true }) departmentId: string | null;
  @Choice({ description: 'How it ended.', of: OUTCOMES, nullable: true }) outcome: string | null;
  @Choice({ description: 'How it was closed: `confirmed` with a grade of 3 or more; `silent`, the enterprise had been sent it and said nothing; `called`, nothing could be sent, somebody called, and no grade came. Null for what is not closed.', of: CLOSINGS, nullable: true }) closing: Closing | null;
  @InstantField({ description: 'When the enterprise was told something last.', nullable: true }) lastAnswerAt: string | null;
  @Whole({ description: 'How often a review date was set.', min: 0, max: 1000 }) deferrals: number;
  @DayField({ description: 'When it is looked at again, while it is explained or deferred.', nullable: true }) reviewOn: Day | null;
  @Nested(() => LimitBody, { description: 'More time that was asked for and not decided.', nullable: true }) extensionAsked: LimitBody | null;
  @Text({ description: 'Who asked for the withdrawal.', max: 200, nullable: true, example: '王经理' }) withdrawnFor: string | null;
  @Id({ description: 'The ticket that goes on for it.', nullable: true }) mergedIntoId: string | null;
  @InstantField({ description: 'The earliest deadline of a running clock; in the past where one was breached.', nullable: true }) nextDueAt: string | null;
  @Flag({ description: 'A running deadline lies in a year whose calendar is not official.', example: false }) calendarProvisional: boolean;
  @Nested(() => ClockResponse, { description: 'Its clocks, in the order of starting.', list: { max: 1000 } }) clocks: ClockResponse[];
  @Choice({ description: 'The steps that you may take now.', of: STEPS, list: { max: STEPS.length } }) allowedSteps: Step[];
  @InstantField({ description: 'When it ended.', nullable: true }) endedAt: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was registered: clocks count from here.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

/** How a ticket is shown to the actor. */
export function ticketFor(actor: Actor): (view: TicketView) => TicketResponse {
  const showName = namesFor(actor);
  return (view) => toTicketResponse(view, showName);
}

/** The time that shares count is that of the view: a clock that runs has had it up to now. */
function toTicketResponse({ row, ticket, allowedSteps, now }: TicketView, showName: ShowName): TicketResponse {
  const { id, parkId, number, enterpriseId, visitId, channel, category, priority, title, description, guideItemId, raisedBy, attachmentIds, registeredBy, departmentId, withdrawnFor, version } = row;
  const due = ticket.clocks.filter(isRunning).flatMap(({ deadline }) => (deadline === undefined ? [] : [deadline]));
  const next = due.reduce<Date | undefined>((first, { dueAt }) => (first === undefined || dueAt < first ? dueAt : first), undefined);
  return {
    id, parkId, number, enterpriseId, visitId, channel, category, priority, title, description, guideItemId, raisedBy: raisedBy === null ? null : showName(raisedBy), raisedAt: text(row.raisedAt), attachmentIds, registeredBy,
    status: ticket.state, cycle: ticket.cycle, level: ticket.level, handlerId: ticket.handlerId, collaboratorIds: [...ticket.collaboratorIds], leadId: ticket.leadId ?? null, departmentId,
    outcome: ticket.outcome ?? null, closing: ticket.closing ?? null, lastAnswerAt: text(row.lastAnswerAt), deferrals: ticket.deferrals,
    reviewOn: ['explained', 'deferred'].includes(ticket.state) ? ticket.reviewOn ?? null : null, extensionAsked: ticket.extensionAsked === undefined ? null : { ...ticket.extensionAsked },
    withdrawnFor: withdrawnFor === null || withdrawnFor === FORGOTTEN ? withdrawnFor : showName(withdrawnFor), mergedIntoId: ticket.mergedIntoId ?? null, nextDueAt: text(next), calendarProvisional: due.some(({ calendarProvisional }) => calendarProvisional),
    clocks: ticket.clocks.map((clock) => toClockResponse(clock, ticket.tenures, now)), allowedSteps: [...allowedSteps], endedAt: text(ticket.ended?.at), version,
    createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  };
}

function toClockResponse(clock: Clock, tenures: TicketView['ticket']['tenures'], now: Date): ClockResponse {
  const { no, kind, cycle, started, deadline, original, extensions, rework, stopped, breach } = clock;
  return {
    no, kind, cycle, startedAt: started.at.toISOString(), dueAt: text(deadline?.dueAt), dueOn: deadline?.dueOn ?? null, originalDueAt: text(original?.dueAt),
    extensions: extensions.map(({ unit, amount }) => ({ unit, amount })), rework, resting: isResting(clock), calendarProvisional: deadline?.calendarProvisional ?? false,
    stoppedAt: text(stopped?.at), breachedAt: text(breach?.when.at), responsibleId: breach?.responsibleId ?? null, shares: sharesOf(clock, tenures, now),
  };
}

function text(instant: Date | null | undefined): string | null {
  return instant?.toISOString() ?? null;
}
