import { day } from '../../kernel/day';
import { firstDayTouched, type LeaveDays } from './leave-days';

const leave = (from: string, to: string, substituteId: string | null = null): LeaveDays => ({ from: day(from), to: day(to), substituteId });
const BEFORE = leave('2026-03-10', '2026-03-20', 'a');

describe('firstDayTouched', () => {
  it.each([
    ['nothing', BEFORE, undefined],
    ['prolonged', leave('2026-03-10', '2026-03-25', 'a'), { on: '2026-03-21', field: 'to' }],
    ['cut short', leave('2026-03-10', '2026-03-15', 'a'), { on: '2026-03-16', field: 'to' }],
    ['begins earlier', leave('2026-03-08', '2026-03-25', 'a'), { on: '2026-03-08', field: 'from' }],
    ['begins later', leave('2026-03-12', '2026-03-20', 'a'), { on: '2026-03-10', field: 'from' }],
    ['moved apart', leave('2026-04-10', '2026-04-20', 'a'), { on: '2026-03-10', field: 'from' }],
    ['another substitute', leave('2026-03-10', '2026-03-15', 'b'), { on: '2026-03-10', field: 'substituteId' }],
    ['no substitute any more', leave('2026-03-10', '2026-03-20'), { on: '2026-03-10', field: 'substituteId' }],
  ])('%s', (_name, after, touched) => {
    expect(firstDayTouched(BEFORE, after)).toEqual(touched);
  });
});
