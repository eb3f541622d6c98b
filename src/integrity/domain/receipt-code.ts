import { createHmac, type KeyObject } from 'node:crypto';

// Crockford's alphabet: what is read aloud or copied by hand is not confused. 28 of its characters hold 140 bits.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 28;
const GROUP = 4;
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);
// Longer than anybody spaces one.
const LONGEST = 100;

/** Bytes of the strong random source that a code takes: five bits of each are used. */
export const RECEIPT_BYTES = LENGTH;

/** A code as it is shown, once: `7K2M-…`. */
export function receiptCodeOf(random: Uint8Array): string {
  if (random.length !== RECEIPT_BYTES) throw new RangeError(`a receipt code takes ${RECEIPT_BYTES} bytes`);
  const letters = [...random].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  return letters.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? letters;
}

/** What is kept of a code: a hash under a key that no dump of the reports holds. Nothing for what is none, however it is spaced. */
export function hashOfReceipt(key: KeyObject, given: string): Buffer | undefined {
  if (given.length > LONGEST) return undefined;
  const code = given.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return CODE.test(code) ? createHmac('sha256', key).update(`receipt ${code}`).digest() : undefined;
}
