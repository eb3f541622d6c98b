import type supertest from 'supertest';
import { ROUTES } from '../../src/identity/routes';
import { KeptAnswersSweep } from '../../src/platform/http/idempotency/kept-answers.sweep';
import { STEPS } from '../../src/tickets/domain/lifecycle';
import { type Caller, startApp, type TestApp } from '../support/app';
import { behind } from '../support/behind';
import { aMachineClient } from '../support/clients';
import { aDeclaration, anAppointment, aRecusal, aReport } from '../support/integrity';
import {
  aGuideItem, aGuideItemBody, aLinkage, aMatter, anAcceptedTicket, anAccountOf, anAssignment, anEnterprise, aProposal, aReminder, aSessionBody, aSessionOf, asHand, aTicket, aTicketBody, aTicketFor, aTicketIn, aUscc, aVisit, type Hand, STEP_SAMPLES,
} from '../support/world';

type Call = readonly [path: string, body: object];

interface Recipe {
  readonly who: Hand;
  /** Makes what the call needs; answers its path and body. */
  readonly call: (app: TestApp) => Promise<Call> | Call;
}

const recipe = (who: Recipe['who'], call: Recipe['call']): Recipe => ({ who, call });
const bodyOf = (test: supertest.Test): Promise<{ id: string }> => test.then((response) => response.body as { id: string });
const aLoggedVisit = async (app: TestApp, given: object = {}): Promise<string> => (await bodyOf(app.as('officer').post('/visits', aVisit(app, await anEnterprise(app), given)))).id;
const aPlan = async (app: TestApp): Promise<string> => (await bodyOf(app.as('officer').post('/planned-visits', { enterpriseId: await anEnterprise(app), plannedOn: '2026-03-05' }))).id;
const aLateVisit = async (app: TestApp): Promise<string> => aLoggedVisit(app, { occurredAt: '2026-02-10T02:00:00Z' });

let days = 0;
const nextDay = (): string => `2027-03-${String((days += 1)).padStart(2, '0')}`;

