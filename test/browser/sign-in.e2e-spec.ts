import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anAccount, begin, exchange, PASSWORD, serve, type Served } from '../support/browser';
import { startChromium, type TestBrowser } from '../support/chromium';

// A browser of 200 MB is unpacked first, and passwords are hashed at their full cost.
const STARTING_MS = 120_000;
jest.setTimeout(STARTING_MS);

/** Signing in as somebody does: a real browser, a phone, no scripts, and an app that listens for its code. */
describe('signing in on a phone', () => {
  let served: Served;
  let browser: TestBrowser;
  let app: Server;
  const heard: string[] = [];
  beforeAll(async () => {
    // The browser has a clock of its own, by which cookies end.
    [served, browser] = await Promise.all([serve({ now: new Date().toISOString() }), startChromium()]);
    app = createServer((request, response) => {
      heard.push(request.url ?? '');
      response.end('back in the app');
    });
    await new Promise<void>((listening) => { app.listen(0, '127.0.0.1', listening); });
  }, STARTING_MS);
  afterAll(async () => {
    await browser.close();
    app.close();
    await served.close();
    jest.restoreAllMocks();
  });

  it.each([['zh-CN', 'officer', '登录'], ['en', 'leader', 'Sign in']] as const)('in %s: the password for one sign-in, one of one’s own, back to the app, and its tokens open the ledger', async (language, who, heading) => {
    const { login, oneTimePassword } = await anAccount(served, who);
    const back = `http://127.0.0.1:${(app.address() as AddressInfo).port}/back`;
    const flow = await begin(served, { redirect_uri: back });
    const context = await browser.phone(language);
    const page = await context.newPage();
    const refused: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') refused.push(message.text()); });
    await page.goto(flow.address.href);
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill(oneTimePassword);
    await page.locator('button[type=submit]').first().click();
    await page.locator('input[name=chosen]').fill(PASSWORD);
    await page.locator('input[name=again]').fill(PASSWORD);
    await page.locator('button[type=submit]').first().click();
    // What the policy of the page forbids, the browser would not follow.
    await page.waitForURL((url) => url.href.startsWith(back));
    expect(heard.some((url) => url.startsWith('/back?code='))).toBe(true);
    expect(refused.filter((text) => !text.includes('favicon'))).toEqual([]);
    const tokens = await exchange(flow, { status: 302, url: page.url(), headers: new Headers(), text: '' });
    const me = await fetch(`${served.url}/api/v1/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect([me.status, (await me.json() as { cadreId: string }).cadreId]).toEqual([200, served.cadres[who]]);
    await context.close();
  });
});
