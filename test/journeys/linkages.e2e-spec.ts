import { type Caller, ISSUER, startApp, type TestApp } from '../support/app';
import { aLinkage, anAcceptedTicket, anEnterprise, aSessionBody, aTicket } from '../support/world';

interface Linkage {
  id: string; cycle: number; level: number; lead: { id: string } | null; closing: string | null; closedAt: string | null; outcome: string | null; version: number;
  team: { id: string }[]; departments: { id: string; invited: boolean; replies: { text: string }[] }[];
  sessions: { heldAt: string; participants: { id: string }[]; followUps: { id: string; doneOn: string | null; note: string | null; doneBy: { id: string } | null }[] }[];
}

describe('the three levels of linkage', () => {
  let app: TestApp;
  let power: string;
  let people = 0;
  beforeAll(async () => {
    app = await startApp();
    power = ((await app.as('admin').post('/departments', { name: '供电所' }).expect(201)).body as { id: string }).id;
  });
  afterAll(async () => { await app.close(); });

  /** Somebody of a department that has nothing to do with any ticket; calls answer their body. */
  const somebody = async (departmentId: string, roles: readonly string[] = ['handler']): Promise<{ id: string; get: (path: string, status: number) => Promise<object>; post: (path: string, body: object, status: number) => Promise<object> }> => {
    const subject = `somebody-${(people += 1)}`;
    const { id } = (await app.as('admin').post('/cadres', { name: '甲', departmentId, roles, identity: { issuer: ISSUER, subject } }).expect(201)).body as { id: string };
    const send = (method: 'get' | 'post') => async (path: string, body: object | undefined, status: number): Promise<object> => {
      const bearer = await app.issuer.sign(subject, {}, app.clock.now());
      return (await app.http[method](`/api/v1${path}`).set('authorization', `Bearer ${bearer}`).send(body).expect(status)).body as object;
    };
    return { id, get: async (path, status) => send('get')(path, undefined, status), post: send('post') };
  };
  const of = async (ticketId: string): Promise<Linkage[]> => ((await app.as('supervisor').get(`/tickets/${ticketId}/linkages`).expect(200)).body as { items: Linkage[] }).items;
  /** Who leads by the ticket itself, and whether somebody is still to be named. */
  const standing = async (ticketId: string): Promise<{ leadId: string | null; asked: boolean }> => {
    const { leadId, clocks } = (await app.as('supervisor').get(`/tickets/${ticketId}`).expect(200)).body as { leadId: string | null; clocks: { kind: string; stoppedAt: string | null }[] };
    return { leadId, asked: clocks.some(({ kind, stoppedAt }) => kind === 'lead' && stoppedAt === null) };
  };
  const entries = async (ids: readonly string[]): Promise<string[]> => (await app.sql<{ type: string }>('SELECT type FROM journal_entry WHERE subject_id = ANY ($1) ORDER BY position', [ids])).map(({ type }) => type);

  it('opens a level by the rule of the step, and answers what a team does with it', async () => {
    const ticketId = await anAcceptedTicket(app);
    await app.as('handler').post(`/tickets/${ticketId}/linkages`, { level: 1, reason: '需现场协调' }).expect(201).expect('etag', /^"1-/);
    await app.as('handler').post(`/tickets/${ticketId}/linkages`, { level: 1, reason: '再次' }).expect(422).expect((response) => { expect(response.body).toMatchObject({ code: 'level-not-higher' }); });
    const raised = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '领导牵头' }).expect(201)).body as Linkage;
    expect(raised).toMatchObject({ level: 2, cycle: 1, lead: null, closing: null });
    await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader }).expect(200);
    expect(await of(ticketId)).toMatchObject([{ level: 1, lead: null }, { level: 2, lead: { id: app.cadres.leader } }]);

    const { id } = raised;
    const member = await somebody(power);
    const colleague = await somebody(power);
    await member.get(`/tickets/${ticketId}`, 404);
    await member.post(`/linkages/${id}/sessions`, aSessionBody(app), 404);
    await app.as('handler').post(`/linkages/${id}/team`, { cadreIds: [member.id], departmentIds: [] }).expect(403);
    await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [member.id], departmentIds: [] }).expect(200);
    await member.get(`/tickets/${ticketId}`, 200);
    await colleague.get(`/tickets/${ticketId}`, 404);
    await member.post(`/linkages/${id}/replies`, { departmentId: power, text: '我们来办' }, 403);

    // The department is invited, the member leaves.
    await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [app.cadres.officer2], departmentIds: [power] }).expect(200);
    await colleague.get(`/tickets/${ticketId}`, 200);
    expect((await colleague.get('/tickets', 200) as { items: { id: string }[] }).items.map((one) => one.id)).toEqual([ticketId]);
    await colleague.post(`/linkages/${id}/replies`, { departmentId: app.departmentId, text: '代为回复' }, 403);
    await colleague.post(`/linkages/${id}/replies`, { departmentId: power, text: '同意夜间施工。' }, 201);
    await member.post(`/linkages/${id}/replies`, { departmentId: power, text: '手续已办。' }, 201);
    await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [app.cadres.officer2], departmentIds: [] }).expect(200);
    const [, second] = await of(ticketId);
    expect(second).toMatchObject({ team: [{ id: app.cadres.officer2 }], departments: [{ id: power, invited: false, replies: [{ text: '同意夜间施工。' }, { text: '手续已办。' }] }] });
    await colleague.get(`/tickets/${ticketId}`, 404);

    await app.as('handler').post(`/linkages/${id}/sessions`, aSessionBody(app)).expect(403);
    await app.as('officer2').post(`/linkages/${id}/sessions`, aSessionBody(app)).expect(201);
    const { items } = (await app.as('handler').get(`/tickets/${ticketId}/timeline?limit=200`).expect(200)).body as { items: { session: object | null }[] };
    expect(items.flatMap(({ session }) => (session === null ? [] : [session]))).toMatchObject([{ linkageId: id, level: 2, decisions: '三日内更换开关柜。' }]);
    await app.as('officer2').post(`/linkages/${id}/close`, { outcome: '已协调' }).expect(403);
    const closed = (await app.as('leader').post(`/linkages/${id}/close`, { outcome: '已协调更换设备。' }).expect(200)).body as Linkage;
    expect(closed).toMatchObject({ closing: 'reported', outcome: '已协调更换设备。', closedBy: { id: app.cadres.leader } });
    const again = await app.as('leader').post(`/linkages/${id}/sessions`, aSessionBody(app)).expect(409);
    expect(again.body).toMatchObject({ code: 'linkage-closed' });
    expect(await entries([id])).toEqual([
      'linkage.opened', 'linkage.team_changed', 'linkage.team_changed', 'linkage.replied', 'linkage.replied', 'linkage.team_changed', 'linkage.session_held', 'linkage.closed',
    ]);
  });

  it('keeps every stay of a team and every invitation, and who is in it is in it once', async () => {
    const ticketId = await anAcceptedTicket(app);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '协调' }).expect(201)).body as Linkage;
    const began = app.clock.now().getTime();
    const hour = (hours: number): string => new Date(began + hours * 3_600_000).toISOString();
    const { officer2 } = app.cadres;
    const team = async (hours: number, cadreIds: string[], departmentIds: string[]): Promise<Linkage> => {
      app.clock.set(hour(hours));
      return (await app.as('supervisor').post(`/linkages/${id}/team`, { cadreIds, departmentIds }).expect(200)).body as Linkage;
    };
    const member = await somebody(power);
    const reply = async (text: string): Promise<object> => member.post(`/linkages/${id}/replies`, { departmentId: power, text }, 201);
    const stays = async (table: string, since: string): Promise<unknown[][]> =>
      (await app.sql<{ since: Date; until: Date | null }>(`SELECT ${since} AS since, left_at AS until FROM ${table} WHERE linkage_id = $1 ORDER BY 1`, [id])).map((stay) => [stay.since.toISOString(), stay.until?.toISOString() ?? null]);

    await team(1, [officer2], [power]);
    await reply('同意。');
    await team(2, [officer2], [power]); // who stays goes on in the same stay
    expect((await team(3, [], [])).departments).toMatchObject([{ id: power, invited: false, replies: [{ text: '同意。' }] }]);
    await team(4, [officer2], [power]);
    await reply('再次同意。');
    const now = await team(5, [officer2], [power]);
    expect(now.team).toMatchObject([{ id: officer2, joinedAt: expect.stringContaining(hour(4).slice(0, 19)) as string }]);
    expect(now.departments).toMatchObject([{ id: power, invitedAt: expect.stringContaining(hour(4).slice(0, 19)) as string, invited: true, replies: [{ text: '同意。' }, { text: '再次同意。' }] }]);
    for (const [table, since] of [['linkage_member', 'joined_at'], ['linkage_department', 'invited_at']] as const) expect(await stays(table, since)).toEqual([[hour(1), hour(3)], [hour(4), null]]);
    expect(await app.sql('SELECT text, invited_at AS "invitedAt" FROM linkage_reply WHERE linkage_id = $1 ORDER BY id', [id])).toEqual([{ text: '同意。', invitedAt: new Date(hour(1)) }, { text: '再次同意。', invitedAt: new Date(hour(4)) }]);
    expect((await team(6, [], [])).departments).toHaveLength(1);
    // Away and back within an instant is no other stay.
    await team(7, [officer2], [power]);
    await team(7, [], []);
    expect((await team(7, [officer2], [power])).team).toHaveLength(1);
    for (const [table, since] of [['linkage_member', 'joined_at'], ['linkage_department', 'invited_at']] as const) expect(await stays(table, since)).toEqual([[hour(1), hour(3)], [hour(4), hour(6)], [hour(7), null]]);
    expect((await app.as('supervisor').get('/tickets?limit=200').expect(200)).body).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ id: ticketId })]) as object[] });
  });

  it('repeats nothing in a timeline that somebody reads while a session is recorded late', async () => {
    interface Item { at: string; event: { details: { text?: string } } | null; session: object | null }
    interface Page { items: Item[]; nextCursor: string | null }
    const ticketId = await anAcceptedTicket(app);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '协调' }).expect(201)).body as Linkage;
    const held: string[] = [];
    for (const text of ['一', '二', '三']) {
      app.clock.advance(600_000);
      held.push(app.clock.now().toISOString());
      app.clock.advance(600_000);
      await app.as('handler').post(`/tickets/${ticketId}/answer`, { kind: 'interim', means: 'phone', text }).expect(200);
    }
    const read = async (query: string): Promise<Page> => (await app.as('supervisor').get(`/tickets/${ticketId}/timeline?${query}`).expect(200)).body as Page;
    const record = async (heldAt: string | undefined): Promise<unknown> => app.as('supervisor').post(`/linkages/${id}/sessions`, aSessionBody(app, { heldAt })).expect(201);
    const { items: there } = await read('limit=200');
    const limit = there.findIndex(({ event }) => event?.details.text === '二') + 1;
    // One that was held before where the reader stands is on the pages behind; one that was held after it is still to come.
    const first = await read(`limit=${limit}`);
    await record(held[0]);
    const behind = await read(`cursor=${first.nextCursor ?? ''}`);
    expect([...first.items, ...behind.items]).toEqual(there);
    await record(held[2]);
    const ahead = await read(`cursor=${first.nextCursor ?? ''}`);
    expect(ahead.items.filter(({ session }) => session === null)).toEqual(behind.items);
    expect(ahead.items[0]).toMatchObject({ at: held[2], session: { linkageId: id } });
  });

  it('takes no supervisor for one who handles the ticket', async () => {
    const { id: ticketId } = await aTicket(app, await anEnterprise(app));
    await app.as('supervisor').post(`/tickets/${ticketId}/assign`, { handlerId: app.cadres.supervisor }).expect(200);
    await app.as('supervisor').post(`/tickets/${ticketId}/accept`).expect(200);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '需现场协调' }).expect(201)).body as Linkage;
    await app.as('supervisor').post(`/linkages/${id}/team`, { cadreIds: [], departmentIds: [] }).expect(403);
    await app.as('supervisor').post(`/linkages/${id}/close`, { outcome: '已协调' }).expect(403);
  });

  it.each([
    ['a member who is nobody', 'team', { cadreIds: ['01950000-0000-7000-8000-00000000dead'], departmentIds: [] }, 422, 'reference-unknown', '/cadreIds/0'],
    ['a department that is none', 'team', { cadreIds: [], departmentIds: ['01950000-0000-7000-8000-000000000012'] }, 422, 'reference-unknown', '/departmentIds/0'],
    ['a session to come', 'sessions', { heldAt: '2027-01-01T00:00:00Z' }, 422, 'in-future', '/heldAt'],
    ['a session before the level was raised', 'sessions', { heldAt: '2026-03-01T01:00:00Z' }, 422, 'date-order', '/heldAt'],
    ['a follow-up for nobody', 'sessions', { followUps: [{ what: '协调', cadreId: '01950000-0000-7000-8000-00000000dead', dueOn: '2026-12-01' }] }, 422, 'reference-unknown', '/followUps/0/cadreId'],
    ['a follow-up that was due before', 'sessions', { followUps: [{ what: '协调', cadreId: '01950000-0000-7000-8000-000000000101', dueOn: '2026-03-01' }] }, 422, 'date-order', '/followUps/0/dueOn'],
  ])('refuses %s', async (_what, act, given, status, code, pointer) => {
    const { id } = await aLinkage(app);
    const response = await app.as('leader').post(`/linkages/${id}/${act}`, act === 'sessions' ? aSessionBody(app, given) : given).expect(status);
    expect(response.body).toMatchObject({ code, errors: [{ pointer }] });
  });

  it('opens levels with the breaches of a ticket, keeps the lead of level 3, asks for one where it was closed, and ends with it', async () => {
    app.clock.set('2026-03-02T01:30:00.000Z');
    const ticketId = await anAcceptedTicket(app);
    await app.as('handler').post(`/tickets/${ticketId}/answer`, { kind: 'interim', means: 'phone', text: '正在核实。' }).expect(200);
    // Due on the 9th; level 2 after three more working days, level 3 after five more.
    app.clock.set('2026-03-23T01:30:00.000Z');
    expect((await of(ticketId)).map(({ level, closing }) => [level, closing])).toEqual([[1, null], [2, null], [3, null]]);
    expect(await app.sql('SELECT level, opened_on::text AS on FROM linkage WHERE ticket_id = $1 ORDER BY level', [ticketId])).toEqual([{ level: 1, on: '2026-03-09' }, { level: 2, on: '2026-03-12' }, { level: 3, on: '2026-03-19' }]);
    await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader }).expect(200);
    const explain = async (): Promise<unknown> => app.as('handler').post(`/tickets/${ticketId}/explain`, { reasonCode: 'land', reason: '未征收', explanation: '已说明', means: 'on_site', reviewOn: '2026-05-20' }).expect(200);
    await explain();
    await app.asClient('enterprise:act').post(`/tickets/${ticketId}/acknowledge`, { understood: false }).expect(200);
    // Nothing is above level 3: who leads there goes on.
    const third = (await of(ticketId))[2];
    expect(third).toMatchObject({ level: 3, lead: { id: app.cadres.leader }, closing: null });
    expect(await standing(ticketId)).toEqual({ leadId: app.cadres.leader, asked: false });
    await app.as('leader').post(`/linkages/${third?.id ?? ''}/sessions`, aSessionBody(app)).expect(201);

    // Once closed, a level that is raised again is another linkage, which somebody is to lead: the outcome that was reported stays, and who led.
    await app.as('leader').post(`/linkages/${third?.id ?? ''}/close`, { outcome: '部门已会商。' }).expect(200);
    await explain();
    await app.asClient('enterprise:act').post(`/tickets/${ticketId}/acknowledge`, { understood: false }).expect(200);
    expect(await standing(ticketId)).toEqual({ leadId: null, asked: true });
    await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader2 }).expect(200);
    expect((await of(ticketId)).map(({ level, closing, lead }) => [level, closing, lead?.id])).toEqual([[1, null, undefined], [2, null, undefined], [3, 'reported', app.cadres.leader], [3, null, app.cadres.leader2]]);

    // Silence ends the ticket, and with it what is open, whether or not a job has run.
    await app.as('handler').post(`/tickets/${ticketId}/answer`, { kind: 'final', means: 'phone', text: '已办妥。' }).expect(200);
    await app.as('handler').post(`/tickets/${ticketId}/resolve`, { outcome: 'solved', text: '已办妥。' }).expect(200);
    await app.as('officer').post(`/tickets/${ticketId}/record-call`, { reached: false, said: '无人接听' }).expect(200);
    app.clock.set('2026-04-20T01:30:00.000Z');
    const last = (await app.sql<{ id: string }>('SELECT id FROM linkage WHERE ticket_id = $1 AND closed_at IS NULL ORDER BY level LIMIT 1', [ticketId]))[0]?.id ?? '';
    await app.as('supervisor').post(`/linkages/${last}/close`, { outcome: '已办妥。' }).expect(409);
    expect((await of(ticketId)).map(({ closing }) => closing)).toEqual(['ticket_ended', 'ticket_ended', 'reported', 'ticket_ended']);

    await app.asClient('enterprise:act').post(`/tickets/${ticketId}/reopen`, { reason: '又出现' }).expect(200);
    const next = (await app.as('handler').post(`/tickets/${ticketId}/linkages`, { reason: '再次协调' }).expect(201)).body as Linkage;
    expect(next).toMatchObject({ level: 1, cycle: 2 });
  });

  it('lists what has run out, and takes that it is done from whom it was given to, the lead or a supervisor', async () => {
    app.clock.set('2026-06-01T01:30:00.000Z');
    const { id } = await aLinkage(app);
    const stranger = await somebody(power, ['officer']);
    const given = [{ what: '停电窗口', cadreId: stranger.id, dueOn: '2026-06-02' }, { what: '备件', cadreId: stranger.id, dueOn: '2026-06-05' }];
    await app.as('leader').post(`/linkages/${id}/sessions`, aSessionBody(app, { followUps: given })).expect(201);
    const shown = (body: object): [string, number][] => (body as { items: { what: string; overdueDays: number }[] }).items.map(({ what, overdueDays }) => [what, overdueDays]);
    const list = async (caller: Caller, query = ''): Promise<[string, number][]> => shown((await caller.get(`/supervision/follow-ups?limit=200${query}`).expect(200)).body as object);
    const own = async (query = ''): Promise<[string, number][]> => shown(await stranger.get(`/supervision/follow-ups?limit=200${query}`, 200));
    expect(await own()).toEqual([['停电窗口', 0], ['备件', 0]]);
    app.clock.set('2026-06-02T15:59:59.000Z');
    expect(await own('&overdueOnly=true')).toEqual([]);
    app.clock.set('2026-06-02T16:00:00.000Z');
    expect(await own('&overdueOnly=true')).toEqual([['停电窗口', 1]]);
    expect(await list(app.as('supervisor'), `&overdueOnly=true&cadreId=${stranger.id}`)).toEqual([['停电窗口', 1]]);
    expect(await list(app.as('handler'))).toEqual([]);

    const items = ((await app.as('supervisor').get(`/supervision/follow-ups?cadreId=${stranger.id}`).expect(200)).body as { items: { id: string }[] }).items.map((one) => one.id);
    await app.as('officer2').post(`/follow-ups/${items[0] ?? ''}/done`).expect(403);
    await app.as('leader').post(`/linkages/${id}/close`, { outcome: '已协调' }).expect(200);
    // It is owed also after the linkage was closed; whom it was given to sees no ticket and needs none.
    expect(await stranger.post(`/follow-ups/${items[0] ?? ''}/done`, { note: '已定于周六' }, 200)).toMatchObject({ note: '已定于周六', doneOn: '2026-06-03', doneBy: { id: stranger.id } });
    await app.as('supervisor').post(`/follow-ups/${items[0] ?? ''}/done`).expect(409);
    await app.as('supervisor').post(`/follow-ups/${items[1] ?? ''}/done`).expect(200);
    expect(await own()).toEqual([]);
    expect(await entries(items)).toEqual(['follow-up.done', 'follow-up.done']);
  });

  it('asks for nobody to lead what was closed, and for somebody at the next level', async () => {
    const ticketId = await anAcceptedTicket(app);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '需现场协调' }).expect(201)).body as Linkage;
    const look = async () => {
      const { clocks, allowedSteps } = (await app.as('supervisor').get(`/tickets/${ticketId}`).expect(200)).body as { clocks: { kind: string; stoppedAt: string | null }[]; allowedSteps: string[] };
      return { lead: clocks.some(({ kind, stoppedAt }) => kind === 'lead' && stoppedAt === null), may: allowedSteps.includes('name-lead') };
    };
    const name = (status: number) => app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader }).expect(status);
    expect(await look()).toEqual({ lead: true, may: true });
    await app.as('supervisor').post(`/linkages/${id}/close`, { outcome: '已办妥。' }).expect(200);
    expect(await look()).toEqual({ lead: false, may: false });
    expect((await name(409)).body).toMatchObject({ code: 'step-not-open' });
    expect(await app.sql(`SELECT type, data FROM ticket_event WHERE ticket_id = $1 ORDER BY no DESC LIMIT 1`, [ticketId])).toEqual([{ type: 'level-closed', data: { level: 1 } }]);

    await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '仍需协调' }).expect(201);
    expect(await look()).toEqual({ lead: true, may: true });
    await name(200);
    expect((await of(ticketId)).map(({ level, lead, closing }) => [level, lead?.id, closing])).toEqual([[1, undefined, 'reported'], [2, app.cadres.leader, null]]);
  });

  it('lets who led a level that was closed go, and see what they led until then', async () => {
    const ticketId = await anAcceptedTicket(app);
    const lead = await somebody(power, ['leader']);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { level: 3, reason: '需部门会商' }).expect(201)).body as Linkage;
    await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: lead.id }).expect(200);
    const leave = async () => {
      const { etag } = (await app.as('admin').get(`/cadres/${lead.id}`).expect(200)).headers as { etag: string };
      return app.as('admin').patch(`/cadres/${lead.id}`, { active: false }, etag);
    };
    expect((await leave()).body).toMatchObject({ code: 'has-open-duties', tickets: [{ id: ticketId }] });
    await lead.post(`/linkages/${id}/close`, { outcome: '已会商。' }, 200);
    expect(await lead.get(`/tickets/${ticketId}`, 200)).toMatchObject({ leadId: null, level: 3 });
    expect((await lead.get('/tickets', 200) as { items: { id: string }[] }).items.map((one) => one.id)).toContain(ticketId);
    expect(await of(ticketId)).toMatchObject([{ level: 3, closing: 'reported', lead: { id: lead.id } }]);
    expect((await leave()).status).toBe(200);
  });

  it('opens the first level anew when a breach comes after levels were closed, and asks for its lead, also where it is open still', async () => {
    app.clock.set('2026-07-06T01:30:00.000Z');
    const [first, second] = [await anAcceptedTicket(app), await anAcceptedTicket(app)];
    const raise = async (ticketId: string): Promise<string> => ((await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '需现场协调' }).expect(201)).body as Linkage).id;
    const close = async (id: string): Promise<unknown> => app.as('supervisor').post(`/linkages/${id}/close`, { outcome: '已协调。' }).expect(200);
    await close(await raise(first));
    await raise(second);
    await app.as('supervisor').post(`/tickets/${second}/name-lead`, { leadId: app.cadres.leader }).expect(200);
    await close(await raise(second));
    // Due on the 13th.
    app.clock.set('2026-07-14T01:30:00.000Z');
    const shown = async (ticketId: string) => (await of(ticketId)).map(({ level, closing, lead }) => [level, closing, lead?.id]);
    expect(await shown(first)).toEqual([[1, 'reported', undefined], [1, null, undefined]]);
    expect(await shown(second)).toEqual([[1, null, undefined], [2, 'reported', undefined]]);
    for (const ticketId of [first, second]) {
      expect(await standing(ticketId)).toEqual({ leadId: null, asked: true });
      await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader2 }).expect(200);
      expect((await shown(ticketId)).find(([level, closing]) => level === 1 && closing === null)).toEqual([1, null, app.cadres.leader2]);
    }
    app.clock.set('2026-07-17T01:30:00.000Z');
    expect(await shown(second)).toEqual([[1, null, app.cadres.leader2], [2, 'reported', undefined], [2, null, undefined]]);
  });

  it('goes on asking who leads when a level below is closed', async () => {
    const ticketId = await anAcceptedTicket(app);
    const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '需现场协调' }).expect(201)).body as Linkage;
    await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { reason: '仍需协调' }).expect(201);
    await app.as('supervisor').post(`/linkages/${id}/close`, { outcome: '已办妥。' }).expect(200);
    await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader }).expect(200);
    expect((await of(ticketId)).map(({ level, lead }) => [level, lead?.id])).toEqual([[1, undefined], [2, app.cadres.leader]]);
  });

  it('opens one level when two raise it at once', async () => {
    const ticketId = await anAcceptedTicket(app);
    const raise = (who: 'handler' | 'supervisor') => app.as(who).post(`/tickets/${ticketId}/linkages`, { level: 1, reason: '需现场协调' }).then(({ status }) => status);
    expect((await Promise.all([raise('handler'), raise('supervisor')])).sort()).toEqual([201, 422]);
    expect(await of(ticketId)).toHaveLength(1);
  });
});
