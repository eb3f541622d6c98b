import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type supertest from 'supertest';
import { useLogs } from '../../src/application';
import { LinkDeliveriesSweep } from '../../src/tickets/links/link-deliveries.sweep';
import { LINK_GATEWAY, type LinkGateway, type LinkMessage } from '../../src/tickets/links/link-gateway';
import { TicketDeadlinesSweep } from '../../src/tickets/ticket-deadlines.sweep';
import { startApp, type TestApp } from '../support/app';
import { anEnterprise, aTicket } from '../support/world';

interface Ticket { id: string; status: string; cycle: number; outcome: string | null; clocks: { kind: string; dueAt: string | null; stoppedAt: string | null }[] }
interface Message { id: string; phone: string; url: string; purpose: string; ticketNumber: string }

const PHONE = '13800138000';
const DAY_MS = 86_400_000;
const pathOf = (url: string): string => new URL(url).pathname;
const tokenIn = (url: string): string => pathOf(url).split('/').at(-1) ?? '';

/** What an enterprise hears and says, without an account: from the outcome in the ledger to the grade that a phone sends back. */
describe('an enterprise and its links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-links-'));
  const file = join(folder, 'outbox', 'links.jsonl');
  const lines: string[] = [];
  let app: TestApp;
  let enterpriseId: string;
  beforeAll(async () => {
    const log = pino({ level: 'debug' }, new Writable({ write(chunk: Buffer, _encoding, done) { lines.push(chunk.toString()); done(); } }));
    app = await startApp({ links: { publicUrl: 'https://ledger.example', outbox: { kind: 'file', file, collected: true } }, log });
    useLogs(app.app, log);
    enterpriseId = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: PHONE }] });
    app.clock.advance(8 * DAY_MS);
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  const step = async (who: Parameters<TestApp['as']>[0], id: string, name: string, body: object = {}): Promise<Ticket> => (await app.as(who).post(`/tickets/${id}/${name}`, body).expect(200)).body as Ticket;
  const begun = async (of = enterpriseId): Promise<string> => {
    const { id } = await aTicket(app, of);
    await step('supervisor', id, 'assign', { handlerId: app.cadres.handler });
    await step('handler', id, 'accept');
    return id;
  };
  const resolve = async (id: string): Promise<string> => {
    await step('handler', id, 'answer', { kind: 'final', means: 'on_site', text: '开关柜已更换 <b>&。' });
    await step('handler', id, 'resolve', { outcome: 'solved', text: '已更换开关柜。' });
    return id;
  };
  const explain = async (id: string): Promise<string> => {
    const reviewOn = new Date(app.clock.now().getTime() + 40 * DAY_MS).toISOString().slice(0, 10);
    await step('handler', id, 'explain', { reasonCode: 'planning', reason: '变电站扩容在建', explanation: '扩容年底完成，此前错峰供电。', means: 'on_site', reviewOn });
    return id;
  };
  const sweep = async () => app.app.get(LinkDeliveriesSweep).sweep('test');
  const messages = (): Message[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Message);
  const sent = async (id: string): Promise<Message> => {
    await sweep();
    const links = (await app.sql<{ id: string }>('SELECT id FROM enterprise_link WHERE ticket_id = $1', [id])).map((row) => row.id);
    const message = messages().findLast((one) => links.includes(one.id));
    if (message === undefined) throw new Error('nothing was sent');
    return message;
  };
  const open = (url: string, language = 'zh'): supertest.Test => app.http.get(pathOf(url)).set('accept', 'text/html').set('accept-language', language);
  const send = (url: string, form: Record<string, string>): supertest.Test => app.http.post(pathOf(url)).set('accept', 'text/html').type('form').send(new URLSearchParams(form).toString());
  const look = async (id: string): Promise<Ticket> => (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as Ticket;
  const running = ({ clocks }: Ticket): string[] => clocks.filter(({ stoppedAt }) => stoppedAt === null).map(({ kind }) => kind).sort();
  const linksOf = async (id: string) => app.sql<{ purpose: string; used: boolean; superseded: boolean; delivered: boolean; hashed: boolean }>(
    'SELECT purpose, used_at IS NOT NULL AS used, superseded_at IS NOT NULL AS superseded, delivered_at IS NOT NULL AS delivered, token_hash IS NOT NULL AS hashed FROM enterprise_link WHERE ticket_id = $1 ORDER BY event_no', [id]);
  const events = async (id: string) => (await app.sql<{ type: string; by: string }>('SELECT type, actor_kind AS by FROM ticket_event WHERE ticket_id = $1 ORDER BY no', [id])).map(({ type, by }) => `${type} ${by}`);
  const everythingWritten = async (): Promise<string> => (await app.sql<{ rows: string }>('SELECT jsonb_agg(to_jsonb(t))::text AS rows FROM (SELECT * FROM enterprise_link) t UNION ALL SELECT jsonb_agg(to_jsonb(t))::text FROM ticket_event t UNION ALL SELECT jsonb_agg(to_jsonb(t))::text FROM ticket t')).map(({ rows }) => rows).join();

  it('closes a ticket with a grade that a phone sends', async () => {
    const id = await resolve(await begun());
    expect(running(await look(id))).toEqual(['call', 'confirm']);
    app.clock.advance(3_600_000);
    const { url, phone, purpose, ticketNumber } = await sent(id);
    expect({ phone, purpose, ticketNumber, url: url.startsWith('https://ledger.example/api/v1/public/links/') }).toEqual({ phone: PHONE, purpose: 'evaluate', ticketNumber: expect.stringMatching(/^JKSP-2026-/) as string, url: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // Delivered: nobody has to call, and the time to answer begins with the delivery.
    expect(running(await look(id))).toEqual(['confirm']);
    expect((await events(id)).at(-1)).toBe('delivered system');

    const before = await everythingWritten();
    for (let fetched = 0; fetched < 2; fetched += 1) {
      const page = await open(url).expect(200).expect('content-type', 'text/html; charset=utf-8').expect('cache-control', 'no-store').expect('referrer-policy', 'no-referrer');
      expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
      expect(page.text).toContain('非常满意');
    }
    expect(await everythingWritten()).toBe(before);

    const thanks = await send(url, { grade: '5', comment: '处理及时。\r\n谢谢' }).expect(200);
    expect(thanks.text).toContain('已收到');
    expect(await look(id)).toMatchObject({ status: 'closed', outcome: 'solved' });
    expect((await events(id)).at(-1)).toBe('confirm enterprise');
    expect(await linksOf(id)).toEqual([{ purpose: 'evaluate', used: true, superseded: false, delivered: true, hashed: true }]);
    const [entry] = await app.sql('SELECT type, actor_kind, data FROM journal_entry WHERE subject_id = $1 ORDER BY position DESC LIMIT 1', [id]);
    expect(entry).toMatchObject({ type: 'ticket.graded', actor_kind: 'enterprise', data: { grade: 5 } });

    const again = await send(url, { grade: '1' }).expect(410);
    expect(again.text).toContain('此事项已答复');
    await open(url).expect(410);
    expect((await look(id)).status).toBe('closed');
  });

  it('sends a ticket back with a bad grade, and asks anew for the next outcome', async () => {
    const id = await resolve(await begun());
    const first = await sent(id);
    await send(first.url, { grade: '2', comment: '又闪断' }).expect(200);
    expect(await look(id)).toMatchObject({ status: 'in_progress', outcome: null });
    // The handler sees that it was sent back, and neither grade nor words.
    const seen = await app.as('handler').get(`/tickets/${id}/events`).expect(200);
    expect(JSON.stringify(seen.body)).not.toMatch(/又闪断|"grade"/);
    await resolve(id);
    const second = await sent(id);
    expect(second.url).not.toBe(first.url);
    await send(first.url, { grade: '5' }).expect(410);
    await send(second.url, { grade: '3' }).expect(200);
    expect((await look(id)).status).toBe('closed');
  });

  it.each([['true', 'deferred'], ['false', 'in_progress']])('says of an explanation that it is understood: %s', async (understood, status) => {
    const id = await explain(await begun());
    const { url, purpose } = await sent(id);
    expect(purpose).toBe('acknowledge');
    expect((await open(url).expect(200)).text).toContain('扩容年底完成');
    await send(url, { understood, comment: '' }).expect(200);
    expect((await look(id)).status).toBe(status);
  });

  it('asks again where nothing was chosen, and uses nothing up', async () => {
    const id = await resolve(await begun());
    const { url } = await sent(id);
    for (const form of [{}, { grade: '' }, { grade: '6' }, { grade: 'x' }, { understood: 'true' }, { grade: '5', comment: 'x'.repeat(1_001) }, { grade: '5', other: '1' }] as Record<string, string>[]) {
      const page = await send(url, form).expect(400).expect('content-type', 'text/html; charset=utf-8');
      expect(page.text).toContain('role="alert"');
    }
    expect(await linksOf(id)).toEqual([expect.objectContaining({ used: false })]);
    await send(url, { grade: '4' }).expect(200);
  });

  it('speaks JSON to programs, with problems that do not repeat the token', async () => {
    const id = await resolve(await begun());
    const { url } = await sent(id);
    const path = pathOf(url);
    const shown = await app.http.get(`${path}?from=singlemessage&isappinstalled=0`).set('accept', 'application/json').expect(200).expect('content-type', /json/);
    expect(shown.body).toMatchObject({ purpose: 'evaluate', title: '园区频繁闪断', told: [{ kind: 'final', outcome: null, text: '开关柜已更换 <b>&。', department: '产业服务部' }, { kind: 'outcome', outcome: 'solved' }] });
    expect(Object.keys((shown.body as { told: object[] }).told[0] ?? {}).sort()).toEqual(['at', 'department', 'kind', 'outcome', 'text']);
    const missing = await app.http.post(path).send({}).expect(400);
    expect(missing.body).toMatchObject({ code: 'malformed', errors: [{ pointer: '/grade', code: 'required' }], instance: '/api/v1/public/links/…' });
    await app.http.post(path).send({ grade: '5' }).expect(400);
    await app.http.post(path).send({ grade: 5, understood: true }).expect(400);
    expect((await app.http.post(path).send({ grade: 5 }).expect(200)).body).toEqual({ purpose: 'evaluate', answered: true });
    expect((await app.http.post(path).send({ grade: 5 }).expect(410)).body).toMatchObject({ code: 'link-answered', instance: '/api/v1/public/links/…' });
    const unknown = await app.http.get(`/api/v1/public/links/${'x'.repeat(43)}`).set('accept', 'application/json').expect(404);
    expect(unknown.body).toMatchObject({ code: 'not-found', instance: '/api/v1/public/links/…' });
  });

  it('is a page that needs no script, in two languages', async () => {
    const id = await resolve(await begun());
    const { url } = await sent(id);
    for (const [language, lang, grades] of [['zh', 'zh-CN', ['非常满意', '满意', '基本满意', '不满意', '非常不满意']], ['en', 'en', ['Very satisfied', 'Satisfied', 'Fairly satisfied', 'Dissatisfied', 'Very dissatisfied']]] as const) {
      const { text } = await open(url, language).expect(200);
      expect(text.startsWith('<!doctype html>')).toBe(true);
      expect(text).toContain(`<html lang="${lang}">`);
      expect(text).toContain('<meta name="robots" content="noindex, nofollow">');
      expect(text).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|javascript:|https?:/i);
      expect(text).toContain('开关柜已更换 &lt;b&gt;&amp;。');
      const radios = [...text.matchAll(/<label class="choice"><input type="radio" name="grade" value="(\d)" required> ([^<]+)<\/label>/g)];
      expect(radios.map(([, value]) => value)).toEqual(['5', '4', '3', '2', '1']);
      expect(radios.map(([, , words]) => words)).toEqual(grades);
      expect(text).toMatch(/<label for="comment">[^<]+<\/label>/);
      expect(wellNested(text)).toEqual([]);
      expect(text).not.toMatch(/罗梓萱|13800138000|>handler|· handler/);
    }
    expect((await app.http.get(`${pathOf(url)}?lang=en`).set('accept-language', 'zh')).text).toContain('<html lang="en">');
    expect((await app.http.get(pathOf(url))).text).toContain('<html lang="zh-CN">');
    for (const path of [pathOf(url), '/api/v1/public/links/none']) await app.http.head(path);
    await send(url, { grade: '3' }).expect(200);
  });

  it('asks once after four weeks, and opens the ticket again where the problem has come back', async () => {
    const ids = [await resolve(await begun()), await resolve(await begun()), await resolve(await begun())] as const;
    for (const id of ids) await send((await sent(id)).url, { grade: '5' }).expect(200);
    app.clock.advance(29 * DAY_MS);
    await app.app.get(TicketDeadlinesSweep).sweep('test');
    const [back, stays, late] = [await sent(ids[0]), await sent(ids[1]), await sent(ids[2])];
    expect([back.purpose, stays.purpose, late.purpose]).toEqual(['question', 'question', 'question']);
    await send(back.url, { solved: 'false', comment: '' }).expect(200);
    expect(await look(ids[0])).toMatchObject({ status: 'in_progress', cycle: 2 });
    await send(stays.url, { solved: 'true' }).expect(200);
    expect(await look(ids[1])).toMatchObject({ status: 'closed', cycle: 1 });
    expect((await events(ids[1])).slice(-2)).toEqual(['questioned system', 'stayed-solved enterprise']);
    await app.asClient('enterprise:act').post(`/tickets/${ids[1]}/links`).expect(409);
    // When the time to reopen is over the question is, too.
    app.clock.advance(16 * DAY_MS);
    await send(late.url, { solved: 'false' }).expect(410);
    expect((await look(ids[2])).status).toBe('closed');
  });

  it('has expired after a month, and looks like one that never was', async () => {
    const id = await explain(await begun());
    const link = await app.asClient('enterprise:act').post(`/tickets/${id}/links`).expect(200);
    const { url } = link.body as Message;
    await open(url).expect(200);
    app.clock.advance(30 * DAY_MS - 1);
    await open(url).expect((response) => { expect([200, 410]).toContain(response.status); });
    app.clock.advance(1);
    const expired = await open(url).expect(404);
    const unknown = await open(`https://x/api/v1/public/links/${'x'.repeat(43)}`).expect(404);
    const noToken = await open('https://x/api/v1/public/links/short').expect(404);
    expect([expired.text, noToken.text]).toEqual([unknown.text, unknown.text]);
    await send(url, { understood: 'true' }).expect(404);
  });

  it('takes one of two answers that come at once', async () => {
    const id = await resolve(await begun());
    const { url } = await sent(id);
    const client = await app.asClient('enterprise:act').post(`/tickets/${id}/links`).expect(200);
    const answers = await Promise.all([send(url, { grade: '5' }), send(url, { grade: '1' }), send((client.body as Message).url, { grade: '4' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    expect((await events(id)).filter((event) => event.startsWith('confirm'))).toHaveLength(1);
    const links = await linksOf(id);
    expect([links.filter(({ used }) => used).length, links.filter(({ superseded }) => superseded).length]).toEqual([1, 1]);
  });

  it.each(['withdraw', 'silence'])('leads nowhere once the ticket has gone on: %s', async (how) => {
    const id = await resolve(await begun());
    const { url } = await sent(id);
    if (how === 'withdraw') await step('supervisor', id, 'withdraw', { reason: '企业要求', askedBy: '王经理' });
    else app.clock.advance(9 * DAY_MS);
    await send(url, { grade: '5' }).expect(410);
    await open(url).expect(410);
    expect((await look(id)).status).toBe(how === 'withdraw' ? 'withdrawn' : 'closed');
    expect(await linksOf(id)).toEqual([expect.objectContaining({ used: false, superseded: true })]);
  });

  it('goes to nobody whose contact is younger than seven days, was entered by the handler, or has no mobile phone', async () => {
    const young = await anEnterprise(app, { contacts: [{ name: '新人', phone: PHONE }] });
    const landline = await anEnterprise(app, { contacts: [{ name: '座机', phone: '0731-88881234' }, { name: '无电话' }] });
    app.clock.advance(7 * DAY_MS - 1);
    const own = await anEnterprise(app, { contacts: [{ name: '自己人', phone: PHONE }] });
    await app.sql('UPDATE enterprise_contact SET changed_at = $2, changed_by = $3 WHERE enterprise_id = $1', [own, new Date(app.clock.now().getTime() - 30 * DAY_MS), app.cadres.handler]);
    for (const of of [young, landline, own]) {
      const id = await resolve(await begun(of));
      await sweep();
      expect(await linksOf(id)).toEqual([]);
      expect(running(await look(id))).toEqual(['call', 'confirm']);
    }
    app.clock.advance(1);
    expect(await linksOf(await resolve(await begun(young)))).toHaveLength(1);
    // The clock of a contact that stays as it was goes on, whoever changes the others.
    const { version } = (await app.as('admin').get(`/enterprises/${young}`).expect(200)).body as { version: number };
    await app.as('admin').patch(`/enterprises/${young}`, { contacts: [{ name: '又一人', phone: '13900139000' }, { name: '新人', phone: PHONE }] }, `"${version}"`).expect(200);
    const [kept] = await app.sql('SELECT changed_by FROM enterprise_contact WHERE enterprise_id = $1 AND position = 1', [young]);
    expect(kept).toEqual({ changed_by: app.cadres.admin });
    const id = await resolve(await begun(young));
    expect((await sent(id)).phone).toBe(PHONE);
  });

  it('is not sent to a contact that has changed since, nor once nothing is asked any more', async () => {
    const other = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: PHONE }] });
    app.clock.advance(8 * DAY_MS);
    const ids = [await resolve(await begun(other)), await resolve(await begun(other))] as const;
    await step('supervisor', ids[1], 'withdraw', { reason: '企业要求', askedBy: '王经理' });
    await app.as('admin').patch(`/enterprises/${other}`, { contacts: [{ name: '罗梓萱', phone: '13900139000' }] }, '"1"').expect(200);
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 1, givenUp: 1 });
    const ends = await app.sql<{ error: string }>('SELECT d.last_error AS error FROM link_delivery d JOIN enterprise_link l ON l.id = d.link_id WHERE l.ticket_id = ANY ($1) ORDER BY 1', [ids]);
    expect(ends.map(({ error }) => error)).toEqual(['contact-changed', 'no-longer-asked']);
  });

  it('goes to another contact where the one that it was for has changed since', async () => {
    const [first, second] = [{ name: '罗梓萱', phone: PHONE }, { name: '赵一鸣', phone: '13700137000' }];
    const other = await anEnterprise(app, { contacts: [first, second] });
    app.clock.advance(8 * DAY_MS);
    const id = await resolve(await begun(other));
    await app.as('admin').patch(`/enterprises/${other}`, { contacts: [{ ...first, phone: '13900139000' }, second] }, '"1"').expect(200);
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 1 });
    expect(await sent(id)).toMatchObject({ phone: second.phone, purpose: 'evaluate' });
    expect((await linksOf(id)).map(({ superseded, delivered }) => [superseded, delivered]).sort()).toEqual([[false, true], [true, false]]);
    expect(running(await look(id))).toEqual(['confirm']);
  });

  it('is passed on by a client, whose receipt begins the enterprise’s time', async () => {
    const client = app.asClient('enterprise:act tickets:read');
    const id = await begun(await anEnterprise(app));
    await client.post(`/tickets/${id}/links`).expect(409).expect((response) => { expect(response.body).toMatchObject({ code: 'nothing-asked' }); });
    await client.post(`/tickets/${id}/receipts`).expect(409);
    await resolve(id);
    await client.post(`/tickets/${id}/links`, { purpose: 'acknowledge' }).expect(409);
    const issued = await client.post(`/tickets/${id}/links`, { purpose: 'evaluate' }).set('idempotency-key', 'a-link').expect(200);
    expect(Object.keys(issued.body as object).sort()).toEqual(['expiresAt', 'id', 'parkId', 'purpose', 'url']);
    const other = await client.post(`/tickets/${id}/links`, { purpose: 'evaluate' }).set('idempotency-key', 'a-link').expect(200);
    expect((other.body as Message).url).not.toBe((issued.body as Message).url);
    for (const who of ['handler', 'supervisor', 'admin'] as const) await app.as(who).post(`/tickets/${id}/links`).expect(403);
    await app.asClient('tickets:write').post(`/tickets/${id}/links`).expect(403);
    await app.asClient('enterprise:act', [app.otherParkId]).post(`/tickets/${id}/links`).expect(404);
    app.clock.advance(3_600_000);
    for (let receipt = 0; receipt < 2; receipt += 1) expect(running((await client.post(`/tickets/${id}/receipts`).expect(200)).body as Ticket)).toEqual(['confirm']);
    expect((await events(id)).filter((event) => event.startsWith('delivered'))).toEqual(['delivered client']);
    await send((issued.body as Message).url, { grade: '5' }).expect(200);
    expect(await linksOf(id)).toEqual(expect.arrayContaining([{ purpose: 'evaluate', used: true, superseded: false, delivered: true, hashed: true }, expect.objectContaining({ superseded: true })]));
  });

  it('is sent again by another process when one was killed before it could say so, and counts once', async () => {
    const id = await resolve(await begun());
    const gateway = app.app.get<LinkGateway>(LINK_GATEWAY);
    const ids: string[] = [];
    const sending = jest.spyOn(gateway, 'send').mockImplementation((message: LinkMessage) => {
      ids.push(message.id);
      // As far as anybody else can see, a process that dies here.
      return ids.length === 1 ? Promise.reject(new Error('killed')) : Promise.resolve('delivered');
    });
    expect(await sweep()).toMatchObject({ delivered: 0, failed: 1 });
    expect(await sweep()).toMatchObject({ delivered: 0, failed: 0 });
    app.clock.advance(120_000);
    const both = await Promise.all([sweep(), sweep()]);
    expect(both.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(1);
    sending.mockRestore();
    expect(new Set(ids).size).toBe(1);
    expect((await events(id)).filter((event) => event.startsWith('delivered'))).toHaveLength(1);
  });

  it('goes out in batches, each once, when two processes send', async () => {
    const ids: string[] = [];
    for (let one = 0; one < 15; one += 1) ids.push(await resolve(await begun()));
    const before = messages().length;
    const both = await Promise.all([sweep(), sweep()]);
    expect(both.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(15);
    expect(messages()).toHaveLength(before + 15);
    expect(await app.sql('SELECT FROM link_delivery WHERE next_try_at IS NOT NULL')).toEqual([]);
  });

  it('takes forms on its own routes alone, in UTF-8, and of no size', async () => {
    await app.http.post('/api/v1/enterprises').type('form').send('name=x').set('authorization', `Bearer ${await app.token('admin')}`).expect(415);
    const id = await resolve(await begun());
    const path = pathOf((await sent(id)).url);
    await app.http.post(path).type('form').send(`grade=5&comment=${'x'.repeat(17_000)}`).expect(413);
    await app.http.post(path).type('form').send('grade=5&comment=%FF').expect(400);
    await app.http.post(path).type('form').send('__proto__=5').expect(400);
    await app.http.post(path).type('text/plain').send('grade=5').expect(415);
    expect(await linksOf(id)).toEqual([expect.objectContaining({ used: false })]);
    await app.http.post(path).type('form').send('grade=5&comment=%E5%A5%BD+%E7%9A%84').expect(200);
    expect(await app.sql("SELECT words FROM ticket_event WHERE ticket_id = $1 AND type = 'confirm'", [id])).toEqual([{ words: { comment: '好 的' } }]);
  });

  it('leaves its token in no log, journal or table, and its phone in no log and journal', async () => {
    const tokens = messages().map(({ url }) => tokenIn(url));
    expect(tokens.length).toBeGreaterThan(20);
    const logged = lines.join('');
    expect(logged).toContain('/api/v1/public/links/…');
    const tables = await app.sql<{ name: string }>("SELECT quote_ident(relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r'");
    const written = (await Promise.all(tables.map(async ({ name }) => (await app.sql<{ rows: string }>(`SELECT coalesce(string_agg(to_jsonb(t)::text, ''), '') AS rows FROM ${name} t`))[0]?.rows ?? ''))).join('');
    for (const token of tokens) {
      expect(logged.includes(token)).toBe(false);
      expect(written.includes(token)).toBe(false);
    }
    const journal = (await app.sql<{ rows: string }>('SELECT string_agg(data::text, \'\') AS rows FROM journal_entry'))[0]?.rows ?? '';
    expect([logged.includes(PHONE), journal.includes(PHONE)]).toEqual([false, false]);
    // Not even in part: what a person cut off, or wrote otherwise.
    const [token = ''] = tokens;
    for (const path of [`/api/v1/public/links/${token.slice(0, 30)}`, `/api/v1/pub%6Cic/links/${token}`, `/api/v1/public/links/${token}/`, `/api/v1/tickets/${token}`]) await app.http.get(path);
    expect(lines.join('').includes(token.slice(0, 30))).toBe(false);
  });
});

