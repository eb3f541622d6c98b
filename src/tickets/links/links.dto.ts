import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../../platform/http/fields';
import { LINK_PURPOSES, type LinkPurpose } from '../domain/enterprise-link';
import { type Outcome, OUTCOMES } from '../domain/happening';
import type { ToldToEnterprise } from './links.store';

const PURPOSE = { description: '`acknowledge`: whether the explanation is understood; `evaluate`: how the outcome is found; `question`: whether it has stayed solved.', of: LINK_PURPOSES };
const KINDS = ['interim', 'final', 'explanation', 'outcome'] as const;

export class IssueLink {
  @Choice({ ...PURPOSE, description: 'What the client expects the ticket to ask; whatever it asks when left out.', optional: true }) purpose?: LinkPurpose;
}

export class IssuedLinkResponse {
  @Id({ description: 'The link.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text({ description: 'Its address, which opens it: pass it on to the enterprise, and keep it nowhere. It is told this once.', max: 2000, example: 'https://ledger.example/api/v1/public/links/…' }) url: string;
  @Choice(PURPOSE) purpose: LinkPurpose;
  @InstantField({ description: 'From when on it opens nothing.' }) expiresAt: string;
}

export class ToldResponse {
  @Choice({ description: '`outcome` is how it ended.', of: KINDS }) kind: (typeof KINDS)[number];
  @Choice({ description: 'How it ended.', of: OUTCOMES, nullable: true }) outcome: Outcome | null;
  @Text({ description: 'What the enterprise was told.', max: 4000, lines: true, example: '开关柜已更换。' }) text: string;
  @InstantField({ description: 'When.' }) at: string;
  @Text({ description: 'Which department told it.', max: 100, nullable: true, example: '产业服务部' }) department: string | null;
}

export class LinkResponse {
  @Choice(PURPOSE) purpose: LinkPurpose;
  @Text({ description: 'The number of the ticket.', max: 60, example: 'JKSP-2026-000123' }) number: string;
  @Text({ description: 'What the issue was called.', max: 200, example: '园区频繁闪断' }) title: string;
  @Nested(() => ToldResponse, { description: 'What the enterprise was told, oldest first.', list: { max: 1000 } }) told: ToldResponse[];
  @InstantField({ description: 'From when on the link opens nothing.' }) expiresAt: string;
}

/** One answer, by what the link asks. */
export class AnswerLink {
  @Flag({ description: 'Needed where `acknowledge` is asked: whether the enterprise understands the explanation.', optional: true }) understood?: boolean;
  @Whole({ description: 'Needed where `evaluate` is asked: from 1, very dissatisfied, to 5, very satisfied. 1 and 2 send the ticket back.', min: 1, max: 5, example: 5, optional: true }) grade?: number;
  @Flag({ description: 'Needed where `question` is asked: whether it has stayed solved. If not, the ticket is opened again.', optional: true }) solved?: boolean;
  @Text({ description: 'What the enterprise says.', max: 1000, lines: true, optional: true, example: '处理及时。' }) comment?: string;
}

export class LinkAnsweredResponse {
  @Choice(PURPOSE) purpose: LinkPurpose;
  @Flag({ description: 'The answer counts; the link opens nothing any more.' }) answered: true;
}

export function toIssuedLinkResponse({ id, parkId, url, purpose, expiresAt }: { readonly id: string; readonly parkId: string; readonly url: string; readonly purpose: LinkPurpose; readonly expiresAt: Date }): IssuedLinkResponse {
  return { id, parkId, url, purpose, expiresAt: expiresAt.toISOString() };
}

interface Opened {
  readonly purpose: LinkPurpose;
  readonly expiresAt: Date;
  readonly ticket: { readonly number: string; readonly title: string };
  readonly told: readonly ToldToEnterprise[];
}

/** Nothing of who has spoken: neither names nor phones. */
export function toLinkResponse({ purpose, expiresAt, ticket: { number, title }, told }: Opened): LinkResponse {
  return { purpose, number, title, told: told.map(toTold), expiresAt: expiresAt.toISOString() };
}

function toTold({ type, at, department, data, words }: ToldToEnterprise): ToldResponse {
  const said = { ...data, ...words } as Readonly<Record<string, string | undefined>>;
  const kind = type === 'explain' ? 'explanation' : type === 'resolve' ? 'outcome' : said['kind'] === 'final' ? 'final' : 'interim';
  const text = type === 'explain' ? said['explanation'] : [said['text'], said['referredTo'], said['legalBasis']].filter((one) => one !== undefined).join('\n');
  return { kind, outcome: type === 'resolve' ? (said['outcome'] as Outcome | undefined) ?? null : null, text: text ?? '', at: at.toISOString(), department };
}
