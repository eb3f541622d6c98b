import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { loginOf, prepareLogin } from '../../src/platform/db/application-login';
import { databaseUrl, loginRoleOf, RUN_VARIABLE, SERVER_VARIABLE, templateOf } from './test-server';

/** A database of its own for one test file: migrated, empty. */
export interface TestDatabase {
  /** postgres://…, as the owner of the tables. */
  readonly url: string;
  /** Deletes it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Copies the migrated template. Call it in `beforeAll`, and `drop()` in `afterAll`.
 * @throws Error outside of a test run
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env[SERVER_VARIABLE];
  const run = process.env[RUN_VARIABLE];
  if (serverUrl === undefined || run === undefined) throw new Error('There is no test server: createTestDatabase works in npm test only.');
  const name = `${run}_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(templateOf(run))}`);
  const url = databaseUrl(serverUrl, name);
  // A copy has the tables of its template, and neither its login nor the rights to connect.
  await onServer(url, async (client) => prepareLogin({ query: async (text) => (await client.query<object>(text)).rows }, loginOf(url)));
  return {
    url,
    drop: () => onServer(serverUrl, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(loginRoleOf(name))}`);
    }),
  };
}

async function onServer(serverUrl: string, work: string | ((client: Client) => Promise<void>)): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await (typeof work === 'string' ? client.query(work) : work(client)).finally(() => client.end());
}
