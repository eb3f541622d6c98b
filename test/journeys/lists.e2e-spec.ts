import fc from 'fast-check';
import { callerOf, systemActor } from '../../src/kernel/actor';
import { fullPath, ROUTES, type RouteAccess } from '../../src/identity/routes';
import { apiDocument } from '../../src/openapi';
import { signCursor } from '../../src/platform/http/cursor-signature';
import { InstallationKeys } from '../../src/platform/db/installation-keys';
import { ISSUER, startApp, type TestApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { A_PICTURE, aDeclaration, aRecusal, aReport } from '../support/integrity';
import { aGuideItem, aLinkage, aMatter, anAcceptedTicket, anAccountOf, anAssignment, anEnterprise, aProposal, aReminder, aSessionOf, aTicket, aTicketIn, aVisit, takeStep } from '../support/world';

type Who = keyof TestApp['cadres'];

interface List {
  readonly who: Who;
  /** Somebody else who may take the route. */
  readonly other: Who;
  /** Filters that leave something, and each of them less than all or not. */
  readonly filters: readonly string[];
}

interface Page {
  readonly items: readonly object[];
  readonly nextCursor: string | null;
  readonly total?: number;
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly page: Page;
}

let app: TestApp;
let ids: Readonly<Record<string, string>>;
let documented: readonly string[];
let enterpriseId: string;

/** How each list is called. A list of the API that is missing here fails the first test. */
const LISTS: Readonly<Record<string, List>> = {
  parks: { who: 'operator', other: 'admin', filters: ['parkId={park}'] },
  departments: { who: 'admin', other: 'supervisor', filters: ['parkId={park}'] },
  enterprises: { who: 'admin', other: 'officer', filters: ['tag=食品', 'q=食品', 'q=spyxgs', 'status=in_production', 'cadreId={officer}', 'status=suspended'] },
  'enterprises/:id/timeline': { who: 'supervisor', other: 'officer', filters: ['parkId={park}'] },
  cadres: { who: 'admin', other: 'officer', filters: ['role=officer', 'active=true', 'q=leader', 'departmentId={department}'] },
  'cadres/:id/leaves': { who: 'admin', other: 'supervisor', filters: ['parkId={park}'] },
  assignments: { who: 'admin', other: 'officer', filters: ['capacity=officer', 'active=true', 'active=false', 'cadreId={officer}', 'enterpriseId={enterprise}'] },
  visits: { who: 'supervisor', other: 'officer', filters: ['from=2026-03-04', 'to=2026-03-04', 'review=none', 'review=needs_review', 'cadreId={officer}', 'enterpriseId={enterprise}', 'enterpriseId={enterprise}&cadreId={officer}'] },
  'planned-visits': { who: 'officer', other: 'leader', filters: ['status=planned', 'cadreId={officer}', 'enterpriseId={enterprise}', 'from=2026-04-22', 'to=2026-04-22'] },
  tickets: {
    who: 'supervisor', other: 'handler',
    filters: ['status=registered', 'open=true', 'open=false', 'breached=true', 'breached=false', 'enterpriseId={enterprise}', 'handlerId={handler}', 'departmentId={department}', 'category=power', 'level=1', 'level=0',
      'raisedFrom=2026-05-15', 'raisedTo=2026-05-15', 'q=闪断', 'q=jksp-2026-000002', 'open=true&q=闪断'],
  },
  'tickets/:id/answers': { who: 'supervisor', other: 'handler', filters: ['parkId={park}'] },
  'tickets/:id/events': { who: 'supervisor', other: 'handler', filters: ['parkId={park}'] },
  'tickets/:id/timeline': { who: 'supervisor', other: 'handler', filters: ['parkId={park}'] },
  'supervision/overdue-visits': { who: 'supervisor', other: 'admin', filters: ['capacity=officer', 'dueWithinDays=60', 'cadreId={officer}', 'departmentId={department}', 'minDays=3'] },
  'supervision/unresolved-tickets': {
    who: 'supervisor', other: 'admin', filters: ['overdueOnly=true', 'overdueOnly=false', 'status=registered', 'breached=true', 'enterpriseId={enterprise}', 'handlerId={handler}', 'departmentId={department}', 'level=0', 'q=闪断'],
  },
  'supervision/coverage': { who: 'supervisor', other: 'admin', filters: ['uncovered=true', 'uncovered=false'] },
  'supervision/burden': { who: 'supervisor', other: 'admin', filters: ['parkId={park}'] },
  'tickets/:id/linkages': { who: 'supervisor', other: 'leader', filters: ['parkId={park}'] },
  'supervision/follow-ups': { who: 'supervisor', other: 'officer', filters: ['overdueOnly=true', 'overdueOnly=false', 'cadreId={officer}'] },
  'supervision/reminders': { who: 'supervisor', other: 'handler', filters: ['kind=order', 'answered=true', 'answered=false', 'overdue=true', 'overdue=false', 'cadreId={officer}'] },
  'supervision/calls': { who: 'supervisor', other: 'officer', filters: ['overdueOnly=true', 'overdueOnly=false'] },
  matters: { who: 'supervisor', other: 'officer', filters: ['status=open', 'status=proposed', 'guideItemId={item}'] },
  'guide-items': { who: 'admin', other: 'handler', filters: ['category=permits', 'departmentId={department}', 'q=许可', 'q=sx-', 'on=2026-12-01', 'all=true', 'all=false'] },
  clients: { who: 'admin', other: 'leader2', filters: ['active=true', 'active=false', 'parkId={park}'] },
  accounts: { who: 'admin', other: 'inspector', filters: ['cadreId={officer}', 'locked=true', 'locked=false'] },
  'me/sessions': { who: 'officer', other: 'leader', filters: ['parkId={park}'] },
  'integrity/reports': { who: 'inspector', other: 'leader2', filters: ['status=open', 'status=decided'] },
  'integrity/recusals': { who: 'inspector', other: 'leader2', filters: ['ended=true', 'ended=false', 'cadreId={officer}', 'enterpriseId={enterprise}'] },
  'integrity/declarations': { who: 'inspector', other: 'officer', filters: ['ended=true', 'ended=false', 'cadreId={officer}', 'enterpriseId={enterprise}'] },
  'integrity/recused': { who: 'admin', other: 'leader2', filters: ['parkId={park}'] },
  'access-log': { who: 'inspector', other: 'leader2', filters: ['subjectId={enterprise}', 'actorId={officer}', 'action=contacts.reveal', 'from=2026-05-16', 'to=2026-05-15'] },
  lapses: { who: 'supervisor', other: 'leader', filters: ['cadreId={officer}', 'enterpriseId={enterprise}', 'outcome=open', 'from=2026-03-01', 'to=2026-12-31'] },
};

beforeAll(async () => {
  app = await startApp();
  // Two of each who read what few may.
  await app.sql(`UPDATE cadre SET roles = '{leader,admin,inspector}' WHERE id = $1`, [app.cadres.leader2]);
  const before = await app.sql<{ visits: object }>('SELECT visits FROM park_policy');
  await app.sql('UPDATE park_policy SET visits = $1', [{ ...before[0]?.visits, burdenLimit: 1 }]);
  const enterprises: string[] = [];
  // A name whose sort key is as long as one can be, and not the last of the list.
  for (const given of [{ tags: ['食品'] }, { tags: ['食品'] }, { tags: ['规上'] }, { name: '庄'.repeat(100) }, { name: '遵义食品有限公司', status: 'signed' }]) enterprises.push(await anEnterprise(app, given));
  enterpriseId = enterprises[0] ?? '';
  for (const one of enterprises.slice(0, 3)) await anAssignment(app, one);
  await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader, capacity: 'leader' });
  await anAssignment(app, enterprises[1] ?? '', { cadreId: app.cadres.leader2, capacity: 'leader', endsOn: '2026-03-20' });
  for (const name of ['企业服务中心', '科技创新局', '应急管理局']) await app.as('admin').post('/departments', { name }).expect(201);
  for (const from of ['2026-03-10', '2026-03-20', '2026-04-01']) await app.as('admin').post(`/cadres/${app.cadres.officer2}/leaves`, { from, to: from }).expect(201);
  app.clock.set('2026-03-05T02:00:00.000Z');
  for (const day of ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']) {
    for (const one of enterprises.slice(0, 2)) await app.as('officer').post('/visits', aVisit(app, one, { occurredAt: `${day}T01:55:00.000Z` })).expect(201);
  }
  const visit = await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
  app.clock.set('2026-03-20T02:00:00.000Z');
  // Logged too late, so it needs review.
  for (const one of enterprises.slice(1, 3)) await app.as('officer').post('/visits', aVisit(app, one, { occurredAt: '2026-03-06T02:00:00.000Z' })).expect(201);
  await app.as('supervisor').get('/supervision/overdue-visits').expect(200);
  app.clock.set('2026-03-21T02:00:00.000Z');
  await app.as('officer2').post('/visits', aVisit(app, enterpriseId)).expect(201);
  await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
  app.clock.set('2026-04-21T02:00:00.000Z');
  for (const day of ['2026-04-21', '2026-04-22', '2026-04-23']) await app.as('officer').post('/planned-visits', { enterpriseId, plannedOn: day }).expect(201);
  for (const one of enterprises.slice(0, 2)) await app.as('leader').post('/planned-visits', { enterpriseId: one, plannedOn: '2026-04-22' }).expect(201);
  // Burdens are counted over the last 30 days.
  for (const one of enterprises.slice(0, 2)) for (let made = 0; made < 2; made += 1) await app.as('officer').post('/visits', aVisit(app, one)).expect(201);
  app.clock.set('2026-05-06T02:00:00.000Z');
  const ticket = await aTicketIn(app, 'in_progress', enterpriseId);
  for (const kind of ['interim', 'final']) await takeStep(app, ticket, 'answer', { kind });
  for (const state of ['registered', 'explained', 'closed', 'withdrawn', 'merged'] as const) await aTicketIn(app, state, enterprises[1]);
  app.clock.set('2026-05-15T02:00:00.000Z');
  await aTicket(app, enterpriseId, { category: 'land', title: '不动产权证办理', raisedAt: '2026-05-14T02:00:00Z' });
  await aTicketIn(app, 'assigned', enterprises[2]);
  await app.as('supervisor').get('/supervision/overdue-visits').expect(200);
  const items = [{}, { category: 'land', name: '不动产权证办理' }, { category: 'cold_chain' }, { effectiveFrom: '2026-11-01' }];
  const guideItems: string[] = [];
  for (const given of items) guideItems.push(await aGuideItem(app, given));
  await app.as('admin').post(`/guide-items/${guideItems[0] ?? ''}/versions`, { effectiveFrom: '2026-09-01', active: false }).expect(201);
  const raised = await anAcceptedTicket(app);
  for (let level = 1; level <= 3; level += 1) await aLinkage(app, raised);
  for (const given of [{}, { dueOn: '2026-05-20' }, { dueOn: '2026-05-25' }]) {
    const { id } = await aReminder(app, given);
    if (given.dueOn === undefined) await app.as('handler').post(`/supervision/reminders/${id}/reply`, { text: '明日上门。' }).expect(200);
  }
  // Somebody must ask whether these were withdrawn by their enterprises.
  for (let called = 0; called < 3; called += 1) await app.asClient('enterprise:act').post(`/tickets/${await anAcceptedTicket(app)}/withdraw`, { reason: '不再需要', askedBy: '王经理' }).expect(200);
  // Another administrator and inspector, for lists that nobody else reads.
  await app.sql(`UPDATE cadre SET roles = '{leader,admin,inspector}' WHERE id = $1`, [app.cadres.leader2]);
  for (let made = 0; made < 2; made += 1) await aMachineClient(app);
  const client = await aMachineClient(app);
  await app.as('admin').post(`/clients/${(await aMachineClient(app)).id}/revoke`).expect(200);
  const matter = await aMatter(app, { guideItemId: guideItems[1] ?? '' });
  const report = await aReport(app, { files: [A_PICTURE] });
  for (const outcome of ['confirmed', 'referred']) await app.as('inspector').post(`/integrity/reports/${(await aReport(app)).id}/decide`, { outcome, reason: '已查实' }).expect(200);
  await app.as('inspector').post(`/integrity/declarations/${await aDeclaration(app)}/end`, { reason: '已转让' }).expect(200);
  for (const cadre of ['officer', 'handler', 'officer2'] as const) await app.as(cadre).post('/integrity/declarations', { enterpriseId, kind: 'kin', description: '亲属任职。' }).expect(201);
  await app.as('inspector').post(`/integrity/recusals/${await aRecusal(app)}/end`, { reason: '核查结束' }).expect(200);
  for (const cadre of ['officer', 'handler', 'leader2'] as const) await aRecusal(app, { cadreId: app.cadres[cadre], enterpriseId: cadre === 'officer' ? enterpriseId : undefined });
  for (let made = 0; made < 2; made += 1) await aProposal(app);
  for (const [who, one] of [['officer', enterprises[0]], ['officer', enterprises[1]], ['supervisor', enterprises[0]], ['handler', enterprises[2]]] as const) {
    await app.as(who).post(`/enterprises/${one ?? ''}/contacts/reveal`, { reason: '联系走访事宜' }).expect(200);
    app.clock.advance(43_200_000);
  }
  app.clock.set('2026-05-15T02:00:00.000Z');
  ids = { 'integrity/reports': report.id, fileId: (await app.sql<{ id: string }>('SELECT id FROM integrity_file'))[0]?.id ?? '', clients: client.id, matters: matter, item: guideItems[1] ?? '', tickets: ticket.id, linked: raised, 'guide-items': guideItems[0] ?? '', parks: app.parkId, enterprises: enterpriseId, cadres: app.cadres.officer2, visits: (visit.body as { id: string }).id };
  for (const one of ['officer', 'leader', 'handler'] as const) await anAccountOf(app, one);
  await app.as('admin').post(`/accounts/${await anAccountOf(app, 'handler')}/lock`).expect(200);
  for (const one of ['officer', 'officer', 'officer', 'leader', 'leader'] as const) await aSessionOf(app, one);
  ids = { ...ids, accounts: await anAccountOf(app, 'officer') };
  const { paths } = apiDocument(app.app);
  documented = Object.entries(paths).flatMap(([path, { get }]) => (get?.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'cursor') === true ? [path.replace(/\{(\w+)\}/g, ':$1')] : []));
}, 120_000);
afterAll(async () => { await app.close(); });

