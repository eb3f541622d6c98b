import { cpus, totalmem } from 'node:os';

/** What is replayed. */
export interface Story {
  readonly title: string;
  readonly entries: number;
}

/** One reading from the beginning to the end: milliseconds of each page in order, and their sum in seconds. */
export interface Replay {
  readonly pages: readonly number[];
  readonly seconds: number;
  readonly bytes: number;
}

export interface FeedMachine {
  readonly at: string;
  readonly postgres: string;
  readonly page: number;
}

/** docs/performance-feed.md, whole. */
export function feedDocument({ at, postgres, page }: FeedMachine, replays: ReadonlyMap<Story, readonly Replay[]>): string {
  const rounds = [...replays.values()][0]?.length ?? 0;
  return [
    '# Performance of the change feed', '',
    `\`npm run bench:feed\` measures and writes this page. A reader replays the whole feed over HTTP, one page of ${count(page)} events after the other over one connection, and keeps nothing but the cursor: every`,
    'page is a resumption. It checks that each event comes once and in order. Times are from the request to the last byte of the answer.', '',
    '| | |', '|---|---|', `| Measured | ${at} |`, `| Machine | ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${(totalmem() / 2 ** 30).toFixed(0)} GB of memory; reader, server and database share them |`,
    `| PostgreSQL | ${postgres}, embedded |`, `| Node.js | ${process.versions.node} |`, '',
    `Each cell is the median of ${rounds} replays; in brackets the least and the most, which is the noise. *Tenths* are those of the pages: the first begins at the first entry, the last ends at the last one.`, '',
    '| feed | entries | pages | entries/s | MB/s | p50 of a page, first tenth, ms | middle tenth | last tenth | last / first | p99 of all, ms |', '|---|---|---|---|---|---|---|---|---|---|',
    ...[...replays].map(([story, runs]) => toRow(story, runs)), '',
    'A page costs the same wherever it lies: it is a walk of an index from the cursor on (test/schema/feed-plan checks the plan). Of several parks as many entries are read of each as may be needed, so that their',
    'merged page is right; that is what the second line costs more.', '',
  ].join('\n');
}

function toRow({ title, entries }: Story, runs: readonly Replay[]): string {
  const over = (value: (run: Replay) => number, digits: number): string => {
    const values = runs.map(value).sort((one, other) => one - other);
    const [least = NaN, median = NaN, most = NaN] = [values[0], values[Math.floor(values.length / 2)], values.at(-1)];
    return `${show(median, digits)} (${show(least, digits)}–${show(most, digits)})`;
  };
  const tenth = (number: number) => ({ pages }: Replay): number => quantile(pages.slice(Math.floor((pages.length * number) / 10), Math.floor((pages.length * (number + 1)) / 10)), 0.5);
  const cells = [
    title, count(entries), count(runs[0]?.pages.length ?? 0), over(({ seconds }) => entries / seconds, 0), over(({ bytes, seconds }) => bytes / 1e6 / seconds, 1),
    over(tenth(0), 1), over(tenth(4.5), 1), over(tenth(9), 1), over((run) => tenth(9)(run) / tenth(0)(run), 2), over(({ pages }) => quantile(pages, 0.99), 1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function show(value: number, digits: number): string {
  return digits === 0 ? count(Math.round(value)) : value.toFixed(digits);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
