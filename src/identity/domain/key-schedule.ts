/** When a key signs, as far as a schedule needs to know. */
export interface ScheduledKey {
  readonly id: string;
  readonly signsFrom: Date;
}

const DAY_MS = 86_400_000;
const SIGNS_FOR_MS = 90 * DAY_MS;
// Whoever keeps a copy of the published keys has it renewed by then.
const AHEAD_MS = DAY_MS;
// Longer than any token that it has signed is looked at: an ID token is a hint at signing out as long as the browser's session lasts.
const LINGER_MS = 2 * DAY_MS;

export interface KeyRoles<K extends ScheduledKey> {
  /** The one that signs; none where none has begun. */
  readonly signing: K | undefined;
  /** What is published, the signing one first: also the next, and those whose tokens may still be about. */
  readonly published: readonly K[];
  /** Nobody needs them any more. */
  readonly over: readonly K[];
  /** When any of this will be otherwise, without anybody doing anything. */
  readonly until: Date | undefined;
}

/** What each key is for, now. */
export function rolesOfKeys<K extends ScheduledKey>(keys: readonly K[], now: Date): KeyRoles<K> {
  const inOrder = [...keys].sort((one, other) => one.signsFrom.getTime() - other.signsFrom.getTime());
  const endOf = (index: number): number => {
    const next = inOrder[index + 1];
    return next === undefined ? Infinity : next.signsFrom.getTime() + LINGER_MS;
  };
  const at = now.getTime();
  const signing = inOrder.filter(({ signsFrom }) => signsFrom.getTime() <= at).at(-1);
  const others = inOrder.filter((key, index) => key !== signing && endOf(index) > at);
  const turns = inOrder.flatMap((key, index) => [key.signsFrom.getTime(), endOf(index)]).filter((turn) => turn > at && turn !== Infinity);
  return {
    signing, published: signing === undefined ? others : [signing, ...others], over: inOrder.filter((_key, index) => endOf(index) <= at),
    until: turns.length === 0 ? undefined : new Date(Math.min(...turns)),
  };
}

/** From when the key signs that has to be made now; undefined when none has to be. A key signs for ninety days, and is published a day before it does. */
export function dueKey(keys: readonly ScheduledKey[], now: Date): Date | undefined {
  const newest = Math.max(...keys.map(({ signsFrom }) => signsFrom.getTime()));
  if (keys.length === 0 || rolesOfKeys(keys, now).signing === undefined) return now;
  const next = newest + SIGNS_FOR_MS;
  return next - AHEAD_MS > now.getTime() ? undefined : new Date(Math.max(next, now.getTime() + AHEAD_MS));
}
