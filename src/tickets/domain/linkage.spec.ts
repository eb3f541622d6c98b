import { day } from '../../kernel/day';
import type { Party } from './lifecycle';
import { ENDING_ENTRIES, LINKAGE_ACTS, type LinkageAct, linkagePartiesOf, RAISING_ENTRIES, requireFinishable, requireLinkageAct, requireSession } from './linkage';

const codeOf = (work: () => void): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const standing = { leadId: 'lead', memberIds: ['member'], departmentIds: ['invited'], closed: false };
const who: Readonly<Record<string, readonly [cadreId: string, departmentId: string | undefined, onTicket: readonly Party[]]>> = {
  'the lead': ['lead', 'other', []],
  'a supervisor': ['anybody', 'other', ['supervisor', 'colleague']],
  'a supervisor who handles the ticket': ['anybody', 'other', ['handler']],
  'a member': ['member', 'other', []],
  'somebody of an invited department': ['anybody', 'invited', []],
  'somebody else': ['anybody', undefined, ['handler', 'collaborator', 'colleague']],
};

describe('what is done with a linkage', () => {
  it.each<[keyof typeof who, readonly LinkageAct[]]>([
    ['the lead', ['change-team', 'record-session', 'close']],
    ['a supervisor', ['change-team', 'record-session', 'close']],
    ['a supervisor who handles the ticket', []],
    ['a member', ['record-session']],
    ['somebody of an invited department', ['reply']],
    ['somebody else', []],
  ])('by %s: %j', (name, may) => {
    const [cadreId, departmentId, onTicket] = who[name] ?? ['', undefined, []];
    const parties = linkagePartiesOf(standing, { cadreId, departmentId }, new Set(onTicket));
    for (const act of Object.keys(LINKAGE_ACTS) as LinkageAct[]) {
      expect([act, codeOf(() => { requireLinkageAct(act, standing, parties); })]).toEqual([act, may.includes(act) ? 'ok' : 'forbidden']);
      expect([act, codeOf(() => { requireLinkageAct(act, { closed: true }, parties); })]).toEqual([act, may.includes(act) ? 'linkage-closed' : 'forbidden']);
    }
  });

  it.each([
    ['given to me', 'me', [], false, 'ok'], ['given to another', 'other', [], false, 'forbidden'], ['the lead’s', 'other', ['lead'], false, 'ok'], ['the supervisor’s', 'other', ['supervisor'], false, 'ok'],
    ['a member’s', 'other', ['member'], false, 'forbidden'], ['done', 'me', [], true, 'follow-up-done'],
  ] as const)('a follow-up that is %s', (_what, cadreId, parties, done, code) => {
    expect(codeOf(() => { requireFinishable({ cadreId, done }, 'me', new Set(parties)); })).toBe(code);
  });
});

describe('a session', () => {
  const now = new Date('2026-03-03T08:00:00Z');
  it.each([
    ['held now', '2026-03-03T08:00:00Z', '2026-03-03', 'ok'], ['held when the phone is ahead', '2026-03-03T08:05:00Z', '2026-03-03', 'ok'], ['to come', '2026-03-03T08:05:01Z', '2026-03-04', 'in-future'],
    ['on the day of the raising, by the zone', '2026-03-01T16:00:00Z', '2026-03-02', 'ok'], ['before the raising', '2026-03-01T15:59:59Z', '2026-03-02', 'date-order'],
    ['with something due before it', '2026-03-03T08:00:00Z', '2026-03-02', 'date-order'],
  ])('%s', (_what, heldAt, dueOn, code) => {
    expect(codeOf(() => { requireSession({ heldAt: new Date(heldAt), followUps: [{ dueOn: day(dueOn) }] }, day('2026-03-02'), now, 'Asia/Shanghai'); })).toBe(code);
  });
});

it('moves with these entries of its ticket', () => {
  expect(RAISING_ENTRIES).toEqual(['ticket.escalated', 'ticket.acknowledged', 'ticket.level_raised']);
  expect(ENDING_ENTRIES).toEqual(['ticket.graded', 'ticket.withdrawn', 'ticket.merged', 'ticket.call_recorded', 'ticket.ran_out']);
});
