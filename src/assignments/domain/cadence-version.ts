import type { Day } from '../../kernel/day';

export const CADENCES = ['rolling', 'xun', 'month'] as const;
export type CadenceKind = (typeof CADENCES)[number];
export type FixedCadence = Exclude<CadenceKind, 'rolling'>;

/** One version of the rule that says when the next visit is due, for one capacity of one park. */
export interface CadenceVersion {
  readonly effectiveFrom: Day;
  readonly cadence: CadenceKind;
  /** Calendar days from one visit to the next; used by `rolling` alone. */
  readonly days: number;
  /** `extend`: a due date on a non-working day moves to the next working day. */
  readonly nonWorkingDays: 'extend' | 'keep';
  /** A fixed period is owed when the duty is active on at least so many of its days. */
  readonly minDaysInFirstPeriod: number;
  /** A successor's first due date lies at least so many days after their start. */
  readonly handoverGraceDays: number;
}
