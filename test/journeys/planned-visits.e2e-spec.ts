import { startApp, type TestApp } from '../support/app';
import { aClientId, anEnterprise, aVisit } from '../support/world';

interface Plan {
  id: string; status: string; version: number; plannerId: string; plannedOn: string; members: { cadreId: string; joinedAt: string }[];
  burden: { visitsLast30Days: number; burdenLimit: number; aboveLimit: boolean }; suggestions: { id: string; plannerId: string; plannedOn: string }[];
}

/** Who intends to visit whom when, so that visits serve and do not disturb. */
describe('planned visits', () => {
  let app: TestApp;
  let enterpriseId: string;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });
  beforeEach(async () => {
    at('2026-03-12');
    enterpriseId = await anEnterprise(app);
  });

  const at = (day: string, time = '10:00'): void => { app.clock.set(`${day}T${time}:00+08:00`); };
  const plan = async (plannedOn: string, who: 'officer' | 'officer2' | 'leader' = 'officer', given: object = {}): Promise<Plan> =>
    (await app.as(who).post('/planned-visits', { enterpriseId, plannedOn, ...given }).expect(201)).body as Plan;
  const ids = async (query: string, who: 'officer' | 'supervisor' = 'officer'): Promise<string[]> =>
    ((await app.as(who).get(`/planned-visits?${query}`).expect(200)).body as { items: Plan[] }).items.map(({ id }) => id);
  const code = (response: { body: unknown }): string => (response.body as { code: string }).code;

  it('shows whoever plans how often the enterprise is visited anyway', async () => {
    const body = { id: aClientId(app), enterpriseId, plannedOn: '2026-03-20', note: '了解用工' };
    const response = await app.as('officer').post('/planned-visits', body).expect(201);
    expect(response.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
    expect(response.body).toEqual({
      ...body, parkId: app.parkId, plannerId: app.cadres.officer, status: 'planned', closedAt: null, closeReason: null, members: [], suggestions: [],
      burden: { visitsLast30Days: 0, burdenLimit: 8, aboveLimit: false }, version: 1, createdAt: '2026-03-12T02:00:00.000Z', updatedAt: '2026-03-12T02:00:00.000Z',
    });
    expect((await app.as('officer').post('/planned-visits', body).expect(200)).body).toEqual(response.body);
    expect(code(await app.as('officer').post('/planned-visits', { ...body, plannedOn: '2026-03-21' }).expect(409))).toBe('id-taken');
    expect(await app.sql('SELECT type, data FROM journal_entry WHERE subject_id = $1', [body.id])).toEqual([{ type: 'plan.made', data: { enterpriseId, on: '2026-03-20' } }]);
  });

  it('counts visits on site of everybody together, in 30 days', async () => {
    at('2026-02-10');
    await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    at('2026-02-11');
    await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    at('2026-03-12');
    for (let count = 0; count < 7; count += 1) await app.as(count % 2 === 0 ? 'officer' : 'leader').post('/visits', aVisit(app, enterpriseId)).expect(201);
    await app.as('officer').post('/visits', aVisit(app, enterpriseId, { mode: 'phone' })).expect(201);
    expect((await plan('2026-03-13')).burden).toEqual({ visitsLast30Days: 8, burdenLimit: 8, aboveLimit: false });
    const ninth = (await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201)).body as { id: string };
    expect((await plan('2026-03-14')).burden).toEqual({ visitsLast30Days: 9, burdenLimit: 8, aboveLimit: true });
    await app.as('officer').post(`/visits/${ninth.id}/void`, { reason: '录错' }).expect(200);
    expect((await plan('2026-03-15')).burden.visitsLast30Days).toBe(8);
  });

  it('suggests the plans of others within three days', async () => {
    const [before, inside, closed, after] = [await plan('2026-03-16', 'leader'), await plan('2026-03-17', 'leader'), await plan('2026-03-20', 'leader'), await plan('2026-03-24', 'leader')];
    await app.as('leader').post(`/planned-visits/${closed.id}/cancel`, {}).expect(200);
    await plan('2026-03-19', 'officer');
    const own = await plan('2026-03-20', 'officer');
    expect(own.suggestions).toEqual([{ id: inside.id, plannerId: app.cadres.leader, plannedOn: '2026-03-17' }]);
    expect([before.suggestions, after.suggestions]).toEqual([[], []]);
    await app.as('officer').post(`/planned-visits/${inside.id}/join`).expect(200);
    const { items } = (await app.as('officer').get(`/planned-visits?enterpriseId=${enterpriseId}&from=2026-03-20&status=planned`).expect(200)).body as { items: Plan[] };
    expect(items.map(({ id, suggestions }) => [id, suggestions])).toEqual([[own.id, []], [after.id, []]]);
  });

  it.each([
    ['yesterday', { plannedOn: '2026-03-11' }, 422, 'date-order'],
    ['more than 90 days ahead', { plannedOn: '2026-06-11' }, 422, 'too-far-ahead'],
    ['to nobody', { enterpriseId: '01950000-0000-7000-8000-00000000dead' }, 422, 'reference-unknown'],
    ['on no day', { plannedOn: '2026-02-30' }, 400, 'malformed'],
    ['with members of its own', { members: [] }, 400, 'malformed'],
  ])('refuses a plan %s', async (_case, given, status, expected) => {
    expect(code(await app.as('officer').post('/planned-visits', { enterpriseId, plannedOn: '2026-03-12', ...given }).expect(status))).toBe(expected);
  });

  it('takes today, as the park has it, and the ninetieth day', async () => {
    at('2026-03-13', '00:30');
    expect(code(await app.as('officer').post('/planned-visits', { enterpriseId, plannedOn: '2026-03-12' }).expect(422))).toBe('date-order');
    await plan('2026-03-13');
    await plan('2026-06-11');
  });

  it('is joined once, by another officer or leader, while it stands', async () => {
    const { id } = await plan('2026-03-20');
    const joined = (await app.as('leader').post(`/planned-visits/${id}/join`).expect(200)).body as Plan;
    expect(joined).toMatchObject({ version: 2, members: [{ cadreId: app.cadres.leader, joinedAt: '2026-03-12T02:00:00.000Z' }] });
    expect(code(await app.as('leader').post(`/planned-visits/${id}/join`).expect(409))).toBe('plan-joined');
    expect(code(await app.as('officer').post(`/planned-visits/${id}/join`).expect(409))).toBe('plan-joined');
    await app.as('supervisor').post(`/planned-visits/${id}/join`).expect(403);
    await app.as('strangerOfficer').post(`/planned-visits/${id}/join`).expect(404);
    const twins = await Promise.all([1, 2].map(async () => app.as('officer2').post(`/planned-visits/${id}/join`)));
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 409]);
    await app.as('officer').post(`/planned-visits/${id}/cancel`, { reason: '改期' }).expect(200);
    expect(code(await app.as('leader2').post(`/planned-visits/${id}/join`).expect(409))).toBe('plan-closed');
  });

  it('is declined by the enterprise, with or without a reason', async () => {
    const { id } = await plan('2026-03-20');
    await app.as('leader').post(`/planned-visits/${id}/decline`, {}).expect(403);
    await app.asClient('visits:read').post(`/planned-visits/${id}/decline`, {}).expect(403);
    await app.asClient('enterprise:act', [app.otherParkId]).post(`/planned-visits/${id}/decline`, {}).expect(404);
    expect((await app.as('officer').post(`/planned-visits/${id}/decline`, {}).expect(200)).body)
      .toMatchObject({ status: 'declined', closedAt: '2026-03-12T02:00:00.000Z', closeReason: null, version: 2 });
    expect(code(await app.as('officer').post(`/planned-visits/${id}/decline`, {}).expect(409))).toBe('plan-closed');
    expect(code(await app.as('officer').post(`/planned-visits/${id}/cancel`, {}).expect(409))).toBe('plan-closed');
    const other = await plan('2026-03-20');
    app.clock.advance(1000);
    expect((await app.asClient('enterprise:act').post(`/planned-visits/${other.id}/decline`, { reason: '设备检修' }).expect(200)).body).toMatchObject({ status: 'declined', closeReason: '设备检修' });
    expect(await app.sql('SELECT type, data FROM journal_entry WHERE subject_id = $1 ORDER BY id', [other.id]))
      .toEqual([{ type: 'plan.made', data: { enterpriseId, on: '2026-03-20' } }, { type: 'plan.declined', data: { enterpriseId, on: '2026-03-20' } }]);
  });

  it('is cancelled by its planner', async () => {
    const { id } = await plan('2026-03-20');
    await app.as('leader').post(`/planned-visits/${id}/cancel`, {}).expect(403);
    expect((await app.as('officer').post(`/planned-visits/${id}/cancel`, { reason: '改期' }).expect(200)).body).toMatchObject({ status: 'cancelled', closeReason: '改期' });
  });

  it('is listed by day for those who visit and those who oversee', async () => {
    const other = await anEnterprise(app);
    const [late, early, joined] = [await plan('2026-03-25'), await plan('2026-03-20'), await plan('2026-03-22', 'leader', { enterpriseId: other })];
    await app.as('officer').post(`/planned-visits/${joined.id}/join`).expect(200);
    const mine = [early.id, joined.id, late.id];
    const shown = async (query: string, who: 'officer' | 'supervisor' = 'officer') => (await ids(query, who)).filter((id) => mine.includes(id));
    for (const who of ['officer', 'supervisor'] as const) expect(await shown('limit=200', who)).toEqual(mine);
    expect(await shown(`enterpriseId=${enterpriseId}`)).toEqual([early.id, late.id]);
    expect(await shown(`cadreId=${app.cadres.officer}&limit=200`)).toEqual(mine);
    expect(await shown(`cadreId=${app.cadres.leader}&limit=200`)).toEqual([joined.id]);
    expect(await shown('from=2026-03-21&to=2026-03-24&limit=200')).toEqual([joined.id]);
    await app.as('officer').post(`/planned-visits/${early.id}/cancel`, {}).expect(200);
    expect(await shown('status=cancelled&limit=200')).toEqual([early.id]);
    const pages: string[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = (await app.as('officer').get(`/planned-visits?limit=1&enterpriseId=${enterpriseId}${cursor}`).expect(200)).body as { items: Plan[]; nextCursor: string | null };
      pages.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(pages).toEqual([early.id, late.id]);
    expect(((await app.as('stranger').get('/planned-visits').expect(200)).body as { items: Plan[] }).items).toEqual([]);
    await app.asClient('tickets:read').get('/planned-visits').expect(403);
  });
});
