import { systemActor } from '../../src/kernel/actor';
import { type Day, day } from '../../src/kernel/day';
import { GuideService } from '../../src/guide/guide.service';
import { Database } from '../../src/platform/db/database';
import { startApp, type TestApp } from '../support/app';
import { changes } from '../support/feed';
import { seal, stopSealing } from '../support/seal';
import { aClientId, aGuideItem, aGuideItemBody } from '../support/world';

const MONDAY = '2026-03-02T01:30:00.000Z';
const NOBODY = '01950000-0000-7000-8000-00000000dead';

interface Content {
  readonly effectiveFrom: string;
  readonly name: string;
  readonly category: string;
  readonly active: boolean;
}

interface Item extends Content {
  readonly id: string;
  readonly code: string;
  readonly inForce: boolean;
  readonly version: number;
  readonly versions: readonly Content[];
}

interface Response {
  readonly status: number;
  readonly body: unknown;
}

let ledger: TestApp;
beforeAll(async () => { ledger = await startApp({ now: MONDAY }); });
afterAll(async () => {
  await stopSealing(ledger);
  await ledger.close();
});
beforeEach(() => { ledger.clock.set(MONDAY); });

const refusal = ({ status, body }: Response): unknown[] => [status, (body as { code?: string }).code, (body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer];
const journal = async (subjectId: string) => ledger.sql<{ type: string; data: Record<string, unknown>; effective_on: string }>(
  'SELECT type, data, effective_on::text FROM journal_entry WHERE subject_id = $1 ORDER BY id', [subjectId]);
const read = async (id: string): Promise<Item> => (await ledger.as('officer').get(`/guide-items/${id}`).expect(200)).body as Item;
const list = async (query = ''): Promise<Item[]> => ((await ledger.as('officer').get(`/guide-items?limit=200&${query}`).expect(200)).body as { items: Item[] }).items;
const codes = async (query = ''): Promise<string[]> => (await list(query)).map(({ code }) => code);
const addVersion = (id: string, body: object) => ledger.as('admin').post(`/guide-items/${id}/versions`, body);
const on = (date: string): void => { ledger.clock.set(`${date}T01:30:00.000Z`); };

describe('an item', () => {
  it('is kept as given, in force from today on, and journaled without its texts', async () => {
    const body = aGuideItemBody(ledger, { materials: [{ name: '营业执照副本' }, { name: '布局图', required: false }] });
    const response = await ledger.as('admin').post('/guide-items', body).expect(201);
    expect(response.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
    const { id: versionId } = ((response.body as { versions: { id: string }[] }).versions[0] ?? { id: '' });
    const content = {
      effectiveFrom: '2026-03-02', name: body['name'], category: 'permits', departmentId: ledger.departmentId, steps: body['steps'],
      materials: [{ name: '营业执照副本', required: true }, { name: '布局图', required: false }], limits: body['limits'], active: true,
    };
    expect(response.body).toEqual({
      id: expect.any(String) as string, parkId: ledger.parkId, code: body['code'], ...content, inForce: true, version: 1, createdAt: MONDAY, updatedAt: MONDAY,
      versions: [{ id: versionId, ...content, createdAt: MONDAY }],
    });
    const { id } = response.body as Item;
    expect(await read(id)).toEqual(response.body);
    expect(await journal(id)).toEqual([{
      type: 'guide-item.added', effective_on: '2026-03-02', data: { code: body['code'], category: 'permits', departmentId: ledger.departmentId, effectiveFrom: '2026-03-02' },
    }]);
  });

  it('is added once, however often the same id comes with the same content, also when its first day has passed', async () => {
    const body = aGuideItemBody(ledger, { id: aClientId(ledger), effectiveFrom: '2026-03-02' });
    const first = await ledger.as('admin').post('/guide-items', body).expect(201);
    expect((await ledger.as('admin').post('/guide-items', body).expect(200)).body).toEqual(first.body);
    on('2026-03-05');
    expect((await ledger.as('admin').post('/guide-items', body).expect(200)).body).toEqual(first.body);
    expect(refusal(await ledger.as('admin').post('/guide-items', { ...body, name: '另一事项' }))).toEqual([409, 'id-taken', '/id']);
    expect(await journal(String(body['id']))).toHaveLength(1);
  });

  it('has a code of its own in its park', async () => {
    await aGuideItem(ledger, { code: 'OWN-1' });
    const again = await ledger.as('admin').post('/guide-items', aGuideItemBody(ledger, { code: 'OWN-1' })).expect(409);
    expect((again.body as { code: string }).code).toBe('guide-code-taken');
    await ledger.as('stranger').post('/guide-items', aGuideItemBody(ledger, { code: 'OWN-1', departmentId: ledger.otherDepartmentId })).expect(201);
  });

  it.each([
    ['a department of another park', () => ({ departmentId: ledger.otherDepartmentId }), [422, 'reference-unknown', '/departmentId']],
    ['a department that is none', () => ({ departmentId: NOBODY }), [422, 'reference-unknown', '/departmentId']],
    ['a first day in the past', () => ({ effectiveFrom: '2026-03-01' }), [422, 'date-order', '/effectiveFrom']],
    ['a phone for a code', () => ({ code: '13812345678' }), [400, 'malformed', '/code']],
    ['a code in small letters', () => ({ code: 'spxk' }), [400, 'malformed', '/code']],
    ['a category in Chinese', () => ({ category: '行政审批' }), [400, 'malformed', '/category']],
    ['no steps', () => ({ steps: [] }), [400, 'malformed', '/steps']],
    ['a limit of nothing', () => ({ limits: { normal: { respondWithin: { unit: 'days', amount: 0 }, resolveWithin: { unit: 'days', amount: 1 } } } }), [400, 'malformed', '/limits/normal/respondWithin/amount']],
    ['no limits for normal tickets', () => ({ limits: {} }), [400, 'malformed', '/limits/normal']],
  ])('is refused with %s', async (_what, given, expected) => {
    expect(refusal(await ledger.as('admin').post('/guide-items', aGuideItemBody(ledger, given())))).toEqual(expected);
  });
});

describe('versions', () => {
  it('hold from their first day on, and leave what was', async () => {
    const id = await aGuideItem(ledger, { name: '旧名称' });
    const limits = { normal: { respondWithin: { unit: 'hours', amount: 24 }, resolveWithin: { unit: 'days', amount: 30 } } };
    const added = await addVersion(id, { effectiveFrom: '2026-04-01', name: '新名称', limits }).expect(201);
    expect(added.body).toMatchObject({ name: '旧名称', inForce: true, version: 2, versions: [{ effectiveFrom: '2026-04-01', name: '新名称', limits, steps: ['窗口受理', '现场核查', '送达'] }, { name: '旧名称' }] });
    expect(added.headers['etag']).toMatch(/^"2-/);
    expect(await read(id)).toEqual(added.body);
    on('2026-03-31');
    expect(await read(id)).toMatchObject({ name: '旧名称', effectiveFrom: '2026-03-02' });
    on('2026-04-01');
    expect(await read(id)).toMatchObject({ name: '新名称', effectiveFrom: '2026-04-01', limits });
    expect((await journal(id)).at(-1)).toEqual({
      type: 'guide-item.version_added', effective_on: '2026-04-01',
      data: { effectiveFrom: '2026-04-01', category: 'permits', departmentId: ledger.departmentId, active: true, fields: ['name', 'limits'] },
    });
  });

  it('begin at midnight in the park', async () => {
    const id = await aGuideItem(ledger, { code: 'MIDNIGHT' });
    await addVersion(id, { effectiveFrom: '2026-04-01', name: '新名称' }).expect(201);
    const names = async (): Promise<string[]> => [(await read(id)).name, ...(await list('q=midnight')).map(({ name }) => name)];
    ledger.clock.set('2026-03-31T15:59:59.999Z');
    expect(await names()).toEqual(['食品生产许可证变更', '食品生产许可证变更']);
    ledger.clock.set('2026-03-31T16:00:00.000Z');
    expect(await names()).toEqual(['新名称', '新名称']);
  });

  it('retire an item and take it up again', async () => {
    const id = await aGuideItem(ledger, { code: 'RETIRED' });
    await addVersion(id, { effectiveFrom: '2026-04-01', active: false }).expect(201);
    await addVersion(id, { effectiveFrom: '2026-05-01', active: true, name: '重开' }).expect(201);
    const seen = async (date: string): Promise<unknown[]> => [await codes(`q=retired&on=${date}`), (await list(`q=retired&all=true&on=${date}`)).map(({ name, inForce, active }) => [name, inForce, active])];
    expect(await seen('2026-03-01')).toEqual([[], [['食品生产许可证变更', false, true]]]);
    expect(await seen('2026-03-31')).toEqual([['RETIRED'], [['食品生产许可证变更', true, true]]]);
    expect(await seen('2026-04-01')).toEqual([[], [['食品生产许可证变更', false, false]]]);
    expect(await seen('2026-05-01')).toEqual([['RETIRED'], [['重开', true, true]]]);
    on('2026-04-10');
    expect(await read(id)).toMatchObject({ inForce: false, active: false, versions: [{ active: true }, { active: false }, { active: true }] });
  });

  it('may come before one that lies ahead, and change nothing of it', async () => {
    const id = await aGuideItem(ledger);
    await addVersion(id, { effectiveFrom: '2026-06-01', name: '六月' }).expect(201);
    await addVersion(id, { effectiveFrom: '2026-05-01', name: '五月' }).expect(201);
    expect((await read(id)).versions.map(({ effectiveFrom, name }) => [effectiveFrom, name])).toEqual([['2026-06-01', '六月'], ['2026-05-01', '五月'], ['2026-03-02', '食品生产许可证变更']]);
  });

  it('may come before the first, where that has not begun', async () => {
    const id = await aGuideItem(ledger, { effectiveFrom: '2027-01-01' });
    expect(await read(id)).toMatchObject({ effectiveFrom: '2027-01-01', inForce: false });
    await addVersion(id, { effectiveFrom: '2026-03-03' }).expect(201);
    on('2026-03-03');
    expect(await read(id)).toMatchObject({ effectiveFrom: '2026-03-03', inForce: true, name: '食品生产许可证变更' });
  });

  it('are refused today and before, twice a day, and with a department of another park', async () => {
    const id = await aGuideItem(ledger);
    for (const effectiveFrom of ['2026-03-02', '2026-01-01']) expect(refusal(await addVersion(id, { effectiveFrom }))).toEqual([422, 'not-in-future', '/effectiveFrom']);
    expect(refusal(await addVersion(id, { effectiveFrom: '2026-03-03', departmentId: ledger.otherDepartmentId }))).toEqual([422, 'reference-unknown', '/departmentId']);
    await addVersion(id, { effectiveFrom: '2026-03-03' }).expect(201);
    const twice = await addVersion(id, { effectiveFrom: '2026-03-03' });
    expect([...refusal(twice), (twice.body as { detail: string }).detail]).toEqual([409, 'version-exists', '/effectiveFrom', 'There is a version with effect from 2026-03-03.']);
    expect(await read(id)).toMatchObject({ version: 2 });
  });

  it('that come at once are all kept', async () => {
    const id = await aGuideItem(ledger);
    const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04', '2026-05-05'];
    const answers = await Promise.all(days.map((effectiveFrom) => addVersion(id, { effectiveFrom, name: effectiveFrom }).then(({ status }) => status)));
    expect(answers).toEqual(days.map(() => 201));
    expect(await read(id)).toMatchObject({ version: 6, versions: [...days.toReversed(), '2026-03-02'].map((effectiveFrom) => ({ effectiveFrom })) });
  });

  it('make another tag: who has read sees that it has changed', async () => {
    const id = await aGuideItem(ledger);
    const get = (tag: string) => ledger.as('officer').get(`/guide-items/${id}`).set('if-none-match', tag);
    const { headers } = await ledger.as('officer').get(`/guide-items/${id}`).expect(200);
    await get(headers['etag'] ?? '').expect(304);
    await addVersion(id, { effectiveFrom: '2026-04-01', name: '新名称' }).expect(201);
    const changed = await get(headers['etag'] ?? '').expect(200);
    await get(changed.headers['etag'] ?? '').expect(304);
    on('2026-04-01');
    await get(changed.headers['etag'] ?? '').expect(200);
  });
});

describe('the list', () => {
  it('finds items by category, department and a part of name or code, sorted by code', async () => {
    const { id: departmentId } = (await ledger.as('admin').post('/departments', { name: '征拆安置部' }).expect(201)).body as { id: string };
    await aGuideItem(ledger, { code: 'LIST-B', name: '不动产权证办理', category: 'land', departmentId });
    await aGuideItem(ledger, { code: 'LIST-A', name: '扩建用地', category: 'land' });
    await aGuideItem(ledger, { code: 'LIST-C', name: '冷链车通行 Permit', category: 'cold_chain' });
    expect(await codes('q=list-')).toEqual(['LIST-A', 'LIST-B', 'LIST-C']);
    expect(await codes('category=land')).toEqual(['LIST-A', 'LIST-B']);
    expect(await codes(`departmentId=${departmentId}`)).toEqual(['LIST-B']);
    expect(await codes(`q=${encodeURIComponent('产权')}`)).toEqual(['LIST-B']);
    expect(await codes('q=pERMIT')).toEqual(['LIST-C']);
    expect(await codes('q=list_')).toEqual([]);
    expect(await codes(`category=land&q=${encodeURIComponent('用地')}`)).toEqual(['LIST-A']);
  });

  it('filters by what an item says on the day', async () => {
    const id = await aGuideItem(ledger, { code: 'MOVES', category: 'tax' });
    await addVersion(id, { effectiveFrom: '2026-04-01', category: 'market' }).expect(201);
    expect([await codes('q=moves&category=tax'), await codes('q=moves&category=market')]).toEqual([['MOVES'], []]);
    expect([await codes('q=moves&category=tax&on=2026-04-01'), await codes('q=moves&category=market&on=2026-04-01')]).toEqual([[], ['MOVES']]);
  });
});

describe('who reads and writes the guide', () => {
  it.each(['officer', 'leader', 'handler', 'supervisor', 'admin', 'county'] as const)('%s reads it', async (who) => {
    const id = await aGuideItem(ledger);
    const park = who === 'county' ? `&parkId=${ledger.parkId}` : '';
    await ledger.as(who).get(`/guide-items/${id}`).expect(200);
    await ledger.as(who).get(`/guide-items?limit=1${park}`).expect(200);
  });

  it.each(['enterprises:read', 'tickets:read', 'tickets:write', 'enterprise:act'])('a client with %s reads it', async (scope) => {
    await ledger.asClient(scope).get(`/guide-items/${await aGuideItem(ledger)}`).expect(200);
    await ledger.asClient(scope, [ledger.otherParkId]).get(`/guide-items/${await aGuideItem(ledger)}`).expect(404);
  });

  it('an inspector does not, and nobody but an administrator writes', async () => {
    const id = await aGuideItem(ledger);
    await ledger.as('inspector').get('/guide-items').expect(403);
    for (const who of ['officer', 'handler', 'supervisor'] as const) {
      await ledger.as(who).post('/guide-items', aGuideItemBody(ledger)).expect(403);
      await ledger.as(who).post(`/guide-items/${id}/versions`, { effectiveFrom: '2026-04-01' }).expect(403);
    }
    await ledger.as('stranger').get(`/guide-items/${id}`).expect(404);
    await ledger.as('stranger').post(`/guide-items/${id}/versions`, { effectiveFrom: '2026-04-01' }).expect(404);
  });

  it('the feed tells its data to clients with any scope that reads it', async () => {
    await aGuideItem(ledger);
    await seal(ledger);
    const told = async (scopes: string): Promise<boolean> => (await changes(ledger.asClient(`changes:read ${scopes}`), { types: 'service-ledger.guide-item.added.v1', limit: 1 })).items[0]?.data !== undefined;
    expect([await told('tickets:read'), await told('enterprise:act'), await told('enterprises:read'), await told('visits:read')]).toEqual([true, true, true, false]);
  });
});

describe('another feature, in its own transaction', () => {
  const within = async <T>(work: (guide: GuideService, em: Parameters<Parameters<Database['transact']>[1]>[0], actor: ReturnType<typeof actorOf>) => Promise<T>, actor = actorOf([ledger.parkId])): Promise<T> =>
    ledger.app.get(Database).transact(actor, async (em) => work(ledger.app.get(GuideService), em, actor));
  const actorOf = (parkIds: readonly string[], kind: 'cadre' | 'system' = 'cadre') => ({ ...systemActor('test', parkIds), kind });

  it('finds the version that binds on a day', async () => {
    const guideItemId = await aGuideItem(ledger, { code: 'BINDS' });
    await addVersion(guideItemId, { effectiveFrom: '2026-04-01', name: '新名称' }).expect(201);
    await addVersion(guideItemId, { effectiveFrom: '2026-05-01', active: false }).expect(201);
    const named = async (date: string, actor = actorOf([ledger.parkId]), parkId = ledger.parkId) =>
      within(async (guide, em, who) => (await guide.inForce(em, who, { parkId, guideItemId, on: date as Day }))?.name, actor);
    expect([await named('2026-03-01'), await named('2026-03-02'), await named('2026-04-01'), await named('2026-05-01')]).toEqual([undefined, '食品生产许可证变更', '新名称', undefined]);
    expect(await named('2026-03-02', actorOf([], 'system'))).toBe('食品生产许可证变更');
    expect(await named('2026-03-02', actorOf([ledger.otherParkId]))).toBeUndefined();
    expect(await named('2026-03-02', actorOf([ledger.parkId, ledger.otherParkId]), ledger.otherParkId)).toBeUndefined();
    expect(await within(async (guide, em, actor) => guide.inForce(em, actor, { parkId: ledger.parkId, guideItemId, on: day('2026-03-02') }))).toMatchObject({ guideItemId, code: 'BINDS', departmentId: ledger.departmentId, effectiveFrom: '2026-03-02' });
  });

  it('learns the categories of a day: the common ones, and those of items in force', async () => {
    const id = await aGuideItem(ledger, { category: 'own_word', effectiveFrom: '2026-07-01' });
    await addVersion(id, { effectiveFrom: '2026-08-01', active: false }).expect(201);
    const known = async (date: string) => within(async (guide, em, actor) => guide.categoriesOf(em, actor, ledger.parkId, date as Day));
    expect([(await known('2026-06-30')).includes('own_word'), (await known('2026-07-31')).includes('own_word'), (await known('2026-08-01')).includes('own_word')]).toEqual([false, true, false]);
    expect((await known('1999-01-01')).length).toBe(14);
  });
});
