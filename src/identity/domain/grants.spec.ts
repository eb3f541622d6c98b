import type { ClientScope } from '../../kernel/actor';
import { reachOf } from './grants';

const SETS: readonly (readonly ClientScope[])[] = [['visits:read'], ['tickets:write'], ['visits:read', 'tickets:write'], ['visits:read', 'journal:read', 'tickets:write']];

describe('how far a token of a client goes', () => {
  const [a, b] = ['park-a', 'park-b'];
  const grant = (parkId: string, ...scopes: ClientScope[]) => ({ parkId, scopes });
  const c = 'park-c';
  const alike = [grant(a, 'visits:read', 'tickets:read'), grant(b, 'visits:read', 'tickets:read')];
  const unlike = [grant(a, 'visits:read', 'tickets:write'), grant(b, 'visits:read')];

  it.each([
    ['what it bears, where every park grants it', alike, a, ['visits:read'], [a, b], ['visits:read']],
    ['its home first', alike, b, ['visits:read'], [b, a], ['visits:read']],
    ['no other park that grants less', unlike, a, ['visits:read', 'tickets:write'], [a], ['visits:read', 'tickets:write']],
    ['both, if it bears what both grant', unlike, a, ['visits:read'], [a, b], ['visits:read']],
    ['its home without what that does not grant any more', unlike, a, ['visits:read', 'journal:read'], [a, b], ['visits:read']],
    ['its home, also where another grants more of it', unlike, b, ['visits:read', 'tickets:write'], [b, a], ['visits:read']],
    ['its home, where another grants the rest', [grant(a, 'visits:read'), grant(b, 'tickets:read')], a, ['visits:read', 'tickets:read'], [a], ['visits:read']],
    ['another park with what its home does not grant', unlike, b, ['tickets:write'], [a], ['tickets:write']],
    ['the others that grant all of what its home does not, whatever one more grants', [...unlike, grant(c, 'journal:read')], c, ['visits:read', 'tickets:write'], [a], ['visits:read', 'tickets:write']],
    ['nowhere, if its home grants none of it and no other all', [grant(a, 'visits:read'), grant(b, 'tickets:read'), grant(c, 'journal:read')], c, ['visits:read', 'tickets:read'], [], []],
    ['nowhere without a scope', alike, a, [], [], []],
    ['nowhere without a grant', [], a, ['visits:read'], [], []],
  ] as const)('%s', (_what, grants, home, borne, parkIds, scopes) => {
    expect(reachOf(grants, home, borne)).toEqual({ parkIds, scopes });
  });

  it.each(SETS.map((theirs) => ({ theirs })))('is at home the same whatever another park grants: $theirs', ({ theirs }) => {
    for (const ours of SETS) {
      for (const borne of SETS) {
        const alone = reachOf([grant(a, ...ours)], a, borne);
        const { parkIds, scopes } = reachOf([grant(b, ...theirs), grant(a, ...ours)], a, borne);
        expect([parkIds.includes(a), alone.parkIds.includes(a) ? scopes : []]).toEqual([alone.parkIds.includes(a), alone.scopes]);
      }
    }
  });
});
