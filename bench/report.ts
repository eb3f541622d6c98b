import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Cell, Effort, Growth, Memory, Operation } from './compare';
import type { Sample } from './load';
import type { PagePlan } from './plans';
import { PARK, type Size, SIZES } from './sizes';
import type { Sweep } from './sweep';

/** Everything that one run of the bench has found out about one size. */
export interface Findings {
  readonly size: Size;
  readonly cells: readonly Cell[];
  readonly memory: Memory;
  readonly sweeps: readonly Sweep[];
  readonly plans: readonly PagePlan[];
}

export interface Machine {
  readonly at: string;
  readonly postgres: string;
  readonly effort: Effort;
}

const TITLES: Readonly<Record<Operation, string>> = { overdue: 'Overdue list of a park, first page (50 rows)', worklist: 'Worklist of an officer or leader', visit: 'One visit, created durably' };

/** The document on performance, whole. */
export function toDocument(machine: Machine, findings: readonly Findings[], growth: readonly Growth[], startUps: readonly number[]): string {
  return [
    '# Performance', '',
    '`npm run bench` measures and writes this page. It generates databases in two sizes, starts the application as an installation does, and beside it a *yardstick*: a server',
    'written by hand with Fastify and pg that runs the same statements, prepared by name, with no authentication, no scope, no row-level security and no framework. Both are loaded in',
    'turns on the same database, so that a ratio says what the application costs beyond its SQL, whatever the machine.', '',
    ...aboutMachine(machine), '', ...aboutSizes(), '', ...howToRead(machine.effort),
    ...findings.flatMap((one) => ['', ...aboutCells(one, TITLES)]),
    ...(growth.length === 0 ? [] : ['', ...aboutGrowth(growth, TITLES)]),
    ...findings.flatMap((one) => ['', ...aboutSweep(one)]),
    '', ...aboutProcess(findings, startUps),
    ...findings.slice(-1).flatMap((one) => ['', ...aboutPlans(one)]), '',
  ].join('\n');
}

export function aboutMachine({ at, postgres }: Pick<Machine, 'at' | 'postgres'>): string[] {
  const model = cpus()[0]?.model ?? 'unknown';
  return [
    '| | |', '|---|---|', `| Measured | ${at} |`, `| Machine | ${cpus().length} cores (${model}), ${(totalmem() / 2 ** 30).toFixed(0)} GB of memory; load, servers and database share them |`,
    `| PostgreSQL | ${postgres}, embedded, durable (\`fsync\` and \`synchronous_commit\` on) |`, `| Node.js | ${process.versions.node} |`, `| Version | ${versionOfPackage()} |`,
  ];
}

