import { searchKeysOf, searchOf } from './name-search';

/** What the database does with both: pieces contained, pattern matched. */
function finds(name: string, typed: string): boolean {
  const { searchText, searchPieces } = searchKeysOf(name);
  const { pieces, pattern } = searchOf(typed);
  const literal = pattern.slice(1, -1).replace(/\\([\\%_])/g, '$1');
  return pieces.every((piece) => searchPieces.includes(piece)) && searchText.includes(literal);
}

it.each([
  ['长沙健康食品有限公司', '食', true], ['长沙健康食品有限公司', '健康', true], ['长沙健康食品有限公司', '健食', false], ['长沙健康食品有限公司', '长沙健康食品有限公司', true],
  ['长沙健康食品有限公司', 'csjk', true], ['长沙健康食品有限公司', 'JKSP', true], ['长沙健康食品有限公司', 'zsjk', false], ['长沙健康食品有限公司', 'c', true],
  ['什邡酒业', 'sfjy', true], ['单县食品', 'sxsp', true], ['尉犁棉业', 'ylmy', true], ['重庆重型机械', 'cqzx', true], ['女娲绿能', 'nwln', true],
  ['中粮（长沙）ABC科技', '(长沙)', true], ['中粮（长沙）ABC科技', '（长沙）', true], ['中粮（长沙）ABC科技', 'zlcsabckj', true], ['中粮（长沙）ABC科技', 'ａｂｃ', true],
  ['𠮷野家食品', '𠮷', true], ['𠮷野家食品', '𠮷野', true], ['100%果汁', '0%果', true], ['100%果汁', '1%果', false], ['甲_乙', '_', true], ['甲乙', '_', false], ['甲乙', '%', false],
  ['甲\\乙', '\\', true], ['甲乙', '乙j', false], ['甲乙', '乙\nj', false],
])('%s is found by %j: %s', (name, typed, found) => {
  expect(finds(name, typed)).toBe(found);
});

it.each([
  ['91', '91'], ['9143', '9143'], ['9144 0300-7', '914403007'], ['９１', '91'], ['n1', 'N1'], ['9', undefined], ['jksp', undefined], ['食品', undefined],
  ['98', undefined], ['91430100MA4L12345X9', undefined],
])('%j can be the beginning of a code: %s', (typed, from) => {
  expect(searchOf(typed).uscc).toEqual(from === undefined ? undefined : { from, before: `${from}~` });
});

it('counts characters outside the basic plane as one', () => {
  expect(searchKeysOf('𠮷野').searchPieces).toEqual(expect.arrayContaining(['𠮷', '野', '𠮷野']));
  expect(searchKeysOf('𠮷野').searchPieces.every((piece) => piece.isWellFormed())).toBe(true);
});

it('sorts by pinyin, place names as they are said', () => {
  const names = ['张家界茶业', '什邡酒业', '长沙食品', '六安茶业', '单县食品', 'ABC科技', '尉犁棉业', '重庆机械'];
  expect(names.toSorted((one, other) => (searchKeysOf(one).sortKey < searchKeysOf(other).sortKey ? -1 : 1)))
    .toEqual(['ABC科技', '长沙食品', '重庆机械', '六安茶业', '单县食品', '什邡酒业', '尉犁棉业', '张家界茶业']);
});

it('keeps each piece once', () => {
  const { searchPieces } = searchKeysOf('食品食品食品');
  expect(new Set(searchPieces).size).toBe(searchPieces.length);
});
