import { ANSWERED, ASSIGNED, at, CLOSED, EXPLAINED, PLAIN, RESOLVED, TERMS, type Told, ticketAfter, WORKING } from '../../../test/support/told-tickets';
import { type Day, day } from '../../kernel/day';
import type { Limit } from '../../kernel/limit';
import { Problem } from '../../kernel/problem';
import { allowedSteps, levelNotUnderstood, partiesOf, raisedLevel, requireAhead, requireNextReply, requireOutcome, requireReviewDate, requireStep, requireSurvivor, requireUnitOf } from './guards';
import type { Party, State, Step } from './lifecycle';

const person = (cadreId: string | undefined, supervisor = false, enterprise = false, staff = cadreId !== undefined) => ({ cadreId, supervisor, staff, enterprise });

/** What a rule refuses: its code and where, or nothing. */
function refusal(rule: () => void): string | undefined {
  try {
    rule();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [error.code, ...error.errors.map(({ pointer }) => pointer)].join(' ');
  }
}

describe('what somebody is to a ticket', () => {
  const ticket = ticketAfter([...WORKING, ['2026-03-02 12:00', { type: 'name-lead', leadId: 'l' }]]);

  it.each<[string, ReturnType<typeof person>, Party[]]>([
    ['its handler', person('h'), ['handler']],
    ['a supervisor who handles it takes no supervisor’s step', person('h', true), ['handler']],
    ['a supervisor who collaborates takes none either', person('c', true), ['collaborator', 'colleague']],
    ['another supervisor', person('s', true), ['supervisor', 'colleague']],
    ['who leads', person('l'), ['lead', 'colleague']],
    ['somebody else of the park', person('x'), ['colleague']],
    ['who only looks on, as an administrator or the county', person('a', false, false, false), []],
    ['a client that speaks for the enterprise', person(undefined, false, true), ['enterprise']],
    ['another client', person(undefined), []],
  ])('%s', (_who, who, parties) => {
    expect([...partiesOf(ticket, who)].sort()).toEqual(parties.sort());
  });

  it('is no colleague when it has recorded the withdrawal that is to be checked', () => {
    const withdrawn = ticketAfter([['2026-03-02 12:00', { type: 'withdraw', recordedBy: 's' }]]);
    expect([...partiesOf(withdrawn, person('s', true))]).toEqual(['supervisor']);
    expect(allowedSteps(withdrawn, partiesOf(withdrawn, person('x')), at('2026-03-02 13:00'), PLAIN)).toEqual(['record-call']);
  });
});

