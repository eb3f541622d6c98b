import { setTimeout as pause } from 'node:timers/promises';
import { getConstructionPlans } from 'pg-boss';
import { DataSource, type QueryRunner } from 'typeorm';
import { Foundation1764000000000 } from '../../../migrations/1764000000000-foundation';
import { NationalCalendar1764000000001 } from '../../../migrations/1764000000001-national-calendar';
import { DutyWatch1764000000002 } from '../../../migrations/1764000000002-duty-watch';
import { IdentitySignal1764000000003 } from '../../../migrations/1764000000003-identity-signal';
import { JournalSeal1764000000004 } from '../../../migrations/1764000000004-journal-seal';
import { SigningKey1764000000006 } from '../../../migrations/1764000000006-signing-key';
import { RateLimit1764000000007 } from '../../../migrations/1764000000007-rate-limit';
import { KeptAnswers1764000000008 } from '../../../migrations/1764000000008-kept-answers';
import { ServiceGuide1764000000009 } from '../../../migrations/1764000000009-service-guide';
import { Tickets1764000000010 } from '../../../migrations/1764000000010-tickets';
import { SealByPark1764000000011 } from '../../../migrations/1764000000011-seal-by-park';
import { EnterpriseLinks1764000000012 } from '../../../migrations/1764000000012-enterprise-links';
import { Linkages1764000000013 } from '../../../migrations/1764000000013-linkages';
import { Reminders1764000000014 } from '../../../migrations/1764000000014-reminders';
import { Matters1764000000015 } from '../../../migrations/1764000000015-matters';
import { VerificationPlace1764000000016 } from '../../../migrations/1764000000016-verification-place';
import { EndedTickets1764000000018 } from '../../../migrations/1764000000018-ended-tickets';
import { JobRounds1764000000019 } from '../../../migrations/1764000000019-job-rounds';
import { Integrity1764000000020 } from '../../../migrations/1764000000020-integrity';
import { Accounts1764000000021 } from '../../../migrations/1764000000021-accounts';
import { MachineClients1764000000022 } from '../../../migrations/1764000000022-machine-clients';
import { Walls1764000000023 } from '../../../migrations/1764000000023-walls';
import { SignInRecord1764000000024 } from '../../../migrations/1764000000024-sign-in-record';
import { SessionEpochs1764000000026 } from '../../../migrations/1764000000026-session-epochs';
import { PlainNames1764000000027 } from '../../../migrations/1764000000027-plain-names';
import { PersonsInAnswers1764000000030 } from '../../../migrations/1764000000030-persons-in-answers';
import { ClosedLevels1764000000031 } from '../../../migrations/1764000000031-closed-levels';
import { StaysInLinkages1764000000032 } from '../../../migrations/1764000000032-stays-in-linkages';
import { type ApplicationLogin, loginOf, prepareLogin } from './application-login';
import { SnakeNaming } from './naming';
import { isLockTimeout } from './problems';
import { KEEP_ALIVE, MIGRATION_SESSION } from './time-limits';

/** In the order in which they run. */
export const MIGRATIONS = [
  Foundation1764000000000, NationalCalendar1764000000001, DutyWatch1764000000002, IdentitySignal1764000000003, JournalSeal1764000000004, SigningKey1764000000006,
  RateLimit1764000000007, KeptAnswers1764000000008, ServiceGuide1764000000009, Tickets1764000000010, SealByPark1764000000011, EnterpriseLinks1764000000012,
  Linkages1764000000013, Reminders1764000000014, Matters1764000000015, VerificationPlace1764000000016, EndedTickets1764000000018, JobRounds1764000000019,
  Integrity1764000000020, Accounts1764000000021, MachineClients1764000000022, Walls1764000000023, SignInRecord1764000000024,
  SessionEpochs1764000000026, PlainNames1764000000027, PersonsInAnswers1764000000030, ClosedLevels1764000000031, StaysInLinkages1764000000032,
];

// Any number, the same for every process: only one of them migrates a database at a time.
const MIGRATION_LOCK = 7_215_003;
// A migration that does not get its table within the lock timeout lets the traffic behind it pass, and asks again: for a minute and a half in all.
const TRIES = 30;
const PAUSE_MS = 1_000;
// A start has time, but a server that does not answer at all is told.
const OPENING_MS = 30_000;

/**
 * Brings the database at the URL up to date, as the owner that the URL names, and lets the application's login in. Several processes may call
 * it at once. A migration that finds a table in use gives way and tries again, so that it never keeps the traffic of other processes waiting
 * for long.
 */
export async function migrate(databaseUrl: string, login: ApplicationLogin = loginOf(databaseUrl)): Promise<void> {
  const source = await sourceOf(databaseUrl).initialize();
  const runner = source.createQueryRunner();
  try {
    // Nobody but another start waits behind this lock, and it is held for as long as the slowest migration takes.
    await runner.query("SELECT set_config('lock_timeout', '0', false)");
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner.query('RESET lock_timeout');
    await givingWay(async () => runMigrations(databaseUrl));
    await givingWay(async () => prepareJobQueue(runner));
    await prepareLogin(runner, login);
  } finally {
    // Where this fails the connection has gone, and the lock with it: what went wrong before says more.
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}

function sourceOf(url: string): DataSource {
  return new DataSource({
    type: 'postgres', url, migrations: MIGRATIONS, namingStrategy: new SnakeNaming(), migrationsTransactionMode: 'each',
    extra: { max: 1, options: MIGRATION_SESSION, connectionTimeoutMillis: OPENING_MS, ...KEEP_ALIVE },
  });
}

/** Over a connection of its own, since TypeORM keeps the one on which it failed to read what has run before. */
async function runMigrations(url: string): Promise<void> {
  const source = await sourceOf(url).initialize();
  await source.runMigrations().finally(async () => source.destroy());
}

/** Does it again when a lock was not to be had in time; what it had done by then is rolled back. */
async function givingWay(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt >= TRIES || !isLockTimeout(error)) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** The queue's own tables, made by the owner: the application's role only uses them. */
async function prepareJobQueue(runner: QueryRunner): Promise<void> {
  const [present] = (await runner.query("SELECT to_regnamespace('pgboss') IS NOT NULL AS made")) as { made: boolean }[];
  if (present?.made !== true) await runner.query(getConstructionPlans('pgboss'));
  await runner.query(`
    GRANT USAGE ON SCHEMA pgboss TO ledger_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO ledger_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgboss TO ledger_app;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pgboss FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO ledger_app;
  `);
}
