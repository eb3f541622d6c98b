import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { useLogs } from '../../src/application';
import { systemActor } from '../../src/kernel/actor';
import { Database } from '../../src/platform/db/database';
import { Jobs } from '../../src/platform/jobs/jobs';
import { type TestApp, startApp } from '../support/app';

interface Line {
  readonly msg: string;
  readonly job?: string;
  readonly parkId?: string;
  readonly err?: { readonly code?: string; readonly constraint?: string; readonly message?: string; readonly stack?: string };
}

/** Nobody hears of a job but whoever reads the log: it must say why. */
describe('the log line of a job that fails', () => {
  let app: TestApp;
  const lines: string[] = [];
  beforeAll(async () => {
    app = await startApp();
    useLogs(app.app, pino({ level: 'error' }, { write: (line: string) => { lines.push(line); } }));
    app.app.get(Jobs).register({ name: 'probe', cron: '0 0 1 1 *', run: async () => app.sql(`SELECT '王小明'::uuid`) });
    await app.app.get(Jobs).start();
  });
  afterAll(async () => {
    await app.app.get(Jobs).stop();
    await app.close();
  });

  const request = async (job: string): Promise<void> => app.app.get(Database).transact(systemActor('test'), async (em) => app.app.get(Jobs).request(em, job));
  const said = (): Line[] => lines.map((line) => JSON.parse(line) as Line);
  const whenFailed = async (job: string): Promise<Line> => {
    for (;;) {
      const line = said().find((one) => one.msg === 'job failed' && one.job === job);
      if (line !== undefined) return line;
      await pause(20);
    }
  };

  it('says what PostgreSQL refused and where, and no value', async () => {
    await request('probe');
    const { err } = await whenFailed('probe');
    expect(err).toMatchObject({ code: '22P02', stack: expect.stringContaining('at ') as string });
    expect(lines.join()).not.toContain('王');
  });

  it('is followed back to the park whose journal could not be verified', async () => {
    await app.sql(`ALTER TABLE journal_verification ADD CONSTRAINT not_this_one CHECK (park_id <> '${app.otherParkId}')`);
    await request('journal-verify');
    expect(await whenFailed('journal-verify')).toMatchObject({ err: { message: 'the journals of 1 parks could not be verified' } });
    const about = said().filter(({ msg }) => msg === 'the journal of a park could not be verified');
    expect(about).toEqual([expect.objectContaining({ parkId: app.otherParkId, err: expect.objectContaining({ code: '23514', constraint: 'not_this_one' }) as object })]);
    expect(lines.join()).not.toContain('Failing row');
  });
});
