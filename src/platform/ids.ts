import { randomInt } from 'node:crypto';
import { v7 } from 'uuid';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let sequence = randomInt(2 ** 31);

/** A UUID of version 7 whose time is the given instant; those made by one process at one instant are in the order in which they were made. */
export function newId(now: Date): string {
  sequence = (sequence + 1) % 2 ** 32;
  return v7({ msecs: now.getTime(), seq: sequence });
}

export function isUuidV7(text: string): boolean {
  return UUID_V7.test(text);
}

/** The least UUID of version 7 that carries the instant: all of an earlier time lie before it. */
export function firstIdOf(instant: Date): string {
  const time = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** Milliseconds since the epoch that a UUID of version 7 carries. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
