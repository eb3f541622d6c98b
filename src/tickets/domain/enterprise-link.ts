import { createHash, createHmac, type KeyObject } from 'node:crypto';
import type { Happening } from './happening';
import type { Ticket } from './ticket';

/** What a link asks: whether an explanation is understood, how an outcome is found, whether a problem has stayed solved. */
export const LINK_PURPOSES = ['acknowledge', 'evaluate', 'question'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** The event of a ticket that asks it. */
export const ASKING_EVENT: Readonly<Record<LinkPurpose, Happening['type']>> = { acknowledge: 'explain', evaluate: 'resolve', question: 'questioned' };

/** What the ticket now waits to hear from the enterprise; nothing when it waits for nothing. */
export function askedOf({ state, questioned, staysSolved }: Ticket): LinkPurpose | undefined {
  if (state === 'explained') return 'acknowledge';
  if (state === 'resolved') return 'evaluate';
  return state === 'closed' && questioned !== undefined && !staysSolved ? 'question' : undefined;
}

/** Whether a link leads nowhere any more, and why: `unknown` also for one that has expired, so that nobody learns which there were. */
export function endOf(link: { readonly expiresAt: Date; readonly usedAt: Date | null; readonly supersededAt: Date | null } | undefined, now: Date): 'unknown' | 'answered' | undefined {
  if (link === undefined || link.expiresAt <= now) return 'unknown';
  return link.usedAt === null && link.supersededAt === null ? undefined : 'answered';
}

/**
 * What a gateway has done with a message: `delivered` where it has gone to the enterprise's phone, so that silence may count from now on; `taken` where
 * nobody knows whether anybody will send it.
 */
export type Taking = 'delivered' | 'taken';

const TOKEN = /^[\w-]{43}$/;

/** 256 bits in base64url, the same for the same link as long as the key is: so a token need not be kept to be sent again. */
export function tokenOf(key: KeyObject, linkId: string): string {
  return createHmac('sha256', key).update(`link ${linkId}`).digest('base64url');
}

/** What is kept of a token; nothing for what is none. */
export function hashOfToken(token: string): Buffer | undefined {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest() : undefined;
}

const DAY_MS = 86_400_000;
// Far longer than an enterprise may think about it; what it asks ends with the ticket, mostly long before.
const LINK_DAYS = 30;

export function expiryOf(createdAt: Date): Date {
  return new Date(createdAt.getTime() + LINK_DAYS * DAY_MS);
}

/** A contact to whom a link may go has been as it is since then. */
export function unchangedSince(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

// Three days in all, as webhooks have: a provider's bad weekend. By then somebody has called, or will.
const PAUSES_MIN = [1, 5, 15, 60, 180, 360, 720, 1440, 1440];

/** When it is tried again after so many attempts, in milliseconds; nothing when it is given up. */
export function pauseAfter(attempts: number): number | undefined {
  const minutes = PAUSES_MIN[attempts - 1];
  return minutes === undefined ? undefined : minutes * 60_000;
}
