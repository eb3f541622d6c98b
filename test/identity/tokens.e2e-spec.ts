import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import * as client from 'openid-client';
import { Client } from 'pg';
import { OidcSweep } from '../../src/identity/provider/oidc.sweep';
import { BACK, begin, Browser, claimsOf, configOf, DESK, DESK_BACK, exchange, LOCAL, ownIssuerOf, PASSWORD, serve, type Served, settle, signIn, signInThrough, until } from '../support/browser';
import { aMachineClient } from '../support/clients';

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** What the issuer gives, and to whom it gives nothing, over two processes. */
describe('tokens of the built-in issuer', () => {
  let served: Served;
  let twin: Served;
  let account: { id: string; login: string };
  beforeAll(async () => {
    served = await serve();
    twin = await serve({ database: served.database, issuer: served.issuer, cast: served, clock: served.clock, keyEncryption: served.keyEncryption, publicUrl: served.url });
    account = await settle(served, 'officer');
  });
  afterAll(async () => {
    await twin.close();
    await served.close();
    jest.restoreAllMocks();
  });
  beforeEach(() => { served.clock.advance(60_000); });

  const call = async (token: string, path = '/me') => fetch(`${served.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  const asked = async (at: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${at}/oidc/token`, { method: 'POST', body: new URLSearchParams(form), headers: { accept: 'application/json', ...headers } });
    return { status: response.status, body: await response.json() as { readonly error?: string; readonly access_token?: string; readonly refresh_token?: string; readonly scope?: string } };
  };
  const renew = async (token: string, at = served.url) => asked(at, { grant_type: 'refresh_token', refresh_token: token, client_id: 'test-app' });
  const backFor = async (given: Readonly<Record<string, string>> = {}) => {
    const flow = await begin(served, given);
    const browser = new Browser();
    return { flow, back: await signInThrough(browser, await browser.open(flow.address.href), account.login, PASSWORD) };
  };

  const reuses = async (what: string): Promise<number> =>
    (await served.sql(`SELECT FROM journal_entry WHERE type = 'account.token_reused' AND subject_id = $1 AND data ->> 'what' = $2`, [account.id, what])).length;
  const sessionsFor = async (token: string): Promise<{ id: string; app: string }[]> => (await (await call(token, '/me/sessions')).json() as { items: { id: string; app: string }[] }).items;
  const sessionOf = (token: string): string => claimsOf(token)['grant'] as string;
  const signedIn = async (): Promise<{ app: string; second: boolean }[]> => served.sql(
    `SELECT data ->> 'app' AS app, (data -> 'secondFactor')::boolean AS second FROM journal_entry WHERE type = 'account.signed_in' AND subject_id = $1 ORDER BY position`, [account.id]);

  it('open the API, and say when and for what', async () => {
    const { access_token: token, expires_in: seconds } = await signIn(served, account.login);
    expect(seconds).toBe(600);
    const me = await call(token);
    expect(await me.json()).toMatchObject({ cadreId: served.cadres.officer, parkId: served.parkId });
    await expect(jwtVerify(token, ownIssuerOf(twin).keys, { issuer: `${served.url}/oidc`, audience: 'service-ledger', currentDate: served.clock.now() })).resolves.toBeDefined();
  });

  it('publish what the issuer can do, and no more', async () => {
    const response = await fetch(`${served.url}/oidc/.well-known/openid-configuration`);
    const metadata = await response.json() as Record<string, unknown>;
    expect(metadata).toMatchObject({
      issuer: `${served.url}/oidc`, token_endpoint: `${served.url}/oidc/token`, response_types_supported: ['code'], code_challenge_methods_supported: ['S256'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token', 'client_credentials']) as unknown, token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'private_key_jwt'],
    });
    for (const off of ['userinfo_endpoint', 'registration_endpoint', 'introspection_endpoint', 'pushed_authorization_request_endpoint', 'device_authorization_endpoint']) expect(metadata).not.toHaveProperty(off);
    const { keys } = await (await fetch(`${served.url}/oidc/jwks`)).json() as { keys: JWK[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('believe neither the host nor the protocol that a request claims', async () => {
    const response = await fetch(`${served.url}/oidc/.well-known/openid-configuration`, { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'forwarded': 'host=evil.example' } });
    expect(await response.text()).not.toContain('evil');
  });

  it.each<[string, Readonly<Record<string, string>>, 'told' | 'page']>([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'told'], ['a plain challenge', { code_challenge_method: 'plain' }, 'told'],
    ['an address that is not the app’s', { redirect_uri: 'http://127.0.0.1/elsewhere' }, 'page'], ['one with more behind it', { redirect_uri: `${BACK}/../x` }, 'page'], ['another host', { redirect_uri: 'https://evil.example/back' }, 'page'],
    ['a user in the address', { redirect_uri: 'http://127.0.0.1@evil.example/back' }, 'page'], ['an unknown app', { client_id: 'nobody' }, 'page'], ['a token at once', { response_type: 'token' }, 'told'],
    ['another resource', { resource: 'https://elsewhere.example' }, 'told'], ['an answer by form', { response_mode: 'form_post' }, 'told'],
  ])('are refused for a request with %s', async (_what, given, how) => {
    const answer = await new Browser().open((await begin(served, given)).address.href);
    expect(answer.text).not.toMatch(/name="password"|<script/);
    const { searchParams, hash } = new URL(answer.url);
    if (how === 'told') expect(searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error') ?? /<code>(\w+)</.exec(answer.text)?.[1]).toMatch(/^(invalid_request|unsupported_response_type|unsupported_response_mode|invalid_target|unauthorized_client)$/);
    else {
      expect(answer.url.startsWith(served.url)).toBe(true);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('are given once for a code; whoever uses it again ends what it gave', async () => {
    const { flow, back } = await backFor();
    const code = new URL(back.url).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, code_verifier: flow.verifier, redirect_uri: BACK, client_id: 'test-app' };
    const first = await asked(served.url, form);
    expect(first.status).toBe(200);
    expect((await call(first.body.access_token ?? '')).status).toBe(200);
    expect(await asked(twin.url, form)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await call(first.body.access_token ?? '')).status).toBe(401);
    expect((await renew(first.body.refresh_token ?? '')).status).toBe(400);
    expect(await reuses('code')).toBe(1);
    // There is nothing left to end.
    expect((await asked(twin.url, form)).status).toBe(400);
    expect(await reuses('code')).toBe(1);
  });

  it('are given once for a code that two processes are shown at once, and open nothing afterwards: that is on the record, once', async () => {
    const { flow, back } = await backFor();
    const before = await reuses('code');
    const form = { grant_type: 'authorization_code', code: new URL(back.url).searchParams.get('code') ?? '', code_verifier: flow.verifier, redirect_uri: BACK, client_id: 'test-app' };
    const answers = await Promise.all(Array.from({ length: 6 }, async (_none, number) => asked(number % 2 === 0 ? served.url : twin.url, form)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
    const given = answers.find(({ status }) => status === 200)?.body ?? {};
    expect((await call(given.access_token ?? '')).status).toBe(401);
    expect((await renew(given.refresh_token ?? '')).status).toBe(400);
    expect(await reuses('code')).toBe(before + 1);
  });

  it('are not given for a stolen code: without its verifier, to another app, or for another address', async () => {
    const { flow, back } = await backFor();
    const form = { grant_type: 'authorization_code', code: new URL(back.url).searchParams.get('code') ?? '', code_verifier: flow.verifier, redirect_uri: BACK, client_id: 'test-app' };
    const { code_verifier: _verifier, ...without } = form;
    expect(await asked(served.url, without)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await asked(served.url, { ...form, code_verifier: client.randomPKCECodeVerifier() })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await asked(served.url, { ...form, client_id: DESK })).status).toBe(400);
    expect((await asked(served.url, { ...form, redirect_uri: 'http://127.0.0.1:4001/back' })).status).toBe(400);
    // An app that is handed somebody else's code finds that it is not the one it asked for.
    await expect(exchange({ ...flow, state: client.randomState() }, back)).rejects.toThrow();
    expect((await asked(served.url, form)).status).toBe(200);
    served.clock.advance(61_000);
    const late = await backFor();
    served.clock.advance(61_000);
    await expect(exchange(late.flow, late.back)).rejects.toThrow();
  });

  it('are renewed by a token that is another each time; one that comes again ends the family', async () => {
    const tokens = await signIn(served, account.login);
    const first = await renew(tokens.refresh_token ?? '');
    expect(first.status).toBe(200);
    expect(first.body.refresh_token).not.toBe(tokens.refresh_token);
    const second = await renew(first.body.refresh_token ?? '', twin.url);
    expect(second.status).toBe(200);
    expect((await renew(tokens.refresh_token ?? '')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await renew(second.body.refresh_token ?? '')).body).toMatchObject({ error: 'invalid_grant' });
    for (const token of [tokens.access_token, second.body.access_token ?? '']) expect((await call(token)).status).toBe(401);
    expect(await reuses('refresh_token')).toBe(1);
  });

  it.each([[2, 5], [4, 3]])('are renewed once when %d ask at once, in two processes: the session ends, which is on the record once', async (askers, rounds) => {
    for (let round = 0; round < rounds; round += 1) {
      const tokens = await signIn(served, account.login);
      const before = await reuses('refresh_token');
      const answers = await Promise.all(Array.from({ length: askers }, async (_none, number) => renew(tokens.refresh_token ?? '', number % 2 === 0 ? served.url : twin.url)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(askers - 1).fill(400)]);
      const given = answers.find(({ status }) => status === 200)?.body ?? {};
      for (const token of [tokens.access_token, given.access_token ?? '']) expect((await call(token)).status).toBe(401);
      for (const at of [served.url, twin.url]) expect((await renew(given.refresh_token ?? '', at)).status).toBe(400);
      expect(await served.sql(`SELECT FROM oidc_payload WHERE model = 'Grant' AND id = $1`, [sessionOf(tokens.access_token)])).toEqual([]);
      expect(await reuses('refresh_token')).toBe(before + 1);
    }
  });

  describe('in a browser that knows who it is', () => {
    it.each([['in the open', {}], ['silently', { prompt: 'none' }]])('are not given to another program on the device that asks %s: it is asked who it is, and nothing begins', async (_how, given: Readonly<Record<string, string>>) => {
      const { browser, access_token: mine } = await signIn(served, account.login);
      const before = { sessions: await sessionsFor(mine), lines: await signedIn() };
      const back = await browser.open((await begin(served, given)).address.href);
      if (given['prompt'] === 'none') expect(new URL(back.url).searchParams.get('error')).toBe('login_required');
      else expect(back.text).toContain('name="password"');
      expect(back.url).not.toContain('code=');
      expect({ sessions: await sessionsFor(mine), lines: await signedIn() }).toEqual(before);
    });

    it('are not given either where a page is answered on the device itself, which is any program’s', async () => {
      const { browser } = await signIn(served, account.login, { clientId: LOCAL });
      expect((await browser.open((await begin(served, {}, LOCAL)).address.href)).text).toContain('name="password"');
      expect((await browser.open((await begin(served, { prompt: 'none' }, LOCAL)).address.href)).url).toContain('error=login_required');
    });

    it('are of a session of its own for who signs in again: each is listed, on the record, and ended alone', async () => {
      const lines = (await signedIn()).length;
      const first = await signIn(served, account.login);
      const second = await signIn(served, account.login, { browser: first.browser });
      expect(sessionOf(second.access_token)).not.toBe(sessionOf(first.access_token));
      expect((await sessionsFor(first.access_token)).map(({ id }) => id)).toEqual(expect.arrayContaining([sessionOf(first.access_token), sessionOf(second.access_token)]));
      expect((await signedIn()).slice(lines)).toEqual([{ app: 'test-app', second: false }, { app: 'test-app', second: false }]);
      const renewed = await renew(second.refresh_token ?? '');
      expect((await renew(second.refresh_token ?? '')).status).toBe(400);
      expect([(await call(renewed.body.access_token ?? '')).status, (await call(first.access_token)).status, (await renew(first.refresh_token ?? '')).status]).toEqual([401, 200, 200]);
    });

    it('end for the earlier of two alone when it is revoked, and with it what the browser knows', async () => {
      const first = await signIn(served, account.login);
      const second = await signIn(served, account.login, { browser: first.browser });
      const revoked = await fetch(`${served.url}/api/v1/me/sessions/${sessionOf(first.access_token)}/revoke`, { method: 'POST', headers: { authorization: `Bearer ${second.access_token}` } });
      expect(revoked.status).toBe(200);
      expect([(await call(first.access_token)).status, (await call(second.access_token)).status]).toEqual([401, 200]);
      expect((await second.browser.open((await begin(served, {}, DESK)).address.href)).text).toContain('name="password"');
    });

    it('end for both when one signs out there', async () => {
      const first = await signIn(served, account.login);
      const second = await signIn(served, account.login, { browser: first.browser });
      const page = await first.browser.open(`${served.url}/oidc/session/end`);
      expect((await first.browser.submit(page, {}, 'logout')).text).toContain('signed out');
      for (const { access_token: token } of [first, second]) expect((await call(token)).status).toBe(401);
      const ended = await served.sql<{ session: string }>(`SELECT data ->> 'sessionId' AS session FROM journal_entry WHERE type = 'account.session_revoked' AND subject_id = $1 ORDER BY position DESC LIMIT 2`, [account.id]);
      expect(ended.map(({ session }) => session).sort()).toEqual([sessionOf(first.access_token), sessionOf(second.access_token)].sort());
    });

    it('are given to another page without a question, of a session of its own that is listed and on the record, and that it keeps', async () => {
      const phone = await signIn(served, account.login);
      const lines = (await signedIn()).length;
      const silently = async () => {
        const flow = await begin(served, { prompt: 'none' }, DESK);
        const back = await phone.browser.open(flow.address.href);
        expect(back.url.startsWith(`${DESK_BACK}?`)).toBe(true);
        return (await exchange(flow, back)).access_token;
      };
      const desk = await silently();
      expect(sessionOf(desk)).not.toBe(sessionOf(phone.access_token));
      expect((await sessionsFor(desk)).find(({ id }) => id === sessionOf(desk))).toMatchObject({ app: DESK });
      expect(sessionOf(await silently())).toBe(sessionOf(desk));
      expect((await signedIn()).slice(lines)).toEqual([{ app: DESK, second: false }]);
    });

    it('are of no session while a page that asks for another sign-in has not been given one', async () => {
      const { browser, access_token: mine } = await signIn(served, account.login);
      const before = await sessionsFor(mine);
      expect((await browser.open((await begin(served, { prompt: 'login' }, DESK)).address.href)).text).toContain('name="password"');
      expect(await sessionsFor(mine)).toEqual(before);
    });
  });

  it('lie nowhere in the database', async () => {
    const tokens = await signIn(served, account.login);
    const [{ found = '' } = {}] = await served.sql<{ found: string }>(`SELECT count(*)::text AS found FROM oidc_payload WHERE id = $1 OR payload::text LIKE '%' || $1 || '%'`, [tokens.refresh_token]);
    expect(found).toBe('0');
    expect(await served.sql(`SELECT FROM oidc_payload WHERE model = 'AccessToken'`)).toEqual([]);
  });

  it('end at once when the session is revoked, in every process, and with them the browser’s', async () => {
    const listener = new Client({ connectionString: served.database.url });
    await listener.connect();
    await listener.query('LISTEN ledger_identity');
    let told = 0;
    listener.on('notification', () => { told += 1; });
    const mine = await signIn(served, account.login);
    const { access_token: other } = await signIn(served, account.login);
    const session = sessionOf(mine.access_token);
    expect((await sessionsFor(mine.access_token)).map(({ id }) => id)).toEqual(expect.arrayContaining([session, sessionOf(other)]));
    const revoked = await fetch(`${served.url}/api/v1/me/sessions/${session}/revoke`, { method: 'POST', headers: { authorization: `Bearer ${other}` } });
    expect(await revoked.json()).toMatchObject({ id: session, status: 'revoked', app: 'test-app' });
    expect((await call(mine.access_token)).status).toBe(401);
    expect((await call(other)).status).toBe(200);
    expect((await renew(mine.refresh_token ?? '', twin.url)).status).toBe(400);
    expect((await mine.browser.open((await begin(served, {}, DESK)).address.href)).text).toContain('name="password"');
    await until(() => told > 0);
    await listener.end();
    const foreign = await served.as('leader').post(`/me/sessions/${sessionOf(other)}/revoke`);
    expect(foreign.status).toBe(404);
  });

  it('end at once when the account is locked, and nobody signs in until it is unlocked', async () => {
    const tokens = await signIn(served, account.login);
    await served.as('admin').post(`/accounts/${account.id}/lock`).expect(200);
    expect((await call(tokens.access_token)).status).toBe(401);
    expect((await renew(tokens.refresh_token ?? '')).status).toBe(400);
    const browser = new Browser();
    expect((await browser.submit(await browser.open((await begin(served)).address.href), { login: account.login, password: PASSWORD })).status).toBe(400);
    await served.as('admin').post(`/accounts/${account.id}/unlock`).expect(200);
    expect((await call((await signIn(served, account.login)).access_token)).status).toBe(200);
    expect((await call(tokens.access_token)).status).toBe(401);
  });

  it('end at once with the cadre’s service, and when a new role asks for more than was proved', async () => {
    const { login } = await settle(served, 'leader');
    const tokens = await signIn(served, login);
    expect((await call(tokens.access_token)).status).toBe(200);
    await served.sql(`UPDATE cadre SET roles = '{leader,supervisor}' WHERE id = $1`, [served.cadres.leader]);
    expect((await call(tokens.access_token)).status).toBe(401);
    const more = await signIn(served, login);
    await served.sql('UPDATE cadre SET active = false WHERE id = $1', [served.cadres.leader]);
    expect((await call(more.access_token)).status).toBe(401);
    expect((await renew(more.refresh_token ?? '')).status).toBe(400);
    await served.sql(`UPDATE cadre SET active = true, roles = '{leader}' WHERE id = $1`, [served.cadres.leader]);
  });

  it('end when one signs out, and when the app hands its token back', async () => {
    const tokens = await signIn(served, account.login);
    const config = await configOf(served);
    const away = client.buildEndSessionUrl(config, { post_logout_redirect_uri: 'http://127.0.0.1/bye', id_token_hint: tokens.id_token ?? '', state: 'then' });
    const page = await tokens.browser.open(away.href);
    expect(page.text).not.toMatch(/<script|fonts\./);
    const done = await tokens.browser.submit(page, {}, 'logout');
    expect(done.url).toBe('http://127.0.0.1/bye?state=then');
    expect((await call(tokens.access_token)).status).toBe(401);
    const handed = await signIn(served, account.login);
    await client.tokenRevocation(config, handed.refresh_token ?? '');
    expect((await call(handed.access_token)).status).toBe(401);
    // Who is signed in nowhere is shown a page that works without a script.
    const nobody = new Browser();
    const onward = await nobody.open(`${served.url}/oidc/session/end`);
    expect(onward.text).not.toMatch(/<script/);
    expect(onward.text).toContain('Nobody is signed in in this browser any more.');
    expect((await nobody.submit(onward, {})).text).toContain('signed out');
    expect((await nobody.open(client.buildEndSessionUrl(config, { post_logout_redirect_uri: 'https://evil.example/' }).href)).status).toBe(400);
  });

  it('last for a working day where they are a browser’s, and for weeks on a phone', async () => {
    const browser = new Browser();
    const flow = await begin(served, {}, DESK);
    const back = await signInThrough(browser, await browser.open(flow.address.href), account.login, PASSWORD);
    const desk = await exchange(flow, back);
    const phone = await signIn(served, account.login);
    served.clock.advance(13 * 3_600_000);
    expect((await asked(served.url, { grant_type: 'refresh_token', refresh_token: desk.refresh_token ?? '', client_id: DESK })).status).toBe(400);
    let token = phone.refresh_token ?? '';
    for (let days = 0; days < 2; days += 1) {
      served.clock.advance(10 * 86_400_000);
      const more = await renew(token);
      expect(more.status).toBe(200);
      token = more.body.refresh_token ?? '';
    }
    served.clock.advance(10 * 86_400_000);
    expect((await renew(token)).status).toBe(400);
    expect(await served.app.get(OidcSweep).sweep()).toBeGreaterThan(0);
    expect(await served.sql('SELECT FROM oidc_payload WHERE expires_at <= $1', [served.clock.now()])).toEqual([]);
  });

  describe('for machines', () => {
    let portal: { id: string; secret: string };
    beforeAll(async () => { portal = await aMachineClient(served, { scopes: ['tickets:read', 'visits:read'] }); });
    const basic = (secret: string, id = portal.id): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
    const form = { grant_type: 'client_credentials', scope: 'tickets:read' };

    it('are given for a secret that counts, with the scopes that were asked for, and open what the park has granted', async () => {
      const { status, body } = await asked(served.url, form, basic(portal.secret));
      expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'tickets:read' });
      expect(claimsOf(body.access_token ?? '')).toMatchObject({ sub: portal.id, client_id: portal.id, aud: 'service-ledger', scope: 'tickets:read' });
      expect(claimsOf(body.access_token ?? '')).not.toHaveProperty('grant');
      const call = async (path: string): Promise<number> => (await fetch(`${served.url}/api/v1${path}`, { headers: { authorization: `Bearer ${body.access_token ?? ''}` } })).status;
      expect([await call('/tickets'), await call('/visits')]).toEqual([200, 403]);
      await until(async () => ((await served.as('admin').get(`/clients/${portal.id}`)).body as { lastUsedAt?: string | null }).lastUsedAt !== null);
      for (const secret of ['wrong', 'kept-elsewhere', '']) expect([400, 401]).toContain((await asked(served.url, form, basic(secret))).status);
      expect((await asked(served.url, { ...form, client_id: portal.id, client_secret: portal.secret })).status).toBe(401);
      expect((await asked(served.url, { ...form, client_id: portal.id })).status).toBe(401);
      for (const scope of ['tickets:write', 'ticket:read', 'tickets:read tickets:raed']) expect((await asked(served.url, { ...form, scope }, basic(portal.secret))).body).toMatchObject({ error: 'invalid_scope' });
    });

    it('are refused as soon as the machine is revoked, and those that it has with it', async () => {
      const gone = await aMachineClient(served, { scopes: ['tickets:read'] });
      const { body } = await asked(served.url, form, basic(gone.secret, gone.id));
      await served.as('admin').post(`/clients/${gone.id}/revoke`).expect(200);
      expect((await asked(served.url, form, basic(gone.secret, gone.id))).status).toBe(401);
      await until(async () => (await fetch(`${twin.url}/api/v1/tickets`, { headers: { authorization: `Bearer ${body.access_token ?? ''}` } })).status === 401);
    });

    it('are given for an assertion that it signed with its own key, once, however many processes are shown it', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const signer = await aMachineClient(served, { scopes: ['tickets:read'], authMethod: 'private_key_jwt', keys: [{ ...await exportJWK(publicKey), alg: 'ES256', kid: 'one' }] });
      const assertion = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'one' }).setIssuer(signer.id).setSubject(signer.id).setAudience(`${served.url}/oidc`).setJti(randomUUID())
        .setIssuedAt(served.clock.now()).setExpirationTime(new Date(served.clock.now().getTime() + 60_000)).sign(privateKey);
      const signed = { ...form, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion };
      const answers = await Promise.all(Array.from({ length: 4 }, async (_none, number) => asked(number % 2 === 0 ? served.url : twin.url, signed)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    });
  });
});