function versionOfPackage(): string {
  return (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
}

function aboutSizes(): string[] {
  const row = ({ name, parks }: Size): string => {
    const enterprises = parks * PARK.enterprises;
    return `| ${name} | ${count(parks)} | ${count(enterprises)} | ${count(enterprises * 2)} | ${count(enterprises * (PARK.officerVisits + PARK.leaderVisits))} |`;
  };
  return ['| Size | parks | enterprises | assignments | visits |', '|---|---|---|---|---|', row(SIZES.S), row(SIZES.L), '',
    `All parks are of one size: ${PARK.enterprises} enterprises, ${PARK.officers} officers, ${PARK.leaders} leaders; 70 overdue duties each.`];
}

function howToRead({ rounds, seconds, settlingSeconds }: Effort): string[] {
  return [
    '## How to read it', '',
    `Each cell is the median of ${rounds} rounds; in brackets the least and the most, which is the noise. In a round both sides are measured one right after the other, the lists ${seconds} s each after`,
    `${settlingSeconds} s of the same load that do not count, visits by number, and who goes first changes. A *ratio* is formed within a round. Ratios of requests per second above 1 and of`,
    'latencies below 1 mean that the application is faster than the yardstick. *CPU* is user and system time per request, of the Node.js process and of all processes of PostgreSQL.',
  ];
}

/** Rounds of one thing at one number of connections. */
export interface Measured<Operation extends string> {
  readonly operation: Operation;
  readonly connections: number;
  readonly rounds: readonly { readonly ours: Sample; readonly yardstick: Sample }[];
}

export function aboutCells<Operation extends string>({ size, cells }: { readonly size: Size; readonly cells: readonly Measured<Operation>[] }, titles: Readonly<Record<Operation, string>>): string[] {
  return [`## Against the yardstick, size ${size.name}`, ...([...new Set(cells.map(({ operation }) => operation))]).flatMap((operation) => [
    '', `### ${titles[operation]}`, '',
    '| connections | requests/s ratio | requests/s | p50 ratio | p50 ms | p99 ratio | p99 ms | CPU of server, ms | of the yardstick’s | CPU of PostgreSQL, ms | for the yardstick |',
    '|---|---|---|---|---|---|---|---|---|---|---|', ...cells.filter((cell) => cell.operation === operation).map(toRow),
    ...cells.filter((cell) => cell.operation === operation).flatMap(aboutBusy),
  ])];
}

function toRow({ connections, rounds }: Measured<string>): string {
  const ratio = (pick: (sample: Sample) => number): string => spread(rounds.map(({ ours, yardstick }) => pick(ours) / pick(yardstick)), 2);
  const ours = (pick: (sample: Sample) => number): number => median(rounds.map((round) => pick(round.ours)));
  const theirs = (pick: (sample: Sample) => number): number => median(rounds.map((round) => pick(round.yardstick)));
  return `| ${[connections, `**${ratio((one) => one.perSecond)}**`, ours((one) => one.perSecond).toFixed(0), ratio((one) => one.p50), ours((one) => one.p50).toFixed(2), ratio((one) => one.p99), ours((one) => one.p99).toFixed(1),
    ours((one) => one.serverCpu).toFixed(2), theirs((one) => one.serverCpu).toFixed(2), ours((one) => one.databaseCpu).toFixed(2), theirs((one) => one.databaseCpu).toFixed(2)].join(' | ')} |`;
}

function aboutBusy({ connections, rounds }: Measured<string>): string[] {
  const sum = (pick: (sample: Sample) => number): number => rounds.reduce((total, { ours }) => total + pick(ours), 0);
  const busy = sum((one) => one.busy);
  if (busy === 0) return [];
  return ['', `At ${connections} connections the application answered ${busy} of ${sum((one) => one.requests)} requests 503 with \`Retry-After\`, since no connection to PostgreSQL became free in time; they are in no number above.`];
}

export function aboutGrowth<Operation extends string>(growth: readonly { readonly operation: Operation; readonly rounds: readonly { readonly small: Sample; readonly large: Sample }[] }[], titles: Readonly<Record<Operation, string>>): string[] {
  return ['## L against S', '', 'One connection, warm, 20 parks of either size, interleaved.', '', '| list | p50 on L / p50 on S | p50 on S, ms | p50 on L, ms |', '|---|---|---|---|', ...growth.map(({ operation, rounds }) =>
    `| ${titles[operation]} | **${spread(rounds.map(({ small, large }) => large.p50 / small.p50), 2)}** | ${spread(rounds.map(({ small }) => small.p50), 2)} | ${spread(rounds.map(({ large }) => large.p50), 2)} |`)];
}

function aboutSweep({ size, sweeps }: Findings): string[] {
  const [first] = sweeps;
  if (first === undefined) return [];
  return [`## Sweep, size ${size.name}`, '',
    `One day's due dates have passed: ${count(first.recorded)} of ${count(first.assignments)} assignments (${((100 * first.recorded) / first.assignments).toFixed(1)}%). Recording the lapses with their ${count(first.entries)} journal entries,`,
    `a transaction for each hundred parks, two at a time, on a server that has just started, right after a checkpoint: **${spread(sweeps.map(({ seconds }) => seconds), 2)} s** (${sweeps.length} runs).`];
}

function aboutProcess(findings: readonly Findings[], startUps: readonly number[]): string[] {
  return ['## Start-up and memory', '', `From the start of the process to the first \`200\` of \`/health/ready\`, on a migrated database: **${spread(startUps, 0)} ms** (${startUps.length} starts).`, '',
    '| after the load on size | resident memory, MB | most, MB | the yardstick’s, MB | most, MB |', '|---|---|---|---|---|', ...findings.map(({ size, memory }) =>
      `| ${size.name} | ${memory.ours.now} | ${memory.ours.most} | ${memory.yardstick.now} | ${memory.yardstick.most} |`)];
}

export function aboutPlans({ size, plans }: Pick<Findings, 'size' | 'plans'>): string[] {
  return [`## Plans of the lists, size ${size.name}`, '',
    '`EXPLAIN (ANALYZE, BUFFERS)` of what a page takes, as the application’s role within its scope; the worse of the plan for these values and the plan for any. Buffers are pages of 8 kB. Tables of up to 8 pages, for',
    'which no index pays, may be read whole.', '',
    '| list | page | rows | buffers | ms | tables read whole |', '|---|---|---|---|---|---|', ...plans.map(({ list, page, rows, buffers, milliseconds, scanned }) =>
      `| ${list} | ${page} | ${rows} | ${count(buffers)} | ${milliseconds.toFixed(2)} | ${scanned.length === 0 ? 'none' : `**${scanned.join(', ')}**`} |`)];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function spread(values: readonly number[], digits: number): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}
