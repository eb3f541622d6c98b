import { Problem } from '../../kernel/problem';
import { PAST_REGISTERED, type State } from './lifecycle';

export const MATTER_STATUSES = ['proposed', 'open', 'decided', 'dismissed'] as const;
export type MatterStatus = (typeof MATTER_STATUSES)[number];

/** How a ticket stands in a matter: it keeps the ticket from other matters while that is open. */
export type MatterTicketStanding = 'proposed' | 'open' | 'ended';

/** What is done with a matter, and from where. */
export const MATTER_ACTS = {
  'accept': ['proposed'],
  'dismiss': ['proposed'],
  'add-tickets': ['open'],
  'research': ['proposed', 'open'],
  'decide': ['open'],
} as const satisfies Readonly<Record<string, readonly MatterStatus[]>>;
export type MatterAct = keyof typeof MATTER_ACTS;

/** Problem `matter-not-open`. */
export function requireMatterAct(act: MatterAct, status: MatterStatus): void {
  if (!(MATTER_ACTS[act] as readonly MatterStatus[]).includes(status)) throw new Problem('matter-not-open', { params: { status } });
}

/** Whether a decision is an answer to a ticket: somebody handles it, and it has not ended. */
export function isAnsweredByDecision(state: State): boolean {
  return PAST_REGISTERED.includes(state);
}
