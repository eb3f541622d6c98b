import { type Actor, hasRole } from '../../kernel/actor';

// Separators that people write into numbers.
const SEPARATORS = /[\s().\p{Pd}]/gu;
const MOBILE = /^(?:\+?86|0086)?(1[3-9]\d{9})$/;
// Three digits for the ten largest cities, four elsewhere; the subscriber's number begins with 2 to 9.
const LANDLINE = /^(?:(?:\+86|0086)0?|0)(10|2[0-57-9]|[3-9]\d{2})([2-9]\d{6,7})$/;
const SERVICE_NUMBER = /^[48]00\d{7}$/;
const EXTENSION = /(?:转|ext\.?|#|,|-)\s*(\d{1,6})$/iu;

const COMPOUND_SURNAMES = new Set([
  '欧阳', '上官', '司马', '司徒', '司空', '诸葛', '东方', '皇甫', '尉迟', '公孙', '公羊', '公冶', '令狐', '慕容', '宇文', '长孙', '轩辕', '夏侯', '独孤', '南宫', '西门', '东郭',
  '百里', '呼延', '端木', '澹台', '濮阳', '淳于', '单于', '太史', '申屠', '仲孙', '钟离', '鲜于', '闾丘', '亓官', '闻人', '赫连', '拓跋', '万俟', '第五', '梁丘', '左丘', '谷梁',
]);

/**
 * A phone number of the mainland as it is kept: a mobile as 11 digits, a landline as `0731-88881234` with `-` before an extension, a
 * 400 or 800 number as 10 digits. Undefined for anything else. Full-width digits, separators and a leading +86 are understood.
 */
export function readPhone(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim();
  const whole = readNumber(plain);
  if (whole !== undefined) return whole;
  const extension = EXTENSION.exec(plain);
  const main = extension === null ? undefined : readNumber(plain.slice(0, extension.index));
  return main === undefined || isMobile(main) || extension === null ? undefined : `${main}-${extension[1]}`;
}

/** Three digits at the front of a mobile and four at the end stay, e.g. `138****5678`; of a landline the area code and the last four. */
export function maskPhone(phone: string): string {
  const [first = '', second, ...extension] = phone.split('-');
  if (second === undefined || !first.startsWith('0')) return hideMiddle(first, 3) + (second === undefined ? '' : '-*');
  return `${first}-${hideMiddle(second, 0)}${extension.length === 0 ? '' : '-*'}`;
}

/** The surname stays, e.g. `王*` or `欧阳*`. */
export function maskName(name: string): string {
  const characters = [...name];
  const pair = characters.slice(0, 2).join('');
  // A name of two characters is a surname of one and a given name of one.
  return `${characters.length > 2 && COMPOUND_SURNAMES.has(pair) ? pair : (characters[0] ?? '')}*`;
}

/** How a name of somebody of an enterprise is shown. */
export type ShowName = (name: string) => string;

/** Cadres of the park work with the people of an enterprise; the county and machines count, and need no names. */
export function namesFor(actor: Actor): ShowName {
  return actor.kind === 'cadre' && !hasRole(actor, 'county') ? (name) => name : maskName;
}

function readNumber(text: string): string | undefined {
  const digits = text.replace(SEPARATORS, '');
  const mobile = MOBILE.exec(digits)?.[1];
  if (mobile !== undefined) return mobile;
  const [, area, subscriber] = LANDLINE.exec(digits) ?? [];
  if (area !== undefined) return `0${area}-${subscriber}`;
  return SERVICE_NUMBER.test(digits) ? digits : undefined;
}

/** Of a number as {@link readPhone} keeps it. */
export function isMobile(phone: string): boolean {
  return phone.length === 11 && phone.startsWith('1');
}

function hideMiddle(digits: string, shownBefore: number): string {
  return digits.slice(0, shownBefore) + '*'.repeat(Math.max(digits.length - shownBefore - 4, 0)) + digits.slice(-4);
}
