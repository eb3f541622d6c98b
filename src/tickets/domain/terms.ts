import type { Limit } from '../../kernel/limit';
import type { Terms } from './happening';

/** Of the park's policy, what binds a ticket. */
export interface TicketPolicy {
  readonly tickets: Pick<Terms, 'assignWithin' | 'respondWithin' | 'resolveWithin' | 'returnWithin' | 'reworkWithin' | 'waitWithin' | 'confirmWithin' | 'callWithin' | 'reopenAfterQuestion' | 'reviewWithinDays' | 'extensionsPerCycle'>
    & { readonly reopenWithinDays: number; readonly questionAfterDays: number };
  readonly escalation: Pick<Terms, 'level2After' | 'level3After' | 'orderWithin'>;
}

/** The limits of one priority, as a guide item gives them. */
export interface ServiceLimits {
  readonly respondWithin: Limit;
  readonly resolveWithin: Limit;
}

/** What binds a cycle: the guide's limits where an item fits, and the park's policy for everything else (domain, section 6, "Clocks"). */
export function termsOf({ tickets, escalation }: TicketPolicy, guide: ServiceLimits | undefined): Terms {
  const { assignWithin, returnWithin, reworkWithin, waitWithin, confirmWithin, callWithin, reopenAfterQuestion, reviewWithinDays, extensionsPerCycle } = tickets;
  const { respondWithin, resolveWithin } = guide ?? tickets;
  const { level2After, level3After, orderWithin } = escalation;
  return {
    assignWithin, respondWithin, resolveWithin, returnWithin, reworkWithin, waitWithin, confirmWithin, callWithin, level2After, level3After, orderWithin,
    questionAfter: { unit: 'days', amount: tickets.questionAfterDays }, reopenWithin: { unit: 'days', amount: tickets.reopenWithinDays }, reopenAfterQuestion, reviewWithinDays, extensionsPerCycle,
  };
}
