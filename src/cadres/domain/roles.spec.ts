import type { Role } from '../../kernel/actor';
import { grantRoles, holdsProtectedRole } from './roles';

describe('grantRoles', () => {
  const CASES: readonly (readonly [before: Role[], asked: Role[], after: Role[] | undefined])[] = [
    [[], ['officer'], ['officer']],
    [[], ['admin', 'officer', 'handler', 'supervisor', 'leader'], ['officer', 'leader', 'handler', 'supervisor', 'admin']],
    [['officer'], ['leader'], ['leader']],
    [[], ['inspector'], undefined],
    [[], ['officer', 'county'], undefined],
    [['officer'], ['officer', 'operator'], undefined],
    [['inspector'], ['inspector', 'officer'], ['officer', 'inspector']],
    [['officer', 'inspector'], ['officer'], undefined],
    [['county'], ['officer'], undefined],
    [['county'], ['inspector'], undefined],
  ];

  it.each(CASES)('from %j to %j: %j', (before, asked, after) => {
    expect(grantRoles(before, asked)).toEqual(after);
  });
});

it.each([[['officer', 'admin'], false], [['officer', 'inspector'], true], [['county'], true]] as [Role[], boolean][])('%j hold a protected role: %s', (roles, expected) => {
  expect(holdsProtectedRole(roles)).toBe(expected);
});
