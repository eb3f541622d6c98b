import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const PERIOD_S = 30;
const DIGITS = 6;
// A phone's clock may be half a minute off.
const WINDOW = 1;
const SECRET_BYTES = 20;
const ISSUER_NAME = 'Service Ledger';
// What can be told apart when it is read out or written down.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A secret for the codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, 6 digits: what every one of them can do). */
export function newTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** The secret as it is typed in, and as a link that an authenticator app opens. */
export function showTotpSecret(secret: Buffer, login: string): { readonly text: string; readonly link: string } {
  const totp = totpOf(secret, login);
  return { text: totp.secret.base32.replace(/(.{4})(?=.)/g, '$1 '), link: totp.toString() };
}

/** The step of time that a code belongs to, or undefined when it is of none that counts now. Each step counts once: whoever takes it must remember the last. */
export function stepOfCode(secret: Buffer, code: string, now: Date): number | undefined {
  const digits = code.normalize('NFKC').replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return undefined;
  const timestamp = now.getTime();
  const delta = totpOf(secret, '').validate({ token: digits, timestamp, window: WINDOW });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD_S, timestamp }) + delta;
}

function totpOf(secret: Buffer, label: string): TOTP {
  return new TOTP({ issuer: ISSUER_NAME, label, algorithm: 'SHA1', digits: DIGITS, period: PERIOD_S, secret: new Secret({ buffer: new Uint8Array(secret).buffer }) });
}

/** A password for one time, of 99 bits, that can be read out: `k7wqm-9xteb-…`. */
export function newOneTimePassword(): string {
  return Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')).join('-');
}
