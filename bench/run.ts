import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { types } from 'pg';
import { LocalIssuer } from '../src/identity/local-issuer';
import { SystemClock } from '../src/platform/clock';
import { freePort } from '../src/platform/free-ports';
import { openApplication } from './application';
import { compare, compareSizes, type Contest, FULL, memoryAfter, QUICK } from './compare';
import { restore, visitsOf, withClient } from './generate';
import { requireSame, writeStatements } from './model';
import { explainLists } from './plans';
import { type Started, startOurs, startYardstick } from './processes';
import { type Findings, toDocument } from './report';
import { type BenchServer, FOLDER, openGenerated } from './server';
import { Requests } from './shots';
import { AUDIENCE, databaseOf, ISSUER, type Size, SIZES } from './sizes';
import { sweep } from './sweep';

/**
 * npm run bench [-- --size S|L|both] [--quick] [--only compare|sweep|plans]: generates what is missing, measures, and writes docs/performance.md.
 * Of a part (one size, `--only`) the result is printed instead: the page holds whole runs alone.
 */

const PARTS = ['compare', 'sweep', 'plans'] as const;
const SWEEPS = 5;
const START_UPS = 5;

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

interface Side extends Contest {
  readonly size: Size;
}

async function run(): Promise<void> {
  const { values: { size = 'both', quick = false, only } } = parseArgs({ options: { size: { type: 'string' }, quick: { type: 'boolean' }, only: { type: 'string' } } });
  const sizes = size === 'both' ? [SIZES.S, SIZES.L] : size === 'S' || size === 'L' ? [SIZES[size]] : [];
  if (sizes.length === 0 || (only !== undefined && !PARTS.some((part) => part === only))) throw new Error(`--size S, L or both; --only ${PARTS.join(', ')}`);
  const wants = (part: (typeof PARTS)[number]): boolean => only === undefined || only === part;
  const server = await openGenerated(sizes.map(visitsOf), say);
  const issuer = await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE);
  const sides: Side[] = [];
  const started: Started[] = [];
  try {
    const findings: Findings[] = [];
    const sweeps = new Map<Size, Findings['sweeps']>();
    // On a server that has just started: what others have left in its memory would be measured with it.
    for (const one of wants('sweep') ? sizes : []) {
      const done = await sweep(server.urlOf(databaseOf(one)), issuer, SWEEPS);
      sweeps.set(one, done);
      say(`sweep of ${one.name}: ${done.map(({ seconds, recorded, entries }) => `${seconds.toFixed(2)} s for ${recorded} lapses and ${entries} entries`).join('; ')}`);
    }
    for (const one of sizes) sides.push(await openSide(server, one, issuer, quick, started));
    const growth = wants('compare') && sides.length === 2 ? await compareSizes(sides[0], sides[1]) : [];
    for (const side of sides) {
      const cells = wants('compare') ? await compare(side) : [];
      findings.push({ size: side.size, cells, memory: memoryAfter(side), sweeps: sweeps.get(side.size) ?? [], plans: [] });
    }
    await stopAll(started);
    for (const [index, side] of sides.entries()) {
      await restore(side.databaseUrl);
      const application = await openApplication(side.databaseUrl, clock, issuer);
      const plans = wants('plans') ? await explainLists(side.databaseUrl, application, side.requests, say).finally(async () => application.close()) : [];
      if (wants('plans')) say(`plans of ${side.size.name}: ${plans.filter(({ scanned }) => scanned.length > 0).map(({ list, page, scanned }) => `${list}/${page}: ${scanned.join(' ')}`).join('; ') || 'no table is read whole'}`);
      findings[index] = { ...(findings[index]), plans };
    }
    const startUps = await measureStartUps((sides[0]).databaseUrl);
    say(`start-up: ${startUps.map((one) => one.toFixed(0)).join(' ')} ms`);
    const postgres = await withClient(server.urlOf('postgres'), async (client) => (await client.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ?? '');
    const document = toDocument({ at: `${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`, postgres, effort: quick ? QUICK : FULL }, findings, growth, startUps);
    if (only !== undefined || sides.length < 2) process.stdout.write(document);
    else writeFileSync(join('docs', 'performance.md'), document);
    say('done');
  } finally {
    await stopAll(started);
    await server.stop();
  }
}

/** Whatever it starts, it adds to `started`, also when it fails. */
async function openSide(server: BenchServer, size: Size, issuer: LocalIssuer, quick: boolean, started: Started[]): Promise<Side> {
  const databaseUrl = server.urlOf(databaseOf(size));
  await restore(databaseUrl);
  const requests = new Requests(size, issuer, clock);
  const application = await openApplication(databaseUrl, clock, issuer);
  const statements = await writeStatements(application, requests).finally(async () => application.close());
  const ours = await startOurs(databaseUrl, await freePort());
  started.push(ours);
  const yardstick = await startYardstick(databaseUrl, await freePort(), statements);
  started.push(yardstick);
  await requireSame(databaseUrl, ours.url, yardstick.url, requests);
  await restore(databaseUrl);
  requests.forgetVisits();
  say(`${size.name}: application and yardstick answer and write the same`);
  const postmaster = Number(readFileSync(join(FOLDER, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return { size, databaseUrl, postmaster, ours, yardstick, requests, effort: quick ? QUICK : FULL, say: (line) => { say(`${size.name}: ${line}`); } };
}

async function stopAll(started: readonly Started[]): Promise<void> {
  for (const one of started) await one.stop();
}

async function measureStartUps(databaseUrl: string): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < START_UPS; start += 1) {
    const started = await startOurs(databaseUrl, await freePort());
    times.push(started.readyAfter);
    await started.stop();
  }
  return times;
}

types.setTypeParser(types.builtins.DATE, (text) => text);
run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
