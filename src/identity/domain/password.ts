import { COMMON_PASSWORDS } from './common-passwords';

/** Why a password is refused. */
export type PasswordFault = 'too-short' | 'too-long' | 'common' | 'has-login' | 'too-simple';

const LONG = 12;
const SHORT = 10;
/** Longer is no safer, and costs whoever has to hash it. */
export const LONGEST_PASSWORD = 128;
const CLASSES_WHEN_SHORT = 3;
const FEWEST_DIFFERENT = 5;
// How many of the last may not come again.
export const REMEMBERED_PASSWORDS = 5;
const DAY_MS = 86_400_000;
// 等保 asks for a change from time to time.
const PASSWORD_DAYS = 90;
const ONE_TIME_DAYS = 3;

/** One password however it was typed: composed or not, full width or not. */
export function normalisePassword(text: string): string {
  return text.normalize('NFKC');
}

/**
 * What is wrong with a password: twelve characters or more, or ten of three kinds, not among the commonest however they are spelled, and without the login name
 * in it. Undefined when nothing is.
 */
export function faultOfPassword(password: string, login: string): PasswordFault | undefined {
  const length = [...password].length;
  if (length > LONGEST_PASSWORD) return 'too-long';
  if (length < SHORT || (length < LONG && classesOf(password) < CLASSES_WHEN_SHORT)) return 'too-short';
  const plain = password.toLowerCase();
  if (plain.includes(login) || (login.includes('@') && plain.includes(login.split('@')[0] ?? login))) return 'has-login';
  if (new Set(plain).size < FEWEST_DIFFERENT || isSequence(plain)) return 'too-simple';
  return isCommon(plain) ? 'common' : undefined;
}

/** From when on a password has to be changed. */
export function expiryOfPassword(setAt: Date): Date {
  return new Date(setAt.getTime() + PASSWORD_DAYS * DAY_MS);
}

/** Until when a password that was given by somebody else can be used. */
export function endOfOneTimePassword(now: Date): Date {
  return new Date(now.getTime() + ONE_TIME_DAYS * DAY_MS);
}

function classesOf(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{Ll}\p{Lu}\p{N}]/u].filter((kind) => kind.test(password)).length;
}

/** What is left of a common password when what people put around it is taken away: 2026, !, 123. */
function isCommon(plain: string): boolean {
  const letters = plain.replaceAll('@', 'a').replaceAll('0', 'o').replaceAll('$', 's').replaceAll('1', 'l').replaceAll('3', 'e');
  const cores = [plain, plain.replace(/[^\p{L}]+$/u, ''), plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''), letters.replace(/[^\p{L}]+$/u, '')];
  return cores.some((core) => COMMON_PASSWORDS.has(core));
}

/** 123456789012, abcdefghijkl, and the rows of a keyboard. */
function isSequence(plain: string): boolean {
  const rows = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/'];
  return rows.some((row) => row.includes(plain) || [...row].reverse().join('').includes(plain));
}
