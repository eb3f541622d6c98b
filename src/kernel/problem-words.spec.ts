import { describeFieldError, fill } from './problem';
import { FIELD_FAULTS, PROBLEMS, type Text } from './problem-catalogue';
import { type Word, WORDS } from './problem-words';

// Names of standards and formats, and what is typed as it stands: Chinese writes them in the same letters.
const NAMES = /UUID|RFC|UTF-8|ETag|ASCII|Base64(?:URL)?|JPEG|PNG|PDF|GB\/T|YYYY-MM-DD|HH:MM|true|false/g;
const LATIN = /[A-Za-z]/;
const SENTENCES = Object.entries<Text>({ ...FIELD_FAULTS, ...Object.fromEntries(Object.entries(PROBLEMS).map(([code, { detail }]) => [code, detail])) });

it.each(Object.entries(WORDS) as [Word, string][])('%s: %s', (word, zh) => {
  expect(zh).toMatch(/\p{Script=Han}/u);
  expect(zh.replace(NAMES, '')).not.toMatch(LATIN);
  for (const code of ['type', 'format'] as const) {
    expect(describeFieldError({ pointer: '/x', code, params: { expected: word } }, 'zh')).toContain(zh);
    expect(describeFieldError({ pointer: '/x', code, params: { expected: word } }, 'en')).toBe(`Must be ${word}.`);
  }
});

it('stand in problems as they do in fields', () => {
  expect(fill(PROBLEMS['reference-unknown'].detail, { what: 'guide item' }, 'zh')).toBe('此处没有该服务事项。');
  expect(fill(PROBLEMS['uscc-invalid'].detail, { reason: 'check-digit' }, 'zh')).toBe('不是有效的统一社会信用代码：校验位不符。');
});

it('leave values of the API as they are', () => {
  expect(fill(PROBLEMS['plan-closed'].detail, { status: 'visit' }, 'zh')).toBe('该计划走访状态为 visit。');
});

it.each(SENTENCES)('%s says the same things in both languages', (_code, { en, zh }) => {
  const named = (sentence: string): string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
  expect(named(zh)).toEqual(named(en));
});
