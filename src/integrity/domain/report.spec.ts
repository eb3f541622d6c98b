import { day } from '../../kernel/day';
import { awaited, levelOf, mentions, requireOpen, requirePast, searchTextOf, soughtName } from './report';

describe('who reads a report', () => {
  const inspectors = [{ id: 'i-1', name: '王小明' }, { id: 'i-2', name: 'Li' }, { id: 'i-3', name: '阿' }];
  it.each([
    ['nobody of them', [], '厂长要了两条烟', 'park'],
    ['by id', ['x', 'i-1'], '', 'county'],
    ['by name in the text', [], '纪检的王小明收了购物卡', 'county'],
    ['by a name that is spaced', [], '王 小明', 'county'],
    ['by a name in full width', [], 'ＬＩ', 'county'],
    ['by a name with a middle dot', [], '王·小明', 'county'],
    ['a part of a name', [], '小明', 'park'],
    ['one character alone, which stands in any text', [], '阿姨说的', 'park'],
  ])('%s: %s', (_what, cadreIds, text, level) => {
    expect(levelOf({ cadreIds, searchText: searchTextOf([text]) }, inspectors)).toBe(level);
  });

  it('makes no name of the end of one part and the beginning of another', () => {
    expect(mentions(searchTextOf(['姓王', '小明食品']), '王小明')).toBe(false);
  });

  it('keeps nothing of parts that are not there', () => {
    expect(searchTextOf([null, undefined, '', '甲 乙'])).toBe('甲乙');
    expect([soughtName('王'), soughtName(' '), soughtName('王 五')]).toEqual(['', '', '王五']);
  });
});

describe('a report', () => {
  it('is talked about while it is open', () => {
    expect(() => { requireOpen('open'); }).not.toThrow();
    expect(() => { requireOpen('decided'); }).toThrow('report-decided');
  });

  it('tells of what has happened', () => {
    expect(() => { requirePast(undefined, day('2026-03-02')); requirePast(day('2026-03-02'), day('2026-03-02')); }).not.toThrow();
    expect(() => { requirePast(day('2026-03-03'), day('2026-03-02')); }).toThrow('in-future');
  });

  it.each([['open', null, 'inspector'], ['open', 'reporter', 'inspector'], ['open', 'inspector', 'reporter'], ['decided', 'reporter', null]] as const)('%s, after %s: awaits %s', (status, last, whom) => {
    expect(awaited(status, last)).toBe(whom);
  });
});
