import { type BoundIdentity, confirmIdentity } from './appointment';

describe('the identity of whoever becomes an inspector', () => {
  const theirs: BoundIdentity = { issuer: 'https://login.example.cn', subject: 'su.chao' };
  it.each<[string, BoundIdentity | undefined, BoundIdentity | null | undefined, ReturnType<typeof confirmIdentity>]>([
    ['none, and nothing is said', undefined, undefined, 'kept'],
    ['none, and none is said', undefined, null, 'kept'],
    ['none, and one is named', undefined, theirs, 'unconfirmed'],
    ['one, and nothing is said', theirs, undefined, 'unconfirmed'],
    ['one, and none is said', theirs, null, 'removed'],
    ['one, and it is named', theirs, { ...theirs }, 'kept'],
    ['one, and another subject is named', theirs, { ...theirs, subject: 'su.chao2' }, 'unconfirmed'],
    ['one, and another issuer is named', theirs, { ...theirs, issuer: 'https://login.example.com' }, 'unconfirmed'],
  ])('%s', (_case, bound, named, expected) => {
    expect(confirmIdentity(bound, named)).toBe(expected);
  });
});
