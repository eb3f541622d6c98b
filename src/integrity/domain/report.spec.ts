import { day } from '../../kernel/day';
import { awaited, levelOf, mentions, requireOpen, requirePast, searchTextOf, soughtNames } from './report';

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
    expect(searchTextOf(['!', '甲'])).toBe('|甲');
  });
});

describe('a name of the register', () => {
  it.each<[string, string, string[]]>([
    ['as it is', '王小明', ['王小明']],
    ['spaced', '李 静', ['李静']],
    ['of one character, which stands in any text', '王', []],
    ['of nothing', ' ', []],
    ['of signs alone', '（）', []],
    ['with a note in brackets', '李静（大）', ['李静']],
    ['with one in other brackets', '【纪检组】李静', ['李静']],
    ['with one that is not closed', '李静(大', ['李静']],
    ['with one that was not opened', '李静大）', ['李静']],
    ['with a note within a note', '李静（办公室（二））', ['李静']],
    ['with a note in the middle', '李（小）静', ['李小静', '李静']],
    ['with nothing but a note', '「李静」', ['李静']],
    ['that is a surname but for the note', '李（大）', ['李大']],
    ['with the name in the note', '小李（李静）', ['小李', '李静']],
    ['with an earlier name in the note', '李静（原名李晓静）', ['李静', '李晓静']],
    ['with a name in another script in the note', 'John（约翰）', ['john', '约翰']],
    ['with a number', '李静2', ['李静']],
    ['with one in full width', '李静２', ['李静']],
    ['with one in a circle', '李静②', ['李静']],
    ['with a Roman one', '李静Ⅱ', ['李静']],
    ['with a letter', '李静A', ['李静']],
    ['with a letter before it', 'b李静', ['李静']],
    ['with a character that tells namesakes apart', '李静大', ['李静']],
    ['with one before it', '小李静', ['李静']],
    ['with several of all that', '大李静（女）A2', ['李静']],
    ['that consists of such characters', '丁一', ['丁一']],
    ['with a number, and too short without', '李2', ['李2']],
    ['of numbers', '007', ['007']],
    ['with a department', '李静-综合办', ['李静', '综合办']],
    ['with one that another sign parts', '李静@综合办', ['李静', '综合办']],
    ['with a character after a dot', '李静·大', ['李静']],
    ['of parts', '阿不都·热合曼', ['阿不都热合曼']],
    ['of parts with a katakana dot in half width', '阿不都･热合曼', ['阿不都热合曼']],
    ['with characters that nobody sees', '李\u200b静\ufeff', ['李静']],
    ['with a letter that nobody sees', '李\u3164静', ['李静']],
    ['in Latin letters', 'Li Jing', ['lijing']],
    ['in Latin letters with a number', 'Li Jing 2', ['lijing']],
    ['in Latin letters with a letter', 'Li Jing A', ['lijing']],
    ['in Latin letters with tones', 'Lǐ Jìng', ['lijing']],
  ])('%s: %s', (_what, name, sought) => {
    expect(soughtNames(name).sort()).toEqual([...sought].sort());
  });

  const DOTS = ['\u00b7', '\u0387', '\u1427', '\u16eb', '\u2022', '\u2024', '\u2027', '\u2219', '\u22c5', '\u2e31', '\u2e33', '\u30fb', '\uff65', '\ua78f', '\u318d', '.', '．', '。', '、', '-', '—', ' ', '\u3000', '\u200b', '\u2060', '\u00ad', ''];
  it.each(DOTS)('is found whatever dot parts it there or here: %j', (dot) => {
    for (const other of DOTS) expect({ other, found: mentions(searchTextOf([`听说阿不都${other}热合曼收了购物卡`]), `阿不都${dot}热合曼`) }).toEqual({ other, found: true });
  });

  it.each(['李静', '李静（大）', '李静（科长）', '李静2', '李静Ａ', '李 静', '李\u200b静', '李、静', '*李静*', '“李静”主任', '李\ufe00静', '李\u{e0100}静'])('is found in what is said as %j, whatever the register adds', (said) => {
    for (const name of ['李静', '李静（大）', '李静 (小)', '李静２', '李静b', '李静[综合办]', '综合办/李静', '李静 02']) expect({ name, found: mentions(searchTextOf([said]), name) }).toEqual({ name, found: true });
  });

  it.each([['李静（组长）', '组长要了两条烟'], ['王小明', '小明要了两条烟'], ['王（大）', '大王要了两条烟'], ['阿不都·热合曼', '热合曼要了两条烟'], ['王大明', '王明要了两条烟']])('%s is not found in %s', (name, said) => {
    expect(mentions(searchTextOf([said]), name)).toBe(false);
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
