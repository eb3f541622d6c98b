import type { Day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';

/** The four prohibitions (四个不允许): take or demand nothing, hold no shares, contract no works, never retaliate. */
export const PROHIBITIONS = ['take_or_demand', 'shares', 'contract_works', 'retaliation'] as const;
export type Prohibition = (typeof PROHIBITIONS)[number];

/** Whose inspectors read it: the park's, or, where it is about one of these, the county's. */
export const LEVELS = ['park', 'county'] as const;
export type Level = (typeof LEVELS)[number];

export const REPORT_STATUSES = ['open', 'decided'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

export const REPORT_OUTCOMES = ['confirmed', 'partly_confirmed', 'not_confirmed', 'referred'] as const;
export type ReportOutcome = (typeof REPORT_OUTCOMES)[number];

export const SPEAKERS = ['reporter', 'inspector'] as const;
export type Speaker = (typeof SPEAKERS)[number];

/** Somebody of whom a report may speak. */
export interface Mentionable {
  readonly id: string;
  readonly name: string;
}

// One character is a surname, and stands in any text.
const SHORTEST_NAME = 2;
// All that is no letter and no digit, what cannot be seen, and letters that look like a dot or an apostrophe.
const NOT_IN_NAMES = /[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}|[\u02B9-\u02C1\u119E\u1427\uA78F]/gu;
const UNSEEN = /\p{Default_Ignorable_Code_Point}|\p{Cf}/gu;
const IN_BRACKETS = /[\p{Ps}<]([^\p{Ps}\p{Pe}<>]*)(?:[\p{Pe}>]|$)/u;
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;
// The same without the dots that stand within one name (阿不都·热合曼).
const BETWEEN_NAMES = /[^\p{L}\p{N}\p{M}.\u00B7\u2022\u2027\u2219\u22C5\u30FB]+/u;
const HAN = /\p{Script=Han}/u;
// By what a register tells namesakes from each other: 李静2, 李静A, 李静大, 小李静.
const MARKS = /^[\p{Script=Latin}\p{N}大小老]+|[\p{Script=Latin}\p{N}大小甲乙丙丁一二三四男女]+$/gu;
const NUMBERS = /^\p{N}+|\p{N}+$/gu;

/**
 * Under what a name of the register is found in a text: the same letters, however they are spaced or spelt, and also without what a register adds to tell namesakes
 * apart or to say where somebody works: brackets, numbers, another word. Where too little is left without it, it stays. Empty for a name that is too short to be found.
 */
export function soughtNames(name: string): string[] {
  const { bare, notes } = withoutBrackets(name.normalize('NFKC').replace(UNSEEN, ''));
  const words = bare.split(BETWEEN_WORDS).filter(isLongEnough).join('');
  const forms = [name, bare, words, ...bare.split(BETWEEN_NAMES).filter((piece) => HAN.test(piece)), ...notes.map((note) => nameIn(note, bare))];
  const sought = [...new Set(forms.map(plain).flatMap((form) => [form, withoutMark(form)]).filter(isLongEnough))];
  // Whoever is found under the shorter one is found.
  return sought.filter((form) => !sought.some((other) => other !== form && form.includes(other)));
}

/** In what names are sought: all that a report says, in one text. */
export function searchTextOf(parts: readonly (string | null | undefined)[]): string {
  // The bar keeps the end of one part and the beginning of the next from making a name.
  return parts.flatMap((part) => (part === null || part === undefined || part === '' ? [] : [plain(part)])).join('|');
}

/**
 * Who reads a report: the county's inspectors as soon as it speaks of one of the park's, by id or by name wherever it stands. Rather once too often: a namesake
 * costs the county a reading, an inspector who reads what is said of them costs its author everything.
 */
export function levelOf({ cadreIds, searchText }: { readonly cadreIds: readonly string[]; readonly searchText: string }, inspectors: readonly Mentionable[]): Level {
  return inspectors.some(({ id, name }) => cadreIds.includes(id) || mentions(searchText, name)) ? 'county' : 'park';
}

export function mentions(searchText: string, name: string): boolean {
  return soughtNames(name).some((sought) => searchText.includes(sought));
}

/** Problem `report-decided`: what has been decided is not talked about any more. */
export function requireOpen(status: ReportStatus): void {
  if (status !== 'open') throw new Problem('report-decided');
}

/** Problem `in-future`. */
export function requirePast(occurredOn: Day | undefined, today: Day): void {
  if (occurredOn !== undefined && occurredOn > today) throw Problem.at('in-future', '/occurredOn');
}

/** Whom the next word is expected from; nobody once it is decided. */
export function awaited(status: ReportStatus, lastSpeaker: Speaker | null): Speaker | null {
  if (status === 'decided') return null;
  return lastSpeaker === 'inspector' ? 'reporter' : 'inspector';
}

// Accents go as well: whoever writes a report may have none on their keyboard.
function plain(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(NOT_IN_NAMES, '').normalize('NFC');
}

function isLongEnough(text: string): boolean {
  return [...text].length >= SHORTEST_NAME;
}

// From the inside out. One that nobody closes goes to the end.
function withoutBrackets(name: string): { readonly bare: string; readonly notes: readonly string[] } {
  const notes: string[] = [];
  let bare = name;
  for (let found = IN_BRACKETS.exec(bare); found !== null; found = IN_BRACKETS.exec(bare)) {
    notes.push(found[1] ?? '');
    bare = bare.replace(found[0], ' ');
  }
  return { bare, notes };
}

// A note may say the name, 小李（李静）, 李静（原名李小静）, John（约翰）, or an office, 李静（组长）, which stands in many a report: in Chinese a name has a character of the other.
function nameIn(note: string, bare: string): string {
  if (!HAN.test(bare)) return note;
  const characters = [...note];
  const begin = characters.findIndex((character) => HAN.test(character) && bare.includes(character));
  return begin < 0 ? '' : characters.slice(begin).join('');
}

function withoutMark(form: string): string {
  const own = form.replace(MARKS, '');
  return isLongEnough(own) ? own : form.replace(NUMBERS, '');
}
