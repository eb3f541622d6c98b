import { day } from '../../kernel/day';
import { REMINDING_ENTRIES, requireAnswerable, requireOverdue } from './reminder';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a reminder', () => {
  it.each([
    ['sent to me', 'me', false, false, 'ok'], ['sent to me, and answered', 'me', true, false, 'reminder-answered'], ['sent to another', 'other', false, false, 'forbidden'],
    ['sent to another, for a supervisor', 'other', false, true, 'forbidden'], ['sent to the department', null, false, false, 'forbidden'], ['sent to the department, for a supervisor', null, false, true, 'ok'],
    ['answered for the department', null, true, true, 'reminder-answered'],
  ])('%s', (_what, cadreId, answered, supervisor, code) => {
    expect(codeOf(() => { requireAnswerable({ cadreId, answered }, { cadreId: 'me', supervisor }); })).toBe(code);
  });

  it.each([['2026-03-11', 'ok'], ['2026-03-12', 'visit-not-overdue'], ['2026-03-13', 'visit-not-overdue'], [null, 'visit-not-overdue']])('of a visit due on %s', (dueOn, code) => {
    expect(codeOf(() => requireOverdue(dueOn === null ? null : day(dueOn), day('2026-03-12')))).toBe(code);
  });

  it('is one of these entries of a ticket', () => {
    expect(REMINDING_ENTRIES).toEqual({ 'ticket.reminded': 'reminder', 'ticket.ordered': 'order', 'ticket.order_issued': 'order' });
  });
});
