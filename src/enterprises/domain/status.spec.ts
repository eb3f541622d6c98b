import { day } from '../../kernel/day';
import { changeStatus, type EnterpriseStatus, standingOn, type StatusFact } from './status';

const TODAY = day('2026-03-12');
const fact = (status: EnterpriseStatus, on: string): StatusFact => ({ status, on: day(on) });
const PRODUCING = fact('in_production', '2026-01-05');

it.each([
  ['a change today', [PRODUCING], fact('suspended', '2026-03-12'), [], 'in_production', ['suspended', '2026-03-12', null, null]],
  ['a change some days back', [PRODUCING], fact('suspended', '2026-03-10'), [], 'in_production', ['suspended', '2026-03-10', null, null]],
  ['a change ahead', [PRODUCING], fact('exited', '2026-04-01'), [], 'in_production', ['in_production', '2026-01-05', 'exited', '2026-04-01']],
  ['a later change ahead takes the place of the one before', [PRODUCING, fact('suspended', '2026-03-20')], fact('exited', '2026-04-01'), ['2026-03-20'],
    'suspended', ['in_production', '2026-01-05', 'exited', '2026-04-01']],
  ['an earlier one too', [PRODUCING, fact('exited', '2026-04-01')], fact('suspended', '2026-03-20'), ['2026-04-01'],
    'in_production', ['in_production', '2026-01-05', 'suspended', '2026-03-20']],
  ['a change today withdraws what lies ahead', [PRODUCING, fact('exited', '2026-04-01')], fact('suspended', '2026-03-12'), ['2026-04-01'],
    'in_production', ['suspended', '2026-03-12', null, null]],
  ['the status in force withdraws what lies ahead', [PRODUCING, fact('exited', '2026-04-01')], fact('in_production', '2026-03-12'), ['2026-04-01'],
    'in_production', ['in_production', '2026-03-12', null, null]],
  ['a suspension that began earlier than recorded', [PRODUCING, fact('suspended', '2026-03-12')], fact('suspended', '2026-03-10'), ['2026-03-12'],
    'in_production', ['suspended', '2026-03-10', null, null]],
  ['an exit on the day of a suspension', [PRODUCING, fact('suspended', '2026-03-12')], fact('exited', '2026-03-12'), ['2026-03-12'],
    'suspended', ['exited', '2026-03-12', null, null]],
  ['a change from before the registration', [fact('in_production', '2026-03-12')], fact('suspended', '2026-03-11'), ['2026-03-12'],
    'in_production', ['suspended', '2026-03-11', null, null]],
])('%s', (_what, facts, change, replaced, before, [status, statusOn, nextStatus, nextStatusOn]) => {
  const standing = { status, statusOn, nextStatus, nextStatusOn };
  expect(changeStatus(facts, change, TODAY)).toEqual({ replaced: facts.filter((one) => replaced.includes(one.on)), before, standing });
});

it.each([
  ['the status in force', [PRODUCING], fact('in_production', '2026-03-12')],
  ['the status in force, some days back', [PRODUCING], fact('in_production', '2026-03-10')],
  ['the status in force, ahead', [PRODUCING], fact('in_production', '2026-04-01')],
  ['the same change twice', [PRODUCING, fact('suspended', '2026-03-12')], fact('suspended', '2026-03-12')],
  ['the same change ahead twice', [PRODUCING, fact('exited', '2026-04-01')], fact('exited', '2026-04-01')],
])('refuses %s', (_what, facts, change) => {
  expect(changeStatus(facts, change, TODAY)).toEqual({ refused: 'unchanged' });
});

it.each([['2026-03-12'], ['2026-03-09']])('refuses everything after an exit on %s', (on) => {
  expect(changeStatus([PRODUCING, fact('exited', on)], fact('in_production', '2026-03-12'), TODAY)).toEqual({ refused: 'exited', on });
});

it('lets an exit that lies ahead be withdrawn, and not one that has come', () => {
  const facts = [PRODUCING, fact('exited', '2026-03-13')];
  expect(changeStatus(facts, fact('suspended', '2026-03-12'), TODAY).refused).toBeUndefined();
  expect(changeStatus(facts, fact('suspended', '2026-03-13'), day('2026-03-13')).refused).toBe('exited');
});

it('asks the day, not the job, for what holds', () => {
  const facts = [PRODUCING, fact('suspended', '2026-03-13')];
  expect(standingOn(facts, TODAY)).toMatchObject({ status: 'in_production', nextStatus: 'suspended' });
  expect(standingOn(facts, day('2026-03-13'))).toMatchObject({ status: 'suspended', nextStatus: null });
});
