import { createSecretKey, randomBytes } from 'node:crypto';
import { hashOfReceipt, RECEIPT_BYTES, receiptCodeOf } from './receipt-code';

const key = createSecretKey(Buffer.alloc(32, 7));

describe('a receipt code', () => {
  it('has 140 bits, in groups that can be read aloud', () => {
    const code = receiptCodeOf(randomBytes(RECEIPT_BYTES));
    expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
    // 256 is a multiple of 32: every letter is as likely as any other.
    const letters = Array.from({ length: 256 }, (_none, byte) => receiptCodeOf(new Uint8Array(RECEIPT_BYTES).fill(byte)).charAt(0));
    expect(new Set(letters.map((letter) => letters.filter((one) => one === letter).length))).toEqual(new Set([8]));
    expect(() => receiptCodeOf(new Uint8Array(16))).toThrow(RangeError);
  });

  it('is the same however it is written down', () => {
    const code = 'A1B0-C2D3-E4F5-G6H7-J8K9-M1N0-P1Q2';
    const hash = hashOfReceipt(key, code);
    expect(hash).toHaveLength(32);
    for (const same of [code.toLowerCase(), code.replaceAll('-', ''), code.replaceAll('-', ' '), code.replaceAll('1', 'l').replaceAll('0', 'o'), 'Ａ' + code.slice(1), ` ${code} `]) expect(hashOfReceipt(key, same)).toEqual(hash);
    expect(hashOfReceipt(key, code.replace('A', 'B'))).not.toEqual(hash);
    expect(hashOfReceipt(createSecretKey(Buffer.alloc(32, 8)), code)).not.toEqual(hash);
  });

  it.each(['', 'A1B0', 'U'.repeat(28), '0'.repeat(29), `${'0'.repeat(28)}${' '.repeat(100)}`, '<script>'])('is not: %s', (text) => {
    expect(hashOfReceipt(key, text)).toBeUndefined();
  });
});
