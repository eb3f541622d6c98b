import { type Role, ROLES } from '../../kernel/actor';

/** What an administrator may give and take. Inspectors are made by inspectors, county roles and the operator outside of the park. */
const GRANTABLE: ReadonlySet<Role> = new Set<Role>(['officer', 'leader', 'handler', 'supervisor', 'admin']);

/** Roles that a cadre can have; the operator is nobody's colleague. */
export const CADRE_ROLES = ROLES.filter((role): role is CadreRole => role !== 'operator');
export type CadreRole = Exclude<Role, 'operator'>;

/**
 * The roles that a cadre has after an administrator asked for them, in the order of the catalogue; `undefined` when that would give or
 * take one that is not an administrator's to give.
 */
export function grantRoles(before: readonly Role[], asked: readonly Role[]): CadreRole[] | undefined {
  const touched = ROLES.filter((role) => before.includes(role) !== asked.includes(role));
  return touched.every((role) => GRANTABLE.has(role)) ? CADRE_ROLES.filter((role) => asked.includes(role)) : undefined;
}

/** Whether the cadre holds a role that an administrator can't give: then who logs in as this cadre is not theirs to decide either. */
export function holdsProtectedRole(roles: readonly Role[]): boolean {
  return roles.some((role) => !GRANTABLE.has(role));
}
