import { startApp, type TestApp } from '../support/app';
import { aCadre, anAssignment, anEnterprise } from '../support/world';

interface Row { enterprise: { id: string }; officer: { id: string } | null; uncovered: 'vacant' | 'leave' | null; uncoveredDays: number }

/** Whether somebody can be said to visit an enterprise: with an officer alone, it is fulfilled on paper. */
describe('coverage', () => {
  let app: TestApp;
  let enterpriseId: string;
  let officerId: string;
  let substituteId: string;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  const on = (day: string): void => { app.clock.set(`${day}T10:00:00+08:00`); };
  beforeEach(async () => {
    on('2026-03-02');
    enterpriseId = await anEnterprise(app);
    [officerId, substituteId] = [(await aCadre(app, ['officer'])).id, (await aCadre(app, ['officer'])).id];
    await anAssignment(app, enterpriseId, { cadreId: officerId });
  });

  const list = async (query = ''): Promise<Row[]> => ((await app.as('supervisor').get(`/supervision/coverage?limit=200${query}`).expect(200)).body as { items: Row[] }).items;
  /** What the list says of the enterprise, of whom one of the two filters knows. */
  const told = async (): Promise<unknown[]> => {
    const find = (rows: readonly Row[]): Row | undefined => rows.find(({ enterprise }) => enterprise.id === enterpriseId);
    const row = find(await list());
    expect([find(await list('&uncovered=true')) !== undefined, find(await list('&uncovered=false')) !== undefined]).toEqual([row?.uncovered !== null, row?.uncovered === null]);
    return [row?.uncovered, row?.uncoveredDays];
  };
  const away = async (cadreId: string, from: string, to: string, given: object = {}): Promise<string> =>
    ((await app.as('admin').post(`/cadres/${cadreId}/leaves`, { from, to, ...given }).expect(201)).body as { id: string }).id;
  const serves = async (cadreId: string, active: boolean): Promise<void> => {
    const { etag } = (await app.as('admin').get(`/cadres/${cadreId}`).expect(200)).headers as { etag: string };
    await app.as('admin').patch(`/cadres/${cadreId}`, { active }, etag).expect(200);
  };

  it('is there with an officer, and gone with the last day of their assignment', async () => {
    expect(await told()).toEqual([null, 0]);
    const { items } = (await app.as('admin').get(`/assignments?enterpriseId=${enterpriseId}`).expect(200)).body as { items: { id: string }[] };
    on('2026-03-05');
    await app.as('admin').post(`/assignments/${items[0]?.id ?? ''}/end`, {}).expect(200);
    on('2026-03-09');
    expect(await told()).toEqual(['vacant', 4]);
  });

  it('is gone while the officer is on leave and nobody stands in', async () => {
    await away(officerId, '2026-03-03', '2026-03-05');
    expect(await told()).toEqual([null, 0]);
    on('2026-03-05');
    expect(await told()).toEqual(['leave', 2]);
    on('2026-03-06');
    expect(await told()).toEqual([null, 0]);
  });

  it('is there while a substitute stands in, and gone from the day on which they are deactivated', async () => {
    await away(officerId, '2026-03-03', '2026-03-20', { substituteId });
    on('2026-03-06');
    expect(await told()).toEqual([null, 0]);
    await serves(substituteId, false);
    expect(await told()).toEqual(['leave', 0]);
    on('2026-03-10');
    expect(await told()).toEqual(['leave', 4]);
    // Another change of who is gone is not another going; coming back and going again is.
    const { etag } = (await app.as('admin').get(`/cadres/${substituteId}`).expect(200)).headers as { etag: string };
    await app.as('admin').patch(`/cadres/${substituteId}`, { phone: '13800000001' }, etag).expect(200);
    expect(await told()).toEqual(['leave', 4]);
    await serves(substituteId, true);
    expect(await told()).toEqual([null, 0]);
    on('2026-03-11');
    await serves(substituteId, false);
    on('2026-03-13');
    expect(await told()).toEqual(['leave', 2]);
    on('2026-03-21');
    expect(await told()).toEqual([null, 0]);
  });

  it('is gone from the first day of the leave if the substitute had gone before it', async () => {
    await away(officerId, '2026-03-10', '2026-03-20', { substituteId });
    await serves(substituteId, false);
    on('2026-03-09');
    expect(await told()).toEqual([null, 0]);
    on('2026-03-12');
    expect(await told()).toEqual(['leave', 2]);
  });

  it.each([
    ['both leaves begin together', '2026-03-03', '2026-03-20', '2026-03-09', ['leave', 6]],
    ['the substitute went later', '2026-03-06', '2026-03-20', '2026-03-09', ['leave', 3]],
    ['the substitute went before', '2026-03-02', '2026-03-20', '2026-03-09', ['leave', 6]],
    ['the last day of the substitute’s leave', '2026-03-03', '2026-03-09', '2026-03-09', ['leave', 6]],
    ['the substitute is back', '2026-03-03', '2026-03-08', '2026-03-09', [null, 0]],
    ['the substitute’s leave lies ahead', '2026-03-10', '2026-03-20', '2026-03-09', [null, 0]],
  ])('is gone while officer and substitute are both away: %s', async (_what, from, to, today, expected) => {
    await away(officerId, '2026-03-03', '2026-03-20', { substituteId });
    await away(substituteId, from, to);
    on(today);
    expect(await told()).toEqual(expected);
  });

  it('is not passed on to whoever stands in for the substitute, and comes back when their leave is cancelled', async () => {
    await away(officerId, '2026-03-03', '2026-03-20', { substituteId });
    const leave = await away(substituteId, '2026-03-03', '2026-03-20', { substituteId: app.cadres.officer2 });
    on('2026-03-04');
    expect(await told()).toEqual(['leave', 1]);
    await app.as('admin').post(`/leaves/${leave}/cancel`, {}).expect(200);
    expect(await told()).toEqual([null, 0]);
  });

  it('is gone from the first of both, if the substitute is away and then deactivated', async () => {
    await away(officerId, '2026-03-03', '2026-03-20', { substituteId });
    await away(substituteId, '2026-03-05', '2026-03-20');
    on('2026-03-09');
    await serves(substituteId, false);
    expect(await told()).toEqual(['leave', 4]);
  });
});
