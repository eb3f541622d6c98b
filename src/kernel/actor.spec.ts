import { type Actor, callerOf, parkOf, parksUnnamed, systemActor } from './actor';
import { Problem } from './problem';

describe('a caller', () => {
  const of = (given: Partial<Actor>): string => callerOf({ ...systemActor('r'), ...given });

  it('is a client by itself, whatever subject its token has, and a cadre by issuer and subject', () => {
    expect(of({ kind: 'client', id: 'one', subject: 'shared' })).not.toBe(of({ kind: 'client', id: 'two', subject: 'shared' }));
    expect(of({ kind: 'cadre', id: 'one', issuer: 'i', subject: 's' })).toBe(of({ kind: 'cadre', id: 'two', issuer: 'i', subject: 's' }));
    expect(of({ kind: 'cadre', issuer: 'i', subject: 's' })).not.toBe(of({ kind: 'cadre', issuer: 'j', subject: 's' }));
    expect(of({ kind: 'cadre', issuer: 'is', subject: '' })).not.toBe(of({ kind: 'cadre', issuer: 'i', subject: 's' }));
    expect(of({ kind: 'operator', issuer: 'i', subject: 's' })).not.toBe(of({ kind: 'cadre', issuer: 'i', subject: 's' }));
  });
});

describe('the park that a call is about', () => {
  const [a, b, c] = ['park-a', 'park-b', 'park-c'];
  const outcome = (parkIds: readonly string[], homeParkId?: string, named?: string): string => {
    try {
      return parkOf({ ...systemActor('r', parkIds), ...(homeParkId === undefined ? {} : { homeParkId }) }, named);
    } catch (error) {
      return error instanceof Problem ? error.code : String(error);
    }
  };

  it.each([
    ['the only one', [a], undefined, undefined, a],
    ['said by whoever has several', [a, b], undefined, undefined, 'park-required'],
    ['the one that is named', [a, b], undefined, b, b],
    ['none beyond the scope', [a, b], undefined, c, 'not-found'],
    ['none for whoever has none', [], undefined, undefined, 'not-found'],
    ['the home of a client, whatever else lets it in', [a, b], a, undefined, a],
    ['another that a client names', [a, b], a, b, b],
    ['none beyond the scope of a client, its home neither', [b], a, a, 'not-found'],
    ['said by a client that does not reach its home, though there is one other: a second would be one too many', [b], a, undefined, 'park-required'],
    ['none for a client that reaches nothing', [], a, undefined, 'not-found'],
  ] as const)('is %s', (_what, parkIds, home, named, expected) => {
    expect(outcome(parkIds, home, named)).toBe(expected);
  });

  it('is, where several are read at once, each in scope, but for a client its home', () => {
    expect(parksUnnamed({ parkIds: [a, b] })).toEqual([a, b]);
    expect(parksUnnamed({ parkIds: [a, b], homeParkId: b })).toEqual([b]);
    expect(parksUnnamed({ parkIds: [a], homeParkId: b })).toEqual([]);
  });
});
