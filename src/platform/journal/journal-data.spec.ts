import { findUnfit, type JournalData } from './journal-data';

describe('what may stand in the journal', () => {
  it.each<[string, JournalData]>([
    ['ids, codes, dates and times', { id: '01950000-0000-7000-8000-000000000001', code: 'A-1.b_2', on: '2026-03-02', at: '2026-03-02T01:30:00.000Z', zone: 'Asia/Shanghai' }],
    ['numbers, flags and nothing', { days: 10, rate: 0.25, late: true, ended: null }],
    ['lists of codes, and what is grouped', { fields: ['name', 'tags'], none: [], before: { on: '2026-03-01', after: { days: -3 } } }],
    ['the code of an enterprise', { uscc: '914403001922038216' }],
  ])('%s', (_what, data) => {
    expect(findUnfit(data)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['a Chinese name', { name: '张某' }, '/name'],
    ['words', { reason: 'on holiday' }, '/reason'],
    ['nothing at all', { code: '' }, '/code'],
    ['an address of mail', { to: 'a@example.org' }, '/to'],
    ['a phone number', { phone: '13912345678' }, '/phone'],
    ['a phone number with its country', { phone: '+8613912345678' }, '/phone'],
    ['more than a hundred characters', { text: 'x'.repeat(101) }, '/text'],
    ['a number that JSON does not know', { days: Number.NaN }, '/days'],
    ['a number that is not exact', { sum: 2 ** 53 }, '/sum'],
    ['a name inside', { before: { officer: '李某' } }, '/before/officer'],
    ['a name in a list', { officers: ['a', '王某'] }, '/officers'],
    ['a name as a name', { 李某: 1 }, '/李某'],
    ['a list of lists', { days: [['a']] }, '/days'],
    ['a field that is not set', { days: undefined }, '/days'],
  ])('not %s', (_what, data, path) => {
    expect(findUnfit(data as JournalData)).toBe(path);
  });
});
