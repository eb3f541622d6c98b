import { at, calendarOf, ZONE } from '../../../test/support/told-tickets';
import { day } from '../../kernel/day';
import { knownWorlds, newest } from './worlds';

const calendar = (loaded: string, name: string) => ({ loadedAt: at(loaded).at, name, calendar: calendarOf(2027, name.endsWith(':1') ? 'provisional' : 'official') });
const hours = (created: string, from: string, opens: string) => ({ createdAt: at(created).at, effectiveFrom: day(from), windows: [[opens, '17:00']] as const });
const names = (worlds: ReturnType<typeof knownWorlds>): string[] => worlds.map(({ name }) => name);

it.each<[string, Parameters<typeof knownWorlds>[1], Parameters<typeof knownWorlds>[2], string[]]>([
  ['a notice and a version of the hours', [calendar('2026-01-01 08:00', '2026:1')], [hours('2026-01-01 08:00', '1900-01-01', '09:00')], ['2026:1/1']],
  ['each notice', [calendar('2026-01-01 08:00', '2027:1'), calendar('2026-11-01 08:00', '2027:2')], [hours('2026-01-01 08:00', '1900-01-01', '09:00')], ['2027:1/1', '2027:2/1']],
  ['each version of the hours, from when it was added', [calendar('2026-01-01 08:00', '2027:1')], [hours('2026-01-01 08:00', '1900-01-01', '09:00'), hours('2026-03-01 08:00', '2026-05-01', '08:00')], ['2027:1/1', '2027:1/2']],
  ['a park that is younger than the notice', [calendar('2020-01-01 08:00', '2027:1')], [hours('2026-01-01 08:00', '1900-01-01', '09:00')], ['2027:1/1', '2027:1/1']],
  ['hours that are older than the first notice', [calendar('2026-02-01 08:00', '2027:1')], [hours('2026-01-01 08:00', '1900-01-01', '09:00')], ['2027:1/1', '2027:1/1']],
  ['no calendar at all', [], [hours('2026-01-01 08:00', '1900-01-01', '09:00')], []],
])('a world begins with %s', (_what, calendars, versions, expected) => {
  expect(names(knownWorlds(ZONE, calendars, versions))).toEqual(expected);
});

it('has on each day the hours that were known for it', () => {
  const [before, after] = knownWorlds(ZONE, [calendar('2026-01-01 08:00', '2027:1')], [hours('2026-01-01 08:00', '1900-01-01', '09:00'), hours('2026-03-01 08:00', '2026-05-01', '08:00')]);
  const opens = (world: typeof before, on: string) => world?.world.hoursOn(day(on))[0]?.[0];
  expect([opens(before, '2026-06-01'), opens(after, '2026-04-30'), opens(after, '2026-05-01')]).toEqual(['09:00', '09:00', '08:00']);
});

it('is the last that is known', () => {
  const worlds = knownWorlds(ZONE, [calendar('2026-01-01 08:00', '2027:1'), calendar('2026-11-01 08:00', '2027:2')], [hours('2026-01-01 08:00', '1900-01-01', '09:00')]);
  expect(newest(worlds).name).toBe('2027:2/1');
  expect(() => newest([])).toThrow(RangeError);
});
