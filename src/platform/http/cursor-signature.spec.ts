import { createSecretKey, randomBytes } from 'node:crypto';
import { type CursorHolder, signCursor, verifyCursor } from './cursor-signature';

const key = createSecretKey(randomBytes(32));
const holder: CursorHolder = { route: '/api/v1/enterprises', caller: 'officer' };
const cursor = Buffer.from('{"f":"abc","k":["a","b"]}').toString('base64url');

describe('a signed cursor', () => {
  it('gives the cursor back to its holder', () => {
    expect(verifyCursor(key, signCursor(key, cursor, holder), holder)).toBe(cursor);
    expect(verifyCursor(key, signCursor(key, '', holder), holder)).toBe('');
  });

  it('is refused when any one character is another, is missing or is added', () => {
    const signed = signCursor(key, cursor, holder);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < signed.length; at += 1) {
      for (const other of alphabet.replace(signed.charAt(at), '')) expect(verifyCursor(key, signed.slice(0, at) + other + signed.slice(at + 1), holder)).toBeUndefined();
      expect(verifyCursor(key, signed.slice(0, at) + signed.slice(at + 1), holder)).toBeUndefined();
    }
    for (const other of alphabet) expect(verifyCursor(key, signed + other, holder)).toBeUndefined();
  });

  it.each(['', 'a', cursor, '长'.repeat(22), '\ud800'.repeat(22), 'A'.repeat(5_000)])('is not what somebody made up: %p', (text) => {
    expect(verifyCursor(key, text, holder)).toBeUndefined();
  });

  it.each(['route', 'caller'] as const)('is refused where the %s is another', (field) => {
    const signed = signCursor(key, cursor, holder);
    expect(verifyCursor(key, signed, { ...holder, [field]: `${holder[field]}x` })).toBeUndefined();
  });

  it('does not confuse two holders whose names run together alike', () => {
    const signed = signCursor(key, cursor, { route: '/a', caller: 'bc' });
    expect(verifyCursor(key, signed, { route: '/ab', caller: 'c' })).toBeUndefined();
  });

  it('is refused with another key', () => {
    expect(verifyCursor(createSecretKey(randomBytes(32)), signCursor(key, cursor, holder), holder)).toBeUndefined();
  });
});
