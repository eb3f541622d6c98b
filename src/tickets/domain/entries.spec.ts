import { at, CLOSED, EXPLAINED, PLAIN, RESOLVED, TERMS, type Told, ticketAfter, WORKING } from '../../../test/support/told-tickets';
import { day } from '../../kernel/day';
import type { Limit } from '../../kernel/limit';
import { entryDataOf, entryTypeOf, orderDueOn } from './entries';
import type { Happening } from './happening';
import { LIFECYCLE, OTHER_ENTRIES, STEPS } from './lifecycle';

const WORLD = { name: '2026:1/1', from: new Date(0), world: PLAIN };
const workingDays = (amount: number) => ({ unit: 'workingDays', amount } as const);
const BREACHED: readonly Told[] = [...WORKING, ['2026-03-04 00:00', { type: 'remind' }]];

it.each<[Happening, readonly Told[], object]>([
  [{ type: 'register', terms: TERMS }, [], {}],
  [{ type: 'assign', handlerId: 'h', collaboratorIds: ['c'] }, WORKING, { handlerId: 'h', collaboratorIds: ['c'] }],
  [{ type: 'accept' }, WORKING, {}],
  [{ type: 'answer', kind: 'interim', nextReplyOn: day('2026-03-05') }, WORKING, { kind: 'interim', nextReplyOn: '2026-03-05' }],
  [{ type: 'answer', kind: 'final' }, WORKING, { kind: 'final', nextReplyOn: null }],
  [{ type: 'explain', reviewOn: day('2026-04-20') }, EXPLAINED, { reviewOn: '2026-04-20' }],
  [{ type: 'acknowledge', understood: true }, EXPLAINED, { understood: true }],
  [{ type: 'acknowledge', understood: false, level: 1 }, EXPLAINED, { understood: false, level: 1 }],
  [{ type: 'acknowledge', understood: false }, EXPLAINED, { understood: false }],
  [{ type: 'resolve', outcome: 'referred' }, WORKING, { outcome: 'referred' }],
  [{ type: 'confirm', grade: 2 }, WORKING, { grade: 2 }],
  [{ type: 'reopen', handlerId: null, collaboratorIds: [], terms: TERMS }, WORKING, {}],
  [{ type: 'merge', intoId: 'm' }, WORKING, { intoId: 'm' }],
  [{ type: 'record-call', reached: true, denied: TERMS }, WORKING, { reached: true, denied: true }],
  [{ type: 'record-call', reached: false }, WORKING, { reached: false, denied: false }],
  [{ type: 'request-extension', limit: workingDays(2) }, WORKING, { unit: 'workingDays', amount: 2 }],
  [{ type: 'decide-extension' }, WORKING, { granted: false }],
  [{ type: 'decide-extension', granted: workingDays(2) }, WORKING, { granted: true }],
  [{ type: 'escalate', level: 2 }, WORKING, { level: 2 }],
  [{ type: 'name-lead', leadId: 'l' }, WORKING, { leadId: 'l' }],
  [{ type: 'order', dueOn: day('2026-03-09') }, WORKING, { dueOn: '2026-03-09' }],
  [{ type: 'order-issued', clock: 3, handlerId: 'h' }, WORKING, { dueOn: '2026-03-09' }],
  [{ type: 'level-raised', level: 1, clock: 3 }, WORKING, { level: 1 }],
  [{ type: 'breached', clock: 2 }, BREACHED, { clock: 'respond', responsibleId: 'h' }],
  [{ type: 'ran-out', clock: 4 }, EXPLAINED, { clock: 'confirm' }],
  [{ type: 'ran-out', clock: 4, closing: 'called' }, [...RESOLVED, ['2026-03-04 10:00', { type: 'record-call', reached: true }], ['2026-03-11 10:00', { type: 'set-aside-grade' }]], { clock: 'confirm', closing: 'called' }],
  [{ type: 'confirm', grade: 4 }, CLOSED, { grade: 4, closing: 'confirmed' }],
  [{ type: 'recalculated' }, WORKING, { calendar: '2026:1/1' }],
  [{ type: 'withdraw', recordedBy: 's' }, WORKING, {}],
])('%j', (what, happenings, data) => {
  expect(entryDataOf({ ...at('2026-03-04 10:00'), ...what, world: WORLD.name }, ticketAfter(happenings), WORLD)).toEqual(data);
});

it.each<[Limit, string]>([
  [workingDays(3), '2026-03-09'],
  [{ unit: 'days', amount: 3 }, '2026-03-07'],
  // Six hours of Wednesday, seven of Thursday and of Friday, the last one on Monday.
  [{ unit: 'workingHours', amount: 21 }, '2026-03-09'],
  [{ unit: 'hours', amount: 72 }, '2026-03-07'],
])('an order that the system issues with a limit of %j is due on %s', (orderWithin, dueOn) => {
  expect(orderDueOn({ ...at('2026-03-04 10:00'), type: 'order-issued', clock: 3, handlerId: 'h', world: WORLD.name }, { terms: { ...TERMS, orderWithin } }, PLAIN)).toBe(dueOn);
});

it('has one type of entry for everything that can happen', () => {
  const types = [...STEPS, ...Object.keys(OTHER_ENTRIES) as (keyof typeof OTHER_ENTRIES)[]].filter((type) => type !== 'order').map((type) => entryTypeOf(type as Happening['type']));
  expect(new Set(types).size).toBe(types.length);
  expect([entryTypeOf('order'), entryTypeOf('breached')]).toEqual([LIFECYCLE.order.entry, 'ticket.breached']);
});
