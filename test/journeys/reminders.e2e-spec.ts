import { systemActor } from '../../src/kernel/actor';
import { RemindersService } from '../../src/tickets/reminders/reminders.service';
import { startApp, type TestApp } from '../support/app';
import { aCadre, anAcceptedTicket, anAssignment, anEnterprise, anOverdueAssignment, aReminder, aTicket } from '../support/world';

interface Reminder { id: string; kind: string; ticketId: string | null; assignmentId: string | null; lapseDueOn: string | null; cadre: { id: string } | null; text: string | null; dueOn: string | null; overdueDays: number; issuedBy: { id: string } | null; reply: string | null }
interface DueCall { ticketId: string; status: string; dueAt: string; overdueHours: number }
type Who = Parameters<TestApp['as']>[0];

describe('reminders and orders', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });

  const list = async (who: Who, query = ''): Promise<Reminder[]> => ((await app.as(who).get(`/supervision/reminders?limit=200${query}`).expect(200)).body as { items: Reminder[] }).items;
  const issue = (body: object) => app.as('supervisor').post('/supervision/reminders', body);
  const reply = (who: Who, id: string) => app.as(who).post(`/supervision/reminders/${id}/reply`, { text: '明日上门。' });
  const open = async (who: Who): Promise<string[]> => (await app.app.get(RemindersService).openRemindersOf(
    { ...systemActor('test', [app.parkId]), kind: 'cadre', id: app.cadres[who], roles: who === 'supervisor' ? ['supervisor'] : ['handler'] }, app.cadres[who])).map(({ reminder }) => reminder.id);

  /** A ticket whose handler is somebody who can leave. */
  const handedOn = async (): Promise<{ id: string; former: string }> => {
    const id = await anAcceptedTicket(app);
    const { id: former } = await aCadre(app, ['handler']);
    await app.as('supervisor').post(`/tickets/${id}/reassign`, { handlerId: former, reason: '改派' }).expect(200);
    return { id, former };
  };
  const leaves = async (ticketId: string | undefined, former: string): Promise<void> => {
    if (ticketId !== undefined) await app.as('supervisor').post(`/tickets/${ticketId}/reassign`, { handlerId: app.cadres.handler, reason: '改派' }).expect(200);
    const { headers } = await app.as('admin').get(`/cadres/${former}`).expect(200);
    await app.as('admin').patch(`/cadres/${former}`, { active: false }, headers['etag']).expect(200);
  };

  it('are steps of a ticket, whichever way they are issued', async () => {
    const ticketId = await anAcceptedTicket(app);
    await app.as('supervisor').post(`/tickets/${ticketId}/remind`, { text: '请尽快联系企业。' }).expect(200);
    await app.as('supervisor').post(`/tickets/${ticketId}/order`, { text: '请限期办结。', dueOn: '2026-03-05' }).expect(200);
    const third = (await issue({ ticketId, text: '请书面说明。', dueOn: '2026-03-06' }).expect(201)).body as Reminder;
    expect(third).toMatchObject({ kind: 'order', ticketId, dueOn: '2026-03-06', cadre: { id: app.cadres.handler }, issuedBy: { id: app.cadres.supervisor }, overdueDays: 0 });
    expect((await list('handler')).map(({ kind, text, dueOn }) => [kind, text, dueOn])).toEqual([
      ['order', '请书面说明。', '2026-03-06'], ['order', '请限期办结。', '2026-03-05'], ['reminder', '请尽快联系企业。', null],
    ]);
    expect((await app.sql<{ type: string }>('SELECT type FROM ticket_event WHERE ticket_id = $1 ORDER BY no', [ticketId])).map(({ type }) => type)).toEqual(['register', 'assign', 'accept', 'remind', 'order', 'order']);
    await issue({ ticketId, text: '过期', dueOn: '2026-03-02' }).expect(422);
    // Nobody takes a supervisor's step on a ticket that they handle.
    await app.as('supervisor').post(`/tickets/${ticketId}/reassign`, { handlerId: app.cadres.supervisor, reason: '改派' }).expect(200);
    await issue({ ticketId, text: '自催' }).expect(403);
  });

  it('are answered once, by whom they were sent to', async () => {
    const { id, ticketId } = await aReminder(app);
    await app.as('supervisor').post(`/tickets/${ticketId}/reassign`, { handlerId: app.cadres.officer2, reason: '改派' }).expect(200);
    expect(await open('handler')).toEqual([id]);
    await reply('officer2', id).expect(404);
    await reply('supervisor', id).expect(403);
    const answered = (await reply('handler', id).expect(200)).body as Reminder;
    expect(answered).toMatchObject({ reply: '明日上门。', repliedBy: { id: app.cadres.handler } });
    await reply('handler', id).expect(409).expect((response) => { expect(response.body).toMatchObject({ code: 'reminder-answered' }); });
    expect(await open('handler')).toEqual([]);
    expect(await app.sql('SELECT type FROM journal_entry WHERE subject_id = $1', [id])).toEqual([{ type: 'reminder.answered' }]);
  });

  it('go to the department that assigns while nobody handles the ticket: any supervisor answers', async () => {
    const { id: ticketId } = await aTicket(app, await anEnterprise(app));
    const { id, cadre } = (await issue({ ticketId, text: '请尽快派单。' }).expect(201)).body as Reminder;
    expect(cadre).toBeNull();
    expect([await open('supervisor'), await open('handler')]).toEqual([[id], []]);
    await reply('handler', id).expect(404);
    await reply('supervisor', id).expect(200);
  });

  it('of somebody who was deactivated fall to whoever handles the ticket', async () => {
    const { id: ticketId, former } = await handedOn();
    const { id } = (await issue({ ticketId, text: '请书面说明。', dueOn: '2026-03-05' }).expect(201)).body as Reminder;
    await leaves(ticketId, former);
    expect([(await list('handler')).map((one) => one.id), await open('handler'), await open('supervisor'), await open('officer2')]).toEqual([[id], [id], [], []]);
    await reply('officer2', id).expect(404);
    await reply('supervisor', id).expect(403);
    expect((await reply('handler', id).expect(200)).body).toMatchObject({ cadre: { id: former }, repliedBy: { id: app.cadres.handler } });
    expect(await list('handler')).toEqual([]);
  });

  it('and where nobody handles it to any supervisor', async () => {
    const { id: ticketId, former } = await handedOn();
    const { id } = (await issue({ ticketId, text: '请书面说明。' }).expect(201)).body as Reminder;
    await app.as('supervisor').post(`/tickets/${ticketId}/withdraw`, { reason: '企业要求', askedBy: '王经理' }).expect(200);
    await leaves(undefined, former);
    expect([await open('handler'), await open('supervisor')]).toEqual([[], [id]]);
    await reply('handler', id).expect(404);
    await reply('supervisor', id).expect(200);
  });

  it('of the system follow level 3, late or not, once', async () => {
    const ticketId = await anAcceptedTicket(app);
    await app.as('handler').post(`/tickets/${ticketId}/answer`, { kind: 'interim', means: 'phone', text: '正在核实。' }).expect(200);
    app.clock.set('2026-03-31T01:30:00.000Z');
    for (let twice = 0; twice < 2; twice += 1) await app.as('supervisor').get(`/tickets/${ticketId}`).expect(200);
    expect(await list('handler', '&kind=order')).toMatchObject([{ text: null, issuedBy: null, dueOn: '2026-03-24', overdueDays: 7, cadre: { id: app.cadres.handler } }]);
    expect(await list('supervisor', '&overdue=true')).toHaveLength(1);
    expect(await list('supervisor', '&overdue=false')).toEqual([]);
    expect(await list('officer')).toEqual([]);
  });

  it('of the system are not overdue when they are issued, also where their limit is in hours', async () => {
    await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-03-03', escalation: { orderWithin: { unit: 'workingHours', amount: 21 } } }).expect(201);
    app.clock.set('2026-03-03T01:30:00.000Z');
    await anAcceptedTicket(app);
    // Resolve was due on the 10th, levels 2 and 3 followed three and five working days later; 21 working hours are three days more.
    app.clock.set('2026-03-23T01:30:00.000Z');
    expect(await list('handler', '&kind=order')).toMatchObject([{ dueOn: '2026-03-25', overdueDays: 0 }]);
    expect(await list('supervisor', '&overdue=true')).toEqual([]);
  });

  it('of a visit need one that is overdue by the facts of today', async () => {
    const current = (await anAssignment(app, await anEnterprise(app))).id;
    expect((await issue({ assignmentId: current, text: '请走访。' }).expect(422)).body).toMatchObject({ code: 'visit-not-overdue' });
    app.clock.set('2026-03-13T01:30:00.000Z');
    const reminder = (await issue({ assignmentId: current, text: '请走访。' }).expect(201)).body as Reminder;
    expect(reminder).toMatchObject({ kind: 'reminder', assignmentId: current, lapseDueOn: '2026-03-12', cadre: { id: app.cadres.officer }, ticketId: null });
    const turned = await anOverdueAssignment(app);
    expect((await issue({ assignmentId: turned, text: '限期走访。', dueOn: '2026-03-16' }).expect(201)).body).toMatchObject({ kind: 'order', dueOn: '2026-03-16', lapseDueOn: '2026-01-15' });
    await reply('officer', reminder.id).expect(200);
    expect(await app.sql(`SELECT type FROM journal_entry WHERE subject_id = $1 ORDER BY position`, [reminder.id])).toEqual([{ type: 'reminder.issued' }, { type: 'reminder.answered' }]);
  });

  it.each([
    ['nothing', {}, 400, 'malformed'], ['two things', { ticketId: '01950000-0000-7000-8000-00000000dead', assignmentId: '01950000-0000-7000-8000-00000000dead' }, 400, 'malformed'],
    ['a ticket that is none', { ticketId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown'], ['an assignment that is none', { assignmentId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown'],
  ])('are about one thing, not about %s', async (_what, about, status, code) => {
    expect((await issue({ ...about, text: '请尽快。' }).expect(status)).body).toMatchObject({ code });
  });
});

