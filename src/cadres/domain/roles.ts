import type { Role } from '../../kernel/actor';

// Inspectors are made by inspectors, county readers and operators by the operator.
const NOT_GRANTABLE: readonly Role[] = ['inspector', 'county', 'operator'];

/** Whether an administrator may turn the one list of roles into the other: what they may not grant, they may not take either. */
export function mayGrant(before: readonly string[], after: readonly string[]): boolean {
  return NOT_GRANTABLE.every((role) => before.includes(role) === after.includes(role));
}
