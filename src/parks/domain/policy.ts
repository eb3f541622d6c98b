import type { Limit } from '../../kernel/limit';

export interface CapacityCadence {
  readonly cadence: 'rolling' | 'xun' | 'month';
  /** Calendar days between visits; used by `rolling` alone. */
  readonly days: number;
}

export interface VisitPolicy {
  readonly officer: CapacityCadence;
  readonly leader: CapacityCadence;
  readonly nonWorkingDays: 'extend' | 'keep';
  readonly minDaysInFirstPeriod: number;
  readonly handoverGraceDays: number;
  readonly backdateLimitDays: number;
  readonly burdenLimit: number;
}

/** The groups of settings that county practice changes; every number of the rules is one of them. */
export interface Policy {
  readonly visits: VisitPolicy;
  readonly tickets: {
    readonly assignWithin: Limit; readonly respondWithin: Limit; readonly resolveWithin: Limit; readonly returnWithin: Limit; readonly reworkWithin: Limit;
    readonly waitWithin: Limit; readonly confirmWithin: Limit; readonly callWithin: Limit; readonly reviewWithinDays: number; readonly reopenWithinDays: number;
    readonly reopenAfterQuestion: Limit; readonly questionAfterDays: number; readonly extensionsPerCycle: number; readonly matterEnterprises: number; readonly matterWithinDays: number;
    readonly linkContactUnchangedDays: number;
  };
  readonly escalation: { readonly level2After: Limit; readonly level3After: Limit; readonly orderWithin: Limit; readonly reassignWithinWorkingDays: number };
  readonly assessment: { readonly minRatings: number };
  /** How long persons are remembered who are no cadres, and who looked at them. */
  readonly privacy: {
    /** Half a year is the law's least. */
    readonly accessLogMonths: number;
    readonly contactsAfterExitDays: number;
    /** Names and places in visits, from their day, and in tickets, from their end. */
    readonly personsInRecordsDays: number;
    readonly personsInVoidedDays: number;
  };
}

const workingDays = (amount: number): Limit => ({ unit: 'workingDays', amount });

/** The defaults of the domain; a park's first version. */
export const DEFAULT_POLICY: Policy = {
  visits: {
    officer: { cadence: 'rolling', days: 10 }, leader: { cadence: 'month', days: 30 }, nonWorkingDays: 'extend', minDaysInFirstPeriod: 3, handoverGraceDays: 3,
    backdateLimitDays: 3, burdenLimit: 8,
  },
  tickets: {
    assignWithin: { unit: 'workingHours', amount: 4 }, respondWithin: workingDays(1), resolveWithin: workingDays(5), returnWithin: workingDays(1), reworkWithin: workingDays(5),
    waitWithin: workingDays(10), confirmWithin: workingDays(5), callWithin: workingDays(1), reviewWithinDays: 90, reopenWithinDays: 30, reopenAfterQuestion: workingDays(10),
    questionAfterDays: 28, extensionsPerCycle: 2, matterEnterprises: 3, matterWithinDays: 30, linkContactUnchangedDays: 7,
  },
  escalation: { level2After: workingDays(3), level3After: workingDays(5), orderWithin: workingDays(3), reassignWithinWorkingDays: 5 },
  assessment: { minRatings: 5 },
  privacy: { accessLogMonths: 12, contactsAfterExitDays: 365, personsInRecordsDays: 1095, personsInVoidedDays: 90 },
};

export const DEFAULT_WORKING_HOURS: readonly (readonly [string, string])[] = [['09:00', '12:00'], ['13:30', '17:30']];

type Deep<T> = { readonly [K in keyof T]?: T[K] extends object ? Partial<T[K]> : T[K] };
export type PolicyChange = { readonly [G in keyof Policy]?: Deep<Policy[G]> };

/** A version with some settings changed and the others as they were. */
export function changePolicy(before: Policy, change: PolicyChange): Policy {
  const merge = <T extends object>(old: T, patch: object | undefined): T => {
    const next = { ...old } as Record<string, unknown>;
    for (const [name, value] of Object.entries(patch ?? {})) {
      if (value === undefined) continue;
      const existing = next[name];
      next[name] = typeof value === 'object' && value !== null && typeof existing === 'object' && existing !== null ? merge(existing, value as object) : value;
    }
    return next as T;
  };
  return {
    visits: merge(before.visits, change.visits), tickets: merge(before.tickets, change.tickets), escalation: merge(before.escalation, change.escalation),
    assessment: merge(before.assessment, change.assessment), privacy: merge(before.privacy, change.privacy),
  };
}

/** Whether windows of a working day are in order and apart. Times are `HH:MM`. */
export function areWindows(windows: readonly (readonly [string, string])[]): boolean {
  return windows.length > 0 && windows.every(([opens, closes], index) => opens < closes && (index === 0 || (windows[index - 1]?.[1] ?? '') < opens));
}
