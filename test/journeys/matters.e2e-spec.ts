import { MattersSweep } from '../../src/tickets/matters/matters.sweep';
import { type Caller, startApp, type TestApp } from '../support/app';
import { aCadre, aClientId, aGuideItem, aMatter, anAcceptedTicket, anEnterprise, aProposal, aTicket } from '../support/world';

interface Matter {
  id: string; title: string; status: string; guideItemId: string | null; ticketCount: number; enterpriseCount: number; decision: string | null; openedBy: { id: string } | null;
  tickets: { id: string; status: string; answeredBy: number | null }[]; research: { text: string; cadre: { id: string } }[];
}

describe('what several enterprises share', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });

  const get = async (id: string, who: Parameters<TestApp['as']>[0] = 'supervisor'): Promise<Matter> => (await app.as(who).get(`/matters/${id}`).expect(200)).body as Matter;
  const post = (id: string, act: string, body: object = {}) => app.as('supervisor').post(`/matters/${id}/${act}`, body);
  const entries = async (id: string): Promise<string[]> => (await app.sql<{ type: string }>('SELECT type FROM journal_entry WHERE subject_id = $1 ORDER BY position', [id])).map(({ type }) => type);

  it('is researched and decided as one: a final answer on each ticket that somebody handles', async () => {
    const registered = (await aTicket(app, await anEnterprise(app))).id;
    const handled = await anAcceptedTicket(app);
    const late = await anAcceptedTicket(app);
    const withdrawn = await anAcceptedTicket(app);
    await app.asClient('enterprise:act').post(`/tickets/${withdrawn}/withdraw`, { reason: '不再需要', askedBy: '王经理' }).expect(200);
    const body = { id: aClientId(app), title: '园区电压不稳', description: '多家企业反映频繁闪断。', category: 'power', ticketIds: [registered, handled, withdrawn] };
    await app.as('officer').post('/matters', body).expect(403);
    const { id } = (await app.as('supervisor').post('/matters', body).expect(201)).body as Matter;
    await app.as('supervisor').post('/matters', body).expect(200);
    expect((await post(id, 'tickets', { ticketIds: [handled, late] }).expect(200)).body).toMatchObject({ ticketCount: 4, enterpriseCount: 4 });
    await app.as('officer').post(`/matters/${id}/research`, { text: '闪断均来自东区二号线。' }).expect(201);
    expect((await get(id)).research).toMatchObject([{ text: '闪断均来自东区二号线。', cadre: { id: app.cadres.officer } }]);

    const decided = (await post(id, 'decide', { text: '年内改造线路，此前错峰保供。', means: 'meeting' }).expect(200)).body as Matter;
    expect(decided).toMatchObject({ status: 'decided', decision: '年内改造线路，此前错峰保供。', means: 'meeting', decidedBy: { id: app.cadres.supervisor } });
    expect(new Map(decided.tickets.map((one) => [one.id, one.answeredBy]))).toEqual(new Map([[registered, null], [handled, 4], [late, 4], [withdrawn, null]]));
    for (const ticketId of [handled, late]) {
      const { items } = (await app.as('supervisor').get(`/tickets/${ticketId}/answers`).expect(200)).body as { items: object[] };
      expect(items).toMatchObject([{ no: 4, kind: 'final', means: 'meeting', text: '年内改造线路，此前错峰保供。', cadre: { id: app.cadres.supervisor } }]);
      await app.as('handler').post(`/tickets/${ticketId}/resolve`, { outcome: 'information_given', text: '按事项决定答复。' }).expect(200);
    }
    expect(await app.sql(`SELECT data ->> 'matterId' AS id FROM journal_entry WHERE type = 'ticket.answered' AND subject_id = $1`, [handled])).toEqual([{ id }]);
    expect(await entries(id)).toEqual(['matter.opened', 'matter.tickets_added', 'matter.researched', 'matter.decided']);
    for (const [act, given] of [['tickets', { ticketIds: [late] }], ['research', { text: '再查' }], ['decide', { text: '再定', means: 'phone' }], ['accept', {}], ['dismiss', { reason: '不' }]] as const) {
      expect((await post(id, act, given).expect(409)).body).toMatchObject({ code: 'matter-not-open' });
    }
    // Once it is decided, its tickets may belong to another.
    await app.as('supervisor').post('/matters', { title: '又一项', description: '后续问题', ticketIds: [registered] }).expect(201);
  });

  it('shows and counts the tickets that one may see, also to who adds to it and under their key', async () => {
    const id = await aMatter(app);
    const { says, id: cadreId } = await aCadre(app, ['handler']);
    const none = { ticketCount: 0, enterpriseCount: 0, tickets: [] };
    expect((await says.get(`/matters/${id}`).expect(200)).body).toMatchObject(none);
    const note = () => says.post(`/matters/${id}/research`, { text: '已走访。' }).set('idempotency-key', 'note-1-of-one-matter');
    expect((await note().expect(201)).body).toMatchObject({ ...none, research: [{ text: '已走访。' }] });
    expect((await note().expect(201)).body).toMatchObject(none);
    const [seen] = (await get(id)).tickets;
    await app.as('supervisor').post(`/tickets/${seen?.id ?? ''}/assign`, { handlerId: cadreId }).expect(200);
    expect((await says.post(`/matters/${id}/research`, { text: '再访。' }).expect(201)).body).toMatchObject({ ticketCount: 1, enterpriseCount: 1, tickets: [{ id: seen?.id }] });
    const counts = async (reader: Caller) => ((await reader.get('/matters').expect(200)).body as { items: Matter[] }).items.map(({ ticketCount, enterpriseCount }) => [ticketCount, enterpriseCount]);
    expect([await counts(says), await counts(app.as('supervisor'))]).toEqual([[[1, 1]], [[2, 2]]]);
  });

  it.each([false, true])('goes on with the ticket into which one of its was merged, unless another open matter has that: %s', async (taken) => {
    const enterpriseId = await anEnterprise(app);
    const accepted = async (): Promise<string> => {
      const { id } = await aTicket(app, enterpriseId);
      await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId: app.cadres.handler }).expect(200);
      await app.as('handler').post(`/tickets/${id}/accept`).expect(200);
      app.clock.advance(1_000);
      return id;
    };
    const [older, newer] = [await accepted(), await accepted()];
    if (taken) await app.as('supervisor').post('/matters', { title: '另一项', description: '另一事', ticketIds: [older] }).expect(201);
    const { id } = (await app.as('supervisor').post('/matters', { title: '停电', description: '频繁闪断。', ticketIds: [newer] }).expect(201)).body as Matter;
    await app.as('supervisor').post(`/tickets/${newer}/merge`, { intoId: older, reason: '重复登记' }).expect(200);
    expect(await entries(id)).toEqual(['matter.opened', ...(taken ? [] : ['matter.tickets_added'])]);
    await post(id, 'decide', { text: '年内改造线路。', means: 'meeting' }).expect(200);
    const { items } = (await app.as('supervisor').get(`/tickets/${older}/answers`).expect(200)).body as { items: { kind: string }[] };
    expect(items.map(({ kind }) => kind)).toEqual(taken ? [] : ['final']);
    expect(new Map((await get(id)).tickets.map((one) => [one.id, one.answeredBy]))).toEqual(new Map(taken ? [[newer, null]] : [[older, 4], [newer, null]]));
  });

  it('has tickets of its park, each in one open matter', async () => {
    const id = await aMatter(app);
    const [ticket] = (await get(id)).tickets;
    const other = await aMatter(app);
    expect((await post(other, 'tickets', { ticketIds: [ticket?.id] }).expect(409)).body).toMatchObject({ code: 'ticket-in-matter' });
    expect((await post(id, 'tickets', { ticketIds: [ticket?.id, '01950000-0000-7000-8000-00000000dead'] }).expect(422)).body).toMatchObject({ code: 'reference-unknown', errors: [{ pointer: '/ticketIds/1' }] });
    await app.as('strangerOfficer').get(`/matters/${id}`).expect(404);
    // Who oversees nothing sees the matter, and of its tickets their own.
    const elsewhere = ((await app.as('admin').post('/departments', { name: '供电所' }).expect(201)).body as { id: string }).id;
    const { headers } = await app.as('admin').get(`/cadres/${app.cadres.handler}`).expect(200);
    await app.as('admin').patch(`/cadres/${app.cadres.handler}`, { departmentId: elsewhere }, headers['etag']).expect(200);
    expect(await get(id, 'handler')).toMatchObject({ ticketCount: 0, enterpriseCount: 0, tickets: [] });
  });

  describe('is proposed by the system', () => {
    const raise = async (guideItemId: string, on: string, enterpriseId?: string): Promise<string> => {
      app.clock.set(`${on}T02:00:00.000Z`);
      return (await aTicket(app, enterpriseId ?? await anEnterprise(app), { guideItemId })).id;
    };
    const sweep = async (one = app): Promise<number> => (await one.app.get(MattersSweep).sweep('test')).proposed;
    const proposals = async (): Promise<Matter[]> => ((await app.as('supervisor').get('/matters?status=proposed').expect(200)).body as { items: Matter[] }).items;

    it.each<[string, readonly (readonly [on: string, enterprise?: 'the same'])[], number]>([
      ['two enterprises', [['2026-03-02'], ['2026-03-03']], 0], ['three', [['2026-03-02'], ['2026-03-03'], ['2026-03-31']], 1], ['three on the edge', [['2026-03-02'], ['2026-03-03'], ['2026-04-01']], 0],
      ['three tickets of two', [['2026-03-02', 'the same'], ['2026-03-03', 'the same'], ['2026-03-04']], 0], ['four over months', [['2026-03-02'], ['2026-03-20'], ['2026-04-10'], ['2026-04-18']], 1],
    ])('for %s', async (_what, raised, expected) => {
      const item = await aGuideItem(app);
      const same = await anEnterprise(app);
      for (const [on, enterprise] of raised) await raise(item, on, enterprise === undefined ? undefined : same);
      // However late it looks.
      app.clock.set('2026-05-20T02:00:00.000Z');
      expect([await sweep(), await sweep()]).toEqual([expected, 0]);
      expect(await proposals()).toHaveLength(expected);
    });

    it('once, by several processes', async () => {
      const item = await aGuideItem(app);
      const tickets = [await raise(item, '2026-03-02'), await raise(item, '2026-03-03'), await raise(item, '2026-03-04')];
      const twin = await startApp({ database: app.database, cast: app, clock: app.clock, issuer: app.issuer });
      const found = await Promise.all([sweep(), sweep(twin), sweep(), sweep(twin)]);
      await twin.close();
      expect(found.reduce((sum, one) => sum + one, 0)).toBe(1);
      const [proposal] = await proposals();
      expect(proposal).toMatchObject({ title: '食品生产许可证变更', guideItemId: item, openedBy: null, ticketCount: 3, enterpriseCount: 3 });
      expect((await get(proposal?.id ?? '')).tickets.map((one) => one.id).sort()).toEqual(tickets.sort());
      await post(proposal?.id ?? '', 'decide', { text: '定', means: 'phone' }).expect(409);
      const accepted = (await post(proposal?.id ?? '', 'accept', { title: '许可证变更集中办理' }).expect(200)).body as Matter;
      expect(accepted).toMatchObject({ status: 'open', title: '许可证变更集中办理', openedBy: { id: app.cadres.supervisor } });
      await raise(item, '2026-03-05');
      expect(await sweep()).toBe(0);
      expect(await entries(accepted.id)).toEqual(['matter.proposed', 'matter.accepted']);
    });

    it('and once dismissed not again for the same tickets', async () => {
      const item = await aGuideItem(app);
      for (const on of ['2026-03-02', '2026-03-03', '2026-03-04']) await raise(item, on);
      expect(await sweep()).toBe(1);
      const [first] = await proposals();
      await post(first?.id ?? '', 'dismiss').expect(400);
      expect((await post(first?.id ?? '', 'dismiss', { reason: '原因各不相同' }).expect(200)).body).toMatchObject({ status: 'dismissed', dismissReason: '原因各不相同' });
      for (const on of ['2026-03-05', '2026-03-06']) await raise(item, on);
      expect(await sweep()).toBe(0);
      await raise(item, '2026-03-07');
      expect(await sweep()).toBe(1);
      expect(await proposals()).toMatchObject([{ ticketCount: 3 }]);
    });

    it('without what was merged in the meantime: the one that goes on has its place', async () => {
      app.clock.set('2026-03-02T01:00:00.000Z');
      const enterpriseId = await anEnterprise(app);
      const older = await aTicket(app, enterpriseId);
      const item = await aGuideItem(app);
      const [merged, ...others] = [await raise(item, '2026-03-02', enterpriseId), await raise(item, '2026-03-03'), await raise(item, '2026-03-04')];
      expect(await sweep()).toBe(1);
      const id = (await proposals())[0]?.id ?? '';
      await app.as('supervisor').post(`/tickets/${merged ?? ''}/merge`, { intoId: older.id, reason: '重复' }).expect(200);
      await post(id, 'accept').expect(200);
      expect(await app.sql('SELECT ticket_id AS id, standing FROM matter_ticket WHERE matter_id = $1 ORDER BY standing, ticket_id', [id])).toEqual(
        [{ id: merged, standing: 'ended' }, ...[older.id, ...others].sort().map((one) => ({ id: one, standing: 'open' }))]);
    });

    it('without keeping its tickets from other matters: accepted, it has what is left', async () => {
      const id = await aProposal(app);
      const [taken, free] = (await get(id)).tickets;
      await app.as('supervisor').post('/matters', { title: '另一项', description: '已先立项', ticketIds: [taken?.id] }).expect(201);
      await post(id, 'accept').expect(200);
      expect(await app.sql(`SELECT ticket_id AS id FROM matter_ticket WHERE matter_id = $1 AND standing = 'open'`, [id])).toEqual([{ id: free?.id }]);
    });
  });
});