/** A receiver of the operator's, which does what it is told. */
describe('the webhook gateway', () => {
  const SECRET = `whsec_${Buffer.from('a secret of more than 24 bytes').toString('base64')}`;
  const received: { headers: IncomingHttpHeaders; body: string; url: string | undefined }[] = [];
  let behave: 'take' | 'fail' | 'redirect' | 'sleep' | 'hold' | 'flood' = 'take';
  let patience = new AbortController();
  let server: Server;
  let app: TestApp;
  let enterpriseId: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(pieces).toString(), url: request.url });
        if (behave === 'hold') return;
        if (behave === 'sleep') runOut();
        else if (behave === 'redirect') response.writeHead(307, { location: '/elsewhere' }).end();
        else if (behave === 'fail') response.writeHead(503).end(`${PHONE} is not to be had`);
        else if (behave === 'flood') {
          response.writeHead(200).on('error', () => undefined);
          const more = (): void => { while (!response.destroyed && response.write(Buffer.alloc(65_536))); };
          response.on('drain', more);
          more();
        } else response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => { server.once('listening', listening); });
    const { port } = server.address() as AddressInfo;
    app = await startApp({ poolSize: 2, links: { publicUrl: 'https://ledger.example', outbox: { kind: 'webhook', url: `http://127.0.0.1:${port}/links`, secret: SECRET, patience: () => patience.signal } } });
    enterpriseId = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: PHONE }] });
    app.clock.advance(8 * DAY_MS);
  });
  afterAll(async () => {
    await app.close();
    server.closeAllConnections();
    await new Promise((closed) => { server.close(closed); });
  });
  beforeEach(() => { received.length = 0; });

  /** Whoever is waiting for this receiver waits no longer. */
  const runOut = (): void => {
    const now = patience;
    patience = new AbortController();
    now.abort(new DOMException('', 'TimeoutError'));
  };
  const issue = async (): Promise<void> => {
    const { id } = await aTicket(app, enterpriseId);
    const step = async (who: Parameters<TestApp['as']>[0], name: string, body: object = {}) => app.as(who).post(`/tickets/${id}/${name}`, body).expect(200);
    await step('supervisor', 'assign', { handlerId: app.cadres.handler });
    await step('handler', 'accept');
    await step('handler', 'answer', { kind: 'final', means: 'on_site', text: '已更换。' });
    await step('handler', 'resolve', { outcome: 'solved', text: '已更换。' });
  };
  const sweep = async () => app.app.get(LinkDeliveriesSweep).sweep('test');
  const last = async () => (await app.sql<{ attempts: number; error: string | null; wait: number | null; done: boolean; given: boolean }>(
    'SELECT attempts, last_error AS error, extract(epoch FROM next_try_at - $1)::integer AS wait, delivered_at IS NOT NULL AS done, given_up_at IS NOT NULL AS given FROM link_delivery ORDER BY link_id DESC LIMIT 1', [app.clock.now()]))[0];

  it('posts a message that is signed', async () => {
    behave = 'take';
    await issue();
    expect(await sweep()).toEqual({ delivered: 1, taken: 0, failed: 0, overtaken: 0, givenUp: 0 });
    const { headers, body } = received[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toMatchObject({ type: 'enterprise-link', phone: PHONE, purpose: 'evaluate', id: headers['webhook-id'] });
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64')).update(signed).digest('base64')}`);
    expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(app.clock.now().getTime() / 1_000));
  });

  it.each([['fail', 'status-503'], ['redirect', 'status-307'], ['sleep', 'timeout']] as const)('tries again after a receiver that does this: %s', async (how, error) => {
    behave = how;
    await issue();
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 1, overtaken: 0, givenUp: 0 });
    expect(received.map(({ url }) => url)).toEqual(['/links']);
    expect(await last()).toEqual({ attempts: 1, error, wait: 60, done: false, given: false });
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 0 });
    app.clock.advance(60_000);
    expect(await sweep()).toMatchObject({ failed: 1 });
    expect(await last()).toMatchObject({ attempts: 2, wait: 300 });
    behave = 'take';
    app.clock.advance(300_000);
    expect(await sweep()).toMatchObject({ delivered: 1 });
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await last()).toEqual({ attempts: 3, error: null, wait: null, done: true, given: false });
  });

  it('reads nothing of what a receiver says', async () => {
    behave = 'flood';
    await issue();
    expect(await sweep()).toMatchObject({ delivered: 1 });
  });

  it('holds no connection of the pool while a receiver is slow', async () => {
    behave = 'hold';
    for (let one = 0; one < 4; one += 1) await issue();
    const sending = sweep();
    while (received.length < 4) await new Promise((soon) => setTimeout(soon, 5));
    await app.as('supervisor').get('/tickets').expect(200);
    runOut();
    expect(await sending).toMatchObject({ failed: 4 });
    behave = 'take';
    app.clock.advance(60_000);
    expect(await sweep()).toMatchObject({ delivered: 4 });
  });

  it('gives up after three days: somebody has called by then', async () => {
    behave = 'fail';
    await issue();
    const waits: (number | null | undefined)[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await sweep();
      const wait = (await last())?.wait;
      waits.push(wait);
      app.clock.advance((wait ?? 0) * 1_000);
    }
    expect(waits).toEqual([60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400]);
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 1 });
    expect(await last()).toMatchObject({ attempts: 10, error: 'status-503', given: true });
    app.clock.advance(30 * DAY_MS);
    expect(await sweep()).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 0 });
  });

  it('does not count attempts that no answer came to: processes that were killed', async () => {
    await issue();
    const sending = jest.spyOn(app.app.get<LinkGateway>(LINK_GATEWAY), 'send').mockRejectedValue(new Error('killed before anything was said'));
    for (let crash = 0; crash < 12; crash += 1) {
      expect(await sweep()).toMatchObject({ failed: 1, givenUp: 0 });
      app.clock.advance(120_000);
    }
    sending.mockRestore();
    behave = 'fail';
    expect(await sweep()).toMatchObject({ failed: 1, givenUp: 0 });
    expect(await last()).toEqual({ attempts: 1, error: 'status-503', wait: 60, done: false, given: false });
    behave = 'take';
    app.clock.advance(60_000);
    expect(await sweep()).toMatchObject({ delivered: 1 });
  });

  it('sends nothing with a key that was made anew in between', async () => {
    behave = 'fail';
    await issue();
    await sweep();
    await app.sql("UPDATE installation_key SET secret = DEFAULT WHERE purpose = 'link'");
    behave = 'take';
    app.clock.advance(60_000);
    while ((await last())?.error === 'status-503') {
      await sweep();
      app.clock.advance(1_000);
    }
    expect(await last()).toMatchObject({ error: 'key-changed', given: true });
  });
});

