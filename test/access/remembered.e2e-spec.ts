import { Signals } from '../../src/platform/db/signals';
import { startApp, type TestApp } from '../support/app';

describe('who is who, as processes remember it', () => {
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    app = await startApp();
    twin = await startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
  });
  afterAll(async () => {
    await twin.close();
    await app.close();
  });

  /** Settles with the next signal, or with the coming or going of the connection for signals, that the twin hears of. */
  const heard = (): Promise<void> => new Promise((resolve) => { twin.app.get(Signals).on('ledger_identity', resolve); });
  const roles = (cadre: string, given: string) => app.sql('UPDATE cadre SET roles = $2::text[] WHERE id = $1', [cadre, given]);

  it('forgets it everywhere when one process changes it', async () => {
    const { supervisor } = app.cadres;
    await twin.as('supervisor').get('/supervision/overdue-visits').expect(200);
    const told = heard();
    const { headers } = await app.as('admin').get(`/cadres/${supervisor}`).expect(200);
    await app.as('admin').patch(`/cadres/${supervisor}`, { roles: ['handler'] }, String(headers['etag'])).expect(200);
    await app.as('supervisor').get('/supervision/overdue-visits').expect(403);
    await told;
    await twin.as('supervisor').get('/supervision/overdue-visits').expect(403);
  });

  it('forgets it when it is changed by hand', async () => {
    await twin.as('officer2').get('/me/worklist').expect(200);
    const told = heard();
    await app.sql('UPDATE cadre SET active = false WHERE id = $1', [app.cadres.officer2]);
    await told;
    await twin.as('officer2').get('/me/worklist').expect(401);
  });

  it('forgets it when signals may have been missed, and listens again', async () => {
    await twin.as('leader').get('/planned-visits').expect(200);
    const lost = heard();
    await app.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'service-ledger signals'");
    await lost;
    const back = heard();
    await roles(app.cadres.leader, '{handler}');
    await twin.as('leader').get('/planned-visits').expect(403);
    await back;
    const told = heard();
    await roles(app.cadres.leader, '{leader}');
    await told;
    await twin.as('leader').get('/planned-visits').expect(200);
  });
});
