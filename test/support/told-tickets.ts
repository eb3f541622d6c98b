import type { Day } from '../../src/kernel/day';
import { type LimitWorld, type Moment, momentOf } from '../../src/kernel/limit';
import { type CalendarDay, WorkingCalendar, type YearStatus } from '../../src/kernel/working-calendar';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import type { Happening } from '../../src/tickets/domain/happening';
import { termsOf } from '../../src/tickets/domain/terms';
import { advance, apply, registerTicket, type Ticket } from '../../src/tickets/domain/ticket';

/** Tickets for specs of pure rules: told by local times of 2026 and 2027, under the default policy. */

export const ZONE = 'Asia/Shanghai';
export const TERMS = termsOf(DEFAULT_POLICY, undefined);

/** A calendar in which one year has these days, and this status. */
export function calendarOf(year: number, status: YearStatus, ...days: readonly CalendarDay[]): WorkingCalendar {
  return new WorkingCalendar([{ year: 2026, status: 'official', version: 1, days: [] }, { year, status, version: 1, days }]);
}

export function worldOf(calendar: WorkingCalendar): LimitWorld {
  return { calendar, hoursOn: () => DEFAULT_WORKING_HOURS, zone: ZONE };
}

/** Monday to Friday. */
export const PLAIN = worldOf(calendarOf(2026, 'official'));

/** A local time `YYYY-MM-DD HH:MM`. */
export function at(local: string): Moment {
  return momentOf(new Date(`${local.replace(' ', 'T')}:00+08:00`), ZONE);
}

export function local(instant: Date | null | undefined): string | undefined {
  return instant === null || instant === undefined ? undefined : new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}

export type Told = readonly [time: string, what: Happening];

/** A ticket that was registered then, after what happened to it and what time did before each of that. */
export function toldTicket(registered: string, ...happenings: readonly Told[]): Ticket {
  return happenings.reduce((ticket, [time, what]) => apply(advance(ticket, at(time).at, PLAIN).ticket, { ...at(time), ...what }, PLAIN), registerTicket(at(registered), TERMS, PLAIN));
}

export const ASSIGNED: Told = ['2026-03-02 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: ['c'] }];
export const WORKING: readonly Told[] = [ASSIGNED, ['2026-03-02 11:00', { type: 'accept' }]];
export const ANSWERED: readonly Told[] = [...WORKING, ['2026-03-03 10:00', { type: 'answer', kind: 'final' }]];
export const RESOLVED: readonly Told[] = [...ANSWERED, ['2026-03-03 10:05', { type: 'resolve', outcome: 'solved' }]];
export const CLOSED: readonly Told[] = [...RESOLVED, ['2026-03-06 10:00', { type: 'confirm', grade: 4 }]];
export const EXPLAINED: readonly Told[] = [...WORKING, ['2026-03-03 10:00', { type: 'explain', reviewOn: '2026-04-20' as Day }]];

/** A ticket of Monday, 2 March 2026, ten o'clock. */
export const ticketAfter = (happenings: readonly Told[]): Ticket => toldTicket('2026-03-02 10:00', ...happenings);