/** One call of every `POST` there is. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  'parks': recipe('operator', () => ['/parks', { code: 'NEWP', name: '新园区', countyCode: '430181', goLiveOn: '2026-03-02' }]),
  'parks/:id/working-hours': recipe('admin', (app) => [`/parks/${app.parkId}/working-hours`, { effectiveFrom: nextDay(), windows: [{ opens: '09:00', closes: '12:00' }] }]),
  'parks/:id/policies': recipe('admin', (app) => [`/parks/${app.parkId}/policies`, { effectiveFrom: nextDay(), visits: { burdenLimit: 5 } }]),
  'departments': recipe('admin', () => ['/departments', { name: '招商部' }]),
  'enterprises': recipe('admin', () => ['/enterprises', { name: '星野县新食品有限公司', uscc: aUscc() }]),
  'enterprises/:id/status': recipe('admin', async (app) => [`/enterprises/${await anEnterprise(app)}/status`, { status: 'suspended', reason: '停产' }]),
  'enterprises/:id/contacts/erase': recipe('admin', async (app) => [`/enterprises/${await anEnterprise(app)}/contacts/erase`, { reason: '本人要求' }]),
  'cadres': recipe('admin', (app) => ['/cadres', { name: '邵宇航', departmentId: app.departmentId, roles: ['officer'] }]),
  'cadres/:id/leaves': recipe('admin', (app) => [`/cadres/${app.cadres.officer}/leaves`, { from: '2026-03-10', to: '2026-03-12' }]),
  'leaves/:id/cancel': recipe('admin', async (app) => [`/leaves/${(await bodyOf(app.as('admin').post(`/cadres/${app.cadres.leader}/leaves`, { from: '2026-03-10', to: '2026-03-12' }))).id}/cancel`, {}]),
  'assignments': recipe('admin', async (app) => ['/assignments', { enterpriseId: await anEnterprise(app), cadreId: app.cadres.officer, capacity: 'officer', startsOn: '2026-03-02' }]),
  'assignments/:id/end': recipe('admin', async (app) => [`/assignments/${(await anAssignment(app, await anEnterprise(app), { startsOn: '2026-02-02' })).id}/end`, {}]),
  'assignments/:id/handover': recipe('admin', async (app) => [`/assignments/${(await anAssignment(app, await anEnterprise(app), { startsOn: '2026-02-02' })).id}/handover`, { cadreId: app.cadres.officer2 }]),
  'guide-items': recipe('admin', (app) => ['/guide-items', aGuideItemBody(app)]),
  'guide-items/:id/versions': recipe('admin', async (app) => [`/guide-items/${await aGuideItem(app)}/versions`, { effectiveFrom: nextDay(), name: '新名称' }]),
  'visits': recipe('officer', async (app) => ['/visits', aVisit(app, await anEnterprise(app))]),
  'visits/:id/amend': recipe('officer', async (app) => [`/visits/${await aLoggedVisit(app)}/amend`, { summary: '补充说明。' }]),
  'visits/:id/void': recipe('officer', async (app) => [`/visits/${await aLoggedVisit(app)}/void`, { reason: '重复登记' }]),
  'visits/:id/review': recipe('supervisor', async (app) => [`/visits/${await aLateVisit(app)}/review`, { accept: true }]),
  'visits/:id/confirm-participation': recipe('officer2', async (app) => [`/visits/${await aLoggedVisit(app, { participantIds: [app.cadres.officer2] })}/confirm-participation`, {}]),
  'tickets/:id/linkages': recipe('handler', async (app) => [`/tickets/${await anAcceptedTicket(app)}/linkages`, { reason: '需现场协调' }]),
  'linkages/:id/team': recipe('leader', async (app) => [`/linkages/${(await aLinkage(app)).id}/team`, { cadreIds: [app.cadres.officer], departmentIds: [] }]),
  'linkages/:id/sessions': recipe('leader', async (app) => [`/linkages/${(await aLinkage(app)).id}/sessions`, aSessionBody(app)]),
  'linkages/:id/replies': recipe('officer', async (app) => [`/linkages/${(await aLinkage(app)).id}/replies`, { departmentId: app.departmentId, text: '同意夜间施工。' }]),
  'linkages/:id/close': recipe('leader', async (app) => [`/linkages/${(await aLinkage(app)).id}/close`, { outcome: '已协调更换设备。' }]),
  'follow-ups/:id/done': recipe('officer', async (app) => [`/follow-ups/${(await aLinkage(app)).followUpId}/done`, {}]),
  'supervision/reminders': recipe('supervisor', async (app) => ['/supervision/reminders', { ticketId: await anAcceptedTicket(app), text: '请于今日内回复企业。' }]),
  'supervision/reminders/:id/reply': recipe('handler', async (app) => [`/supervision/reminders/${(await aReminder(app)).id}/reply`, { text: '明日上门。' }]),
  'matters': recipe('supervisor', () => ['/matters', { title: '园区电压不稳', description: '多家企业反映频繁闪断。' }]),
  'matters/:id/tickets': recipe('supervisor', async (app) => [`/matters/${await aMatter(app)}/tickets`, { ticketIds: [(await aTicket(app, await anEnterprise(app))).id] }]),
  'matters/:id/research': recipe('handler', async (app) => [`/matters/${await aMatter(app)}/research`, { text: '闪断均来自东区二号线。' }]),
  'matters/:id/decide': recipe('supervisor', async (app) => [`/matters/${await aMatter(app, { ticketIds: [await anAcceptedTicket(app)] })}/decide`, { text: '年内改造线路。', means: 'meeting' }]),
  'matters/:id/accept': recipe('supervisor', async (app) => [`/matters/${await aProposal(app)}/accept`, {}]),
  'matters/:id/dismiss': recipe('supervisor', async (app) => [`/matters/${await aProposal(app)}/dismiss`, { reason: '原因各不相同' }]),
  'clients': recipe('admin', () => ['/clients', { name: '星野县政务门户', scopes: ['visits:read'] }]),
  'clients/:id/grant': recipe('admin', async (app) => [`/clients/${(await aMachineClient(app)).id}/grant`, { scopes: ['tickets:read'] }]),
  'clients/:id/rotate': recipe('admin', async (app) => [`/clients/${(await aMachineClient(app)).id}/rotate`, {}]),
  'clients/:id/revoke': recipe('admin', async (app) => [`/clients/${(await aMachineClient(app)).id}/revoke`, {}]),
  'planned-visits': recipe('officer', async (app) => ['/planned-visits', { enterpriseId: await anEnterprise(app), plannedOn: '2026-03-05' }]),
  'planned-visits/:id/decline': recipe('officer', async (app) => [`/planned-visits/${await aPlan(app)}/decline`, {}]),
  'planned-visits/:id/join': recipe('officer2', async (app) => [`/planned-visits/${await aPlan(app)}/join`, {}]),
  'planned-visits/:id/cancel': recipe('officer', async (app) => [`/planned-visits/${await aPlan(app)}/cancel`, {}]),
  'accounts/:id/lock': recipe('admin', async (app) => [`/accounts/${await anAccountOf(app, 'officer')}/lock`, {}]),
  'accounts/:id/unlock': recipe('admin', async (app) => [`/accounts/${await anAccountOf(app, 'officer')}/unlock`, {}]),
  'me/sessions/:id/revoke': recipe('leader', async (app) => [`/me/sessions/${await aSessionOf(app, 'leader')}/revoke`, {}]),
  'tickets/:id/receipts': recipe('enterprise', async (app) => [`/tickets/${(await aTicketIn(app, 'resolved')).id}/receipts`, {}]),
  'integrity/reports/:id/question': recipe('inspector', async (app) => [`/integrity/reports/${(await aReport(app)).id}/question`, { text: '请问当时还有谁在场？' }]),
  'integrity/reports/:id/identify': recipe('inspector', async (app) => [`/integrity/reports/${(await aReport(app)).id}/identify`, { cadreId: app.cadres.handler, enterpriseId: await anEnterprise(app) }]),
  'integrity/reports/:id/decide': recipe('inspector', async (app) => [`/integrity/reports/${(await aReport(app)).id}/decide`, { outcome: 'not_confirmed', reason: '查无实据。' }]),
  'integrity/recusals': recipe('inspector', async (app) => ['/integrity/recusals', { cadreId: app.cadres.officer, enterpriseId: await anEnterprise(app), reason: '核查期间先行回避。' }]),
  'integrity/recusals/:id/end': recipe('inspector', async (app) => [`/integrity/recusals/${await aRecusal(app)}/end`, { reason: '核查结束' }]),
  'integrity/declarations': recipe('officer', async (app) => ['/integrity/declarations', { enterpriseId: await anEnterprise(app), kind: 'kin', description: '配偶任该公司财务主管。' }]),
  'integrity/declarations/:id/end': recipe('inspector', async (app) => [`/integrity/declarations/${await aDeclaration(app)}/end`, { reason: '股份已转让' }]),
  'integrity/inspectors': recipe('inspector', (app) => ['/integrity/inspectors', anAppointment(app, 'leader2')]),
  'integrity/inspectors/:id/end': recipe('inspector', async (app) => {
    await app.as('inspector').post('/integrity/inspectors', anAppointment(app, 'leader2')).expect(200);
    return [`/integrity/inspectors/${app.cadres.leader2}/end`, {}];
  }),
  'tickets': recipe('officer', async (app) => ['/tickets', aTicketBody(await anEnterprise(app))]),
  ...Object.fromEntries(STEPS.map((step) => [`tickets/:id/${step}`, recipe(STEP_SAMPLES[step].who, async (app) => {
    const ticket = await aTicketFor(app, step);
    return [`/tickets/${ticket.id}/${step}`, await STEP_SAMPLES[step].body(app, ticket)];
  })])),
};
// Told once: the answer that is sent again says null in its place.
const SHOWN_ONCE: Readonly<Record<string, string>> = { 'clients': 'secret', 'clients/:id/rotate': 'secret' };
// What it answers must not lie anywhere for 72 hours: every reading is one, and leaves its line; every link is another, and so is every password.
const NOT_KEPT = ['enterprises/:id/contacts/reveal', 'tickets/:id/links', 'accounts', 'accounts/:id/reset'];

describe('the same request, delivered twice', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  let keys = 0;
  const aKey = (): string => `key-${(keys += 1)}`;
  const post = (caller: Caller, path: string, body: object, key: string): supertest.Test => caller.post(path, body).set('idempotency-key', key);
  const counts = async (): Promise<unknown> => app.sql(`
    SELECT (SELECT count(*) FROM journal_entry) AS entries, (SELECT count(*) FROM visit) AS visits, (SELECT count(*) FROM enterprise) AS enterprises, (SELECT count(*) FROM access_log) AS readings,
      (SELECT count(*) FROM guide_item_version) AS versions, (SELECT count(*) FROM ticket) AS tickets, (SELECT count(*) FROM ticket_event) AS events,
      (SELECT count(*) FROM ticket_clock) AS clocks, (SELECT count(*) FROM machine_client) AS clients, (SELECT count(*) FROM machine_client_secret) AS secrets,
      (SELECT count(*) FROM integrity_entry) AS integrity, (SELECT count(*) FROM integrity_message) AS messages`);

  it('is told for every POST that there is', () => {
    const posts = ROUTES.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect([...Object.keys(RECIPES), ...NOT_KEPT].sort()).toEqual(posts.sort());
  });

  it('is said of every such call in the OpenAPI document', async () => {
    const { body: document } = await app.http.get('/openapi.json').expect(200) as { body: { paths: Record<string, Record<string, { parameters?: { name: string }[] }>> } };
    const taking = Object.entries(document.paths).filter(([, { post }]) => post?.parameters?.some(({ name }) => name === 'Idempotency-Key') === true).map(([path]) => path);
    expect(taking.sort()).toEqual(Object.keys(RECIPES).map((path) => `/api/v1/${path.replace(':id', '{id}')}`).sort());
  });

  it.each(Object.entries(RECIPES))('POST %s has one effect and one answer', async (route, { who, call }) => {
    const [path, body] = await call(app);
    const key = aKey();
    const first = await post(asHand(app, who), path, body, key);
    expect([200, 201]).toContain(first.status);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    const before = await counts();
    const second = await post(asHand(app, who), path, body, key);
    expect(second.status).toBe(first.status);
    const once = SHOWN_ONCE[route];
    if (once !== undefined) {
      const { [once]: secret } = first.body as Record<string, unknown>;
      expect(secret).toMatch(/^slc_/);
      expect(second.text).toBe(first.text.replace(JSON.stringify(secret), 'null'));
    } else {
      expect(second.text).toBe(first.text);
      expect(second.headers['etag']).toBe(first.headers['etag']);
    }
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await counts()).toEqual(before);
  });

  it('keeps no contacts: each reading is a reading', async () => {
    const id = await anEnterprise(app, { contacts: [{ name: '罗梓萱', phone: '13800138000' }] });
    const key = aKey();
    for (const readings of ['1', '2']) {
      await post(app.as('officer'), `/enterprises/${id}/contacts/reveal`, { reason: '电话回访' }, 'no key').expect(400);
      const response = await post(app.as('officer'), `/enterprises/${id}/contacts/reveal`, { reason: '电话回访' }, key).expect(200);
      expect(response.headers['idempotency-replayed']).toBeUndefined();
      expect(await app.sql(`SELECT count(*)::text AS readings FROM access_log WHERE subject_id = $1`, [id])).toEqual([{ readings }]);
    }
    expect(await app.sql(`SELECT FROM kept_answer WHERE body LIKE '%13800138000%'`)).toEqual([]);
  });

  it('refuses other content, another query and another If-Match under the key', async () => {
    const key = aKey();
    const id = await aLoggedVisit(app);
    await post(app.as('officer'), `/visits/${id}/amend`, { summary: '一' }, key).set('if-match', '"1"').expect(200);
    const reused = await post(app.as('officer'), `/visits/${id}/amend`, { summary: '二' }, key).set('if-match', '"1"').expect(422);
    expect(reused.body).toMatchObject({ code: 'idempotency-key-reused', errors: [{ pointer: '/header/idempotency-key' }] });
    await post(app.as('officer'), `/visits/${id}/amend`, { summary: '一' }, key).set('if-match', '"2"').expect(422);
    await post(app.as('officer'), `/visits/${id}/amend`, { summary: '一' }, key).expect(422);
    await post(app.as('officer'), `/visits/${id}/amend`, { summary: '一' }, `"${key}"`).set('if-match', '"1"').expect(200).expect('idempotency-replayed', 'true');
  });

  it('takes members of the body in any order for the same content', async () => {
    const key = aKey();
    const body = aVisit(app, await anEnterprise(app));
    await post(app.as('officer'), '/visits', body, key).expect(201);
    await post(app.as('officer'), '/visits', Object.fromEntries(Object.entries(body).reverse()), key).expect(201).expect('idempotency-replayed', 'true');
  });

  it('is another request on another path and from another caller', async () => {
    const key = aKey();
    const [one, other] = [await aLoggedVisit(app), await aLoggedVisit(app)];
    for (const id of [one, other]) await post(app.as('officer'), `/visits/${id}/void`, { reason: '误记' }, key).expect(200).expect((response) => { expect((response.body as { id: string }).id).toBe(id); });
    const enterpriseId = await anEnterprise(app);
    const plan = { enterpriseId, plannedOn: '2026-03-06' };
    const [mine, theirs] = [await post(app.as('officer'), '/planned-visits', plan, key).expect(201), await post(app.as('leader'), '/planned-visits', plan, key).expect(201)];
    expect((theirs.body as { id: string }).id).not.toBe((mine.body as { id: string }).id);
  });

  it('is one request in whatever way its address is written', async () => {
    const key = aKey();
    const id = await aLoggedVisit(app);
    const headers = { 'authorization': `Bearer ${await app.token('officer')}`, 'idempotency-key': key };
    const versions = [];
    for (const path of [`/visits/${id}/amend`, `/visits/${id.toUpperCase()}/amend`, `/visits/${id}/%61mend`]) {
      const response = await app.app.inject({ method: 'POST', url: `/api/v1${path}`, payload: { summary: '同一次' }, headers });
      versions.push(response.json<{ version: number }>().version);
    }
    expect(versions).toEqual([2, 2, 2]);
  });

  it('keeps no contact that was erased, and nothing by which it could be found', async () => {
    const key = aKey();
    const body = { name: '有联系人的公司', uscc: aUscc(), contacts: [{ name: '罗梓萱', title: '厂长', phone: '13800138000' }] };
    const { id } = (await post(app.as('admin'), '/enterprises', body, key).expect(201)).body as { id: string };
    await app.as('admin').post(`/enterprises/${id}/contacts/erase`, { reason: '本人要求' }).expect(200);
    const again = await post(app.as('admin'), '/enterprises', body, key).expect(201).expect('idempotency-replayed', 'true');
    expect(again.body).toMatchObject({ id, contacts: [] });
    expect(await app.sql(`SELECT FROM kept_answer WHERE body LIKE '%****8000%'`)).toEqual([]);
  });

  it('answers a body that has no canonical form as malformed', async () => {
    const id = await aPlan(app);
    const headers = { 'authorization': `Bearer ${await app.token('officer2')}`, 'content-type': 'application/json', 'idempotency-key': aKey() };
    const response = await app.app.inject({ method: 'POST', url: `/api/v1/planned-visits/${id}/join`, payload: '{"x":1e999}', headers });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([400, 'malformed']);
  });

  it.each([['empty', ' '], ['too long', 'x'.repeat(256)], ['with a space', 'a b'], ['of other letters', '键'.normalize()]])('refuses a key that is none: %s', async (_what, key) => {
    const enterpriseId = await anEnterprise(app);
    const response = await app.app.inject({
      method: 'POST', url: '/api/v1/visits', payload: aVisit(app, enterpriseId), headers: { authorization: `Bearer ${await app.token('officer')}`, 'idempotency-key': key },
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ pointer: '/header/idempotency-key', code: 'format' }] });
    expect(await app.sql('SELECT FROM visit WHERE enterprise_id = $1', [enterpriseId])).toEqual([]);
  });

  it('answers 409 while its twin runs, and the twin’s answer afterwards', async () => {
    const enterpriseId = await anEnterprise(app);
    const body = aVisit(app, enterpriseId);
    const key = aKey();
    const done = await behind(app, async (holder) => holder.query('SELECT FROM enterprise WHERE id = $1 FOR UPDATE', [enterpriseId]), () => post(app.as('officer'), '/visits', body, key), async () => {
      const twin = await post(app.as('officer'), '/visits', body, key).expect(409);
      expect(twin.body).toMatchObject({ code: 'twin-running' });
      expect(Number(twin.headers['retry-after'])).toBeGreaterThan(0);
    });
    expect(done.status).toBe(201);
    await post(app.as('officer'), '/visits', body, key).expect(201, done.body as object).expect('idempotency-replayed', 'true');
  });

  it('is done once when it comes twenty times at once, to two processes', async () => {
    const twin = await startApp({ database: app.database, cast: app, clock: app.clock, issuer: app.issuer });
    const enterpriseId = await anEnterprise(app);
    const body = aVisit(app, enterpriseId);
    const key = aKey();
    const answers = await Promise.all(Array.from({ length: 20 }, (_none, number) => post((number % 2 === 0 ? app : twin).as('officer'), '/visits', body, key).then((response) => response)));
    await twin.close();
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    expect(done.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 201).map(({ status, body: problem }) => [status, (problem as { code: string }).code])).toEqual(answers.filter(({ status }) => status !== 201).map(() => [409, 'twin-running']));
    expect(await app.sql('SELECT count(*)::text AS count FROM visit WHERE enterprise_id = $1', [enterpriseId])).toEqual([{ count: '1' }]);
  });

  it('keeps a refusal too: what was refused is not done later', async () => {
    const uscc = aUscc();
    const key = aKey();
    const first = await anEnterprise(app, { uscc });
    const refused = await post(app.as('admin'), '/enterprises', { name: '又一家公司', uscc }, key).expect(409);
    await app.sql('UPDATE enterprise SET uscc = $2 WHERE id = $1', [first, aUscc()]);
    const again = await post(app.as('admin'), '/enterprises', { name: '又一家公司', uscc }, key).expect(409).expect('idempotency-replayed', 'true');
    expect(again.text).toBe(refused.text);
    expect(again.headers['content-type']).toBe(refused.headers['content-type']);
    await post(app.as('admin'), '/enterprises', { name: '又一家公司', uscc }, aKey()).expect(201);
  });

  it('keeps nothing of a request that could not be read', async () => {
    const key = aKey();
    const enterpriseId = await anEnterprise(app);
    await post(app.as('officer'), '/visits', { enterpriseId }, key).expect(400);
    await post(app.as('officer'), '/visits', aVisit(app, enterpriseId), key).expect(201);
  });

  it('answers what is stored to a later day, whose rules would refuse the request', async () => {
    const key = aKey();
    const body = { effectiveFrom: '2026-03-03', windows: [{ opens: '09:00', closes: '12:00' }] };
    await post(app.as('admin'), `/parks/${app.parkId}/working-hours`, body, key).expect(201);
    const before = app.clock.now();
    app.clock.set(new Date('2026-03-04T01:30:00Z'));
    await post(app.as('admin'), `/parks/${app.parkId}/working-hours`, body, key).expect(201).expect('idempotency-replayed', 'true');
    await post(app.as('admin'), `/parks/${app.parkId}/working-hours`, body, aKey()).expect(422);
    app.clock.set(before);
  });

  describe('access is checked again', () => {
    it('by the table of routes', async () => {
      const key = aKey();
      const body = aVisit(app, await anEnterprise(app));
      await post(app.as('officer2'), '/visits', body, key).expect(201);
      const cadre = await app.as('admin').get(`/cadres/${app.cadres.officer2}`).expect(200);
      const changed = await app.as('admin').patch(`/cadres/${app.cadres.officer2}`, { roles: ['handler'] }, cadre.headers['etag']).expect(200);
      await post(app.as('officer2'), '/visits', body, key).expect(403);
      await app.as('admin').patch(`/cadres/${app.cadres.officer2}`, { roles: ['officer'] }, changed.headers['etag']).expect(200);
    });

    it('by park: who has lost it gets neither the answer nor another effect', async () => {
      const key = aKey();
      const body = { parkId: app.parkId, name: '某公司', uscc: aUscc() };
      await post(app.asClient('enterprises:write'), '/enterprises', body, key).expect(201);
      await post(app.asClient('enterprises:write', [app.otherParkId]), '/enterprises', body, key).expect(404);
      const without = { name: '某公司', uscc: aUscc() };
      const other = aKey();
      await post(app.asClient('enterprises:write'), '/enterprises', without, other).expect(201);
      await post(app.asClient('enterprises:write', [app.otherParkId]), '/enterprises', without, other).expect(404);
      expect(await app.sql('SELECT FROM enterprise WHERE park_id = $1', [app.otherParkId])).toEqual([]);
    });

    it('by what the caller may read of it', async () => {
      const key = aKey();
      const id = await aLoggedVisit(app, { participantIds: [app.cadres.officer2] });
      await post(app.as('officer2'), `/visits/${id}/confirm-participation`, {}, key).expect(200);
      await app.as('officer').post(`/visits/${id}/amend`, { participantIds: [] }).expect(200);
      await post(app.as('officer2'), `/visits/${id}/confirm-participation`, {}, key).expect(404);
    });

    it('by what of a ticket is theirs: a department that is not invited any more', async () => {
      const { id, ticketId } = await aLinkage(app);
      const { id: departmentId } = await bodyOf(app.as('admin').post('/departments', { name: '供电公司' }));
      await bodyOf(app.as('admin').post('/cadres', { name: '龙思远', departmentId, roles: ['handler'], identity: { issuer: 'urn:service-ledger:test', subject: 'invited' } }));
      await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [], departmentIds: [departmentId] }).expect(200);
      const key = aKey();
      const invited = app.as('invited' as 'handler');
      const reply = { departmentId, text: '同意夜间施工。' };
      await post(invited, `/linkages/${id}/replies`, reply, key).expect(201);
      await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [], departmentIds: [] }).expect(200);
      await invited.get(`/tickets/${ticketId}`).expect(404);
      const again = await post(invited, `/linkages/${id}/replies`, reply, key).expect(404).expect('idempotency-replayed', 'true');
      expect(again.body).toMatchObject({ code: 'done-out-of-reach', done: { status: 201, id } });
      expect(again.text).not.toContain('夜间');
    });

    it('also where the step itself took the ticket away: it says that it was done, and no more', async () => {
      const { id: departmentId } = await bodyOf(app.as('admin').post('/departments', { name: '应急管理局' }));
      const { id: handlerId } = await bodyOf(app.as('admin').post('/cadres', { name: '肖可欣', departmentId, roles: ['handler'], identity: { issuer: 'urn:service-ledger:test', subject: 'elsewhere' } }));
      const elsewhere = app.as('elsewhere' as 'handler');
      const { id } = await aTicket(app, await anEnterprise(app));
      await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId }).expect(200);
      const key = aKey();
      await post(elsewhere, `/tickets/${id}/return`, { reason: '不属本部门职责' }, key).expect(200);
      await elsewhere.get(`/tickets/${id}`).expect(404);
      const again = await post(elsewhere, `/tickets/${id}/return`, { reason: '不属本部门职责' }, key).expect(404).expect('idempotency-replayed', 'true');
      expect(again.body).toMatchObject({ code: 'done-out-of-reach', done: { status: 200, id } });
      expect(await app.sql(`SELECT count(*)::text AS returns FROM ticket_event WHERE ticket_id = $1 AND type = 'return'`, [id])).toEqual([{ returns: '1' }]);
    });

    it('for every POST whose object can leave its caller’s sight', async () => {
      const others: Hand[] = ['officer', 'officer2', 'leader', 'handler'];
      const sent = [];
      for (const [route, { who, call }] of Object.entries(RECIPES).filter(([, one]) => others.includes(one.who))) {
        const [path, body] = await call(app);
        const key = aKey();
        const { status } = await post(asHand(app, who), path, body, key);
        sent.push({ route, who, path, body, key, status });
      }
      expect(sent.every(({ status }) => [200, 201].includes(status))).toBe(true);
      // Their tokens stand for somebody else from now on, who has nothing to do with any of it.
      const { id: departmentId } = await bodyOf(app.as('admin').post('/departments', { name: '档案馆' }));
      const bind = async (cadreId: string, subject: string): Promise<void> => {
        const { headers } = await app.as('admin').get(`/cadres/${cadreId}`).expect(200);
        await app.as('admin').patch(`/cadres/${cadreId}`, { identity: { issuer: 'urn:service-ledger:test', subject } }, headers['etag']).expect(200);
      };
      const newcomers = new Map<string, string>();
      for (const who of ['officer', 'officer2', 'leader', 'handler'] as const) {
        await bind(app.cadres[who], `${who}-before`);
        const newcomer = { name: '新来干部', departmentId, roles: [who.replace(/\d$/, '')], identity: { issuer: 'urn:service-ledger:test', subject: who } };
        newcomers.set(who, (await bodyOf(app.as('admin').post('/cadres', newcomer))).id);
      }
      const told = [];
      for (const { route, who, path, body, key } of sent) {
        const response = await post(asHand(app, who), path, body, key);
        told.push([route, response.status, (response.body as { code?: string }).code ?? 'replayed']);
      }
      for (const [who, id] of newcomers) {
        await bind(id, `${who}-after`);
        await bind(app.cadres[who as 'officer'], who);
      }
      // Plans are everybody's in the park; of one's own session and declaration the answer says that it is done, and nothing to be seen.
      const OPEN = ['planned-visits', 'me/sessions', 'integrity/declarations'];
      expect(told).toEqual(sent.map(({ route, status }) => (OPEN.some((open) => route.startsWith(open)) ? [route, status, 'replayed'] : [route, 404, 'done-out-of-reach'])));
    });
  });

  it('is forgotten after 72 hours, not before', async () => {
    const key = aKey();
    const enterpriseId = await anEnterprise(app);
    const body = aVisit(app, enterpriseId);
    await post(app.as('officer'), '/visits', body, key).expect(201);
    const made = app.clock.now().getTime();
    const sweep = app.app.get(KeptAnswersSweep);
    app.clock.set(new Date(made + 72 * 3_600_000));
    await sweep.sweep();
    await post(app.as('officer'), '/visits', body, key).expect(201).expect('idempotency-replayed', 'true');
    app.clock.set(new Date(made + 72 * 3_600_000 + 1));
    expect(await sweep.sweep()).toBeGreaterThan(20);
    const anew = await post(app.as('officer'), '/visits', body, key).expect(201);
    expect(anew.headers['idempotency-replayed']).toBeUndefined();
    app.clock.set(new Date(made));
  });
});
