import { Story, workingDays, world } from '../../../test/support/told-stories';
import { day } from '../../kernel/day';
import { advance, pending } from './ticket';

const working = (): Story => new Story('03-02 10:00').then('03-02 10:30', { type: 'assign', handlerId: 'h', collaboratorIds: [] }).then('03-02 11:00', { type: 'accept' });

describe('the levels of linkage', () => {
  it('rise from a breach of resolve on until it stops, and the order follows', () => {
    const story = working().then('03-02 12:00', { type: 'answer', kind: 'interim' }).until('03-25 10:00');
    expect(story.log).toEqual([
      '03-10 00:00 breached resolve (2026-03-09)', '03-10 00:00 level-raised 1 resolve (2026-03-09)', '03-10 14:30 breached lead (2026-03-10)',
      '03-13 00:00 level-raised 2 resolve (2026-03-12)', '03-13 14:30 breached lead (2026-03-13)',
      '03-20 00:00 level-raised 3 resolve (2026-03-19)', '03-20 00:00 order-issued resolve (2026-03-19)', '03-20 14:30 breached lead (2026-03-20)',
    ]);
    expect(pending(story.ticket, new Date('2027-01-01'), world)).toBeUndefined();
    expect(working().then('03-02 12:00', { type: 'answer', kind: 'final' }).then('03-11 10:00', { type: 'resolve', outcome: 'solved' }).then('03-11 10:01', { type: 'delivered' }).until('03-30 10:00').ticket.level).toBe(1);
  });

  it('go on rising while a clock rests that was breached before: a rest is no stop', () => {
    const story = working().then('03-02 12:00', { type: 'answer', kind: 'interim' }).then('03-10 10:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: workingDays(20) })
      .then('03-11 10:00', { type: 'request-material' }).until('03-16 10:00');
    expect(story.running['resolve']).toBe('rests');
    expect(story.log.filter((line) => line.includes('level'))).toEqual(['03-10 00:00 level-raised 1 resolve (2026-03-09)', '03-13 00:00 level-raised 2 resolve (2026-03-12)']);
    expect(story.then('03-17 10:00', { type: 'receive-material' }).until('03-17 10:00').ticket.level).toBe(2);
  });

  it('keep the lead at the third when the enterprise does not understand', () => {
    const story = working().then('03-02 12:00', { type: 'escalate', level: 3 }).then('03-02 12:10', { type: 'name-lead', leadId: 'l' }).then('03-03 10:00', { type: 'explain', reviewOn: day('2026-04-20') })
      .then('03-04 10:00', { type: 'acknowledge', understood: false });
    expect(story.ticket).toMatchObject({ state: 'in_progress', level: 3, leadId: 'l' });
    expect(story.running['lead']).toBeUndefined();
  });

  it('ask for a lead anew where the third was closed and the enterprise does not understand', () => {
    const closed = (): Story => working().then('03-02 12:00', { type: 'escalate', level: 3 }).then('03-02 12:10', { type: 'name-lead', leadId: 'l' }).then('03-02 15:00', { type: 'level-closed', level: 3 })
      .then('03-03 10:00', { type: 'explain', reviewOn: day('2026-04-20') });
    const story = closed().then('03-04 10:00', { type: 'acknowledge', understood: false, level: 3 });
    expect(story.ticket).toMatchObject({ state: 'in_progress', level: 3, leadId: undefined, levelClosed: false });
    expect(story.running['lead']).toBe('03-04 15:30');
    // An event from before it named a level is told as it was then: later events count clocks that were started.
    expect(closed().then('03-04 10:00', { type: 'acknowledge', understood: false }).running['lead']).toBeUndefined();
  });

  it('are led by nobody once they are closed', () => {
    const led = (): Story => working().then('03-02 12:00', { type: 'escalate', level: 1 }).then('03-02 12:10', { type: 'name-lead', leadId: 'l' });
    expect(led().ticket).toMatchObject({ leadId: 'l', levelClosed: false });
    expect(led().then('03-02 15:00', { type: 'level-closed', level: 1 }).ticket).toMatchObject({ level: 1, leadId: undefined, levelClosed: true });
  });

  it.each<[string, (story: Story) => Story, readonly string[]]>([
    ['the first when it was closed before the breach', (story) => story.then('03-03 10:00', { type: 'escalate', level: 1 }).then('03-05 10:00', { type: 'level-closed', level: 1 }),
      ['03-10 00:00 level-raised 1', '03-13 00:00 level-raised 2', '03-20 00:00 level-raised 3', '03-20 00:00 order-issued']],
    ['the first when a higher one was', (story) => story.then('03-03 10:00', { type: 'escalate', level: 3 }).then('03-05 10:00', { type: 'level-closed', level: 3 }),
      ['03-10 00:00 level-raised 1', '03-13 00:00 level-raised 2', '03-20 00:00 level-raised 3', '03-20 00:00 order-issued']],
    ['the first when it was closed in the minute of the breach, and before it', (story) => story.then('03-03 10:00', { type: 'escalate', level: 1 }).then('03-09 10:00', { type: 'level-closed', level: 1 })
      .then('03-09 10:00', { type: 'recategorise', respondWithin: workingDays(1), resolveWithin: workingDays(1) }), ['03-09 10:00 level-raised 1', '03-13 00:00 level-raised 2', '03-20 00:00 level-raised 3', '03-20 00:00 order-issued']],
    ['the second when the first was closed after the breach', (story) => story.then('03-11 10:00', { type: 'level-closed', level: 1 }), ['03-10 00:00 level-raised 1', '03-13 00:00 level-raised 2', '03-20 00:00 level-raised 3', '03-20 00:00 order-issued']],
    ['the third when the second was open', (story) => story.then('03-03 10:00', { type: 'escalate', level: 2 }), ['03-20 00:00 level-raised 3', '03-20 00:00 order-issued']],
    ['none when the third was closed after the breach', (story) => story.then('03-10 10:00', { type: 'escalate', level: 3 }).then('03-11 10:00', { type: 'level-closed', level: 3 }), ['03-10 00:00 level-raised 1', '03-20 00:00 order-issued']],
  ])('rise to %s', (_what, told, raised) => {
    const story = told(working().then('03-02 12:00', { type: 'answer', kind: 'interim' })).until('03-30 10:00');
    expect(story.log.flatMap((line) => /^.* (?:level-raised \d|order-issued)/.exec(line) ?? [])).toEqual(raised);
  });

  it('rise to the first again at the breach of what was sent back, whatever was closed before', () => {
    const story = working().then('03-02 12:00', { type: 'escalate', level: 3 }).then('03-02 15:00', { type: 'level-closed', level: 3 }).then('03-03 10:00', { type: 'answer', kind: 'final' })
      .then('03-03 10:05', { type: 'resolve', outcome: 'solved' }).then('03-06 10:00', { type: 'confirm', grade: 1 }).until('03-16 10:00');
    expect(story.running['resolve']).toBe('03-14 00:00');
    expect(story.log).toContain('03-14 00:00 level-raised 1 resolve (2026-03-13)');
    expect(story.ticket).toMatchObject({ level: 1, levelClosed: false });
  });

  it('end in an order to whoever handles the ticket when the third has not helped', () => {
    const story = working().then('03-02 12:00', { type: 'answer', kind: 'interim' }).until('03-19 10:00');
    expect(pending(story.ticket, new Date('2026-03-20T00:00:00Z'), world)).toMatchObject({ type: 'level-raised', level: 3 });
    const { passed } = advance(story.ticket, new Date('2026-03-20T00:00:00Z'), world);
    expect(passed.find(({ type }) => type === 'order-issued')).toMatchObject({ handlerId: 'h' });
  });
});
