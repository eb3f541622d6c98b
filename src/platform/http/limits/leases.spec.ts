import { chunkOf, grant, grantAlone, type Lease, spend, windowOf } from './leases';

describe('a lease', () => {
  const MINUTE = Date.parse('2026-03-02T01:30:00Z');

  it.each([[0, 0], [1, 0], [59_999, 0], [60_000, 60_000]])('%s ms after a full minute lies in the window that begins at %s', (after, begins) => {
    expect(windowOf(MINUTE + after) - MINUTE).toBe(begins);
  });

  it.each([[1, 1], [19, 1], [20, 1], [40, 2], [6_000, 300]])('of a limit of %s takes %s at once', (limit, chunk) => {
    expect(chunkOf(limit)).toBe(chunk);
  });

  it('spends what it has, asks while there may be more, and refuses when there is none', () => {
    const lease: Lease = { beginsAt: MINUTE, permits: 2, given: 2, left: 3 };
    expect(spend(lease, 5, MINUTE + 10_500)).toEqual({ allowed: true, limit: 5, remaining: 4, resetSeconds: 50 });
    expect(spend(lease, 5, MINUTE + 10_500)).toEqual({ allowed: true, limit: 5, remaining: 3, resetSeconds: 50 });
    expect(spend(lease, 5, MINUTE)).toBeUndefined();
    grant(lease, { permits: 1, left: 2 });
    expect(lease).toEqual({ beginsAt: MINUTE, permits: 1, given: 3, left: 2 });
    spend(lease, 5, MINUTE);
    // With nobody to ask: what the limit leaves, and no more however often that is.
    grantAlone(lease, 5);
    grantAlone(lease, 5);
    expect(lease).toEqual({ beginsAt: MINUTE, permits: 2, given: 5, left: 0 });
    spend(lease, 5, MINUTE);
    spend(lease, 5, MINUTE);
    expect(spend(lease, 5, MINUTE + 59_999)).toEqual({ allowed: false, limit: 5, remaining: 0, resetSeconds: 1 });
  });
});
