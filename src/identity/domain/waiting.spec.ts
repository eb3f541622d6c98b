import { waitAfter } from './waiting';

describe('the wait after failed attempts', () => {
  it.each([[1, 0], [4, 0], [5, 1_000], [6, 2_000], [7, 4_000], [14, 512_000], [15, 900_000], [60, 900_000], [5_000, 900_000]])('is after %d: %d ms', (failures, wait) => {
    expect(waitAfter(failures)).toBe(wait);
  });
});
