import { at, calendarOf, CLOSED, EXPLAINED, local, PLAIN, RESOLVED, TERMS, type Told, ticketAfter, WORKING, worldOf } from '../../../test/support/told-tickets';
import type { Standing } from './standing';
import { standingOf } from './standing';
import { advance, registerTicket } from './ticket';

type Shown = Partial<Omit<Standing, 'nextDueAt' | 'turnAt' | 'endedAt' | 'lastAnswerAt'>> & { readonly due?: string; readonly turn?: string; readonly ended?: string; readonly answered?: string };

const [nobody, ended]: [Shown, Shown] = [{ handlerId: null, leadId: null }, { nextDueClock: null }];

it.each<[string, readonly Told[], Shown]>([
  ['is due at the earliest of its clocks, and turns then', [], { ...nobody, state: 'registered', nextDueClock: 'assign', due: '2026-03-02 15:30', turn: '2026-03-02 15:30', breaches: 0 }],
  ['names who handles it', WORKING, { state: 'in_progress', handlerId: 'h', nextDueClock: 'respond', due: '2026-03-04 00:00', turn: '2026-03-04 00:00' }],
  ['is not due by a clock that rests', EXPLAINED, { state: 'explained', nextDueClock: 'confirm', due: '2026-03-11 00:00', answered: '2026-03-03 10:00', deferrals: 0 }],
  ['has its outcome', RESOLVED, { state: 'resolved', outcome: 'solved', answered: '2026-03-03 10:00', nextDueClock: 'confirm' }],
  ['that has closed is due at no time, and turns for the question', CLOSED, { ...ended, state: 'closed', ended: '2026-03-06 10:00', turn: '2026-04-04 00:00' }],
  ['that was withdrawn owes a call', [...WORKING, ['2026-03-02 12:00', { type: 'withdraw', recordedBy: null }]], { state: 'withdrawn', nextDueClock: 'call', due: '2026-03-04 00:00', ended: '2026-03-02 12:00' }],
  ['that was merged names its survivor, and never turns', [...WORKING, ['2026-03-02 12:00', { type: 'merge', intoId: 'm' }]], { ...ended, state: 'merged', mergedIntoId: 'm', turn: undefined }],
  ['counts deferrals', [...EXPLAINED, ['2026-03-05 10:00', { type: 'acknowledge', understood: true }], ['2026-03-06 10:00', { type: 'defer', reviewOn: '2026-05-01' as never }]], { state: 'deferred', deferrals: 2, nextDueClock: 'review', due: '2026-05-02 00:00' }],
])('a ticket %s', (_what, happenings, shown) => {
  const { nextDueAt, turnAt, endedAt, lastAnswerAt, ...rest } = standingOf(ticketAfter(happenings), PLAIN);
  expect({ ...rest, due: local(nextDueAt), turn: local(turnAt), ended: local(endedAt), answered: local(lastAnswerAt) }).toMatchObject(shown);
});

it('turns at the breach where its level was closed before that, and then for the next level', () => {
  const closed: readonly Told[] = [...WORKING, ['2026-03-02 12:00', { type: 'answer', kind: 'interim' }], ['2026-03-03 10:00', { type: 'escalate', level: 1 }], ['2026-03-04 10:00', { type: 'level-closed', level: 1 }]];
  expect(local(standingOf(ticketAfter(closed), PLAIN).turnAt)).toBe('2026-03-10 00:00');
  // A breach alone, as before anything was raised by it.
  expect(local(standingOf(ticketAfter([...closed, ['2026-03-09 10:00', { type: 'breached', clock: 3 }]]), PLAIN).turnAt)).toBe('2026-03-09 10:00');
  const { ticket } = advance(ticketAfter(closed), at('2026-03-11 09:00').at, PLAIN);
  expect([ticket.level, local(standingOf(ticket, PLAIN).turnAt)]).toEqual([1, '2026-03-13 00:00']);
});

it('stays due at a deadline that has passed, and turns at the next one that has not', () => {
  const { ticket } = advance(ticketAfter(WORKING), at('2026-03-10 09:00').at, PLAIN);
  const { nextDueAt, nextDueClock, turnAt, breaches, level } = standingOf(ticket, PLAIN);
  expect({ due: local(nextDueAt), nextDueClock, turn: local(turnAt), breaches, level }).toEqual({ due: '2026-03-04 00:00', nextDueClock: 'respond', turn: '2026-03-10 14:30', breaches: 2, level: 1 });
});

it.each([['provisional', true], ['official', false]] as const)('says whether a deadline in a year that is %s may still move', (status, provisional) => {
  const world = worldOf(calendarOf(2027, status));
  expect(standingOf(registerTicket(at('2026-12-30 10:00'), TERMS, world), world).calendarProvisional).toBe(provisional);
});
