import { randomBytes } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { SigningKeys } from '../../src/identity/provider/signing-keys.service';
import { Jobs } from '../../src/platform/jobs/jobs';
import { KeyEncryption } from '../../src/platform/key-encryption';
import { ownIssuerOf, serve, type Served, settle, signIn, until } from '../support/browser';

const DAY_MS = 86_400_000;

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** The keys of the built-in issuer, over two processes on one database. */
describe('the keys of the built-in issuer', () => {
  let served: Served;
  let twin: Served;
  let login: string;
  beforeAll(async () => {
    served = await serve();
    twin = await serve({ database: served.database, issuer: served.issuer, cast: served, clock: served.clock, keyEncryption: served.keyEncryption, publicUrl: served.url });
    ({ login } = await settle(served, 'officer'));
  });
  afterAll(async () => {
    await twin.close();
    await served.close();
    jest.restoreAllMocks();
  });

  const job = async (of: Served, name: string): Promise<unknown> => of.app.get(Jobs).registered.find((one) => one.name === name)?.run(new AbortController().signal);
  const published = async (of: Served): Promise<string[]> => ((await (await fetch(`${of.url}/oidc/jwks`)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  const kidOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as { kid: string }).kid;
  const aToken = async (of: Served = served): Promise<string> => (await signIn(of, login)).access_token;
  const verify = async (of: Served, token: string): Promise<unknown> => jwtVerify(token, ownIssuerOf(of).keys, { issuer: `${served.url}/oidc`, audience: 'service-ledger', currentDate: served.clock.now() });

  it('turn every ninety days: the next is published a day before it signs, the old one two days longer, in every process', async () => {
    const [first = ''] = await published(served);
    expect(await published(twin)).toEqual([first]);
    const begun = served.clock.now().getTime();
    await job(served, 'oidc-keys');
    expect(await published(served)).toEqual([first]);

    served.clock.set(new Date(begun + 89 * DAY_MS));
    // Twice, and in both at once.
    await Promise.all([job(served, 'oidc-keys'), job(twin, 'oidc-keys'), job(served, 'oidc-keys')]);
    await until(async () => (await published(twin)).length === 2);
    expect(await published(served)).toEqual(await published(twin));
    const next = (await published(served)).find((kid) => kid !== first) ?? '';
    const [cadre] = await served.sql<{ id: string }>('SELECT id FROM account');
    await served.sql('UPDATE account_credential SET password_set_at = $1 WHERE account_id = $2', [served.clock.now(), cadre?.id]);
    const old = await aToken();
    expect(kidOf(old)).toBe(first);

    served.clock.set(new Date(begun + 90 * DAY_MS));
    const fresh = await aToken();
    expect(kidOf(fresh)).toBe(next);
    await expect(verify(twin, fresh)).resolves.toBeDefined();
    expect((await published(twin)).sort()).toEqual([first, next].sort());

    served.clock.set(new Date(begun + 92 * DAY_MS));
    expect(await published(twin)).toEqual([next]);
    await job(twin, 'oidc-keys');
    expect(await served.sql('SELECT id FROM oidc_key')).toEqual([{ id: next }]);
    await expect(verify(served, old)).rejects.toBeInstanceOf(errors.JOSEError);
  }, 120_000);

  it('are made anew when somebody who owns the tables deletes them, and tokens of the old count no more', async () => {
    const token = await aToken();
    await expect(verify(twin, token)).resolves.toBeDefined();
    await served.sql('DELETE FROM oidc_key');
    await until(async () => verify(twin, token).then(() => false, () => true));
    const again = await aToken();
    expect(kidOf(again)).not.toBe(kidOf(token));
    await until(async () => verify(twin, again).then(() => true, () => false));
  }, 60_000);

  it('lie sealed, and are of no use to a process that seals with another key', async () => {
    const [row] = await served.sql<{ public: object; sealed: Buffer }>('SELECT public_jwk AS public, sealed_key AS sealed FROM oidc_key');
    expect(row?.public).not.toHaveProperty('d');
    expect(row?.sealed).toHaveLength(12 + 32 + 16);
    const stranger = await serve({ database: served.database, issuer: served.issuer, cast: served, clock: served.clock, keyEncryption: new KeyEncryption(randomBytes(32)), publicUrl: served.url });
    await expect(stranger.app.get(SigningKeys).current()).rejects.toMatchObject({ code: 'unavailable' });
    const answer = await fetch(`${stranger.url}/oidc/jwks`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
    await stranger.close();
  });
});
