import { type Actor, hasRole } from '../../kernel/actor';

/** Whether the actor sees all visits of the parks in scope; an officer or leader sees those of their enterprises and those they took part in. */
export function seesEveryVisit(actor: Actor): boolean {
  return hasRole(actor, 'supervisor', 'admin', 'county') || actor.scopes.includes('visits:read');
}
