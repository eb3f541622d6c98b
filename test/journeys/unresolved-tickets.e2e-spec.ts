import { startApp, type TestApp } from '../support/app';
import { aCadre, anAssignment, anEnterprise, aTicket, aTicketFor, aTicketIn, takeStep } from '../support/world';

interface Row { ticketId: string; number: string; title: string; enterprise: { id: string; name: string; uscc: string }; handler: { id: string; name: string } | null; department: { id: string } | null; level: number; status: string; clock: string; nextDueAt: string; overdueHours: number; lastAnswerAt: string | null; calendarProvisional: boolean }
interface Page { items: Row[]; nextCursor: string | null; total?: number }

describe('unresolved tickets', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });

  const unresolved = async (query = ''): Promise<Page> => (await app.as('supervisor').get(`/supervision/unresolved-tickets${query}`).expect(200)).body as Page;
  const worklist = async (query = ''): Promise<{ visits: object[]; tickets: Row[] }> => (await app.as('handler').get(`/me/worklist${query}`).expect(200)).body as { visits: object[]; tickets: Row[] };
  const idsOf = ({ items }: Page): string[] => items.map(({ ticketId }) => ticketId);

  it('are told whole, the most overdue first, without any job', async () => {
    const enterpriseId = await anEnterprise(app, { name: '星野县麻辣王子食品有限公司' });
    const fresh = await aTicket(app, enterpriseId);
    const working = await aTicketFor(app, 'resolve', enterpriseId);
    for (const ended of ['closed', 'withdrawn', 'merged'] as const) await aTicketIn(app, ended);
    // The one that a ticket was merged into goes on.
    expect((await unresolved()).items.map(({ clock, overdueHours }) => [clock, overdueHours])).toEqual([['assign', 0], ['assign', 0], ['resolve', 0]]);
    app.clock.set('2026-03-10T02:10:00+08:00');
    const { items, total } = await unresolved('?count=true');
    expect(total).toBe(3);
    expect(items[0]).toMatchObject({ clock: 'assign', nextDueAt: '2026-03-02T06:59:59.000Z' });
    expect(items[1]).toEqual({
      ticketId: fresh.id, number: fresh.number, title: '园区频繁闪断', enterprise: { id: enterpriseId, name: '星野县麻辣王子食品有限公司', uscc: expect.stringMatching(/^9143/) as string }, handler: null,
      department: { id: app.departmentId, name: '产业服务部' }, category: 'power', level: 1, status: 'registered', clock: 'assign', nextDueAt: '2026-03-02T07:00:00.000Z', overdueHours: 179, lastAnswerAt: null, calendarProvisional: false,
    });
    expect(items[2]).toMatchObject({
      ticketId: working.id, handler: { id: app.cadres.handler, name: 'handler' }, level: 1, status: 'in_progress', clock: 'resolve', nextDueAt: '2026-03-09T16:00:00.000Z', overdueHours: 2, lastAnswerAt: '2026-03-02T01:30:00.000Z',
    });
  });

  it('are filtered as tickets are, and by being overdue', async () => {
    const [one, other] = [await aTicketIn(app, 'in_progress'), await aTicketIn(app, 'registered')];
    await takeStep(app, one, 'answer', { kind: 'interim' });
    expect(idsOf(await unresolved('?overdueOnly=true'))).toEqual([]);
    app.clock.set('2026-03-02T15:00:00+08:00');
    expect(idsOf(await unresolved('?overdueOnly=true'))).toEqual([other.id]);
    app.clock.set('2026-03-02T14:59:59+08:00');
    expect(idsOf(await unresolved('?overdueOnly=true'))).toEqual([]);
    expect(idsOf(await unresolved('?overdueOnly=false'))).toEqual([other.id, one.id]);
    for (const [query, ids] of [
      ['status=in_progress', [one.id]], [`handlerId=${app.cadres.handler}`, [one.id]], [`enterpriseId=${other.enterpriseId}`, [other.id]], ['level=1', []], ['breached=true', [other.id]], ['breached=false', [one.id]],
      [`q=${other.number}`, [other.id]], ['q=%E9%97%AA%E6%96%AD&category=power', [other.id, one.id]], ['status=closed', []],
    ] as const) expect({ query, ids: idsOf(await unresolved(`?${query}`)) }).toEqual({ query, ids });
    const first = await unresolved('?limit=1');
    expect(idsOf(await unresolved(`?limit=1&cursor=${first.nextCursor ?? ''}`))).toEqual([one.id]);
    await app.as('supervisor').get('/supervision/unresolved-tickets?open=true').expect(400);
  });

  it('are for who oversees, and for clients that read tickets', async () => {
    await aTicketIn(app, 'registered');
    for (const who of ['admin', 'county'] as const) expect(((await app.as(who).get(`/supervision/unresolved-tickets?parkId=${app.parkId}`).expect(200)).body as Page).items).toHaveLength(1);
    expect(((await app.asClient('tickets:read').get('/supervision/unresolved-tickets').expect(200)).body as Page).items).toHaveLength(1);
    expect(((await app.as('stranger').get('/supervision/unresolved-tickets').expect(200)).body as Page).items).toEqual([]);
    await app.as('stranger').get(`/supervision/unresolved-tickets?parkId=${app.parkId}`).expect(404);
  });

  it('come as registered where that is asked, page by page, by a cursor of that order', async () => {
    const enterpriseId = await anEnterprise(app);
    const ids = [(await aTicket(app, enterpriseId, { priority: 'normal' })).id, (await aTicketIn(app, 'assigned', enterpriseId)).id, (await aTicket(app, enterpriseId)).id];
    const page = async (query: string): Promise<Page> => (await app.as('supervisor').get(`/supervision/unresolved-tickets?enterpriseId=${enterpriseId}&limit=2${query}`).expect(200)).body as Page;
    const first = await page('&sort=registered&count=true');
    const second = await page(`&sort=registered&cursor=${first.nextCursor ?? ''}`);
    expect([first.total, first.items.concat(second.items).map(({ ticketId }) => ticketId), second.nextCursor]).toEqual([3, ids, null]);
    await app.as('supervisor').get(`/supervision/unresolved-tickets?enterpriseId=${enterpriseId}&limit=2&cursor=${first.nextCursor ?? ''}`).expect(400);
    await app.as('supervisor').get('/supervision/unresolved-tickets?sort=title').expect(400);
  });

  it('that a supervisor handles stand in their worklist, too', async () => {
    const { id } = await aTicket(app, await anEnterprise(app));
    const supervisor = await aCadre(app, ['supervisor']);
    await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId: supervisor.id }).expect(200);
    expect((await supervisor.says.get('/me/worklist').expect(200)).body).toMatchObject({ visits: [], tickets: [{ ticketId: id }] });
  });

  it('that I handle stand in my worklist by deadline, beside my visits', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { cadreId: app.cadres.officer });
    const [late, soon] = [await aTicketIn(app, 'assigned'), await aTicketIn(app, 'in_progress')];
    await aTicketIn(app, 'registered');
    await aTicketIn(app, 'closed');
    await takeStep(app, late, 'answer', { kind: 'interim' });
    expect((await worklist()).tickets.map(({ ticketId, clock }) => [ticketId, clock])).toEqual([[soon.id, 'respond'], [late.id, 'resolve']]);
    expect((await worklist('?limit=1')).tickets).toHaveLength(1);
    const [row] = (await worklist()).tickets;
    expect((await unresolved(`?handlerId=${app.cadres.handler}`)).items[0]).toEqual(row);
    const mine = (await app.as('officer').get('/me/worklist').expect(200)).body as { visits: object[]; tickets: Row[] };
    expect([mine.visits.length, mine.tickets]).toEqual([1, []]);
  });

  it('whose notice has come late are shown by the calendar that holds now', async () => {
    await app.as('operator').put('/calendar/2026', { status: 'official', source: '国办发明电', days: [{ date: '2026-03-06', kind: 'holiday', name: '临时放假' }] }).expect(200);
    const ticket = await aTicketFor(app, 'resolve');
    expect((await unresolved()).items[0]).toMatchObject({ ticketId: ticket.id, nextDueAt: '2026-03-10T16:00:00.000Z' });
    app.clock.advance(60_000);
    await app.as('operator').put('/calendar/2026', { status: 'official', source: '国办发明电', days: [] }).expect(200);
    expect((await unresolved()).items[0]).toMatchObject({ ticketId: ticket.id, nextDueAt: '2026-03-09T16:00:00.000Z' });
  });
});

