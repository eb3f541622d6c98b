import { DutiesService } from '../../src/assignments/duties.service';
import { type TestApp, startApp } from '../support/app';
import { anAssignment, anEnterprise, aVisit } from '../support/world';

/** The first promise as its users live it, from the first assignment to the list that a supervisor pulls. */
describe('the ten-day visit', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  interface DueVisit { assignmentId: string; nextDueOn: string; overdueDays: number; lapsesThisQuarter: number; lastVisitOn: string | null; enterprise: { id: string } }
  interface LapseItem { assignmentId: string; dueOn: string; outcome: string; daysLate: number; clearedOn: string | null; supersededBy: { type: string } | null }

  const overdue = async (query = ''): Promise<DueVisit[]> => ((await app.as('supervisor').get(`/supervision/overdue-visits${query}`).expect(200)).body as { items: DueVisit[] }).items;
  const lapses = async (assignmentId: string): Promise<LapseItem[]> => ((await app.as('supervisor').get(`/lapses?assignmentId=${assignmentId}`).expect(200)).body as { items: LapseItem[] }).items;
  const sweep = async (): Promise<void> => {
    await app.app.get(DutiesService).sweepAsSystem('test');
  };
  const at = (day: string, time = '10:00'): void => { app.clock.set(`${day}T${time}:00+08:00`); };
  const visit = async (enterpriseId: string, given: object = {}) => app.as('officer').post('/visits', aVisit(app, enterpriseId, given)).expect(201);
  const assignmentOf = async (id: string) => ((await app.as('admin').get(`/assignments?enterpriseId=${id}`).expect(200)).body as { items: { nextDueOn: string; lastVisitOn: string; standing: string; overdueDays: number }[] }).items[0];

  it('an assignment starts the clock, a visit moves it, silence makes a lapse, a late visit clears it', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    const { id, nextDueOn } = await anAssignment(app, enterpriseId);
    expect(nextDueOn).toBe('2026-03-12');
    at('2026-03-05');
    await visit(enterpriseId);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-03-16', lastVisitOn: '2026-03-05', overdueDays: 0 });
    at('2026-03-16', '23:59');
    expect((await overdue()).map((one) => one.assignmentId)).not.toContain(id);
    at('2026-03-17', '00:00');
    expect(await overdue()).toContainEqual(expect.objectContaining({ assignmentId: id, nextDueOn: '2026-03-16', overdueDays: 1, lapsesThisQuarter: 1 }));
    await sweep();
    await sweep();
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-16', outcome: 'open', daysLate: 1 }]);
    at('2026-03-19');
    await visit(enterpriseId);
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-16', outcome: 'visited_late', daysLate: 3, clearedOn: '2026-03-19' }]);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-03-30' });
  });

  it('the list is right although no job has run for weeks', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    const { id } = await anAssignment(app, enterpriseId, { cadreId: app.cadres.officer2, endsOn: '2026-03-25' });
    at('2026-03-20');
    expect(await overdue('?minDays=8')).toContainEqual(expect.objectContaining({ assignmentId: id, overdueDays: 8 }));
    at('2026-03-26');
    expect((await overdue()).map((one) => one.assignmentId)).not.toContain(id);
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-12', outcome: 'duty_ended', clearedOn: '2026-03-25', daysLate: 13 }]);
  });

  it('a suspension rests the duty, a resumption starts it anew', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId);
    at('2026-03-06');
    await app.as('admin').post(`/enterprises/${enterpriseId}/status`, { status: 'suspended', reason: '停产检修' }).expect(200);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ standing: 'resting', nextDueOn: null });
    at('2026-03-20');
    await app.as('admin').post(`/enterprises/${enterpriseId}/status`, { status: 'in_production' }).expect(200);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ standing: 'owed', nextDueOn: '2026-03-30' });
  });

  it('a handover goes on with the enterprise’s clock and gives three days', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    const { id } = await anAssignment(app, enterpriseId, { startsOn: '2026-02-10', inheritedVisitOn: '2026-02-05' });
    at('2026-03-10');
    const successor = await app.as('admin').post(`/assignments/${id}/handover`, { cadreId: app.cadres.officer2 }).expect(201);
    expect(successor.body).toMatchObject({ startsOn: '2026-03-10', nextDueOn: '2026-03-13', predecessorId: id, cadreId: app.cadres.officer2 });
    await app.as('admin').post(`/assignments/${id}/end`, {}).expect(409);
  });

  it('a visit that arrives late ends the lapse as what it was, and voiding it opens the lapse again', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    const { id } = await anAssignment(app, enterpriseId);
    at('2026-03-13');
    await sweep();
    const logged = await visit(enterpriseId, { occurredAt: '2026-03-11T10:00:00+08:00' });
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-12', outcome: 'visited_on_time_recorded_late', daysLate: 0 }]);
    await app.as('officer').post(`/visits/${(logged.body as { id: string }).id}/void`, { reason: '录错企业' }).expect(200);
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-12', outcome: 'open' }]);
  });

  it('a suspension recorded back supersedes the lapse that it excuses', async () => {
    at('2026-03-02');
    const enterpriseId = await anEnterprise(app);
    const { id } = await anAssignment(app, enterpriseId);
    at('2026-03-13');
    await sweep();
    await app.as('admin').post(`/enterprises/${enterpriseId}/status`, { status: 'suspended', on: '2026-03-11' }).expect(200);
    expect(await lapses(id)).toMatchObject([{ dueOn: '2026-03-12', outcome: 'superseded', supersededBy: { type: 'enterprise.status_changed' } }]);
  });

  it('a new policy governs from the first visit on or after its first day', async () => {
    at('2026-04-13');
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-04-13' });
    await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-04-13', visits: { officer: { days: 5 } } }).expect(422);
    await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-04-20', visits: { officer: { days: 5 } } }).expect(201);
    at('2026-04-20');
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-04-23' });
    await visit(enterpriseId);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-04-27' });
  });

  it('a leave does not rest the duty, and the substitute may fulfil it', async () => {
    at('2026-04-21');
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-04-21', cadreId: app.cadres.leader2, capacity: 'leader' });
    await app.as('admin').post(`/cadres/${app.cadres.leader2}/leaves`, { from: '2026-04-22', to: '2026-04-30', substituteId: app.cadres.officer2 }).expect(201);
    at('2026-04-24');
    await app.as('officer2').post('/visits', aVisit(app, enterpriseId)).expect(201);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-06-01', lastVisitOn: '2026-04-24' });
  });

  it('a notice moves open duties', async () => {
    at('2026-04-27');
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId, { startsOn: '2026-04-27', cadreId: app.cadres.officer2 });
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-05-06' });
    const year = await app.as('admin').get('/calendar/2026').expect(200);
    const { status, source, days } = year.body as { status: string; source: string; days: object[] };
    await app.as('operator').put('/calendar/2026', { status, source, days: [...days, { date: '2026-05-06', kind: 'holiday', name: '临时' }] }).expect(200);
    expect(await assignmentOf(enterpriseId)).toMatchObject({ nextDueOn: '2026-05-07' });
  });

  it('finds no drift after all of this', async () => {
    at('2026-04-28');
    await sweep();
    expect(await app.app.get(DutiesService).findDriftAsSystem('test')).toEqual([]);
  });
});
