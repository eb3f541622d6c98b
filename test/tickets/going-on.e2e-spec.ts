import { TicketReplayService } from '../../src/tickets/ticket-replay.service';
import { startApp, type TestApp } from '../support/app';
import { behind, waiting } from '../support/behind';
import { anEnterprise, aTicket, aTicketIn, takeStep } from '../support/world';

interface Shown { id: string; status: string; handlerId: string | null; collaboratorIds: string[]; departmentId: string | null; closing: string | null; lastAnswerAt: string | null; allowedSteps: string[]; cycle: number }

/** What a ticket goes on with when people, departments and other tickets have changed beside it. */
describe('a ticket that goes on', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });
  const get = async (id: string, who: Parameters<TestApp['as']>[0] = 'supervisor'): Promise<Shown> => (await app.as(who).get(`/tickets/${id}`).expect(200)).body as Shown;
  const reopen = async (id: string): Promise<Shown> => (await app.asClient('enterprise:act tickets:read').post(`/tickets/${id}/reopen`, { reason: '又出现闪断' }).expect(200)).body as Shown;
  const change = async (cadreId: string, what: object) => {
    const { etag } = (await app.as('admin').get(`/cadres/${cadreId}`).expect(200)).headers as { etag: string };
    return app.as('admin').patch(`/cadres/${cadreId}`, what, etag);
  };
  const aDepartment = async (assigning: boolean): Promise<string> => {
    if (assigning) await app.sql('UPDATE department SET assigning = false WHERE park_id = $1', [app.parkId]);
    const [row] = await app.sql<{ id: string }>(
      `INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) SELECT uuidv7(), park_id, '综合科', kind, $2::boolean, 1, now(), now() FROM department WHERE park_id = $1 LIMIT 1 RETURNING id`, [app.parkId, assigning]);
    return row?.id ?? '';
  };

  it('when it is reopened, in the department in which its handler now is', async () => {
    const { id } = await aTicketIn(app, 'closed');
    const departmentId = await aDepartment(false);
    expect((await change(app.cadres.handler, { departmentId })).status).toBe(200);
    expect(await reopen(id)).toMatchObject({ status: 'in_progress', handlerId: app.cadres.handler, departmentId });
  });

  it('when its handler is gone, or its withdrawal denied, in the department that now assigns', async () => {
    const closed = await aTicketIn(app, 'closed');
    const withdrawn = await takeStep(app, await aTicketIn(app, 'registered'), 'withdraw');
    const departmentId = await aDepartment(true);
    expect((await change(app.cadres.handler, { active: false })).status).toBe(200);
    expect(await reopen(closed.id)).toMatchObject({ status: 'registered', handlerId: null, departmentId });
    expect((await app.as('officer').post(`/tickets/${withdrawn.id}/record-call`, { reached: true, said: '没有撤回。', denied: true }).expect(200)).body).toMatchObject({ status: 'registered', departmentId });
  });

  it('with those of its collaborators who are still there', async () => {
    const { id } = await aTicketIn(app, 'in_progress');
    await app.as('supervisor').post(`/tickets/${id}/reassign`, { handlerId: app.cadres.handler, collaboratorIds: [app.cadres.officer, app.cadres.officer2], reason: '协办' }).expect(200);
    await app.as('handler').post(`/tickets/${id}/answer`, { kind: 'final', means: 'phone', text: '已答复。' }).expect(200);
    await app.as('handler').post(`/tickets/${id}/resolve`, { outcome: 'solved', text: '已办结。' }).expect(200);
    await app.asClient('enterprise:act').post(`/tickets/${id}/confirm`, { grade: 5 }).expect(200);
    expect((await change(app.cadres.officer2, { active: false })).status).toBe(200);
    expect((await reopen(id)).collaboratorIds).toEqual([app.cadres.officer]);
    expect(await app.sql('SELECT cadre_id AS id FROM ticket_collaborator WHERE ticket_id = $1', [id])).toEqual([{ id: app.cadres.officer }]);
    expect((await app.app.get(TicketReplayService).check('test', app.parkId, () => undefined)).differences).toBe(0);
  });

  it('never with a handler who is deactivated at the same moment', async () => {
    const { id } = await aTicketIn(app, 'closed');
    let left = Promise.resolve(0);
    // The reopening has seen its handler, and waits before it is written.
    const { handlerId } = await behind(app, async (holder) => holder.query('LOCK TABLE ticket_event IN SHARE ROW EXCLUSIVE MODE'), async () => reopen(id), async () => {
      left = change(app.cadres.handler, { active: false }).then(({ status }) => status);
      await Promise.race([left, waiting(app, 2)]);
    });
    const [{ active } = { active: undefined }] = await app.sql<{ active: boolean }>('SELECT active FROM cadre WHERE id = $1', [app.cadres.handler]);
    expect({ handlerId, left: await left, active }).toEqual({ handlerId: app.cadres.handler, left: 409, active: true });
  });

  it.each(['registered', 'returned'] as const)('%s with the department that begins to assign at the same moment', async (how) => {
    const enterpriseId = await anEnterprise(app);
    const assigned = how === 'returned' ? await aTicketIn(app, 'assigned', enterpriseId) : undefined;
    const work = async (): Promise<string> => (assigned === undefined ? (await aTicket(app, enterpriseId)).id
      : ((await app.as('handler').post(`/tickets/${assigned.id}/return`, { reason: '非本部门职责' }).expect(200)).body as Shown).id);
    let made = Promise.resolve('');
    // The ticket has seen who assigns, and waits before it is written.
    const id = await behind(app, async (holder) => holder.query('LOCK TABLE ticket_event IN SHARE ROW EXCLUSIVE MODE'), work, async () => {
      made = app.as('admin').post('/departments', { name: '综合科', assigning: true }).expect(201).then(({ body }) => (body as { id: string }).id);
      await Promise.race([made, waiting(app, 2)]);
    });
    const departmentId = await made;
    expect(await get(id)).toMatchObject({ status: 'registered', departmentId });
  });

  it('with the one department that assigns, when two are named at the same moment', async () => {
    const { id } = await aTicketIn(app, 'registered');
    const departments = await Promise.all(['综合科', '督查科'].map(async (name) => {
      const added = await app.as('admin').post('/departments', { name }).expect(201);
      return { id: (added.body as { id: string }).id, etag: (added.headers as { etag: string }).etag };
    }));
    let answers: Promise<number[]> = Promise.resolve([]);
    await behind(app, async (holder) => holder.query('SELECT FROM department WHERE park_id = $1 AND assigning FOR UPDATE', [app.parkId]), async () => {
      answers = Promise.all(departments.map(async (one) => (await app.as('admin').patch(`/departments/${one.id}`, { assigning: true }, one.etag)).status));
      return Promise.resolve();
    });
    // Whoever comes second takes it from the first.
    expect(await answers).toEqual([200, 200]);
    const assigning = await app.sql<{ id: string }>('SELECT id FROM department WHERE park_id = $1 AND assigning', [app.parkId]);
    expect(assigning).toEqual([{ id: (await get(id)).departmentId }]);
  });

  it('offers nobody a call who may not record one', async () => {
    const { id } = await aTicketIn(app, 'resolved');
    for (const who of ['admin', 'county'] as const) {
      expect((await get(id, who)).allowedSteps).not.toContain('record-call');
      await app.as(who).post(`/tickets/${id}/record-call`, { reached: true, said: '属实。' }).expect(403);
    }
    expect((await get(id, 'officer')).allowedSteps).toContain('record-call');
  });

  it.each([['swept', true], ['not swept', false]])('is ordered of whoever handled it behind level 3, %s before it was given to another', async (_how, swept) => {
    const { id } = await aTicketIn(app, 'in_progress');
    app.clock.set('2026-03-30T01:30:00.000Z');
    if (swept) await get(id);
    await app.as('supervisor').post(`/tickets/${id}/reassign`, { handlerId: app.cadres.officer2, reason: '职责调整' }).expect(200);
    expect(await app.sql('SELECT cadre_id AS "cadreId" FROM reminder WHERE ticket_id = $1', [id])).toEqual([{ cadreId: app.cadres.handler }]);
  });

  it('in another into which it was merged shows what that was answered', async () => {
    const enterpriseId = await anEnterprise(app);
    const tickets = [];
    for (let n = 0; n < 3; n += 1) {
      tickets.push(await aTicket(app, enterpriseId));
      app.clock.advance(60_000);
    }
    const [oldest, middle, youngest] = tickets.map(({ id }) => id) as [string, string, string];
    await app.as('supervisor').post(`/tickets/${youngest}/merge`, { intoId: middle, reason: '重复' }).expect(200);
    await takeStep(app, { ...tickets[1], id: middle }, 'assign');
    await app.as('handler').post(`/tickets/${middle}/answer`, { kind: 'interim', means: 'phone', text: '正在核实。' }).expect(200);
    const first = app.clock.now().toISOString();
    app.clock.advance(60_000);
    expect((await app.as('supervisor').post(`/tickets/${middle}/merge`, { intoId: oldest, reason: '重复' }).expect(200)).body).toMatchObject({ lastAnswerAt: first });
    await takeStep(app, { ...tickets[0], id: oldest }, 'assign');
    app.clock.advance(60_000);
    await app.as('handler').post(`/tickets/${oldest}/answer`, { kind: 'final', means: 'phone', text: '已排除。' }).expect(200);
    const { items } = (await app.as('supervisor').get(`/tickets/${youngest}/answers`).expect(200)).body as { items: object[] };
    expect(items).toMatchObject([{ ticketId: middle, kind: 'interim', text: '正在核实。' }, { ticketId: oldest, kind: 'final', text: '已排除。' }]);
    expect((await get(youngest)).lastAnswerAt).toBe(app.clock.now().toISOString());
    const listed = (await app.as('supervisor').get('/tickets?status=merged').expect(200)).body as { items: Shown[] };
    expect(listed.items.map(({ lastAnswerAt }) => lastAnswerAt)).toEqual([app.clock.now().toISOString(), app.clock.now().toISOString()]);
    const merged = await takeStep(app, await aTicketIn(app, 'registered'), 'merge');
    expect((await get(merged.id)).lastAnswerAt).toBeNull();
    expect((await app.app.get(TicketReplayService).check('test', app.parkId, () => undefined)).differences).toBe(0);
  });

  it('says how it was closed, in reads, lists, events and the journal', async () => {
    const confirmed = await aTicketIn(app, 'closed');
    const silent = await aTicketIn(app, 'resolved');
    await app.asClient('enterprise:act tickets:read').post(`/tickets/${silent.id}/receipts`, {}).expect(200);
    const called = await aTicketIn(app, 'resolved');
    await app.as('officer').post(`/tickets/${called.id}/record-call`, { reached: true, said: '属实。' }).expect(200);
    app.clock.set('2026-03-20T01:30:00.000Z');
    for (const [closing, { id }] of Object.entries({ confirmed, silent, called })) {
      expect(await get(id)).toMatchObject({ status: 'closed', closing });
      const { items } = (await app.as('supervisor').get(`/tickets?closing=${closing}`).expect(200)).body as { items: Shown[] };
      expect(items.map((one) => one.id)).toEqual([id]);
      const [{ data } = { data: {} }] = await app.sql<{ data: object }>(`SELECT data FROM journal_entry WHERE subject_id = $1 AND type IN ('ticket.graded', 'ticket.ran_out') ORDER BY position DESC LIMIT 1`, [id]);
      expect(data).toMatchObject({ closing });
      if (closing === 'confirmed') continue;
      const events = (await app.as('handler').get(`/tickets/${id}/events`).expect(200)).body as { items: { type: string; details: object }[] };
      expect(events.items.findLast(({ type }) => type === 'ran-out')?.details).toMatchObject({ closing });
    }
    expect((await reopen(confirmed.id)).closing).toBeNull();
    const found: string[] = [];
    await app.sql(`UPDATE ticket SET closing = 'confirmed' WHERE id = $1`, [silent.id]);
    await app.app.get(TicketReplayService).check('test', app.parkId, ({ ticketId, field }) => { found.push(`${ticketId} ${field}`); });
    expect(found).toEqual([`${silent.id} closing`]);
  });
});
