import 'reflect-metadata';
import { createApplication } from '../application';
import { ENTITIES } from '../entities';
import { apiDocument } from '../openapi';
import { SystemClock } from '../platform/clock';
import { createLog } from '../platform/logging';
import { applicationDataSource } from '../platform/db/data-source';

/** Prints the OpenAPI document. Nothing is connected to: the document comes from the code alone. */
async function run(): Promise<string> {
  const app = await createApplication({
    source: applicationDataSource('postgres://nobody@127.0.0.1:1/none', ENTITIES, 1), clock: new SystemClock(), log: createLog('silent'),
    trusted: [],
  });
  return JSON.stringify(apiDocument(app), null, 1);
}

run().then((document) => { process.stdout.write(`${document}\n`); }, (error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
