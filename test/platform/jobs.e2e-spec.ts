import { setTimeout as pause } from 'node:timers/promises';
import { Jobs } from '../../src/platform/jobs/jobs';
import { type TestApp, startApp } from '../support/app';
import { anAssignment, anEnterprise } from '../support/world';

/** Two processes share one queue: what is asked for in a transaction is done once it has committed, by one of them. */
describe('jobs', () => {
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    app = await startApp();
    twin = await startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
    await app.app.get(Jobs).start();
    await twin.app.get(Jobs).start();
  });
  afterAll(async () => {
    await app.app.get(Jobs).stop();
    await twin.app.get(Jobs).stop();
    await twin.close();
    await app.close();
  });

  it('are registered by name, each with its own schedule', async () => {
    const scheduled = await app.sql<{ name: string }>('SELECT name FROM pgboss.schedule ORDER BY name');
    expect(scheduled.map(({ name }) => name)).toEqual(app.app.get(Jobs).registered.map(({ name }) => name).sort());
    expect(scheduled.map(({ name }) => name)).toEqual(['duties-reconcile', 'duties-sweep', 'enterprise-status-turn', 'failed-sign-ins', 'journal-verify', 'kept-answers-cleanup', 'link-deliveries', 'matters-sweep', 'oidc-cleanup', 'oidc-keys', 'persons-retention', 'rate-windows-cleanup', 'tickets-reconcile', 'tickets-sweep']);
  });

  it('are taken up again when the process that had one is killed', async () => {
    // What a killed process leaves: a job at work, whose last word lies a minute back.
    const [left] = await app.sql<{ id: string }>(`
      INSERT INTO pgboss.job (name, state, policy, retry_limit, retry_delay, started_on, heartbeat_on, heartbeat_seconds, expire_seconds)
      SELECT name, 'active', policy, retry_limit, 0, now() - interval '90 s', now() - interval '60 s', heartbeat_seconds, expire_seconds FROM pgboss.queue WHERE name = 'enterprise-status-turn' RETURNING id`);
    const deadline = process.hrtime.bigint() + 60_000_000_000n;
    let state: string | undefined;
    while (state !== 'completed' && process.hrtime.bigint() < deadline) {
      await pause(200);
      state = (await app.sql<{ state: string }>('SELECT state FROM pgboss.job WHERE id = $1', [left?.id]))[0]?.state;
    }
    expect(state).toBe('completed');
  }, 90_000);

  it('judge open duties anew when a notice is loaded, without anybody reading a list', async () => {
    const { id } = await anAssignment(app, await anEnterprise(app));
    await app.as('operator').put('/calendar/2026', { status: 'official', source: '测试', days: [{ date: '2026-03-12', kind: 'holiday', name: '临时' }] }).expect(200);
    const deadline = process.hrtime.bigint() + 20_000_000_000n;
    let due: string | undefined;
    while (due !== '2026-03-13' && process.hrtime.bigint() < deadline) {
      await pause(100);
      due = (await app.sql<{ due: string }>('SELECT next_due_on::text AS due FROM assignment WHERE id = $1', [id]))[0]?.due;
    }
    expect(due).toBe('2026-03-13');
    const [cause] = await app.sql<{ data: object }>(`SELECT data FROM journal_entry WHERE type = 'assignment.due_changed' AND subject_id = $1 ORDER BY id DESC LIMIT 1`, [id]);
    expect(cause?.data).toMatchObject({ from: '2026-03-12', to: '2026-03-13', calendar: '2026:2' });
  });
});
