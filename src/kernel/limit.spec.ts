import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadlineOf, type Limit, type WorkingHours } from './limit';
import { type CalendarDay, WorkingCalendar, type YearStatus } from './working-calendar';

const root = join(__dirname, '../..');
const holidays = JSON.parse(readFileSync(join(root, 'data/holidays.json'), 'utf8')) as { years: Record<string, YearStatus>; days: CalendarDay[] };
interface VectorFile {
  readonly workingHours: WorkingHours;
  readonly timeZone: string;
  readonly cases: readonly { why: string; limit: Limit; startedAt: string; pauses: unknown[]; expect: { dueAt: string | null; dueOn?: string } }[];
}
const vectors = JSON.parse(readFileSync(join(root, 'test/vectors/clocks.json'), 'utf8')) as VectorFile;
const calendar = new WorkingCalendar(Object.entries(holidays.years).map(([year, status]) => ({ year: Number(year), status, version: 1, days: holidays.days })));
const world = { calendar, hours: vectors.workingHours, zone: vectors.timeZone };

describe('the worked cases that never rest', () => {
  it.each(vectors.cases.filter((one) => one.pauses.length === 0).map((one) => [one.why, one] as const))('%s', (_why, one) => {
    const { dueAt, dueOn } = deadlineOf(one.limit, new Date(one.startedAt), world);
    expect({ dueAt: dueAt.toISOString(), ...(dueOn === undefined ? {} : { dueOn }) }).toEqual(one.expect);
  });
});

it.each([
  ['an official year', '2026-12-01T02:00:00Z', false],
  ['a provisional year', '2026-12-31T02:00:00Z', true],
  ['a year nobody has published', '2029-05-01T02:00:00Z', true],
])('says whether the deadline may still move: %s', (_what, startedAt, provisional) => {
  expect(deadlineOf({ unit: 'workingDays', amount: 1 }, new Date(startedAt), world).calendarProvisional).toBe(provisional);
});

it.each([0, -1, 1.5, Number.NaN])('refuses the amount %p', (amount) => {
  expect(() => deadlineOf({ unit: 'days', amount }, new Date('2026-03-02T00:00:00Z'), world)).toThrow(RangeError);
});