describe('a search of tickets', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
    const enterpriseId = await anEnterprise(app);
    for (const [title, description] of [['园区频繁闪断', '速冻线每停一次报废两吨'], ['用工缺口', '缺少 100% 熟练工'], ['路径 C:\\data 打不开', 'a_b 与 axb'], ['ＡＢＣ车间', '断水']] as const) await aTicket(app, enterpriseId, { title, description });
  });
  afterAll(async () => { await app.close(); });

  const found = async (q: string): Promise<string[]> => ((await app.as('supervisor').get(`/tickets?q=${encodeURIComponent(q)}`).expect(200)).body as { items: { title: string }[] }).items.map(({ title }) => title);

  it.each([
    ['闪断', ['园区频繁闪断']], ['报废', ['园区频繁闪断']], ['速冻线每停', ['园区频繁闪断']], ['断闪', []], ['100%', ['用工缺口']], ['1%', []], ['a_b', ['路径 C:\\data 打不开']], ['a%b', []],
    ['c:\\d', ['路径 C:\\data 打不开']], ['\\d', ['路径 C:\\data 打不开']], ['abc', ['ＡＢＣ车间']], ['JKSP-2026-000002', ['用工缺口']], ['jksp-2026-000002', ['用工缺口']], ['OTHER-2026-000002', []], ['JKSP-2026-000099', []],
    ['JKSP-2026-99999999999999999999', []],
  ])('%s', async (q, titles) => {
    expect(await found(q)).toEqual(titles);
  });

  it.each(['断', ' ', '%'])('needs more than %p', async (q) => {
    for (const path of ['/tickets', '/supervision/unresolved-tickets']) {
      const refused = await app.as('supervisor').get(`${path}?q=${encodeURIComponent(q)}`).expect(400);
      expect(refused.body).toMatchObject({ code: 'malformed', errors: [{ pointer: '/query/q' }] });
    }
  });
});
