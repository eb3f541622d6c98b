import { ApiProperty } from '@nestjs/swagger';
import type { ShowName } from '../enterprises/domain/contact';
import type { Day } from '../kernel/day';
import { Choice, DayField, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';
import type { Clock } from './domain/clocks';
import { CLOCK_KINDS, OTHER_ENTRIES, STATES, STEPS } from './domain/lifecycle';
import { MEANS } from './domain/words';
import type { ShownLinkage } from './linkages/linkages.store';
import type { ShownEvent } from './tickets.store';

const TYPES = [...STEPS, ...Object.keys(OTHER_ENTRIES)];
const ACTORS = ['cadre', 'client', 'enterprise', 'system'] as const;
/** What moves clocks alone and is said nowhere else, or binds and is no news. */
const UNSAID: readonly string[] = ['terms', 'respondWithin', 'resolveWithin', 'denied'];
/** Names of people of the enterprise, which are forgotten in time: `forget_who_asked` in the database knows them too. */
const PERSONS: readonly string[] = ['askedBy', 'toContact'];

export class EventResponse {
  @Whole({ description: 'Its number, from 1.', min: 1, max: 1_000_000 }) no: number;
  @Choice({ description: 'A step, or what time did.', of: TYPES }) type: string;
  @InstantField({ description: 'When it happened.' }) at: string;
  @DayField({ description: 'The local day to which it belongs.' }) on: Day;
  @Choice({ description: 'Where the ticket stood after it.', of: STATES }) status: string;
  @Whole({ description: 'In which cycle.', min: 1, max: 1000 }) cycle: number;
  @Choice({ description: 'Who did it; `enterprise` through its link.', of: ACTORS }) by: string;
  @Nested(() => NamedRef, { description: 'The cadre.', nullable: true }) cadre: NamedRef | null;
  @ApiProperty({ description: 'What it was about and what was said, under the names of the step’s body.', type: 'object', additionalProperties: true, example: { reason: '不属于本部门职责' } }) details: object;
}

export class AnswerResponse {
  @Id({ description: 'The ticket on which it was given: of a merged one, also those that go on for it.' }) ticketId: string;
  @Whole({ description: 'The number of its event on that ticket.', min: 1, max: 1_000_000 }) no: number;
  @Choice({ description: '`explanation` counts as an answer, never as the final one.', of: ['interim', 'final', 'explanation'] }) kind: string;
  @Choice({ description: 'How the enterprise was told.', of: MEANS, nullable: true }) means: string | null;
  @Text({ description: 'What it was told.', max: 4000, lines: true, example: '供电公司今日到场排查。' }) text: string;
  @Text({ description: 'Whom.', max: 100, nullable: true, example: '王经理' }) toContact: string | null;
  @DayField({ description: 'When it will be told more.', nullable: true }) nextReplyOn: Day | null;
  @InstantField({ description: 'When.' }) at: string;
  @Nested(() => NamedRef, { description: 'By whom.', nullable: true }) cadre: NamedRef | null;
  @Whole({ description: 'In which cycle.', min: 1, max: 1000 }) cycle: number;
}

export class ClockTurn {
  @Whole({ description: 'The clock’s number.', min: 1, max: 100_000 }) no: number;
  @Choice({ description: 'What it limits.', of: CLOCK_KINDS }) kind: string;
  @Choice({ description: 'Breaches are events.', of: ['started', 'stopped'] }) what: 'started' | 'stopped';
  @InstantField({ description: 'Its deadline, as it stands now; null while it rests.', nullable: true }) dueAt: string | null;
}

export class SessionTurn {
  @Id({ description: 'The session.' }) id: string;
  @Id({ description: 'The linkage whose session it was.' }) linkageId: string;
  @Whole({ description: 'Its level.', min: 1, max: 3 }) level: number;
  @Text({ description: 'Where it was held.', max: 200, example: '企业会议室' }) place: string;
  @Text({ description: 'What was decided.', max: 4000, lines: true, example: '供电公司三日内更换开关柜。' }) decisions: string;
}

/** One of the three. */
export class TicketTimelineItem {
  @InstantField({ description: 'When.' }) at: string;
  @Nested(() => EventResponse, { description: 'What happened.', nullable: true }) event: EventResponse | null;
  @Nested(() => ClockTurn, { description: 'The clock that started or stopped.', nullable: true }) clock: ClockTurn | null;
  @Nested(() => SessionTurn, { description: 'The session of a linkage that was held.', nullable: true }) session: SessionTurn | null;
}

/** Events, clocks and sessions by time; what an event does to clocks follows it. */
export function toTimeline(events: readonly EventResponse[], clocks: readonly Clock[], linkages: readonly ShownLinkage[]): TicketTimelineItem[] {
  const turn = ({ no, kind, deadline }: Clock, what: 'started' | 'stopped', at: Date): TicketTimelineItem => ({ at: at.toISOString(), event: null, session: null, clock: { no, kind, what, dueAt: deadline?.dueAt.toISOString() ?? null } });
  return [
    ...events.map((event): TicketTimelineItem => ({ at: event.at, event, clock: null, session: null })),
    ...clocks.flatMap((clock) => (clock.stopped === undefined ? [] : [turn(clock, 'stopped', clock.stopped.at)])),
    ...clocks.map((clock) => turn(clock, 'started', clock.started.at)),
    ...linkages.flatMap(({ id: linkageId, level, sessions }) => sessions.map(({ id, heldAt, place, decisions }): TicketTimelineItem => (
      { at: new Date(heldAt).toISOString(), event: null, clock: null, session: { id, linkageId, level, place, decisions } }))),
  ].toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

/** Who has ever handled a ticket or collaborated on it sees that it was sent back, not who gave which grade. */
export function toEventResponse(event: ShownEvent, seesGrades: boolean, showName: ShowName): EventResponse {
  const { no, type, at, onDate, state, cycle, actorKind, cadreId, cadreName, data, words } = event;
  const moved = Object.fromEntries(Object.entries(data).filter(([name]) => !UNSAID.includes(name)));
  const hidden = type === 'confirm' && !seesGrades;
  const said = Object.fromEntries(Object.entries(words ?? {}).map(([name, value]) => [name, PERSONS.includes(name) && typeof value === 'string' ? showName(value) : value]));
  const details = hidden ? { sentBack: state !== 'closed' } : { ...moved, ...said };
  return {
    no, type, at: at.toISOString(), on: onDate, status: state, cycle, by: actorKind, cadre: cadreId === null || cadreName === null ? null : { id: cadreId, name: cadreName },
    details,
  };
}

export function isAnswer({ type }: Pick<ShownEvent, 'type'>): boolean {
  return type === 'answer' || type === 'explain';
}

export function toAnswerResponse({ ticketId, no, type, at, cycle, cadreId, cadreName, data, words }: ShownEvent, showName: ShowName): AnswerResponse {
  const said = { ...data, ...words } as Readonly<Record<string, string | undefined>>;
  return {
    ticketId, no, kind: type === 'explain' ? 'explanation' : said['kind'] ?? 'interim', means: said['means'] ?? null, text: (type === 'explain' ? said['explanation'] : said['text']) ?? '',
    toContact: said['toContact'] === undefined ? null : showName(said['toContact']), nextReplyOn: (said['nextReplyOn'] as Day | undefined) ?? null, at: at.toISOString(),
    cadre: cadreId === null || cadreName === null ? null : { id: cadreId, name: cadreName }, cycle,
  };
}
