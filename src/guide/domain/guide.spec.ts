import { day } from '../../kernel/day';
import type { Limit, LimitUnit } from '../../kernel/limit';
import { isCode } from '../../platform/journal/journal-data';
import { categoriesWith, CATEGORY_FORM, COMMON_CATEGORIES } from './categories';
import { PRIORITIES } from '../../kernel/priority';
import { bindsOn, CODE_FORM, type GuideVersion, inForceOn, limitsFor, nextVersion, standingOn } from './guide';

const limit = (amount: number, unit: LimitUnit = 'workingDays'): Limit => ({ unit, amount });
const within = (respond: number, resolve: number) => ({ respondWithin: limit(respond), resolveWithin: limit(resolve) });
const version = (from: string, given: Partial<GuideVersion> = {}): GuideVersion => ({
  effectiveFrom: day(from), name: from, category: 'permits', departmentId: 'd', steps: ['受理'], materials: [], limits: { normal: within(1, 5) }, active: true, ...given,
});

// First days of versions; `-` after one says that it retires the item.
const HISTORIES = {
  'one': [version('2026-03-02')],
  'two': [version('2026-03-02'), version('2026-04-01')],
  'retired': [version('2026-03-02'), version('2026-04-01', { active: false })],
  'taken up again': [version('2026-03-02'), version('2026-04-01', { active: false }), version('2026-05-01')],
};

it.each([
  ['one', '2026-03-01', undefined, '2026-03-02'],
  ['one', '2026-03-02', '2026-03-02', '2026-03-02'],
  ['one', '2999-12-31', '2026-03-02', '2026-03-02'],
  ['two', '2026-03-31', '2026-03-02', '2026-03-02'],
  ['two', '2026-04-01', '2026-04-01', '2026-04-01'],
  ['two', '2026-01-01', undefined, '2026-03-02'],
  ['retired', '2026-03-31', '2026-03-02', '2026-03-02'],
  ['retired', '2026-04-01', undefined, '2026-04-01'],
  ['taken up again', '2026-04-30', undefined, '2026-04-01'],
  ['taken up again', '2026-05-01', '2026-05-01', '2026-05-01'],
] as const)('%s, on %s: %s binds, %s stands', (history, on, binds, stands) => {
  const versions = HISTORIES[history];
  expect([inForceOn(versions, day(on))?.name, standingOn(versions, day(on)).name]).toEqual([binds, stands]);
  expect(bindsOn(standingOn(versions, day(on)), day(on))).toBe(binds !== undefined);
});

it('has a version, or is no item', () => {
  expect(() => standingOn([], day('2026-03-02'))).toThrow(RangeError);
});

const [NORMAL, URGENT, CRITICAL] = [within(2, 10), within(1, 5), within(1, 2)];
it.each([
  ['all three', { normal: NORMAL, urgent: URGENT, critical: CRITICAL }, [NORMAL, URGENT, CRITICAL]],
  ['normal alone', { normal: NORMAL }, [NORMAL, NORMAL, NORMAL]],
  ['no critical', { normal: NORMAL, urgent: URGENT }, [NORMAL, URGENT, URGENT]],
  ['no urgent', { normal: NORMAL, critical: CRITICAL }, [NORMAL, NORMAL, CRITICAL]],
])('limits of %s', (_what, limits, expected) => {
  expect(PRIORITIES.map((priority) => limitsFor({ limits }, priority))).toEqual(expected);
});

it.each([
  ['what is left out stays as it was the day before', '2026-06-01', { name: 'new' }, { ...version('2026-05-01'), effectiveFrom: '2026-06-01', name: 'new' }],
  ['also where a later version stands', '2026-04-15', { active: true }, { ...version('2026-04-01'), effectiveFrom: '2026-04-15' }],
  ['before the first, as in the first', '2026-03-01', {}, { ...version('2026-03-02'), effectiveFrom: '2026-03-01' }],
  ['undefined is left out', '2026-04-02', { name: undefined, active: undefined }, { ...version('2026-04-01', { active: false }), effectiveFrom: '2026-04-02' }],
  ['limits are given whole', '2026-06-01', { limits: { normal: CRITICAL } }, { ...version('2026-05-01'), effectiveFrom: '2026-06-01', limits: { normal: CRITICAL } }],
])('the next version: %s', (_what, from, change, expected) => {
  expect(nextVersion(HISTORIES['taken up again'], day(from), change)).toEqual(expected);
});

describe('categories', () => {
  it('are fourteen, each once, of a form that the journal takes', () => {
    const codes = COMMON_CATEGORIES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(14);
    expect(codes.filter((code) => !CATEGORY_FORM.regex.test(code) || !isCode(code))).toEqual([]);
  });

  it.each([
    [[], []], [['land', 'permits'], []], [['zone_own', 'cold_chain', 'land', 'cold_chain'], ['cold_chain', 'zone_own']],
  ])('with %j in use: %j more', (used, more) => {
    expect(categoriesWith(used)).toEqual([...COMMON_CATEGORIES.map(({ code }) => code), ...more]);
  });
});

it.each([
  ['SPXK-01', true], ['000131024000', true], ['11430181MB1234567X4000123001', true], ['A', true], ['a', false], ['', false], ['-A', false], ['A B', false], ['许可', false], ['A'.repeat(41), false],
  ['13812345678', false], ['8613812345678', false], ['138123456789', true],
])('the code %s: %s', (code, fits) => {
  expect(CODE_FORM.regex.test(code)).toBe(fits);
  if (fits) expect(isCode(code)).toBe(true);
});
