import type { Day } from '../kernel/day';
import { Choice, DayField, Id, InstantField, Nested, Text } from '../platform/http/fields';
import { MEDIA_TYPES, type MediaType, MOST_CHARACTERS, MOST_FILES } from './domain/evidence';
import { awaited, PROHIBITIONS, type Prohibition, REPORT_OUTCOMES, REPORT_STATUSES, type ReportOutcome, type ReportStatus, type Speaker, SPEAKERS } from './domain/report';
import type { IntegrityMessage, IntegrityReport } from './report.entity';
import { MessageResponse, toMessageResponse } from './reports.dto';

class NamedBody {
  @Text({ description: 'Name, or however they are called.', max: 50, example: '王经办' }) name: string;
  @Text({ description: 'Where they work, and as what.', max: 100, optional: true, example: '产业服务部' }) position?: string;
  @Id({ description: 'The cadre, for who knows it. One that is none is passed over.', optional: true }) cadreId?: string;
}

class ReporterBody {
  @Text({ description: 'Name.', max: 50, example: '罗梓萱' }) name: string;
  @Text({ description: 'How you can be reached.', max: 200, optional: true, example: '13800138000' }) contact?: string;
}

class FileBody {
  @Choice({ description: 'What it is.', of: MEDIA_TYPES }) mediaType: MediaType;
  @Text({ description: 'In base64, 200,000 bytes at most. Pictures may say where and with what they were taken: take that out first if you want to stay unnamed.', max: MOST_CHARACTERS, example: 'iVBORw0KGgo=' }) content: string;
}

export class GiveReport {
  @Text({ description: 'The park, by the code that begins the numbers of its tickets.', max: 10, pattern: { regex: /^[A-Z0-9]{2,10}$/, expected: 'a park code' }, example: 'JKSP' }) parkCode: string;
  @Choice({ description: 'Which of the four prohibitions (四个不允许).', of: PROHIBITIONS, list: { min: 1, max: 4, unique: true } }) prohibitions: Prohibition[];
  @Text({ description: 'What happened.', max: 8000, lines: true, example: '经办人暗示须由其亲属承接装修工程。' }) text: string;
  @DayField({ description: 'When.', optional: true }) occurredOn?: Day;
  @Nested(() => NamedBody, { description: 'Who is meant.', optional: true, list: { max: 20 } }) named?: NamedBody[];
  @Text({ description: 'The enterprise that it is about.', max: 200, optional: true, example: '星野县某食品公司' }) enterpriseName?: string;
  @Id({ description: 'The same, for who knows it. One that is none is passed over.', optional: true }) enterpriseId?: string;
  @Nested(() => ReporterBody, { description: 'Who you are. Left out, the report is anonymous, and is followed by the receipt code all the same.', optional: true }) reporter?: ReporterBody;
  @Nested(() => FileBody, { description: 'Pictures and documents.', optional: true, list: { max: MOST_FILES } }) files?: FileBody[];
}

export class GivenReceiptResponse {
  @Text({ description: 'Shown now and never again: with it, in the header `X-Receipt-Code`, you follow the report. Write it down.', max: 40, example: 'A1B0-C2D3-E4F5-G6H7-J8K9-M1N0-P1Q2' }) receiptCode: string;
  @InstantField({ description: 'When the report was received.' }) receivedAt: string;
}

export class SayToInspectors {
  @Text({ description: 'What you say. Whatever is about an inspector belongs in a new report.', max: 4000, lines: true, example: '还有一位同事在场。' }) text: string;
}

export class FollowedReportResponse {
  @Choice({ description: '`open` until the inspectors have decided.', of: REPORT_STATUSES }) status: ReportStatus;
  @Choice({ description: 'From whom the next word is expected.', of: SPEAKERS, nullable: true }) awaits: Speaker | null;
  @InstantField({ description: 'When it was received.' }) receivedAt: string;
  @Nested(() => MessageResponse, { description: 'Questions, and what you said, in order.', list: { max: 1000 } }) messages: MessageResponse[];
  @Choice({ description: 'What it came to.', of: REPORT_OUTCOMES, nullable: true }) outcome: ReportOutcome | null;
  @Text({ description: 'What the inspectors tell you.', max: 4000, lines: true, nullable: true, example: '经核查，未发现所反映的问题。' }) reply: string | null;
  @InstantField({ description: 'When it was decided.', nullable: true }) decidedAt: string | null;
}

export function toFollowedReportResponse({ report: { status, createdAt, outcome, reply, decidedAt }, messages }: { readonly report: IntegrityReport; readonly messages: readonly IntegrityMessage[] }): FollowedReportResponse {
  return {
    status, awaits: awaited(status, messages.at(-1)?.author ?? null), receivedAt: createdAt.toISOString(), messages: messages.map(toMessageResponse), outcome, reply, decidedAt: decidedAt?.toISOString() ?? null,
  };
}
