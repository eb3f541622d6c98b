import fc from 'fast-check';
import { local, Story, terms, workingDays, world, ZONE } from '../../../test/support/told-stories';
import { day } from '../../kernel/day';
import { momentOf } from '../../kernel/limit';
import { WorkingCalendar } from '../../kernel/working-calendar';
import { isResting, isRunning, sharesOf } from './clocks';
import { isOpen, LIFECYCLE, type Party, type State, stepsFrom, type Step, STEPS } from './lifecycle';
import type { Happening } from './happening';
import { advance, apply, hasRunningClock, nextDueAt, pending, registerTicket, runningClock, type Ticket, unitOf } from './ticket';

const assigned = (): Story => new Story('03-02 10:00').then('03-02 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] });
const working = (): Story => assigned().then('03-02 11:00', { type: 'accept' });
const explained = (): Story => working().then('03-03 10:00', { type: 'explain', reviewOn: day('2026-04-20') });
const resolved = (): Story => working().then('03-03 10:00', { type: 'answer', kind: 'final' }).then('03-03 10:05', { type: 'resolve', outcome: 'solved' });

describe('the clocks of a ticket', () => {
  it('start with the registration', () => {
    expect(new Story('03-02 10:00').running).toEqual({ assign: '03-02 15:30', respond: '03-04 00:00', resolve: '03-10 00:00' });
  });

  it('go on through acceptance, and through a new handler', () => {
    const story = working().then('03-02 12:00', { type: 'reassign', handlerId: 'k', collaboratorIds: ['h'] });
    expect(story.running).toEqual({ respond: '03-04 00:00', resolve: '03-10 00:00' });
    expect(story.ticket).toMatchObject({ state: 'in_progress', handlerId: 'k' });
  });

  it('start anew to be assigned when it is returned, and stop nothing else', () => {
    const story = assigned().then('03-03 09:00', { type: 'return' });
    expect(story.running).toEqual({ assign: '03-03 14:30', respond: '03-04 00:00', resolve: '03-10 00:00' });
    expect(story.ticket.handlerId).toBeNull();
  });

  it('stop respond and reply with any answer; the next reply is promised for a day', () => {
    const story = working().then('03-02 15:00', { type: 'answer', kind: 'interim', nextReplyOn: day('2026-03-05') });
    expect(story.running).toEqual({ resolve: '03-10 00:00', reply: '03-06 00:00' });
    expect(story.then('03-05 09:00', { type: 'answer', kind: 'interim' }).running).toEqual({ resolve: '03-10 00:00' });
  });

  it('rest while the enterprise is asked for material, over a holiday too', () => {
    const story = new Story('04-01 10:00').then('04-01 10:10', { type: 'assign', handlerId: 'h', collaboratorIds: [] }).then('04-01 10:20', { type: 'accept' });
    expect(story.running['resolve']).toBe('04-10 00:00');
    story.then('04-02 09:00', { type: 'request-material' });
    expect(story.running).toEqual({ respond: '04-03 00:00', resolve: 'rests', wait: '04-18 00:00' });
    // Friday the 3rd, Tuesday and Wednesday: three working days, since the 6th is a holiday.
    story.then('04-08 09:00', { type: 'receive-material' });
    expect(story.running).toEqual({ respond: '04-03 00:00', resolve: '04-15 00:00' });
    expect(story.log).toEqual(['04-03 00:00 breached respond (2026-04-02)']);
  });

  it('go on from the last day of a wait that ran out, and then nothing rests again in the cycle', () => {
    const story = working().then('03-03 09:00', { type: 'request-material' }).until('03-20 09:00');
    expect(story.ticket.state).toBe('in_progress');
    expect(story.log).toEqual(['03-04 00:00 breached respond (2026-03-03)', '03-18 00:00 ran-out wait (2026-03-17)']);
    // Ten working days of rest, from the 4th to the 17th.
    expect(story.running['resolve']).toBe('03-24 00:00');
    expect(story.then('03-20 10:00', { type: 'request-material' }).running['resolve']).toBe('03-24 00:00');
  });

  it('rest while an explanation waits for its acknowledgement, which defers or goes on one level higher', () => {
    expect(explained().running).toEqual({ resolve: 'rests', confirm: '03-11 00:00', call: '03-11 00:00' });
    const understood = explained().then('03-05 10:00', { type: 'acknowledge', understood: true });
    expect(understood.running).toEqual({ review: '04-21 00:00' });
    expect(understood.ticket.state).toBe('deferred');
    const not = explained().then('03-05 10:00', { type: 'acknowledge', understood: false });
    expect(not.running).toEqual({ resolve: '03-12 00:00', lead: '03-05 15:30' });
    expect(not.ticket).toMatchObject({ state: 'in_progress', level: 1 });
  });

  it('take a deferred ticket up again when its review runs out, as of that day', () => {
    const story = explained().then('03-05 10:00', { type: 'acknowledge', understood: true }).then('03-06 10:00', { type: 'defer', reviewOn: day('2026-03-13') }).until('03-15 10:00');
    expect(story.log).toEqual(['03-14 00:00 ran-out review (2026-03-13)']);
    // Friday the 13th is when it begins: five working days later is the 20th.
    expect(story.running).toEqual({ resolve: '03-21 00:00' });
    expect(runningClock(story.ticket, 'resolve')).toMatchObject({ rework: true });
  });

  it('close in silence when the enterprise has what it must answer and says nothing', () => {
    const story = resolved().then('03-04 08:00', { type: 'delivered' });
    expect(story.running).toEqual({ confirm: '03-12 00:00' });
    story.until('03-12 00:00');
    expect(story.log).toEqual(['03-12 00:00 ran-out confirm (2026-03-11)']);
    expect(story.ticket).toMatchObject({ state: 'closed', ended: { on: '2026-03-11' } });
    expect(story.running).toEqual({});
  });

  it('hear no silence where nothing was delivered, before somebody has called', () => {
    const story = resolved().until('03-13 09:00');
    expect(story.ticket.state).toBe('resolved');
    expect(story.log).toEqual(['03-11 00:00 breached call (2026-03-10)']);
    story.then('03-13 10:00', { type: 'record-call', reached: true }).until('03-13 10:00');
    expect(story.ticket).toMatchObject({ state: 'closed', ended: { on: '2026-03-13' } });
    const early = resolved().then('03-05 10:00', { type: 'record-call', reached: true });
    expect(early.ticket.state).toBe('resolved');
    expect(early.until('03-11 00:00').ticket).toMatchObject({ state: 'closed', ended: { on: '2026-03-10' } });
  });

  it('count the silence behind an explanation as no understanding, and call', () => {
    const story = explained().then('03-03 10:01', { type: 'delivered' }).until('03-11 00:00');
    expect(story.log).toEqual(['03-11 00:00 ran-out confirm (2026-03-10)']);
    // Resting from the 3rd to the 10th moves the 9th by five working days; the call is due one day after the 10th.
    expect(story.running).toEqual({ resolve: '03-17 00:00', call: '03-12 00:00' });
    expect(story.ticket.restSpent).toBe(true);
  });

  it.each([[5, 'closed', {}], [3, 'closed', {}], [2, 'in_progress', { resolve: '03-14 00:00', call: '03-10 00:00' }], [1, 'in_progress', { resolve: '03-14 00:00', call: '03-10 00:00' }]])('follow a grade of %i', (grade, state, running) => {
    const story = resolved().then('03-06 10:00', { type: 'confirm', grade });
    expect(story.ticket.state).toBe(state);
    expect(story.running).toEqual(running);
  });

  it('pass as the rest ends where a rest over a weekend moved the deadline not far enough, and charge who is responsible then', () => {
    // Registered on a Friday, due on the next; asked for material that day, brought on Sunday: no working day between.
    const story = new Story('03-06 10:00').then('03-06 10:10', { type: 'assign', handlerId: 'h', collaboratorIds: [] }).then('03-06 10:20', { type: 'accept' }).then('03-06 11:00', { type: 'answer', kind: 'interim' })
      .then('03-13 10:00', { type: 'request-material' }).then('03-14 09:00', { type: 'reassign', handlerId: 'k', collaboratorIds: [] }).then('03-15 10:00', { type: 'receive-material' }).until('03-15 10:00');
    expect(story.running['resolve']).toBe('03-14 00:00');
    expect(story.log).toEqual(['03-15 10:00 breached resolve (2026-03-15)', '03-15 10:00 level-raised 1 resolve (2026-03-15)']);
    expect(runningClock(story.ticket, 'resolve')?.breach?.responsibleId).toBe('k');
  });

  it('date nothing before what happened last when a new calendar brings a level forward', () => {
    const story = working().then('03-02 12:00', { type: 'answer', kind: 'interim' }).until('03-11 12:00').then('03-12 10:00', { type: 'remind' });
    // Under it the weekend of the 7th was worked, and levels are counted from the breach through the next.
    const worked = { ...world, calendar: new WorkingCalendar([{ year: 2026, status: 'official', version: 2, days: ['2026-03-10', '2026-03-11', '2026-03-12'].map((date) => ({ date: day(date), kind: 'workday', name: 'x' })) }]) };
    const slow = { ...story.ticket, terms: { ...story.ticket.terms, level2After: workingDays(1) } };
    expect(pending(slow, new Date('2026-03-20T00:00:00Z'), worked)).toMatchObject({ type: 'level-raised', level: 2, at: new Date('2026-03-12T02:00:00Z'), on: '2026-03-12' });
  });

  it('move what was granted in another unit with the rest, and rest with it', () => {
    const hours = { unit: 'hours', amount: 30 } as const;
    const sorted = (): Story => working().then('03-02 11:30', { type: 'answer', kind: 'interim' }).then('03-02 12:00', { type: 'decide-extension', granted: workingDays(5) }).then('03-02 13:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: hours });
    // Thirty hours from Monday at ten end on Tuesday; five working days more on the 10th.
    expect(sorted().running['resolve']).toBe('03-11 00:00');
    const resting = sorted().then('03-05 10:00', { type: 'request-material' });
    expect(resting.running['resolve']).toBe('rests');
    expect(resting.then('03-09 09:00', { type: 'receive-material' }).running['resolve']).toBe('03-13 00:00');
  });

  it('charge the department that assigns with a call and a lead that nobody saw to, and with their time', () => {
    const story = explained().then('03-03 11:00', { type: 'escalate', level: 1 }).until('03-12 10:00');
    expect(story.log).toEqual(expect.arrayContaining(['03-03 16:30 breached lead (2026-03-03)', '03-11 00:00 breached call (2026-03-10)']));
    const late = story.ticket.clocks.filter(({ kind }) => kind === 'call' || kind === 'lead');
    expect(late.map(({ breach }) => breach?.responsibleId)).toEqual([null, null]);
    expect(late.flatMap((clock) => sharesOf(clock, story.ticket.tenures, new Date('2026-03-12T02:00:00Z')).map(({ responsibleId }) => responsibleId))).toEqual([null, null]);
  });

  it('let a request for more time lapse with its clock, with its unit, and with who made it', () => {
    const asked = (): Story => working().then('03-03 10:00', { type: 'request-extension', limit: workingDays(30) });
    expect(asked().then('03-03 11:00', { type: 'reassign', handlerId: 'h', collaboratorIds: ['c'] }).ticket.extensionAsked).toEqual(workingDays(30));
    expect(asked().then('03-03 11:00', { type: 'request-material' }).then('03-04 11:00', { type: 'receive-material' }).ticket.extensionAsked).toEqual(workingDays(30));
    expect(asked().then('03-03 11:00', { type: 'reassign', handlerId: 'k', collaboratorIds: [] }).ticket.extensionAsked).toBeUndefined();
    expect(asked().then('03-03 11:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: workingDays(9) }).ticket.extensionAsked).toEqual(workingDays(30));
    expect(asked().then('03-03 11:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: { unit: 'hours', amount: 90 } }).ticket.extensionAsked).toBeUndefined();
    expect(asked().then('03-03 11:00', { type: 'answer', kind: 'final' }).then('03-03 11:05', { type: 'resolve', outcome: 'solved' }).ticket.extensionAsked).toBeUndefined();
  });

  it('owe each call by a deadline of its own, whichever is owed already', () => {
    const silent = explained().then('03-03 10:01', { type: 'delivered' }).until('03-12 09:00');
    const calls = ({ ticket }: Story): string[] => ticket.clocks.filter((clock) => clock.kind === 'call' && isRunning(clock)).map(({ deadline }) => local(deadline?.dueAt ?? new Date(0)));
    expect(calls(silent)).toEqual(['03-12 00:00']);
    silent.then('03-13 10:00', { type: 'answer', kind: 'final' }).then('03-13 10:05', { type: 'resolve', outcome: 'solved' }).then('03-16 10:00', { type: 'confirm', grade: 1 });
    expect(calls(silent)).toEqual(['03-12 00:00', '03-18 00:00']);
    expect(calls(silent.then('03-17 10:00', { type: 'withdraw', recordedBy: 's' }))).toEqual(['03-12 00:00', '03-18 00:00', '03-19 00:00']);
    expect(calls(silent.then('03-17 11:00', { type: 'record-call', reached: true }))).toEqual([]);
  });

  it('call behind an explanation that nobody acknowledged, also where somebody has called in place of a delivery', () => {
    const story = explained().then('03-05 10:00', { type: 'record-call', reached: true }).until('03-11 00:00');
    expect(story.log.at(-1)).toBe('03-11 00:00 ran-out confirm (2026-03-10)');
    expect(story.ticket.state).toBe('in_progress');
    expect(story.running['call']).toBe('03-12 00:00');
  });

  it('give a late delivery time before the review, and a day at least', () => {
    const early = (): Story => working().then('03-03 10:00', { type: 'explain', reviewOn: day('2026-03-13') });
    expect(early().then('03-04 10:00', { type: 'delivered' }).running['confirm']).toBe('03-12 00:00');
    expect(early().then('03-10 10:00', { type: 'delivered' }).running['confirm']).toBe('03-13 00:00');
    expect(early().then('03-16 10:00', { type: 'delivered' }).running['confirm']).toBe('03-18 00:00');
  });

  it('say that a day somebody named in a year without an official calendar may not be a working day', () => {
    const story = working().then('12-21 11:00', { type: 'answer', kind: 'interim', nextReplyOn: day('2027-02-01') });
    expect(runningClock(story.ticket, 'reply')?.deadline).toMatchObject({ dueOn: '2027-02-01', calendarProvisional: true });
  });

  it('know how they closed the ticket, and forget it in a new cycle', () => {
    expect(resolved().then('03-06 10:00', { type: 'confirm', grade: 3 }).ticket.closing).toBe('confirmed');
    expect(resolved().then('03-04 08:00', { type: 'delivered' }).until('03-12 00:00').ticket.closing).toBe('silent');
    const called = resolved().then('03-05 10:00', { type: 'record-call', reached: true }).until('03-11 00:00');
    expect(called.ticket.closing).toBe('called');
    expect(called.then('03-13 10:00', { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms }).ticket.closing).toBeUndefined();
  });

  it('keep a breach on record when it is sorted anew, and date a new one now', () => {
    const slow = { respondWithin: workingDays(1), resolveWithin: workingDays(20) };
    const breached = working().then('03-12 10:00', { type: 'recategorise', ...slow });
    expect(breached.running['resolve']).toBe('03-31 00:00');
    expect(runningClock(breached.ticket, 'resolve')?.breach?.when.on).toBe('2026-03-09');
    const fast = { respondWithin: workingDays(1), resolveWithin: workingDays(1) };
    const hurried = working().then('03-05 10:00', { type: 'recategorise', ...fast }).until('03-05 10:00');
    expect(hurried.log.slice(-2)).toEqual(['03-05 10:00 breached resolve (2026-03-05)', '03-05 10:00 level-raised 1 resolve (2026-03-05)']);
  });

  it('extend from the original limit, and keep the extension when it is sorted anew', () => {
    const story = working().then('03-04 10:00', { type: 'decide-extension', granted: workingDays(3) });
    expect(story.running['resolve']).toBe('03-13 00:00');
    expect(story.then('03-05 10:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: workingDays(2) }).running['resolve']).toBe('03-10 00:00');
  });

  it('begin a new cycle when it is reopened, or when the enterprise never asked to withdraw it', () => {
    const reopened = resolved().then('03-06 10:00', { type: 'confirm', grade: 5 }).then('03-16 10:00', { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms });
    expect(reopened.ticket).toMatchObject({ state: 'in_progress', cycle: 2 });
    expect(reopened.running).toEqual({ respond: '03-18 00:00', resolve: '03-24 00:00' });
    const withdrawn = working().then('03-03 10:00', { type: 'withdraw', recordedBy: null });
    expect([withdrawn.ticket.state, withdrawn.running]).toEqual(['withdrawn', { call: '03-05 00:00' }]);
    const denied = withdrawn.then('03-04 10:00', { type: 'record-call', reached: true, denied: terms });
    expect(denied.ticket).toMatchObject({ state: 'registered', cycle: 2, handlerId: null });
    expect(denied.running).toEqual({ assign: '03-04 15:30', respond: '03-06 00:00', resolve: '03-12 00:00' });
  });

  it('leave nothing behind a merge', () => {
    expect(explained().then('03-04 10:00', { type: 'merge', intoId: 'm' }).running).toEqual({});
  });

  it('say how much of the time was whose', () => {
    const story = assigned().then('03-03 10:30', { type: 'reassign', handlerId: 'k', collaboratorIds: [] }).then('03-03 11:00', { type: 'accept' })
      .then('03-03 12:30', { type: 'request-material' }).then('03-05 12:30', { type: 'receive-material' }).then('03-05 13:30', { type: 'answer', kind: 'final' }).then('03-05 14:30', { type: 'resolve', outcome: 'solved' });
    const resolve = story.ticket.clocks.find(({ kind }) => kind === 'resolve');
    if (resolve === undefined) throw new Error('every ticket has one');
    const hours = sharesOf(resolve, story.ticket.tenures, new Date('2026-04-01T00:00:00Z')).map(({ responsibleId, milliseconds }) => [responsibleId, milliseconds / 3_600_000]);
    expect(hours).toEqual([[null, 0.5], ['h', 24], ['k', 4]]);
  });
});

describe('the table of steps', () => {
  it('lets nothing follow the end but a call, a reopening and a word on the grade', () => {
    expect(stepsFrom('closed')).toEqual(['reopen', 'record-call', 'set-aside-grade']);
    expect(stepsFrom('withdrawn')).toEqual(['record-call', 'set-aside-grade']);
    expect(stepsFrom('merged')).toEqual(['set-aside-grade']);
  });

  it.each<[Party, Step[]]>([
    ['handler', ['accept', 'return', 'answer', 'request-extension', 'escalate']],
    ['collaborator', ['answer', 'escalate']],
    ['enterprise', ['withdraw']],
  ])('gives the %s of an assigned ticket its own steps', (party, steps) => {
    expect(stepsFrom('assigned', new Set([party]))).toEqual(steps);
  });

  /** Each step from every state in which it may be taken, with each kind of content, and what time makes of that at once. */
  const taken = ((): { state: string; step: Step; started: string[]; stopped: string[]; running: string[]; rests: [boolean, boolean]; to: string }[] => {
    const escalated = (story: Story): Story => story.then('03-06 09:30', { type: 'escalate', level: 1 });
    const samples: readonly Story[] = [
      new Story('03-02 10:00'), assigned(), working(), explained(), resolved(), resolved().then('03-06 10:00', { type: 'confirm', grade: 4 }), working().then('03-03 10:00', { type: 'request-material' }),
      explained().then('03-05 10:00', { type: 'acknowledge', understood: true }), escalated(working()), escalated(explained()), escalated(resolved()), working().then('03-05 10:00', { type: 'withdraw', recordedBy: 's' }),
      working().then('03-02 15:00', { type: 'answer', kind: 'interim', nextReplyOn: day('2026-03-20') }),
      // Nobody has called in time.
      new Story('02-24 10:00').then('02-24 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }).then('02-24 11:00', { type: 'accept' }).then('02-24 12:00', { type: 'explain', reviewOn: day('2026-04-20') }),
      escalated(new Story('02-24 10:00').then('02-24 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }).then('02-24 11:00', { type: 'accept' }).then('02-24 12:00', { type: 'answer', kind: 'final' }).then('02-24 12:05', { type: 'resolve', outcome: 'solved' })),
    ];
    const doing: readonly (Happening & { type: Step })[] = [
      { type: 'assign', handlerId: 'h', collaboratorIds: [] }, { type: 'accept' }, { type: 'return' }, { type: 'reassign', handlerId: 'k', collaboratorIds: [] }, { type: 'answer', kind: 'final', nextReplyOn: day('2026-03-20') },
      { type: 'request-material' }, { type: 'receive-material' }, { type: 'explain', reviewOn: day('2026-04-01') }, { type: 'acknowledge', understood: true }, { type: 'acknowledge', understood: false },
      { type: 'defer', reviewOn: day('2026-05-01') }, { type: 'resume' }, { type: 'resolve', outcome: 'solved' },
      { type: 'confirm', grade: 1 }, { type: 'confirm', grade: 5 }, { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms }, { type: 'reopen', handlerId: null, collaboratorIds: [], terms },
      { type: 'withdraw', recordedBy: null }, { type: 'merge', intoId: 'm' }, { type: 'record-call', reached: true }, { type: 'record-call', reached: true, denied: terms },
      { type: 'recategorise', respondWithin: workingDays(9), resolveWithin: workingDays(9) }, { type: 'request-extension', limit: workingDays(1) }, { type: 'decide-extension', granted: workingDays(1) },
      { type: 'escalate', level: 2 }, { type: 'name-lead', leadId: 'l' }, { type: 'remind' }, { type: 'order', dueOn: day('2026-03-20') }, { type: 'set-aside-grade' },
    ];
    const now = momentOf(new Date('2026-03-06T10:30:00+08:00'), ZONE);
    const resting = ({ clocks }: Ticket): boolean => clocks.some((clock) => isRunning(clock) && isResting(clock));
    return samples.flatMap((story) => {
      const { ticket } = advance(story.ticket, now.at, world);
      return doing.filter((one) => LIFECYCLE[one.type].from.includes(ticket.state) && (one.type !== 'record-call' || (one.denied !== undefined) === (ticket.state === 'withdrawn'))).map((one) => {
        const after = advance(apply(ticket, { ...now, ...one }, world), now.at, world).ticket;
        return {
          state: ticket.state, step: one.type, started: after.clocks.slice(ticket.clocks.length).map(({ kind }) => kind), running: ticket.clocks.filter(isRunning).map(({ kind }) => kind),
          stopped: ticket.clocks.filter((clock, index) => isRunning(clock) && !isRunning(after.clocks[index] ?? clock)).map(({ kind }) => kind), rests: [resting(ticket), resting(after)], to: after.state,
        };
      });
    });
  })();

  it.each(STEPS)('says of the clocks what %s does, and nothing else', (step) => {
    const rule = LIFECYCLE[step];
    const times = taken.filter((one) => one.step === step);
    expect([...new Set(times.flatMap(({ started }) => started))].sort()).toEqual([...rule.starts].sort());
    if (typeof rule.stops === 'string') {
      for (const { running, stopped } of times) expect(stopped).toEqual(running.filter((kind) => rule.stops === 'all' || kind !== 'call'));
    } else expect([...new Set(times.flatMap(({ stopped }) => stopped))].sort()).toEqual([...rule.stops].sort());
    const turns = new Set(times.flatMap(({ rests: [before, after], to }) => (before === after || !isOpen(to as Ticket['state']) ? [] : [after ? 'begins' : 'ends'])));
    expect([...turns]).toEqual(rule.rest === undefined ? [] : [rule.rest]);
    for (const { state, to } of times) expect({ state, to, there: rule.to.includes((to === state ? 'same' : to) as State) || rule.to.includes(to as State) }).toEqual({ state, to, there: true });
  });

  it('keeps its invariants through random lives, and does the same whenever it is looked at', () => {
    type Lived = Happening & { type: Step | 'delivered' | 'recalculated' | 'level-closed' };
    const happening: fc.Arbitrary<Lived> = fc.oneof(
      fc.constantFrom<Lived>(
        { type: 'assign', handlerId: 'h', collaboratorIds: [] }, { type: 'accept' }, { type: 'return' }, { type: 'reassign', handlerId: 'k', collaboratorIds: [] }, { type: 'request-material' },
        { type: 'receive-material' }, { type: 'explain', reviewOn: day('2026-06-01') }, { type: 'acknowledge', understood: true }, { type: 'acknowledge', understood: false },
        { type: 'defer', reviewOn: day('2026-07-01') }, { type: 'resume' }, { type: 'resolve', outcome: 'solved' }, { type: 'reopen', handlerId: 'h', collaboratorIds: [], terms }, { type: 'reopen', handlerId: null, collaboratorIds: [], terms }, { type: 'record-call', reached: true },
        { type: 'escalate', level: 2 }, { type: 'name-lead', leadId: 'l' }, { type: 'level-closed', level: 2 }, { type: 'delivered' }, { type: 'recalculated' }, { type: 'recategorise', respondWithin: workingDays(2), resolveWithin: { unit: 'hours', amount: 30 } },
        { type: 'request-extension', limit: workingDays(2) }, { type: 'decide-extension', granted: workingDays(2) },
      ),
      fc.integer({ min: 1, max: 5 }).map((grade): Happening & { type: 'confirm' } => ({ type: 'confirm', grade })),
      fc.constantFrom<'interim' | 'final'>('interim', 'final').map((kind): Happening & { type: 'answer' } => ({ type: 'answer', kind, nextReplyOn: day('2026-05-06') })),
    );
    // Whole days and halves bring lives to the end of a day and to weekends as often as anything else.
    const wait = fc.oneof(fc.integer({ min: 1, max: 60 * 24 * 12 }), fc.integer({ min: 1, max: 12 }).map((days) => days * 60 * 24), fc.integer({ min: 1, max: 12 }).map((halves) => halves * 60 * 12 - 1));
    const life = fc.array(fc.tuple(happening, wait), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(life, fc.integer({ min: 1, max: 60 }), (steps, looks) => {
      let minutes = 0;
      const at = (): Date => new Date(Date.parse('2026-03-02T02:00:00Z') + minutes * 60_000);
      let ticket = registerTicket(momentOf(at(), ZONE), terms, world);
      let watched = ticket;
      for (const [what, wait] of steps) {
        // One is looked at often in between, the other when something happens.
        for (let look = 1; look <= looks; look += 1) watched = advance(watched, new Date(at().getTime() + (wait * 60_000 * look) / looks), world).ticket;
        minutes += wait;
        const { last } = ticket;
        const { ticket: reached, passed } = advance(ticket, at(), world);
        ticket = reached;
        expect(watched).toEqual(ticket);
        // Nothing is older than what came before it.
        for (const [index, one] of passed.entries()) expect(one.at.getTime()).toBeGreaterThanOrEqual((passed[index - 1] ?? last).at.getTime());
        const known = what.type === 'delivered' || what.type === 'recalculated' || what.type === 'level-closed' ? isOpen(ticket.state) : LIFECYCLE[what.type].from.includes(ticket.state);
        if (!known) continue;
        // What is not open is not closed, and nobody leads it.
        if ((what.type === 'level-closed' || what.type === 'name-lead') && (ticket.level === 0 || ticket.levelClosed)) continue;
        // Nobody may ask for time in another unit than that of the clock: requireUnitOf refuses it.
        if (what.type === 'request-extension' && unitOf(runningClock(ticket, 'resolve')) !== what.limit.unit) continue;
        ticket = apply(ticket, { ...momentOf(at(), ZONE), ...what }, world);
        watched = ticket;
        expect(hasRunningClock(ticket)).toBe(true);
        expect(isOpen(ticket.state) ? nextDueAt(ticket) : 'ended').toBeDefined();
        expect(['registered', 'withdrawn', 'merged'].includes(ticket.state) || ticket.handlerId !== null).toBe(true);
        for (const clock of ticket.clocks) expect(clock.deadline === undefined ? clock.kind : 'resolve').toBe('resolve');
        for (const { breach, rests } of ticket.clocks) {
          // A clock that was breached may rest later, when it has got another deadline.
          const inside = rests.filter(({ from, to }) => breach !== undefined && from.at < breach.when.at && (to === undefined || breach.when.at < to.at));
          expect(inside).toEqual([]);
        }
        if (ticket.levelClosed) expect(ticket.leadId).toBeUndefined();
        if (ticket.extensionAsked !== undefined) expect(unitOf(runningClock(ticket, 'resolve'))).toBe(ticket.extensionAsked.unit);
        expect(ticket.closing === undefined).toBe(ticket.state !== 'closed');
        for (const kind of ['assign', 'respond', 'resolve', 'wait', 'confirm', 'review', 'lead']) expect(ticket.clocks.filter((clock) => clock.kind === kind && isRunning(clock)).length).toBeLessThanOrEqual(1);
      }
    }), { numRuns: 400 });
  });
});
