import type { Role } from '../../kernel/actor';

/** Whether a second factor is asked of those who can do harm to many, or of nobody who has not set one up: for trying. */
export type SecondFactor = 'by-role' | 'optional';

const DEMANDING: readonly Role[] = ['admin', 'supervisor', 'inspector', 'operator'];

/** Whether somebody with these roles may do nothing before they have a second factor. The migration's trigger names the same roles. */
export function demandsSecondFactor(roles: readonly Role[]): boolean {
  return roles.some((role) => DEMANDING.includes(role));
}
