import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { LocalIssuer } from '../src/identity/local-issuer';
import { systemActor } from '../src/kernel/actor';
import { SystemClock } from '../src/platform/clock';
import { applicationDataSource } from '../src/platform/db/data-source';
import { Database } from '../src/platform/db/database';
import { Signals } from '../src/platform/db/signals';
import { freePort } from '../src/platform/free-ports';
import { Journal } from '../src/platform/journal/journal';
import { SEALED_CHANNEL, Sealer } from '../src/platform/journal/sealer';
import { Verification } from '../src/platform/journal/verification';
import { restore, visitsOf, withClient } from './generate';
import { fire, type Sample, type Shot } from './load';
import { startOurs } from './processes';
import { FOLDER, openGenerated } from './server';
import { Requests } from './shots';
import { AUDIENCE, databaseOf, idOf, ISSUER, SIZES } from './sizes';

/** npm run bench:seal [-- --quick]: how fast the journal is sealed and verified, how late, and what it costs writers. Writes docs/performance-journal.md. */

const SIZE = SIZES.S;
const CONNECTIONS = 8;
const FULL = { backlog: 100_000, runs: 3, rounds: 20, each: 25, lags: 60 };
const QUICK = { backlog: 10_000, runs: 1, rounds: 1, each: 30, lags: 10 };
type Effort = typeof FULL;

interface Backlog {
  readonly seconds: number;
  readonly verified: number;
}

interface Round {
  readonly without: Sample;
  readonly with: Sample;
  /** Entries that waited for their seal when the last visit had been answered, and milliseconds until none did. */
  readonly behind: number;
  readonly drained: number;
}

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

