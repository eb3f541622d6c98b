import { setTimeout as sleep } from 'node:timers/promises';
import { restore } from './generate';
import { fire, memoryOf, type Sample, type Target } from './load';
import type { Requests, Shots } from './shots';

/** How long and how often each thing is measured. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  /** Under the same load, right before each measurement of a list: a server that has been idle is not what is measured. */
  readonly settlingSeconds: number;
  readonly warmUpSeconds: number;
  /** Visits per connection, by the number of connections. */
  readonly visits: Readonly<Record<number, number>>;
}

export const FULL: Effort = { rounds: 5, seconds: 2, settlingSeconds: 2, warmUpSeconds: 12, visits: { 1: 150, 16: 40, 64: 12 } };
export const QUICK: Effort = { rounds: 2, seconds: 1, settlingSeconds: 1, warmUpSeconds: 3, visits: { 1: 80, 16: 20, 64: 6 } };

export const CONNECTIONS = [1, 16, 64] as const;
export const OPERATIONS = ['overdue', 'worklist', 'visit'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** All rounds of one operation at one number of connections; of each round both samples, taken one right after the other. */
export interface Cell {
  readonly operation: Operation;
  readonly connections: number;
  readonly rounds: readonly { readonly ours: Sample; readonly yardstick: Sample }[];
}

export interface Contest {
  readonly databaseUrl: string;
  readonly postmaster: number;
  readonly ours: Target;
  readonly yardstick: Target;
  readonly requests: Requests;
  readonly effort: Effort;
  readonly say: (line: string) => void;
}

// Between runs PostgreSQL's and the servers' afterwork, which belongs to the run before, has a moment to end.
const PAUSE_MS = 150;

/** Application against yardstick. Who goes first changes from round to round. */
export async function compare(contest: Contest): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const operation of OPERATIONS) {
    await warmUp(contest, operation);
    for (const connections of CONNECTIONS) {
      const rounds: Cell['rounds'][number][] = [];
      for (let round = 0; round < contest.effort.rounds; round += 1) rounds.push(await playRound(contest, operation, connections, round % 2 === 0));
      cells.push({ operation, connections, rounds });
      const ratio = rounds.map(({ ours, yardstick }) => (ours.perSecond / yardstick.perSecond).toFixed(2)).join(' ');
      contest.say(`${operation} at ${connections}: ours ${rounds.map(({ ours }) => ours.perSecond.toFixed(0)).join(' ')} requests/s, ratio ${ratio}`);
    }
  }
  return cells;
}

async function warmUp(contest: Contest, operation: Operation): Promise<void> {
  const { effort, ours, yardstick, postmaster } = contest;
  if (operation !== 'visit') {
    const shots = await shotsOf(contest, operation, 16);
    await fire(ours, postmaster, shots.ours, effort.warmUpSeconds);
    await fire(yardstick, postmaster, shots.yardstick, effort.warmUpSeconds);
    return;
  }
  await fire(ours, postmaster, (await shotsOf(contest, operation, 16)).ours);
  await fire(yardstick, postmaster, (await shotsOf(contest, operation, 16)).yardstick);
}

async function playRound(contest: Contest, operation: Operation, connections: number, oursFirst: boolean): Promise<Cell['rounds'][number]> {
  const { effort, postmaster } = contest;
  const seconds = operation === 'visit' ? undefined : effort.seconds;
  const shared = operation === 'visit' ? undefined : await shotsOf(contest, operation, connections);
  const samples: { ours?: Sample; yardstick?: Sample } = {};
  for (const side of oursFirst ? (['ours', 'yardstick'] as const) : (['yardstick', 'ours'] as const)) {
    // A visit is made once: each side gets enterprises of its own.
    const shots = shared ?? await shotsOf(contest, operation, connections);
    if (seconds !== undefined) await fire(contest[side], postmaster, shots[side], effort.settlingSeconds);
    samples[side] = await fire(contest[side], postmaster, shots[side], seconds);
    await sleep(PAUSE_MS);
  }
  if (samples.ours === undefined || samples.yardstick === undefined) throw new Error('a round has two sides');
  return { ours: samples.ours, yardstick: samples.yardstick };
}

async function shotsOf({ requests, effort, databaseUrl }: Contest, operation: Operation, connections: number): Promise<Shots> {
  if (operation === 'overdue') return requests.overdue(connections);
  if (operation === 'worklist') return requests.worklist(connections);
  const each = effort.visits[connections] ?? 1;
  if (requests.unvisited < each * connections) {
    await restore(databaseUrl);
    requests.forgetVisits();
  }
  return requests.visits(connections, each);
}

/** The latency of a list on the small and on the large size. */
export interface Growth {
  readonly operation: Exclude<Operation, 'visit'>;
  readonly rounds: readonly { readonly small: Sample; readonly large: Sample }[];
}

// Both sizes are asked about as many parks, so that what is kept in memory is alike and only the size of the tables differs.
const PARKS_ASKED_ABOUT = 20;
const GROWTH_ROUNDS = 5;

/** The application on L against the application on S: one connection, warm, interleaved. */
export async function compareSizes(small: Contest, large: Contest): Promise<Growth[]> {
  const grown: Growth[] = [];
  for (const operation of ['overdue', 'worklist'] as const) {
    const shots = { small: await small.requests[operation](1, PARKS_ASKED_ABOUT), large: await large.requests[operation](1, PARKS_ASKED_ABOUT) };
    const sides = { small, large };
    const load = async (side: 'small' | 'large', seconds: number): Promise<Sample> => fire(sides[side].ours, small.postmaster, shots[side].ours, seconds);
    const measure = async (side: 'small' | 'large'): Promise<Sample> => {
      await load(side, small.effort.settlingSeconds);
      return load(side, small.effort.seconds);
    };
    for (const side of ['small', 'large'] as const) await load(side, small.effort.warmUpSeconds);
    const rounds: Growth['rounds'][number][] = [];
    for (let round = 0; round < GROWTH_ROUNDS; round += 1) {
      const first = round % 2 === 0 ? 'small' : 'large';
      const one = await measure(first);
      const other = await measure(first === 'small' ? 'large' : 'small');
      rounds.push(first === 'small' ? { small: one, large: other } : { small: other, large: one });
    }
    grown.push({ operation, rounds });
    small.say(`${operation}: p50 on L / on S ${rounds.map((round) => (round.large.p50 / round.small.p50).toFixed(2)).join(' ')}`);
  }
  return grown;
}

export interface Memory {
  readonly ours: { now: number; most: number };
  readonly yardstick: { now: number; most: number };
}

export function memoryAfter({ ours, yardstick }: Contest): Memory {
  return { ours: memoryOf(ours.pid), yardstick: memoryOf(yardstick.pid) };
}
