import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { day, type Day } from '../../kernel/day';
import { type CalendarDay, type CalendarYear, WorkingCalendar, type YearStatus } from '../../kernel/working-calendar';
import type { CadenceKind, CadenceVersion } from './cadence-version';
import type { DutyFacts } from './duty';
import { judge } from './standing';

interface VectorCase {
  readonly why: string;
  readonly policy: { cadence: CadenceKind; days?: number; nonWorkingDays: 'extend' | 'keep'; minDaysInFirstPeriod?: number };
  readonly assignment: { startsOn: Day; endsOn?: Day; pauses?: { from: Day; to?: Day }[]; inheritedVisitOn?: Day };
  readonly qualifyingVisits: readonly Day[];
  readonly today: Day;
  readonly expect: { dueOn: Day | null; overdueDays: number; lapses: unknown[] };
}

const root = join(__dirname, '../../..');
const holidays = JSON.parse(readFileSync(join(root, 'data/holidays.json'), 'utf8')) as { years: Record<string, YearStatus>; days: CalendarDay[] };
const vectors = JSON.parse(readFileSync(join(root, 'test/vectors/cadence.json'), 'utf8')) as { cases: VectorCase[] };
const calendar = new WorkingCalendar(
  Object.entries(holidays.years).map(([year, status]): CalendarYear => ({ year: Number(year), status, version: 1, days: holidays.days })));

const rolling: CadenceVersion = { effectiveFrom: day('1900-01-01'), cadence: 'rolling', days: 10, nonWorkingDays: 'keep', minDaysInFirstPeriod: 3, handoverGraceDays: 3 };
const xun: CadenceVersion = { ...rolling, cadence: 'xun' };

function facts(given: Partial<DutyFacts>): DutyFacts {
  return { startsOn: day('2026-03-02'), pauses: [], visits: [], versions: [rolling], calendars: [{ loadedOn: day('1900-01-01'), calendar }], ...given };
}

const visit = (on: string, receivedOn = on) => ({ on: day(on), receivedOn: day(receivedOn) });

describe('the worked cases', () => {
  it.each(vectors.cases.map((one) => [one.why, one] as const))('%s', (_why, one) => {
    const version: CadenceVersion = { ...rolling, ...one.policy };
    const standing = judge(facts({ pauses: [], ...one.assignment, versions: [version], visits: one.qualifyingVisits.map((on) => visit(on)) }), one.today);
    expect({ dueOn: standing.dueOn, overdueDays: standing.overdueDays, lapses: standing.lapses }).toEqual(one.expect);
  });
});

describe('a visit that was received late', () => {
  it.each([
    ['made in time: both facts stay', [visit('2026-03-11', '2026-03-14')], [{ dueOn: '2026-03-12', clearedOn: '2026-03-14', daysLate: 0, outcome: 'visited_on_time_recorded_late' }]],
    ['made late: counts for its own day', [visit('2026-03-13', '2026-03-15')], [{ dueOn: '2026-03-12', clearedOn: '2026-03-13', daysLate: 1, outcome: 'visited_late' }]],
    ['not yet received: as if it were not there', [visit('2026-03-11', '2026-03-17')], [{ dueOn: '2026-03-12', clearedOn: null, daysLate: 4, outcome: 'open' }]],
    ['another visit had been received in time', [visit('2026-03-09', '2026-03-15'), visit('2026-03-10')], []],
    ['two on one day: the earlier receipt counts', [visit('2026-03-10', '2026-03-15'), visit('2026-03-10')], []],
  ])('rolling, %s', (_why, visits, lapses) => {
    expect(judge(facts({ visits }), day('2026-03-16')).lapses).toEqual(lapses);
  });

  it.each([
    ['made in time', [visit('2026-03-08', '2026-03-12')], [{ dueOn: '2026-03-10', clearedOn: '2026-03-12', daysLate: 0, outcome: 'visited_on_time_recorded_late' }]],
    ['a second one makes nothing of the first', [visit('2026-03-05'), visit('2026-03-08', '2026-03-12')], []],
  ])('xun, %s', (_why, visits, lapses) => {
    expect(judge(facts({ startsOn: day('2026-03-01'), versions: [xun], visits }), day('2026-03-16')).lapses).toEqual(lapses);
  });

  it('xun: one that would have served the earlier period lets the known one have served it when it was due', () => {
    const extend: CadenceVersion = { ...xun, nonWorkingDays: 'extend' };
    const visits = [visit('2026-02-23', '2026-02-26'), visit('2026-02-24')];
    const standing = judge(facts({ startsOn: day('2026-02-11'), versions: [extend], visits }), day('2026-02-27'));
    expect(standing).toMatchObject({ dueOn: '2026-03-10', lapses: [] });
  });
});

