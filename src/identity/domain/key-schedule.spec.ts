import { dueKey, rolesOfKeys } from './key-schedule';

const at = (text: string): Date => new Date(`2026-${text}Z`);
const key = (id: string, signsFrom: string) => ({ id, signsFrom: at(signsFrom) });
const A = key('a', '03-02T00:00:00');
const B = key('b', '05-31T00:00:00');

describe('the schedule of keys', () => {
  it.each([
    ['the first is made at once', [], '03-02T00:00:00', '03-02T00:00:00'],
    ['none while one is young', [A], '05-29T23:59:59', undefined],
    ['the next a day before it signs', [A], '05-30T00:00:00', '05-31T00:00:00'],
    ['late, and still published for a day', [A], '07-01T12:00:00', '07-02T12:00:00'],
    ['none when the next is there', [A, B], '05-30T12:00:00', undefined],
    ['at once where the only one has not begun', [B], '05-30T12:00:00', '05-30T12:00:00'],
  ])('%s', (_name, keys, now, due) => {
    expect(dueKey(keys, at(now))).toEqual(due === undefined ? undefined : at(due));
  });

  it.each([
    ['one alone', [A], '03-02T00:00:00', 'a', ['a'], [], undefined],
    ['the next is published, and does not sign', [A, B], '05-30T12:00:00', 'a', ['a', 'b'], [], '05-31T00:00:00'],
    ['the next signs, the old one is still published', [A, B], '05-31T00:00:00', 'b', ['b', 'a'], [], '06-02T00:00:00'],
    ['the old one is over', [A, B], '06-02T00:00:00', 'b', ['b'], ['a'], undefined],
    ['none has begun', [B], '05-30T12:00:00', undefined, ['b'], [], '05-31T00:00:00'],
  ])('%s', (_name, keys, now, signing, published, over, until) => {
    const roles = rolesOfKeys(keys, at(now));
    expect({ signing: roles.signing?.id, published: roles.published.map(({ id }) => id), over: roles.over.map(({ id }) => id), until: roles.until }).toEqual({
      signing, published, over, until: until === undefined ? undefined : at(until),
    });
  });
});
