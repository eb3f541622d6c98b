import { loadDemo } from '../../src/cli/demo';
import { DEMO_PARK_ID, DEMO_SECOND_PARK_ID, demoSubject } from '../../src/cli/demo-ids';
import { type Cast, ISSUER, startApp, type TestApp } from '../support/app';
import { aVisit } from '../support/world';

interface Clock { kind: string; dueAt: string | null; stoppedAt: string | null; breachedAt: string | null; responsibleId: string | null; resting: boolean; rework: boolean; cycle: number }
interface Ticket { id: string; number: string; status: string; cycle: number; level: number; handlerId: string | null; leadId: string | null; nextDueAt: string | null; outcome: string | null; clocks: Clock[]; allowedSteps: string[]; version: number; deferrals: number }

/**
 * The story of one ticket of the demo park, from a workshop floor to silence, with every deadline to the second. Times are those of Shanghai in 2026: the holidays of
 * Qingming (4 to 6 April) and May (1 to 5, with a working Saturday on the 9th) lie in between.
 */
describe('the story of a ticket', () => {
  let app: TestApp;
  let id: string;
  let seen: Ticket;
  beforeAll(async () => {
    const cast: Cast = { parkId: DEMO_PARK_ID, otherParkId: DEMO_SECOND_PARK_ID, departmentId: '', otherDepartmentId: '', cadres: {} as Cast['cadres'] };
    app = await startApp({ now: '2026-04-01T01:30:00.000Z', cast });
    await loadDemo(app.app, ISSUER);
    // People of the demo, under the names by which a test calls them.
    for (const [who, key] of [['officer', 'officer'], ['officer2', 'c5'], ['leader', 'leader'], ['handler', 'handler'], ['supervisor', 'supervisor']] as const) {
      const [cadre] = await app.sql<{ id: string }>('UPDATE cadre SET subject = $1 WHERE subject = $2 RETURNING id', [who, demoSubject(key)]);
      Object.assign(cast.cadres, { [who]: cadre?.id });
    }
  }, 60_000);
  afterAll(async () => { await app.close(); });

  const at = (time: string): void => { app.clock.set(`2026-${time.replace(' ', 'T')}:00+08:00`); };
  type Who = Parameters<TestApp['as']>[0];
  const as = (who: Who | 'enterprise') => (who === 'enterprise' ? app.asClient('enterprise:act tickets:read') : app.as(who));
  const step = async (time: string, who: Who | 'enterprise', name: string, body: object = {}, status = 200): Promise<Ticket> => {
    at(time);
    const response = await as(who).post(`/tickets/${id}/${name}`, body);
    if (response.status !== status) throw new Error(`${name}: ${response.status} ${JSON.stringify(response.body)}`);
    if (status === 200) seen = response.body as Ticket;
    return seen;
  };
  const look = async (time: string): Promise<Ticket> => {
    at(time);
    seen = (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as Ticket;
    return seen;
  };
  const local = (instant: string): string => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(5, 19).replace('T', ' ');
  /** Running clocks and when each is due, to the second. */
  const running = (): Record<string, string> => Object.fromEntries(seen.clocks.filter(({ stoppedAt }) => stoppedAt === null).map(({ kind, dueAt }) => [kind, dueAt === null ? 'rests' : local(dueAt)]));
  const entries = async (): Promise<string[]> => (await app.sql<{ type: string; on: string }>("SELECT type, effective_on::text AS on FROM journal_entry WHERE subject_id = $1 ORDER BY position", [id])).map(({ type, on }) => `${type.slice(7)} ${on.slice(5)}`);

  it('is told', async () => {
    const [duty] = ((await app.as('officer').get('/me/worklist').expect(200)).body as { visits: { enterprise: { id: string } }[] }).visits;
    const enterpriseId = duty?.enterprise.id ?? '';
    const visit = await app.as('officer').post('/visits', aVisit(app, enterpriseId, { tickets: [{ category: 'power', title: '园区频繁闪断', description: '本月已闪断六次。', raisedBy: '王经理' }] })).expect(201);
    const visitId = (visit.body as { id: string }).id;
    const found = (await app.as('officer').get(`/tickets?visitId=${visitId}`).expect(200)).body as { items: Ticket[] };
    id = found.items[0]?.id ?? '';
    await look('04-01 09:30');
    expect(seen).toMatchObject({ number: expect.stringMatching(/^JKSP-2026-\d{6}$/) as string, status: 'registered', handlerId: null, cycle: 1, level: 0 });
    expect(running()).toEqual({ assign: '04-01 15:00:00', respond: '04-03 00:00:00', resolve: '04-10 00:00:00' });

    // Returned once, assigned, accepted.
    await step('04-01 10:00', 'supervisor', 'assign', { handlerId: app.cadres.officer2 });
    expect(running()).toEqual({ respond: '04-03 00:00:00', resolve: '04-10 00:00:00' });
    await step('04-01 16:00', 'officer2', 'return', { reason: '不属于本部门职责' });
    expect(running()).toEqual({ assign: '04-02 11:30:00', respond: '04-03 00:00:00', resolve: '04-10 00:00:00' });
    await step('04-02 09:30', 'supervisor', 'assign', { handlerId: app.cadres.handler, collaboratorIds: [app.cadres.officer2] });
    expect(running()).toEqual({ respond: '04-03 00:00:00', resolve: '04-10 00:00:00' });
    await step('04-02 09:40', 'handler', 'accept');
    expect(seen.status).toBe('in_progress');
    expect(running()).toEqual({ respond: '04-03 00:00:00', resolve: '04-10 00:00:00' });

    // Answered; material asked for over the holiday.
    await step('04-02 11:00', 'handler', 'answer', { kind: 'interim', means: 'phone', text: '供电公司今日到场排查。', toContact: '王经理', nextReplyOn: '2026-04-08' });
    expect(running()).toEqual({ resolve: '04-10 00:00:00', reply: '04-09 00:00:00' });
    await step('04-03 10:00', 'handler', 'request-material', { items: ['配电房图纸'], text: '请补充配电房图纸。' });
    expect(running()).toEqual({ resolve: 'rests', reply: '04-09 00:00:00', wait: '04-21 00:00:00' });
    await step('04-07 10:00', 'enterprise', 'receive-material', { note: '图纸已送达' });
    expect(running()).toEqual({ resolve: '04-11 00:00:00', reply: '04-09 00:00:00' });
    await step('04-08 10:00', 'officer2', 'answer', { kind: 'interim', means: 'message', text: '开关柜老化，正在采购备件。' });
    expect(running()).toEqual({ resolve: '04-11 00:00:00' });

    // Breached on Friday the 10th, escalated by the system; the leader takes the lead on the spot.
    await look('04-11 00:00');
    expect(running()).toEqual({ resolve: '04-11 00:00:00', lead: '04-13 14:30:00' });
    expect(seen).toMatchObject({ level: 1 });
    expect(seen.clocks.find(({ kind }) => kind === 'resolve')).toMatchObject({ breachedAt: '2026-04-10T16:00:00.000Z', responsibleId: app.cadres.handler });
    await step('04-13 09:30', 'supervisor', 'name-lead', { leadId: app.cadres.leader });
    expect(running()).toEqual({ resolve: '04-11 00:00:00' });

    // Explained, not understood: the linkage rises. Explained again, understood: deferred.
    await step('04-13 10:00', 'handler', 'explain', { reasonCode: 'planning', reason: '变电站扩容在建', explanation: '扩容年底完成，此前错峰供电。', means: 'on_site', reviewOn: '2026-05-20' });
    expect(running()).toEqual({ resolve: '04-11 00:00:00', confirm: '04-21 00:00:00', call: '04-21 00:00:00' });
    await step('04-14 10:00', 'enterprise', 'acknowledge', { understood: false, comment: '错峰影响交货' });
    expect(seen).toMatchObject({ status: 'in_progress', level: 2 });
    expect(running()).toEqual({ resolve: '04-11 00:00:00', lead: '04-14 15:30:00' });
    await step('04-14 11:00', 'supervisor', 'name-lead', { leadId: app.cadres.leader });
    expect(running()).toEqual({ resolve: '04-11 00:00:00' });
    // The leader on the spot: a session of the level decides what is explained the next day, and gives somebody something to do.
    at('04-14 16:30');
    const { items: linkages } = (await app.as('leader').get(`/tickets/${id}/linkages`).expect(200)).body as { items: { id: string; level: number; lead: { id: string } | null }[] };
    expect(linkages.map(({ level, lead }) => [level, lead?.id])).toEqual([[1, app.cadres.leader], [2, app.cadres.leader]]);
    const held = await app.as('leader').post(`/linkages/${linkages[1]?.id ?? ''}/sessions`, {
      heldAt: '2026-04-14T15:00:00+08:00', place: '企业会议室', participantIds: [app.cadres.leader, app.cadres.handler], decisions: '调移动电源车保供，错峰时段改在夜间。',
      followUps: [{ what: '落实移动电源车', cadreId: app.cadres.officer2, dueOn: '2026-04-15' }],
    }).expect(201);
    const followUp = (held.body as { sessions: { followUps: { id: string }[] }[] }).sessions[0]?.followUps[0]?.id ?? '';
    await look('04-14 16:31');
    expect(running()).toEqual({ resolve: '04-11 00:00:00' });
    at('04-15 09:30');
    await app.as('officer2').post(`/follow-ups/${followUp}/done`, { note: '电源车已到场' }).expect(200);
    await step('04-15 10:00', 'handler', 'explain', { reasonCode: 'planning', reason: '变电站扩容在建', explanation: '已协调移动电源车保供。', means: 'on_site', reviewOn: '2026-05-20' });
    expect(running()).toEqual({ resolve: '04-11 00:00:00', confirm: '04-23 00:00:00', call: '04-23 00:00:00' });
    await step('04-16 10:00', 'enterprise', 'acknowledge', { understood: true });
    expect(seen).toMatchObject({ status: 'deferred', deferrals: 1 });
    expect(running()).toEqual({ review: '05-21 00:00:00' });

    // Reviewed once, then resumed; resolved, dissatisfied, sent back.
    await step('05-08 10:00', 'supervisor', 'defer', { reviewOn: '2026-06-30', reason: '设备到货推迟' });
    expect(running()).toEqual({ review: '07-01 00:00:00' });
    await step('06-01 10:00', 'handler', 'resume', { reason: '设备已到货' });
    expect(running()).toEqual({ resolve: '06-09 00:00:00' });
    await step('06-03 10:00', 'handler', 'resolve', { outcome: 'solved', text: '已更换' }, 422);
    await step('06-03 10:00', 'handler', 'answer', { kind: 'final', means: 'on_site', text: '开关柜已更换。' });
    expect(running()).toEqual({ resolve: '06-09 00:00:00' });
    await step('06-03 10:30', 'handler', 'resolve', { outcome: 'solved', text: '已更换开关柜。' });
    expect(running()).toEqual({ confirm: '06-11 00:00:00', call: '06-11 00:00:00' });
    await step('06-04 10:00', 'enterprise', 'confirm', { grade: 2, comment: '昨夜又闪断一次' });
    expect(seen).toMatchObject({ status: 'in_progress', outcome: null });
    expect(running()).toEqual({ resolve: '06-12 00:00:00', call: '06-06 00:00:00' });
    await step('06-04 15:00', 'handler', 'record-call', { reached: true, said: '又闪断' }, 403);
    await step('06-04 15:00', 'officer', 'record-call', { reached: true, said: '昨夜又闪断一次。' });
    expect(running()).toEqual({ resolve: '06-12 00:00:00' });
    await step('06-05 10:00', 'handler', 'answer', { kind: 'final', means: 'on_site', text: '线路接头已处理。' });
    await step('06-05 10:30', 'handler', 'resolve', { outcome: 'solved', text: '已处理线路接头。' });
    expect(running()).toEqual({ confirm: '06-13 00:00:00', call: '06-13 00:00:00' });
    await step('06-05 16:00', 'enterprise', 'confirm', { grade: 5 });
    expect(seen).toMatchObject({ status: 'closed', outcome: 'solved' });
    expect(running()).toEqual({});

    // Reopened after a week, resolved, silent.
    await step('06-12 10:00', 'enterprise', 'reopen', { reason: '又出现闪断' });
    expect(seen).toMatchObject({ status: 'in_progress', cycle: 2, level: 0 });
    expect(running()).toEqual({ respond: '06-16 00:00:00', resolve: '06-23 00:00:00' });
    await step('06-15 10:00', 'handler', 'answer', { kind: 'final', means: 'phone', text: '已加装稳压装置。' });
    expect(running()).toEqual({ resolve: '06-23 00:00:00' });
    await step('06-15 10:30', 'handler', 'resolve', { outcome: 'solved', text: '已加装稳压装置。' });
    expect(running()).toEqual({ confirm: '06-24 00:00:00', call: '06-24 00:00:00' });
    await step('06-23 16:00', 'officer', 'record-call', { reached: false, said: '无人接听' });
    expect(running()).toEqual({ confirm: '06-24 00:00:00' });
    await look('06-24 00:00');
    expect(seen).toMatchObject({ status: 'closed', outcome: 'solved', nextDueAt: null });
    const { items: turns } = (await app.as('supervisor').get(`/tickets/${id}/timeline?limit=200`).expect(200)).body as { items: { at: string; session: { decisions: string } | null }[] };
    expect(turns.flatMap(({ at: time, session }) => (session === null ? [] : [[local(time), session.decisions]]))).toEqual([['04-14 15:00:00', '调移动电源车保供，错峰时段改在夜间。']]);
    expect(await entries()).toEqual([
      'registered 04-01', 'assigned 04-01', 'returned 04-01', 'assigned 04-02', 'accepted 04-02', 'answered 04-02', 'material_requested 04-03', 'material_received 04-07', 'answered 04-08',
      'breached 04-10', 'level_raised 04-10', 'lead_named 04-13', 'explained 04-13', 'acknowledged 04-14', 'lead_named 04-14', 'explained 04-15', 'acknowledged 04-16', 'deferred 05-08', 'resumed 06-01',
      'answered 06-03', 'resolved 06-03', 'graded 06-04', 'call_recorded 06-04', 'answered 06-05', 'resolved 06-05', 'graded 06-05', 'reopened 06-12', 'answered 06-15', 'resolved 06-15',
      'call_recorded 06-23', 'ran_out 06-23',
    ]);
  });
});
