import { day } from '../../kernel/day';
import { WorkingCalendar } from '../../kernel/working-calendar';
import { reassignBy, requireLasting } from './conflict';

describe('a conflict of interest', () => {
  const calendar = new WorkingCalendar([{ year: 2026, status: 'official', version: 1, days: [{ date: day('2026-03-09'), kind: 'holiday', name: 'x' }] }]);
  it.each([
    // Half past eleven at night in Shanghai, on a Monday; then a Saturday.
    ['2026-03-02T15:30:00Z', 5, '2026-03-10'], ['2026-03-02T16:30:00Z', 1, '2026-03-04'], ['2026-03-07T02:00:00Z', 1, '2026-03-10'],
  ])('known at %s, %i working days: %s', (knownAt, workingDays, by) => {
    expect(reassignBy(new Date(knownAt), { zone: 'Asia/Shanghai', workingDays, calendar })).toBe(by);
  });

  it('ends once', () => {
    expect(() => { requireLasting({ endedAt: null }); }).not.toThrow();
    expect(() => { requireLasting({ endedAt: new Date(0) }); }).toThrow('conflict-ended');
  });
});
