import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { acceptKeys, type ClientKey } from './client-keys';

const jwk = ({ publicKey }: { publicKey: KeyObject }, kid = 'k'): ClientKey => ({ ...publicKey.export({ format: 'jwk' }), kid }) as ClientKey;
const ec = jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const rsa = (bits: number, exponent = 65_537): ClientKey => jwk(generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent }));

describe('the keys of a client', () => {
  it.each([
    ['P-256', ec], ['P-384', jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }))], ['Ed25519', jwk(generateKeyPairSync('ed25519'))], ['RSA of 2048 bits', rsa(2048)],
    ['what says what it is for', { ...ec, alg: 'ES256', use: 'sig' }],
  ])('may be %s', (_what, key) => {
    expect(acceptKeys([key])).toEqual([key]);
  });

  it.each<[string, ClientKey]>([
    ['a curve that nobody signs tokens on', jwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))], ['a key to agree on others', jwk(generateKeyPairSync('x25519'))],
    ['a short RSA key', rsa(1024)], ['an exponent of 3', rsa(2048, 3)], ['a point that is on no curve', { ...ec, x: ec.y ?? '' }], ['half a point', { kid: 'k', kty: 'EC', crv: 'P-256', x: ec.x ?? '' }],
    ['one kind under the name of another', { ...ec, kty: 'RSA' }], ['no curve', { kid: 'k', kty: 'EC', x: ec.x ?? '', y: ec.y ?? '' }],
  ])('may not be %s', (_what, key) => {
    expect(acceptKeys([key])).toBeUndefined();
  });

  it('have each a name of their own, and keep no member that is not of their kind', () => {
    expect(acceptKeys([ec, { ...ec }])).toBeUndefined();
    expect(acceptKeys([{ ...ec, d: 'private', k: 'secret' } as ClientKey])).toEqual([ec]);
  });
});
