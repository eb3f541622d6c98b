import { createSecretKey } from 'node:crypto';
import { addDays, day } from '../../kernel/day';
import { budgetOf, LEAST_A_DAY } from './budget';

describe('the budget of a park for a day', () => {
  const [key, another] = [createSecretKey(Buffer.alloc(32, 1)), createSecretKey(Buffer.alloc(32, 2))];
  const DAYS = Array.from({ length: 200 }, (_, index) => addDays(day('2026-03-02'), index));

  it('is the same whenever it is asked for, and differs by what, park, day and key', () => {
    const asked = [
      budgetOf(key, 'fileBytes', 'a', day('2026-03-02')), budgetOf(key, 'fileBytes', 'b', day('2026-03-02')), budgetOf(key, 'fileBytes', 'a', day('2026-03-03')), budgetOf(another, 'fileBytes', 'a', day('2026-03-02')),
    ];
    expect(new Set(asked).size).toBe(asked.length);
    expect(budgetOf(key, 'fileBytes', 'a', day('2026-03-02'))).toBe(asked[0]);
    expect(budgetOf(key, 'reports', 'a', day('2026-03-02'))).not.toBe(budgetOf(key, 'messages', 'a', day('2026-03-02')));
  });

  it.each(['fileBytes', 'reports', 'messages'] as const)('of %s lies anywhere between the least and half as much again', (what) => {
    const shares = DAYS.map((on) => budgetOf(key, what, 'a', on) / LEAST_A_DAY[what]);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...shares)).toBeLessThan(1.5);
    for (const quarter of [1, 1.125, 1.25, 1.375]) expect(shares.filter((share) => share >= quarter && share < quarter + 0.125).length).toBeGreaterThan(25);
  });
});
