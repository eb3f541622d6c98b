import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '../kernel/actor';
import { type Config, ConfigError } from '../platform/config';
import { type ApplicationLogin, loginOf } from '../platform/db/application-login';
import type { Database } from '../platform/db/database';
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '../platform/db/embedded-postgres';

/** As the application enters it: the database of `DATABASE_URL`, of the server that is running on the data folder, or of that folder, started for the while. */
export async function reach({ databaseUrl, databaseAppUrl, dataDir }: Config): Promise<{ readonly login: ApplicationLogin; readonly leave: () => Promise<void> }> {
  const folder = join(dataDir, 'postgres');
  const known = databaseUrl ?? runningEmbeddedPostgres(folder);
  if (known !== undefined) return { login: loginOf(known, databaseAppUrl), leave: () => Promise.resolve() };
  if (!existsSync(join(folder, 'cluster'))) throw new ConfigError(`There is no ledger in ${dataDir} (DATA_DIR): the first "npm start" makes one.`);
  const server = await startEmbeddedPostgres({ dataDir: folder });
  return { login: loginOf(server.url, databaseAppUrl), leave: () => server.stop() };
}

export interface NamedPark {
  readonly id: string;
  readonly code: string;
}

/** All parks, or the one of the code or id. ConfigError when there is none. */
export async function namedParks(database: Database, named: string | undefined): Promise<readonly NamedPark[]> {
  const parks = await database.read<NamedPark>(systemActor('command-line'), {
    name: 'named-parks', text: 'SELECT id, code FROM park WHERE $1::text IS NULL OR code = $1 OR id::text = lower($1) ORDER BY code', values: [named ?? null],
  });
  if (named !== undefined && parks.length === 0) throw new ConfigError(`There is no park ${named}.`);
  return parks;
}
