import { type Day, daysBetween } from '../../kernel/day';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../../platform/http/fields';
import { NamedRef } from '../../platform/http/named-ref';
import { PageQuery } from '../../platform/http/page';
import { type Closing, CLOSINGS } from '../domain/linkage';
import type { ListedFollowUp } from './follow-ups.store';
import type { ShownFollowUp, ShownLinkage, ShownReply, ShownSession } from './linkages.store';

const DECISIONS = { description: 'What was decided.', max: 4000, lines: true, example: '供电公司三日内更换开关柜，园区协调停电窗口。' };
const OUTCOME = { description: 'What the level came to.', max: 4000, lines: true, example: '已协调供电公司更换设备，企业认可。' };
const WHAT = { description: 'What is to be done.', max: 1000, lines: true, example: '协调停电窗口' };
const REPLY = { description: 'What the department says.', max: 4000, lines: true, example: '同意夜间施工，手续当日办结。' };
const PLACE = { description: 'Where.', max: 200, example: '企业会议室' };
const NOTE = { description: 'What came of it.', max: 1000, lines: true, example: '停电窗口已定于周六。' };
const HELD_AT = { description: 'When it was held.' };
const DUE_ON = { description: 'Until when.' };

export class SetLinkageTeam {
  @Id({ description: 'Who belongs to the team from now on.', list: { max: 50, unique: true } }) cadreIds: string[];
  @Id({ description: 'Departments that are invited from now on.', list: { max: 30, unique: true } }) departmentIds: string[];
}

class NewFollowUp {
  @Text(WHAT) what: string;
  @Id({ description: 'Who does it.' }) cadreId: string;
  @DayField({ ...DUE_ON, description: 'Until when; not before the session.' }) dueOn: Day;
}

export class NewLinkageSession {
  @InstantField({ ...HELD_AT, description: 'When it was held; not before the level was raised.' }) heldAt: string;
  @Text(PLACE) place: string;
  @Id({ description: 'Who of the park was there.', list: { min: 1, max: 50, unique: true } }) participantIds: string[];
  @Text(DECISIONS) decisions: string;
  @Nested(() => NewFollowUp, { description: 'Who does what until when.', list: { max: 30 }, optional: true }) followUps?: NewFollowUp[];
}

export class NewLinkageReply {
  @Id({ description: 'Your department, which is invited.' }) departmentId: string;
  @Text(REPLY) text: string;
}

export class CloseLinkage {
  @Text(OUTCOME) outcome: string;
}

export class FinishFollowUp {
  @Text({ ...NOTE, optional: true }) note?: string;
}

export class FollowUpsQuery extends PageQuery {
  @Id({ description: 'Given to this cadre.', optional: true }) cadreId?: string;
  @Flag({ description: '`true`: only those whose day has passed.', optional: true, query: true }) overdueOnly?: boolean;
}

class TeamMember extends NamedRef {
  @InstantField({ description: 'Since when.' }) joinedAt: string;
}

class ReplyResponse {
  @Id({ description: 'The reply.' }) id: string;
  @Nested(() => NamedRef, { description: 'Who replied.' }) cadre: NamedRef;
  @Text(REPLY) text: string;
  @InstantField({ description: 'When.' }) at: string;
}

class InvitedDepartment extends NamedRef {
  @InstantField({ description: 'Since when.' }) invitedAt: string;
  @Flag({ description: 'False: it is not invited any more, but has replied.' }) invited: boolean;
  @Nested(() => ReplyResponse, { description: 'Its replies, oldest first: the first answers the invitation, others add to it.', list: { max: 1000 } }) replies: ReplyResponse[];
}

class SessionFollowUp {
  @Id({ description: 'The follow-up.' }) id: string;
  @Text(WHAT) what: string;
  @Nested(() => NamedRef, { description: 'Who does it.' }) cadre: NamedRef;
  @DayField(DUE_ON) dueOn: Day;
  @DayField({ description: 'When it was done.', nullable: true }) doneOn: Day | null;
  @Nested(() => NamedRef, { description: 'Who says so.', nullable: true }) doneBy: NamedRef | null;
  @Text({ ...NOTE, nullable: true }) note: string | null;
}

class LinkageSessionResponse {
  @Id({ description: 'The session.' }) id: string;
  @InstantField(HELD_AT) heldAt: string;
  @Text(PLACE) place: string;
  @Nested(() => NamedRef, { description: 'Who was there.', list: { max: 50 } }) participants: NamedRef[];
  @Text(DECISIONS) decisions: string;
  @Nested(() => SessionFollowUp, { description: 'Who does what until when.', list: { max: 30 } }) followUps: SessionFollowUp[];
  @Nested(() => NamedRef, { description: 'Who recorded it.' }) recordedBy: NamedRef;
  @InstantField({ description: 'When.' }) recordedAt: string;
}

