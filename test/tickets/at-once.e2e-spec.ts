import { TicketDeadlinesSweep } from '../../src/tickets/ticket-deadlines.sweep';
import { startApp, type TestApp } from '../support/app';
import { aTicketIn, type ShownTicket } from '../support/tickets';
import { aClientId, anEnterprise, aTicket, aTicketBody, aVisit } from '../support/world';

/** Two processes on one database. */
describe('tickets that many are at', () => {
  let app: TestApp;
  let other: TestApp;
  let enterpriseId: string;
  const given = { reviewOn: '2026-04-20', dueOn: '2026-03-05', intoId: '' };
  beforeAll(async () => {
    app = await startApp({ poolSize: 10 });
    other = await startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock, poolSize: 10 });
    enterpriseId = await anEnterprise(app);
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });
  beforeEach(() => { app.clock.set('2026-03-02T01:30:00.000Z'); });

  const sequences = async (year: number): Promise<number[]> => (await app.sql<{ sequence: number }>('SELECT sequence FROM ticket WHERE park_id = $1 AND year = $2 ORDER BY sequence', [app.parkId, year])).map(({ sequence }) => sequence);
  const gapless = (count: number): number[] => Array.from({ length: count }, (_none, index) => index + 1);
  const statuses = async (calls: readonly PromiseLike<{ status: number }>[]): Promise<number[]> => (await Promise.all(calls)).map(({ status }) => status).sort();

  it('are numbered without a gap or a twin when fifty come at once, whoever registers them and whatever is refused in between', async () => {
    const before = (await sequences(2026)).length;
    const body = (index: number) => aTicketBody(enterpriseId, index % 6 === 0 ? { category: 'no_such_category' } : { title: `第${index}件` });
    const officers = ['officer', 'officer2', 'leader', 'leader2', 'handler'] as const;
    const answers = await Promise.all(Array.from({ length: 60 }, async (_none, index) => (index % 2 === 0 ? app : other).as(officers[index % officers.length] ?? 'officer').post('/tickets', body(index))));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, (_none, index) => (index % 6 === 0 ? 422 : 201)));
    const numbers = answers.filter(({ status }) => status === 201).map((answer) => (answer.body as ShownTicket).number);
    expect(new Set(numbers).size).toBe(50);
    expect(await sequences(2026)).toEqual(gapless(before + 50));
  });

  it('are one when a phone sends one twice at once', async () => {
    const before = (await sequences(2026)).length;
    const body = aTicketBody(enterpriseId, { id: aClientId(app) });
    expect(await statuses([app, other, app].map((one) => one.as('officer').post('/tickets', body)))).toEqual([200, 200, 201]);
    expect(await sequences(2026)).toEqual(gapless(before + 1));
  });

  it('begin a new year in the zone of the park', async () => {
    app.clock.set('2026-12-31T15:59:59.999Z');
    const last = await aTicket(app, enterpriseId);
    app.clock.set('2026-12-31T16:00:00.000Z');
    const [first, second] = await Promise.all([aTicket(app, enterpriseId), aTicket(other, enterpriseId)]);
    expect(last.number).toMatch(/^JKSP-2026-\d{6}$/);
    expect([first.number, second.number].sort()).toEqual(['JKSP-2027-000001', 'JKSP-2027-000002']);
    expect(await sequences(2027)).toEqual([1, 2]);
  });

  it.each(['accept', 'assign'])('let one of two win who %s at the same moment', async (step) => {
    const id = await aTicketIn(app, enterpriseId, step === 'accept' ? 'assigned' : 'registered', given);
    const who = step === 'accept' ? 'handler' : 'supervisor';
    const body = step === 'accept' ? {} : { handlerId: app.cadres.handler };
    expect(await statuses([app, other].map((one) => one.as(who).post(`/tickets/${id}/${step}`, body)))).toEqual([200, 409]);
    const events = (await app.as('supervisor').get(`/tickets/${id}/events`).expect(200)).body as { items: { no: number; type: string }[] };
    expect(events.items.filter(({ type }) => type === step)).toHaveLength(1);
    expect(events.items.map(({ no }) => no)).toEqual(gapless(events.items.length));
  });

  it.each(['resolve', 'reassign'])('let one of two win who %s what both have read', async (step) => {
    const id = await aTicketIn(app, enterpriseId, 'in_progress', given);
    await app.as('handler').post(`/tickets/${id}/answer`, { kind: 'final', means: 'phone', text: '已答复。' }).expect(200);
    const { etag } = (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).headers as { etag: string };
    const take = (one: TestApp, name: string) => (step === 'resolve' ? one.as('handler').post(`/tickets/${id}/resolve`, { outcome: 'solved', text: name })
      : one.as('supervisor').post(`/tickets/${id}/reassign`, { handlerId: app.cadres.leader, reason: name })).set('if-match', etag);
    expect(await statuses([take(app, '甲'), take(other, '乙')])).toEqual([200, 412]);
    expect(await app.sql('SELECT 1 FROM ticket_event WHERE ticket_id = $1 AND type = $2', [id, step])).toHaveLength(1);
  });

  it('are swept by two processes, late and twice, with each breach and level once', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, async () => aTicketIn(app, enterpriseId, 'in_progress', given)));
    // Three weeks later nobody has swept: resolve was breached, the levels rose, the system has ordered.
    app.clock.set('2026-03-25T01:30:00.000Z');
    const sweeps = [app, other, app, other].map(async (one) => one.app.get(TicketDeadlinesSweep).sweep('test-sweep'));
    const steps = ids.slice(0, 10).map(async (id) => app.as('supervisor').post(`/tickets/${id}/remind`, { text: '请办理。' }).expect(200));
    await Promise.all([...sweeps, ...steps]);
    const written = await app.sql<{ type: string; count: number; first: string }>(
      `SELECT type, count(*)::integer AS count, min(on_date)::text AS first FROM ticket_event WHERE ticket_id = ANY ($1) AND actor_kind = 'system' GROUP BY type ORDER BY type`, [ids]);
    expect(written).toEqual([
      { type: 'breached', count: 150, first: '2026-03-03' }, { type: 'level-raised', count: 90, first: '2026-03-09' }, { type: 'order-issued', count: 30, first: '2026-03-19' },
    ]);
    expect((await Promise.all([app, other].map(async (one) => one.app.get(TicketDeadlinesSweep).sweep('test-again')))).map(({ settled }) => settled)).toEqual([0, 0]);
    expect(await app.sql("SELECT 1 FROM journal_entry WHERE type = 'ticket.breached' AND subject_id = ANY ($1)", [ids])).toHaveLength(150);
  });

  it('that were raised in a visit come with it, or neither does; voiding the visit leaves them', async () => {
    const before = (await sequences(2026)).length;
    const issue = { category: 'power', title: '园区频繁闪断', description: '本月已闪断六次。' };
    await app.as('officer').post('/visits', aVisit(app, enterpriseId, { tickets: [issue, { ...issue, category: 'no_such_category' }] })).expect(422)
      .expect((response) => { expect((response.body as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe('/tickets/1/category'); });
    expect(await sequences(2026)).toEqual(gapless(before));
    const body = aVisit(app, enterpriseId, { id: aClientId(app), tickets: [{ ...issue, id: aClientId(app) }, issue] });
    expect(await statuses([app, other].map((one) => one.as('officer').post('/visits', body)))).toEqual([200, 201]);
    const raised = async () => ((await app.as('officer').get(`/tickets?visitId=${String(body['id'])}`).expect(200)).body as { items: ShownTicket[] }).items;
    expect((await raised()).map(({ status }) => status)).toEqual(['registered', 'registered']);
    await app.as('officer').post(`/visits/${String(body['id'])}/void`, { reason: '重复登记' }).expect(200);
    expect(await raised()).toHaveLength(2);
  });

  it('keep a cadre who handles one from being deactivated', async () => {
    const id = await aTicketIn(app, enterpriseId, 'in_progress', given);
    const { etag } = (await app.as('admin').get(`/cadres/${app.cadres.handler}`).expect(200)).headers as { etag: string };
    const refusal = (await app.as('admin').patch(`/cadres/${app.cadres.handler}`, { active: false }, etag).expect(409)).body as { code: string; tickets: { id: string }[] };
    expect(refusal.code).toBe('has-open-duties');
    expect(refusal.tickets.map((ticket) => ticket.id)).toContain(id);
  });
});
