import { customPinyin, pinyin } from 'pinyin-pro';
import { normaliseUscc } from './uscc';

/** What is stored with a name so that it can be found and sorted. */
export interface SearchKeys {
  /** The normalised name and its pinyin initials, each on a line. */
  readonly searchText: string;
  /** The distinct characters and pairs of neighbours of both lines. */
  readonly searchPieces: string[];
  /** Full pinyin, syllable by syllable. */
  readonly sortKey: string;
}

/** How a search is answered from indexes: rows that have all pieces, and of these the ones that fit the pattern. */
export interface NameSearch {
  readonly pieces: readonly string[];
  /** For LIKE; what was typed is literal in it. */
  readonly pattern: string;
  /** When the text can be the beginning of a credit code: codes from the first, before the second. */
  readonly uscc?: { readonly from: string; readonly before: string };
}

// Place names that the dictionary reads wrong.
customPinyin({ 什邡: 'shí fāng', 单县: 'shàn xiàn', 尉犁: 'yù lí' });

const USCC_BEGINNING = /^[1-9ANY][1-59][0-9A-Z]{0,16}$/;
// Comes after every character of a code in the collation of the column.
const AFTER_CODES = '~';

/** What is stored with the name. Names of a hundred characters make a sort key of some six hundred. */
export function searchKeysOf(name: string): SearchKeys {
  const text = normalise(name);
  const syllables: string[] = [];
  let initials = '';
  let inWord = false;
  for (const { origin, pinyin: syllable, first, isZh } of pinyin(text, { type: 'all', toneType: 'none', v: true })) {
    if (isZh) {
      syllables.push(syllable);
      initials += first;
    } else if (/[\p{L}\p{N}]/u.test(origin)) {
      if (inWord) syllables.push(`${syllables.pop() ?? ''}${origin}`);
      else syllables.push(origin);
      initials += origin;
    }
    inWord = !isZh && /[\p{L}\p{N}]/u.test(origin);
  }
  const pieces = new Set([...characters(text), ...pairs(text), ...characters(initials), ...pairs(initials)]);
  return { searchText: `${text}\n${initials}`, searchPieces: [...pieces], sortKey: syllables.join(' ') };
}

/** How to look for what somebody typed: a part of the name, of its pinyin initials, or the beginning of a credit code. */
export function searchOf(typed: string): NameSearch {
  const text = normalise(typed);
  const found = [...new Set(pairs(text))];
  const code = normaliseUscc(typed);
  return {
    pieces: found.length === 0 ? characters(text) : found,
    pattern: `%${text.replace(/[\\%_]/g, '\\$&')}%`,
    ...(USCC_BEGINNING.test(code) ? { uscc: { from: code, before: code + AFTER_CODES } } : {}),
  };
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function characters(text: string): string[] {
  return [...text];
}

function pairs(text: string): string[] {
  const all = characters(text);
  return all.slice(1).map((character, index) => `${all[index] ?? ''}${character}`);
}
