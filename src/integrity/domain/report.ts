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
const NOT_IN_NAMES = /[\s·•.\-_()（）]/gu;

/** What is looked for: the same letters, however they are spaced or spelled (王 小明, ＷＡＮＧ·小明). Empty for a name that is too short to be found in a text. */
export function soughtName(name: string): string {
  const sought = plain(name);
  return [...sought].length < SHORTEST_NAME ? '' : sought;
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
  const sought = soughtName(name);
  return sought !== '' && searchText.includes(sought);
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

function plain(text: string): string {
  return text.normalize('NFKC').replace(NOT_IN_NAMES, '').toLowerCase();
}
