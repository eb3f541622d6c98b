import { KeyObject, sign as signBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { IssuerKeys } from '../../src/identity/issuer-keys';
import { type TrustedIssuer, trustedAs } from '../../src/identity/token-verifier';
import { type TestApp, startApp } from '../support/app';
import type { FixedClock } from '../support/clock';
import { type OutsideIssuer, startOutsideIssuer } from '../support/outside-issuer';

const AUDIENCE = 'service-ledger';
const COOLDOWN_MS = 30_000;
const FRESH_MS = 600_000;
const STALE_MS = 3_600_000;
// The silence after an issuer did not answer, and how long a token is remembered.
const SILENCE_MS = 5_000;
const REMEMBER_MS = 300_000;

interface Key {
  readonly key: CryptoKey;
  readonly jwk: object;
}

async function aKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { key: privateKey, jwk: { ...await exportJWK(privateKey), kid, alg, use: 'sig' } };
}

const outside = (issuer: string, jwksUri: string, clock: FixedClock, given: Partial<TrustedIssuer> = {}): TrustedIssuer => (
  { ...trustedAs({ kind: 'outside', parks: undefined }, { issuer, audience: AUDIENCE, keys: new IssuerKeys(issuer, jwksUri, clock).find }), ...given });

describe('an issuer outside: an oidc-provider in a process of its own', () => {
  let first: Key;
  let provider: OutsideIssuer;
  let app: TestApp;
  let bound: TestApp;
  let named: TestApp;
  beforeAll(async () => {
    first = await aKey('first');
    provider = await startOutsideIssuer({ audience: AUDIENCE, keys: [first.jwk], subjects: ['su.chao', 'nobody', 'county.reader', 'idle'], secret: 'a secret of somebody else, for tests' });
    // Tokens are signed by that process, at the time that it has.
    const [{ iat }] = [claimsOf(await provider.tokenOf('su.chao'))];
    const now = new Date(iat * 1000 + 1000).toISOString();
    app = await startApp({ now, trusted: (clock) => [outside(provider.url, provider.jwksUri, clock)] });
    const twin = { database: app.database, cast: app, issuer: app.issuer, clock: app.clock };
    bound = await startApp({ ...twin, trusted: (clock) => [outside(provider.url, provider.jwksUri, clock, { trust: { kind: 'outside', parks: ['OTHER'] } })] });
    named = await startApp({ ...twin, trusted: (clock) => [outside(provider.url, provider.jwksUri, clock, { subjectClaim: 'employee_no' })] });
    const bind = async (cadre: string, subject: string) => app.sql('UPDATE cadre SET issuer = $2, subject = $3 WHERE id = $1', [cadre, provider.url, subject]);
    await bind(app.cadres.officer2, 'su.chao');
    await bind(app.cadres.leader2, 'E-su.chao');
    await bind(app.cadres.county, 'county.reader');
    await app.sql('UPDATE cadre SET issuer = $2, subject = $3, active = false WHERE id = $1', [app.cadres.strangerOfficer, provider.url, 'idle']);
    await app.sql(`UPDATE park SET county_code = (SELECT county_code FROM park WHERE id = $1) WHERE id = $2`, [app.parkId, app.otherParkId]);
  }, 120_000);
  afterAll(async () => {
    await named.close();
    await bound.close();
    await app.close();
    await provider.stop();
  });

  const ask = async (token: string, of: TestApp = app) => {
    const response = await of.http.get('/api/v1/me').set('authorization', `Bearer ${token}`);
    return { status: response.status, body: response.body as { cadreId?: string; code?: string; roles?: string[] }, headers: response.headers as Record<string, string> };
  };
  const refused = async (token: string, of: TestApp = app): Promise<void> => {
    const { status, body, headers } = await ask(token, of);
    expect({ status, code: body.code, type: headers['content-type'] }).toEqual({ status: 401, code: 'unauthenticated', type: 'application/problem+json; charset=utf-8' });
  };

  it('speaks for the cadre who has its name and the subject, with the rights of the register', async () => {
    const { status, body } = await ask(await provider.tokenOf('su.chao'));
    expect({ status, cadreId: body.cadreId, roles: body.roles }).toEqual({ status: 200, cadreId: app.cadres.officer2, roles: ['officer'] });
  });

  it('may name people by another claim, if that was configured', async () => {
    expect((await ask(await provider.tokenOf('su.chao'), named)).body).toMatchObject({ cadreId: app.cadres.leader2 });
  });

  it('is nobody’s voice whose cadre is unknown or has gone', async () => {
    await refused(await provider.tokenOf('nobody'));
    await refused(await provider.tokenOf('idle'));
  });

  it('makes nobody an operator or a client, whatever its tokens claim', async () => {
    const token = await provider.tokenOf('su.chao');
    expect(claimsOf(token)).toMatchObject({ operator: true, client_id: 'su.chao' });
    await app.http.get('/api/v1/changes').set('authorization', `Bearer ${token}`).expect(403);
    await app.http.post('/api/v1/parks').set('authorization', `Bearer ${token}`).send({ code: 'MINE', name: '我的', countyCode: '430181', goLiveOn: '2026-03-02' }).expect(403);
  });

  it('speaks for no park that it is not bound to', async () => {
    await refused(await provider.tokenOf('su.chao'), bound);
    await app.sql('UPDATE cadre SET issuer = $2, subject = $3 WHERE id = $1', [app.cadres.stranger, provider.url, 'nobody']);
    expect((await ask(await provider.tokenOf('nobody'), bound)).body).toMatchObject({ cadreId: app.cadres.stranger });
  });

  it('leads whoever reads a county into no park that it is not bound to', async () => {
    const parks = async (of: TestApp): Promise<number> => {
      const { body } = await of.http.get('/api/v1/parks').set('authorization', `Bearer ${await provider.tokenOf('county.reader')}`).expect(200) as { body: { items: object[] } };
      return body.items.length;
    };
    expect(await parks(app)).toBe(2);
    const own = await startApp({ database: app.database, cast: app, issuer: app.issuer, clock: app.clock, trusted: (clock) => [outside(provider.url, provider.jwksUri, clock, { trust: { kind: 'outside', parks: ['JKSP'] } })] });
    expect(await parks(own).finally(async () => own.close())).toBe(1);
  }, 60_000);

  describe('and what looks like a token of it', () => {
    let token: string;
    let claims: Record<string, unknown>;
    beforeAll(async () => {
      token = await provider.tokenOf('su.chao');
      claims = claimsOf(token);
    });
    const at = (seconds: number): number => Math.floor(app.clock.now().getTime() / 1000) + seconds;
    const sign = async (change: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}, key: CryptoKey | Uint8Array = first.key): Promise<string> => (
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', kid: 'first', typ: 'at+jwt', ...header }).sign(key));
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    /** Rightly, under whatever head. */
    const signAnything = (head: object): string => {
      const signed = `${encode(head)}.${encode(claims)}`;
      return `${signed}.${signBytes('sha256', Buffer.from(signed), { key: KeyObject.from(first.key), dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };

    it('is one where nothing was changed, also within the tolerance of clocks', async () => {
      expect((await ask(await sign({}))).status).toBe(200);
      expect((await ask(signAnything({ alg: 'ES256', kid: 'first', typ: 'at+jwt' }))).status).toBe(200);
      expect((await ask(await sign({ exp: at(-29) }))).status).toBe(200);
      expect((await ask(await sign({ nbf: at(29) }))).status).toBe(200);
      expect((await ask(await sign({ aud: ['another', AUDIENCE] }))).status).toBe(200);
    });

    it.each<[string, () => Promise<string> | string]>([
      ['has expired', async () => sign({ exp: at(-31) })],
      ['is not valid yet', async () => sign({ nbf: at(31) })],
      ['is for somebody else', async () => sign({ aud: 'another' })],
      ['is for nobody', async () => sign({ aud: undefined })],
      ['is of an issuer whom nobody trusts', async () => sign({ iss: `${provider.url}/other` })],
      ['is of an issuer that is spelt otherwise', async () => sign({ iss: `${provider.url}/` })],
      ['names the issuer of this server, which another key signs', async () => sign({ iss: 'urn:service-ledger:test', operator: true })],
      ['is of no issuer', async () => sign({ iss: undefined })],
      ['names nobody', async () => sign({ sub: undefined })],
      ['names somebody without a name', async () => sign({ sub: '' })],
      ['never expires', async () => sign({ exp: undefined })],
      ['was never issued', async () => sign({ iat: undefined })],
      ['expires at no number', async () => sign({ exp: '9999999999' })],
      ['tells who somebody is, and is no access token', async () => sign({}, { typ: 'JWT' })],
      ['does not say what it is', async () => sign({}, { typ: undefined })],
      ['is signed by another key under the name of the right one', async () => sign({}, {}, (await aKey('first')).key)],
      ['brings its own key', async () => { const own = await aKey('own'); return sign({}, { kid: 'own', jwk: own.jwk, jku: provider.jwksUri }, own.key); }],
      ['is signed with what anybody knows', async () => sign({}, { alg: 'HS256' }, new TextEncoder().encode(JSON.stringify(await (await fetch(provider.jwksUri)).json())))],
      ['demands what nobody understands', () => signAnything({ alg: 'ES256', kid: 'first', typ: 'at+jwt', crit: ['urn:another-rule'], 'urn:another-rule': true })],
      ['is not signed', () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`],
      ['is not signed, and says otherwise', () => `${encode({ alg: 'none', typ: 'at+jwt', kid: 'first' })}.${encode(claims)}.${token.split('.')[2] ?? ''}`],
      ['has another content', () => [token.split('.')[0], encode({ ...claims, sub: 'county.reader' }), token.split('.')[2]].join('.')],
      ['has another head', () => [encode({ alg: 'ES256', kid: 'first', typ: 'at+jwt', x: 1 }), token.split('.')[1], token.split('.')[2]].join('.')],
      ['has another signature', () => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`],
      ['has none', () => token.slice(0, token.lastIndexOf('.') + 1)],
      ['is cut off', () => token.slice(0, -40)],
      ['is noise', () => 'a.b.c'],
      ['is one of another audience of the same issuer', async () => provider.tokenOf('su.chao', 'urn:another-server')],
    ])('is none that %s', async (_what, forge) => {
      await refused(await forge());
    });

    it.each([['two of them', (t: string) => `Bearer ${t}, Bearer ${t}`], ['another scheme', (t: string) => `Basic ${t}`], ['nothing before it', (t: string) => t]])('counts for nothing behind %s', async (_what, header) => {
      await app.http.get('/api/v1/me').set('authorization', header(token)).expect(401);
    });
  });

  it('may take a new key into use, and takes an old one away', async () => {
    const old = await provider.tokenOf('su.chao');
    expect((await ask(old)).status).toBe(200);
    const second = await aKey('second');
    await provider.restart([second.jwk, first.jwk]);
    const fresh = await provider.tokenOf('su.chao');
    expect(headOf(fresh).kid).toBe('second');
    // Not each token with an unknown key makes a call: the keys were asked for a moment ago.
    app.clock.advance(COOLDOWN_MS);
    expect((await ask(fresh)).status).toBe(200);
    expect((await ask(old)).status).toBe(200);
    await provider.restart([second.jwk]);
    app.clock.advance(FRESH_MS);
    const last = await new SignJWT({ ...claimsOf(old), exp: Math.floor(app.clock.now().getTime() / 1000) + 600 }).setProtectedHeader({ alg: 'ES256', kid: 'first', typ: 'at+jwt' }).sign(first.key);
    await refused(last);
    await refused(old);
  }, 120_000);

  it('stops nobody else when it says nothing, and nobody of its own whose key is known', async () => {
    const other = await startApp({ database: app.database, cast: app, issuer: app.issuer, clock: app.clock, trusted: (clock) => [outside(provider.url, provider.jwksUri, clock)] });
    const token = await provider.tokenOf('su.chao');
    app.clock.set(new Date(claimsOf(token).iat * 1000));
    expect((await ask(token)).status).toBe(200);
    provider.freeze();
    try {
      const answer = await ask(token, other);
      expect(answer).toMatchObject({ status: 503, body: { code: 'issuer-unavailable' }, headers: { 'retry-after': '5' } });
      // Without asking it, since it did not answer a moment ago.
      const asking = jest.spyOn(globalThis, 'fetch');
      expect((await ask(token, other)).status).toBe(503);
      expect(asking).not.toHaveBeenCalled();
      asking.mockRestore();
      await other.as('officer').get('/me').expect(200);
      app.clock.advance(REMEMBER_MS);
      expect((await ask(token)).status).toBe(200);
    } finally {
      provider.thaw();
    }
    app.clock.advance(SILENCE_MS);
    expect((await ask(await provider.tokenOf('su.chao'), other)).status).toBe(200);
    await other.close();
  }, 60_000);
});

/** What comes from the address of the keys, at times that the test decides. */
describe('the keys of an issuer', () => {
  let clock: FixedClock;
  let app: TestApp;
  let server: Server;
  let answer: { status: number; body: string; headers?: Record<string, string> };
  let asked = 0;
  let key: Key;
  let issuer: string;
  beforeAll(async () => {
    key = await aKey('first');
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    app = await startApp({ trusted: (given) => { clock = given; return []; } });
  });
  afterAll(async () => {
    await app.close();
    await new Promise((resolve) => { server.close(resolve); });
  });
  beforeEach(() => { asked = 0; });

  const keysNow = async (...keys: Key[]): Promise<void> => {
    const shown = keys.map(({ jwk }) => { const { d: _private, ...rest } = jwk as { d: string }; return rest; });
    answer = { status: 200, body: JSON.stringify({ keys: shown }) };
    await Promise.resolve();
  };
  const head = (kid: string) => [{ alg: 'ES256', kid, typ: 'at+jwt' }, { payload: '', signature: '', protected: '' }] as const;
  const fresh = (): IssuerKeys => new IssuerKeys(issuer, `${issuer}/jwks`, clock);

  it('are asked for once for all who wait, and not again while they are fresh', async () => {
    await keysNow(key);
    const keys = fresh();
    await Promise.all(Array.from({ length: 20 }, async () => keys.find(...head('first'))));
    clock.advance(FRESH_MS - 1);
    await keys.find(...head('first'));
    expect(asked).toBe(1);
    clock.advance(1);
    await keys.find(...head('first'));
    expect(asked).toBe(2);
  });

  it('are not asked for by every token that names a key which is none', async () => {
    await keysNow(key);
    const keys = fresh();
    for (let noise = 0; noise < 50; noise += 1) await expect(keys.find(...head(`noise-${noise}`))).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(asked).toBe(1);
    clock.advance(COOLDOWN_MS);
    for (let noise = 0; noise < 50; noise += 1) await expect(keys.find(...head(`noise-${noise}`))).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(asked).toBe(2);
  });

  it.each([
    ['an error', { status: 500, body: 'no' }], ['a page', { status: 200, body: '<html>sign in</html>' }], ['another thing', { status: 200, body: '{"keys":"none"}' }],
    ['the way to another place', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }], ['more than keys can be', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
  ])('that turn out to be %s are none, which is no fault of a token', async (_what, given) => {
    answer = given;
    const keys = fresh();
    await expect(keys.find(...head('first'))).rejects.toThrow(/no keys of/);
    await expect(keys.find(...head('first'))).rejects.toThrow(/did not answer a moment ago/);
    expect(asked).toBe(1);
    await keysNow(key);
    clock.advance(SILENCE_MS);
    await keys.find(...head('first'));
  });

  it('count for an hour while their issuer is away, and no longer', async () => {
    await keysNow(key);
    const keys = fresh();
    await keys.find(...head('first'));
    answer = { status: 503, body: '' };
    clock.advance(STALE_MS - 1);
    await keys.find(...head('first'));
    // Of a key that nobody knows it is not said that there is none.
    await expect(keys.find(...head('second'))).rejects.toThrow(/did not answer a moment ago/);
    clock.advance(1 + SILENCE_MS);
    await expect(keys.find(...head('first'))).rejects.toThrow(/no keys of/);
  });

  it('are refused where one is private', async () => {
    answer = { status: 200, body: JSON.stringify({ keys: [key.jwk] }) };
    await expect(fresh().find(...head('first'))).rejects.toThrow();
  });
});

function claimsOf(token: string): Record<string, unknown> & { iat: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown> & { iat: number };
}

function headOf(token: string): { kid?: string } {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string };
}
