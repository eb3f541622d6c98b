import { DEFAULT_POLICY } from '../../src/parks/domain/policy';
import { RetentionSweep } from '../../src/identity/privacy/retention.sweep';
import { type TestApp, startApp } from '../support/app';
import { behind } from '../support/behind';
import { anEnterprise, aTicketIn, aVisit, takeStep } from '../support/world';

const DAY_MS = 86_400_000;
const CONTACTS = [{ name: '王小明', title: '总经理', phone: '13812345678' }];

describe('the access log', () => {
  let app: TestApp;
  let first: string;
  let second: string;
  beforeAll(async () => {
    app = await startApp();
    [first, second] = [await anEnterprise(app, { contacts: CONTACTS }), await anEnterprise(app, { contacts: CONTACTS })];
    for (const [who, id] of [['officer', first], ['supervisor', first], ['officer', second]] as const) {
      await app.as(who).post(`/enterprises/${id}/contacts/reveal`, { reason: '联系走访事宜' }).expect(200);
      app.clock.advance(DAY_MS);
    }
    await app.as('admin').post(`/enterprises/${second}/contacts/erase`, { reason: '本人要求' }).expect(200);
  });
  afterAll(async () => { await app.close(); });

  interface Line { readonly actorId: string; readonly subjectId: string; readonly action: string; readonly at: string; readonly reason: string | null }
  const read = async (query = ''): Promise<Line[]> => ((await app.as('inspector').get(`/access-log${query}`).expect(200)).body as { items: Line[] }).items;
  const told = (lines: readonly Line[]): string[] => lines.map(({ actorId, subjectId, action }) => `${action} ${subjectId === first ? 'first' : 'second'} ${Object.entries(app.cadres).find(([, id]) => id === actorId)?.[0] ?? '?'}`);

  it('shows each reading and erasure to inspectors, newest first, with who and why', async () => {
    const lines = await read();
    expect(told(lines)).toEqual(['contacts.erase second admin', 'contacts.reveal second officer', 'contacts.reveal first supervisor', 'contacts.reveal first officer']);
    expect(lines[3]).toMatchObject({ at: '2026-03-02T01:30:00.000Z', reason: '联系走访事宜', actorKind: 'cadre', parkId: app.parkId, subjectType: 'enterprise' });
  });

  it.each([
    ['about what', () => `?subjectId=${first}`, ['contacts.reveal first supervisor', 'contacts.reveal first officer']],
    ['by whom', () => `?actorId=${app.cadres.officer}`, ['contacts.reveal second officer', 'contacts.reveal first officer']],
    ['what was done', () => '?action=contacts.erase', ['contacts.erase second admin']],
    ['from a day', () => '?from=2026-03-04', ['contacts.erase second admin', 'contacts.reveal second officer']],
    ['to a day', () => '?to=2026-03-02', ['contacts.reveal first officer']],
    ['on a day', () => '?from=2026-03-03&to=2026-03-03', ['contacts.reveal first supervisor']],
    ['all at once', () => `?subjectId=${first}&actorId=${app.cadres.officer}&action=contacts.reveal&from=2026-03-01&to=2026-03-31`, ['contacts.reveal first officer']],
  ])('is asked %s', async (_what, query, expected) => {
    expect(told(await read(query()))).toEqual(expected);
  });

  it('refuses days out of order', async () => {
    expect((await app.as('inspector').get('/access-log?from=2026-03-04&to=2026-03-03').expect(422)).body).toMatchObject({ code: 'date-order', errors: [{ pointer: '/query/to' }] });
  });

  it.each(['officer', 'supervisor', 'admin', 'county', 'operator'] as const)('is not for %s', async (who) => {
    await app.as(who).get('/access-log').expect(403);
  });

  it('shows nothing of another park', async () => {
    await app.sql(`UPDATE cadre SET roles = '{inspector}' WHERE id = $1`, [app.cadres.strangerOfficer]);
    expect((await app.as('strangerOfficer').get('/access-log?count=true').expect(200)).body).toEqual({ items: [], nextCursor: null, total: 0 });
    await app.as('strangerOfficer').get(`/access-log?parkId=${app.parkId}`).expect(404);
  });

  it('shows what is of no park in every park, page by page, in its place', async () => {
    const lines = await read();
    await app.sql(`
      INSERT INTO access_log (id, park_id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id)
      SELECT overlay(l.id::text PLACING 'ffffffff' FROM 29)::uuid, NULL, l.at, 'operator', 'x', 'account.signed_in', 'account', uuidv7(), 'x' FROM access_log l WHERE l.action = 'contacts.reveal'`);
    const both = await read();
    expect(both.map(({ action }) => action)).toEqual(['contacts.erase', ...lines.slice(1).flatMap(() => ['account.signed_in', 'contacts.reveal'])]);
    const pages: Line[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor, total } = (await app.as('inspector').get(`/access-log?limit=2&count=true${cursor}`).expect(200)).body as { items: Line[]; nextCursor: string | null; total: number };
      expect(total).toBe(7);
      pages.push(...items);
      if (nextCursor === null) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(pages).toEqual(both);
    expect((await read('?action=account.signed_in&from=2026-03-03&to=2026-03-03')).map(({ at }) => at)).toEqual(['2026-03-03T01:30:00.000Z']);
    const { items, total } = (await app.as('strangerOfficer').get('/access-log?count=true').expect(200)).body as { items: (Line & { parkId: null })[]; total: number };
    expect([total, items.map(({ action, parkId }) => [action, parkId])]).toEqual([3, Array.from({ length: 3 }, () => ['account.signed_in', null])]);
  });
});

