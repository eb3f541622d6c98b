import type { Day } from '../../kernel/day';
import type { Limit } from '../../kernel/limit';
import { PRIORITIES, type Priority } from '../../kernel/priority';

export interface ServiceLimits {
  readonly respondWithin: Limit;
  readonly resolveWithin: Limit;
}

export interface GuideLimits {
  readonly normal: ServiceLimits;
  readonly urgent?: ServiceLimits;
  readonly critical?: ServiceLimits;
}

export interface Material {
  readonly name: string;
  /** False: it helps, or may follow later (容缺). */
  readonly required: boolean;
}

/** What an item says. */
export interface GuideContent {
  readonly name: string;
  readonly category: string;
  /** Who handles it unless somebody decides otherwise. */
  readonly departmentId: string;
  /** The procedure, in order. */
  readonly steps: readonly string[];
  readonly materials: readonly Material[];
  readonly limits: GuideLimits;
  /** False: the service is not offered any more. */
  readonly active: boolean;
}

/** What an item says from a day on, until the first day of the next version. */
export interface GuideVersion extends GuideContent {
  readonly effectiveFrom: Day;
}

/** A content with something else in some fields; what is left out or undefined stays. */
export type GuideChange = { readonly [F in keyof GuideContent]?: GuideContent[F] | undefined };

/** The form of an item's code. It stands in the journal, where no phone may stand. */
export const CODE_FORM = { regex: /^(?!(?:86)?1[3-9]\d{9}$)[A-Z0-9][A-Z0-9._-]{0,39}$/, expected: 'up to 40 capital letters, digits, dots, - or _, no phone number' } as const;

/** The version that binds on a day: the last to have begun, if it offers the service. Versions ascend by their first day. */
export function inForceOn<V extends GuideVersion>(versions: readonly V[], on: Day): V | undefined {
  const begun = begunOn(versions, on);
  return begun?.active === true ? begun : undefined;
}

/** The version that says how the item stands on a day, also one that is retired; before the first has begun, the first. */
export function standingOn<V extends GuideVersion>(versions: readonly V[], on: Day): V {
  const standing = begunOn(versions, on) ?? versions[0];
  if (standing === undefined) throw new RangeError('a guide item has a version from its beginning on');
  return standing;
}

/** Whether a version that stands on a day binds on it. */
export function bindsOn({ effectiveFrom, active }: GuideVersion, on: Day): boolean {
  return active && effectiveFrom <= on;
}

/** The version that begins on a day: as the item stands until then but for what is changed. */
export function nextVersion(versions: readonly GuideVersion[], effectiveFrom: Day, change: GuideChange): GuideVersion {
  const { name, category, departmentId, steps, materials, limits, active } = standingOn(versions, effectiveFrom);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<GuideContent>;
  return { effectiveFrom, name, category, departmentId, steps, materials, limits, active, ...given };
}

/** The limits of a priority. One for which a version says nothing has those of the next lower one. */
export function limitsFor({ limits }: Pick<GuideContent, 'limits'>, priority: Priority): ServiceLimits {
  return PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1).reduce<ServiceLimits>((found, one) => limits[one] ?? found, limits.normal);
}

function begunOn<V extends GuideVersion>(versions: readonly V[], on: Day): V | undefined {
  return versions.findLast(({ effectiveFrom }) => effectiveFrom <= on);
}
