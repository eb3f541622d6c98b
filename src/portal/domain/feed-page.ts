import type { Positions } from './feed-cursor';

/** An entry's place in the order of the feed. Entries of one park are read as one stream, or as one per type that is asked for. */
export interface Placed {
  readonly parkId: string;
  readonly number: number;
  readonly stream: string;
}

// A reader of many parks reads at most so many entries for each that it gets: the streams are read before it is known which is ahead. With four,
// pages of twenty parks held 200 of 1,000 entries, since a pass seals many of one park at one time; the replay took half as long again.
const READ_FOR_ONE = 10;
const LEAST_PER_STREAM = 10;

/** How many entries of each stream to read, so that a page is as long as can be and reading it costs a bounded sum. */
export function depthOf(limit: number, streams: number): number {
  return Math.min(limit, Math.max(LEAST_PER_STREAM, Math.ceil((READ_FOR_ONE * limit) / streams)));
}

/**
 * What of the rows that were read is the page, and where the reader then stands. The rows are the first `depth` of each stream, merged into the
 * order of the feed and cut at `limit`. Behind the last row that was read of a stream there may be more of it that come before the next rows of
 * others, so the page ends there. One that ends nowhere has reached the heads: with a filter, that saves reading what does not fit again.
 */
export function cutPage<R extends Placed>(rows: readonly R[], reading: { readonly limit: number; readonly depth: number; readonly from: Positions; readonly heads: Positions }): { readonly page: readonly R[]; readonly next: Positions; readonly complete: boolean } {
  const { limit, depth, from, heads } = reading;
  const taken = new Map<string, number>();
  const end = rows.findIndex((row) => {
    const count = (taken.get(row.stream) ?? 0) + 1;
    taken.set(row.stream, count);
    return count === depth;
  });
  const page = end < 0 ? rows : rows.slice(0, end + 1);
  const complete = end < 0 && rows.length < limit;
  const next = new Map([...from, ...(complete ? heads : [])]);
  if (!complete) for (const { parkId, number } of page) next.set(parkId, number);
  return { page, next, complete };
}
