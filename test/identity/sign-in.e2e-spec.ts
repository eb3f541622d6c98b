import { PasswordHasher } from '../../src/identity/accounts/password-hasher';
import { anAccount, APP, BACK, begin, Browser, claimsOf, codeOf, DESK, exchange, PASSWORD, serve, type Served, settle, signInThrough } from '../support/browser';

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** The pages, as a browser without scripts sees them. */
describe('signing in at the built-in issuer', () => {
  let served: Served;
  beforeAll(async () => { served = await serve({ secondFactor: 'by-role', http: { trustedProxies: 'loopback' } }); });
  afterAll(async () => {
    await served.close();
    jest.restoreAllMocks();
  });
  beforeEach(() => { served.clock.advance(1_200_000); });

  const pageFor = async (browser: Browser, given: Readonly<Record<string, string>> = {}) => browser.open((await begin(served, given)).address.href);
  const entriesOf = async (id: string): Promise<string[]> => (await served.sql<{ type: string }>('SELECT type FROM journal_entry WHERE subject_id = $1 ORDER BY position', [id])).map(({ type }) => type);
  const refused = /wrong, or was tried too often/;

  it('goes from the app over the pages and back, and gives a token for the API', async () => {
    const account = await anAccount(served, 'officer');
    const flow = await begin(served);
    const browser = new Browser();
    const page = await browser.open(flow.address.href);
    const back = await signInThrough(browser, page, 'OFFICER ', account.oneTimePassword, { chosen: PASSWORD });
    expect(back.url.startsWith(BACK)).toBe(true);
    const tokens = await exchange(flow, back);
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({ iss: `${served.url}/oidc`, aud: 'service-ledger', sub: account.id, client_id: APP });
    expect(claims['grant']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(600);
    expect(JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString('utf8'))).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(tokens.claims()).toMatchObject({ sub: account.id, amr: ['pwd'] });
    expect(await entriesOf(account.id)).toEqual(['account.created', 'account.password_changed', 'account.signed_in']);
  });

  it('shows pages in two languages that run, fetch and frame nothing, whose forms lead to the app and nowhere else', async () => {
    const browser = new Browser('zh-CN');
    const page = await pageFor(browser);
    expect(page.text).toContain('<html lang="zh-CN">');
    expect(page.text).toContain('登录');
    expect(page.text).not.toMatch(/<script|<img|<link|javascript:/i);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' http:\/\/127\.0\.0\.1:4000; base-uri 'none'; frame-ancestors 'none'$/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const english = await browser.fetch(`${page.url}?lang=en`);
    expect(english.text).toContain('<html lang="en">');
    const desk = await new Browser().open((await begin(served, {}, DESK)).address.href);
    expect(desk.headers.get('content-security-policy')).toContain("form-action 'self' https://desk.example;");
  });

  it('escapes what it is told', async () => {
    const page = await pageFor(new Browser(), { login_hint: '"><script>alert(1)</script>' });
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;');
  });

  it('takes no form that is not of its own page, of this browser and of this sign-in', async () => {
    const { login } = await settle(served, 'leader');
    const browser = new Browser();
    const page = await pageFor(browser);
    const form = async (from: Browser, url: string, seal: string) => from.fetch(url, { method: 'POST', body: new URLSearchParams({ seal, login, password: PASSWORD }), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    const seal = /name="seal" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
    expect((await form(browser, page.url, '')).status).toBe(403);
    expect((await form(browser, page.url, `${seal.slice(0, -1)}${seal.endsWith('A') ? 'B' : 'A'}`)).status).toBe(403);
    // Whoever has the address has no cookie; whoever has another sign-in has another seal.
    expect((await form(new Browser(), page.url, seal)).status).toBe(400);
    const other = new Browser();
    const theirs = await pageFor(other);
    expect((await form(other, theirs.url, seal)).status).toBe(403);
    expect((await other.fetch(page.url)).status).toBe(400);
    expect((await form(browser, page.url, seal)).status).toBe(303);
  });

  it('refuses an unknown name, a wrong password, a locked account and one without a password alike, at the same cost', async () => {
    const { login, id } = await settle(served, 'leader2');
    const locked = await settle(served, 'officer2');
    await served.as('admin').post(`/accounts/${locked.id}/lock`).expect(200);
    const bare = await anAccount(served, 'handler');
    await served.sql('UPDATE account_credential SET password_hash = NULL, password_set_at = NULL WHERE account_id = $1', [bare.id]);
    const compared = jest.spyOn(served.app.get(PasswordHasher), 'fits');
    const answers: string[] = [];
    for (const [name, password] of [['nobody', PASSWORD], [login, 'Wrong-lampe-38'], [locked.login, PASSWORD], [bare.login, PASSWORD], ['', PASSWORD], ['x'.repeat(64), 'y'.repeat(128)]] as const) {
      const browser = new Browser();
      const before = compared.mock.calls.length;
      const page = await browser.submit(await pageFor(browser), { login: name, password });
      expect({ name, status: page.status, compared: compared.mock.calls.length - before }).toEqual({ name, status: 400, compared: 1 });
      answers.push(page.text.replace(/value="[^"]*"/g, ''));
    }
    compared.mockRestore();
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(refused);
    expect((await entriesOf(id)).at(-1)).toBe('account.sign_in_failed');
  });

  it('lets an account wait longer and longer, also for the right password, however many try at once', async () => {
    const { login, id } = await settle(served, 'supervisor').catch(async () => {
      const [account] = await served.sql<{ id: string }>('SELECT id FROM account WHERE login = $1', ['supervisor']);
      return { login: 'supervisor', id: account?.id ?? '' };
    });
    // A supervisor needs a second factor: here only what becomes of the first is looked at.
    const attempt = async (password: string) => {
      const browser = new Browser();
      return browser.submit(await pageFor(browser), { login, password });
    };
    await Promise.all(Array.from({ length: 12 }, async () => attempt('Wrong-lampe-38')));
    const [state] = await served.sql<{ failures: number; waits: boolean }>('SELECT failures, wait_until > $2 AS waits FROM account WHERE id = $1', [id, served.clock.now()]);
    // The fifth began the wait: none after it was looked at.
    expect(state).toEqual({ failures: 5, waits: true });
    expect((await attempt(PASSWORD)).text).toMatch(refused);
    served.clock.advance(1_001);
    expect((await attempt('Wrong-lampe-38')).text).toMatch(refused);
    served.clock.advance(1_001);
    expect((await attempt(PASSWORD)).text).toMatch(refused);
    served.clock.advance(1_001);
    expect((await attempt(PASSWORD)).text).not.toMatch(refused);
  });

  it('lets an address wait that fails too often, and nobody else', async () => {
    const spray = async (address: string) => {
      const browser = new Browser('en', { 'x-forwarded-for': address });
      return browser.submit(await pageFor(browser), { login: `guess-${Math.random().toString(36).slice(2)}`, password: PASSWORD });
    };
    const statuses: number[] = [];
    for (let tried = 0; tried < 33; tried += 1) statuses.push((await spray('203.0.113.9')).status);
    expect(statuses).toEqual([...Array<number>(30).fill(400), 429, 429, 429]);
    expect((await spray('203.0.113.10')).status).toBe(400);
    const rows = await served.sql<{ key: Buffer }>('SELECT key FROM sign_in_failure');
    expect(rows.every(({ key }) => key.length === 32)).toBe(true);
  }, 120_000);

  it('lets every address wait sooner while the installation is guessed at', async () => {
    await served.sql('UPDATE sign_in_failure SET failures = 0');
    const browser = new Browser('en', { 'x-forwarded-for': '203.0.113.20' });
    const wrong = async () => browser.submit(await pageFor(browser), { login: 'guess', password: PASSWORD });
    await wrong();
    await served.sql('UPDATE sign_in_failure SET failures = 300 WHERE failures > 0');
    const fresh = new Browser('en', { 'x-forwarded-for': '203.0.113.21' });
    const statuses: number[] = [];
    for (let tried = 0; tried < 7; tried += 1) statuses.push((await fresh.submit(await pageFor(fresh), { login: 'guess', password: PASSWORD })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
  });

  it('takes only a good password that is new, typed twice', async () => {
    const [id] = await served.sql<{ id: string }>(`SELECT id FROM account WHERE login = 'handler'`);
    const { body } = await served.as('admin').post(`/accounts/${id?.id ?? ''}/reset`).expect(200) as { body: { oneTimePassword: string } };
    const browser = new Browser();
    let page = await browser.submit(await pageFor(browser), { login: 'handler', password: body.oneTimePassword });
    for (const [chosen, again, said] of [
      ['short', 'short', /too short/], [PASSWORD, `${PASSWORD}x`, /not the same/], ['Password2026!', 'Password2026!', /common/], ['my-handler-word', 'my-handler-word', /login name/], ['aaaaaaaaaaaa', 'aaaaaaaaaaaa', /too simple/],
      [body.oneTimePassword, body.oneTimePassword, /used this password before/],
    ] as const) {
      page = await browser.submit(page, { chosen, again });
      expect(page.status).toBe(400);
      expect(page.text).toMatch(said);
    }
    expect((await browser.submit(page, { chosen: PASSWORD, again: PASSWORD })).url).toContain(BACK);
  });

  it('ends a sign-in under way when the account gets another password, and a one-time password in three days', async () => {
    const [row] = await served.sql<{ id: string }>(`SELECT id FROM account WHERE login = 'handler'`);
    const id = row?.id ?? '';
    const reset = async () => ((await served.as('admin').post(`/accounts/${id}/reset`).expect(200)).body as { oneTimePassword: string }).oneTimePassword;
    const first = await reset();
    const thief = new Browser();
    const theirs = await thief.submit(await pageFor(thief), { login: 'handler', password: first });
    expect(theirs.text).toContain('name="chosen"');
    const second = await reset();
    const late = await thief.submit(theirs, { chosen: 'Mine-lampe-38', again: 'Mine-lampe-38' });
    expect(late.text).toContain('name="password"');
    served.clock.advance(4 * 86_400_000);
    const browser = new Browser();
    expect((await browser.submit(await pageFor(browser), { login: 'handler', password: second })).text).toMatch(refused);
  });

  it('asks those who can do harm for a second factor, whose codes count once', async () => {
    const account = await anAccount(served, 'inspector', 'inspector');
    const flow = await begin(served);
    const browser = new Browser();
    let page = await signInThrough(browser, await browser.open(flow.address.href), account.login, account.oneTimePassword);
    const key = /class="key">([^<]*)</.exec(page.text)?.[1] ?? '';
    expect(page.text).toContain('otpauth://totp/');
    // The same key, however often the page is looked at.
    expect((await browser.fetch(page.url)).text).toContain(key);
    page = await browser.submit(page, { code: '000000' });
    expect(page.status).toBe(400);
    const code = codeOf(key, served.clock.now());
    const back = await browser.submit(page, { code });
    expect((await exchange(flow, back)).claims()).toMatchObject({ amr: ['pwd', 'otp'] });
    expect(await served.sql(`SELECT FROM account_credential WHERE encode(totp_secret, 'escape') LIKE '%' || $1 || '%'`, [key.replaceAll(' ', '')])).toEqual([]);

    const again = new Browser();
    const asked = await again.submit(await pageFor(again), { login: account.login, password: PASSWORD });
    expect(asked.text).toContain('name="code"');
    expect((await again.submit(asked, { code })).status).toBe(400);
    served.clock.advance(30_000);
    const next = codeOf(key, served.clock.now());
    const twins = [new Browser(), new Browser()];
    const pages = await Promise.all(twins.map(async (twin) => twin.submit(await pageFor(twin), { login: account.login, password: PASSWORD })));
    const outcomes = await Promise.all(twins.map(async (twin, index) => twin.submit(pages[index] ?? asked, { code: next })));
    expect(outcomes.filter(({ url }) => url.startsWith(BACK))).toHaveLength(1);
  });

  it('does not go on by skipping a page', async () => {
    const account = await served.sql<{ id: string }>(`SELECT id FROM account WHERE login = 'inspector'`);
    expect(account).toHaveLength(1);
    const browser = new Browser();
    const page = await browser.submit(await pageFor(browser), { login: 'inspector', password: PASSWORD });
    const resume = page.url.replace(/\?.*$/, '').replace('/oidc/sign-in/', '/oidc/auth/');
    const at = await browser.open(resume);
    expect(at.url.startsWith(BACK)).toBe(false);
    expect(at.text).toContain('name="password"');
  });

  it('gives the browser another session when somebody signs in, and no session that it was given beforehand', async () => {
    const browser = new Browser();
    const first = await signInThrough(browser, await pageFor(browser), 'leader', PASSWORD);
    expect(first.url).toContain(BACK);
    const before = browser.cookies.get('ledger-session')?.value;
    const again = await signInThrough(browser, await pageFor(browser, { prompt: 'login' }), 'leader', PASSWORD);
    expect(again.url).toContain(BACK);
    expect(browser.cookies.get('ledger-session')?.value).not.toBe(before);
    const planted = new Browser();
    planted.cookies.set('ledger-session', { value: 'planted-by-somebody-else', path: '/' });
    await signInThrough(planted, await pageFor(planted), 'leader', PASSWORD);
    expect(planted.cookies.get('ledger-session')?.value).not.toBe('planted-by-somebody-else');
  });

  it('goes on without a question while the browser’s session lasts, half an hour idle', async () => {
    const browser = new Browser();
    await signInThrough(browser, await pageFor(browser), 'leader', PASSWORD);
    served.clock.advance(29 * 60_000);
    expect((await pageFor(browser)).url).toContain(BACK);
    served.clock.advance(31 * 60_000);
    expect((await pageFor(browser)).text).toContain('name="password"');
  });

  it('lets another person sign in on the same browser, without a script', async () => {
    const browser = new Browser();
    await signInThrough(browser, await pageFor(browser), 'leader', PASSWORD);
    const other = await signInThrough(browser, await pageFor(browser, { prompt: 'login' }), 'officer', PASSWORD);
    expect(other.text).not.toMatch(/<script/);
    const done = await browser.submit(other, {});
    expect(done.url).toContain(BACK);
  });
});