const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (_whole, name: string) => (
  { park: app.parkId, department: app.departmentId, officer: app.cadres.officer, handler: app.cadres.handler, enterprise: enterpriseId, item: ids['item'] }[name] ?? ''));
const addressOf = (path: string): string => fullPath(path).replace(':year', '2026').replace(':fileId', ids['fileId'] ?? '').replace(':id', ids[path.endsWith('/linkages') ? 'linked' : path.split('/').slice(0, 2).join('/')] ?? ids[path.split('/')[0] ?? ''] ?? 'missing');

/** Sends exactly this address. */
async function read(who: Who, url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET'): Promise<Answer> {
  const response = await app.app.inject({ method, url, headers: { authorization: `Bearer ${await app.token(who)}`, 'accept-language': 'en', ...headers } });
  const json = response.headers['content-type']?.toString().includes('json') === true && response.body !== '';
  return { statusCode: response.statusCode, headers: response.headers as Answer['headers'], body: response.body, page: (json ? JSON.parse(response.body) : { items: [], nextCursor: null }) as Page };
}

const withQuery = (path: string, ...parts: readonly string[]): string => `${addressOf(path)}?${parts.filter((part) => part !== '').map((part) => encodeURI(filled(part))).join('&')}`;

async function readPage(who: Who, url: string): Promise<Answer> {
  const answer = await read(who, url);
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer;
}

