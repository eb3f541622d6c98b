import type { Day } from '../kernel/day';
import { Choice, DayField, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { NamedRef } from '../platform/http/named-ref';
import { PageQuery } from '../platform/http/page';
import { MEDIA_TYPES, type MediaType, MOST_BYTES, MOST_CHARACTERS, MOST_FILES } from './domain/evidence';
import { awaited, type Level, LEVELS, PROHIBITIONS, type Prohibition, REPORT_OUTCOMES, REPORT_STATUSES, type ReportOutcome, type ReportStatus, type Speaker, SPEAKERS } from './domain/report';
import type { IntegrityFile, IntegrityMessage } from './report.entity';
import type { ListedReport, WholeReport } from './reports.store';

const PROHIBITION = { description: 'Which of the four prohibitions (四个不允许).', of: PROHIBITIONS };
const STATUS = { description: '`open` until the inspectors have decided.', of: REPORT_STATUSES };
const OUTCOME = { description: 'What it came to.', of: REPORT_OUTCOMES };
const VERSION = { description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 };
const TALK = { max: 4000, lines: true, example: '请问当时还有谁在场？' };

export class ReportsQuery extends PageQuery {
  @Choice({ ...STATUS, optional: true }) status?: ReportStatus;
}

export class ListedReportResponse {
  @Id({ description: 'The report.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Choice({ ...PROHIBITION, list: { max: 4 } }) prohibitions: Prohibition[];
  @Choice(STATUS) status: ReportStatus;
  @Choice({ description: 'From whom the next word is expected.', of: SPEAKERS, nullable: true }) awaits: Speaker | null;
  @InstantField({ description: 'When it was received.' }) receivedAt: string;
  @Whole(VERSION) version: number;
}

class NamedResponse {
  @Id({ description: 'Who is named; `identify` takes it.' }) id: string;
  @Text({ description: 'As the author wrote it.', max: 50, nullable: true, example: '王经办' }) name: string | null;
  @Text({ description: 'As the author wrote it.', max: 100, nullable: true, example: '产业服务部' }) position: string | null;
  @Nested(() => NamedRef, { description: 'The cadre, where it is known who is meant.', nullable: true }) cadre: NamedRef | null;
}

class ReporterResponse {
  @Text({ description: 'Name.', max: 50, example: '罗梓萱' }) name: string;
  @Text({ description: 'How they can be reached.', max: 200, nullable: true, example: '13800138000' }) contact: string | null;
}

class FileResponse {
  @Id({ description: 'The file.' }) id: string;
  @Choice({ description: 'What it is.', of: MEDIA_TYPES }) mediaType: MediaType;
  @Whole({ description: 'Bytes.', min: 1, max: MOST_BYTES }) size: number;
}

export class MessageResponse {
  @Choice({ description: 'Who says it.', of: SPEAKERS }) author: Speaker;
  @Text({ description: 'What.', ...TALK }) text: string;
  @InstantField({ description: 'When.' }) at: string;
}

export class ReportResponse extends ListedReportResponse {
  @Choice({ description: 'Whose inspectors read it.', of: LEVELS }) level: Level;
  @DayField({ description: 'When it happened.', nullable: true }) occurredOn: Day | null;
  @Text({ description: 'What is reported.', max: 8000, lines: true, example: '经办人暗示须由其亲属承接装修工程。' }) text: string;
  @Nested(() => NamedResponse, { description: 'Whom it names.', list: { max: 1000 } }) named: NamedResponse[];
  @Text({ description: 'The enterprise, as the author wrote it.', max: 200, nullable: true, example: '星野县某食品公司' }) enterpriseName: string | null;
  @Nested(() => NamedRef, { description: 'The enterprise, where it is known which is meant.', nullable: true }) enterprise: NamedRef | null;
  @Nested(() => ReporterResponse, { description: 'Who reported; null for whoever did not say.', nullable: true }) reporter: ReporterResponse | null;
  @Nested(() => FileResponse, { description: 'Its files.', list: { max: MOST_FILES } }) files: FileResponse[];
  @Nested(() => MessageResponse, { description: 'Questions, and what the author said, in order.', list: { max: 1000 } }) messages: MessageResponse[];
  @Choice({ ...OUTCOME, nullable: true }) outcome: ReportOutcome | null;
  @Text({ description: 'Why, for the file.', max: 4000, lines: true, nullable: true, example: '查无实据。' }) reason: string | null;
  @Text({ description: 'What the author was told.', max: 4000, lines: true, nullable: true, example: '经核查，未发现所反映的问题。' }) reply: string | null;
  @InstantField({ description: 'When it was decided.', nullable: true }) decidedAt: string | null;
}

export class ReportFileResponse {
  @Id({ description: 'The file.' }) id: string;
  @Choice({ description: 'What it is, by its first bytes. It comes from a stranger: open it where it can do no harm.', of: MEDIA_TYPES }) mediaType: MediaType;
  @Text({ description: 'In base64.', max: MOST_CHARACTERS, example: 'iVBORw0KGgo=' }) content: string;
}

export class QuestionReport {
  @Text({ description: 'What the author is asked. Who asks is not told.', ...TALK }) text: string;
}

export class IdentifyReport {
  @Id({ description: 'The cadre whom it means.', optional: true }) cadreId?: string;
  @Id({ description: 'Who of those that are named by a name it is; somebody more when left out.', optional: true }) namedId?: string;
  @Id({ description: 'The enterprise that it means.', optional: true }) enterpriseId?: string;
}

export class DecideReport {
  @Choice(OUTCOME) outcome: ReportOutcome;
  @Text({ description: 'Why, for the file.', max: 4000, lines: true, example: '查无实据。' }) reason: string;
  @Text({ description: 'What the author is told.', max: 4000, lines: true, optional: true, example: '经核查，未发现所反映的问题。' }) reply?: string;
}

export function toListedReportResponse({ id, parkId, prohibitions, status, lastSpeaker, createdAt, version }: ListedReport): ListedReportResponse {
  return { id, parkId, prohibitions: [...prohibitions], status, awaits: awaited(status, lastSpeaker), receivedAt: createdAt.toISOString(), version };
}

export function toReportResponse({ report, enterpriseFound, named, files, messages, reporter }: WholeReport & { readonly reporter: ReporterResponse | null }): ReportResponse {
  const { level, occurredOn, text, enterpriseName, enterpriseId, outcome, reason, reply, decidedAt } = report;
  return {
    ...toListedReportResponse({ ...report, lastSpeaker: messages.at(-1)?.author ?? null }), level, occurredOn, text,
    named: named.map((one) => ({ id: one.id, name: one.name, position: one.position, cadre: refOf(one.cadreId, one.cadreName) })),
    enterpriseName, enterprise: refOf(enterpriseId, enterpriseFound), reporter: reporter === null ? null : { name: reporter.name, contact: reporter.contact },
    files: files.map(({ id, mediaType, size }) => ({ id, mediaType, size })), messages: messages.map(toMessageResponse), outcome, reason, reply, decidedAt: decidedAt?.toISOString() ?? null,
  };
}

export function toMessageResponse({ author, text, at }: IntegrityMessage): MessageResponse {
  return { author, text, at: at.toISOString() };
}

export function toReportFileResponse({ id, mediaType, content }: IntegrityFile): ReportFileResponse {
  return { id, mediaType, content: content.toString('base64') };
}

function refOf(id: string | null, name: string | null): NamedRef | null {
  return id === null || name === null ? null : { id, name };
}
