import { TicketDeadlinesSweep } from '../../src/tickets/ticket-deadlines.sweep';
import { startApp, type TestApp } from '../support/app';
import { aTicketIn, type ShownTicket } from '../support/tickets';
import { aCadre, aGuideItem, aTicket, aTicketBody, anAssignment, anEnterprise } from '../support/world';

type Who = Parameters<TestApp['as']>[0];
interface Problem { code: string; errors?: { pointer: string }[] }

/** Tickets as those who register, handle and oversee them use them, beside the one story that is told whole. */
describe('tickets', () => {
  let app: TestApp;
  let enterpriseId: string;
  const given = { reviewOn: '2026-04-20', dueOn: '2026-03-05', intoId: '' };
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });
  beforeEach(async () => {
    app.clock.set('2026-03-02T01:30:00.000Z');
    enterpriseId = await anEnterprise(app);
  });

  const at = (time: string): void => { app.clock.set(`${time.replace(' ', 'T')}:00+08:00`); };
  const get = async (id: string, who: Who = 'supervisor'): Promise<ShownTicket> => (await app.as(who).get(`/tickets/${id}`).expect(200)).body as ShownTicket;
  const step = async (id: string, who: Who, name: string, body: object = {}, status = 200): Promise<ShownTicket & Problem> => {
    const response = await app.as(who).post(`/tickets/${id}/${name}`, body);
    if (response.status !== status) throw new Error(`${name}: ${response.status} ${JSON.stringify(response.body)}`);
    return response.body as ShownTicket & Problem;
  };
  const due = (ticket: ShownTicket, kind: string): string | null | undefined => ticket.clocks.findLast((clock) => clock.kind === kind)?.dueAt;
  const items = async <T>(path: string, who: Who = 'supervisor'): Promise<T[]> => ((await app.as(who).get(path).expect(200)).body as { items: T[] }).items;

  describe('are registered', () => {
    it('by the limits of the guide for their priority, by the version in force that day', async () => {
      const within = (hours: number, days: number) => ({ respondWithin: { unit: 'workingHours', amount: hours }, resolveWithin: { unit: 'workingDays', amount: days } });
      const guideItemId = await aGuideItem(app, { limits: { normal: within(8, 10), urgent: within(2, 3) } });
      await app.as('admin').post(`/guide-items/${guideItemId}/versions`, { effectiveFrom: '2026-03-04', limits: { normal: within(8, 1) } }).expect(201);
      const register = async (priority: string) => get((await aTicket(app, enterpriseId, { guideItemId, priority })).id);
      expect([due(await register('normal'), 'resolve'), due(await register('urgent'), 'resolve'), due(await register('critical'), 'respond')])
        .toEqual(['2026-03-16T16:00:00.000Z', '2026-03-05T16:00:00.000Z', '2026-03-02T03:30:00.000Z']);
      const early = await aTicket(app, enterpriseId, { guideItemId });
      at('2026-03-04 09:30');
      expect(due(await register('normal'), 'resolve')).toBe('2026-03-05T16:00:00.000Z');
      // What was registered before keeps what bound it, also when it is sorted anew.
      expect(due(await step(early.id, 'supervisor', 'recategorise', { priority: 'normal', reason: '核对' }), 'resolve')).toBe('2026-03-16T16:00:00.000Z');
    });

    it.each([
      ['of no category of the guide', { category: 'astrology' }, 422, 'category-unknown', '/category'],
      ['by an item that the park does not have', { guideItemId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown', '/guideItemId'],
      ['for an enterprise that is not there', { enterpriseId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown', '/enterpriseId'],
      ['in a visit that is not there', { visitId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown', '/visitId'],
      ['with a file that nobody sent', { attachmentIds: ['01950000-0000-7000-8000-00000000dead'] }, 422, 'reference-unknown', '/attachmentIds'],
      ['as raised tomorrow', { raisedAt: '2026-03-03T09:30:00+08:00' }, 422, 'in-future', '/raisedAt'],
      ['without a title', { title: undefined }, 400, 'malformed', '/title'],
    ])('not %s', async (_what, wrong, status, code, pointer) => {
      const problem = (await app.as('officer').post('/tickets', aTicketBody(enterpriseId, wrong)).expect(status)).body as Problem;
      expect([problem.code, problem.errors?.[0]?.pointer]).toEqual([code, pointer]);
    });

    it('not for an enterprise that has left', async () => {
      await app.as('admin').post(`/enterprises/${enterpriseId}/status`, { status: 'exited', on: '2026-03-02', reason: '搬迁' }).expect(200);
      await app.as('officer').post('/tickets', aTicketBody(enterpriseId)).expect(409).expect(({ body }) => { expect((body as Problem).code).toBe('enterprise-exited'); });
    });

    it('by a client for its park', async () => {
      const response = await app.asClient('tickets:write').post('/tickets', aTicketBody(enterpriseId, { channel: 'portal' })).expect(201);
      expect(response.body).toMatchObject({ status: 'registered', registeredBy: null, channel: 'portal', allowedSteps: [] });
    });
  });

  it('are seen by those who are on them, their department, and the officers of the enterprise', async () => {
    const [department] = await app.sql<{ id: string }>("INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) VALUES (uuidv7(), $1, '工程建设部', 'department', false, 1, now(), now()) ON CONFLICT DO NOTHING RETURNING id", [app.parkId]);
    await app.sql('UPDATE cadre SET department_id = $1 WHERE id = ANY ($2)', [department?.id, [app.cadres.officer2, app.cadres.leader2]]);
    const id = await aTicketIn(app, enterpriseId, 'in_progress', given);
    const stranger = await aTicket(app, enterpriseId);
    await step(stranger.id, 'supervisor', 'assign', { handlerId: app.cadres.handler });
    const visible = async (who: Who, ticket: string) => (await app.as(who).get(`/tickets/${ticket}`)).status;
    // officer2 collaborates on the first; leader2 is of another department and on neither.
    expect([await visible('officer2', id), await visible('officer2', stranger.id), await visible('leader2', id), await visible('leader', id), await visible('admin', id), await visible('strangerOfficer', id)]).toEqual([200, 404, 404, 200, 200, 404]);
    expect((await items<ShownTicket>('/tickets?limit=200', 'officer2')).map((one) => one.id)).toEqual([id]);
    await app.as('leader2').post(`/tickets/${id}/record-call`, { reached: true, said: '好' }).expect(404);
    await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader2, capacity: 'leader' });
    expect([await visible('leader2', id), await visible('leader2', stranger.id)]).toEqual([200, 200]);
    await app.asClient('visits:read').get(`/tickets/${id}`).expect(403);
  });

  it('tell whoever handles them that they were sent back, not who gave which grade', async () => {
    const id = await aTicketIn(app, enterpriseId, 'resolved', given);
    await app.asClient('enterprise:act').post(`/tickets/${id}/confirm`, { grade: 2, comment: '昨夜又闪断' }).expect(200);
    type Event = { type: string; details: Record<string, unknown> };
    const details = async (who: Who) => (await items<Event>(`/tickets/${id}/events`, who)).find(({ type }) => type === 'confirm')?.details;
    expect([await details('handler'), await details('officer2'), await details('officer')]).toEqual([{ sentBack: true }, { sentBack: true }, { sentBack: true }]);
    expect(await details('supervisor')).toEqual({ grade: 2, comment: '昨夜又闪断' });
    expect(await get(id, 'handler')).not.toHaveProperty('grade');
  });

  it.each(['handlerId', 'collaboratorIds'])('do not tell a supervisor who once was on them, as %s', async (as) => {
    const { id } = await aTicket(app, enterpriseId);
    const { id: cadreId, says } = await aCadre(app, ['supervisor', 'handler'], app.departmentId);
    await step(id, 'supervisor', 'assign', as === 'handlerId' ? { handlerId: cadreId } : { handlerId: app.cadres.handler, collaboratorIds: [cadreId] });
    if (as === 'handlerId') await step(id, 'supervisor', 'reassign', { handlerId: app.cadres.handler, reason: '改派' });
    await step(id, 'handler', 'accept');
    await step(id, 'handler', 'answer', { kind: 'final', means: 'phone', text: '已答复。' });
    await step(id, 'handler', 'resolve', { outcome: 'solved', text: '已办结。' });
    await app.asClient('enterprise:act').post(`/tickets/${id}/confirm`, { grade: 2, comment: '昨夜又闪断' }).expect(200);
    await step(id, 'supervisor', 'reassign', { handlerId: app.cadres.officer2, reason: '改派' });
    type Item = { type: string; details: object };
    const { items: events } = (await says.get(`/tickets/${id}/events`).expect(200)).body as { items: Item[] };
    const { items: turns } = (await says.get(`/tickets/${id}/timeline?limit=200`).expect(200)).body as { items: { event: Item | null }[] };
    expect([events, turns.flatMap(({ event }) => (event === null ? [] : [event]))].map((list) => list.find(({ type }) => type === 'confirm')?.details)).toEqual([{ sentBack: true }, { sentBack: true }]);
  });

  it('show what was told, what happened, and the clocks beside it', async () => {
    const id = await aTicketIn(app, enterpriseId, 'explained', given);
    await step(id, 'officer2', 'answer', { kind: 'interim', means: 'letter', text: '补充说明。', toContact: '王经理' });
    expect(await items(`/tickets/${id}/answers`)).toMatchObject([
      { kind: 'explanation', means: 'on_site', text: '已说明。', cadre: { name: 'handler' } }, { kind: 'interim', means: 'letter', text: '补充说明。', toContact: '王经理', cadre: { name: 'officer2' } },
    ]);
    const timeline = await items<{ event: { type: string } | null; clock: { kind: string; what: string } | null }>(`/tickets/${id}/timeline?limit=200`);
    expect(timeline.flatMap(({ event }) => (event === null ? [] : [event.type]))).toEqual(['register', 'assign', 'accept', 'explain', 'answer']);
    expect(timeline.flatMap(({ clock }) => (clock?.what === 'started' ? [clock.kind] : []))).toEqual(['assign', 'respond', 'resolve', 'confirm', 'call']);
    // Page by page it is the same.
    const pages: unknown[] = [];
    for (let path: string | null = `/tickets/${id}/timeline?limit=2`; path !== null;) {
      const { items: page, nextCursor } = (await app.as('supervisor').get(path).expect(200)).body as { items: unknown[]; nextCursor: string | null };
      pages.push(...page);
      path = nextCursor === null ? null : `/tickets/${id}/timeline?limit=2&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(pages).toEqual(timeline);
    const ofEnterprise = await items<{ kind: string; id: string; what: string }>(`/enterprises/${enterpriseId}/timeline`);
    expect(ofEnterprise.filter(({ kind }) => kind === 'ticket')).toMatchObject([{ id, what: 'explained' }]);
  });

  it('are sorted anew by the default where their item was retired, unless it is named', async () => {
    app.clock.set('2026-03-02T01:30:00.000Z');
    const guideItemId = await aGuideItem(app);
    const { id } = await aTicket(app, await anEnterprise(app), { guideItemId, category: 'permits' });
    await step(id, 'supervisor', 'assign', { handlerId: app.cadres.handler });
    await step(id, 'handler', 'accept');
    await step(id, 'handler', 'answer', { kind: 'final', means: 'phone', text: '已办妥。' });
    await step(id, 'handler', 'resolve', { outcome: 'solved', text: '已办妥。' });
    await app.asClient('enterprise:act').post(`/tickets/${id}/confirm`, { grade: 5 }).expect(200);
    await app.as('admin').post(`/guide-items/${guideItemId}/versions`, { effectiveFrom: '2026-03-04', active: false }).expect(201);
    app.clock.set('2026-03-05T01:30:00.000Z');
    await app.asClient('enterprise:act').post(`/tickets/${id}/reopen`, { reason: '又出现' }).expect(200);
    const sorted = await app.as('supervisor').post(`/tickets/${id}/recategorise`, { priority: 'urgent', reason: '影响生产' }).expect(200);
    expect(sorted.body).toMatchObject({ priority: 'urgent', guideItemId });
    const named = await app.as('supervisor').post(`/tickets/${id}/recategorise`, { guideItemId, reason: '核对' }).expect(422);
    expect(named.body).toMatchObject({ code: 'reference-unknown', errors: [{ pointer: '/guideItemId' }] });
  });

  it('get more time twice a cycle, before the deadline, in the unit of the limit', async () => {
    const id = await aTicketIn(app, enterpriseId, 'in_progress', given);
    const ask = { limit: { unit: 'workingDays', amount: 2 }, reason: '需外协' };
    const decide = { granted: true, reason: '同意' };
    expect((await step(id, 'handler', 'request-extension', { ...ask, limit: { unit: 'hours', amount: 8 } }, 422)).code).toBe('extension-unit');
    await step(id, 'handler', 'request-extension', ask);
    await step(id, 'handler', 'request-extension', ask, 409);
    await step(id, 'supervisor', 'decide-extension', { granted: false, reason: '先行办理' });
    for (const [, until] of [[1, '2026-03-11T16:00:00.000Z'], [2, '2026-03-13T16:00:00.000Z']] as const) {
      await step(id, 'handler', 'request-extension', ask);
      const extended = await step(id, 'supervisor', 'decide-extension', decide);
      expect([due(extended, 'resolve'), extended.clocks.find(({ kind }) => kind === 'resolve')?.originalDueAt]).toEqual([until, '2026-03-09T16:00:00.000Z']);
    }
    await step(id, 'handler', 'request-extension', ask, 409);
    const late = await aTicketIn(app, enterpriseId, 'in_progress', given);
    await step(late, 'handler', 'request-extension', ask);
    at('2026-03-10 00:00');
    await step(late, 'supervisor', 'decide-extension', decide, 409);
  });

  it('repeat no answer to whoever reads while the one that goes on is merged itself', async () => {
    const tickets: string[] = [];
    for (const _ of ['oldest', 'older', 'young']) {
      const { id } = await aTicket(app, enterpriseId);
      await step(id, 'supervisor', 'assign', { handlerId: app.cadres.handler });
      await step(id, 'handler', 'accept');
      tickets.push(id);
      app.clock.advance(60_000);
    }
    const [oldest = '', older = '', young = ''] = tickets;
    for (const round of [1, 2, 3]) {
      for (const [name, id] of [['oldest', oldest], ['older', older], ['young', young]] as const) {
        await step(id, 'handler', 'answer', { kind: 'interim', means: 'phone', text: `${name} ${round}` });
        app.clock.advance(60_000);
      }
    }
    await step(young, 'supervisor', 'merge', { intoId: older, reason: '重复' });
    const read = async (query: string) => (await app.as('supervisor').get(`/tickets/${young}/answers?${query}`).expect(200)).body as { items: { text: string }[]; nextCursor: string | null };
    const first = await read('limit=3');
    await step(older, 'supervisor', 'merge', { intoId: oldest, reason: '重复' });
    const rest = await read(`cursor=${first.nextCursor ?? ''}`);
    expect([...first.items, ...rest.items].map(({ text }) => text)).toEqual(['older 1', 'young 1', 'older 2', 'young 2', 'oldest 3', 'older 3', 'young 3']);
  });

  it('merge into an older one of the same enterprise', async () => {
    const older = await aTicketIn(app, enterpriseId, 'in_progress', given);
    app.clock.advance(60_000);
    const younger = await aTicketIn(app, enterpriseId, 'in_progress', given);
    const foreign = (await aTicket(app, await anEnterprise(app))).id;
    for (const [id, intoId] of [[older, younger], [younger, younger], [younger, foreign]] as const) {
      expect((await step(id, 'supervisor', 'merge', { intoId, reason: '重复' }, 422)).code).toBe('merge-unfit');
    }
    expect((await step(younger, 'supervisor', 'merge', { intoId: '01950000-0000-7000-8000-00000000dead', reason: '重复' }, 422)).code).toBe('reference-unknown');
    expect(await step(younger, 'supervisor', 'merge', { intoId: older, reason: '重复' })).toMatchObject({ status: 'merged', mergedIntoId: older, nextDueAt: null, allowedSteps: [] });
  });

  it('that were withdrawn are called about, and come back when the enterprise never asked', async () => {
    const id = await aTicketIn(app, enterpriseId, 'in_progress', given);
    await step(id, 'supervisor', 'withdraw', { reason: '企业称已解决', askedBy: '王经理' });
    const call = { reached: true, said: '从未要求撤回', denied: true };
    // Neither who handled it nor who recorded the withdrawal asks whether it was so.
    await step(id, 'supervisor', 'record-call', call, 403);
    await step(id, 'handler', 'record-call', call, 403);
    expect(await step(id, 'officer', 'record-call', call)).toMatchObject({ status: 'registered', cycle: 2, handlerId: null, withdrawnFor: null });
    expect((await get(id)).clocks.filter(({ stoppedAt }) => stoppedAt === null).map(({ kind }) => kind)).toEqual(['assign', 'respond', 'resolve']);
  });

  it('say how much of the time was whose', async () => {
    const { id } = await aTicket(app, enterpriseId);
    app.clock.advance(3_600_000);
    await step(id, 'supervisor', 'assign', { handlerId: app.cadres.handler });
    app.clock.advance(2 * 3_600_000);
    await step(id, 'supervisor', 'reassign', { handlerId: app.cadres.officer, reason: '调整' });
    app.clock.advance(3_600_000);
    const [resolve] = (await get(id)).clocks.filter(({ kind }) => kind === 'resolve') as unknown as { shares: object[] }[];
    expect(resolve?.shares).toEqual([{ responsibleId: null, milliseconds: 3_600_000 }, { responsibleId: app.cadres.handler, milliseconds: 7_200_000 }, { responsibleId: app.cadres.officer, milliseconds: 3_600_000 }]);
  });

  it('move with a notice that is loaded and with new working hours, as events that name them', async () => {
    at('2026-12-30 09:30');
    const { id } = await aTicket(app, enterpriseId);
    const before = await get(id) as ShownTicket & { calendarProvisional: boolean };
    expect([due(before, 'resolve'), before.calendarProvisional]).toEqual(['2027-01-07T16:00:00.000Z', true]);
    const ended = await aTicketIn(app, enterpriseId, 'closed', given);
    const closed = await get(ended);
    // The notice makes Monday, 4 January, a holiday.
    await app.as('operator').put('/calendar/2027', { status: 'official', source: '国办发明电', days: [{ date: '2027-01-01', kind: 'holiday', name: '元旦' }, { date: '2027-01-04', kind: 'holiday', name: '元旦' }] }).expect(200);
    app.clock.advance(60_000);
    await app.app.get(TicketDeadlinesSweep).sweep('test-notice');
    const after = await get(id) as ShownTicket & { calendarProvisional: boolean };
    expect([due(after, 'resolve'), after.calendarProvisional]).toEqual(['2027-01-08T16:00:00.000Z', false]);
    const [entry] = await app.sql<{ data: { calendar: string } }>("SELECT data FROM journal_entry WHERE subject_id = $1 AND type = 'ticket.recalculated'", [id]);
    expect(entry?.data.calendar).toMatch(/^2027:2\/1$/);
    expect((await get(ended)).clocks).toEqual(closed.clocks);
    // From the 31st on the park opens at ten: an assign limit that runs into that day ends an hour later.
    at('2026-12-30 16:30');
    const evening = await aTicket(app, enterpriseId);
    expect(due(await get(evening.id), 'assign')).toBe('2026-12-31T04:00:00.000Z');
    await app.as('admin').post(`/parks/${app.parkId}/working-hours`, { effectiveFrom: '2026-12-31', windows: [{ opens: '10:00', closes: '12:00' }, { opens: '13:30', closes: '17:30' }] }).expect(201);
    expect(due(await get(evening.id), 'assign')).toBe('2026-12-31T06:30:00.000Z');
  });
});
