import { createPublicKey } from 'node:crypto';

/** A public key of a client, as RFC 7517 writes it. */
export interface ClientKey {
  readonly kid: string;
  readonly kty: 'EC' | 'OKP' | 'RSA';
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
  readonly alg?: string;
  readonly use?: string;
}

const MEMBERS: Readonly<Record<ClientKey['kty'], readonly (keyof ClientKey)[]>> = { EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], RSA: ['n', 'e'] };
const CURVES: Readonly<Record<string, readonly string[]>> = { EC: ['P-256', 'P-384'], OKP: ['Ed25519'] };
const FEWEST_BITS = 2_048;
const MOST_BITS = 8_192;
const LEAST_EXPONENT = 65_537n;

/** The keys with the members that their kinds have and no others; nothing when one is none, is too weak, or shares its name with another. */
export function acceptKeys(given: readonly ClientKey[]): readonly ClientKey[] | undefined {
  const keys = given.map(accept);
  if (new Set(given.map(({ kid }) => kid)).size < given.length) return undefined;
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

function accept(given: ClientKey): ClientKey | undefined {
  const { kid, kty, alg, use } = given;
  const members = Object.fromEntries(MEMBERS[kty].map((member) => [member, given[member]]));
  if (given.crv !== undefined && CURVES[kty]?.includes(given.crv) !== true) return undefined;
  try {
    // It also finds that a point does not lie on its curve.
    const { asymmetricKeyDetails: details = {} } = createPublicKey({ key: { kty, ...members }, format: 'jwk' });
    const { modulusLength: bits = FEWEST_BITS, publicExponent = LEAST_EXPONENT } = details;
    if (bits < FEWEST_BITS || bits > MOST_BITS || publicExponent < LEAST_EXPONENT || publicExponent % 2n === 0n) return undefined;
  } catch {
    return undefined;
  }
  return { kid, kty, ...members, ...(alg === undefined ? {} : { alg }), ...(use === undefined ? {} : { use }) };
}
