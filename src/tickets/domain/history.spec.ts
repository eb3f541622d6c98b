import { ASSIGNED, at, calendarOf, local, PLAIN, TERMS, type Told, worldOf } from '../../../test/support/told-tickets';
import { day } from '../../kernel/day';
import { type CalendarDay, WorkingCalendar } from '../../kernel/working-calendar';
import { catchUp, type KnownWorld, named, notBefore, type Recorded, replay, tell } from './history';
import { nextDueAt, runningClock } from './ticket';

const holiday = (date: string): CalendarDay => ({ date: day(date), kind: 'holiday', name: '' });
const workday = (date: string): CalendarDay => ({ date: day(date), kind: 'workday', name: '' });
const NEW_YEAR = holiday('2027-01-01');

/** 2027 is provisional until the notice comes, late, on Monday, 4 January 2027: it gives the 4th and the 5th off, and takes Saturday the 9th. */
const PROVISIONAL: KnownWorld = { name: '2027:1/1', from: at('1900-01-01 00:00').at, world: worldOf(calendarOf(2027, 'provisional', NEW_YEAR)) };
const OFFICIAL: KnownWorld = { name: '2027:2/1', from: at('2027-01-04 08:00').at, world: worldOf(calendarOf(2027, 'official', NEW_YEAR, holiday('2027-01-04'), holiday('2027-01-05'), workday('2027-01-09'))) };
const WORLDS = [PROVISIONAL, OFFICIAL];

function events(registered: string, ...told: readonly Told[]): Recorded[] {
  const world = PROVISIONAL.name;
  return [{ ...at(registered), type: 'register', terms: TERMS, world }, ...told.map(([time, what]): Recorded => ({ ...at(time), ...what, world }))];
}

const shown = ({ at: when, on, type, world }: Recorded): string => `${local(when)} (${on}) ${type} ${world}`;

