import { ticketKeysOf, ticketSearchOf } from './ticket-search';

/** As PostgreSQL does it: all pieces, and LIKE with backslash for what is literal. */
function finds(typed: string, title: string, description: string): boolean {
  const { searchText, searchPieces } = ticketKeysOf(title, description);
  const { pieces, pattern } = ticketSearchOf(typed);
  const literal = pattern.slice(1, -1).replace(/\\(.)/g, '$1');
  return pieces.every((piece) => searchPieces.includes(piece)) && searchText.includes(literal);
}

it.each<[string, boolean]>([
  ['闪断', true], ['园区', true], ['频繁闪断', true], ['断频', false], ['报废', true],
  ['ＡＢＣ', true], ['abc', true], ['Abc 12', true], ['abc  12', true], ['100%', true], ['10%', false], ['a_b', true], ['axb', false], ['c:\\d', true], ['断本', false],
])('%s: %p', (typed, found) => {
  expect(finds(typed, '园区频繁闪断', '本月报废 ABC\n12 吨，100% 停产；a_b c:\\d')).toBe(found);
});

it('takes what was typed literally', () => {
  expect(ticketSearchOf('1%_\\')).toEqual({ pieces: ['1%', '%_', '_\\'], pattern: '%1\\%\\_\\\\%' });
});

it('counts characters, not units of UTF-16', () => {
  expect(ticketSearchOf('𠮷')).toMatchObject({ pieces: [] });
  expect(ticketSearchOf('𠮷野').pieces).toEqual(['𠮷野']);
});

it.each(['', ' ', '断', ' 断 '])('has nothing to look for in %p', (typed) => {
  expect(ticketSearchOf(typed).pieces).toEqual([]);
});
