import { STATES } from './lifecycle';
import { isAnsweredByDecision, MATTER_ACTS, MATTER_STATUSES, type MatterAct, requireMatterAct } from './matter';

describe('a matter', () => {
  it.each([
    ['proposed', ['accept', 'dismiss', 'research']], ['open', ['add-tickets', 'research', 'decide']], ['decided', []], ['dismissed', []],
  ] as const)('that is %s takes %j', (status, acts) => {
    for (const act of Object.keys(MATTER_ACTS) as MatterAct[]) {
      const taken = (): void => { requireMatterAct(act, status); };
      if ((acts as readonly MatterAct[]).includes(act)) expect(taken).not.toThrow();
      else expect(taken).toThrow('matter-not-open');
    }
  });

  it('is one of these', () => {
    expect(MATTER_STATUSES).toEqual(['proposed', 'open', 'decided', 'dismissed']);
  });

  it('answers tickets that are open and past registered', () => {
    expect(STATES.filter(isAnsweredByDecision)).toEqual(['assigned', 'in_progress', 'waiting_enterprise', 'resolved', 'explained', 'deferred']);
  });
});
