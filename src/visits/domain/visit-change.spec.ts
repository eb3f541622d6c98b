import { day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import { changeOfParticipants, requireChange, reviewAfterAmendment, type VisitToChange } from './visit-change';

const RECEIVED = new Date('2026-03-12T02:00:00Z');
const VISIT: VisitToChange = { authorId: 'author', receivedAt: RECEIVED, voidedAt: null };
const after = (hours: number, milliseconds = 0) => new Date(RECEIVED.getTime() + hours * 3_600_000 + milliseconds);

function refusal(work: () => void): string {
  try {
    work();
    return 'allowed';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  }
}

describe('who may amend or void a visit', () => {
  const author = { cadreId: 'author', supervisor: false };
  const colleague = { cadreId: 'colleague', supervisor: false };
  const supervisor = { cadreId: 'supervisor', supervisor: true };
  const both = { cadreId: 'author', supervisor: true };
  it.each([
    ['the author within 24 hours, without a reason', author, undefined, after(24), VISIT, 'allowed'],
    ['the author a moment later', author, 'a reason', after(24, 1), VISIT, 'amend-too-late'],
    ['a colleague', colleague, 'a reason', after(1), VISIT, 'forbidden'],
    ['a supervisor with a reason, a year later', supervisor, 'a reason', after(8760), VISIT, 'allowed'],
    ['a supervisor without a reason', supervisor, undefined, after(1), VISIT, 'reason-required'],
    ['an author who is a supervisor, in time', both, undefined, after(1), VISIT, 'allowed'],
    ['an author who is a supervisor, late', both, undefined, after(25), VISIT, 'reason-required'],
    ['the author of a voided visit', author, 'a reason', after(1), { ...VISIT, voidedAt: after(0) }, 'visit-voided'],
    ['a colleague of a voided visit', colleague, 'a reason', after(1), { ...VISIT, voidedAt: after(0) }, 'forbidden'],
  ])('%s', (_case, who, reason, now, visit, expected) => {
    expect(refusal(() => requireChange(visit, who, reason, now))).toBe(expected);
  });
});

describe('the review after an amendment', () => {
  const visit = { on: day('2026-03-01'), mode: 'on_site' as const };
  it.each([
    ['accepted', {}, 'needs_review', 'accepted'],
    ['rejected', {}, 'needs_review', 'rejected'],
    ['accepted', { on: day('2026-03-02') }, 'needs_review', 'needs_review'],
    ['accepted', { mode: 'phone' }, 'needs_review', 'needs_review'],
    ['rejected', { on: day('2026-03-10') }, 'none', 'none'],
    ['needs_review', { on: day('2026-03-10') }, 'none', 'none'],
    ['none', { on: day('2026-02-01') }, 'needs_review', 'needs_review'],
  ] as const)('%s, changed %j, now %s: %s', (before, change, computed, expected) => {
    expect(reviewAfterAmendment({ ...visit, review: before }, { ...visit, ...change, review: computed })).toBe(expected);
  });
});

describe('who is named after an amendment', () => {
  it.each([
    [['author', 'b'], undefined, ['author', 'b'], [], []],
    [['author', 'b'], ['c'], ['author', 'c'], ['c'], ['b']],
    [['author', 'b'], [], ['author'], [], ['b']],
    [['author'], ['author', 'b'], ['author', 'b'], ['b'], []],
  ])('%j, wanted %j', (current, wanted, named, added, removed) => {
    expect(changeOfParticipants('author', current, wanted)).toEqual({ named, added, removed });
  });
});
