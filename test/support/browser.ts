import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as client from 'openid-client';
import { Secret, TOTP } from 'otpauth';
import { OwnIssuer } from '../../src/identity/own-issuer';
import type { SignInConfig } from '../../src/platform/config';
import { freePort } from '../../src/platform/free-ports';
import { KeyEncryption } from '../../src/platform/key-encryption';
import { FixedClock } from './clock';
import { startApp, type TestApp, type TestOptions } from './app';

/** An app that people sign in to, a browser without scripts, and a server that listens. */

export const APP = 'test-app';
export const BACK = 'http://127.0.0.1:4000/back';
export const DESK = 'desk-app';
export const DESK_BACK = 'https://desk.example/back';
export const LOCAL = 'local-app';
const BACK_OF: Readonly<Record<string, string>> = { [APP]: BACK, [DESK]: DESK_BACK, [LOCAL]: 'http://localhost:5173/back' };

export interface Served extends TestApp {
  readonly url: string;
  readonly signIn: SignInConfig;
  readonly keyEncryption: KeyEncryption;
}

/** The application on a port of its own, its issuer being where it listens. The library's time is the clock's. */
export async function serve(options: TestOptions & { readonly secondFactor?: SignInConfig['secondFactor']; readonly publicUrl?: string } = {}): Promise<Served> {
  const clock = options.clock ?? new FixedClock(new Date(options.now ?? '2026-03-02T01:30:00.000Z'));
  jest.spyOn(Date, 'now').mockImplementation(() => clock.now().getTime());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const apps = [
    { clientId: APP, redirectUris: ['http://127.0.0.1/back'], postLogoutRedirectUris: ['http://127.0.0.1/bye'], native: true },
    { clientId: DESK, redirectUris: [DESK_BACK], postLogoutRedirectUris: ['https://desk.example/bye'], native: false },
    { clientId: LOCAL, redirectUris: ['http://localhost:5173/back'], postLogoutRedirectUris: [], native: false },
  ];
  const signIn = { publicUrl: options.publicUrl ?? url, audience: 'service-ledger', apps, secondFactor: options.secondFactor ?? 'optional' };
  const keyEncryption = options.keyEncryption ?? new KeyEncryption(randomBytes(32));
  const app = await startApp({ ...options, clock, signIn, keyEncryption });
  await app.app.listen(port, '127.0.0.1');
  return { ...app, url, signIn, keyEncryption };
}

export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
}

/** Cookies of one host, with their paths, as a browser keeps them. */
export class Browser {
  readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();

  constructor(private readonly language = 'en', private readonly headers: Readonly<Record<string, string>> = {}) {}

