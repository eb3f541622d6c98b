import { Problem } from '../../../kernel/problem';
import { fingerprintOf, readIdempotencyKey, scopeOf } from './idempotency-key';

describe('a key', () => {
  it.each([
    [undefined, undefined], ['abc', 'abc'], ['"abc"', 'abc'], [' 5f1c1f0e-9a55 ', '5f1c1f0e-9a55'], ['x'.repeat(255), 'x'.repeat(255)],
  ])('%s reads as %s', (header, key) => {
    expect(readIdempotencyKey(header)).toBe(key);
  });

  it.each([['nothing', ''], ['quotes alone', '""'], ['a space', 'a b'], ['a quote inside', 'a"b'], ['a single quote mark', '"'], ['another letter', 'é'], ['too much', 'x'.repeat(256)], ['two headers', ['a', 'b']]])('%s is no key', (_what, header) => {
    expect(() => readIdempotencyKey(header)).toThrow(Problem);
  });
});

describe('what a key stands for', () => {
  const place = { caller: 'c', method: 'POST', route: '/visits/:id/void', params: { id: 'aa' } };

  it.each([['caller', 'd'], ['method', 'PUT'], ['route', '/visits'], ['params', { id: 'bb' }]] as const)('changes with the %s', (member, other) => {
    expect(scopeOf({ ...place, [member]: other }, 'k')).not.toEqual(scopeOf(place, 'k'));
  });

  it('is the same in whatever letters an id is written', () => {
    expect(scopeOf({ ...place, params: { id: 'AA' } }, 'k')).toEqual(scopeOf(place, 'k'));
  });

  it('does not run over from one member to the next', () => {
    expect(scopeOf({ ...place, method: 'POST/', route: 'x' }, 'k')).not.toEqual(scopeOf({ ...place, method: 'POST', route: '/x' }, 'k'));
  });

  it('is the same content in whatever order it is said, and none without a body', () => {
    const of = (body: unknown, ifMatch?: string, key = 'k'): Buffer => fingerprintOf({ body, query: {}, ifMatch }, key);
    expect(of({ a: 1, b: [1, 2] })).toEqual(of({ b: [1, 2], a: 1 }));
    expect(of({ b: [2, 1] })).not.toEqual(of({ b: [1, 2] }));
    expect(of(undefined, '"1"')).not.toEqual(of(undefined));
    expect(of(1, undefined, 'another')).not.toEqual(of(1));
  });

  it.each([['half a character', '\ud800'], ['a number without end', Infinity]])('cannot be said of %s', (_what, body) => {
    expect(() => fingerprintOf({ body, query: {}, ifMatch: undefined }, 'k')).toThrow(Problem);
  });
});
