import fc from 'fast-check';
import { cutPage, depthOf } from './feed-page';

interface Entry {
  readonly parkId: string;
  readonly number: number;
  readonly type: 'x' | 'y' | 'z';
  readonly stream: string;
  readonly at: number;
}

// Sealed one after the other, in parks and types by chance; several at one time.
const journal = fc.array(fc.record({ park: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom('x', 'y', 'z'), later: fc.boolean() }), { maxLength: 60 }).map((happenings) => {
  const heads = new Map<string, number>();
  let at = 0;
  return happenings.map(({ park, type, later }): Omit<Entry, 'stream'> => {
    const number = (heads.get(park) ?? 0) + 1;
    heads.set(park, number);
    at += later ? 1 : 0;
    return { parkId: park, number, type, at };
  });
});

const inOrder = (one: Omit<Entry, 'stream'>, other: Omit<Entry, 'stream'>): number => one.at - other.at || (one.parkId < other.parkId ? -1 : one.parkId > other.parkId ? 1 : one.number - other.number);

/** What the statement reads, by hand. */
function readRows(entries: readonly Omit<Entry, 'stream'>[], types: readonly Entry['type'][] | undefined, reading: { from: ReadonlyMap<string, number>; limit: number; depth: number }): Entry[] {
  const fitting = entries.filter(({ parkId, type, number }) => (types === undefined || types.includes(type)) && number > (reading.from.get(parkId) ?? 0))
    .map((entry) => ({ ...entry, stream: types === undefined ? entry.parkId : `${entry.parkId} ${entry.type}` }));
  const streams = Map.groupBy(fitting, ({ stream }) => stream);
  return [...streams.values()].flatMap((stream) => stream.sort((one, other) => one.number - other.number).slice(0, reading.depth)).sort(inOrder).slice(0, reading.limit);
}

describe('pages of the feed', () => {
  it('put one behind the other are the journal: each entry once and in order, whatever the sizes and the filter', () => {
    fc.assert(fc.property(journal, fc.option(fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }), { nil: undefined }), fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))), (entries, types, sizes) => {
      const heads = new Map(entries.map(({ parkId, number }) => [parkId, number]));
      const told: Entry[] = [];
      let from: ReadonlyMap<string, number> = new Map();
      for (let complete = false; !complete;) {
        const [limit, most] = sizes.next().value as [number, number];
        const depth = Math.min(limit, most);
        const rows = readRows(entries, types, { from, limit, depth });
        const cut = cutPage(rows, { limit, depth, from, heads });
        expect(cut.page.length > 0 || cut.complete).toBe(true);
        told.push(...cut.page);
        from = cut.next;
        complete = cut.complete;
      }
      expect(told.map(({ parkId, number }) => [parkId, number])).toEqual(entries.filter(({ type }) => types?.includes(type) ?? true).sort(inOrder).map(({ parkId, number }) => [parkId, number]));
      expect(from).toEqual(heads);
    }));
  });

  it.each([[1_000, 1, 1_000], [50, 1, 50], [1_000, 10, 1_000], [1_000, 20, 500], [1_000, 100, 100], [50, 100, 10], [1_000, 3_700, 10], [5, 100, 5]])('of %i entries out of %i streams read %i of each', (limit, streams, depth) => {
    expect(depthOf(limit, streams)).toBe(depth);
  });
});
