import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/platform/db/embedded-postgres';
import { localDay } from '../src/kernel/day';
import { SystemClock } from '../src/platform/clock';
import { type Filling, generate, isGenerated, type UrlOf } from './generate';
import { ZONE } from './sizes';

/** Everything that the bench keeps lies below this folder. */
export const FOLDER = join('.data', 'bench');

export interface BenchServer {
  readonly urlOf: UrlOf;
  readonly stop: () => Promise<void>;
}

/** The bench's own PostgreSQL; `durable` as an installation runs it, otherwise for filling it. */
async function open(durable: boolean): Promise<BenchServer> {
  const server = await startEmbeddedPostgres({ dataDir: join(FOLDER, 'postgres'), testFlags: !durable, database: 'postgres' });
  const urlOf: UrlOf = (database) => Object.assign(new URL(server.url), { pathname: `/${database}` }).toString();
  return { urlOf, stop: () => server.stop() };
}

/** A durable server that has the databases; those that are missing or not of today are made first. */
export async function openGenerated(fillings: readonly Filling[], say: (line: string) => void): Promise<BenchServer> {
  const today = localDay(new SystemClock().now(), ZONE);
  const filling = await open(false);
  try {
    for (const one of fillings) {
      if (await isGenerated(filling.urlOf, one, today)) continue;
      const begun = performance.now();
      say(`generating ${one.database}`);
      await generate(filling.urlOf, one, today);
      say(`generated ${one.database} in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
  } finally {
    await filling.stop();
  }
  return open(true);
}
