import { createHmac, type KeyObject } from 'node:crypto';
import type { Day } from '../../kernel/day';

/**
 * What a park takes at least in a day of what anybody may send without saying who they are. Files fill a disk: some fifty reports with three pictures each, and far fewer are honest. Words hardly do, so there is
 * room for more of them than a park has people who would report: a flood of files silences nobody, and one of words takes an address hours (platform/http/limits).
 */
export const LEAST_A_DAY = { fileBytes: 20_000_000, reports: 2_000, messages: 2_000 } as const;

/** What the author of one report says in a day. With each message all that was said before is written again, to be searched for names. */
export const MOST_MESSAGES_OF_A_REPORT = 50;

const RANGE = 2 ** 32;

/**
 * What the park takes on that day: the least and up to half as much again, drawn by a key that nobody knows. Whoever knew how much it is could fill it, and tell by where it ends how much others have sent.
 */
export function budgetOf(key: KeyObject, what: keyof typeof LEAST_A_DAY, parkId: string, on: Day): number {
  const drawn = createHmac('sha256', key).update(`budget ${what} ${parkId} ${on}`).digest().readUInt32BE() / RANGE;
  return Math.floor(LEAST_A_DAY[what] * (1 + drawn / 2));
}
