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
import { SnakeNaming } from './naming';

/** In the order in which they run. */
export const MIGRATIONS = [
  Foundation1764000000000, NationalCalendar1764000000001, DutyWatch1764000000002, IdentitySignal1764000000003, JournalSeal1764000000004, SigningKey1764000000006,
  RateLimit1764000000007, KeptAnswers1764000000008,
];

// Any number, the same for every process: only one of them migrates a database at a time.
const MIGRATION_LOCK = 7_215_003;

/** Brings the database at the URL up to date, as the owner that the URL names. Several processes may call it at once. */
export async function migrate(databaseUrl: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres', url: databaseUrl, migrations: MIGRATIONS, namingStrategy: new SnakeNaming(), migrationsTransactionMode: 'each',
    extra: { max: 2, options: '-c search_path=public,extensions -c lock_timeout=30000' },
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    // Another process may migrate for long; only a table that somebody else holds is not waited for: whoever comes after would queue behind.
    await runner.query('SET lock_timeout = 0');
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations();
    await prepareJobQueue(runner);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
    await source.destroy();
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
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO ledger_app;
  `);
}
