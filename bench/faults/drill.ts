import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Clock } from '../../src/platform/clock';
import { migrate } from '../../src/platform/db/migrate';
import { type Check, checkFeed, checkLapses, checkNumbers, checkWrites } from './checks';
import { Database } from './database';
import { Fleet, type Launch } from './fleet';
import { Load } from './load';
import { Random } from './random';
import { linesOf } from './reader';
import { makeWorld } from './world';

/** What is done to a running installation. */
export interface Drill {
  readonly folder: string;
  readonly clock: Clock;
  readonly seed: number;
  readonly ports: readonly number[];
  readonly databasePort: number;
  readonly writers: number;
  /** SIGKILLs of processes of the application, and of PostgreSQL, each followed by a start. */
  readonly kills: number;
  readonly databaseKills: number;
  readonly readerKills: number;
  readonly application: Launch;
  readonly reader: Launch;
  /** What looks at the database when all is over, beyond SQL: chain, drift. */
  readonly inspect: (databaseUrl: string, parkId: string) => Promise<readonly Check[]>;
  readonly say: (line: string) => void;
}

export interface DrillReport {
  readonly checks: readonly Check[];
  readonly writes: number;
  readonly tries: number;
  readonly repeats: number;
  readonly recovered: number;
  readonly starts: number;
  readonly seconds: number;
  readonly entries: number;
}

// Between two kills: shorter than it takes to start, and long enough for some hundred writes.
const PAUSE_MS = [100, 4_000] as const;
const SEALED_WITHIN_MS = 60_000;

/** Lets writers write and a reader read while processes and the database are killed at random moments; then compares. */
export async function run(drill: Drill): Promise<DrillReport> {
  rmSync(drill.folder, { recursive: true, force: true });
  const begun = performance.now();
  const now = (): Date => drill.clock.now();
  const database = new Database(join(drill.folder, 'postgres'), drill.databasePort);
  await database.start();
  const fleet = new Fleet(drill.application, {
    DATABASE_URL: database.url, DATA_DIR: join(drill.folder, 'application'), DEMO: 'off', LOG_LEVEL: 'error', RATE_LIMIT_PER_CALLER: '0', RATE_LIMIT_PER_ADDRESS: '0',
  });
  let feed: Reader | undefined;
  try {
    await migrate(database.url);
    const world = await makeWorld(database.url, join(drill.folder, 'application'), now);
    await fleet.start(drill.ports);
    const reader = feed = new Reader(drill.reader, join(drill.folder, 'feed.jsonl'), await world.token('supervisor'), fleet.urls);
    const load = new Load(world, () => fleet.urls, drill.seed, now);
    const running = load.run(drill.writers);
    await killAll(drill, { fleet, database, feed: reader });
    drill.say(`${load.answered} writes answered, ${fleet.starts} starts; the last answers are waited for`);
    load.stop();
    const report = await running;
    await fleet.allReady();
    const owner = await connect(database.url);
    try {
      await readToTheEnd(owner, reader);
      reader.stop();
      await fleet.stop();
      const { rows: [count] } = await owner.query<{ entries: number }>('SELECT count(*)::integer AS entries FROM journal_entry');
      const checks = [
        ...await checkWrites(owner, report.writes),
        { promise: 'the same request again is answered the same, byte for byte', looked: report.repeats, broken: report.differing },
        await checkNumbers(owner), await checkLapses(owner), await checkFeed(owner, reader.read()), ...await drill.inspect(database.url, world.parkId),
      ];
      return { checks, writes: report.writes.length, tries: report.tries, repeats: report.repeats, recovered: report.recovered, starts: fleet.starts, seconds: (performance.now() - begun) / 1000, entries: count?.entries ?? 0 };
    } finally {
      await owner.end();
    }
  } finally {
    feed?.stop();
    await fleet.stop();
    await database.stop();
  }
}

/** The kills in an order and at moments that the seed says. */
async function killAll({ seed, kills, databaseKills, readerKills, say }: Drill, { fleet, database, feed }: { fleet: Fleet; database: Database; feed: Reader }): Promise<void> {
  const random = new Random(seed + 1);
  const left = { application: kills, database: databaseKills, reader: readerKills };
  for (;;) {
    const bag = Object.entries(left).flatMap(([what, times]) => Array.from({ length: times }, () => what as keyof typeof left));
    const victim = random.pick(bag);
    if (victim === undefined) return;
    await sleep(random.whole(...PAUSE_MS));
    left[victim] -= 1;
    if (victim === 'application') fleet.kill(random.whole(0, 1_000));
    else if (victim === 'reader') feed.kill();
    else await database.killAndStart(random.whole(0, 1_500));
    if (bag.length % 10 === 0) say(`${bag.length} kills to come`);
  }
}

class Reader {
  #child: ChildProcess | undefined;
  #stopping = false;

  constructor(private readonly launch: Launch, private readonly file: string, private readonly token: string, private readonly urls: readonly string[]) {
    this.#start();
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  stop(): void {
    this.#stopping = true;
    this.kill();
  }

  read(): readonly (readonly [sequence: string, id: string])[] {
    return linesOf(this.file).flatMap(({ read }) => read);
  }

  #start(): void {
    const child = spawn(process.execPath, [...this.launch, this.file, this.token, ...this.urls], { stdio: ['ignore', 'ignore', 'inherit'] });
    const killWithUs = (): void => { child.kill('SIGKILL'); };
    process.once('exit', killWithUs);
    child.once('exit', () => {
      process.removeListener('exit', killWithUs);
      if (!this.#stopping) this.#start();
    });
    this.#child = child;
  }
}

/** Until everything is sealed and the reader has it, or a minute has passed: then the comparison says what is missing. */
async function readToTheEnd(owner: Client, feed: Reader): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < SEALED_WITHIN_MS) {
    const { rows: [state] } = await owner.query<{ unsealed: number; sealed: number }>(
      'SELECT count(*) FILTER (WHERE number IS NULL)::integer AS unsealed, count(*) FILTER (WHERE number IS NOT NULL)::integer AS sealed FROM journal_entry');
    if (state?.unsealed === 0 && feed.read().length >= state.sealed) return;
    await sleep(200);
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
