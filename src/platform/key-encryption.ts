import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;
const KEY_FILE = 'key-encryption.key';
// What AES-GCM asks for. A key seals some hundred small things a year, so that two nonces will never be the same.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FINGERPRINT_DIGITS = 16;

/**
 * The one secret of an installation that its database does not hold. What must not be readable from the tables or a backup of them is sealed with it
 * (AES-256-GCM), and further secrets are derived from it (HKDF-SHA-256), so that all processes that share it share those.
 */
export class KeyEncryption {
  readonly #root: Buffer;
  readonly #sealing: Buffer;
  /** Says which key something was sealed with, and nothing about it. */
  readonly fingerprint: string;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key of ${KEY_BYTES} bytes is needed`);
    this.#root = key;
    this.#sealing = this.derive('sealing');
    this.fingerprint = this.derive('fingerprint').toString('hex').slice(0, FINGERPRINT_DIGITS);
  }

  /** The key that is configured, or else the one in the folder, made at first start and readable by its owner alone. */
  static async open(dataDir: string, configured: Buffer | undefined): Promise<KeyEncryption> {
    return new KeyEncryption(configured ?? await readOrMakeKey(dataDir));
  }

  /** For what need not outlive the process. */
  static inMemory(): KeyEncryption {
    return new KeyEncryption(randomBytes(KEY_BYTES));
  }

  /** The purpose is bound to what is sealed: opened for another, it is refused. */
  seal(purpose: string, secret: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(purpose));
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error when it was altered, or sealed with another key or for another purpose */
  open(purpose: string, sealed: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }

  /** 256 bits for one purpose: the same in every process that has the key. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#root, '', `service-ledger ${purpose}`, KEY_BYTES));
  }
}

/** Of two processes that start at once on one folder, both get the key that was there first; no file is ever there in part. */
async function readOrMakeKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, KEY_FILE);
  await mkdir(dataDir, { recursive: true });
  const known = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  });
  if (known !== undefined) return Buffer.from(known.trim(), 'base64');
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  await link(draft, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }).finally(async () => rm(draft, { force: true }));
  return readOrMakeKey(dataDir);
}
