import { type Caller, ISSUER, startApp, type TestApp } from '../support/app';
import { aClientId, anAssignment, anEnterprise, aVisit } from '../support/world';

const MONDAY = '2026-03-02T01:30:00.000Z';
const NOBODY = '01950000-0000-7000-8000-00000000dead';

interface Answer {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

interface Response {
  readonly status: number;
  readonly body: unknown;
}

let ledger: TestApp;
beforeAll(async () => { ledger = await startApp({ now: MONDAY }); });
afterAll(async () => ledger.close());
beforeEach(() => { ledger.clock.set(MONDAY); });

const code = ({ status, body }: Response): unknown[] => [status, (body as { code?: string }).code];
const refusal = (response: Response): unknown[] => [...code(response), (response.body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer];
// Entries of one instant have no order among themselves: here they are sorted by type.
const journal = async (subjectId: string) => ledger.sql<{ type: string; data: Record<string, unknown>; effective_on: string; actor_id: string }>(
  'SELECT type, data, effective_on::text, actor_id FROM journal_entry WHERE subject_id = $1 ORDER BY recorded_at, type', [subjectId]);

async function add(fields: object = {}): Promise<Answer> {
  const response = await ledger.as('admin').post('/cadres', { name: '苏超', departmentId: ledger.departmentId, roles: ['officer'], ...fields });
  expect([response.status, response.body]).toEqual([201, expect.anything()]);
  return response.body as Answer;
}

const patch = (cadre: { id: string; version: number }, change: object, who: 'admin' | 'stranger' = 'admin') => ledger.as(who).patch(`/cadres/${cadre.id}`, change, `"${cadre.version}"`);
const read = async (id: string): Promise<Answer> => (await ledger.as('officer').get(`/cadres/${id}`).expect(200)).body as Answer;

/** Somebody who comes with a token of the installation's own issuer. */
const call = async (subject: string, path: string): Promise<number> => {
  const token = await ledger.issuer.sign(subject, {}, ledger.clock.now());
  return (await ledger.http.get(`/api/v1${path}`).set('authorization', `Bearer ${token}`)).status;
};

describe('cadres', () => {
  it('are kept as given, with the phone normalised and shown masked', async () => {
    const response = await ledger.as('admin').post('/cadres', {
      name: ' 单田芳 ', departmentId: ledger.departmentId, roles: ['supervisor', 'officer'], phone: '+86 138 1234 5678', identity: { issuer: ISSUER, subject: 'shan' },
    });
    expect(response.status).toBe(201);
    expect(response.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
    expect(response.body).toEqual({
      id: expect.any(String) as string, parkId: ledger.parkId, departmentId: ledger.departmentId, name: '单田芳', roles: ['officer', 'supervisor'], phone: '138****5678',
      identity: { issuer: ISSUER, subject: 'shan' }, active: true, version: 1, createdAt: MONDAY, updatedAt: MONDAY,
    });
    const { id } = response.body as Answer;
    expect(await read(id)).toEqual(response.body);
    expect(await ledger.sql('SELECT phone, sort_key FROM cadre WHERE id = $1', [id])).toEqual([{ phone: '13812345678', sort_key: 'shan tian fang' }]);
    expect(await journal(id)).toEqual([{
      type: 'cadre.added', data: { departmentId: ledger.departmentId, roles: ['officer', 'supervisor'], active: true }, effective_on: '2026-03-02', actor_id: ledger.cadres.admin,
    }]);
  });

  it('are added once, however often the same id comes with the same content', async () => {
    const body = { id: aClientId(ledger), name: '两次', departmentId: ledger.departmentId, roles: ['officer'] };
    const first = await ledger.as('admin').post('/cadres', body).expect(201);
    const second = await ledger.as('admin').post('/cadres', body).expect(200);
    expect(second.body).toEqual(first.body);
    expect(code(await ledger.as('admin').post('/cadres', { ...body, name: '他人' }))).toEqual([409, 'id-taken']);
    expect(await journal(body.id)).toHaveLength(1);
  });

  it.each([
    ['no role', { roles: [] }, 400, 'malformed', '/roles'],
    ['a role twice', { roles: ['officer', 'officer'] }, 400, 'malformed', '/roles'],
    ['a role that there is not', { roles: ['king'] }, 400, 'malformed', '/roles/0'],
    ['half an identity', { identity: { issuer: ISSUER } }, 400, 'malformed', '/identity/subject'],
    ['a masked phone', { phone: '138****5678' }, 400, 'malformed', '/phone'],
    ['a department that there is not', { departmentId: NOBODY }, 422, 'reference-unknown', '/departmentId'],
    ['inspector', { roles: ['officer', 'inspector'] }, 422, 'role-not-grantable', '/roles'],
    ['county', { roles: ['county'] }, 422, 'role-not-grantable', '/roles'],
    ['operator', { roles: ['operator'] }, 422, 'role-not-grantable', '/roles'],
    ['no name', { name: null }, 400, 'malformed', '/name'],
  ])('are refused with %s', async (_what, fields, status, expected, pointer) => {
    const body = { name: '苏超', departmentId: ledger.departmentId, roles: ['officer'], ...fields };
    const refused = refusal(await ledger.as('admin').post('/cadres', body));
    expect([...refused.slice(0, 2), String(refused[2]).slice(0, pointer.replace('/0', '').length)]).toEqual([status, expected, pointer.replace('/0', '')]);
    const { id } = await add();
    expect(refusal(await patch({ id, version: 1 }, fields)).slice(0, 2)).toEqual([status, expected]);
    expect((await read(id)).version).toBe(1);
  });

  it('may not stand in a department of another park', async () => {
    expect(refusal(await ledger.as('admin').post('/cadres', { name: '苏超', departmentId: ledger.otherDepartmentId, roles: ['officer'] }))).toEqual([422, 'reference-unknown', '/departmentId']);
    expect(refusal(await patch(await add(), { departmentId: ledger.otherDepartmentId }))).toEqual([422, 'reference-unknown', '/departmentId']);
  });

  it('change by merge patch: what is left out stays, null removes, a stale version is refused', async () => {
    const cadre = await add({ phone: '13812345678', identity: { issuer: ISSUER, subject: 'merge' } });
    ledger.clock.advance(1_000);
    const changed = await patch(cadre, { name: '曾国', phone: null, roles: ['handler', 'leader'] }).expect(200);
    expect(changed.headers['etag']).toMatch(/^"2-[\w-]{16}"$/);
    expect(changed.body).toEqual({ ...cadre, name: '曾国', phone: null, roles: ['leader', 'handler'], version: 2, updatedAt: '2026-03-02T01:30:01.000Z' });
    expect((await journal(cadre.id)).at(-1)).toMatchObject({ type: 'cadre.changed', data: { fields: ['name', 'roles', 'phone'], roles: ['leader', 'handler'] } });
    expect(await ledger.sql('SELECT sort_key FROM cadre WHERE id = $1', [cadre.id])).toEqual([{ sort_key: 'zeng guo' }]);
    expect(code(await patch(cadre, { name: '旧' }))).toEqual([412, 'stale']);
    expect(code(await ledger.as('admin').patch(`/cadres/${cadre.id}`, { name: '旧' }))).toEqual([428, 'if-match-required']);
    expect((await patch({ id: cadre.id, version: 2 }, { identity: null }).expect(200)).body).toMatchObject({ identity: null, name: '曾国' });
  });

  it('keep the roles that an administrator does not give, and the identity that goes with them', async () => {
    const { inspector, county } = ledger.cadres;
    for (const id of [inspector, county]) {
      const before = await read(id);
      const own = before['roles'] as string[];
      for (const roles of [['officer'], [...own, id === inspector ? 'county' : 'inspector'], [...own, 'operator']]) {
        expect(refusal(await patch(before, { roles }))).toEqual([422, 'role-not-grantable', '/roles']);
      }
      for (const identity of [null, { issuer: ISSUER, subject: 'taken-over' }, { issuer: 'urn:elsewhere', subject: own[0] }]) {
        expect(refusal(await patch(before, { identity }))).toEqual([422, 'role-not-grantable', '/identity']);
      }
      const changed = (await patch(before, { roles: [...own, 'handler'], identity: before['identity'] }).expect(200)).body as Answer;
      expect(changed).toMatchObject({ roles: ['handler', ...own], identity: before['identity'] });
      expect((await patch(changed, { roles: own }).expect(200)).body).toMatchObject({ roles: own });
    }
  });

  it('have an identity that nobody else has, in any park', async () => {
    await add({ identity: { issuer: ISSUER, subject: 'once' } });
    const other = await add({ identity: { issuer: 'urn:elsewhere', subject: 'once' } });
    expect(code(await ledger.as('admin').post('/cadres', { name: '甲', departmentId: ledger.departmentId, roles: ['officer'], identity: { issuer: ISSUER, subject: 'once' } }))).toEqual([409, 'identity-taken']);
    expect(code(await patch(other, { identity: { issuer: ISSUER, subject: 'once' } }))).toEqual([409, 'identity-taken']);
    expect(code(await ledger.as('stranger').post('/cadres', { name: '乙', departmentId: ledger.otherDepartmentId, roles: ['officer'], identity: { issuer: ISSUER, subject: 'once' } }))).toEqual([409, 'identity-taken']);
  });

  it('come and go with their tokens at once', async () => {
    expect(await call('newcomer', '/cadres')).toBe(401);
    const cadre = await add({ roles: ['handler'], identity: { issuer: ISSUER, subject: 'newcomer' } });
    expect([await call('newcomer', '/cadres'), await call('newcomer', '/supervision/coverage')]).toEqual([200, 403]);
    const promoted = (await patch(cadre, { roles: ['supervisor'] }).expect(200)).body as Answer;
    expect(await call('newcomer', '/supervision/coverage')).toBe(200);
    const renamed = (await patch(promoted, { identity: { issuer: ISSUER, subject: 'renamed' } }).expect(200)).body as Answer;
    expect([await call('newcomer', '/cadres'), await call('renamed', '/cadres')]).toEqual([401, 200]);
    const gone = (await patch(renamed, { active: false }).expect(200)).body as Answer;
    expect(await call('renamed', '/cadres')).toBe(401);
    await patch(gone, { active: true }).expect(200);
    expect(await call('renamed', '/cadres')).toBe(200);
  });

  it('are deactivated only when they owe nothing', async () => {
    const cadre = await add();
    const { id } = await anAssignment(ledger, await anEnterprise(ledger), { cadreId: cadre.id });
    const refused = await patch(cadre, { active: false, name: '不该变' });
    expect(code(refused)).toEqual([409, 'has-open-duties']);
    expect(refused.body).toMatchObject({ assignments: [expect.objectContaining({ id })] });
    expect(await read(cadre.id)).toMatchObject({ active: true, name: '苏超', version: 1 });
    expect((await journal(cadre.id)).map(({ type }) => type)).toEqual(['cadre.added']);
    await ledger.as('admin').post(`/assignments/${id}/end`, {}).expect(200);
    ledger.clock.advance(1_000);
    await patch(cadre, { active: false }).expect(200);
    expect((await journal(cadre.id)).slice(1)).toMatchObject([{ type: 'cadre.changed', data: { fields: ['active'] } }, { type: 'cadre.deactivated', data: { cadreId: cadre.id } }]);
    const again = await ledger.as('admin').post('/assignments', { enterpriseId: await anEnterprise(ledger), cadreId: cadre.id, capacity: 'officer', startsOn: '2026-03-02' });
    expect(refusal(again)).toEqual([422, 'cadre-inactive', '/cadreId']);
  });

  it('are never both deactivated and given a duty', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      const cadre = await add();
      const enterpriseId = await anEnterprise(ledger);
      const [given, gone] = await Promise.all([
        ledger.as('admin').post('/assignments', { enterpriseId, cadreId: cadre.id, capacity: 'officer', startsOn: '2026-03-02' }), patch(cadre, { active: false }),
      ]);
      outcomes.add(`${given.status} ${gone.status}`);
    }
    for (const outcome of outcomes) expect(['201 409', '422 200']).toContain(outcome);
  });
});

describe('the list of cadres', () => {
  const list = async (query: string, who: Caller = ledger.as('handler')): Promise<string[]> =>
    ((await who.get(`/cadres?limit=200&${query}`).expect(200)).body as { items: { name: string }[] }).items.map(({ name }) => name);
  let departmentId: string;
  beforeAll(async () => {
    departmentId = ((await ledger.as('admin').post('/departments', { name: '名册部' }).expect(201)).body as { id: string }).id;
    for (const [name, roles, active] of [['林安', ['officer'], true], ['李娜', ['leader', 'officer'], true], ['仇和', ['handler'], false], ['欧阳李', ['supervisor'], true], ['Anna LI', ['handler'], true]] as const) {
      await add({ name, roles, active, departmentId, phone: '0731-88881234' });
    }
  });

  it('sorts names as they are said and masks phones', async () => {
    expect(await list(`departmentId=${departmentId}`)).toEqual(['Anna LI', '李娜', '林安', '欧阳李', '仇和']);
    const response = await ledger.as('officer').get(`/cadres?departmentId=${departmentId}`);
    expect(new Set((response.body as { items: { phone: string }[] }).items.map(({ phone }) => phone))).toEqual(new Set(['0731-****1234']));
  });

  it('filters', async () => {
    const of = `departmentId=${departmentId}`;
    expect(await list(`${of}&role=officer`)).toEqual(['李娜', '林安']);
    expect(await list(`${of}&active=false`)).toEqual(['仇和']);
    expect(await list(`${of}&active=true&role=handler`)).toEqual(['Anna LI']);
    expect(await list(`q=${encodeURIComponent('李')}`)).toEqual(['李娜', '欧阳李']);
    expect(await list('q=anna')).toEqual(['Anna LI']);
    expect(await list('q=%25')).toEqual([]);
    expect(await list(`departmentId=${NOBODY}`)).toEqual([]);
    for (const query of ['role=operator', 'active=perhaps', 'q=', 'departmentId=7', 'order=name']) expect(code(await ledger.as('officer').get(`/cadres?${query}`))).toEqual([400, 'malformed']);
  });

  it('goes page by page', async () => {
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = (await ledger.as('officer').get(`/cadres?departmentId=${departmentId}&limit=2${cursor}`).expect(200)).body as { items: { name: string }[]; nextCursor: string | null };
      expect(items.length).toBeLessThanOrEqual(2);
      names.push(...items.map(({ name }) => name));
      if (nextCursor === null) break;
      expect(code(await ledger.as('officer').get(`/cadres?limit=2&cursor=${nextCursor}`))).toEqual([400, 'cursor-invalid']);
      cursor = `&cursor=${nextCursor}`;
    }
    expect(names).toEqual(['Anna LI', '李娜', '林安', '欧阳李', '仇和']);
  });

  it('shows a park to its own people alone', async () => {
    expect(await list('', ledger.as('stranger'))).toEqual(['stranger', 'strangerOfficer']);
    expect(await list(`departmentId=${departmentId}`, ledger.as('stranger'))).toEqual([]);
    expect(code(await ledger.as('stranger').get(`/cadres?parkId=${ledger.parkId}`))).toEqual([404, 'not-found']);
    expect(code(await ledger.as('stranger').get(`/cadres/${ledger.cadres.officer}`))).toEqual([404, 'not-found']);
    expect(code(await patch({ id: ledger.cadres.officer, version: 1 }, { name: '外人' }, 'stranger'))).toEqual([404, 'not-found']);
    expect(await list(`q=officer&parkId=${ledger.parkId}`, ledger.as('county'))).toEqual(['officer', 'officer2']);
  });
});

