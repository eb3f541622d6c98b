/** So long is a window, in milliseconds; it begins on the full minute. */
export const WINDOW_MS = 60_000;

/** What a process may let through of one key and window without asking anybody. */
export interface Lease {
  readonly beginsAt: number;
  /** Requests that it may still let through. */
  permits: number;
  /** All that it was ever given of this window. */
  given: number;
  /** Of the limit, what was not leased to any process when it last asked. */
  left: number;
}

/** What the headers say. */
export interface Standing {
  readonly allowed: boolean;
  readonly limit: number;
  /** At most so many more in this window, as far as this process knows. */
  readonly remaining: number;
  /** Seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

// A twentieth: a process asks the database for every twentieth part of a limit, and what it leaves unused when it ends is no more than that.
const PARTS = 20;

export function windowOf(now: number): number {
  return now - (now % WINDOW_MS);
}

/** How many requests a process takes at once. */
export function chunkOf(limit: number): number {
  return Math.max(1, Math.floor(limit / PARTS));
}

/** What was leased, or with nobody to ask the whole limit: then each process counts alone. */
export function grant(lease: Lease, { permits, left }: { readonly permits: number; readonly left: number }): void {
  lease.permits += permits;
  lease.given += permits;
  lease.left = left;
}

export function grantAlone(lease: Lease, limit: number): void {
  grant(lease, { permits: Math.max(0, limit - lease.given), left: 0 });
}

/** Takes one permit of the lease if there is one. Undefined where more have to be asked for first. */
export function spend(lease: Lease, limit: number, now: number): Standing | undefined {
  const resetSeconds = Math.max(1, Math.ceil((lease.beginsAt + WINDOW_MS - now) / 1_000));
  if (lease.permits > 0) {
    lease.permits -= 1;
    return { allowed: true, limit, remaining: lease.permits + lease.left, resetSeconds };
  }
  return lease.left > 0 ? undefined : { allowed: false, limit, remaining: 0, resetSeconds };
}
