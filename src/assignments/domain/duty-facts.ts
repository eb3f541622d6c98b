import { type Day, maxDay } from '../../kernel/day';
import type { Capacity } from './capacity';
import type { CadenceVersion } from './cadence-version';
import type { CalendarVersion, DutyFacts, Pause, ServingVisit } from './duty';

/** A status of the enterprise from a day on, until the next one's day. */
export interface StatusSince {
  readonly status: string;
  readonly on: Day;
}

export interface DutyRecord {
  readonly capacity: Capacity;
  readonly startsOn: Day;
  readonly endsOn: Day | null;
  /** Given for history from before the system, or the predecessor's last visit; the later of both. */
  readonly inheritedVisitOn: Day | null;
  /** From the assignment's start on, also those before the park's go-live. */
  readonly visits: readonly ServingVisit[];
  /** Ascending by `on`. */
  readonly statuses: readonly StatusSince[];
}

/** The part of a park's policy versions that concerns visits. */
export interface VisitPolicyVersion {
  readonly effectiveFrom: Day;
  readonly visits: {
    readonly officer: Pick<CadenceVersion, 'cadence' | 'days'>;
    readonly leader: Pick<CadenceVersion, 'cadence' | 'days'>;
  } & Pick<CadenceVersion, 'nonWorkingDays' | 'minDaysInFirstPeriod' | 'handoverGraceDays'>;
}

/** The facts of a duty, from what is stored. Before the park's go-live nothing is owed; what was visited before is inherited. */
export function dutyFactsOf(record: DutyRecord, goLiveOn: Day, policies: readonly VisitPolicyVersion[], calendars: readonly CalendarVersion[]): DutyFacts {
  const startsOn = maxDay(record.startsOn, goLiveOn);
  const before = record.visits.filter((visit) => visit.on < startsOn).map((visit) => visit.on);
  const inherited = [...before, ...(record.inheritedVisitOn === null ? [] : [record.inheritedVisitOn])];
  const [first, ...others] = inherited;
  const exitedOn = record.statuses.find((one) => one.status === 'exited')?.on;
  const ends = [record.endsOn, exitedOn].filter((on) => on !== null && on !== undefined).sort();
  return {
    startsOn,
    ...(ends[0] === undefined ? {} : { endsOn: ends[0] }),
    pauses: pausesOf(record.statuses),
    ...(first === undefined ? {} : { inheritedVisitOn: maxDay(first, ...others) }),
    visits: record.visits.filter((visit) => visit.on >= startsOn),
    versions: policies.map(({ effectiveFrom, visits }) => ({
      effectiveFrom, ...visits[record.capacity], nonWorkingDays: visits.nonWorkingDays, minDaysInFirstPeriod: visits.minDaysInFirstPeriod, handoverGraceDays: visits.handoverGraceDays,
    })),
    calendars,
  };
}

function pausesOf(statuses: readonly StatusSince[]): readonly Pause[] {
  return statuses.flatMap(({ status, on }, index): Pause[] => {
    if (status !== 'suspended') return [];
    const resumed = statuses[index + 1]?.on;
    return [resumed === undefined ? { from: on } : { from: on, to: resumed }];
  });
}
