import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { createApplication } from '../application';
import { ENTITIES } from '../entities';
import { SystemClock } from '../platform/clock';
import { ConfigError, readConfig } from '../platform/config';
import { applicationDataSource, openDataSource } from '../platform/db/data-source';
import { Database } from '../platform/db/database';
import { createLog } from '../platform/logging';
import { type TicketDrift, TicketReplayService } from '../tickets/ticket-replay.service';
import { namedParks, reach } from './reach';

const USAGE = `Usage: npm run -s check-clocks -- [--park CODE|id]
  --park  this park alone; all when left out
Tells the events of every ticket again and compares what they give with what is stored of it. Nothing is repaired.
Exit code 0: all tickets are what their events give; 1: one is not; 2: it could not be found out.`;

/** Checks the database that the configuration names; answers whether nothing differs. */
async function run(args: readonly string[], write: (line: string) => void): Promise<boolean> {
  const { park: named } = readOptions(args);
  const { login, leave } = await reach(readConfig(process.env));
  const source = await openDataSource(applicationDataSource(login, ENTITIES, 2));
  try {
    // Put together and not started: no job runs and nobody is served.
    const app = await createApplication({
      source, clock: new SystemClock(), log: createLog('silent'), trusted: [],
    });
    let differ = 0;
    for (const { id, code } of await namedParks(app.get(Database), named)) {
      const { tickets, differences } = await app.get(TicketReplayService).check('check-clocks', id, (drift) => { write(lineOf(drift)); });
      write(`${code}: ${tickets} tickets told again, ${differences === 0 ? 'nothing differs' : `${differences} difference${differences === 1 ? '' : 's'}`}`);
      differ += differences;
    }
    return differ === 0;
  } finally {
    await source.destroy();
    await leave();
  }
}

function readOptions(args: readonly string[]): { park?: string } {
  try {
    return parseArgs({ args: [...args], options: { park: { type: 'string' } } }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function lineOf({ number, ticketId, field, stored, told }: TicketDrift): string {
  return `${number} (${ticketId}): ${field} is ${JSON.stringify(stored)}, its events give ${JSON.stringify(told)}`;
}

run(process.argv.slice(2), (line) => { process.stdout.write(`${line}\n`); }).then((same) => { process.exitCode = same ? 0 : 1; }, (error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
});