describe('a policy that changes', () => {
  const versions = (...given: CadenceVersion[]) => given;
  const from = (on: string, version: CadenceVersion): CadenceVersion => ({ ...version, effectiveFrom: day(on) });

  it.each([
    ['rolling to rolling: from the first visit on or after its first day', versions(rolling, from('2026-03-10', { ...rolling, days: 5 })), [visit('2026-03-09'), visit('2026-03-15')], '2026-03-16', '2026-03-20'],
    ['rolling to rolling: until then the old one', versions(rolling, from('2026-03-10', { ...rolling, days: 5 })), [visit('2026-03-09')], '2026-03-16', '2026-03-19'],
    ['a version of the future does not count yet', versions(rolling, from('2026-03-20', xun)), [visit('2026-03-15')], '2026-03-16', '2026-03-25'],
    ['rolling to xun: from the first whole period', versions(rolling, from('2026-03-12', xun)), [visit('2026-03-15')], '2026-03-16', '2026-03-31'],
    ['rolling to xun: what was due before is owed', versions(rolling, from('2026-03-12', xun)), [visit('2026-03-08')], '2026-03-19', '2026-03-18'],
    ['xun to rolling: the old periods are owed until the first visit', versions(xun, from('2026-03-12', rolling)), [visit('2026-03-05')], '2026-03-16', '2026-03-20'],
    ['xun to rolling: the first visit starts the rolling period', versions(xun, from('2026-03-12', rolling)), [visit('2026-03-05'), visit('2026-03-15')], '2026-03-16', '2026-03-25'],
    ['xun to month: from the first of a month', versions(xun, from('2026-03-12', { ...xun, cadence: 'month' as const })), [visit('2026-03-05'), visit('2026-03-15')], '2026-03-16', '2026-03-31'],
    ['replaced before it could take over: it never governs', versions(rolling, from('2026-03-12', xun), from('2026-03-16', rolling)), [visit('2026-03-15')], '2026-03-17', '2026-03-25'],
  ])('%s', (_why, given, visits, today, dueOn) => {
    expect(judge(facts({ versions: given, visits }), day(today)).dueOn).toBe(dueOn);
  });

  it('rewrites no lapse that the old version made', () => {
    const standing = judge(facts({ versions: [rolling, from('2026-03-20', { ...rolling, days: 20 })], visits: [visit('2026-03-22')] }), day('2026-03-25'));
    expect(standing).toMatchObject({ dueOn: '2026-04-11', lapses: [{ dueOn: '2026-03-12', clearedOn: '2026-03-22', outcome: 'visited_late' }] });
  });
});

describe('a calendar notice', () => {
  const notice = (loadedOn: string, days: CalendarDay[]) => ({ loadedOn: day(loadedOn), calendar: new WorkingCalendar([{ year: 2026, status: 'official', version: 2, days }]) });
  const plain = notice('1900-01-01', []);
  const bridged = (loadedOn: string) => notice(loadedOn, [{ date: day('2026-03-12'), kind: 'holiday', name: '调休' }]);
  const extend = { ...rolling, nonWorkingDays: 'extend' as const };

  it('moves what is open', () => {
    expect(judge(facts({ versions: [extend], calendars: [plain, bridged('2026-03-12')] }), day('2026-03-12')).dueOn).toBe('2026-03-13');
  });

  it.each(['2026-03-13', '2026-03-14'])('touches nothing that had closed when it was loaded on %s', (loadedOn) => {
    const standing = judge(facts({ versions: [extend], visits: [visit('2026-03-13')], calendars: [plain, bridged(loadedOn)] }), day('2026-03-16'));
    expect(standing.lapses).toEqual([{ dueOn: '2026-03-12', clearedOn: '2026-03-13', daysLate: 1, outcome: 'visited_late' }]);
  });
});

describe('the passing of time', () => {
  it.each([
    ['nothing ahead', {}, null],
    ['an end', { endsOn: day('2026-03-20') }, '2026-03-20'],
    ['a pause before the end', { endsOn: day('2026-03-20'), pauses: [{ from: day('2026-03-18') }] }, '2026-03-18'],
    ['a resumption', { pauses: [{ from: day('2026-03-05'), to: day('2026-03-15') }] }, '2026-03-15'],
    ['a visit that was logged ahead of its day', { visits: [visit('2026-03-11', '2026-03-10')] }, '2026-03-11'],
    ['a policy’s first day', { versions: [rolling, { ...xun, effectiveFrom: day('2026-03-17') }] }, '2026-03-17'],
  ])('turns the standing next on: %s', (_what, given, turnOn) => {
    expect(judge(facts(given), day('2026-03-10')).turnOn).toBe(turnOn);
  });
});
