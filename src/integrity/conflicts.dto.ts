import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';
import { PageQuery } from '../platform/http/page';
import type { ShownDeclaration, ShownRecusal } from './conflicts.store';
import { HOLDINGS, type Holding, type Interest, INTERESTS } from './domain/conflict';
import type { RecusedHolding } from './recused.store';

const KIND = { description: 'A share in it, a contract with it, or kin in it.', of: INTERESTS };
const DESCRIPTION = { description: 'What it is.', max: 1000, lines: true, example: '配偶任该公司财务主管。' };
const REASON = { description: 'Why.', max: 1000, lines: true, example: '核查期间先行回避。' };
const END_REASON = { description: 'Why it is over.', max: 1000, lines: true, example: '股份已转让，见转让协议。' };

export class ConflictsQuery extends PageQuery {
  @Id({ description: 'Of this cadre.', optional: true }) cadreId?: string;
  @Id({ description: 'With this enterprise.', optional: true }) enterpriseId?: string;
  @Flag({ description: 'Only those that have ended, or only the others.', optional: true, query: true }) ended?: boolean;
}

export class DeclareInterest {
  @Id({ description: 'The enterprise.' }) enterpriseId: string;
  @Choice(KIND) kind: Interest;
  @Text(DESCRIPTION) description: string;
  @DayField({ description: 'Since when.', optional: true }) since?: Day;
}

export class SetRecusal {
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Id({ description: 'The cadre.' }) cadreId: string;
  @Id({ description: 'From this enterprise; from all when left out.', optional: true }) enterpriseId?: string;
  @Text(REASON) reason: string;
}

export class EndConflict {
  @Text(END_REASON) reason: string;
}

export class InspectorIdentity {
  @Text({ description: 'Issuer of their tokens.', max: 300, example: 'https://login.example.cn' }) issuer: string;
  @Text({ description: 'Their subject there.', max: 255, example: 'su.chao' }) subject: string;
}

export class MakeInspector {
  @Id({ description: 'The cadre.' }) cadreId: string;

  @Nested(() => InspectorIdentity, { description: 'Under which identity of another issuer the cadre comes, as they say it themselves; null removes what is bound. Needed where one is bound, but for the key for trying: whoever bound it may have bound their own.', optional: true, nullable: true })
  identity?: InspectorIdentity | null;
}

export class DeclarationResponse {
  @Id({ description: 'The declaration.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Nested(() => NamedRef, { description: 'Who declared it.' }) cadre: NamedRef;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @Choice(KIND) kind: Interest;
  @Text(DESCRIPTION) description: string;
  @DayField({ description: 'Since when.', nullable: true }) since: Day | null;
  @InstantField({ description: 'When it was declared.' }) declaredAt: string;
  @InstantField({ description: 'When an inspector ended it.', nullable: true }) endedAt: string | null;
  @Text({ ...END_REASON, nullable: true }) endReason: string | null;
}

export class RecusalResponse {
  @Id({ description: 'The recusal.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Nested(() => NamedRef, { description: 'Who is recused.' }) cadre: NamedRef;
  @Nested(() => NamedRef, { description: 'From which enterprise; null is from all.', nullable: true }) enterprise: NamedRef | null;
  @Text(REASON) reason: string;
  @Id({ description: 'The inspector who set it.' }) setBy: string;
  @InstantField({ description: 'When it was set.' }) setAt: string;
  @InstantField({ description: 'When it was ended.', nullable: true }) endedAt: string | null;
  @Text({ ...END_REASON, nullable: true }) endReason: string | null;
}

export class RecusedResponse {
  @Choice({ description: 'What the cadre holds.', of: HOLDINGS }) holding: Holding;
  @Id({ description: 'The assignment, if it is one: hand it over or end it.', nullable: true }) assignmentId: string | null;
  @Id({ description: 'The ticket, if it is about one: reassign it, or name another lead.', nullable: true }) ticketId: string | null;
  @Text({ description: 'Its number.', max: 40, nullable: true, example: 'JKSP-2026-000123' }) ticketNumber: string | null;
  @Id({ description: 'The linkage, if it is about one: name another lead, or change its team.', nullable: true }) linkageId: string | null;
  @Nested(() => NamedRef, { description: 'The enterprise.' }) enterprise: NamedRef;
  @Nested(() => NamedRef, { description: 'Who holds it.' }) cadre: NamedRef;
  @DayField({ description: 'By when somebody else has taken over.' }) reassignBy: Day;
  @Flag({ description: 'That day has passed.' }) overdue: boolean;
  @Flag({ description: 'The day may still move: the calendar of its year is not official.' }) calendarProvisional: boolean;
}

export function toDeclarationResponse({ id, parkId, cadreId, cadreName, enterpriseId, enterpriseName, kind, description, since, declaredAt, endedAt, endReason }: ShownDeclaration): DeclarationResponse {
  return {
    id, parkId, cadre: { id: cadreId, name: cadreName }, enterprise: { id: enterpriseId, name: enterpriseName }, kind, description, since, declaredAt: declaredAt.toISOString(), endedAt: endedAt?.toISOString() ?? null, endReason,
  };
}

export function toRecusalResponse({ id, parkId, cadreId, cadreName, enterpriseId, enterpriseName, reason, setBy, setAt, endedAt, endReason }: ShownRecusal): RecusalResponse {
  return {
    id, parkId, cadre: { id: cadreId, name: cadreName }, enterprise: enterpriseId === null || enterpriseName === null ? null : { id: enterpriseId, name: enterpriseName }, reason, setBy, setAt: setAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null, endReason,
  };
}

export function toRecusedResponse({ holding, assignmentId, ticketId, ticketNumber, linkageId, enterpriseId, enterpriseName, cadreId, cadreName, reassignBy, overdue, calendarProvisional }: RecusedHolding & Pick<RecusedResponse, 'reassignBy' | 'overdue' | 'calendarProvisional'>): RecusedResponse {
  return { holding, assignmentId, ticketId, ticketNumber, linkageId, enterprise: { id: enterpriseId, name: enterpriseName }, cadre: { id: cadreId, name: cadreName }, reassignBy, overdue, calendarProvisional };
}