  async fetch(url: string, init: RequestInit = {}): Promise<Answer> {
    const { pathname } = new URL(url);
    const cookie = [...this.cookies].filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)).map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { 'accept': 'text/html', 'accept-language': this.language, ...(cookie === '' ? {} : { cookie }), ...this.headers, ...init.headers as Record<string, string> } });
    for (const line of response.headers.getSetCookie()) this.#take(line);
    return { status: response.status, url, headers: response.headers, text: await response.text() };
  }

  /** Follows redirects while they stay on the host; what leads away is not fetched. */
  async follow(answer: Answer): Promise<Answer> {
    const location = answer.headers.get('location');
    if (location === null || answer.status < 300 || answer.status > 399) return answer;
    const next = new URL(location, answer.url);
    if (next.host !== new URL(answer.url).host) return { ...answer, url: next.href };
    return this.follow(await this.fetch(next.href));
  }

  async open(url: string): Promise<Answer> {
    return this.follow(await this.fetch(url));
  }

  /** Fills in the one form of a page and sends it. */
  async submit(page: Answer, fields: Readonly<Record<string, string>>, button?: string): Promise<Answer> {
    const action = /<form [^>]*action="([^"]*)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form on the page: ${page.status} ${page.url} ${page.text.slice(-400)}`);
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']): [string, string] => [name, value]);
    const body = new URLSearchParams([...hidden, ...Object.entries(fields), ...(button === undefined ? [] : [[button, 'yes'] as [string, string]])]);
    return this.follow(await this.fetch(new URL(action.replaceAll('&amp;', '&'), page.url).href, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }));
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', ...value] = pair.split('=');
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    if (attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one)) || value.join('=') === '') this.cookies.delete(name);
    else this.cookies.set(name, { value: value.join('='), path });
  }
}

export interface Flow {
  readonly config: client.Configuration;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly address: URL;
}

export async function configOf({ url }: { readonly url: string }, clientId = APP): Promise<client.Configuration> {
  return client.discovery(new URL(`${url}/oidc`), clientId, undefined, client.None(), { execute: [client.allowInsecureRequests] });
}

/** A request for a code, as an app makes it. */
export async function begin(served: { readonly url: string }, given: Readonly<Record<string, string>> = {}, clientId = APP): Promise<Flow> {
  const config = await configOf(served, clientId);
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: BACK_OF[clientId] ?? BACK, scope: 'openid offline_access', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', state, nonce, ...given,
  });
  return { config, verifier, state, nonce, address };
}

export async function exchange({ config, verifier, state, nonce }: Flow, answer: Answer): ReturnType<typeof client.authorizationCodeGrant> {
  return client.authorizationCodeGrant(config, new URL(answer.url), { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
}

export type Tokens = Awaited<ReturnType<typeof exchange>>;

/** An account of a cadre, its one-time password, and who gives it. */
export async function anAccount(app: TestApp, who: keyof TestApp['cadres'], by: 'admin' | 'inspector' | 'stranger' = 'admin', login: string = who): Promise<{ id: string; login: string; oneTimePassword: string }> {
  const response = await app.as(by).post('/accounts', { cadreId: app.cadres[who], login }).expect(200);
  return response.body as { id: string; login: string; oneTimePassword: string };
}

export const PASSWORD = 'Tapir-lampe-38';

/** From the first page to the address of the app, through whatever pages come. */
export async function signInThrough(browser: Browser, page: Answer, login: string, password: string, answers: { readonly chosen?: string; readonly code?: () => string | Promise<string> } = {}): Promise<Answer> {
  let at = await browser.submit(page, { login, password });
  if (at.text.includes('name="code"') && !at.text.includes('class="key"')) at = await browser.submit(at, { code: await answers.code?.() ?? '' });
  if (at.text.includes('name="chosen"')) at = await browser.submit(at, { chosen: answers.chosen ?? PASSWORD, again: answers.chosen ?? PASSWORD });
  return at;
}

/** Somebody with a password of their own. */
export async function settle(served: Served, who: keyof TestApp['cadres'], by?: 'admin' | 'inspector', login?: string): Promise<{ id: string; login: string }> {
  const account = await anAccount(served, who, by, login);
  const flow = await begin(served);
  const browser = new Browser();
  const back = await signInThrough(browser, await browser.open(flow.address.href), account.login, account.oneTimePassword);
  if (!back.url.startsWith(BACK)) throw new Error(`not signed in: ${back.status} ${back.text.slice(-600)}`);
  return account;
}

/** Signs in with a password of one's own, and takes the tokens. */
export async function signIn(served: { readonly url: string }, login: string, { browser = new Browser(), clientId = APP, given = {} }: { readonly browser?: Browser; readonly clientId?: string; readonly given?: Readonly<Record<string, string>> } = {}): Promise<Tokens & { readonly flow: Flow; readonly browser: Browser }> {
  const flow = await begin(served, given, clientId);
  const back = await signInThrough(browser, await browser.open(flow.address.href), login, PASSWORD);
  return Object.assign(await exchange(flow, back), { flow, browser });
}

export function codeOf(key: string, now: Date): string {
  return new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')), algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: now.getTime() });
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come');
    await pause(20);
  }
}

export function ownIssuerOf({ app }: TestApp): OwnIssuer {
  return app.get(OwnIssuer);
}