/** The pages from this address on, each found by following the `Link` of the one before, letter by letter. */
async function walk(who: Who, url: string): Promise<Answer[]> {
  const pages = [await readPage(who, url)];
  for (;;) {
    const { headers, page } = pages.at(-1) as Answer;
    expect(headers['link'] === undefined).toBe(page.nextCursor === null);
    if (headers['link'] === undefined) return pages;
    const target = /^<(\/api\/v1\/[^<>]+)>; rel="next"$/.exec(headers['link'])?.[1] ?? '';
    expect(new URL(target, 'http://ledger').searchParams.get('cursor')).toBe(page.nextCursor);
    pages.push(await readPage(who, target));
  }
}

const refused = async (who: Who, url: string): Promise<void> => {
  const { statusCode, body } = await read(who, url);
  expect({ url, statusCode, body: JSON.parse(body) as object }).toMatchObject({ url, statusCode: 400, body: { code: 'cursor-invalid', errors: [{ pointer: '/query/cursor' }] } });
};
const itemsOf = (pages: readonly Answer[]): string[] => pages.flatMap(({ page }) => page.items.map((item) => JSON.stringify(item)));

it('is told of every list that the API has', () => {
  expect(Object.keys(LISTS).map(fullPath).sort()).toEqual([...documented].sort());
  expect(documented.length).toBeGreaterThan(12);
});

