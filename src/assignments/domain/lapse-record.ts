import { type Day, daysBetween, maxDay } from '../../kernel/day';
import type { JudgedLapse, LapseOutcome } from './standing';

/** A lapse as it stands on record; superseded ones are left out. */
export interface RecordedLapse {
  readonly id: string;
  readonly dueOn: Day;
  readonly clearedOn: Day | null;
  readonly daysLate: number | null;
  readonly outcome: Exclude<LapseOutcome, 'superseded'>;
}

export type LapseChange =
  | { readonly kind: 'record'; readonly lapse: JudgedLapse }
  | { readonly kind: 'end' | 'reopen'; readonly id: string; readonly lapse: JudgedLapse }
  | { readonly kind: 'supersede'; readonly id: string; readonly dueOn: Day; readonly clearedOn: Day; readonly daysLate: number };

/** What has to be written so that the record says what follows from the facts. Nothing is deleted: what no longer follows is superseded. */
export function reconcileLapses(recorded: readonly RecordedLapse[], judged: readonly JudgedLapse[], today: Day): readonly LapseChange[] {
  const wanted = new Map(judged.map((lapse) => [lapse.dueOn, lapse]));
  const known = new Set(recorded.map((lapse) => lapse.dueOn));
  const changes = recorded.flatMap((lapse): LapseChange[] => {
    const follows = wanted.get(lapse.dueOn);
    if (follows === undefined) {
      const clearedOn = lapse.clearedOn ?? maxDay(today, lapse.dueOn);
      return [{ kind: 'supersede', id: lapse.id, dueOn: lapse.dueOn, clearedOn, daysLate: lapse.daysLate ?? daysBetween(lapse.dueOn, clearedOn) }];
    }
    if (follows.outcome === lapse.outcome && follows.clearedOn === lapse.clearedOn) return [];
    return [{ kind: follows.outcome === 'open' ? 'reopen' : 'end', id: lapse.id, lapse: follows }];
  });
  return [...changes, ...judged.filter((lapse) => !known.has(lapse.dueOn)).map((lapse): LapseChange => ({ kind: 'record', lapse }))];
}
