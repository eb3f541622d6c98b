import { Problem } from '../../../kernel/problem';
import { fingerprintOf, readIdempotencyKey, scopeOf } from './idempotency-key';

describe('a key', () => {
  it.each([
    [undefined, undefined], ['abc', 'abc'], ['"abc"', 'abc'], [' 5f1c1f0e-9a55 ', '5f1c1f0e-9a55'], ['x'.repeat(255), 'x'.repeat(255)],
  ])('%s reads as %s', (header, key) => {
    expect(readIdempotencyKey(header)).toBe(key);
  });

  it.each([['nothing', ''], ['quotes alone', '""'], ['a space', 'a b'], ['another letter', 'é'], ['too much', 'x'.repeat(256)], ['two headers', ['a', 'b']]])('%s is no key', (_what, header) => {
    expect(() => readIdempotencyKey(header)).toThrow(Problem);
  });
});

describe('what a key stands for', () => {
  const place = { issuer: 'i', subject: 's', kind: 'cadre', method: 'POST', path: '/visits' };

  it.each([['issuer', 'j'], ['subject', 't'], ['kind', 'client'], ['method', 'PUT'], ['path', '/visits/1/void']] as const)('changes with the %s', (member, other) => {
    expect(scopeOf({ ...place, [member]: other }, 'k')).not.toEqual(scopeOf(place, 'k'));
  });

  it('does not run over from one member to the next', () => {
    expect(scopeOf({ ...place, issuer: 'is', subject: '' }, 'k')).not.toEqual(scopeOf({ ...place, issuer: 'i', subject: 's' }, 'k'));
  });

  it('is the same content in whatever order it is said, and none without a body', () => {
    expect(fingerprintOf({ body: { a: 1, b: [1, 2] }, query: {}, ifMatch: undefined })).toEqual(fingerprintOf({ body: { b: [1, 2], a: 1 }, query: {}, ifMatch: undefined }));
    expect(fingerprintOf({ body: { b: [2, 1] }, query: {}, ifMatch: undefined })).not.toEqual(fingerprintOf({ body: { b: [1, 2] }, query: {}, ifMatch: undefined }));
    expect(fingerprintOf({ body: undefined, query: {}, ifMatch: '"1"' })).not.toEqual(fingerprintOf({ body: undefined, query: {}, ifMatch: undefined }));
  });
});