describe.each(Object.entries(LISTS))('GET %s', (path, { who, other, filters }) => {
  const cursorOf = async (...parts: string[]): Promise<string> => {
    const { page } = await readPage(who, withQuery(path, 'limit=1', ...parts));
    if (page.nextCursor === null) throw new Error('there is one page only');
    return page.nextCursor;
  };

  it.each([1, 2])('shows every item once on pages of %i, through Link', async (limit) => {
    const whole = await readPage(who, withQuery(path, 'limit=200'));
    const pages = await walk(who, withQuery(path, `limit=${limit}`));
    expect(whole.page.items.length).toBeGreaterThan(1);
    expect(itemsOf(pages)).toEqual(itemsOf([whole]));
    for (const { page } of pages.slice(0, -1)) expect(page.items).toHaveLength(limit);
    for (const { page } of pages) expect(page).not.toHaveProperty('total');
  });

  it.each(['', ...filters])('counts what all pages have together, on each of them: %s', async (filter) => {
    const pages = await walk(who, withQuery(path, filter, 'count=true', 'limit=2'));
    const total = itemsOf(pages).length;
    expect(pages.map(({ page }) => page.total)).toEqual(pages.map(() => total));
    expect(itemsOf(pages)).toEqual(itemsOf(await walk(who, withQuery(path, filter, 'limit=200'))));
  });

  it('counts what the caller sees', async () => {
    const pages = await walk(other, withQuery(path, 'count=true', 'limit=1'));
    expect(pages.map(({ page }) => page.total)).toEqual(pages.map(() => itemsOf(pages).length));
  });

  it('counts on a later page even if nobody counted on the first', async () => {
    const { page } = await readPage(who, withQuery(path, 'count=true', `cursor=${await cursorOf()}`));
    expect(page.total).toBe((await readPage(who, withQuery(path, 'limit=200'))).page.items.length);
  });

  it('refuses a cursor in which anything was altered', async () => {
    const cursor = await cursorOf();
    for (let at = 0; at < cursor.length; at += 1) await refused(who, withQuery(path, `cursor=${cursor.slice(0, at)}${cursor.charAt(at) === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`));
    for (const altered of [cursor.slice(0, -1), cursor.slice(1), `${cursor}A`, cursor.slice(0, -22), '', 'x']) await refused(who, withQuery(path, `cursor=${altered}`));
  }, 60_000);

  it('refuses a cursor of other filters', async () => {
    const cursor = await cursorOf();
    for (const filter of new Set([...filters, 'parkId={park}'])) await refused(who, withQuery(path, filter, `cursor=${cursor}`));
  });

  it('refuses the cursor of another caller', async () => {
    await refused(other, withQuery(path, `cursor=${await cursorOf()}`));
  });

  it('refuses the cursor of another list', async () => {
    const elsewhere = Object.entries(LISTS).filter(([one, list]) => one !== path && list.who === who).map(([one]) => one);
    const cursors = await Promise.all(elsewhere.map(async (one) => (await readPage(who, withQuery(one, 'limit=1'))).page.nextCursor));
    for (const cursor of cursors) await refused(who, withQuery(path, `cursor=${cursor ?? ''}`));
  });

  it('refuses a cursor of ours that does not fit the list', async () => {
    const signed = signCursor(await app.app.get(InstallationKeys).of('cursor'), Buffer.from(JSON.stringify({ f: 'x', k: ['a', 'b'] })).toString('base64url'),
      { route: fullPath(path), caller: callerOf({ ...systemActor('lists'), kind: who === 'operator' ? 'operator' : 'cadre', issuer: ISSUER, subject: who }) });
    await refused(who, withQuery(path, `cursor=${signed}`));
  });

  it('takes one cursor, not two', async () => {
    const cursor = await cursorOf();
    expect((await read(who, withQuery(path, `cursor=${cursor}`, `cursor=${cursor}`))).page).toMatchObject({ code: 'malformed' });
  });

  it('takes true or false for count', async () => {
    expect((await readPage(who, withQuery(path, 'count=false'))).page).not.toHaveProperty('total');
    expect((await read(who, withQuery(path, 'count=yes'))).page).toMatchObject({ code: 'malformed', errors: [{ pointer: '/query/count' }] });
  });
});

