import { type Actor, callerOf, systemActor } from './actor';

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
