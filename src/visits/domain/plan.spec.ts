import { day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import { type OpenPlan, requireJoinable, requirePlannable } from './plan';

function refusal(work: () => void): string {
  try {
    work();
    return 'allowed';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  }
}

describe('on which day a visit can be planned', () => {
  it.each([
    ['2026-03-11', 'date-order'],
    ['2026-03-12', 'allowed'],
    ['2026-06-10', 'allowed'],
    ['2026-06-11', 'too-far-ahead'],
  ])('%s, seen from 12 March: %s', (plannedOn, expected) => {
    expect(refusal(() => { requirePlannable(day(plannedOn), day('2026-03-12')); })).toBe(expected);
  });
});

describe('who can join a planned visit', () => {
  const plan: OpenPlan = { plannerId: 'planner', status: 'planned', members: [{ cadreId: 'member' }] };
  it.each([
    ['another cadre', plan, 'another', 'allowed'],
    ['the planner', plan, 'planner', 'plan-joined'],
    ['a member', plan, 'member', 'plan-joined'],
    ['another cadre, once it is declined', { ...plan, status: 'declined' as const }, 'another', 'plan-closed'],
    ['another cadre, once it is cancelled', { ...plan, status: 'cancelled' as const }, 'another', 'plan-closed'],
  ])('%s', (_case, which, cadreId, expected) => {
    expect(refusal(() => { requireJoinable(which, cadreId); })).toBe(expected);
  });
});
