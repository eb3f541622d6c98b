import { personSortKey } from './person-name';

describe('personSortKey', () => {
  it.each([
    ['王小明', 'wang xiao ming'],
    ['单田芳', 'shan tian fang'],
    ['尉迟恭', 'yu chi gong'],
    ['欧阳修', 'ou yang xiu'],
    ['仇和', 'qiu he'],
    ['解晓东', 'xie xiao dong'],
    ['吕布', 'lv bu'],
    ['阿依古丽·买买提', 'a yi gu li mai mai ti'],
    ['Ａnna  Li', 'anna li'],
  ])('reads %s as %s', (name, key) => {
    expect(personSortKey(name)).toBe(key);
  });

  it('sorts a short syllable before a longer one that begins with it', () => {
    expect(['李昂', '林安', '李娜'].sort((one, other) => (personSortKey(one) < personSortKey(other) ? -1 : 1))).toEqual(['李昂', '李娜', '林安']);
  });
});
