import { mayGrant } from './roles';

it.each([
  [[], ['officer', 'handler'], true], [['officer'], [], true], [[], ['inspector'], false], [[], ['county'], false], [['inspector'], ['officer'], false],
  [['inspector', 'officer'], ['inspector', 'leader'], true], [[], ['operator'], false],
])('from %j to %j: %p', (before, after, allowed) => {
  expect(mayGrant(before, after)).toBe(allowed);
});