describe('whom a visit met', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  it('is named to cadres of the park who see the visit, and masked for the county and for machines', async () => {
    const { id } = (await app.as('officer').post('/visits', aVisit(app, await anEnterprise(app), { contactsMet: ['王小明', '欧阳一一'] })).expect(201)).body as { id: string };
    interface Shown { readonly contactsMet: readonly string[] }
    for (const [reader, expected] of [[app.as('officer'), ['王小明', '欧阳一一']], [app.as('supervisor'), ['王小明', '欧阳一一']], [app.as('county'), ['王*', '欧阳*']], [app.asClient('visits:read'), ['王*', '欧阳*']]] as const) {
      const one = (await reader.get(`/visits/${id}`).expect(200)).body as Shown;
      const [listed] = ((await reader.get(`/visits?parkId=${app.parkId}`).expect(200)).body as { items: Shown[] }).items;
      expect([one.contactsMet, listed?.contactsMet]).toEqual([expected, expected]);
    }
  });
});

describe('who spoke for an enterprise about a ticket', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  it('is named to cadres of the park, and masked for the county and for machines, in every place that tells it', async () => {
    const { id } = await aTicketIn(app, 'in_progress');
    await app.sql(`UPDATE ticket SET raised_by = '欧阳一一' WHERE id = $1`, [id]);
    await app.as('handler').post(`/tickets/${id}/answer`, { kind: 'interim', means: 'phone', text: '已联系供电公司。', toContact: '王小明' }).expect(200);
    await app.as('supervisor').post(`/tickets/${id}/withdraw`, { reason: '已自行解决', askedBy: '李四' }).expect(200);
    interface Told { readonly type?: string; readonly toContact?: string; readonly details: { readonly toContact?: string; readonly askedBy?: string } }
    for (const [reader, raisedBy, toContact, askedBy] of [
      [app.as('officer'), '欧阳一一', '王小明', '李四'], [app.as('supervisor'), '欧阳一一', '王小明', '李四'], [app.as('county'), '欧阳*', '王*', '李*'], [app.asClient('tickets:read'), '欧阳*', '王*', '李*'],
    ] as const) {
      const read = async <T>(path: string): Promise<T> => (await reader.get(path).expect(200)).body as T;
      const [listed] = (await read<{ items: object[] }>(`/tickets?parkId=${app.parkId}`)).items;
      for (const shown of [listed, await read(`/tickets/${id}`)]) expect(shown).toMatchObject({ id, raisedBy, withdrawnFor: askedBy });
      expect((await read<{ items: Told[] }>(`/tickets/${id}/answers`)).items.map((one) => one.toContact)).toEqual([toContact]);
      const events = [...(await read<{ items: Told[] }>(`/tickets/${id}/events`)).items, ...(await read<{ items: { event: Told | null }[] }>(`/tickets/${id}/timeline`)).items.flatMap(({ event }) => event ?? [])];
      expect(events.flatMap(({ details }) => [details.toContact, details.askedBy]).filter((name) => name !== undefined).sort()).toEqual([askedBy, askedBy, toContact, toContact].sort());
    }
  });
});

