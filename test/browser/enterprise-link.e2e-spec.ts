import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinkDeliveriesSweep } from '../../src/tickets/links/link-deliveries.sweep';
import { startApp, type TestApp } from '../support/app';
import { startChromium, type TestBrowser } from '../support/chromium';
import { anEnterprise, aTicketIn, takeStep } from '../support/world';

const DAY_MS = 86_400_000;
const NARROW = 390;
// A browser of 200 MB is unpacked first.
const STARTING_MS = 120_000;

/** What an enterprise's contact holds in their hand: the page of a link in a real browser, on a phone, without scripts. */
describe('a link on a phone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-phone-'));
  const file = join(folder, 'links.jsonl');
  let app: TestApp;
  let browser: TestBrowser;
  let origin: string;
  let enterpriseId: string;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp({ links: { publicUrl: 'http://ledger.example', outbox: { kind: 'file', file, collected: false } } }), startChromium()]);
    await app.app.listen(0, '127.0.0.1');
    origin = `http://127.0.0.1:${(app.app.getHttpServer().address() as AddressInfo).port}`;
    enterpriseId = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: '13800138000' }] });
    app.clock.advance(8 * DAY_MS);
  }, STARTING_MS);
  afterAll(async () => {
    await browser.close();
    await app.close();
    rmSync(folder, { recursive: true });
  });

  const lastLink = async (): Promise<string> => {
    await app.app.get(LinkDeliveriesSweep).sweep('test');
    const { url } = JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '') as { url: string };
    return `${origin}${new URL(url).pathname}`;
  };
  const statusOf = async (id: string): Promise<unknown> => ((await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as { status: string }).status;

  it.each([['zh-CN', '满意', '提交', '已收到'], ['en', 'Satisfied', 'Send', 'received']] as const)('evaluates in %s: reads, chooses, sends, is thanked', async (language, grade, send, thanks) => {
    const { id } = await aTicketIn(app, 'resolved', enterpriseId);
    const link = await lastLink();
    const context = await browser.phone(language);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    const foreign: string[] = [];
    page.on('request', (request) => { if (!request.url().startsWith(origin)) foreign.push(request.url()); });
    await page.goto(link);
    // Nothing has to be pushed sideways, and everything that is touched is large enough to be.
    expect(await page.locator('main').boundingBox().then((box) => (box?.width ?? 0) <= NARROW)).toBe(true);
    for (const choice of await page.locator('label.choice').all()) expect((await choice.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await page.getByLabel(grade, { exact: true }).check();
    await page.locator('textarea').fill('处理及时，谢谢。');
    await page.getByRole('button', { name: send }).click();
    await page.getByText(thanks).first().waitFor();
    expect(await statusOf(id)).toBe('closed');
    await page.goto(link);
    expect(await page.locator('form').count()).toBe(0);
    expect([complaints.filter((text) => !text.includes('410')), foreign]).toEqual([[], []]);
    await context.close();
  });

  it('switches the language, and has the browser ask for a choice before anything is sent', async () => {
    const ticket = await takeStep(app, await aTicketIn(app, 'in_progress', enterpriseId), 'explain');
    const context = await browser.phone('zh-CN');
    const page = await context.newPage();
    await page.goto(await lastLink());
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Please confirm the explanation' }).waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await statusOf(ticket.id)).toBe('explained');
    await page.getByLabel('Not understood, please go on').check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('received').first().waitFor();
    expect(await statusOf(ticket.id)).toBe('in_progress');
    await context.close();
  });
});