describe('pages, while others write', () => {
  it('show what was there from the beginning to the end once, and nothing twice', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'M', '企', '业', '9'), minLength: 1, maxLength: 6 });
    const add = async (names: readonly string[]): Promise<void> => {
      for (const one of names) await app.sql(`INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at)
        VALUES (uuidv7(), $1, $2, 'department', false, 1, now(), now()) ON CONFLICT DO NOTHING`, [app.parkId, one]);
    };
    await fc.assert(fc.asyncProperty(fc.array(fc.array(name, { maxLength: 4 }), { minLength: 3, maxLength: 10 }), fc.integer({ min: 1, max: 5 }), async (waves, limit) => {
      await app.sql('DELETE FROM department WHERE park_id = $1 AND NOT EXISTS (SELECT FROM cadre WHERE department_id = department.id)', [app.parkId]);
      await add(['a', 'b企', 'M', '企业', '业', '99', 'aa']);
      const there = itemsOf(await walk('admin', withQuery('departments', 'limit=200')));
      const seen: string[] = [];
      for (let url: string | undefined = withQuery('departments', `limit=${limit}`), turn = 0; url !== undefined; turn += 1) {
        const [answer]: [Answer, void] = await Promise.all([readPage('admin', url), add(waves[turn] ?? [])]);
        seen.push(...itemsOf([answer]));
        url = /^<([^>]+)>/.exec(answer.headers['link'] ?? '')?.[1];
      }
      expect(seen).toHaveLength(new Set(seen).size);
      expect(seen.filter((one) => there.includes(one))).toEqual(there);
    }), { numRuns: 15, endOnFailure: true });
  }, 60_000);

  it('of what is to be given to others leave nothing out when some of it was given away', async () => {
    const there = itemsOf([await readPage('admin', withQuery('integrity/recused', 'limit=200'))]);
    const [first] = there.map((item) => JSON.parse(item) as { cadre: { id: string }; enterprise: { id: string } });
    const page = await readPage('admin', withQuery('integrity/recused', 'limit=1'));
    await app.sql(
      `UPDATE integrity_declaration SET ended_at = now(), ended_by = cadre_id, end_reason = '已转让' WHERE cadre_id = $1 AND enterprise_id = $2 AND ended_at IS NULL`, [first?.cadre.id, first?.enterprise.id]);
    const seen = itemsOf([page, ...await walk('admin', withQuery('integrity/recused', `cursor=${page.page.nextCursor ?? ''}`))]);
    const left = itemsOf([await readPage('admin', withQuery('integrity/recused', 'limit=200'))]);
    expect([left.length > 0, left.length < there.length]).toEqual([true, true]);
    expect(seen).toEqual(expect.arrayContaining(left));
  });
});

