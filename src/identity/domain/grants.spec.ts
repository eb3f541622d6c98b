import type { ClientScope } from '../../kernel/actor';
import { reachOf } from './grants';

describe('how far a token of a client goes', () => {
  const [a, b] = ['park-a', 'park-b'];
  const grant = (parkId: string, ...scopes: ClientScope[]) => ({ parkId, scopes });
  const alike = [grant(a, 'visits:read', 'tickets:read'), grant(b, 'visits:read', 'tickets:read')];
  const unlike = [grant(a, 'visits:read', 'tickets:write'), grant(b, 'visits:read')];

  it.each([
    ['what it bears, where every park grants it', alike, ['visits:read'], [a, b], ['visits:read']],
    ['no park that grants less', unlike, ['visits:read', 'tickets:write'], [a], ['visits:read', 'tickets:write']],
    ['both, if it bears what both grant', unlike, ['visits:read'], [a, b], ['visits:read']],
    ['without what nobody grants any more', unlike, ['visits:read', 'journal:read'], [a, b], ['visits:read']],
    ['nowhere, if no park grants all of it', [grant(a, 'visits:read'), grant(b, 'tickets:read')], ['visits:read', 'tickets:read'], [], []],
    ['nowhere without a scope', alike, [], [], []],
    ['nowhere without a grant', [], ['visits:read'], [], []],
  ] as const)('%s', (_what, grants, borne, parkIds, scopes) => {
    expect(reachOf(grants, borne)).toEqual({ parkIds, scopes });
  });
});