describe('the calls that are due', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });
  const calls = async (who: Who, query = ''): Promise<DueCall[]> => ((await app.as(who).get(`/supervision/calls?limit=200${query}`).expect(200)).body as { items: DueCall[] }).items;

  it('are listed by deadline to those who may make them, as time has it', async () => {
    const resolved = await anAcceptedTicket(app);
    await app.as('handler').post(`/tickets/${resolved}/answer`, { kind: 'final', means: 'phone', text: '已办妥。' }).expect(200);
    await app.as('handler').post(`/tickets/${resolved}/resolve`, { outcome: 'solved', text: '已办妥。' }).expect(200);
    const withdrawn = await anAcceptedTicket(app);
    await app.as('supervisor').post(`/tickets/${withdrawn}/withdraw`, { reason: '不再需要', askedBy: '王经理' }).expect(200);
    const ofAll = [[withdrawn, 'withdrawn', '2026-03-03T16:00:00.000Z'], [resolved, 'resolved', '2026-03-09T16:00:00.000Z']];
    const seen = async (who: Who): Promise<unknown> => (await calls(who)).map(({ ticketId, status, dueAt }) => [ticketId, status, dueAt]);
    expect(await seen('officer')).toEqual(ofAll);
    expect(await seen('admin')).toEqual(ofAll);
    expect(await seen('handler')).toEqual([]);
    // Whoever recorded a withdrawal does not check it.
    expect(await seen('supervisor')).toEqual(ofAll.slice(1));

    app.clock.set('2026-03-04T01:30:00.000Z');
    expect(await calls('officer', '&overdueOnly=true')).toMatchObject([{ ticketId: withdrawn, overdueHours: 9 }]);
    await app.as('officer').post(`/tickets/${withdrawn}/record-call`, { reached: true, said: '确已撤回' }).expect(200);
    expect(await seen('officer')).toEqual(ofAll.slice(1));

    // Sent back: two calls may be owed at once, and one stops both.
    await app.asClient('enterprise:act').post(`/tickets/${resolved}/confirm`, { grade: 1 }).expect(200);
    await app.as('handler').post(`/tickets/${resolved}/answer`, { kind: 'final', means: 'phone', text: '已重新办妥。' }).expect(200);
    await app.as('handler').post(`/tickets/${resolved}/resolve`, { outcome: 'solved', text: '已重新办妥。' }).expect(200);
    expect(await app.sql(`SELECT FROM ticket_clock WHERE ticket_id = $1 AND kind = 'call' AND stopped_at IS NULL`, [resolved])).toHaveLength(2);
    expect(await seen('officer')).toEqual([[resolved, 'resolved', '2026-03-05T16:00:00.000Z']]);
    await app.as('officer').post(`/tickets/${resolved}/record-call`, { reached: true, said: '已解决' }).expect(200);
    expect(await seen('officer')).toEqual([]);
  });
});
