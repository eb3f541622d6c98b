import { OidcStore } from '../../src/identity/provider/oidc.store';
import { behind } from '../support/behind';
import { type Answer, begin, Browser, claimsOf, DESK, DESK_BACK, exchange, PASSWORD, serve, type Served, settle, signIn } from '../support/browser';

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** What has ended stays so, whatever was under way when it did. */
describe('the end of sessions', () => {
  let served: Served;
  beforeEach(async () => { served = await serve({ secondFactor: 'by-role' }); });
  afterEach(async () => {
    jest.restoreAllMocks();
    await served.close();
  });

  const call = async (token: string, path: string, method = 'GET') => fetch(`${served.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  const copyOf = ({ cookies }: Browser): Browser => {
    const copy = new Browser();
    for (const [name, value] of cookies) copy.cookies.set(name, value);
    return copy;
  };
  const silently = async (browser: Browser): Promise<Answer> => browser.open((await begin(served, { prompt: 'none' }, DESK)).address.href);

  /** A request that has read the browser's session goes on when `end` has happened. */
  const caughtBy = async (browser: Browser, end: () => Promise<unknown>): Promise<{ readonly caught: Answer; readonly later: Answer }> => {
    const thief = copyOf(browser);
    const store = served.app.get(OidcStore);
    const find = store.find.bind(store);
    let ended = false;
    const spy = jest.spyOn(store, 'find').mockImplementation(async (model, id, now) => {
      const found = await find(model, id, now);
      if (model === 'Session' && !ended) {
        ended = true;
        await end();
      }
      return found;
    });
    const caught = await silently(thief);
    spy.mockRestore();
    expect(ended).toBe(true);
    return { caught, later: await silently(thief) };
  };

  const sessionsOf = async (id: string): Promise<string[]> =>
    (await served.sql<{ id: string }>(`SELECT id FROM oidc_payload WHERE account_id = $1 AND model IN ('Session', 'Grant')`, [id])).map((row) => row.id);
  const lock = async (id: string): Promise<unknown> => served.as('admin').post(`/accounts/${id}/lock`).expect(200);
  it.each<[string, (of: { id: string; token: string; browser: Browser }) => Promise<unknown>]>([
    ['a reset', async ({ id }) => served.as('admin').post(`/accounts/${id}/reset`).expect(200)],
    ['a lock, also when it is taken away', async ({ id }) => { await lock(id); await served.as('admin').post(`/accounts/${id}/unlock`).expect(200); }],
    ['an appointment', async () => served.as('inspector').post('/integrity/inspectors', { cadreId: served.cadres.leader, identity: null }).expect(200)],
    ['a new role that asks for a second factor', async () => served.sql(`UPDATE cadre SET roles = '{leader,supervisor}' WHERE id = $1`, [served.cadres.leader])],
    ['its holder, who revokes it', async ({ token }) => {
      const { items } = await (await call(token, '/me/sessions')).json() as { items: { id: string }[] };
      for (const { id } of items) expect((await call(token, `/me/sessions/${id}/revoke`, 'POST')).status).toBe(200);
    }],
    ['its holder, who signs out', async ({ browser }) => {
      const page = await browser.open(`${served.url}/oidc/session/end`);
      expect((await browser.submit(page, {}, 'logout')).text).toContain('signed out');
    }],
  ])('by %s: a request that was under way brings none back, and is given nothing', async (_by, end) => {
    const { login, id } = await settle(served, 'leader');
    const elsewhere = await sessionsOf(id);
    const { browser, access_token: token } = await signIn(served, login);
    const { caught, later } = await caughtBy(browser, async () => end({ id, token, browser }));
    for (const answer of [caught, later]) expect(answer.url).not.toContain('code=');
    // Nor does the record say that somebody went on.
    expect(await served.sql(`SELECT FROM journal_entry WHERE type = 'account.signed_in' AND subject_id = $1 AND data ->> 'app' = $2`, [id, DESK])).toEqual([]);
    expect(later.url).toContain('error=login_required');
    expect((await sessionsOf(id)).filter((one) => !elsewhere.includes(one))).toEqual([]);
  });

  it('does not come between a browser and its session while nothing ends', async () => {
    const { login } = await settle(served, 'leader');
    const { browser } = await signIn(served, login);
    const { caught, later } = await caughtBy(browser, async () => Promise.resolve());
    expect([caught, later].every(({ url }) => url.startsWith(DESK_BACK) && url.includes('code='))).toBe(true);
  });

  it('by a token that is used twice at once: what the first writes afterwards, and is given, opens nothing', async () => {
    const { login, id } = await settle(served, 'leader');
    const tokens = await signIn(served, login);
    const renew = async (token = '') => {
      const response = await fetch(`${served.url}/oidc/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'test-app' }) });
      return { status: response.status, body: await response.json() as { access_token: string; refresh_token: string } };
    };
    const store = served.app.get(OidcStore);
    const upsert = store.upsert.bind(store);
    let second: number | undefined;
    const spy = jest.spyOn(store, 'upsert').mockImplementation(async (model, ...others) => {
      if (model === 'RefreshToken' && second === undefined) second = (await renew(tokens.refresh_token)).status;
      return upsert(model, ...others);
    });
    const first = await renew(tokens.refresh_token);
    spy.mockRestore();
    expect([first.status, second]).toEqual([200, 400]);
    for (const token of [tokens.access_token, first.body.access_token]) expect((await call(token, '/me')).status).toBe(401);
    expect((await renew(first.body.refresh_token)).status).toBe(400);
    expect(await sessionsOf(id)).not.toContain(claimsOf(tokens.access_token)['grant']);
    expect(await served.sql(`SELECT data ->> 'what' AS what FROM journal_entry WHERE type = 'account.token_reused'`)).toEqual([{ what: 'refresh_token' }]);
  });

  describe('of a sign-in that is complete and was not taken up yet', () => {
    const hold = async (login: string) => {
      const browser = new Browser();
      const flow = await begin(served);
      const page = await browser.open(flow.address.href);
      const seal = /name="seal" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      const held = await browser.fetch(page.url, { method: 'POST', body: new URLSearchParams({ seal, login, password: PASSWORD }), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
      expect(held.status).toBe(303);
      return { flow, takeUp: async () => browser.follow(held) };
    };

    it.each<[string, (id: string) => Promise<unknown>]>([
      ['a reset', async (id) => served.as('admin').post(`/accounts/${id}/reset`).expect(200)],
      ['an appointment', async () => served.as('inspector').post('/integrity/inspectors', { cadreId: served.cadres.leader, identity: null }).expect(200)],
      ['a new role that asks for a second factor', async () => served.sql(`UPDATE cadre SET roles = '{leader,supervisor}' WHERE id = $1`, [served.cadres.leader])],
    ])('is brought by %s', async (_by, end) => {
      const { login, id } = await settle(served, 'leader');
      const { takeUp } = await hold(login);
      await end(id);
      const back = await takeUp();
      expect(back.url).toContain('/oidc/sign-in/');
      expect(back.text).toContain('name="password"');
    });

    it('is not brought by time alone', async () => {
      const { login } = await settle(served, 'leader');
      const { flow, takeUp } = await hold(login);
      served.clock.advance(600_000);
      expect((await call((await exchange(flow, await takeUp())).access_token, '/me')).status).toBe(200);
    });
  });

  it('comes before what an administrator gives, who resets an account while its holder becomes an inspector', async () => {
    const { id } = await settle(served, 'leader');
    const reset = await behind(served, async (holder) => holder.query(`UPDATE cadre SET roles = '{leader,inspector}' WHERE id = $1`, [served.cadres.leader]), () => served.as('admin').post(`/accounts/${id}/reset`));
    expect(reset.status).toBe(403);
    expect(await served.sql('SELECT password_hash FROM account_credential WHERE account_id = $1', [id])).toEqual([{ password_hash: null }]);
  });
});