describe('a step with a condition', () => {
  const grade = (value: number): Told => ['2026-03-06 10:00', { type: 'confirm', grade: value }];
  const returned: readonly Told[] = [ASSIGNED, ['2026-03-02 11:00', { type: 'return' }], ['2026-03-02 11:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }]];
  const extension: Told = ['2026-03-03 11:00', { type: 'request-extension', limit: { unit: 'workingDays', amount: 2 } }];
  const granted: Told = ['2026-03-03 12:00', { type: 'decide-extension', granted: { unit: 'workingDays', amount: 2 } }];

  it.each<[string, readonly Told[], Step, string, boolean]>([
    ['within a working day of becoming theirs', [ASSIGNED], 'return', '2026-03-03 23:59', true],
    ['not after it', [ASSIGNED], 'return', '2026-03-04 00:00', false],
    ['once per ticket and handler', returned, 'return', '2026-03-02 12:00', false],
    ['by whom it was reassigned to, within a working day of that', [ASSIGNED, ['2026-03-05 10:00', { type: 'reassign', handlerId: 'k', collaboratorIds: [] }]], 'return', '2026-03-06 23:59', true],
    ['not anew when it is reassigned to who has it', [ASSIGNED, ['2026-03-06 10:00', { type: 'reassign', handlerId: 'h', collaboratorIds: [] }]], 'return', '2026-03-06 11:00', false],
    ['within 30 days of closing', CLOSED, 'reopen', '2026-04-05 23:59', true],
    ['not after them', CLOSED, 'reopen', '2026-04-06 00:00', false],
    ['after them within ten working days of the question', [...CLOSED, ['2026-04-04 00:00', { type: 'questioned' }]], 'reopen', '2026-04-16 23:59', true],
    ['not after those', [...CLOSED, ['2026-04-04 00:00', { type: 'questioned' }]], 'reopen', '2026-04-20 00:00', false],
    ['while a call is due', RESOLVED, 'record-call', '2026-03-04 10:00', true],
    ['not when none is', WORKING, 'record-call', '2026-03-02 12:00', false],
    ['before the deadline', WORKING, 'request-extension', '2026-03-09 23:59', true],
    ['not after it', WORKING, 'request-extension', '2026-03-10 00:00', false],
    ['not twice at once', [...WORKING, extension], 'request-extension', '2026-03-03 12:00', false],
    ['once it was asked for', [...WORKING, extension], 'decide-extension', '2026-03-03 12:00', true],
    ['not unasked', WORKING, 'decide-extension', '2026-03-03 12:00', false],
    ['not when its clock was sorted anew into another unit', [...WORKING, extension, ['2026-03-03 11:30', { type: 'recategorise', respondWithin: TERMS.respondWithin, resolveWithin: { unit: 'days', amount: 9 } }]], 'decide-extension', '2026-03-03 12:00', false],
    ['a second time', [...WORKING, extension, granted], 'request-extension', '2026-03-04 10:00', true],
    ['not a third time', [...WORKING, extension, granted, granted], 'request-extension', '2026-03-04 10:00', false],
    ['while resolve rests', EXPLAINED, 'request-extension', '2026-03-04 10:00', true],
    ['not when its deadline had passed before the rest', [...WORKING, ['2026-03-11 10:00', { type: 'request-material' }]], 'request-extension', '2026-03-11 11:00', false],
    ['below level 3', [...WORKING, ['2026-03-02 12:00', { type: 'escalate', level: 2 }]], 'escalate', '2026-03-02 13:00', true],
    ['not at it', [...WORKING, ['2026-03-02 12:00', { type: 'escalate', level: 3 }]], 'escalate', '2026-03-02 13:00', false],
    ['at a level', [...WORKING, ['2026-03-02 12:00', { type: 'escalate', level: 1 }]], 'name-lead', '2026-03-02 13:00', true],
    ['not without one', WORKING, 'name-lead', '2026-03-02 13:00', false],
    ['not once its linkage was closed', [...WORKING, ['2026-03-02 12:00', { type: 'escalate', level: 1 }], ['2026-03-02 12:30', { type: 'level-closed', level: 1 }]], 'name-lead', '2026-03-02 13:00', false],
    ['at the next level', [...WORKING, ['2026-03-02 12:00', { type: 'escalate', level: 1 }], ['2026-03-02 12:30', { type: 'level-closed', level: 1 }], ['2026-03-02 12:40', { type: 'escalate', level: 2 }]], 'name-lead', '2026-03-02 13:00', true],
    ['where a grade counts', [...RESOLVED, grade(4)], 'set-aside-grade', '2026-03-06 11:00', true],
    ['where one of the cycle before counts', [...CLOSED, ['2026-03-09 10:00', { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms: TERMS }]], 'set-aside-grade', '2026-03-09 11:00', true],
    ['not where it was set aside', [...RESOLVED, grade(4), ['2026-03-06 11:00', { type: 'set-aside-grade' }]], 'set-aside-grade', '2026-03-06 12:00', false],
    ['not without one', RESOLVED, 'set-aside-grade', '2026-03-04 11:00', false],
  ])('%s', (_why, happenings, step, time, holds) => {
    const ticket = ticketAfter(happenings);
    expect(allowedSteps(ticket, new Set<Party>(['handler', 'supervisor', 'colleague', 'enterprise']), at(time), PLAIN).includes(step)).toBe(holds);
    expect(refusal(() => { requireStep(step, ticket, new Set<Party>(['handler', 'supervisor', 'colleague', 'enterprise']), at(time), PLAIN); })).toBe(holds ? undefined : 'step-not-open');
  });
});

describe('a step that is refused', () => {
  const ticket = ticketAfter(WORKING);
  const when = at('2026-03-02 12:00');

  it('is forbidden where it is open, but for others', () => {
    expect(refusal(() => { requireStep('resolve', ticket, new Set<Party>(['colleague']), when, PLAIN); })).toBe('forbidden');
  });

  it('is told with the steps that are open, and those that one may take', () => {
    try {
      requireStep('accept', ticket, new Set<Party>(['handler']), when, PLAIN);
    } catch (error) {
      const { openSteps, allowedSteps: mine, ticketStatus } = (error as Problem).extensions as unknown as { openSteps: Step[]; allowedSteps: Step[]; ticketStatus: State };
      expect({ ticketStatus, mine }).toEqual({ ticketStatus: 'in_progress', mine: ['answer', 'request-material', 'explain', 'resolve', 'request-extension', 'escalate'] });
      expect(openSteps).toEqual(expect.arrayContaining(['reassign', 'withdraw', 'merge', 'remind', 'order', ...mine]));
      expect(openSteps).not.toContain('accept');
    }
    expect.assertions(3);
  });
});

describe('what a step says', () => {
  const when = at('2026-03-03 10:00');

  it.each<[string, 'explain' | 'defer', string, string | undefined]>([
    ['not on the confirm deadline', 'explain', '2026-03-10', 'review-out-of-range /reviewOn'],
    ['the day after it', 'explain', '2026-03-11', undefined],
    ['90 days ahead', 'explain', '2026-06-01', undefined],
    ['not 91', 'explain', '2026-06-02', 'review-out-of-range /reviewOn'],
    ['not today', 'defer', '2026-03-03', 'review-out-of-range /reviewOn'],
    ['tomorrow', 'defer', '2026-03-04', undefined],
  ])('a review date: %s (%s)', (_why, step, reviewOn, refused) => {
    expect(refusal(() => { requireReviewDate(day(reviewOn), step, ticketAfter(WORKING), when, PLAIN); })).toBe(refused);
  });

  it.each<[Limit, Day, Day]>([
    [{ unit: 'workingDays', amount: 5 }, day('2026-03-10'), day('2026-03-11')],
    [{ unit: 'days', amount: 5 }, day('2026-03-08'), day('2026-03-09')],
    // Six hours of Tuesday, seven of each working day after it.
    [{ unit: 'workingHours', amount: 34 }, day('2026-03-09'), day('2026-03-10')],
    [{ unit: 'hours', amount: 100 }, day('2026-03-07'), day('2026-03-08')],
  ])('a review lies after a confirm deadline of %j', (confirmWithin, last, first) => {
    const ticket = ticketAfter(WORKING);
    const review = (reviewOn: Day) => refusal(() => { requireReviewDate(reviewOn, 'explain', { ...ticket, terms: { ...ticket.terms, confirmWithin } }, when, PLAIN); });
    expect([review(last), review(first)]).toEqual(['review-out-of-range /reviewOn', undefined]);
  });

  it.each<[string, Day | undefined, readonly Told[], string | undefined]>([
    ['none', undefined, RESOLVED, undefined],
    ['tomorrow', day('2026-03-04'), WORKING, undefined],
    ['not today', day('2026-03-03'), WORKING, 'not-in-future /nextReplyOn'],
    ['none behind an outcome', day('2026-03-04'), RESOLVED, 'reply-after-outcome /nextReplyOn'],
  ])('a promised reply: %s', (_why, on, happenings, refused) => {
    expect(refusal(() => { requireNextReply(on, ticketAfter(happenings), when); })).toBe(refused);
  });

  it('a day that lies ahead', () => {
    expect(refusal(() => { requireAhead(day('2026-03-03'), '/dueOn', day('2026-03-03')); })).toBe('not-in-future /dueOn');
    expect(refusal(() => { requireAhead(day('2026-03-04'), '/dueOn', day('2026-03-03')); })).toBeUndefined();
  });

  it.each<[string, readonly Told[], Parameters<typeof requireOutcome>[1], string | undefined]>([
    ['behind a final answer', ANSWERED, { outcome: 'solved' }, undefined],
    ['not behind an interim one', [...WORKING, ['2026-03-03 10:00', { type: 'answer', kind: 'interim' }]], { outcome: 'solved' }, 'final-answer-missing'],
    ['not behind one that an outcome has used', [...RESOLVED, ['2026-03-06 10:00', { type: 'confirm', grade: 1 }]], { outcome: 'solved' }, 'final-answer-missing'],
    ['not behind one of the cycle before', [...CLOSED, ['2026-03-09 10:00', { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms: ticketAfter([]).terms }]], { outcome: 'solved' }, 'final-answer-missing'],
    ['an explanation is never the final answer', EXPLAINED, { outcome: 'solved' }, 'final-answer-missing'],
    ['referred to somebody', ANSWERED, { outcome: 'referred' }, 'outcome-needs /referredTo'],
    ['declined on some law', ANSWERED, { outcome: 'declined', referredTo: 'x' }, 'outcome-needs /legalBasis'],
    ['declined on this law', ANSWERED, { outcome: 'declined', legalBasis: 'x' }, undefined],
  ])('an outcome: %s', (_why, happenings, said, refused) => {
    expect(refusal(() => { requireOutcome(ticketAfter(happenings), said); })).toBe(refused);
  });

  it('an extension in the unit of the limit', () => {
    expect(refusal(() => { requireUnitOf(ticketAfter(WORKING), { unit: 'hours', amount: 2 }); })).toBe('extension-unit /limit/unit');
    expect(refusal(() => { requireUnitOf(ticketAfter(WORKING), { unit: 'workingDays', amount: 2 }); })).toBeUndefined();
  });

  it.each<[number, 1 | 2 | 3 | undefined, number | string]>([[0, undefined, 1], [0, 3, 3], [2, undefined, 3], [1, 1, 'level-not-higher /level'], [2, 1, 'level-not-higher /level']])('a level: from %i to %p is %p', (level, named, reached) => {
    const ticket = { ...ticketAfter(WORKING), level: level as 0 | 1 | 2 };
    if (typeof reached === 'number') expect(raisedLevel(ticket, named)).toBe(reached);
    else expect(refusal(() => { raisedLevel(ticket, named); })).toBe(reached);
  });

  it.each<[number, boolean, number | undefined]>([[0, false, 1], [1, false, 2], [1, true, 2], [2, false, 3], [2, true, 3], [3, false, undefined], [3, true, 3]])('an explanation that was not understood: from %i, closed %p, to %p', (level, levelClosed, raised) => {
    expect(levelNotUnderstood({ level: level as 0 | 1 | 2 | 3, levelClosed })).toBe(raised);
  });

  const [older, younger] = [at('2026-03-02 10:00').at, at('2026-03-02 11:00').at];
  it.each<[string, Partial<Parameters<typeof requireSurvivor>[1]>, boolean]>([
    ['older, of the same enterprise, open', {}, true],
    ['itself', { id: 'b', registeredAt: younger }, false],
    ['of another enterprise', { enterpriseId: 'f' }, false],
    ['younger', { registeredAt: at('2026-03-02 12:00').at }, false],
    ['of the same instant with a smaller id', { registeredAt: younger }, true],
    ['of the same instant with a greater id', { id: 'c', registeredAt: younger }, false],
    ['deferred', { state: 'deferred' }, false],
    ['resolved', { state: 'resolved' }, false],
    ['closed', { state: 'closed' }, false],
    ['explained', { state: 'explained' }, true],
  ])('a survivor of a merge: %s', (_why, into, fits) => {
    const refused = refusal(() => { requireSurvivor({ id: 'b', enterpriseId: 'e', registeredAt: younger }, { id: 'a', enterpriseId: 'e', registeredAt: older, state: 'in_progress', ...into }); });
    expect(refused).toBe(fits ? undefined : 'merge-unfit /intoId');
  });
});
