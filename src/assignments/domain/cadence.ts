import { addDays, type Day, firstOfNextMonth, lastOfMonth } from '../../kernel/day';
import type { WorkingCalendar } from '../../kernel/working-calendar';
import type { CadenceKind, CadenceVersion, FixedCadence } from './cadence-version';
import type { Duty } from './duty';

/** A fixed period: its first and last day. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
}

/** A stretch of a duty that one version governs, from its first day until the day on which another takes over. */
export interface Regime {
  readonly version: CadenceVersion;
  readonly from: Day;
  readonly until?: { readonly on: Day; readonly by: CadenceVersion };
}

/** The 旬 (1–10, 11–20, 21–end of month) or calendar month that contains the day. */
export function periodOf(cadence: FixedCadence, on: Day): Period {
  const month = on.slice(0, 8);
  const dayOfMonth = Number(on.slice(8));
  if (cadence === 'month') return { from: `${month}01` as Day, to: lastOfMonth(on) };
  if (dayOfMonth <= 10) return { from: `${month}01` as Day, to: `${month}10` as Day };
  if (dayOfMonth <= 20) return { from: `${month}11` as Day, to: `${month}20` as Day };
  return { from: `${month}21` as Day, to: lastOfMonth(on) };
}

export function periodAfter(cadence: FixedCadence, period: Period): Period {
  return periodOf(cadence, addDays(period.to, 1));
}

/** A due date under the rule for non-working days. */
export function settleDueDate(on: Day, version: CadenceVersion, calendar: WorkingCalendar): Day {
  return version.nonWorkingDays === 'extend' ? calendar.onOrAfter(on) : on;
}

/**
 * Which version governs when. A new version governs from the first period, or the first visit, on or after its first day: a fixed
 * one takes over with its first whole period, a rolling one with the first visit, start or resumption. One that is replaced before
 * it could take over never governs. The first version governs from the beginning.
 */
export function regimesOf(duty: Duty): readonly Regime[] {
  const versions = duty.facts.versions.filter((version, index) => index === 0 || version.effectiveFrom <= duty.asOf);
  const regimes: Regime[] = [];
  let index = firstGoverning(versions, duty.start);
  let from = duty.start;
  for (;;) {
    const version = versions[index];
    if (version === undefined) throw new RangeError('a duty is judged by a policy');
    const next = takeover(versions, index, from, duty);
    if (next === undefined) return [...regimes, { version, from }];
    regimes.push({ version, from, until: { on: next.on, by: next.version } });
    ({ index, on: from } = next);
  }
}

function firstGoverning(versions: readonly CadenceVersion[], start: Day): number {
  let index = versions.findLastIndex((version) => version.effectiveFrom <= start);
  // A fixed version whose first whole period has not begun leaves the days before to the one it replaces.
  while (index > 0 && takesHoldOn(versions, index, versions[index - 1]?.cadence) > start) index -= 1;
  return Math.max(index, 0);
}

/** The day on which a version may take hold as far as its own cadence is concerned. */
function takesHoldOn(versions: readonly CadenceVersion[], index: number, replaced: CadenceKind | undefined): Day {
  const version = versions[index];
  if (version === undefined || version.cadence === 'rolling') return version?.effectiveFrom ?? ('' as Day);
  // From 旬 to month and back only a month's first day begins a period of both: no day is owed twice, none falls between.
  const boundary: FixedCadence = replaced === 'rolling' || replaced === undefined || replaced === version.cadence ? version.cadence : 'month';
  const period = periodOf(boundary, version.effectiveFrom);
  if (period.from === version.effectiveFrom) return period.from;
  return boundary === 'month' ? firstOfNextMonth(version.effectiveFrom) : addDays(period.to, 1);
}

function takeover(versions: readonly CadenceVersion[], governing: number, from: Day, duty: Duty): { index: number; on: Day; version: CadenceVersion } | undefined {
  for (let index = governing + 1; index < versions.length; index += 1) {
    const version = versions[index];
    if (version === undefined) continue;
    const earliest = takesHoldOn(versions, index, versions[governing]?.cadence);
    const on = version.cadence === 'rolling' ? duty.events.find((event) => event.on > from && event.on >= earliest)?.on : earliest;
    const replacedOn = versions[index + 1]?.effectiveFrom;
    if (on !== undefined && (replacedOn === undefined || replacedOn > on)) return { index, on, version };
  }
  return undefined;
}
