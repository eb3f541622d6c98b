import { createHash } from 'node:crypto';
import { Problem } from '../../kernel/problem';
import { Id, Text, Whole } from './fields';

export const DEFAULT_LIMIT = 50;

/** What every list takes. */
export class PageQuery {
  @Whole({ description: 'How many items, 1 to 200; 50 when left out.', min: 1, max: 200, example: 50, optional: true, query: true })
  limit?: number;

  @Text({ description: 'The `nextCursor` of the page before.', max: 500, optional: true, example: 'eyJrIjpbXX0' })
  cursor?: string;

  @Id({ description: 'Which park, for those who have several in scope.', optional: true })
  parkId?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The sort values of the last row of a page, in order. */
export type CursorKey = readonly (string | number | null)[];

/** Where a page begins: after the row of the key, in the list that the filters name. */
export function readCursor(query: PageQuery, list: string, types: readonly ('string' | 'number' | 'null-or-string')[]): CursorKey | undefined {
  if (query.cursor === undefined) return undefined;
  const decoded = decode(query.cursor);
  const fits = decoded?.f === fingerprint(query, list) && Array.isArray(decoded.k) && decoded.k.length === types.length
    && (decoded.k as readonly unknown[]).every((value, index) => (types[index] === 'null-or-string' ? value === null || typeof value === 'string' : typeof value === types[index]));
  if (!fits) throw Problem.at('cursor-invalid', '/query/cursor');
  return decoded.k as CursorKey;
}

/** Cuts the row too many that tells whether there is a next page. */
export function toPage<R, T>(rows: readonly R[], query: PageQuery, list: string, keyOf: (row: R) => CursorKey, toItem: (row: R) => T): Page<T> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encode({ f: fingerprint(query, list), k: keyOf(last) }) : null;
  return { items: shown.map(toItem), nextCursor };
}

interface Decoded {
  readonly f: string;
  readonly k: CursorKey;
}

function encode(content: Decoded): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function decode(cursor: string): Decoded | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return typeof content === 'object' && content !== null ? (content as Decoded) : undefined;
  } catch {
    return undefined;
  }
}

// What was read from a query is kept and not changed (see RequestPipe), so its fingerprint holds as long.
const fingerprints = new WeakMap<PageQuery, { readonly list: string; readonly text: string }>();

// A cursor belongs to one list with one set of filters; page size may change on the way.
function fingerprint(query: PageQuery, list: string): string {
  const known = fingerprints.get(query);
  if (known?.list === list) return known.text;
  const filters = Object.entries(query).filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = createHash('sha256').update(JSON.stringify([list, filters])).digest('base64url').slice(0, 12);
  fingerprints.set(query, { list, text });
  return text;
}
