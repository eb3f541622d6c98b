import { type Actor, cadreOf, hasRole } from '../../kernel/actor';
import type { Person } from './guards';
import type { Happening } from './happening';

/** Roles in which one works on tickets, and may be made responsible for one, or lead. */
export const TICKET_STAFF = ['officer', 'leader', 'handler', 'supervisor'] as const;

/** A cadre who sees some of a park's tickets. */
export interface TicketReader {
  readonly cadreId: string;
  readonly departmentId: string | null;
  /** Sees those of the enterprises that they are assigned to, too. */
  readonly visits: boolean;
  /** By the local date of this instant it is judged whether they are. */
  readonly now: Date;
}

/** Who sees all tickets of the parks in scope: nothing. Others see those that they are on or registered, their department's, and their enterprises'. */
export function readerOf(actor: Actor, now: Date): TicketReader | undefined {
  if (actor.kind === 'client' || actor.kind === 'enterprise' || actor.kind === 'system' || hasRole(actor, 'supervisor', 'admin', 'county')) return undefined;
  return { cadreId: cadreOf(actor), departmentId: actor.departmentId ?? null, visits: hasRole(actor, 'officer', 'leader'), now };
}

export function personOf(actor: Actor): Person {
  if (actor.kind === 'enterprise') return { supervisor: false, staff: false, enterprise: true };
  if (actor.kind === 'client') return { supervisor: false, staff: false, enterprise: actor.scopes.includes('enterprise:act') };
  return { cadreId: cadreOf(actor), supervisor: hasRole(actor, 'supervisor'), staff: hasRole(actor, ...TICKET_STAFF), enterprise: false };
}

/** Whether grades may be shown: never to those who have ever handled the ticket or collaborated on it, whatever else they are and whoever does now. */
export function seesGrades(actor: Actor, events: readonly Happening[]): boolean {
  if (actor.kind === 'client') return true;
  return hasRole(actor, 'supervisor', 'admin', 'county') && !events.some((event) => (event.type === 'assign' || event.type === 'reassign') && [event.handlerId, ...event.collaboratorIds].includes(actor.id));
}