describe('what is forgotten', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp({ now: '2026-03-02T01:30:00.000Z' }); });
  afterAll(async () => { await app.close(); });

  const sweep = async (): Promise<object> => app.app.get(RetentionSweep).forgetAll();
  const NOTHING = { parks: 2, enterprises: 0, visits: 0, tickets: 0, accesses: 0 };
  const LOCATION = { lng: 113.08, lat: 28.25, datum: 'gcj02' };
  const { contactsAfterExitDays, personsInRecordsDays, personsInVoidedDays } = DEFAULT_POLICY.privacy;

  it('is nothing while it is young; the contacts of an enterprise a year after its exit, and no others', async () => {
    const [gone, here] = [await anEnterprise(app, { contacts: CONTACTS }), await anEnterprise(app, { contacts: CONTACTS })];
    await app.as('admin').post(`/enterprises/${gone}/status`, { status: 'exited' }).expect(200);
    app.clock.advance(contactsAfterExitDays * DAY_MS);
    expect(await sweep()).toEqual(NOTHING);
    app.clock.advance(DAY_MS);
    expect(await sweep()).toEqual({ ...NOTHING, enterprises: 1 });
    expect((await app.as('admin').get(`/enterprises/${gone}`).expect(200)).body).toMatchObject({ contacts: [], contactsErasedAt: app.clock.now().toISOString() });
    expect((await app.as('admin').get(`/enterprises/${here}`).expect(200)).body).toMatchObject({ contacts: [{ name: '王*' }], contactsErasedAt: null });
    expect(await app.sql(`SELECT actor_kind, action, reason FROM access_log WHERE subject_id = $1`, [gone])).toEqual([{ actor_kind: 'system', action: 'contacts.erase', reason: null }]);
    expect(await sweep()).toEqual(NOTHING);
  });

  it('is no contact of an enterprise that comes back while the sweep is on its way', async () => {
    const back = await anEnterprise(app, { contacts: CONTACTS });
    await app.as('admin').post(`/enterprises/${back}/status`, { status: 'exited' }).expect(200);
    app.clock.advance((contactsAfterExitDays + 1) * DAY_MS);
    expect(await behind(app, async (holder) => holder.query(`UPDATE enterprise SET status = 'in_production' WHERE id = $1`, [back]), sweep)).toEqual(NOTHING);
    expect((await app.as('admin').get(`/enterprises/${back}`).expect(200)).body).toMatchObject({ contacts: [{ name: '王*' }], contactsErasedAt: null });
  });

  it('is whom a visit met and where, when it was voided a while ago or is old; what it counts for stays', async () => {
    app.clock.set('2027-06-01T02:00:00.000Z');
    const enterpriseId = await anEnterprise(app);
    const log = async (): Promise<string> => ((await app.as('officer').post('/visits', aVisit(app, enterpriseId, { contactsMet: ['王小明'], location: LOCATION })).expect(201)).body as { id: string }).id;
    const [voided, kept] = [await log(), await log()];
    await app.as('officer').post(`/visits/${kept}/amend`, { summary: '补充:设备已到货。' }).expect(200);
    await app.as('supervisor').post(`/visits/${voided}/void`, { reason: '重复记录' }).expect(200);
    const shown = async (id: string): Promise<unknown> => app.sql('SELECT contacts_met, location_lng, summary IS NOT NULL AS told, version FROM visit WHERE id = $1', [id]).then(([row]) => row);
    app.clock.advance(personsInVoidedDays * DAY_MS + 1_000);
    expect(await sweep()).toEqual({ ...NOTHING, visits: 1 });
    expect(await shown(voided)).toEqual({ contacts_met: [], location_lng: null, told: true, version: 2 });
    expect(await shown(kept)).toMatchObject({ contacts_met: ['王小明'] });
    app.clock.set('2027-06-01T02:00:00.000Z');
    app.clock.advance((personsInRecordsDays + 1) * DAY_MS);
    expect(await sweep()).toEqual({ ...NOTHING, visits: 1 });
    expect(await shown(kept)).toMatchObject({ contacts_met: [], location_lng: null });
    expect(await app.sql(`SELECT before ->> 'contacts_met' AS met, before ->> 'location_lng' AS lng FROM visit_amendment WHERE visit_id = $1`, [kept])).toEqual([{ met: '[]', lng: null }]);
    expect(await app.sql('SELECT last_visit_on FROM enterprise WHERE id = $1', [enterpriseId])).toEqual([{ last_visit_on: expect.anything() as unknown }]);
    expect(await sweep()).toEqual(NOTHING);
  });

  it('is who raised a ticket and who asked for its withdrawal, long after its end', async () => {
    app.clock.set('2031-03-03T01:30:00.000Z');
    const open = await aTicketIn(app, 'in_progress');
    const withdrawn = await takeStep(app, await aTicketIn(app, 'registered'), 'withdraw', { askedBy: '李四' });
    await app.sql(`UPDATE ticket SET raised_by = '张三' WHERE id = ANY ($1)`, [[open.id, withdrawn.id]]);
    app.clock.advance(personsInRecordsDays * DAY_MS + 1_000);
    expect(await sweep()).toEqual({ ...NOTHING, tickets: 1 });
    expect(await app.sql('SELECT raised_by, withdrawn_for FROM ticket WHERE id = $1', [withdrawn.id])).toEqual([{ raised_by: null, withdrawn_for: '*' }]);
    expect(await app.sql(`SELECT words FROM ticket_event WHERE ticket_id = $1 AND type = 'withdraw'`, [withdrawn.id])).toEqual([{ words: { reason: expect.any(String) as unknown } }]);
    expect(await app.sql('SELECT raised_by FROM ticket WHERE id = $1', [open.id])).toEqual([{ raised_by: '张三' }]);
    expect((await app.as('supervisor').get(`/tickets/${withdrawn.id}`).expect(200)).body).toMatchObject({ withdrawnFor: '*' });
    expect((await app.as('county').get(`/tickets/${withdrawn.id}`).expect(200)).body).toMatchObject({ withdrawnFor: '*' });
    expect(await sweep()).toEqual(NOTHING);
  });

  it('is who was answered, and who asked for a withdrawal that was denied, also where the ticket itself names nobody', async () => {
    app.clock.set('2033-03-07T01:30:00.000Z');
    const answered = await aTicketIn(app, 'in_progress');
    await app.as('handler').post(`/tickets/${answered.id}/answer`, { kind: 'interim', means: 'phone', text: '已联系供电公司。', toContact: '王小明' }).expect(200);
    const denied = await takeStep(app, await aTicketIn(app, 'registered'), 'withdraw', { askedBy: '李四' });
    await app.as('officer').post(`/tickets/${denied.id}/record-call`, { reached: true, said: '没有撤回。', denied: true }).expect(200);
    const names = async (): Promise<unknown[]> => app.sql(`SELECT coalesce(words ->> 'toContact', words ->> 'askedBy') AS name FROM ticket_event WHERE ticket_id = ANY ($1) AND words ?| ARRAY['askedBy', 'toContact'] ORDER BY 1`, [[answered.id, denied.id]]);
    app.clock.advance(personsInRecordsDays * DAY_MS + 1_000);
    expect(await sweep()).toEqual(NOTHING);
    expect(await names()).toEqual([{ name: '李四' }, { name: '王小明' }]);
    for (const { id } of [answered, denied]) await app.as('supervisor').post(`/tickets/${id}/withdraw`, { reason: '企业已搬离', askedBy: '*' }).expect(200);
    expect(await sweep()).toEqual(NOTHING);
    app.clock.advance(personsInRecordsDays * DAY_MS + 1_000);
    expect(await sweep()).toEqual({ ...NOTHING, tickets: 2 });
    expect(await names()).toEqual([]);
    expect(await app.sql(`SELECT words ->> 'text' AS text FROM ticket_event WHERE ticket_id = $1 AND type = 'answer'`, [answered.id])).toEqual([{ text: '已联系供电公司。' }]);
    expect(await sweep()).toEqual(NOTHING);
  });

  it('is a line of the access log after a year, never one of the last half year', async () => {
    const line = async (ago: string): Promise<unknown> => app.sql(
      `INSERT INTO access_log (id, park_id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id)
       SELECT uuidv7(-$2::interval), $1, now() - $2::interval, 'cadre', 'x', $3, 'enterprise', uuidv7(), 'x'`, [app.parkId, ago, ago]);
    const left = async (): Promise<string[]> => (await app.sql<{ action: string }>(`SELECT action FROM access_log WHERE actor_id = 'x' ORDER BY id`)).map(({ action }) => action);
    for (const ago of ['13 months', '11 months', '7 months', '5 months', '1 day']) await line(ago);
    const [now] = await app.sql<{ now: Date }>('SELECT now()');
    app.clock.set(now?.now ?? '');
    expect(await sweep()).toMatchObject({ accesses: 1 });
    expect(await left()).toEqual(['11 months', '7 months', '5 months', '1 day']);
    // A clock that runs ahead forgets no more than the database's own allows.
    app.clock.advance(10 * 365 * DAY_MS);
    await sweep();
    expect(await left()).toEqual(['5 months', '1 day']);
    await expect(app.sql(`DELETE FROM access_log WHERE actor_id = 'x'`)).rejects.toMatchObject({ constraint: 'access_log_is_kept_half_a_year' });
  });

  it('leaves the journal as it is but for a line that says how much it was', async () => {
    const entries = await app.sql<{ data: object }>(`SELECT data FROM journal_entry WHERE type = 'persons.forgotten' ORDER BY id`);
    expect(entries.map(({ data }) => data)).toContainEqual({ enterprises: 1, visits: 0, tickets: 0, accesses: 0 });
    expect(await app.sql(`SELECT FROM journal_entry WHERE type = 'visit.logged'`)).toHaveLength(2);
  });

  it('follows the park’s own policy, which the law limits', async () => {
    expect((await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2099-01-01', privacy: { accessLogMonths: 5 } }).expect(400)).body).toMatchObject({ errors: [{ pointer: '/privacy/accessLogMonths', code: 'range' }] });
    const added = await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2099-01-01', privacy: { accessLogMonths: 24 } }).expect(201);
    expect(added.body).toMatchObject({ privacy: { ...DEFAULT_POLICY.privacy, accessLogMonths: 24 } });
  });
});
