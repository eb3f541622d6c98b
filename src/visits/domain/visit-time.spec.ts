import { Problem } from '../../kernel/problem';
import { timeOfVisit } from './visit-time';

const RULES = { receivedAt: new Date('2026-03-12T10:00:00+08:00'), zone: 'Asia/Shanghai', backdateLimitDays: 3 };
const HOUR = 3_600_000;

const claim = (occurredAt: string, deviceOffsetMs = 0, endedAt: string | null = null) => ({ occurredAt: new Date(occurredAt), deviceOffsetMs, endedAt: endedAt === null ? null : new Date(endedAt) });

function codeAndPointer(work: () => unknown): [string, string | undefined] | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [error.code, error.errors[0]?.pointer];
  }
}

describe('when a visit counts', () => {
  it.each([
    ['the same morning', '2026-03-12T09:00:00+08:00', 0, '2026-03-12', 'none'],
    ['late in the evening in UTC, next day in the park', '2026-03-11T16:30:00Z', 0, '2026-03-12', 'none'],
    ['the first minute of the last day within the limit', '2026-03-09T00:00:00+08:00', 0, '2026-03-09', 'none'],
    ['the last minute before it', '2026-03-08T23:59:59.999+08:00', 0, '2026-03-08', 'needs_review'],
    ['a device a day slow', '2026-03-08T12:00:00+08:00', 24 * HOUR, '2026-03-09', 'none'],
    ['a device a day fast', '2026-03-09T12:00:00+08:00', -24 * HOUR, '2026-03-08', 'needs_review'],
    ['a device a year fast, visited today', '2027-03-12T09:00:00+08:00', -365 * 24 * HOUR, '2026-03-12', 'none'],
    ['five minutes ahead of the server', '2026-03-12T10:05:00+08:00', 0, '2026-03-12', 'none'],
  ])('%s', (_case, occurredAt, offset, on, review) => {
    const time = timeOfVisit(claim(occurredAt, offset), RULES);
    expect(time).toEqual({ correctedAt: new Date(new Date(occurredAt).getTime() + offset), on, review });
  });

  it('counts the limit in local dates of the park', () => {
    const inUrumqi = timeOfVisit(claim('2026-03-08T17:00:00Z'), { ...RULES, zone: 'Asia/Urumqi' });
    const inShanghai = timeOfVisit(claim('2026-03-08T17:00:00Z'), RULES);
    expect([inUrumqi.review, inShanghai.review]).toEqual(['needs_review', 'none']);
  });

  it('takes the limit of the policy', () => {
    expect(timeOfVisit(claim('2026-03-07T12:00:00+08:00'), { ...RULES, backdateLimitDays: 5 }).review).toBe('none');
    expect(timeOfVisit(claim('2026-03-11T12:00:00+08:00'), { ...RULES, backdateLimitDays: 0 }).review).toBe('needs_review');
  });

  it.each([
    ['more than five minutes ahead', claim('2026-03-12T10:05:00.001+08:00'), ['in-future', '/occurredAt']],
    ['ahead by the correction', claim('2026-03-12T10:00:00+08:00', 300_001), ['in-future', '/occurredAt']],
    ['over before it began', claim('2026-03-12T09:00:00+08:00', 0, '2026-03-12T08:59:59+08:00'), ['date-order', '/endedAt']],
  ])('refuses a visit that is %s', (_case, claimed, refusal) => {
    expect(codeAndPointer(() => timeOfVisit(claimed, RULES))).toEqual(refusal);
  });

  it('takes a visit of no length', () => {
    expect(timeOfVisit(claim('2026-03-12T09:00:00+08:00', 0, '2026-03-12T09:00:00+08:00'), RULES).review).toBe('none');
  });
});
