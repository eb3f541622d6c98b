import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';

const ALGORITHM = 'ES256';
const KEY_FILE = 'token-key.pem';
const TOKEN_LIFETIME = '12h';

/** The key of an installation that has no identity provider: made at first start, readable by its owner alone. */
export class LocalIssuer {
  private constructor(private readonly key: CryptoKey, private readonly issuer: string, private readonly audience: string) {}

  static async open(dataDir: string, issuer: string, audience: string): Promise<LocalIssuer> {
    return new LocalIssuer(await importPKCS8(await readOrMakeKey(dataDir), ALGORITHM, { extractable: true }), issuer, audience);
  }

  /** For tests and tools that need no folder. */
  static async inMemory(issuer: string, audience: string): Promise<LocalIssuer> {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    return new LocalIssuer(privateKey, issuer, audience);
  }

  /** A JWK set of the public key. */
  async jwks(): Promise<{ keys: object[] }> {
    const { d: _private, ...publicKey } = await exportJWK(this.key);
    return { keys: [{ ...publicKey, alg: ALGORITHM, use: 'sig' }] };
  }

  /** A token for a subject. Lifetime 12 hours from `now`, unless told otherwise. */
  async sign(subject: string, claims: Record<string, unknown>, now: Date, lifetime = TOKEN_LIFETIME): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' }).setIssuer(this.issuer).setAudience(this.audience).setSubject(subject)
      .setIssuedAt(now).setExpirationTime(new Date(now.getTime() + milliseconds(lifetime))).sign(this.key);
  }
}

async function readOrMakeKey(dataDir: string): Promise<string> {
  const path = join(dataDir, KEY_FILE);
  await mkdir(dataDir, { recursive: true });
  try {
    const file = await open(path, 'wx', 0o600);
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const pem = await exportPKCS8(privateKey);
    await file.writeFile(pem);
    await file.close();
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(path, 'utf8');
  }
}

function milliseconds(lifetime: string): number {
  const [, amount = '0', unit = 's'] = /^(\d+)([smh])$/.exec(lifetime) ?? [];
  return Number(amount) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
