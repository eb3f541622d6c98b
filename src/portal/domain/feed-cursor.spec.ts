import fc from 'fast-check';
import { readCursor, writeCursor } from './feed-cursor';

const ONE = '01950000-0000-7000-8000-000000000001';
const OTHER = '01950000-0000-7000-8000-000000000002';
const FIRST_EVER = 'AZXLm0-EzgGVAAAAAHAAgAAAAAAAAAEBAZUAAAAAcACAAAAAAAAAAqwCTIOYjw';
const positions = fc.array(fc.tuple(fc.uuid(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })), { maxLength: 100 }).map((pairs) => new Map(pairs));
const filter = fc.record({ parkId: fc.uuid(), types: fc.array(fc.string()) }, { requiredKeys: [] });

describe('the cursor of the feed', () => {
  it('means today what it meant when it was first written', () => {
    expect(writeCursor({}, new Map([[OTHER, 300], [ONE, 1]]))).toBe(FIRST_EVER);
    expect(readCursor({}, FIRST_EVER)).toEqual(new Map([[ONE, 1], [OTHER, 300]]));
  });

  it('reads back what was written, of any parks and numbers, within the longest `after`', () => {
    fc.assert(fc.property(filter, positions, (of, stands) => {
      const cursor = writeCursor(of, stands);
      expect(readCursor(of, cursor)).toEqual(stands);
      expect(cursor.length).toBeLessThanOrEqual(4_000);
    }));
  });

  it('does not name a park that has not been begun, nor care in which order it is told', () => {
    expect(writeCursor({ types: ['b', 'a', 'b'] }, new Map([[OTHER, 2], [ONE, 0]]))).toBe(writeCursor({ types: ['a', 'b'] }, new Map([[OTHER, 2]])));
  });

  it('is refused when a single bit of it has changed', () => {
    fc.assert(fc.property(positions, fc.nat(), fc.integer({ min: 0, max: 7 }), (stands, at, bit) => {
      const bytes = Buffer.from(writeCursor({}, stands), 'base64url');
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
      expect(readCursor({}, bytes.toString('base64url'))).toBeUndefined();
    }));
  });

  it.each([[{ parkId: ONE }, {}], [{}, { types: [] }], [{ types: ['a'] }, { types: ['a', 'b'] }], [{ parkId: ONE }, { parkId: OTHER }]])('of %j is refused with %j', (written, read) => {
    expect(readCursor(read, writeCursor(written, new Map([[ONE, 5]])))).toBeUndefined();
  });

  it('is refused when it is anything else', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String(), fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from([1, ...bytes]).toString('base64url'))), (text) => {
      expect(readCursor({}, text)).toBeUndefined();
    }));
  });

  it.each(['', ' ', '='])('has one spelling only: %j behind it is refused', (tail) => {
    const cursor = writeCursor({}, new Map([[ONE, 5]]));
    expect(readCursor({}, `${cursor}${tail}`) === undefined).toBe(tail !== '');
  });
});