export class LinkageResponse {
  @Id({ description: 'The linkage.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'The ticket.' }) ticketId: string;
  @Whole({ description: 'In which of its cycles.', min: 1, max: 1000 }) cycle: number;
  @Whole({ description: '1: the service team comes. 2: a leader takes the lead on the spot. 3: departments coordinate.', min: 1, max: 3 }) level: number;
  @Nested(() => NamedRef, { description: 'Who takes the lead; null until somebody is named by the step `name-lead`.', nullable: true }) lead: NamedRef | null;
  @InstantField({ description: 'When the ticket was raised to it.' }) openedAt: string;
  @InstantField({ description: 'When it was closed.', nullable: true }) closedAt: string | null;
  @Choice({ description: '`reported` with its outcome; `ticket_ended`: the ticket ended first.', of: CLOSINGS, nullable: true }) closing: Closing | null;
  @Text({ ...OUTCOME, nullable: true }) outcome: string | null;
  @Nested(() => NamedRef, { description: 'Who reported the outcome.', nullable: true }) closedBy: NamedRef | null;
  @Nested(() => TeamMember, { description: 'The team as it is.', list: { max: 50 } }) team: TeamMember[];
  @Nested(() => InvitedDepartment, { description: 'Departments that are invited or have replied.', list: { max: 100 } }) departments: InvitedDepartment[];
  @Nested(() => LinkageSessionResponse, { description: 'In the order in which they were held.', list: { max: 1000 } }) sessions: LinkageSessionResponse[];
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export class FollowUpResponse extends SessionFollowUp {
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'The linkage.' }) linkageId: string;
  @Whole({ description: 'Its level.', min: 1, max: 3 }) level: number;
  @Id({ description: 'The ticket.' }) ticketId: string;
  @Text({ description: 'Its number.', max: 40, example: 'JKSP-2026-000123' }) ticketNumber: string;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
}

export class OpenFollowUpResponse extends FollowUpResponse {
  @Whole({ description: 'Calendar days since its day; 0 when that has not passed.', min: 0, max: 100_000 }) overdueDays: number;
}

export function toLinkageResponse({ id, parkId, ticketId, cycle, level, lead, openedAt, closedAt, closing, outcome, closedBy, team, departments, sessions, version, updatedAt }: ShownLinkage): LinkageResponse {
  return {
    id, parkId, ticketId, cycle, level, lead, openedAt: openedAt.toISOString(), closedAt: closedAt?.toISOString() ?? null, closing, outcome, closedBy,
    team: team.map((one) => ({ ...named(one), joinedAt: instant(one.joinedAt) })),
    departments: departments.map((one) => ({ ...named(one), invitedAt: instant(one.invitedAt), invited: one.invited, replies: one.replies.map(toReplyResponse) })),
    sessions: sessions.map(toSessionResponse), version, updatedAt: updatedAt.toISOString(),
  };
}

export function toFollowUpResponse({ id, parkId, what, dueOn, doneOn, note, linkageId, level, ticketId, ticketNumber, enterpriseId, enterpriseName, cadreId, cadreName, doneById, doneByName }: ListedFollowUp): FollowUpResponse {
  return {
    id, parkId, linkageId, level, ticketId, ticketNumber, enterprise: { id: enterpriseId, name: enterpriseName }, what, cadre: { id: cadreId, name: cadreName }, dueOn, doneOn,
    doneBy: doneById === null || doneByName === null ? null : { id: doneById, name: doneByName }, note,
  };
}

export function toOpenFollowUpResponse({ followUp, today }: { readonly followUp: ListedFollowUp; readonly today: Day }): OpenFollowUpResponse {
  return { ...toFollowUpResponse(followUp), overdueDays: Math.max(0, daysBetween(followUp.dueOn, today)) };
}

function toReplyResponse({ id, cadre, text, at }: ShownReply): ReplyResponse {
  return { id, cadre: named(cadre), text, at: instant(at) };
}

function toSessionResponse({ id, heldAt, place, participants, decisions, followUps, recordedBy, recordedAt }: ShownSession): LinkageSessionResponse {
  return {
    id, heldAt: instant(heldAt), place, participants: participants.map(named), decisions, followUps: followUps.map(toSessionFollowUp), recordedBy: named(recordedBy), recordedAt: instant(recordedAt),
  };
}

function toSessionFollowUp({ id, what, cadre, dueOn, doneOn, doneBy, note }: ShownFollowUp): SessionFollowUp {
  return { id, what, cadre: named(cadre), dueOn, doneOn, doneBy: doneBy === null ? null : named(doneBy), note };
}

function named({ id, name }: NamedRef): NamedRef {
  return { id, name };
}

function instant(text: string): string {
  return new Date(text).toISOString();
}
