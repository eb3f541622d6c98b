import { DutiesService } from '../../src/assignments/duties.service';
import { type TestApp, startApp } from '../support/app';
import { anAssignment, anEnterprise, aVisit } from '../support/world';

const DAY = 86_400_000;

describe('many at once', () => {
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    app = await startApp({ poolSize: 10 });
    twin = await startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock, poolSize: 10 });
  });
  afterAll(async () => {
    await twin.close();
    await app.close();
  });

  it('twenty writers on one assignment: all get through, and the due date is right', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId);
    await anAssignment(app, enterpriseId, { capacity: 'leader', cadreId: app.cadres.leader });
    app.clock.set('2026-03-06T10:00:00+08:00');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? app : twin).as(index % 3 === 0 ? 'leader' : 'officer')
      .post('/visits', aVisit(app, enterpriseId, { occurredAt: new Date(app.clock.now().getTime() - (index % 4) * DAY).toISOString() }))));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    const response = await app.as('admin').get(`/assignments?enterpriseId=${enterpriseId}&capacity=officer`).expect(200);
    expect((response.body as { items: object[] }).items).toMatchObject([{ nextDueOn: '2026-03-16', lastVisitOn: '2026-03-06' }]);
    expect(await app.app.get(DutiesService).findDriftAsSystem('check')).toEqual([]);
  });

  it('two processes sweep a hundred times while visits are written: each lapse once, none missing', async () => {
    app.clock.set('2026-04-01T09:00:00+08:00');
    const duties = [app.app.get(DutiesService), twin.app.get(DutiesService)] as const;
    const enterprises: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      const enterpriseId = await anEnterprise(app);
      await anAssignment(app, enterpriseId, { startsOn: '2026-04-01' });
      enterprises.push(enterpriseId);
    }
    for (let round = 0; round < 50; round += 1) {
      app.clock.advance(DAY);
      const visited = enterprises.filter((_, index) => (index * 7 + round) % 17 === 0);
      const results = await Promise.all([
        duties[0].sweepAsSystem(`a-${round}`), duties[1].sweepAsSystem(`b-${round}`),
        ...visited.map(async (enterpriseId) => app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201)),
      ]);
      expect(results).toHaveLength(2 + visited.length);
    }
    await duties[0].sweepAsSystem('last');
    expect(await duties[0].findDriftAsSystem('check')).toEqual([]);
    const [{ twice, recorded, entries } = { twice: -1, recorded: 0, entries: -1 }] = await app.sql<{ twice: number; recorded: number; entries: number }>(`
      SELECT (SELECT count(*)::int FROM (SELECT assignment_id, due_on FROM lapse GROUP BY 1, 2 HAVING count(*) > 1) d) AS twice,
             (SELECT count(*)::int FROM lapse) AS recorded, (SELECT count(*)::int FROM journal_entry WHERE type = 'lapse.recorded') AS entries`);
    expect({ twice, entries }).toEqual({ twice: 0, entries: recorded });
    expect(recorded).toBeGreaterThan(10);
  }, 120_000);

  it('runs a whole use case again when the database gives it up', async () => {
    const enterpriseId = await anEnterprise(app);
    await app.sql(`CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO ledger_app;
      CREATE FUNCTION give_up_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') < 3 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER give_up_once BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION give_up_once()`);
    await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    expect(await app.sql('SELECT id FROM visit WHERE enterprise_id = $1', [enterpriseId])).toHaveLength(1);
    await app.sql('DROP TRIGGER give_up_once ON visit');
  });
});
