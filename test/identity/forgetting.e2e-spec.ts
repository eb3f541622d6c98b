import { SignIn } from '../../src/identity/accounts/sign-in.service';
import { type TestApp, startApp } from '../support/app';
import { statementsOf } from '../support/statements';

describe('counts of failed sign-ins', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  it('are forgotten when they are over, by the batch', async () => {
    const now = app.clock.now().getTime();
    await app.sql(`INSERT INTO sign_in_failure (key, begins_at, failures) SELECT sha256(n::text::bytea), $1, 1 FROM generate_series(1, 2500) n`, [new Date(now - 3_600_000)]);
    await app.sql(`INSERT INTO sign_in_failure (key, begins_at, failures) VALUES ('', $1, 1)`, [new Date(now - 60_000)]);
    const sent = await statementsOf(app, async () => app.app.get(SignIn).forgetFailures('test'));
    expect(sent.filter((text) => text.startsWith('DELETE'))).toHaveLength(3);
    expect(await app.sql('SELECT count(*) AS count FROM sign_in_failure')).toEqual([{ count: 1 }]);
  });
});
