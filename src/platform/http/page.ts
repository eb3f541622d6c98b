import { hash } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import type { Actor } from '../../kernel/actor';
import { Problem } from '../../kernel/problem';
import type { Database, Statement } from '../db/database';
import { Flag, Id, Text, Whole } from './fields';

export const DEFAULT_LIMIT = 50;
// A long name makes a long sort key, and a cursor holds one.
const LONGEST_CURSOR = 4_000;

/** What every list takes. */
export class PageQuery {
  @Whole({ description: 'How many items, 1 to 200; 50 when left out.', min: 1, max: 200, example: 50, optional: true, query: true })
  limit?: number;

  @Text({ description: 'The `nextCursor` of the page before.', max: LONGEST_CURSOR, optional: true, example: 'eyJrIjpbXX0' })
  cursor?: string;

  @Flag({ description: '`true`: says as `total` how many items all pages have together.', optional: true, query: true })
  count?: boolean;

  @Id({ description: 'Which park, for those who have several in scope; of a machine client its own when left out.', optional: true })
  parkId?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  /** How many items all pages have together; only when it was asked for. */
  readonly total?: number;
}

/** The sort values of the last row of a page, in order. */
export type CursorKey = readonly (string | number | null)[];

/** What is read of a list: the rows after a key, so many; with neither, all of it. */
export interface Slice {
  readonly after: CursorKey | undefined;
  /** As a parameter of LIMIT, where null is no limit. */
  readonly limit: number | null;
}

/** Rows of a page, one too many where another page follows, and the rows of the whole list if they were counted. */
export interface PageRows<R> {
  readonly rows: readonly R[];
  readonly total: number | undefined;
}

/** Reads the page that a query asks for, and with `count` how many rows there are, in one round trip. */
export async function readPage<R extends QueryResultRow>(
  database: Database, actor: Actor, query: PageQuery, list: string, types: readonly KeyType[], statementOf: (slice: Slice) => Statement,
): Promise<PageRows<R>> {
  const [rows, counted] = await database.readAll<[R, Counted]>(actor, pageStatements(query, list, types, statementOf));
  return { rows, total: totalIn(counted) };
}

/** The statement of the page that a query asks for, and with `count` one more whose answer {@link totalIn} reads. */
export function pageStatements(query: PageQuery, list: string, types: readonly KeyType[], statementOf: (slice: Slice) => Statement): [Statement, ...Statement[]] {
  const page = statementOf({ after: readCursor(query, list, types), limit: (query.limit ?? DEFAULT_LIMIT) + 1 });
  return query.count === true ? [page, countOf(statementOf({ after: undefined, limit: null }))] : [page];
}

/** Counts the rows of a statement that reads a whole list. PostgreSQL leaves out the columns that nobody looks at. */
export function countOf(whole: Statement): Statement {
  return { name: `count-${whole.name}`, text: `SELECT count(*)::integer AS total FROM (${whole.text}) AS whole`, values: whole.values };
}

export interface Counted {
  readonly total: number;
}

/** What {@link countOf} has counted; nothing when it was not asked. */
export function totalIn(rows: readonly Counted[] | undefined): number | undefined {
  return rows?.[0]?.total;
}

type KeyType = 'string' | 'number' | 'null-or-string';

/** Where a page begins: after the row of the key, in the list that the filters name. */
export function readCursor(query: PageQuery, list: string, types: readonly KeyType[]): CursorKey | undefined {
  if (query.cursor === undefined) return undefined;
  const decoded = decode(query.cursor);
  const fits = decoded?.f === fingerprint(query, list) && Array.isArray(decoded.k) && decoded.k.length === types.length
    && (decoded.k as readonly unknown[]).every((value, index) => (types[index] === 'null-or-string' ? value === null || typeof value === 'string' : typeof value === types[index]));
  if (!fits) throw Problem.at('cursor-invalid', '/query/cursor');
  return decoded.k as CursorKey;
}

/** Cuts the row too many that tells whether there is a next page. */
export function toPage<R, T>({ rows, total }: PageRows<R>, query: PageQuery, list: string, keyOf: (row: R) => CursorKey, toItem: (row: R) => T): Page<T> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encode({ f: fingerprint(query, list), k: keyOf(last) }) : null;
  const page = { items: shown.map(toItem), nextCursor };
  return total === undefined ? page : { ...page, total };
}

/** In which order a list shows what is read whole: by keys that no two of its items have in common, the smallest first. */
export interface Order<T> {
  readonly types: readonly ('string' | 'number')[];
  readonly keyOf: (item: T) => readonly (string | number)[];
}

/** A page of what is read whole since there is little of it. By key and not by place: what comes to stand before the page meanwhile, or goes, moves nothing. */
export function pageOf<T>(items: readonly T[], query: PageQuery, list: string, { types, keyOf }: Order<T>): Page<T> {
  const after = readCursor(query, list, types) as ReturnType<Order<T>['keyOf']> | undefined;
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((one, other) => compareKeys(one.key, other.key));
  const rows = after === undefined ? keyed : keyed.filter(({ key }) => compareKeys(key, after) > 0);
  return toPage({ rows, total: query.count === true ? items.length : undefined }, query, list, ({ key }) => key, ({ item }) => item);
}

/** Of one list, so that in each place both have a text or both a number. */
function compareKeys(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? value;
    if (value !== against) return value < against ? -1 : 1;
  }
  return 0;
}

/** The same page with its items in another shape. */
export function mapPage<T, U>(page: Page<T>, toItem: (item: T) => U): Page<U> {
  return { ...page, items: page.items.map(toItem) };
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

// A cursor belongs to one list with one set of filters; on the way the page size may change, and whether it is counted.
const OF_THE_PAGE: readonly string[] = ['cursor', 'limit', 'count'];

function fingerprint(query: PageQuery, list: string): string {
  const known = fingerprints.get(query);
  if (known?.list === list) return known.text;
  const filters = Object.entries(query).filter(([name, value]) => !OF_THE_PAGE.includes(name) && value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = hash('sha256', JSON.stringify([list, filters]), 'base64url').slice(0, 12);
  fingerprints.set(query, { list, text });
  return text;
}
