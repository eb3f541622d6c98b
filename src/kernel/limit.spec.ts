import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadlineOf, type Limit, type Moment, momentOf, passing, workingTimeBetween, type WorkingHours } from './limit';
import { type CalendarDay, WorkingCalendar, type YearStatus } from './working-calendar';

const root = join(__dirname, '../..');
const holidays = JSON.parse(readFileSync(join(root, 'data/holidays.json'), 'utf8')) as { years: Record<string, YearStatus>; days: CalendarDay[] };
interface VectorFile {
  readonly workingHours: WorkingHours;
  readonly timeZone: string;
  readonly cases: readonly { why: string; limit: Limit; startedAt: string; pauses: readonly { from: string; to?: string }[]; expect: { dueAt: string | null; dueOn?: string } }[];
}
const vectors = JSON.parse(readFileSync(join(root, 'test/vectors/clocks.json'), 'utf8')) as VectorFile;
const calendar = new WorkingCalendar(Object.entries(holidays.years).map(([year, status]) => ({ year: Number(year), status, version: 1, days: holidays.days })));
const at = (text: string | number): Moment => momentOf(new Date(text), vectors.timeZone);
const world = { calendar, hoursOn: () => vectors.workingHours, zone: vectors.timeZone };

describe('the worked cases', () => {
  it.each(vectors.cases.map((one) => [one.why, one] as const))('%s', (_why, one) => {
    const rests = one.pauses.map(({ from, to }) => ({ from: at(from), to: to === undefined ? undefined : at(to) }));
    const deadline = deadlineOf(one.limit, at(one.startedAt), world, rests);
    const { dueOn } = deadline ?? {};
    expect({ dueAt: deadline?.dueAt.toISOString() ?? null, ...(dueOn === undefined ? {} : { dueOn }) }).toEqual(one.expect);
  });
});

describe('rests', () => {
  const due = (limit: Limit, rests: readonly [string, string?][]): string | undefined =>
    deadlineOf(limit, at('2026-03-02T02:00:00Z'), world, rests.map(([from, to]) => ({ from: at(from), to: to === undefined ? undefined : at(to) })))?.dueAt.toISOString();

  it.each<[string, Limit, [string, string?][], string | undefined]>([
    ['a plain hour rests by the instant', { unit: 'hours', amount: 2 }, [['2026-03-02T03:00:00Z', '2026-03-02T03:00:00.250Z']], '2026-03-02T04:00:00.250Z'],
    ['a rest that begins at the deadline changes nothing', { unit: 'hours', amount: 2 }, [['2026-03-02T04:00:00Z', '2026-03-09T03:00:00Z']], '2026-03-02T04:00:00.000Z'],
    ['nor does one that goes on', { unit: 'hours', amount: 2 }, [['2026-03-02T04:00:00Z']], '2026-03-02T04:00:00.000Z'],
    ['one a moment before it does', { unit: 'hours', amount: 2 }, [['2026-03-02T03:59:59.999Z', '2026-03-09T03:00:00Z']], '2026-03-09T03:00:00.001Z'],
    ['the second rest is measured at the moved deadline', { unit: 'days', amount: 1 }, [['2026-03-03T02:00:00Z', '2026-03-05T02:00:00Z'], ['2026-03-05T03:00:00Z', '2026-03-06T02:00:00Z']], '2026-03-06T16:00:00.000Z'],
    ['a rest that ends outside of hours gives back nothing and takes nothing', { unit: 'workingHours', amount: 4 }, [['2026-03-02T03:00:00Z', '2026-03-02T12:00:00Z']], '2026-03-03T04:00:00.000Z'],
    ['a rest that begins and ends outside of hours', { unit: 'workingHours', amount: 8 }, [['2026-03-02T10:00:00Z', '2026-03-02T23:00:00Z']], '2026-03-03T03:00:00.000Z'],
    ['over National Day, onto the Saturday that is worked', { unit: 'workingDays', amount: 150 }, [['2026-09-30T02:00:00Z', '2026-10-08T02:00:00Z']], '2026-10-10T16:00:00.000Z'],
  ])('%s', (_what, limit, rests, expected) => {
    expect(due(limit, rests)).toBe(expected);
  });

  it('counts from the last day of what ran out, not from the day after', () => {
    // A wait of two working days from Monday runs out at the end of Wednesday; what begins then begins on Wednesday.
    const wait = deadlineOf({ unit: 'workingDays', amount: 2 }, at('2026-03-02T02:00:00Z'), world);
    if (wait === undefined) throw new Error('it does not rest');
    const ranOut = passing(wait, vectors.timeZone);
    expect(ranOut).toEqual({ at: new Date('2026-03-04T16:00:00Z'), on: '2026-03-04' });
    expect(deadlineOf({ unit: 'workingDays', amount: 1 }, ranOut, world)?.dueOn).toBe('2026-03-05');
    expect(deadlineOf({ unit: 'workingDays', amount: 5 }, at('2026-03-02T01:00:00Z'), world, [{ from: at('2026-03-02T02:00:00Z'), to: ranOut }])?.dueOn).toBe('2026-03-11');
  });

  it('moves no deadline forwards, whatever the unit and however it rests', () => {
    let seed = 7;
    const random = (below: number): number => { seed = (seed * 48_271) % 2_147_483_647; return seed % below; };
    for (let round = 0; round < 2_000; round += 1) {
      const limit: Limit = { unit: (['workingDays', 'days', 'workingHours', 'hours'] as const)[random(4)] ?? 'days', amount: 1 + random(20) };
      const start = new Date(Date.UTC(2026, random(11), 1 + random(28), random(24), random(60)));
      const [from, to] = [start.getTime() + random(400) * 3_600_000, random(400) * 3_600_000];
      const rests = [{ from: at(from), to: at(from + to) }];
      const [plain, rested] = [deadlineOf(limit, at(start.getTime()), world), deadlineOf(limit, at(start.getTime()), world, rests)];
      expect(rested?.dueAt.getTime()).toBeGreaterThanOrEqual(plain?.dueAt.getTime() ?? 0);
      if (limit.unit !== 'workingHours' || plain === undefined || from >= plain.dueAt.getTime()) continue;
      // What was left when it began to rest is what is left when it goes on.
      expect(workingTimeBetween(new Date(from + to), rested?.dueAt ?? start, world)).toBe(workingTimeBetween(new Date(from), plain.dueAt, world));
    }
  });
});

it.each([
  ['an official year', '2026-12-01T02:00:00Z', false],
  ['a provisional year', '2026-12-31T02:00:00Z', true],
  ['a year nobody has published', '2029-05-01T02:00:00Z', true],
])('says whether the deadline may still move: %s', (_what, startedAt, provisional) => {
  expect(deadlineOf({ unit: 'workingDays', amount: 1 }, at(startedAt), world)?.calendarProvisional).toBe(provisional);
});

it.each([0, -1, 1.5, Number.NaN])('refuses the amount %p', (amount) => {
  expect(() => deadlineOf({ unit: 'days', amount }, at('2026-03-02T00:00:00Z'), world)).toThrow(RangeError);
});
