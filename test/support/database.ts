import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { databaseUrl, RUN_VARIABLE, SERVER_VARIABLE, templateOf } from './test-server';

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
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
  };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
