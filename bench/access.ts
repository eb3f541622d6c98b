import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { types } from 'pg';
import { LocalIssuer } from '../src/identity/local-issuer';
import { SystemClock } from '../src/platform/clock';
import { freePort } from '../src/platform/free-ports';
import { accessDocument, ASKED, type Round, type Story } from './access.report';
import { restore, visitsOf, withClient } from './generate';
import { fire, type Sample, type Shot } from './load';
import { requireEqual } from './model';
import { type Started, startOurs, startUnguarded } from './processes';
import { median } from './report';
import { FOLDER, openGenerated } from './server';
import { AUDIENCE, cadreId, databaseOf, idOf, ISSUER, SIZES, subjectOf, SUPERVISOR } from './sizes';

/**
 * npm run bench:access [-- --rounds N --seconds N]: the overdue list with authentication and access checks, and by the same application without them, in turns
 * on the same database. Writes docs/performance-access.md after a whole run; of a shorter one it prints it. Fails below the ratio that is asked.
 */

const ROUNDS = 9;
const SECONDS = 3;
const CONNECTIONS = [1, 16] as const;
const WARM_UP_SECONDS = 12;
const SETTLING_SECONDS = 2;
// Between runs PostgreSQL's and the servers' afterwork, which belongs to the run before, has a moment to end.
const PAUSE_MS = 150;
const SHOTS_PER_CONNECTION = 100;
// How often somebody comes with a token that was not seen before: one for each of the requests of a run, which is far more than in any installation.
const FRESH_TOKENS = 6_000;

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

const PATH = '/api/v1/supervision/overdue-visits';
const size = SIZES.S;

/** The supervisors of all parks in turn, each connection beginning with another. */
function shotsOf(connections: number, each: number, headersOf: (park: number) => Readonly<Record<string, string>>): Shot[][] {
  return Array.from({ length: connections }, (_none, connection) => Array.from({ length: each }, (_nothing, shot): Shot => (
    { method: 'GET', path: PATH, headers: headersOf((connection + shot) % size.parks) })));
}

const actorHeader = (park: number): Record<string, string> => ({ 'x-bench-actor': [idOf('park', park), cadreId(park, SUPERVISOR), idOf('department', park)].join(',') });

async function tokens(issuer: LocalIssuer, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, async (_none, number) => issuer.sign(subjectOf(number % size.parks, SUPERVISOR), { nonce: number }, clock.now())));
}

interface Sides {
  readonly guarded: Started;
  readonly open: Started;
  readonly postmaster: number;
}

async function requireAlike({ guarded, open }: Sides, bearer: (park: number) => Readonly<Record<string, string>>): Promise<void> {
  for (let park = 0; park < size.parks; park += 1) {
    const [one, other] = await Promise.all([fetch(guarded.url + PATH, { headers: bearer(park) }), fetch(open.url + PATH, { headers: actorHeader(park) })]);
    if (one.status !== 200 || other.status !== 200) throw new Error(`park ${park}: with checks ${one.status}, without ${other.status}`);
    // A cursor is sealed anew each time, and for whom it was made.
    requireEqual(await one.json(), await other.json(), ['nextCursor']);
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seconds: { type: 'string' } } });
  const [rounds, seconds] = [Number(values.rounds ?? ROUNDS), Number(values.seconds ?? SECONDS)];
  if (!Number.isInteger(rounds) || rounds < 1 || !(seconds > 0)) throw new Error('--rounds and --seconds are numbers from 1 on');
  const server = await openGenerated([visitsOf(size)], say);
  const started: Started[] = [];
  try {
    const url = server.urlOf(databaseOf(size));
    await restore(url);
    const issuer = await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE);
    const guarded = await startOurs(url, await freePort());
    started.push(guarded);
    const open = await startUnguarded(url, await freePort());
    started.push(open);
    const sides: Sides = { guarded, open, postmaster: Number(readFileSync(join(FOLDER, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]) };
    const stories = await measure(sides, issuer, rounds, seconds);
    const postgres = await withClient(url, async (client) => (await client.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ?? '');
    const document = accessDocument({ at: `${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`, postgres, rounds, seconds, settling: SETTLING_SECONDS }, stories);
    if (rounds < ROUNDS || seconds < SECONDS) process.stdout.write(document);
    else writeFileSync(join('docs', 'performance-access.md'), document);
    for (const { title, rounds: played } of stories.filter(({ asked }) => asked)) {
      const ratio = median(played.map((round) => round.guarded.perSecond / round.open.perSecond));
      if (ratio < ASKED) throw new Error(`${title}: ${ratio.toFixed(2)} of the requests without checks, asked are ${ASKED}`);
    }
    say('done');
  } finally {
    for (const one of started) await one.stop();
    await server.stop();
  }
}

async function measure(sides: Sides, issuer: LocalIssuer, rounds: number, seconds: number): Promise<Story[]> {
  const known = await tokens(issuer, size.parks);
  const bearer = (park: number): Readonly<Record<string, string>> => ({ authorization: `Bearer ${known[park] ?? ''}` });
  await requireAlike(sides, bearer);
  say('with and without checks the lists are the same');
  const stories: Story[] = [];
  for (const connections of CONNECTIONS) {
    const shots = { guarded: shotsOf(connections, SHOTS_PER_CONNECTION, bearer), open: shotsOf(connections, SHOTS_PER_CONNECTION, actorHeader) };
    stories.push(await play({ title: `${connections} connection${connections === 1 ? '' : 's'}, tokens that were seen before`, asked: true }, sides, async () => Promise.resolve(shots), rounds, seconds));
  }
  const connections = 16;
  stories.push(await play({ title: `${connections} connections, each request with a token that was not seen before`, asked: false }, sides, async () => {
    const fresh = await tokens(issuer, FRESH_TOKENS);
    const each = FRESH_TOKENS / connections;
    return {
      guarded: Array.from({ length: connections }, (_none, connection) => fresh.slice(connection * each, (connection + 1) * each).map((token): Shot => ({ method: 'GET', path: PATH, headers: { authorization: `Bearer ${token}` } }))),
      open: shotsOf(connections, each, actorHeader),
    };
  }, rounds, undefined));
  return stories;
}

/** Both sides one right after the other in each round; who goes first changes. Without a number of seconds each shot is sent once. */
async function play(story: Pick<Story, 'title' | 'asked'>, sides: Sides, shotsOfRound: () => Promise<Record<'guarded' | 'open', Shot[][]>>, rounds: number, seconds: number | undefined): Promise<Story> {
  const played: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const shots = await shotsOfRound();
    const samples: Partial<Record<'guarded' | 'open', Sample>> = {};
    for (const side of round % 2 === 0 ? (['guarded', 'open'] as const) : (['open', 'guarded'] as const)) {
      const load = async (duration: number | undefined): Promise<Sample> => fire(sides[side], sides.postmaster, shots[side], duration);
      // The first round warms both up and does not count.
      if (seconds !== undefined) await load(round === 0 ? WARM_UP_SECONDS : SETTLING_SECONDS);
      samples[side] = await load(seconds);
      await sleep(PAUSE_MS);
    }
    if (samples.guarded === undefined || samples.open === undefined) throw new Error('a round has two sides');
    if (round > 0) played.push({ guarded: samples.guarded, open: samples.open });
  }
  say(`${story.title}: ${played.map(({ guarded, open }) => (guarded.perSecond / open.perSecond).toFixed(2)).join(' ')}`);
  return { ...story, rounds: played };
}

types.setTypeParser(types.builtins.DATE, (text) => text);
run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
