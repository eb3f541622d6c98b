import type { Day } from '../kernel/day';
import { DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { LimitBody } from '../platform/http/limit-body';
import { PageQuery } from '../platform/http/page';
import { CATEGORY_FORM, COMMON_CATEGORIES } from './domain/categories';
import { bindsOn, CODE_FORM, standingOn } from './domain/guide';
import type { GuideItemVersion } from './guide-item.entity';
import type { GuideItemHistory, GuideItemOnDay } from './guide.store';

const MOST_STEPS = 30;
const MOST_MATERIALS = 50;
const CODE = { description: 'The item’s code, once per park; it never changes.', max: 40, pattern: CODE_FORM, example: 'SPSC-01' };
const NAME = { description: 'What is served.', max: 100, example: '食品生产许可证变更' };
const CATEGORY = {
  description: `What it is about: ${COMMON_CATEGORIES.map(({ code, zh }) => `\`${code}\` (${zh})`).join(', ')}, or a code of the park’s own.`, max: 40, pattern: CATEGORY_FORM, example: 'permits',
};
const DEPARTMENT = { description: 'The department that handles it.' };
const STEPS = { description: 'The procedure, in order.', max: 500, lines: true, example: '向服务窗口提出申请', list: { min: 1, max: MOST_STEPS } };
const MATERIALS = { description: 'What the enterprise brings.', list: { max: MOST_MATERIALS } };
const LIMITS = { description: 'Time limits by priority. Given whole.' };

class MaterialBody {
  @Text({ description: 'What it is.', max: 200, example: '营业执照副本' }) name: string;
  @Flag({ description: 'False: it helps, or may follow later. True when left out.', optional: true }) required?: boolean;
}

class ServiceLimitsBody {
  @Nested(() => LimitBody, { description: 'Limit to respond.' }) respondWithin: LimitBody;
  @Nested(() => LimitBody, { description: 'Limit to resolve.' }) resolveWithin: LimitBody;
}

class GuideLimitsBody {
  @Nested(() => ServiceLimitsBody, { description: 'Of a normal ticket.' }) normal: ServiceLimitsBody;
  @Nested(() => ServiceLimitsBody, { description: 'Of an urgent one; those of a normal one when left out.', optional: true }) urgent?: ServiceLimitsBody;
  @Nested(() => ServiceLimitsBody, { description: 'Of a critical one; those of an urgent one when left out.', optional: true }) critical?: ServiceLimitsBody;
}

export class CreateGuideItem {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Text(CODE) code: string;
  @DayField({ description: 'First day of the first version, today or later; today when left out.', optional: true }) effectiveFrom?: Day;
  @Text(NAME) name: string;
  @Text(CATEGORY) category: string;
  @Id(DEPARTMENT) departmentId: string;
  @Text(STEPS) steps: string[];
  @Nested(() => MaterialBody, { ...MATERIALS, optional: true }) materials?: MaterialBody[];
  @Nested(() => GuideLimitsBody, LIMITS) limits: GuideLimitsBody;
}

export class CreateGuideItemVersion {
  @DayField({ description: 'First day of this version; after today.', example: '2027-01-01' }) effectiveFrom: Day;
  @Text({ ...NAME, optional: true }) name?: string;
  @Text({ ...CATEGORY, optional: true }) category?: string;
  @Id({ ...DEPARTMENT, optional: true }) departmentId?: string;
  @Text({ ...STEPS, optional: true }) steps?: string[];
  @Nested(() => MaterialBody, { ...MATERIALS, optional: true }) materials?: MaterialBody[];
  @Nested(() => GuideLimitsBody, { ...LIMITS, optional: true }) limits?: GuideLimitsBody;
  @Flag({ description: '`false` retires the item, `true` offers it again.', optional: true, example: false }) active?: boolean;
}

export class GuideItemQuery extends PageQuery {
  @Text({ description: 'A part of the name or code.', max: 50, optional: true, example: '许可' })
  q?: string;

  @Text({ ...CATEGORY, description: 'Of this category.', optional: true })
  category?: string;

  @Id({ description: 'Handled by this department.', optional: true })
  departmentId?: string;

  @DayField({ description: 'As the guide stands on this day; today when left out.', optional: true })
  on?: Day;

  @Flag({ description: '`true`: also items that are retired on that day, or have not begun.', optional: true, query: true })
  all?: boolean;
}

class MaterialResponse {
  @Text({ description: 'What it is.', max: 200, example: '营业执照副本' }) name: string;
  @Flag({ description: 'False: it helps, or may follow later.' }) required: boolean;
}

class GuideContentResponse {
  @DayField({ description: 'From when it says so.' }) effectiveFrom: Day;
  @Text({ ...NAME }) name: string;
  @Text({ ...CATEGORY }) category: string;
  @Id(DEPARTMENT) departmentId: string;
  @Text({ ...STEPS }) steps: string[];
  @Nested(() => MaterialResponse, MATERIALS) materials: MaterialResponse[];
  @Nested(() => GuideLimitsBody, { description: 'Time limits by priority. One that is missing has those of the next lower one.' }) limits: GuideLimitsBody;
  @Flag({ description: 'False: the service is not offered.' }) active: boolean;
}

/** An item as it stands on a day. */
export class GuideItemResponse extends GuideContentResponse {
  @Id({ description: 'The item.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text(CODE) code: string;
  @Flag({ description: 'Whether it binds on the day: it has begun, and is offered.' }) inForce: boolean;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was added.' }) createdAt: string;
  @InstantField({ description: 'When a version was added last.' }) updatedAt: string;
}

export class GuideItemVersionResponse extends GuideContentResponse {
  @Id({ description: 'The version.' }) id: string;
  @InstantField({ description: 'When it was added.' }) createdAt: string;
}

/** An item as it stands today, with its versions. */
export class GuideItemHistoryResponse extends GuideItemResponse {
  @Nested(() => GuideItemVersionResponse, { description: 'Newest first day first, those of the future included.', list: { max: 10_000 } }) versions: GuideItemVersionResponse[];
}

export function materialsOf(given: readonly MaterialBody[]): MaterialResponse[] {
  return given.map(({ name, required = true }) => ({ name, required }));
}

export function toGuideItemResponse({ id, parkId, code, inForce, version, createdAt, updatedAt, ...content }: GuideItemOnDay): GuideItemResponse {
  return { id, parkId, code, inForce, ...toContent(content), version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export function toGuideItemHistoryResponse({ item, versions, today }: GuideItemHistory): GuideItemHistoryResponse {
  const standing = standingOn(versions, today);
  const { id, parkId, code, version, createdAt, updatedAt } = item;
  return {
    ...toGuideItemResponse({ ...standing, id, parkId, code, inForce: bindsOn(standing, today), version, createdAt, updatedAt }),
    versions: versions.map((one) => ({ id: one.id, ...toContent(one), createdAt: one.createdAt.toISOString() })).reverse(),
  };
}

type Content = Pick<GuideItemVersion, 'effectiveFrom'> & Omit<GuideItemOnDay, 'id' | 'parkId' | 'code' | 'inForce' | 'version' | 'createdAt' | 'updatedAt'>;

function toContent({ effectiveFrom, name, category, departmentId, steps, materials, limits, active }: Content): GuideContentResponse {
  return { effectiveFrom, name, category, departmentId, steps: [...steps], materials: materialsOf(materials), limits, active };
}
