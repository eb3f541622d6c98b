import type { Language } from '../../kernel/problem';
import type { LinkPurpose } from '../domain/enterprise-link';
import type { Outcome } from '../domain/happening';
import type { ToldResponse } from './links.dto';

interface Choice {
  readonly value: string;
  readonly text: string;
}

interface Question {
  readonly heading: string;
  readonly field: 'understood' | 'grade' | 'solved';
  readonly legend: string;
  readonly choices: readonly Choice[];
  readonly comment: string;
}

interface Notice {
  readonly heading: string;
  readonly text: string;
}

/** Every word of the page behind a link, in one language. */
export interface PageWords {
  readonly lang: string;
  /** The language to switch to, in itself. */
  readonly other: { readonly language: Language; readonly lang: string; readonly name: string };
  readonly service: string;
  readonly number: string;
  readonly title: string;
  readonly told: string;
  readonly kinds: Readonly<Record<ToldResponse['kind'], string>>;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly questions: Readonly<Record<LinkPurpose, Question>>;
  readonly send: string;
  readonly once: string;
  readonly notices: Readonly<Record<'thanks' | 'answered' | 'unknown' | 'later', Notice>>;
  readonly incomplete: string;
}

export const PAGE_WORDS: Readonly<Record<Language, PageWords>> = {
  zh: {
    lang: 'zh-CN', other: { language: 'en', lang: 'en', name: 'English' }, service: '企业服务台账', number: '编号', title: '问题', told: '答复情况',
    kinds: { interim: '办理进展', final: '最终答复', explanation: '解释说明', outcome: '办理结果' },
    outcomes: { solved: '已解决', partly_solved: '部分解决', information_given: '已答复说明', referred: '已转有关单位', declined: '依法不予办理' },
    questions: {
      acknowledge: {
        heading: '请确认解释说明', field: 'understood', legend: '您是否理解上述解释？', choices: [{ value: 'true', text: '理解' }, { value: 'false', text: '不理解，请继续协调' }], comment: '补充意见（可不填）',
      },
      evaluate: {
        heading: '请评价办理结果', field: 'grade', legend: '您对办理结果是否满意？', comment: '意见建议（可不填）',
        choices: [{ value: '5', text: '非常满意' }, { value: '4', text: '满意' }, { value: '3', text: '基本满意' }, { value: '2', text: '不满意' }, { value: '1', text: '非常不满意' }],
      },
      question: {
        heading: '问题是否已持续解决', field: 'solved', legend: '办结四周后，问题是否没有再出现？', choices: [{ value: 'true', text: '没有再出现' }, { value: 'false', text: '又出现了，请重新办理' }], comment: '情况说明（可不填）',
      },
    },
    send: '提交', once: '每个链接只能提交一次。经办人看不到评价人和评价等级。',
    notices: {
      thanks: { heading: '已收到，谢谢', text: '您的答复已记录。可以关闭本页。' }, answered: { heading: '此事项已答复', text: '您的答复已记录，或该问题已进入下一步，无需再次提交。' },
      unknown: { heading: '链接无效', text: '链接不完整或已过期。如需帮助，请联系园区服务人员。' }, later: { heading: '暂时无法办理', text: '系统繁忙，请稍后再打开此链接。您的答复尚未提交。' },
    },
    incomplete: '请选择一项后再提交；文字不超过 1000 字。',
  },
  en: {
    lang: 'en', other: { language: 'zh', lang: 'zh-CN', name: '中文' }, service: 'Enterprise Service Ledger', number: 'Number', title: 'Issue', told: 'What you were told',
    kinds: { interim: 'Progress', final: 'Final answer', explanation: 'Explanation', outcome: 'Outcome' },
    outcomes: { solved: 'solved', partly_solved: 'partly solved', information_given: 'information given', referred: 'referred', declined: 'declined by law' },
    questions: {
      acknowledge: {
        heading: 'Please confirm the explanation', field: 'understood', legend: 'Do you understand the explanation above?', comment: 'Anything to add (optional)',
        choices: [{ value: 'true', text: 'Understood' }, { value: 'false', text: 'Not understood, please go on' }],
      },
      evaluate: {
        heading: 'Please evaluate the outcome', field: 'grade', legend: 'How satisfied are you with the outcome?', comment: 'Comments (optional)',
        choices: [{ value: '5', text: 'Very satisfied' }, { value: '4', text: 'Satisfied' }, { value: '3', text: 'Fairly satisfied' }, { value: '2', text: 'Dissatisfied' }, { value: '1', text: 'Very dissatisfied' }],
      },
      question: {
        heading: 'Has it stayed solved?', field: 'solved', legend: 'Four weeks after closing: has the problem stayed away?', comment: 'What has happened (optional)',
        choices: [{ value: 'true', text: 'It has stayed away' }, { value: 'false', text: 'It has come back, please take it up again' }],
      },
    },
    send: 'Send', once: 'A link can be answered once. The handler sees neither who gave a grade nor which.',
    notices: {
      thanks: { heading: 'Received, thank you', text: 'Your answer has been recorded. You may close this page.' },
      answered: { heading: 'Answered already', text: 'Your answer has been recorded, or the issue has gone on. Nothing more is needed.' },
      unknown: { heading: 'This link opens nothing', text: 'It is incomplete or has expired. If you need help, please contact the park’s service staff.' },
      later: { heading: 'Not possible just now', text: 'The system is busy. Please open this link again later. Your answer has not been sent.' },
    },
    incomplete: 'Please choose one before you send; comments have at most 1000 characters.',
  },
};