describe('events, told again', () => {
  const written = events('2026-12-30 10:00', ['2026-12-30 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }], ['2026-12-30 11:00', { type: 'accept' }]);

  it('give the same ticket as when they were told first, whatever is known by now', () => {
    const first = written.slice(1).reduce((told, event) => tell(told, event, [PROVISIONAL]), replay(written.slice(0, 1), [PROVISIONAL]));
    expect(replay(written, WORLDS)).toEqual(first);
    expect([local(nextDueAt(first.ticket)), first.world, local(first.ticket.last.at)]).toEqual(['2027-01-01 00:00', '2027:1/1', '2026-12-30 11:00']);
  });

  it.each<[string, Recorded[], RegExp]>([
    ['begin with the registration', written.slice(1), /begins with its registration/],
    ['are none without one', [], /begins with its registration/],
    ['name a world that is known', [{ ...at('2026-12-30 10:00'), type: 'register', terms: TERMS, world: '1999:1/1' }], /1999:1\/1/],
  ])('%s', (_why, told, message) => {
    expect(() => replay(told, WORLDS)).toThrow(message);
  });
});

describe('a notice', () => {
  it('moves deadlines that still run, as an event that names its world', () => {
    const before = replay(events('2026-12-31 10:00', ['2026-12-31 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }], ['2026-12-31 11:00', { type: 'answer', kind: 'interim' }]), WORLDS);
    expect(runningClock(before.ticket, 'resolve')?.deadline).toMatchObject({ dueOn: '2027-01-08', calendarProvisional: true });
    const { told, passed } = catchUp(before, WORLDS, at('2027-01-04 09:00').at);
    expect(passed.map(shown)).toEqual(['2027-01-04 08:00 (2027-01-04) recalculated 2027:2/1']);
    // Five working days after the 31st: the 6th, 7th and 8th, Saturday the 9th, Monday the 11th.
    expect(runningClock(told.ticket, 'resolve')?.deadline).toMatchObject({ dueOn: '2027-01-11', calendarProvisional: false });
    expect(told.world).toBe('2027:2/1');
  });

  it('leaves what had passed before it came to the calendar that was known then', () => {
    const before = replay(events('2026-12-25 10:00', ['2026-12-25 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }]), WORLDS);
    const { told, passed } = catchUp(before, WORLDS, at('2027-01-06 09:00').at);
    // Respond was due on Monday the 28th, resolve on Friday the 1st, which is a holiday: so on the 4th, the day of the notice.
    expect(passed.map(shown).slice(0, 2)).toEqual(['2026-12-29 00:00 (2026-12-28) breached 2027:1/1', '2027-01-04 08:00 (2027-01-04) recalculated 2027:2/1']);
    expect(runningClock(told.ticket, 'respond')?.breach).toMatchObject({ when: { on: '2026-12-28' }, responsibleId: 'h' });
    expect(runningClock(told.ticket, 'resolve')?.deadline).toMatchObject({ dueOn: '2027-01-06' });
    const late: KnownWorld = { ...OFFICIAL, name: 'late', from: at('2027-01-05 08:00').at };
    const judged = catchUp(before, [PROVISIONAL, late], at('2027-01-06 09:00').at).passed.map(shown);
    // A day later resolve has been breached by the old calendar, and stays so.
    expect(judged).toContain('2027-01-05 00:00 (2027-01-04) breached 2027:1/1');
    expect(judged.filter((one) => one.includes(' late'))).toEqual(expect.arrayContaining(['2027-01-05 08:00 (2027-01-05) recalculated late']));
  });

  it('makes a deadline certain that it does not move', () => {
    const before = replay(events('2026-12-31 10:00'), WORLDS);
    const certain: KnownWorld = { ...OFFICIAL, name: 'certain', from: at('2026-12-31 11:00').at, world: worldOf(calendarOf(2027, 'official', NEW_YEAR)) };
    const { told, passed } = catchUp(before, [PROVISIONAL, certain], at('2026-12-31 11:00').at);
    expect(passed.map(shown)).toEqual(['2026-12-31 11:00 (2026-12-31) recalculated certain']);
    expect(runningClock(told.ticket, 'resolve')?.deadline).toEqual({ ...runningClock(before.ticket, 'resolve')?.deadline, calendarProvisional: false });
  });

  it('writes no event where it moves nothing, and is the world of what happens next', () => {
    const before = replay(events('2026-12-01 10:00', ['2026-12-01 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }], ['2026-12-01 11:00', { type: 'answer', kind: 'final' }], ['2026-12-01 11:30', { type: 'accept' }],
      ['2026-12-01 12:00', { type: 'request-material' }]), WORLDS);
    const { told, passed } = catchUp(before, [PROVISIONAL, { ...OFFICIAL, from: at('2026-12-02 08:00').at }], at('2026-12-03 08:00').at);
    expect([passed, told.world]).toEqual([[], '2027:2/1']);
  });

  it('is in force as soon as it is known, although whoever loaded it had a clock that was ahead', () => {
    const before = replay(events('2026-12-31 10:00'), WORLDS);
    const { told, passed } = catchUp(before, WORLDS, at('2026-12-31 10:05').at);
    expect(passed.map(shown)).toEqual(['2026-12-31 10:05 (2026-12-31) recalculated 2027:2/1']);
    // Told again, and looked at once more when that clock has been reached, it stays so.
    expect(replay([...events('2026-12-31 10:00'), ...passed], WORLDS)).toEqual(told);
    expect(catchUp(told, WORLDS, at('2027-01-04 08:00').at).passed.filter(({ type }) => type === 'recalculated')).toEqual([]);
  });

  it('told again with the others, gives what it gave', () => {
    const written = events('2026-12-31 10:00', ['2026-12-31 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }]);
    const { told, passed } = catchUp(replay(written, WORLDS), WORLDS, at('2027-01-20 09:00').at);
    expect(passed.length).toBeGreaterThan(3);
    expect(replay([...written, ...passed], WORLDS)).toEqual(told);
    expect(catchUp(told, WORLDS, at('2027-01-20 09:00').at).passed).toEqual([]);
  });
});

describe('a process whose clock is behind', () => {
  const KNOWN = [{ name: 'w', from: at('1900-01-01 00:00').at, world: PLAIN }];
  const seen = replay([{ ...at('2026-03-02 10:00'), type: 'register', terms: TERMS, world: 'w' }, { ...at(ASSIGNED[0]), ...ASSIGNED[1], world: 'w' }], KNOWN);

  it('undoes nothing that another has seen', () => {
    expect(catchUp(seen, KNOWN, at('2026-03-01 10:00').at)).toEqual({ told: seen, passed: [] });
  });

  it('dates nothing before what happened last', () => {
    expect(notBefore(seen.ticket.last, at('2026-03-02 09:00').at, 'Asia/Shanghai')).toEqual(seen.ticket.last);
    expect(notBefore(seen.ticket.last, at('2026-03-02 11:00').at, 'Asia/Shanghai')).toEqual(at('2026-03-02 11:00'));
  });

  it('judges a notice that is older than what happened last at that moment', () => {
    const early: KnownWorld = { name: 'early', from: at('2026-03-02 09:00').at, world: worldOf(new WorkingCalendar([{ year: 2026, status: 'official', version: 2, days: [holiday('2026-03-03')] }])) };
    const { passed } = catchUp(seen, [...KNOWN, early], at('2026-03-02 10:40').at);
    expect(passed.map(shown)).toEqual(['2026-03-02 10:30 (2026-03-02) recalculated early']);
  });
});

it('knows worlds by their names', () => {
  expect(named('2027:2/1', WORLDS)).toBe(OFFICIAL);
  expect(() => named('other', WORLDS)).toThrow(RangeError);
});
