import { DutiesService } from '../../src/assignments/duties.service';
import { type TestApp, startApp } from '../support/app';
import { anAssignment, anEnterprise, aVisit } from '../support/world';

/** Facts that reach a duty by another way than a visit: each leaves the stored standing as the facts say. */
describe('facts that turn a duty', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => {
    await app.app.get(DutiesService).sweepAsSystem('last');
    const drift = await app.app.get(DutiesService).findDriftAsSystem('check');
    await app.close();
    expect(drift).toEqual([]);
  });

  const at = (time: string): void => { app.clock.set(`${time}:00+08:00`); };
  const assignmentsOf = async (enterpriseId: string) => ((await app.as('admin').get(`/assignments?enterpriseId=${enterpriseId}`).expect(200)).body as { items: Record<string, unknown>[] }).items;

  it('a visit that was logged minutes before its own day counts on that day', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId);
    at('2026-03-05T23:58');
    await app.as('officer').post('/visits', aVisit(app, enterpriseId, { occurredAt: '2026-03-06T00:01:00+08:00' })).expect(201);
    at('2026-03-16T09:00');
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-03-16', lastVisitOn: '2026-03-06' }]);
  });

  it('a go-live that moves forth and back leaves the duty as it was', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-02-02', endsOn: '2026-03-20' });
    const move = async (goLiveOn: string, version: number) => app.as('operator').patch(`/parks/${app.parkId}`, { goLiveOn }, `"${version}"`).expect(200);
    await move('2026-04-01', 1);
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ standing: 'ended', nextDueOn: null }]);
    await move('2026-01-01', 2);
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ standing: 'owed', nextDueOn: '2026-02-12' }]);
  });

  it('a policy of the future governs the duty that begins under it', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-04-01' });
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-04-13' }]);
    await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-03-20', visits: { officer: { days: 7 } } }).expect(201);
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-04-08' }]);
  });

  it('who follows inherits from whoever filled the gap before them', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-03-02', endsOn: '2026-03-05' });
    const last = await anAssignment(app, enterpriseId, { startsOn: '2026-03-20' });
    await anAssignment(app, enterpriseId, { startsOn: '2026-03-05', endsOn: '2026-03-20', cadreId: app.cadres.officer2 });
    at('2026-03-15T10:00');
    await app.as('officer2').post('/visits', aVisit(app, enterpriseId)).expect(201);
    at('2026-03-20T10:00');
    expect((await assignmentsOf(enterpriseId)).find(({ id }) => id === last.id)).toMatchObject({ nextDueOn: '2026-03-25', lastVisitOn: '2026-03-15' });
  });

  it('a due date in a year that is not official says so', async () => {
    app.clock.set('2026-12-28T10:00:00+08:00');
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-12-28' });
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2027-01-07', calendarProvisional: true }]);
    const worklist = await app.as('officer').get('/me/worklist').expect(200);
    expect(worklist.body).toMatchObject({ visits: [{ nextDueOn: '2027-01-07', calendarProvisional: true }] });
  });

  it('a notice that corrects another holds, although the clock that was set back has yet to reach the day of the first', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId);
    const notice = async (...holidays: readonly string[]) => app.as('operator').put('/calendar/2026', { status: 'official', source: '国办发明电', days: holidays.map((date) => ({ date, kind: 'holiday', name: '调休' })) }).expect(200);
    at('2026-03-03T00:00');
    await notice('2026-03-12');
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-03-13' }]);
    at('2026-03-02T23:59');
    await notice('2026-03-12', '2026-03-13');
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-03-16' }]);
    expect(await app.app.get(DutiesService).findDriftAsSystem('check')).toEqual([]);
    at('2026-03-14T09:00');
    expect(await assignmentsOf(enterpriseId)).toMatchObject([{ nextDueOn: '2026-03-16' }]);
  });

  it('whoever reads a county writes in none of its parks', async () => {
    await app.sql(`UPDATE cadre SET roles = '{county,admin,officer}' WHERE id = $1`, [app.cadres.county]);
    await app.as('county').post('/departments', { name: '越权' }).expect(403);
    await app.as('county').get('/supervision/overdue-visits').expect(200);
  });

  it('a policy that no period can meet is refused', async () => {
    const response = await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-03-20', visits: { minDaysInFirstPeriod: 12 } }).expect(400);
    expect(response.body).toMatchObject({ errors: [{ pointer: '/visits/minDaysInFirstPeriod', code: 'range' }] });
  });
});
