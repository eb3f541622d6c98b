import { createHash } from 'node:crypto';

/**
 * Where a reader of the feed stands: the number of the last entry that it has had of each park. A park that is not named has not been begun.
 *
 * Written as: one byte that names the format; six bytes of a hash of the filter; per park, ascending, the 16 bytes of its id and its number as an
 * unsigned LEB128; four bytes of a hash of all that, against damage. Nothing in it is secret and nothing in it expires: a cursor means the same
 * for ever, whatever keys an installation changes. A position has one spelling only.
 */
export type Positions = ReadonlyMap<string, number>;

/** Which entries a feed is of. */
export interface FeedFilter {
  readonly parkId?: string;
  /** Names of types, in any order; all when left out. */
  readonly types?: readonly string[];
}

const FORMAT = 1;
const FILTER_BYTES = 6;
const ID_BYTES = 16;
const CHECK_BYTES = 4;
const SHORTEST = 1 + FILTER_BYTES + CHECK_BYTES;
const BASE64URL = /^[\w-]+$/;

export function writeCursor(filter: FeedFilter, positions: Positions): string {
  const parks = [...positions].filter(([, number]) => number > 0).sort(([one], [other]) => (one < other ? -1 : 1));
  const content = Buffer.concat([
    Buffer.from([FORMAT]), fingerprintOf(filter),
    ...parks.flatMap(([parkId, number]) => [Buffer.from(parkId.replaceAll('-', ''), 'hex'), writeNumber(number)]),
  ]);
  return Buffer.concat([content, checkOf(content)]).toString('base64url');
}

/** Where a cursor stands, or `undefined` when it is damaged, of another filter, or none of ours. */
export function readCursor(filter: FeedFilter, cursor: string): Positions | undefined {
  if (!BASE64URL.test(cursor)) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length < SHORTEST || bytes[0] !== FORMAT) return undefined;
  const positions = readPositions(bytes.subarray(1 + FILTER_BYTES, -CHECK_BYTES));
  // Whatever is not what we would have written ourselves is refused: the filter, the hash, the order, a second spelling.
  return positions !== undefined && writeCursor(filter, positions) === cursor ? positions : undefined;
}

function readPositions(bytes: Buffer): Map<string, number> | undefined {
  const positions = new Map<string, number>();
  for (let offset = 0; offset < bytes.length;) {
    const number = readNumber(bytes, offset + ID_BYTES);
    if (number === undefined) return undefined;
    positions.set(toUuid(bytes.toString('hex', offset, offset + ID_BYTES)), number.value);
    offset = number.end;
  }
  return positions;
}

function writeNumber(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function readNumber(bytes: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = start, unit = 1; index < bytes.length; index += 1, unit *= 0x80) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * unit;
    if (!Number.isSafeInteger(value)) return undefined;
    if (byte < 0x80) return { value, end: index + 1 };
  }
  return undefined;
}

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function fingerprintOf({ parkId, types }: FeedFilter): Buffer {
  const filter = JSON.stringify([parkId ?? null, types === undefined ? null : [...new Set(types)].sort()]);
  return createHash('sha256').update(filter).digest().subarray(0, FILTER_BYTES);
}

function checkOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest().subarray(0, CHECK_BYTES);
}
