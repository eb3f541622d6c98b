import type { Day } from '../../kernel/day';
import type { Limit, Moment } from '../../kernel/limit';

/** What binds one cycle of a ticket: the guide version and the policy in force when the cycle began. */
export interface Terms {
  readonly assignWithin: Limit;
  readonly respondWithin: Limit;
  readonly resolveWithin: Limit;
  readonly returnWithin: Limit;
  readonly reworkWithin: Limit;
  readonly waitWithin: Limit;
  readonly confirmWithin: Limit;
  readonly callWithin: Limit;
  readonly level2After: Limit;
  readonly level3After: Limit;
  readonly orderWithin: Limit;
  readonly questionAfter: Limit;
  readonly reopenWithin: Limit;
  readonly reopenAfterQuestion: Limit;
  /** Calendar days within which a review date lies. */
  readonly reviewWithinDays: number;
  readonly extensionsPerCycle: number;
}

export type Level = 0 | 1 | 2 | 3;

export const OUTCOMES = ['solved', 'partly_solved', 'information_given', 'referred', 'declined'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How a ticket was closed: the enterprise was satisfied, said nothing to what it was sent, or was called since nothing could be sent, and gave no grade. */
export const CLOSINGS = ['confirmed', 'silent', 'called'] as const;
export type Closing = (typeof CLOSINGS)[number];

/** What happened to a ticket, as far as it moves the ticket or a clock. What was said stands beside it. */
export type Happening =
  | { readonly type: 'register'; readonly terms: Terms }
  | { readonly type: 'assign' | 'reassign'; readonly handlerId: string; readonly collaboratorIds: readonly string[] }
  | { readonly type: 'accept' | 'return' | 'receive-material' | 'request-material' | 'resume' | 'remind' | 'set-aside-grade' }
  | { readonly type: 'answer'; readonly kind: 'interim' | 'final'; readonly nextReplyOn?: Day | undefined }
  | { readonly type: 'explain'; readonly reviewOn: Day }
  /** `level`: to which it was raised, since it was not understood. Events from before they said so leave it out: it was the next one then, and none above 3. */
  | { readonly type: 'acknowledge'; readonly understood: boolean; readonly level?: Level | undefined }
  | { readonly type: 'defer'; readonly reviewOn: Day }
  | { readonly type: 'resolve'; readonly outcome: Outcome }
  | { readonly type: 'confirm'; readonly grade: number }
  /** `handlerId` null: whoever handled it is gone or recused. Of its collaborators those who are still there. */
  | { readonly type: 'reopen'; readonly handlerId: string | null; readonly collaboratorIds: readonly string[]; readonly terms: Terms }
  /** By whom it was recorded; null when the enterprise did it itself. */
  | { readonly type: 'withdraw'; readonly recordedBy: string | null }
  | { readonly type: 'merge'; readonly intoId: string }
  /** `denied`: the enterprise did not ask for the withdrawal; with the terms of the cycle that begins. */
  | { readonly type: 'record-call'; readonly reached: boolean; readonly denied?: Terms | undefined }
  | { readonly type: 'recategorise'; readonly respondWithin: Limit; readonly resolveWithin: Limit }
  | { readonly type: 'request-extension'; readonly limit: Limit }
  /** `granted` is what was asked for; nothing when it was refused. */
  | { readonly type: 'decide-extension'; readonly granted?: Limit | undefined }
  | { readonly type: 'escalate'; readonly level: Level }
  | { readonly type: 'name-lead'; readonly leadId: string }
  | { readonly type: 'order'; readonly dueOn: Day }
  | Passing
  /** The enterprise has what it must answer: a delivered link, or a client's receipt. */
  | { readonly type: 'delivered' }
  /** The enterprise says after the question that it has stayed solved. */
  | { readonly type: 'stayed-solved' }
  /** The linkage of the level at which the ticket stands was closed: nobody has to lead it any more. */
  | { readonly type: 'level-closed'; readonly level: Level }
  /** The calendar or the working hours have changed. */
  | { readonly type: 'recalculated' };

/** What the mere passing of time does. */
export type Passing =
  | { readonly type: 'breached'; readonly clock: number }
  /** `closing` where that has closed it. */
  | { readonly type: 'ran-out'; readonly clock: number; readonly closing?: Closing }
  /** To whoever handles it then; null is the park's assigning department. */
  | { readonly type: 'order-issued'; readonly clock: number; readonly handlerId: string | null }
  | { readonly type: 'level-raised'; readonly level: Level; readonly clock: number }
  /** Four weeks after closing: has it stayed solved? */
  | { readonly type: 'questioned' };

/** Something that happened, and when. */
export type Happened = Moment & Happening;
