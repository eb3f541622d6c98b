import { CATEGORY_FORM } from '../../guide/domain/categories';
import { Choice, Id, InstantField, Nested, Text, Whole } from '../../platform/http/fields';
import { NamedRef } from '../../platform/http/named-ref';
import { PageQuery } from '../../platform/http/page';
import { STATES, type State } from '../domain/lifecycle';
import { MATTER_STATUSES, type MatterStatus } from '../domain/matter';
import { MEANS, type Means } from '../domain/words';
import type { ListedMatter, ShownMatter, ShownMatterTicket, ShownNote } from './matters.store';

const TITLE = { description: 'In a few words.', max: 100, example: '园区电压不稳' };
const DESCRIPTION = { description: 'What the enterprises share.', max: 4000, lines: true, example: '三家以上企业反映同一线路频繁闪断。' };
const CATEGORY = { description: 'One of the guide’s categories.', max: 40, pattern: CATEGORY_FORM, example: 'power' };
const DECISION = { description: 'What is decided, as the enterprises are told.', max: 4000, lines: true, example: '年内完成线路改造，此前错峰保供。' };
const MEANS_OF = { description: 'How the enterprises are told.', of: MEANS };
const REASON = { description: 'Why.', max: 1000, lines: true, example: '原因各不相同' };
const NOTE = { description: 'What research has found.', max: 4000, lines: true, example: '闪断均来自东区二号线。' };
const TICKETS = { description: 'Tickets that belong to it.', list: { max: 200, unique: true } };

export class OpenMatter {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Text(TITLE) title: string;
  @Text(DESCRIPTION) description: string;
  @Text({ ...CATEGORY, optional: true }) category?: string;
  @Id({ description: 'The guide item that it is about; one matter at a time.', optional: true }) guideItemId?: string;
  @Id({ ...TICKETS, optional: true }) ticketIds?: string[];
}

export class AddTickets {
  @Id({ ...TICKETS, list: { min: 1, max: 200, unique: true } }) ticketIds: string[];
}

export class AddResearch {
  @Text(NOTE) text: string;
}

export class DecideMatter {
  @Text(DECISION) text: string;
  @Choice(MEANS_OF) means: Means;
}

export class AcceptMatter {
  @Text({ ...TITLE, optional: true }) title?: string;
  @Text({ ...DESCRIPTION, optional: true }) description?: string;
}

export class DismissMatter {
  @Text(REASON) reason: string;
}

export class MattersQuery extends PageQuery {
  @Choice({ description: 'In this state.', of: MATTER_STATUSES, optional: true }) status?: MatterStatus;
  @Id({ description: 'About this guide item.', optional: true }) guideItemId?: string;
}

export class MatterResponse {
  @Id({ description: 'The matter.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text(TITLE) title: string;
  @Text({ ...DESCRIPTION, nullable: true }) description: string | null;
  @Text({ ...CATEGORY, nullable: true }) category: string | null;
  @Id({ description: 'The guide item that it is about.', nullable: true }) guideItemId: string | null;
  @Choice({ description: '`proposed` by the system until a supervisor accepts or dismisses it.', of: MATTER_STATUSES }) status: MatterStatus;
  @Nested(() => NamedRef, { description: 'Who opened it, or accepted the proposal.', nullable: true }) openedBy: NamedRef | null;
  @Text({ ...DECISION, nullable: true }) decision: string | null;
  @Choice({ ...MEANS_OF, nullable: true }) means: Means | null;
  @Nested(() => NamedRef, { description: 'Who decided.', nullable: true }) decidedBy: NamedRef | null;
  @InstantField({ description: 'When.', nullable: true }) decidedAt: string | null;
  @Text({ ...REASON, description: 'Why the proposal was dismissed.', nullable: true }) dismissReason: string | null;
  @Nested(() => NamedRef, { description: 'Who dismissed it.', nullable: true }) dismissedBy: NamedRef | null;
  @InstantField({ description: 'When.', nullable: true }) dismissedAt: string | null;
  @Whole({ description: 'How many tickets it has that you may see.', min: 0, max: 1_000_000 }) ticketCount: number;
  @Whole({ description: 'Of how many enterprises these are.', min: 0, max: 1_000_000 }) enterpriseCount: number;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was opened or proposed.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

class MatterTicketResponse {
  @Id({ description: 'The ticket.' }) id: string;
  @Text({ description: 'Its number.', max: 40, example: 'JKSP-2026-000123' }) number: string;
  @Text({ ...TITLE, example: '园区频繁闪断' }) title: string;
  @Choice({ description: 'Where it stands.', of: STATES }) status: State;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @InstantField({ description: 'When it joined.' }) addedAt: string;
  @Whole({ description: 'The number of its event by which the decision answered it; null where it did not: it was registered, or had ended.', min: 1, max: 1_000_000, nullable: true }) answeredBy: number | null;
}

class NoteResponse {
  @Id({ description: 'The note.' }) id: string;
  @Text(NOTE) text: string;
  @Nested(() => NamedRef, { description: 'Who wrote it.' }) cadre: NamedRef;
  @InstantField({ description: 'When.' }) at: string;
}

export class WholeMatterResponse extends MatterResponse {
  @Nested(() => MatterTicketResponse, { description: 'Those of its tickets that you may see, by number.', list: { max: 10_000 } }) tickets: MatterTicketResponse[];
  @Nested(() => NoteResponse, { description: 'What research has found, oldest first.', list: { max: 10_000 } }) research: NoteResponse[];
}

export function toMatterResponse({ id, parkId, title, description, category, guideItemId, status, openedBy, decision, means, decidedBy, decidedAt, dismissReason, dismissedBy, dismissedAt, tickets, enterprises, version, createdAt, updatedAt }: ListedMatter): MatterResponse {
  return {
    id, parkId, title, description, category, guideItemId, status, openedBy, decision, means, decidedBy, decidedAt: decidedAt?.toISOString() ?? null, dismissReason, dismissedBy,
    dismissedAt: dismissedAt?.toISOString() ?? null, ticketCount: tickets, enterpriseCount: enterprises, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

export function toWholeMatterResponse({ matter, tickets, notes }: ShownMatter): WholeMatterResponse {
  return { ...toMatterResponse(matter), tickets: tickets.map(toTicket), research: notes.map(toNote) };
}

function toTicket({ ticketId, number, title, status, enterpriseId, enterpriseName, addedAt, eventNo }: ShownMatterTicket): MatterTicketResponse {
  return { id: ticketId, number, title, status, enterprise: { id: enterpriseId, name: enterpriseName }, addedAt: addedAt.toISOString(), answeredBy: eventNo };
}

function toNote({ id, text, at, cadreId, cadreName }: ShownNote): NoteResponse {
  return { id, text, cadre: { id: cadreId, name: cadreName }, at: at.toISOString() };
}