async function run(): Promise<void> {
  const { values: { quick = false } } = parseArgs({ options: { quick: { type: 'boolean' } } });
  const effort = quick ? QUICK : FULL;
  const server = await openGenerated([visitsOf(SIZE)], say);
  try {
    const url = server.urlOf(databaseOf(SIZE));
    const postmaster = Number(readFileSync(join(FOLDER, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const requests = new Requests(SIZE, await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE), clock);
    const backlogs: Backlog[] = [];
    for (let one = 0; one < effort.runs; one += 1) backlogs.push(await sealBacklog(url, effort.backlog));
    const rounds = await playRounds(url, postmaster, requests, effort);
    const lags = await measureLags(url, requests, effort.lags);
    const document = toDocument(effort, backlogs, rounds, lags);
    if (quick) process.stdout.write(document);
    else writeFileSync(join('docs', 'performance-journal.md'), document);
    say('done');
  } finally {
    await server.stop();
  }
}

async function sealBacklog(url: string, entries: number): Promise<Backlog> {
  await restore(url);
  await withClient(url, async (client) => {
    await client.query(`
      INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
      SELECT uuidv7(), ($2::uuid[])[1 + i % cardinality($2::uuid[])], 'visit.recorded', now(), current_date, 'cadre', gen_random_uuid(), 'visit', gen_random_uuid(),
        jsonb_build_object('visitId', gen_random_uuid(), 'enterpriseId', gen_random_uuid(), 'on', current_date, 'mode', 'on_site', 'review', 'none'), gen_random_uuid()
      FROM generate_series(1, $1::integer) i`, [entries, Array.from({ length: SIZE.parks }, (_none, park) => idOf('park', park))]);
    await client.query('VACUUM (ANALYZE) journal_entry');
    await client.query('CHECKPOINT');
  });
  const { sealer, database, close } = await openSealer(url);
  const from = performance.now();
  const sealed = await sealer.seal();
  const seconds = (performance.now() - from) / 1000;
  if (sealed !== entries) throw new Error(`${entries} entries were to be sealed, ${sealed} were`);
  const verification = new Verification(database);
  const checked = performance.now();
  for (let park = 0; park < SIZE.parks; park += 1) {
    const { valid } = await verification.verify(systemActor('bench', [idOf('park', park)]), idOf('park', park));
    if (!valid) throw new Error('a chain does not hold');
  }
  const verified = (performance.now() - checked) / 1000;
  await close();
  say(`backlog of ${entries}: sealed in ${seconds.toFixed(1)} s, verified in ${verified.toFixed(1)} s`);
  return { seconds, verified };
}

/** The same load on one running server, in short turns with a sealer beside it and without, so that whatever else the machine does meets both alike. */
async function playRounds(url: string, postmaster: number, requests: Requests, { rounds, each }: Effort): Promise<Round[]> {
  const played: Round[] = [];
  await restore(url);
  requests.forgetVisits();
  const server = await startOurs(url, await freePort());
  const beside = await openSealer(url);
  try {
    await fire(server, postmaster, (await requests.visits(CONNECTIONS, each)).ours);
    for (let round = 0; round < rounds; round += 1) {
      if (requests.unvisited < 2 * CONNECTIONS * each) {
        await beside.sealer.seal();
        await restore(url);
        requests.forgetVisits();
      }
      const samples = new Map<boolean, Sample>();
      let [behind, drained] = [0, 0];
      for (const sealing of round % 2 === 0 ? [false, true] : [true, false]) {
        await beside.sealer.seal();
        if (sealing) beside.sealer.start();
        samples.set(sealing, await fire(server, postmaster, (await requests.visits(CONNECTIONS, each)).ours));
        if (sealing) [behind, drained] = await watchDrain(url);
        await beside.sealer.stop();
      }
      const [without, withSealer] = [samples.get(false), samples.get(true)];
      if (without === undefined || withSealer === undefined) throw new Error('a side has not been measured');
      say(`visits a second: ${without.perSecond.toFixed(0)} without, ${withSealer.perSecond.toFixed(0)} with the sealer; ${behind} entries behind, sealed ${drained.toFixed(0)} ms later`);
      played.push({ without, with: withSealer, behind, drained });
    }
    return played;
  } finally {
    await beside.close();
    await server.stop();
  }
}

/** A sealer in this process, as a worker would have it. */
async function openSealer(url: string): Promise<{ readonly sealer: Sealer; readonly database: Database; readonly close: () => Promise<void> }> {
  const source = await applicationDataSource(url, [], 2).initialize();
  const database = new Database(source);
  const signals = new Signals(source);
  const sealer = new Sealer(source, database, clock, new Journal(database), signals, 'sha256');
  await signals.onModuleInit();
  const close = async (): Promise<void> => {
    await sealer.stop();
    await signals.onModuleDestroy();
    await source.destroy();
  };
  return { sealer, database, close };
}

async function watchDrain(url: string): Promise<[behind: number, milliseconds: number]> {
  return withClient(url, async (client) => {
    const from = performance.now();
    const waiting = async (): Promise<number> => (await client.query<{ count: number }>('SELECT count(*)::integer AS count FROM journal_entry WHERE number IS NULL')).rows[0]?.count ?? 0;
    const behind = await waiting();
    for (let left = behind; left > 0; left = await waiting()) await sleep(5);
    return [behind, performance.now() - from];
  });
}

/** Single visits with pauses: milliseconds from the answer until the sealing process says that it has sealed. */
async function measureLags(url: string, requests: Requests, count: number): Promise<{ readonly own: number[]; readonly other: number[] }> {
  await restore(url);
  requests.forgetVisits();
  const sealing = await startOurs(url, await freePort(), 'on');
  const answering = await startOurs(url, await freePort(), 'off');
  const listener = new Client({ connectionString: url });
  await listener.connect();
  try {
    await listener.query(`LISTEN ${SEALED_CHANNEL}`);
    const lagsOf = async (target: string): Promise<number[]> => {
      const lags: number[] = [];
      for (const [shot] of (await requests.visits(count, 1)).ours) lags.push(await lagOf(target, shot, listener));
      return lags.sort((one, other) => one - other);
    };
    const lags = { own: await lagsOf(sealing.url), other: await lagsOf(answering.url) };
    say(`lag: ${at(lags.own, 0.5)} ms in the process that seals, ${at(lags.other, 0.5)} ms from another`);
    return lags;
  } finally {
    await listener.end();
    await answering.stop();
    await sealing.stop();
  }
}

async function lagOf(url: string, shot: Shot, listener: Client): Promise<number> {
  const sealed = new Promise<number>((resolve) => { listener.once('notification', () => { resolve(performance.now()); }); });
  const response = await fetch(`${url}${shot.path}`, { method: shot.method, headers: { ...shot.headers }, ...(shot.body === undefined ? {} : { body: shot.body }) });
  const answered = performance.now();
  if (!response.ok) throw new Error(`a visit was answered with ${response.status}`);
  const lag = await sealed - answered;
  await sleep(150);
  return lag;
}

const at = (sorted: readonly number[], part: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

function toDocument(effort: Effort, backlogs: readonly Backlog[], rounds: readonly Round[], lags: { readonly own: readonly number[]; readonly other: readonly number[] }): string {
  const ratios = rounds.map((round) => round.with.perSecond / round.without.perSecond);
  const per = (entries: number, seconds: number): string => Math.round(entries / seconds).toLocaleString('en');
  return [
    '# Performance of the journal', '',
    '`npm run bench:seal` measures and writes this page. One process seals at a time, so these are the figures of the whole installation, however many processes it has.', '',
    '| | |', '|---|---|', `| Measured | ${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC |`,
    `| Machine | ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}); load, server and database share them |`, '| PostgreSQL | embedded, durable (`fsync` and `synchronous_commit` on) |', '',
    '## Sealing and verifying', '',
    `A backlog of ${effort.backlog.toLocaleString('en')} entries of ${SIZE.parks} parks, sealed with SHA-256 in transactions of 1,000, then followed from the first entry of each park.`, '',
    '| Run | sealed a second | verified a second |', '|---|---|---|',
    ...backlogs.map(({ seconds, verified }, index) => `| ${index + 1} | ${per(effort.backlog, seconds)} | ${per(effort.backlog, verified)} |`), '',
    '## What it costs writers', '',
    `${CONNECTIONS} connections create ${CONNECTIONS * effort.each} visits, each to another enterprise, on one running server, in turns with a sealer in another process and without. Sealer, load, server and database share the`,
    'cores: a ratio below 1 is the price of sealing where no core is left for it. Rounds differ more than the sides do when the machine has other work; the medians tell.',
    'CPU: milliseconds a visit, of the server and of PostgreSQL.', '',
    '| Round | visits/s without | visits/s with | ratio | CPU without | CPU with | p99 without, with (ms) | entries behind at the end | sealed after (ms) |', '|---|---|---|---|---|---|---|---|---|',
    ...rounds.map((round, index) => `| ${index + 1} | ${round.without.perSecond.toFixed(0)} | ${round.with.perSecond.toFixed(0)} | ${(round.with.perSecond / round.without.perSecond).toFixed(2)} | ${cpu(round.without)} | ${cpu(round.with)} `
      + `| ${round.without.p99.toFixed(0)}, ${round.with.p99.toFixed(0)} | ${round.behind} | ${round.drained.toFixed(0)} |`), '',
    `Medians: ${median(rounds.map(({ without }) => without.perSecond)).toFixed(0)} visits a second without, ${median(rounds.map((round) => round.with.perSecond)).toFixed(0)} with, ratio **${median(ratios).toFixed(2)}**; `
      + `CPU of PostgreSQL a visit ${median(rounds.map(({ without }) => without.databaseCpu)).toFixed(2)} ms without, ${median(rounds.map((round) => round.with.databaseCpu)).toFixed(2)} ms with.`, '',
    '## Lag at rest', '',
    `${effort.lags} single visits with pauses between, from the answer to the moment at which another program hears that the entries are sealed. The sealer gathers for 50 ms before it seals.`, '',
    '| Visit answered by | p50 (ms) | p99 (ms) | longest (ms) |', '|---|---|---|---|',
    `| the process that seals | ${at(lags.own, 0.5)} | ${at(lags.own, 0.99)} | ${at(lags.own, 1)} |`, `| another, without jobs | ${at(lags.other, 0.5)} | ${at(lags.other, 0.99)} | ${at(lags.other, 1)} |`, '',
  ].join('\n');
}

function cpu({ serverCpu, databaseCpu }: Sample): string {
  return `${serverCpu.toFixed(2)} + ${databaseCpu.toFixed(2)}`;
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
