/** So many attempts may fail one after the other. */
export const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 900_000;

/**
 * How long no attempt is looked at after so many have failed, in milliseconds: from the fifth on a second, two, four, at most a quarter of an hour. A person who
 * mistypes hardly notices; whoever guesses has a hundred tries a day.
 */
export function waitAfter(failures: number): number {
  return failures < FREE_FAILURES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_FAILURES));
}