describe('leaves', () => {
  let cadre: Answer;
  let substitute: Answer;
  beforeEach(async () => {
    [cadre, substitute] = await Promise.all([add(), add({ name: '代理' })]);
  });

  const leaves = (id: string) => `/cadres/${id}/leaves`;
  const record = async (from: string, to: string, fields: object = {}): Promise<Answer> => (await ledger.as('admin').post(leaves(cadre.id), { from, to, ...fields }).expect(201)).body as Answer;
  const change = (leave: { id: string; version: number }, fields: object) => ledger.as('admin').patch(`/leaves/${leave.id}`, fields, `"${leave.version}"`);

  it('are recorded with whoever covers them', async () => {
    const response = await ledger.as('admin').post(leaves(cadre.id), { from: '2026-03-04', to: '2026-03-04', substituteId: substitute.id }).expect(201);
    expect(response.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
    expect(response.body).toEqual({
      id: expect.any(String) as string, parkId: ledger.parkId, cadreId: cadre.id, from: '2026-03-04', to: '2026-03-04', substituteId: substitute.id, cancelledAt: null, cancelReason: null, version: 1,
      createdAt: MONDAY, updatedAt: MONDAY,
    });
    expect(await journal((response.body as Answer).id)).toEqual([
      { type: 'leave.added', data: { cadreId: cadre.id, from: '2026-03-04', to: '2026-03-04' }, effective_on: '2026-03-04', actor_id: ledger.cadres.admin },
    ]);
  });

  it('are recorded once under one id', async () => {
    const body = { id: aClientId(ledger), from: '2026-03-04', to: '2026-03-06' };
    const first = await ledger.as('admin').post(leaves(cadre.id), body).expect(201);
    expect((await ledger.as('admin').post(leaves(cadre.id), body).expect(200)).body).toEqual(first.body);
    expect(code(await ledger.as('admin').post(leaves(substitute.id), body))).toEqual([409, 'id-taken']);
  });

  it('do not overlap, unless cancelled', async () => {
    const first = await record('2026-03-04', '2026-03-06');
    const second = await record('2026-03-07', '2026-03-09');
    for (const [from, to] of [['2026-03-06', '2026-03-06'], ['2026-03-01', '2026-03-04'], ['2026-03-05', '2026-03-20']]) {
      expect(code(await ledger.as('admin').post(leaves(cadre.id), { from, to }))).toEqual([409, 'leave-overlaps']);
    }
    expect(code(await change(first, { to: '2026-03-07' }))).toEqual([409, 'leave-overlaps']);
    await ledger.as('admin').post(leaves(substitute.id), { from: '2026-03-04', to: '2026-03-06' }).expect(201);
    await ledger.as('admin').post(`/leaves/${second.id}/cancel`, {}).expect(200);
    await change(first, { to: '2026-03-07' }).expect(200);
  });

  it('are refused with dates or substitutes that can not be', async () => {
    const gone = (await patch(await add({ name: '停用' }), { active: false }).expect(200)).body as Answer;
    const leave = await record('2026-04-04', '2026-04-06');
    for (const [fields, expected, pointer] of [
      [{ from: '2026-03-05', to: '2026-03-04' }, 'date-order', '/to'],
      [{ substituteId: cadre.id }, 'substitute-is-self', '/substituteId'],
      [{ substituteId: gone.id }, 'cadre-inactive', '/substituteId'],
      [{ substituteId: NOBODY }, 'reference-unknown', '/substituteId'],
      [{ substituteId: ledger.cadres.stranger }, 'reference-unknown', '/substituteId'],
    ] as const) {
      expect(refusal(await ledger.as('admin').post(leaves(cadre.id), { from: '2026-03-04', to: '2026-03-04', ...fields }))).toEqual([422, expected, pointer]);
      expect(refusal(await change(leave, fields))).toEqual([422, expected, pointer]);
    }
    expect(refusal(await change(leave, { from: '2026-04-07' }))).toEqual([422, 'date-order', '/from']);
    expect(refusal(await change(leave, { from: null }))).toEqual([400, 'malformed', '/from']);
    expect(refusal(await ledger.as('admin').post(leaves(cadre.id), { from: '2026-02-30', to: '2026-03-04' }))).toEqual([400, 'malformed', '/from']);
  });

  it('reach back as far as the policy lets them, by the park’s date', async () => {
    const tooFar = await ledger.as('admin').post(leaves(cadre.id), { from: '2026-02-26', to: '2026-03-10' });
    expect(refusal(tooFar)).toEqual([422, 'too-far-back', '/from']);
    expect(tooFar.body).toMatchObject({ detail: 'It can be recorded for at most 3 days back.' });
    const leave = await record('2026-02-27', '2026-03-10', { substituteId: substitute.id });
    ledger.clock.set('2026-03-08T16:00:00.000Z');
    // It is the 9th in the park: the 6th can still be told otherwise, the 5th not any more.
    const other = await add({ name: '另一' });
    expect(refusal(await change(leave, { from: '2026-03-08' }))).toEqual([422, 'too-far-back', '/from']);
    expect(refusal(await change(leave, { to: '2026-03-04' }))).toEqual([422, 'too-far-back', '/to']);
    expect(refusal(await change(leave, { substituteId: other.id }))).toEqual([422, 'too-far-back', '/substituteId']);
    expect(code(await ledger.as('admin').post(`/leaves/${leave.id}/cancel`, {}))).toEqual([422, 'too-far-back']);
    const shorter = (await change(leave, { to: '2026-03-05' }).expect(200)).body as Answer;
    expect(shorter).toMatchObject({ from: '2026-02-27', to: '2026-03-05', substituteId: substitute.id, version: 2 });
    ledger.clock.advance(1_000);
    const longer = (await change(shorter, { from: '2026-02-27', to: '2026-03-20', substituteId: substitute.id }).expect(200)).body as Answer;
    expect((await journal(leave.id)).slice(1)).toMatchObject([
      { type: 'leave.changed', data: { cadreId: cadre.id, from: '2026-02-27', to: '2026-03-05', beforeFrom: '2026-02-27', beforeTo: '2026-03-10' } },
      { type: 'leave.changed', data: { cadreId: cadre.id, from: '2026-02-27', to: '2026-03-20', beforeFrom: '2026-02-27', beforeTo: '2026-03-05' } },
    ]);
    expect(longer.version).toBe(3);
  });

  it('follow the policy of the park', async () => {
    await ledger.as('admin').post(`/parks/${ledger.parkId}/policies`, { effectiveFrom: '2027-01-04', visits: { backdateLimitDays: 1 } }).expect(201);
    ledger.clock.set('2027-01-04T02:00:00.000Z');
    expect(refusal(await ledger.as('admin').post(leaves(cadre.id), { from: '2027-01-02', to: '2027-01-10' }))).toEqual([422, 'too-far-back', '/from']);
    await record('2027-01-03', '2027-01-10');
  });

  it('change by merge patch with the version that was read', async () => {
    const leave = await record('2026-03-04', '2026-03-06', { substituteId: substitute.id });
    ledger.clock.advance(1_000);
    const changed = await change(leave, { substituteId: null }).expect(200);
    expect(changed.headers['etag']).toMatch(/^"2-[\w-]{16}"$/);
    expect(changed.body).toEqual({ ...leave, substituteId: null, version: 2, updatedAt: '2026-03-02T01:30:01.000Z' });
    expect(code(await change(leave, { to: '2026-03-07' }))).toEqual([412, 'stale']);
    expect(code(await ledger.as('admin').patch(`/leaves/${leave.id}`, { to: '2026-03-07' }))).toEqual([428, 'if-match-required']);
  });

  it('are cancelled once, with a reason, and then stay as they are', async () => {
    const leave = await record('2026-03-04', '2026-03-06');
    ledger.clock.advance(1_000);
    const cancelled = await ledger.as('admin').post(`/leaves/${leave.id}/cancel`, { reason: '行程取消' }).expect(200);
    expect(cancelled.headers['etag']).toMatch(/^"2-[\w-]{16}"$/);
    expect(cancelled.body).toEqual({ ...leave, cancelledAt: '2026-03-02T01:30:01.000Z', cancelReason: '行程取消', version: 2, updatedAt: '2026-03-02T01:30:01.000Z' });
    expect(code(await ledger.as('admin').post(`/leaves/${leave.id}/cancel`))).toEqual([409, 'leave-cancelled']);
    expect(code(await change(cancelled.body as Answer, { to: '2026-03-07' }))).toEqual([409, 'leave-cancelled']);
    const entries = await journal(leave.id);
    expect(entries.at(-1)).toMatchObject({ type: 'leave.cancelled', data: { cadreId: cadre.id, from: '2026-03-04', to: '2026-03-06' } });
    expect(JSON.stringify(entries)).not.toContain('行程');
  });

  it('are listed newest first, page by page, for the people of the park', async () => {
    const ids = [(await record('2026-03-04', '2026-03-06')).id, (await record('2026-04-04', '2026-04-06')).id, (await record('2026-05-04', '2026-05-06')).id];
    await ledger.as('admin').post(`/leaves/${ids[1]}/cancel`, {}).expect(200);
    const page = async (query: string) => (await ledger.as('officer').get(`${leaves(cadre.id)}?limit=2${query}`).expect(200)).body as { items: Answer[]; nextCursor: string | null };
    const first = await page('');
    const second = await page(`&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].reverse());
    expect([first.items[1]?.['cancelledAt'], second.nextCursor]).toEqual([MONDAY, null]);
    expect(code(await ledger.as('officer').get(`${leaves(substitute.id)}?limit=2&cursor=${first.nextCursor}`))).toEqual([400, 'cursor-invalid']);
    for (const response of [
      await ledger.as('stranger').get(leaves(cadre.id)), await ledger.as('stranger').post(leaves(cadre.id), { from: '2026-06-01', to: '2026-06-01' }),
      await ledger.as('stranger').post(`/leaves/${ids[0]}/cancel`, {}), await ledger.as('stranger').patch(`/leaves/${ids[0]}`, { to: '2026-03-05' }, '"1"'),
      await ledger.as('officer').get(leaves(NOBODY)),
    ]) expect(code(response)).toEqual([404, 'not-found']);
  });

  it('let the substitute fulfil the duty, which does not rest', async () => {
    const stand = await add({ name: '替身', identity: { issuer: ISSUER, subject: 'stand-in' } });
    const enterpriseId = await anEnterprise(ledger);
    const assignment = await anAssignment(ledger, enterpriseId, { cadreId: cadre.id });
    expect(assignment.nextDueOn).toBe('2026-03-12');
    const dueOn = async () => ((await ledger.as('supervisor').get(`/assignments?enterpriseId=${enterpriseId}`).expect(200)).body as { items: { nextDueOn: string }[] }).items[0]?.nextDueOn;
    ledger.clock.set('2026-03-04T02:00:00.000Z');
    const token = await ledger.issuer.sign('stand-in', {}, ledger.clock.now());
    await ledger.http.post('/api/v1/visits').set('authorization', `Bearer ${token}`).send(aVisit(ledger, enterpriseId)).expect(201);
    expect(await dueOn()).toBe('2026-03-12');
    const leave = await record('2026-03-03', '2026-03-05', { substituteId: stand.id });
    expect(await dueOn()).toBe('2026-03-16'); // ten days after the 4th is a Saturday
    const shorter = (await change(leave, { to: '2026-03-03' }).expect(200)).body as Answer;
    expect(await dueOn()).toBe('2026-03-12');
    await change(shorter, { to: '2026-03-04' }).expect(200);
    expect(await dueOn()).toBe('2026-03-16');
    await ledger.as('admin').post(`/leaves/${leave.id}/cancel`, {}).expect(200);
    expect(await dueOn()).toBe('2026-03-12');
  });
});
