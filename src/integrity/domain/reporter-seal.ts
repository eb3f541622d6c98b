import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** Who reported, if they said so. */
export interface Reporter {
  readonly name: string;
  readonly contact: string | null;
}

const ALGORITHM = 'aes-256-gcm';
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// A length would tell a long name from a short one.
const PADDED_TO = 512;

/** Name and contact as they are kept: encrypted, of one length mostly, and bound to their report, so that nobody hangs them on another. */
export function sealReporter(key: KeyObject, reportId: string, { name, contact }: Reporter, nonce: Uint8Array): Buffer {
  const plain = Buffer.from(JSON.stringify({ name, contact }), 'utf8');
  const padded = Buffer.alloc(Math.ceil(plain.length / PADDED_TO) * PADDED_TO, ' ');
  plain.copy(padded);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(reportId));
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when it was altered, belongs to another report, or was sealed under another key */
export function openReporter(key: KeyObject, reportId: string, sealed: Buffer): Reporter {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(reportId));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return JSON.parse(plain.toString('utf8')) as Reporter;
}
