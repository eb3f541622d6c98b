import { addDays, type Day, localDay } from '../../kernel/day';
import { Problem } from '../../kernel/problem';

// What a phone's clock may be ahead of the server's without the visit being one that has not happened yet.
const AHEAD_MS = 5 * 60_000;

/** The furthest that a device's clock may be off, either way: a phone that lay in a drawer for a year and a bit. */
export const DEVICE_OFFSET_LIMIT_MS = 400 * 24 * 3_600_000;

/** When the visit happened, as its author says. */
export interface ClaimedTime {
  readonly occurredAt: Date;
  readonly endedAt: Date | null;
  /** Server minus device, in milliseconds, as measured when the device synchronised. */
  readonly deviceOffsetMs: number;
}

export interface RecordingRules {
  readonly receivedAt: Date;
  /** IANA name of the park's zone. */
  readonly zone: string;
  /** Counted in local dates. */
  readonly backdateLimitDays: number;
}

export interface VisitTime {
  readonly correctedAt: Date;
  /** The local date on which the visit counts. */
  readonly on: Day;
  /** `needs_review` when it was logged later than the limit: it then qualifies only once a supervisor accepts it. */
  readonly review: 'none' | 'needs_review';
}

/**
 * When a visit counts, by the rule of recording late: the claimed time corrected by the device's offset.
 * Problems: `in-future` at `/occurredAt` beyond five minutes after receipt, `date-order` at `/endedAt` before the visit began.
 */
export function timeOfVisit({ occurredAt, endedAt, deviceOffsetMs }: ClaimedTime, { receivedAt, zone, backdateLimitDays }: RecordingRules): VisitTime {
  if (endedAt !== null && endedAt < occurredAt) throw Problem.at('date-order', '/endedAt', { later: 'endedAt', earlier: 'occurredAt' });
  const correctedAt = new Date(occurredAt.getTime() + deviceOffsetMs);
  if (correctedAt.getTime() > receivedAt.getTime() + AHEAD_MS) throw Problem.at('in-future', '/occurredAt');
  const on = localDay(correctedAt, zone);
  const earliest = addDays(localDay(receivedAt, zone), -backdateLimitDays);
  return { correctedAt, on, review: on < earliest ? 'needs_review' : 'none' };
}