describe('a file that nobody collects', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-links-'));
  const file = join(folder, 'links.jsonl');
  let app: TestApp;
  beforeAll(async () => { app = await startApp({ links: { publicUrl: 'https://ledger.example', outbox: { kind: 'file', file, collected: false } } }); });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('tells nobody anything: the ticket stays open until somebody has called', async () => {
    const enterpriseId = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: PHONE }] });
    app.clock.advance(8 * DAY_MS);
    const { id } = await aTicket(app, enterpriseId);
    const step = async (who: Parameters<TestApp['as']>[0], name: string, body: object = {}) => app.as(who).post(`/tickets/${id}/${name}`, body).expect(200);
    await step('supervisor', 'assign', { handlerId: app.cadres.handler });
    await step('handler', 'accept');
    await step('handler', 'answer', { kind: 'final', means: 'on_site', text: '已更换。' });
    await step('handler', 'resolve', { outcome: 'solved', text: '已更换。' });
    expect(await app.app.get(LinkDeliveriesSweep).sweep('test')).toEqual({ delivered: 0, taken: 1, failed: 0, overtaken: 0, givenUp: 0 });
    expect(await app.app.get(LinkDeliveriesSweep).sweep('test')).toEqual({ delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 0 });
    expect(await app.sql('SELECT delivered_at FROM enterprise_link')).toEqual([{ delivered_at: null }]);
    app.clock.advance(12 * DAY_MS);
    const look = async () => (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as Ticket;
    expect((await look()).status).toBe('resolved');
    expect(((await app.as('officer').get('/supervision/calls').expect(200)).body as { items: { ticketId: string }[] }).items.map(({ ticketId }) => ticketId)).toEqual([id]);
    await step('officer', 'record-call', { reached: false, said: '无人接听' });
    expect((await look()).status).toBe('closed');
  });

  it('leads nowhere once the ticket has gone on, as any other link', async () => {
    const { url } = JSON.parse(readFileSync(file, 'utf8').trim()) as Message;
    await app.http.get(pathOf(url)).set('accept', 'text/html').expect(410);
  });
});

const VOID = ['meta', 'input', '!doctype'];

/** What is opened and not closed in its turn. */
function wellNested(html: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  for (const [, closing, name = ''] of html.replace(/<style>[^]*?<\/style>/, '').matchAll(/<(\/?)([!\w]+)[^>]*>/g)) {
    if (VOID.includes(name)) continue;
    if (closing === '') open.push(name);
    else if (open.pop() !== name) faults.push(name);
  }
  return [...faults, ...open];
}
