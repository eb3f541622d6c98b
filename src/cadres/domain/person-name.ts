import { pinyin } from 'pinyin-pro';

// What stands between the parts of a name: `阿依古丽·买买提`, `Anna-Maria`.
const BETWEEN_PARTS = /[\s·•・‧.\p{Pd}]+/gu;

/**
 * Sorts people as their names are said: full pinyin without tones, syllable by syllable, the first character read as a surname
 * (单 is shàn, 尉迟 is yù chí). Names in other scripts sort by themselves, in lower case.
 */
export function personSortKey(name: string): string {
  const parts = name.normalize('NFKC').replace(BETWEEN_PARTS, ' ').trim();
  return pinyin(parts, { toneType: 'none', v: true, surname: 'head', nonZh: 'consecutive' }).replace(/\s+/g, ' ').toLowerCase();
}
