/** What may sign a token: asymmetric algorithms alone. */
export const TOKEN_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** The key that this installation made for itself, for trying. */
export interface LocalIssuerConfig {
  readonly kind: 'local';
  readonly issuer: string;
  readonly audience: string;
}

/** An identity provider of a park or county, and how far it is believed. */
export interface OutsideIssuerConfig {
  readonly kind: 'outside';
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** What the header of its access tokens says that they are. */
  readonly tokenType: 'at+jwt' | 'JWT';
  /** Codes of the parks whose cadres it may speak for; undefined is all of them. */
  readonly parks: readonly string[] | undefined;
  /** The claim that a cadre's `identity.subject` is compared with. */
  readonly subjectClaim: string;
}

export type IssuerConfig = LocalIssuerConfig | OutsideIssuerConfig;

export const LOCAL_ISSUER = 'urn:service-ledger:local';

interface Defaults {
  readonly audience: string;
  /** Keys come over https: whoever can alter them on their way is whoever they like. In trying, and from the machine itself, http will do. */
  readonly production: boolean;
}

const MEMBERS: readonly string[] = ['issuer', 'audience', 'jwksUri', 'algorithms', 'tokenType', 'parks', 'subjectClaim'];
// What a cadre's identity has room for.
const LONGEST_ISSUER = 300;
const PARK_CODE = /^[A-Z0-9]{2,10}$/;
const CLAIM = /^[\w.:/-]{1,100}$/;
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** The issuers of a JSON array; each fault is told to `fault` as a sentence that begins with the name of the variable. */
export function readIssuers(name: string, json: string, defaults: Defaults, fault: (sentence: string) => void): OutsideIssuerConfig[] {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    given = undefined;
  }
  if (!Array.isArray(given)) {
    fault(`${name}: a JSON array of issuers`);
    return [];
  }
  return given.flatMap((one: unknown, position) => {
    const faults: string[] = [];
    const issuer = readIssuer(one, defaults, faults);
    for (const sentence of faults) fault(`${name}[${position}].${sentence}`);
    return issuer === undefined || faults.length > 0 ? [] : [issuer];
  });
}

function readIssuer(given: unknown, { audience: usual, production }: Defaults, faults: string[]): OutsideIssuerConfig | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    faults.push('issuer: needed');
    return undefined;
  }
  // A member that is misspelt would leave a wall out.
  for (const member of Object.keys(given)) if (!MEMBERS.includes(member)) faults.push(`${member}: there is no such member; there are ${MEMBERS.join(', ')}`);
  const { issuer, audience = usual, jwksUri, algorithms = TOKEN_ALGORITHMS, tokenType = 'at+jwt', parks, subjectClaim = 'sub' } = given as Record<string, unknown>;
  const members = {
    issuer: isText(issuer, LONGEST_ISSUER) ? issuer : reject(faults, `issuer: what its tokens name as iss, up to ${LONGEST_ISSUER} characters`),
    audience: isText(audience, LONGEST_ISSUER) ? audience : reject(faults, 'audience: what its tokens name as aud'),
    jwksUri: isAddressOfKeys(jwksUri, production) ? jwksUri : reject(faults, `jwksUri: ${ADDRESS_OF_KEYS}`),
    algorithms: isListOf(algorithms, (one): one is TokenAlgorithm => (TOKEN_ALGORITHMS as readonly unknown[]).includes(one)) ? algorithms : reject(faults, `algorithms: some of ${TOKEN_ALGORITHMS.join(', ')}`),
    tokenType: isTokenType(tokenType) ? tokenType : reject(faults, 'tokenType: at+jwt or JWT'),
    parks: isListOf(parks, (one): one is string => one === '*' || (typeof one === 'string' && PARK_CODE.test(one))) && (parks.length === 1 || !parks.includes('*')) ? parks : reject(faults, 'parks: codes of parks, or ["*"]'),
    subjectClaim: typeof subjectClaim === 'string' && CLAIM.test(subjectClaim) ? subjectClaim : reject(faults, 'subjectClaim: the name of a claim'),
  };
  if (faults.length > 0) return undefined;
  const read = members as { [K in keyof typeof members]: Exclude<(typeof members)[K], undefined> };
  return { kind: 'outside', ...read, parks: read.parks.includes('*') ? undefined : read.parks };
}

export const ADDRESS_OF_KEYS = 'an address that begins with https://, or in trying and on this machine with http://, without a password in it';

/** Whether keys may be fetched from there. */
export function isAddressOfKeys(given: unknown, production: boolean): given is string {
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && (!production || LOOPBACK.test(url.hostname)));
}

/** Why an issuer can't be trusted under its name: one that is trusted already decides alone what its tokens are worth. */
export function findDoubled(issuers: readonly string[]): string | undefined {
  return issuers.find((issuer, position) => issuers.indexOf(issuer) !== position);
}

function isTokenType(given: unknown): given is OutsideIssuerConfig['tokenType'] {
  return given === 'at+jwt' || given === 'JWT';
}

function isText(given: unknown, longest: number): given is string {
  return typeof given === 'string' && given.length >= 1 && given.length <= longest && given.trim() === given;
}

function isListOf<T>(given: unknown, is: (one: unknown) => one is T): given is readonly T[] {
  return Array.isArray(given) && given.length > 0 && given.every(is) && new Set(given).size === given.length;
}

function reject(faults: string[], sentence: string): undefined {
  faults.push(sentence);
  return undefined;
}