const READS = ROUTES.filter(({ method }) => method === 'GET');
const whoReads = ({ roles }: RouteAccess): Who => (['admin', 'supervisor', 'officer', 'operator', 'inspector'] as const).find((role) => roles.includes(role)) ?? 'admin';

describe.each(READS.map((route) => [route.path, route] as const))('reading %s', (path, route) => {
  const who = whoReads(route);
  const url = path === 'cadres/:id/leaves' || path === 'cadres/:id' ? fullPath(path).replace(':id', '01950000-0000-7000-8000-000000000109') : path;
  const address = (): string => (url === path ? addressOf(path) : url);

  it('carries a strong tag, and answers 304 without a body to whoever has it', async () => {
    const { statusCode, headers, page } = await read(who, address());
    const etag = headers['etag'] ?? '';
    const { version } = page as { version?: number };
    expect({ statusCode, etag, vary: headers['vary'], cache: headers['cache-control'] }).toEqual({
      statusCode: 200, etag: expect.stringMatching(version === undefined ? /^"[\w-]{16}"$/ : new RegExp(`^"${version}-[\\w-]{16}"$`)) as string, vary: 'authorization', cache: 'no-store',
    });
    for (const named of [etag, `W/${etag}`, `"other", ${etag}`, `W/"other",W/${etag}`, '*']) {
      const again = await read(who, address(), { 'if-none-match': named });
      expect([again.statusCode, again.body, again.headers['etag'], again.headers['content-type'], again.headers['content-length']]).toEqual([304, '', etag, undefined, undefined]);
      expect([again.headers['vary'], again.headers['cache-control']]).toEqual(['authorization', 'no-store']);
    }
    for (const stale of ['"other"', etag.slice(1, -1), '"1"', '""']) expect((await read(who, address(), { 'if-none-match': stale })).statusCode).toBe(200);
  });

  it('answers HEAD alike, without a body', async () => {
    const whole = await read(who, address());
    const head = await read(who, address(), {}, 'HEAD');
    const { statusCode, body, headers } = head;
    expect([statusCode, body, headers['etag'], headers['link'], Number(headers['content-length'])]).toEqual([200, '', whole.headers['etag'], whole.headers['link'], Buffer.byteLength(whole.body)]);
    const again = await read(who, address(), { 'if-none-match': whole.headers['etag'] ?? '' }, 'HEAD');
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', whole.headers['etag']]);
  });
});

