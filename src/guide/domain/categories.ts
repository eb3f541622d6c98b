export interface Category {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** What enterprises commonly ask for. A park adds categories of its own by guide items that carry them. */
export const COMMON_CATEGORIES: readonly Category[] = [
  { code: 'permits', zh: '行政审批', en: 'Permits' },
  { code: 'power', zh: '用电', en: 'Electricity' },
  { code: 'water_gas', zh: '用水用气', en: 'Water and gas' },
  { code: 'labour', zh: '用工', en: 'Labour' },
  { code: 'finance', zh: '融资', en: 'Finance' },
  { code: 'tax', zh: '税费', en: 'Taxes and fees' },
  { code: 'environment', zh: '环保', en: 'Environment' },
  { code: 'transport', zh: '物流交通', en: 'Logistics and transport' },
  { code: 'land', zh: '用地', en: 'Land' },
  { code: 'policy_benefits', zh: '政策兑现', en: 'Promised benefits' },
  { code: 'intellectual_property', zh: '知识产权', en: 'Intellectual property' },
  { code: 'market', zh: '市场开拓', en: 'Markets' },
  { code: 'law_safety', zh: '法律安全', en: 'Law and safety' },
  { code: 'public_services', zh: '公共服务', en: 'Public services' },
];

const COMMON_CODES = COMMON_CATEGORIES.map(({ code }) => code);

/** The form of a category. It stands in the journal, so that nothing else may fit. */
export const CATEGORY_FORM = { regex: /^[a-z][a-z0-9_]{0,39}$/, expected: 'a lower-case letter, then up to 39 lower-case letters, digits or _' } as const;

/** Those that a ticket may have where the park's guide uses these: the common ones in their order, then the park's own by code. */
export function categoriesWith(used: readonly string[]): readonly string[] {
  const own = [...new Set(used)].filter((code) => !COMMON_CODES.includes(code)).sort();
  return [...COMMON_CODES, ...own];
}
