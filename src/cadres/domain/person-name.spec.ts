import { personSortKey } from './person-name';

it.each([['曾国强', 'zeng guo qiang'], ['单田芳', 'shan tian fang'], ['欧阳娜', 'ou yang na'], ['吕布', 'lv bu'], ['Anna', 'anna']])('%s sorts as %s', (name, key) => {
  expect(personSortKey(name)).toBe(key);
});