describe('a tag', () => {
  it('is of what is read, not of the version: another last visit is another tag', async () => {
    const id = await anEnterprise(app);
    const path = `/api/v1/enterprises/${id}`;
    const before = await read('admin', path);
    await app.as('officer').post('/visits', aVisit(app, id)).expect(201);
    const after = await read('admin', path, { 'if-none-match': before.headers['etag'] ?? '' });
    expect([after.statusCode, JSON.parse(after.body)]).toMatchObject([200, { version: 1, lastVisitOn: '2026-05-15' }]);
    expect(after.headers['etag']).not.toBe(before.headers['etag']);
    expect((await read('admin', path, { 'if-none-match': after.headers['etag'] ?? '' })).statusCode).toBe(304);
  });

  it('of a list changes when time alone makes another of it', async () => {
    const path = withQuery('supervision/overdue-visits');
    const before = await read('supervisor', path);
    app.clock.advance(86_400_000);
    expect((await read('supervisor', path, { 'if-none-match': before.headers['etag'] ?? '' })).statusCode).toBe(200);
  });

  it('is good in If-Match as long as the version stands, with its digest or without', async () => {
    const id = await anEnterprise(app);
    const { headers } = await read('admin', `/api/v1/enterprises/${id}`);
    await app.as('officer').post('/visits', aVisit(app, id)).expect(201);
    const patched = await app.as('admin').patch(`/enterprises/${id}`, { address: '一号' }, headers['etag']).expect(200);
    expect(patched.headers['etag']).toBe((await read('admin', `/api/v1/enterprises/${id}`)).headers['etag']);
    await app.as('admin').patch(`/enterprises/${id}`, { address: '二号' }, headers['etag']).expect(412);
    await app.as('admin').patch(`/enterprises/${id}`, { address: '二号' }, '"2"').expect(200);
    for (const other of ['W/"3"', `W/${String(patched.headers['etag'])}`, '"3-short"']) await app.as('admin').patch(`/enterprises/${id}`, { address: '三号' }, other).expect(412);
  });

  it('opens nothing: what lies in another park stays 404, and a problem has none', async () => {
    const own = await read('admin', addressOf('enterprises/:id'));
    for (const named of [own.headers['etag'] ?? '', '*']) {
      const foreign = await read('stranger', addressOf('enterprises/:id'), { 'if-none-match': named });
      expect([foreign.statusCode, foreign.headers['etag'], foreign.headers['vary']]).toEqual([404, undefined, 'authorization, accept-language']);
      expect((await app.app.inject({ method: 'GET', url: addressOf('enterprises/:id'), headers: { 'if-none-match': named } })).statusCode).toBe(401);
    }
  });
});
