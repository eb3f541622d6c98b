import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SystemClock } from '../../src/platform/clock';
import { freePorts } from '../../src/platform/free-ports';
import { FOLDER } from '../server';
import { type DrillReport, run } from './drill';
import { inspect } from './inspect';

/**
 * npm run faults [-- --kills N --database-kills N --reader-kills N --processes N --writers N --seed N]: writes docs/reliability.md when it is run whole.
 * Ends with 1 when a promise was broken.
 */

const WHOLE = { kills: 60, databaseKills: 12, readerKills: 40, processes: 3, writers: 8 } as const;

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

async function main(): Promise<void> {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({ options: { 'kills': number, 'database-kills': number, 'reader-kills': number, 'processes': number, 'writers': number, 'seed': number } });
  const whole = Object.keys(values).every((name) => name === 'seed');
  const seed = Number(values.seed ?? clock.now().getTime() % 1_000_000);
  const drill = {
    kills: Number(values.kills ?? WHOLE.kills), databaseKills: Number(values['database-kills'] ?? WHOLE.databaseKills), readerKills: Number(values['reader-kills'] ?? WHOLE.readerKills),
    processes: Number(values.processes ?? WHOLE.processes), writers: Number(values.writers ?? WHOLE.writers),
  };
  say(`seed ${seed}: ${JSON.stringify(drill)}`);
  const ports = await freePorts(drill.processes + 1);
  const report = await run({
    ...drill, folder: join(FOLDER, 'faults'), clock, seed, databasePort: ports[0] ?? 0, ports: ports.slice(1), inspect, say,
    application: [join(__dirname, '..', '..', 'src', 'main.js')], reader: [join(__dirname, 'reader.js')],
  });
  const page = toDocument(report, { ...drill, seed });
  if (whole) writeFileSync(join('docs', 'reliability.md'), page);
  process.stdout.write(page);
  if (report.checks.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}

function toDocument(report: DrillReport, drill: Record<keyof typeof WHOLE | 'seed', number>): string {
  const count = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 0 });
  return [
    '# Reliability', '',
    '`npm run faults` runs this and writes this page. Several processes of the application serve one durable PostgreSQL; writers register enterprises and tickets, assign both, log and void visits over HTTP, each write under an',
    '`Idempotency-Key` of its own and again until it is answered, by whichever process; a tenth of the requests repeats an earlier one. Meanwhile processes are killed with SIGKILL at random moments and started again, and',
    'so is PostgreSQL, which stays away for up to a second and a half; and a program that follows the change feed and keeps its cursor in a file is killed as well. When all writers have their last answer, what they were',
    'told is compared with what the database holds. A short form of it runs in every `npm test`.', '',
    '| | |', '|---|---|',
    `| Run | ${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC, ${count(report.seconds)} s, seed ${drill.seed} |`,
    `| Machine | ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), shared by writers, processes and database |`,
    `| Processes | ${drill.processes}, of which one or another was killed ${drill.kills} times (${count(report.starts)} starts in all: one whose database is away at its start ends and is started again) |`,
    `| PostgreSQL | killed ${drill.databaseKills} times |`, `| Reader of the feed | killed ${drill.readerKills} times |`,
    `| Writes | ${count(report.writes)} answered to ${drill.writers} writers, in ${count(report.tries)} requests, of which ${count(report.repeats)} repeated what was answered before |`,
    `| Lost answers | ${count(report.recovered)} writes had been committed when their process died before it answered: sent again, they were answered by what had been kept |`,
    `| Journal | ${count(report.entries)} entries |`, '',
    '| Promise | looked at | broken |', '|---|---|---|', ...report.checks.map(({ promise, looked, broken }) => `| ${promise} | ${count(looked)} | ${broken.length} |`), '',
    ...report.checks.filter(({ broken }) => broken.length > 0).flatMap(({ promise, broken }) => [`## Broken: ${promise}`, '', ...broken.slice(0, 20).map((line) => `- ${line}`), '']),
  ].join('\n');
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
