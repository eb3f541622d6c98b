import { day } from '../../kernel/day';
import { reconcileLapses } from './lapse-record';
import type { JudgedLapse } from './standing';

const today = day('2026-03-20');
const open: JudgedLapse = { dueOn: day('2026-03-12'), clearedOn: null, daysLate: 8, outcome: 'open' };
const late: JudgedLapse = { dueOn: day('2026-03-12'), clearedOn: day('2026-03-15'), daysLate: 3, outcome: 'visited_late' };
const record = (lapse: JudgedLapse) => ({ id: 'one', ...lapse, daysLate: lapse.outcome === 'open' ? null : lapse.daysLate });

it.each([
  ['nothing recorded, nothing follows', [], [], []],
  ['what follows is recorded', [], [open], [{ kind: 'record', lapse: open }]],
  ['what stands is left alone, however many days it is open', [record(open)], [{ ...open, daysLate: 9 }], []],
  ['an open one ends', [record(open)], [late], [{ kind: 'end', id: 'one', lapse: late }]],
  ['one that had ended opens again', [record(late)], [open], [{ kind: 'reopen', id: 'one', lapse: open }]],
  ['an open one that no longer follows is superseded today', [record(open)], [], [{ kind: 'supersede', id: 'one', dueOn: open.dueOn, clearedOn: today, daysLate: 8 }]],
  ['an ended one keeps the day on which it ended', [record(late)], [], [{ kind: 'supersede', id: 'one', dueOn: late.dueOn, clearedOn: late.clearedOn, daysLate: 3 }]],
])('%s', (_why, recorded, judged, changes) => {
  expect(reconcileLapses(recorded, judged, today)).toEqual(changes);
});
