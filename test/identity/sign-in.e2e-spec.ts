import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { useLogs } from '../../src/application';
import { AccountsService } from '../../src/identity/accounts/accounts.service';
import { PasswordHasher } from '../../src/identity/accounts/password-hasher';
import { SignIn } from '../../src/identity/accounts/sign-in.service';
import { anAccount, APP, BACK, begin, Browser, claimsOf, codeOf, DESK, DESK_BACK, exchange, PASSWORD, serve, type Served, settle, signInThrough } from '../support/browser';
import { everything } from '../support/feed';
import { seal, stopSealing } from '../support/seal';
import { statementsOf } from '../support/statements';
import { aSessionOf } from '../support/world';

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** The pages, as a browser without scripts sees them. */
describe('signing in at the built-in issuer', () => {
  let served: Served;
  const warnings: string[] = [];
  beforeAll(async () => {
    served = await serve({ secondFactor: 'by-role', http: { trustedProxies: 'loopback' } });
    useLogs(served.app, pino({ level: 'warn' }, { write: (line: string) => { warnings.push(line); } }));
  });
  afterAll(async () => {
    await stopSealing(served);
    await served.close();
    jest.restoreAllMocks();
  });
  beforeEach(() => { served.clock.advance(1_200_000); });

  const pageFor = async (browser: Browser, given: Readonly<Record<string, string>> = {}) => browser.open((await begin(served, given)).address.href);
  const entriesOf = async (id: string): Promise<string[]> => (await served.sql<{ type: string }>('SELECT type FROM journal_entry WHERE subject_id = $1 ORDER BY position', [id])).map(({ type }) => type);
  const refused = /wrong, or was tried too often/;
  const signIn = (): SignIn => served.app.get(SignIn);
  const noteFailures = async (): Promise<number> => signIn().noteFailures('test');
  const idOf = async (login: string): Promise<string> => (await served.sql<{ id: string }>('SELECT id FROM account WHERE login = $1', [login]))[0]?.id ?? '';

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
    await noteFailures();
    expect((await entriesOf(id)).at(-1)).toBe('account.sign_in_failed');
  });

  it('does the same work for each of them: one hash, and the same statements in the same transactions', async () => {
    await noteFailures();
    await served.app.get(AccountsService).addFromCommandLine('root.op', undefined);
    await anAccount(served, 'admin', 'admin', 'stale');
    await served.sql('UPDATE account_credential SET usable_until = $2 WHERE account_id = $1', [await idOf('stale'), new Date(served.clock.now().getTime() - 1)]);
    await anAccount(served, 'strangerOfficer', 'stranger', 'waiting');
    await served.sql('UPDATE account SET failures = 6, wait_until = $2 WHERE id = $1', [await idOf('waiting'), new Date(served.clock.now().getTime() + 60_000)]);
    const compared = jest.spyOn(served.app.get(PasswordHasher), 'fits');
    const work = async (login: string, password = PASSWORD) => {
      const before = compared.mock.calls.length;
      let outcome: unknown;
      const statements = await statementsOf(served, async () => { outcome = await signIn().checkPassword(login, password, '203.0.113.99', 'test'); });
      return { outcome, hashes: compared.mock.calls.length - before, statements };
    };
    const unknown = await work('nobody.at.all');
    expect({ ...unknown, statements: unknown.statements.filter((text) => /^(?:BEGIN|COMMIT|ROLLBACK)$/.test(text)) }).toEqual({ outcome: 'refused', hashes: 1, statements: ['BEGIN', 'COMMIT', 'BEGIN', 'COMMIT'] });
    const others: readonly (readonly [what: string, login: string, password?: string])[] = [
      ['wrong', 'leader2', 'Wrong-lampe-38'], ['locked', 'officer2'], ['waiting', 'waiting'], ['without a password', 'handler'], ['with one that has expired', 'stale'], ['the operator’s', 'root.op', 'Wrong-lampe-38'],
      ['empty', ''], ['no name', '!'], ['no name, and long', ' x'.repeat(200)], ['unknown again', 'nobody.at.all'],
    ];
    for (const [what, login, password] of others) expect({ what, ...await work(login, password) }).toEqual({ what, ...unknown });
    compared.mockRestore();
    // What waits for the disk for one of them does for all.
    expect(await served.sql(`SELECT relname FROM pg_class WHERE relname IN ('account', 'sign_in_failure', 'sign_in_note') AND relpersistence <> 'p'`)).toEqual([]);
    // Whoever waits is not looked at. What was looked at is counted by now; its line comes later, once, whoever writes it.
    const counted = async (login: string) => (await served.sql<{ failures: number }>('SELECT failures FROM account WHERE login = $1', [login]))[0]?.failures;
    expect(await Promise.all(['waiting', 'stale', 'root.op'].map(counted))).toEqual([6, 1, 1]);
    const notes = await served.sql<{ account_id: string | null; failures: number }>('SELECT account_id, failures FROM sign_in_note ORDER BY id');
    expect(notes).toHaveLength(11);
    expect(notes.filter(({ account_id: account }) => account !== null)).toHaveLength(5);
    const entries = (await entriesOf(await idOf('stale'))).length;
    expect((await Promise.all([noteFailures(), noteFailures()])).reduce((one, other) => one + other)).toBe(5);
    expect(await served.sql('SELECT FROM sign_in_note')).toEqual([]);
    expect((await entriesOf(await idOf('stale'))).slice(entries)).toEqual(['account.sign_in_failed']);
    const [entry] = await served.sql(`SELECT data, recorded_at, request_id, actor_kind FROM journal_entry WHERE type = 'account.sign_in_failed' AND subject_id = $1`, [await idOf('stale')]);
    expect(entry).toEqual({ data: { cadreId: served.cadres.admin, failures: 1 }, recorded_at: served.clock.now(), request_id: 'test', actor_kind: 'system' });
    expect(await served.sql(`SELECT park_id, action FROM access_log WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`, [await idOf('root.op')])).toEqual([{ park_id: null, action: 'account.sign_in_failed' }]);
  });

  it.each([['that nobody has', 'nobody.at.all'], ['that somebody has', 'leader2']])('lets attempts at one name %s wait for each other, and for no other', async (_what, login) => {
    const window = new Date(served.clock.now().getTime() - (served.clock.now().getTime() % 600_000));
    const key = createHmac('sha256', served.keyEncryption.derive('sign-in failures')).update(`login ${login}`).digest();
    let next = 1;
    const attempt = async (name: string) => signIn().checkPassword(name, 'Wrong-lampe-38', `203.0.113.${(next += 1)}`, 'test');
    await attempt(login);
    await served.sql('BEGIN');
    expect(await served.sql('SELECT failures FROM sign_in_failure WHERE key = $1 AND begins_at = $2 FOR UPDATE', [key, window])).toEqual([{ failures: 1 }]);
    let done = false;
    const second = attempt(login).then((outcome) => {
      done = true;
      return outcome;
    });
    expect(await attempt('another.name')).toBe('refused');
    await pause(300);
    expect(done).toBe(false);
    await served.sql('COMMIT');
    expect(await second).toBe('refused');
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

  describe('when passwords are sprayed', () => {
    // A hash costs 30 ms by design. Here is looked at what hundreds of attempts leave behind, so none is computed; everything else is as it is.
    let hashing: jest.SpyInstance;
    beforeEach(() => {
      warnings.length = 0;
      hashing = jest.spyOn(served.app.get(PasswordHasher), 'fits').mockResolvedValue(false);
    });
    afterEach(() => { hashing.mockRestore(); });

    /** One form, which may be sent as often as one likes. */
    const sprayer = async () => {
      const browser = new Browser();
      const page = await pageFor(browser);
      const token = /name="seal" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      return async (login: string, address?: string): Promise<number> => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(address === undefined ? {} : { 'x-forwarded-for': address }) };
        const { status, text } = await browser.fetch(page.url, { method: 'POST', body: new URLSearchParams({ seal: token, login, password: PASSWORD }), headers });
        if (status !== 429) expect(text).toMatch(refused);
        return status;
      };
    };
    const inTurn = async (times: number, attempt: (nth: number) => Promise<number>): Promise<number[]> => {
      const statuses: number[] = [];
      for (let nth = 0; nth < times; nth += 1) statuses.push(await attempt(nth));
      return statuses;
    };
    const warned = (of: RegExp): number => warnings.filter((line) => of.test(line)).length;

    it('from many addresses, every address waits sooner', async () => {
      const spray = await sprayer();
      expect(await inTurn(6, async (nth) => spray(`early-${nth}`, '203.0.113.20'))).toEqual(Array<number>(6).fill(400));
      expect(await inTurn(293, async (nth) => spray(`person-${nth}`, `198.51.${Math.floor(nth / 250)}.${nth % 250}`))).toEqual(Array<number>(293).fill(400));
      // The 300th, from an address that has failed six times.
      expect([await spray('early', '203.0.113.20'), await spray('early', '203.0.113.20')]).toEqual([400, 429]);
      expect(await inTurn(7, async () => spray('guess', '203.0.113.21'))).toEqual([400, 400, 400, 400, 400, 429, 429]);
      expect(warned(/many sign-ins fail/)).toBe(1);
      served.clock.advance(600_000);
      expect(await (await sprayer())('early', '203.0.113.20')).toBe(400);
    });

    it('from the machine itself, where a proxy hides who asks, nobody comes from there any more; people who mistype are many fewer', async () => {
      const spray = await sprayer();
      expect(await inTurn(300, async (nth) => spray(`person-${nth}`))).toEqual(Array<number>(300).fill(400));
      expect(warned(/TRUSTED_PROXIES/)).toBe(0);
      expect(await inTurn(4, async (nth) => spray(`later-${nth}`))).toEqual([429, 429, 429, 429]);
      expect(warned(/TRUSTED_PROXIES/)).toBe(1);
      expect(await spray('somebody', '203.0.113.30')).toBe(400);
      served.clock.advance(600_000);
      expect(await (await sprayer())('person-0')).toBe(400);
    });
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

  it('keeps from the journal and its readers when an inspector comes and goes; other inspectors read it', async () => {
    const id = await idOf('inspector');
    const browser = new Browser();
    expect((await browser.submit(await pageFor(browser), { login: 'inspector', password: 'Wrong-lampe-38' })).text).toMatch(refused);
    await noteFailures();
    served.clock.advance(1_000);
    await served.as('inspector').post(`/me/sessions/${await aSessionOf(served, 'inspector')}/revoke`).expect(200);
    expect(await entriesOf(id)).toEqual(['account.created']);
    const { items } = (await served.as('inspector').get(`/access-log?subjectId=${id}`).expect(200)).body as { items: { action: string; parkId: string; actorId: string; subjectType: string }[] };
    expect(new Set(items.map(({ action }) => action))).toEqual(new Set(['password_changed', 'second_factor_set', 'signed_in', 'sign_in_failed', 'session_revoked'].map((what) => `account.${what}`)));
    expect(items[0]).toMatchObject({ action: 'account.session_revoked', parkId: served.parkId, actorId: served.cadres.inspector, subjectType: 'account' });
    await seal(served);
    const told = (await everything(served.as('supervisor'))).items.filter(({ type }) => type.startsWith('service-ledger.account.'));
    expect(told.some(({ type }) => type === 'service-ledger.account.signed_in.v1')).toBe(true);
    expect(told.filter(({ subject }) => subject.endsWith(id)).map(({ type }) => type)).toEqual(['service-ledger.account.created.v1']);
    const last = async (who: 'admin' | 'inspector') => ((await served.as(who).get(`/accounts/${id}`).expect(200)).body as { lastSignInAt: string | null }).lastSignInAt;
    expect([await last('admin'), typeof await last('inspector')]).toEqual([null, 'string']);
    const { items: listed } = (await served.as('admin').get('/accounts').expect(200)).body as { items: { id: string; lastSignInAt: string | null }[] };
    expect(listed.find((one) => one.id === id)?.lastSignInAt).toBeNull();
    expect(listed.some(({ lastSignInAt }) => lastSignInAt !== null)).toBe(true);
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

  it('goes on to a page in the browser without a question while its session lasts, half an hour idle', async () => {
    const browser = new Browser();
    const deskFor = async () => browser.open((await begin(served, {}, DESK)).address.href);
    await signInThrough(browser, await pageFor(browser), 'leader', PASSWORD);
    served.clock.advance(29 * 60_000);
    expect((await deskFor()).url).toContain(`${DESK_BACK}?code=`);
    served.clock.advance(31 * 60_000);
    expect((await deskFor()).text).toContain('name="password"');
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
