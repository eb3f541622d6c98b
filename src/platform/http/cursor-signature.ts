import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Whom a cursor was given to, and on which route. */
export interface CursorHolder {
  /** As the router knows it. */
  readonly route: string;
  /** As `callerOf` names them. */
  readonly caller: string;
}

// 128 bits, in base64url. The text is compared, not what it stands for: its last character could be written in several ways.
const SIGNATURE_BYTES = 16;
const SIGNATURE_LENGTH = 22;

/** The cursor with a signature behind it, good for this holder alone. */
export function signCursor(key: KeyObject, cursor: string, holder: CursorHolder): string {
  return cursor + signatureOf(key, cursor, holder);
}

/** The cursor that was signed for this holder; nothing when any of it was altered, or it was signed for another holder or with another key. */
export function verifyCursor(key: KeyObject, signed: string, holder: CursorHolder): string | undefined {
  const cursor = signed.slice(0, -SIGNATURE_LENGTH);
  const given = Buffer.from(signed.slice(-SIGNATURE_LENGTH));
  const expected = Buffer.from(signatureOf(key, cursor, holder));
  return given.length === expected.length && timingSafeEqual(given, expected) ? cursor : undefined;
}

function signatureOf(key: KeyObject, cursor: string, { route, caller }: CursorHolder): string {
  // As JSON no two lists of texts look alike.
  return createHmac('sha256', key).update(JSON.stringify([cursor, route, caller])).digest().subarray(0, SIGNATURE_BYTES).toString('base64url');
}
