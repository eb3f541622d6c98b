import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Id, Nested, Text, Whole } from '../platform/http/fields';
import { LimitBody } from '../platform/http/limit-body';
import { CATEGORY_FORM } from '../guide/domain/categories';
import { PRIORITIES, type Priority } from '../kernel/priority';
import { type Level, type Outcome, OUTCOMES } from './domain/happening';
import { MEANS, type Means, REASONS_TO_EXPLAIN } from './domain/words';

const REASON = { description: 'Why.', max: 1000, lines: true, example: '不属于本部门职责' };
const WORDS = { max: 4000, lines: true };
const MATERIAL = { description: 'What the enterprise must bring.', max: 200, example: '车间平面图', list: { min: 1, max: 30 } };

export class WithReason {
  @Text(REASON) reason: string;
}

export class AssignTicket {
  @Id({ description: 'Who is responsible from now on.' }) handlerId: string;
  @Id({ description: 'Who works on it beside them.', list: { max: 20, unique: true }, optional: true }) collaboratorIds?: string[];
}

export class ReassignTicket extends AssignTicket {
  @Text(REASON) reason: string;
}

export class AnswerTicket {
  @Choice({ description: '`interim`: how it stands; `final`: what there is to say.', of: ['interim', 'final'] }) kind: 'interim' | 'final';
  @Choice({ description: 'How the enterprise was told.', of: MEANS }) means: Means;
  @Text({ ...WORDS, description: 'What it was told.', example: '供电公司今日到场排查，原因说明三日内送达。' }) text: string;
  @Text({ description: 'Whom.', max: 100, optional: true, example: '王经理' }) toContact?: string;
  @DayField({ description: 'When it will be told more; a clock runs to that day.', optional: true }) nextReplyOn?: Day;
}

export class RequestMaterial {
  @Text(MATERIAL) items: string[];
  @Text({ ...WORDS, description: 'What the enterprise was asked.', example: '请补充车间平面图，以便核定布局。' }) text: string;
}

export class ReceiveMaterial {
  @Text({ ...WORDS, description: 'What came.', optional: true, example: '平面图已收，齐全。' }) note?: string;
  @Id({ description: 'Files that came with it.', list: { max: 20, unique: true }, optional: true }) attachmentIds?: string[];
}

export class ExplainTicket {
  @Choice({ description: 'What stands in the way.', of: REASONS_TO_EXPLAIN }) reasonCode: (typeof REASONS_TO_EXPLAIN)[number];
  @Text(REASON) reason: string;
  @Text({ ...WORDS, description: 'How it was explained.', example: '该地块尚未完成征收，已说明进度与预计时间。' }) explanation: string;
  @Choice({ description: 'How the enterprise was told.', of: MEANS }) means: Means;
  @DayField({ description: 'When it is looked at again, if the enterprise understands; after the confirm deadline.' }) reviewOn: Day;
}

export class AcknowledgeExplanation {
  @Flag({ description: 'Whether the enterprise understands why it cannot be solved now.' }) understood: boolean;
  @Text({ ...WORDS, description: 'What it says.', optional: true, example: '理解，希望有进展及时告知。' }) comment?: string;
}

export class DeferTicket {
  @DayField({ description: 'The new review date.' }) reviewOn: Day;
  @Text(REASON) reason: string;
}

export class ResolveTicket {
  @Choice({ description: 'How it ended.', of: OUTCOMES }) outcome: Outcome;
  @Text({ ...WORDS, description: 'What was done.', example: '已更换故障开关，连续一周无闪断。' }) text: string;
  @Text({ description: 'To whom it was referred; needed for `referred`.', max: 200, optional: true, example: '市供电公司' }) referredTo?: string;
  @Text({ description: 'On what law it was declined; needed for `declined`.', max: 500, optional: true, example: '《土地管理法》第四十四条' }) legalBasis?: string;
}

export class ConfirmTicket {
  @Whole({ description: 'From 1, very dissatisfied, to 5, very satisfied. 1 and 2 send it back.', min: 1, max: 5, example: 5 }) grade: number;
  @Text({ ...WORDS, description: 'What the enterprise says.', optional: true, example: '处理及时。' }) comment?: string;
}

export class ReopenTicket extends WithReason {
  @Text({ description: 'From whom the supervisor has it; needed unless the enterprise itself reopens.', max: 200, optional: true, example: '企业来电' }) source?: string;
}

export class WithdrawTicket extends WithReason {
  @Text({ description: 'Who of the enterprise asked for it.', max: 200, example: '王经理' }) askedBy: string;
}

export class MergeTicket extends WithReason {
  @Id({ description: 'The older ticket of the same enterprise that goes on.' }) intoId: string;
}

export class RecordCall {
  @Flag({ description: 'Whether somebody was reached.' }) reached: boolean;
  @Text({ ...WORDS, description: 'What the enterprise said.', example: '问题确已解决。' }) said: string;
  @Flag({ description: 'Of a withdrawn ticket: the enterprise says that it never asked for that.', optional: true }) denied?: boolean;
}

export class RecategoriseTicket extends WithReason {
  @Text({ description: 'One of the guide’s categories.', max: 40, pattern: CATEGORY_FORM, optional: true, example: 'power' }) category?: string;
  @Id({ description: 'The guide item that fits; null for none.', optional: true, nullable: true }) guideItemId?: string | null;
  @Choice({ description: 'Priority.', of: PRIORITIES, optional: true }) priority?: Priority;
}

export class RequestExtension extends WithReason {
  @Nested(() => LimitBody, { description: 'How much more, in the unit of the limit.' }) limit: LimitBody;
}

export class DecideExtension extends WithReason {
  @Flag({ description: 'Whether it is granted.' }) granted: boolean;
}

export class EscalateTicket extends WithReason {
  @Whole({ description: 'The level; the next one when left out.', min: 1, max: 3, optional: true }) level?: Level;
}

export class NameLead {
  @Id({ description: 'Who takes the lead.' }) leadId: string;
}

export class RemindHandler {
  @Text({ ...WORDS, description: 'The reminder. It must be answered.', example: '请于今日内回复企业。' }) text: string;
}

export class OrderHandler extends RemindHandler {
  @DayField({ description: 'Until when it must be answered.' }) dueOn: Day;
}

/** What each step says. */
export interface StepBodies {
  'assign': AssignTicket;
  'accept': Readonly<Record<never, never>>;
  'return': WithReason;
  'reassign': ReassignTicket;
  'answer': AnswerTicket;
  'request-material': RequestMaterial;
  'receive-material': ReceiveMaterial;
  'explain': ExplainTicket;
  'acknowledge': AcknowledgeExplanation;
  'defer': DeferTicket;
  'resume': WithReason;
  'resolve': ResolveTicket;
  'confirm': ConfirmTicket;
  'reopen': ReopenTicket;
  'withdraw': WithdrawTicket;
  'merge': MergeTicket;
  'record-call': RecordCall;
  'recategorise': RecategoriseTicket;
  'request-extension': RequestExtension;
  'decide-extension': DecideExtension;
  'escalate': EscalateTicket;
  'name-lead': NameLead;
  'remind': RemindHandler;
  'order': OrderHandler;
  'set-aside-grade': WithReason;
}
