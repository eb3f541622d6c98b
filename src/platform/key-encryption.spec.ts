import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyEncryption } from './key-encryption';

describe('what is sealed', () => {
  const keys = new KeyEncryption(Buffer.alloc(32, 1));
  const secret = Buffer.from('a secret');

  it('is opened with the same key for the same purpose, and looks like nothing', () => {
    const sealed = keys.seal('one', secret);
    expect(new KeyEncryption(Buffer.alloc(32, 1)).open('one', sealed)).toEqual(secret);
    expect(sealed.includes(secret)).toBe(false);
    expect(keys.seal('one', secret)).not.toEqual(sealed);
  });

  it('is opened by no other key, for no other purpose, and not when a bit of it was turned', () => {
    const sealed = keys.seal('one', secret);
    expect(() => new KeyEncryption(Buffer.alloc(32, 2)).open('one', sealed)).toThrow();
    expect(() => keys.open('other', sealed)).toThrow();
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => keys.open('one', altered)).toThrow();
    }
    expect(() => keys.open('one', sealed.subarray(0, 20))).toThrow();
  });

  it('needs a key of 256 bits', () => {
    expect(() => new KeyEncryption(Buffer.alloc(16))).toThrow(RangeError);
  });

  it('has a fingerprint and derived keys that differ by purpose and say nothing of it', () => {
    const twin = new KeyEncryption(Buffer.alloc(32, 1));
    expect(twin.fingerprint).toBe(keys.fingerprint);
    expect(new KeyEncryption(Buffer.alloc(32, 2)).fingerprint).not.toBe(keys.fingerprint);
    expect(keys.derive('one')).toEqual(twin.derive('one'));
    expect(keys.derive('one')).not.toEqual(keys.derive('other'));
  });
});

describe('the key in the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-key-'));
  afterAll(() => { rmSync(folder, { recursive: true }); });

  it('is made once, by whoever of many comes first, and read by its owner alone', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, async () => KeyEncryption.open(folder, undefined)));
    expect(new Set(opened.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['key-encryption.key']);
    const path = join(folder, 'key-encryption.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')).toHaveLength(32);
  });

  it('is not asked for where one is configured', async () => {
    const configured = await KeyEncryption.open(join(folder, 'nowhere'), Buffer.alloc(32, 3));
    expect(configured.fingerprint).toBe(new KeyEncryption(Buffer.alloc(32, 3)).fingerprint);
    expect(readdirSync(folder)).toEqual(['key-encryption.key']);
  });
});
