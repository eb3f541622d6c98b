import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';
import { migrate } from '../../src/platform/db/migrate';

/**
 * The database server of one test run: the one that DATABASE_URL names, or an embedded one in a temporary folder. Every database that a run makes
 * carries the run's name, and the run holds an advisory lock of that name; so a run that was killed is recognised, and cleaned up, by the next.
 */

const FOLDER_PREFIX = 'ledger-test-';
/** A folder as young as this may belong to a run that has not claimed it yet. */
const CLAIMED_WITHIN_MS = 10_000;
const RUN_NAME = /^(ledger_test_[0-9a-f]{8})_/;

/** What the test files are told, through the environment that Jest's workers inherit. */
export const SERVER_VARIABLE = 'TEST_DATABASE_SERVER';
export const RUN_VARIABLE = 'TEST_DATABASE_RUN';

export interface TestServer {
  /** Drops the databases of the run, and ends and deletes an embedded server. */
  close(): Promise<void>;
}

/** The same server, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

/** The login of a test database. */
export function loginRoleOf(database: string): string {
  return `ledger_login_${database}`;
}

/** The migrated database of a run, which every test database is a copy of. */
export function templateOf(run: string): string {
  return `${run}_template`;
}

/** @throws Error when there is no server, or a migration fails */
export async function openTestServer(): Promise<TestServer> {
  const embedded = process.env['DATABASE_URL'] ? undefined : await startInTemporaryFolder();
  const serverUrl = embedded?.url ?? process.env['DATABASE_URL'] ?? '';
  const run = `ledger_test_${randomBytes(4).toString('hex')}`;
  const admin = new Client({ connectionString: serverUrl });
  // A server that is stopped under this connection fails the tests, not the process that reports them.
  admin.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await dropDatabases(admin, run).finally(() => admin.end()).finally(() => embedded?.remove());
  };
  try {
    await admin.connect();
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [run]);
    await dropAbandoned(admin, run);
    const template = templateOf(run);
    await admin.query(`CREATE DATABASE ${escapeIdentifier(template)}`);
    await migrate(databaseUrl(serverUrl, template));
    // Nobody can be connected to the template now, so copies of it never fail with "source database is being accessed".
    await admin.query(`ALTER DATABASE ${escapeIdentifier(template)} WITH ALLOW_CONNECTIONS false`);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  process.env[SERVER_VARIABLE] = serverUrl;
  process.env[RUN_VARIABLE] = run;
  return { close };
}

async function startInTemporaryFolder(): Promise<{ url: string; remove(): Promise<void> }> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const made = statSync(join(tmpdir(), name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    // Refused when a running test or another user holds it; otherwise its run was killed.
    if (made < Date.now() - CLAIMED_WITHIN_MS) await removeEmbeddedPostgres(join(tmpdir(), name)).catch(() => undefined);
  }
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  const server = await startEmbeddedPostgres({ dataDir: folder, testFlags: true });
  return {
    url: server.url,
    remove: async () => {
      await server.stop();
      await removeEmbeddedPostgres(folder);
    },
  };
}

async function databasesOfRuns(admin: Client): Promise<{ name: string; run: string }[]> {
  const { rows } = await admin.query<{ datname: string }>(`SELECT datname FROM pg_database WHERE datname LIKE 'ledger\\_test\\_%'`);
  return rows.flatMap(({ datname }) => {
    const run = RUN_NAME.exec(datname)?.[1];
    return run === undefined ? [] : [{ name: datname, run }];
  });
}

async function dropDatabases(admin: Client, run: string): Promise<void> {
  for (const { name } of (await databasesOfRuns(admin)).filter((database) => database.run === run)) {
    await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${escapeIdentifier(loginRoleOf(name))}`);
  }
}

async function dropAbandoned(admin: Client, ownRun: string): Promise<void> {
  const runs = new Set((await databasesOfRuns(admin)).map(({ run }) => run));
  for (const run of runs) {
    const { rows } = await admin.query<{ free: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS free', [run]);
    if (run !== ownRun && rows[0]?.free === true) {
      await dropDatabases(admin, run).finally(() => admin.query('SELECT pg_advisory_unlock(hashtext($1))', [run]));
    }
  }
}
