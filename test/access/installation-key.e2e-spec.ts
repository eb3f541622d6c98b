import { Signals } from '../../src/platform/db/signals';
import { startApp, type TestApp } from '../support/app';

describe('the key that signs cursors', () => {
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

  const heard = (process: TestApp): Promise<void> => new Promise((resolve) => { process.app.get(Signals).on('ledger_installation_key', resolve); });
  const firstCursor = async (process: TestApp): Promise<string> => ((await process.as('admin').get('/cadres?limit=1').expect(200)).body as { nextCursor: string }).nextCursor;
  const secrets = async (): Promise<string[]> => (await app.sql<{ secret: Buffer }>("SELECT secret FROM installation_key WHERE purpose = 'cursor' OR purpose LIKE 'other %' ORDER BY purpose")).map(({ secret }) => secret.toString('hex'));

  it('is the same for all processes of an installation', async () => {
    const cursor = await firstCursor(app);
    expect(await firstCursor(twin)).toBe(cursor);
    await twin.as('admin').get(`/cadres?limit=1&cursor=${cursor}`).expect(200);
  });

  it('is another one each time that one is made', async () => {
    await app.sql("INSERT INTO installation_key (purpose) SELECT 'other ' || n FROM generate_series(1, 20) n");
    const made = await secrets();
    await app.sql("DELETE FROM installation_key WHERE purpose LIKE 'other %'");
    expect(new Set(made).size).toBe(21);
    for (const secret of made) expect(secret).toHaveLength(64);
  });

  it('can be made anew by hand: pages that are open are refused once, in every process', async () => {
    const old = await firstCursor(app);
    await firstCursor(twin);
    const [before] = await secrets();
    const told = Promise.all([heard(app), heard(twin)]);
    await app.sql("UPDATE installation_key SET secret = DEFAULT, created_at = DEFAULT WHERE purpose = 'cursor'");
    await told;
    expect((await secrets())[0]).not.toBe(before);
    for (const process of [app, twin]) {
      expect((await process.as('admin').get(`/cadres?limit=1&cursor=${old}`).expect(400)).body).toMatchObject({ code: 'cursor-invalid' });
    }
    const fresh = await firstCursor(twin);
    await app.as('admin').get(`/cadres?limit=1&cursor=${fresh}`).expect(200);
  });

  it('is not remembered while its change may be missed', async () => {
    const old = await firstCursor(twin);
    const lost = heard(twin);
    await app.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'service-ledger signals'");
    await lost;
    const back = heard(twin);
    await app.sql("UPDATE installation_key SET secret = DEFAULT WHERE purpose = 'cursor'");
    await twin.as('admin').get(`/cadres?limit=1&cursor=${old}`).expect(400);
    await back;
  });

  it('is for the application to read as the system alone, and to change never', async () => {
    const asApplication = async (text: string, system: 'on' | 'off'): Promise<unknown[]> => {
      await app.sql('BEGIN');
      try {
        await app.sql('SET LOCAL ROLE ledger_app');
        await app.sql("SELECT set_config('ledger.parks', $1, true), set_config('ledger.system', $2, true)", [app.parkId, system]);
        return await app.sql(text);
      } finally {
        await app.sql('ROLLBACK');
      }
    };
    expect(await asApplication('SELECT purpose FROM installation_key', 'off')).toEqual([]);
    expect(await asApplication('SELECT purpose FROM installation_key ORDER BY purpose', 'on')).toEqual(['client', 'cursor', 'link', 'receipt', 'reporter'].map((purpose) => ({ purpose })));
    for (const change of ["UPDATE installation_key SET purpose = 'x'", 'DELETE FROM installation_key', "INSERT INTO installation_key (purpose) VALUES ('x')"]) {
      await expect(asApplication(change, 'on')).rejects.toThrow('permission denied');
    }
  });
});
