import type { Day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import type { VisitMode, VisitReview } from './visit-words';

// Long enough to mend a slip of the pen, too short to mend the record.
const AUTHOR_WINDOW_MS = 24 * 3_600_000;

export interface VisitToChange {
  readonly authorId: string;
  readonly receivedAt: Date;
  readonly voidedAt: Date | null;
}

export interface Changer {
  readonly cadreId: string;
  readonly supervisor: boolean;
}

/**
 * Whether somebody may amend or void a visit: its author within 24 hours of its receipt, a supervisor at any time with a reason.
 * Problems: `forbidden`, `visit-voided`, `reason-required` at `/reason`, `amend-too-late`.
 */
export function requireChange(visit: VisitToChange, { cadreId, supervisor }: Changer, reason: string | undefined, now: Date): void {
  const author = visit.authorId === cadreId;
  if (!author && !supervisor) throw new Problem('forbidden');
  requireStanding(visit);
  if (author && now.getTime() <= visit.receivedAt.getTime() + AUTHOR_WINDOW_MS) return;
  if (!supervisor) throw new Problem('amend-too-late');
  if (reason === undefined) throw Problem.at('reason-required', '/reason');
}

/** Problem `visit-voided` for a visit that no longer stands. */
export function requireStanding(visit: Pick<VisitToChange, 'voidedAt'>): void {
  if (visit.voidedAt !== null) throw new Problem('visit-voided');
}

export interface ReviewedVisit {
  readonly review: VisitReview;
  readonly on: Day;
  readonly mode: VisitMode;
}

/**
 * The review of an amended visit. A supervisor's decision was about a day and a mode: it holds while both are as they were, and as
 * long as the visit needs one; otherwise the review begins anew.
 */
export function reviewAfterAmendment(before: ReviewedVisit, after: ReviewedVisit & { readonly review: 'none' | 'needs_review' }): VisitReview {
  const decided = before.review === 'accepted' || before.review === 'rejected';
  return decided && before.on === after.on && before.mode === after.mode ? before.review : after.review;
}

/** Who is named now, who came and who went. The author is always named. */
export function changeOfParticipants(authorId: string, current: readonly string[], wanted: readonly string[] | undefined): { named: string[]; added: string[]; removed: string[] } {
  const named = [...new Set([authorId, ...(wanted ?? current)])];
  return { named, added: named.filter((id) => !current.includes(id)), removed: current.filter((id) => !named.includes(id)) };
}
