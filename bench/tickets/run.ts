import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { types } from 'pg';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { SystemClock } from '../../src/platform/clock';
import { freePort } from '../../src/platform/free-ports';
import { openApplication, type Sent } from '../application';
import { withClient } from '../generate';
import { fire, type Sample, type Shot } from '../load';
import { requireEqual } from '../model';
import { type Started, startOurs, startYardstick } from '../processes';
import { type BenchServer, FOLDER, openGenerated } from '../server';
import { type Pair, Requests, type Shots } from '../shots';
import { AUDIENCE, idOf, ISSUER, type Size, SIZES } from '../sizes';
import { explainTickets } from './plans';
import { restoreTickets, ticketsOf } from './generate';
import { type TicketCell, ticketDocument, type TicketFindings, type TicketGrowth, type TicketOperation } from './report';
import { TicketRequests } from './requests';
import type { ModelWrite, TicketStatements } from './yardstick';

/**
 * npm run bench:tickets [-- --size S|L|both] [--quick]: measures the lists, the reading and the writing of tickets against the yardstick and L against S,
 * and writes docs/performance-tickets.md; of one size the result is printed instead.
 */

interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Writes per connection, by the number of connections. */
  readonly writes: Readonly<Record<number, number>>;
}

const FULL: Effort = { rounds: 5, seconds: 2, warmUpSeconds: 8, writes: { 1: 100, 16: 20, 50: 8, 64: 6 } };
const QUICK: Effort = { rounds: 2, seconds: 1, warmUpSeconds: 2, writes: { 1: 40, 16: 10, 50: 4, 64: 3 } };

const PARTS: readonly { readonly operation: TicketOperation; readonly connections: readonly number[] }[] = [
  { operation: 'unresolved', connections: [1, 16, 64] }, { operation: 'timeline', connections: [1, 16, 64] }, { operation: 'register', connections: [1, 16, 64] },
  { operation: 'register in one park', connections: [50] }, { operation: 'answer', connections: [1, 16, 64] },
];
const CROWDED_PARK = 3;
const PARKS_ASKED_ABOUT = 20;
const PAUSE_MS = 150;

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

interface Side {
  readonly size: Size;
  readonly url: string;
  readonly ours: Started;
  readonly yardstick: Started;
  readonly requests: TicketRequests;
}

async function run(): Promise<void> {
  const { values: { size = 'both', quick = false } } = parseArgs({ options: { size: { type: 'string' }, quick: { type: 'boolean' } } });
  const sizes = size === 'both' ? [SIZES.S, SIZES.L] : size === 'S' || size === 'L' ? [SIZES[size]] : [];
  if (sizes.length === 0) throw new Error('--size S, L or both');
  const effort = quick ? QUICK : FULL;
  const server = await openGenerated(sizes.map(ticketsOf), say);
  const issuer = await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE);
  const postmaster = Number(readFileSync(join(FOLDER, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const started: Started[] = [];
  try {
    const sides: Side[] = [];
    for (const one of sizes) sides.push(await openSide(server, one, issuer, started));
    const [small, large] = sides;
    const growth = small === undefined || large === undefined ? [] : await compareSizes(small, large, postmaster, effort);
    const findings: TicketFindings[] = [];
    for (const side of sides) findings.push({ size: side.size, cells: await compare(side, postmaster, effort), plans: [] });
    for (const one of started) await one.stop();
    for (const [index, side] of sides.entries()) {
      const application = await openApplication(side.url, clock, issuer);
      const plans = await explainTickets(side.url, application, new Requests(side.size, issuer, clock), say).finally(async () => application.close());
      findings[index] = { size: side.size, cells: findings[index]?.cells ?? [], plans };
    }
    const postgres = await withClient(server.urlOf('postgres'), async (client) => (await client.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ?? '');
    const document = ticketDocument({ at: `${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`, postgres, rounds: effort.rounds, seconds: effort.seconds }, findings, growth);
    if (quick || sides.length < 2) process.stdout.write(document);
    else writeFileSync(join('docs', 'performance-tickets.md'), document);
    say('done');
  } finally {
    for (const one of started) await one.stop();
    await server.stop();
  }
}

/** Whatever it starts, it adds to `started`, also when it fails. */
async function openSide(server: BenchServer, size: Size, issuer: LocalIssuer, started: Started[]): Promise<Side> {
  const { database } = ticketsOf(size);
  const url = server.urlOf(database);
  await restoreTickets(url);
  const requests = new TicketRequests(size, new Requests(size, issuer, clock));
  await requests.draw(url);
  const file = join(FOLDER, 'ticket-statements.json');
  writeFileSync(file, JSON.stringify(await capture(url, issuer, requests), null, 1));
  const ours = await startOurs(url, await freePort());
  started.push(ours);
  const yardstick = await startYardstick(url, await freePort(), file, join('tickets', 'yardstick.js'));
  started.push(yardstick);
  await requireSame(url, ours.url, yardstick.url, requests);
  await restoreTickets(url);
  await requests.draw(url);
  say(`${size.name}: application and yardstick answer and write the same`);
  return { size, url, ours, yardstick, requests };
}

/** Has the application answer each measured request, and says which statements that took. What it looks up once and remembers it has looked up before. */
async function capture(url: string, issuer: LocalIssuer, requests: TicketRequests): Promise<TicketStatements> {
  const application = await openApplication(url, clock, issuer);
  try {
    const answer = async (shot: Shot | undefined): Promise<{ body: object; sent: Sent[] }> => {
      if (shot === undefined) throw new Error('nothing is asked');
      await application.answer({ method: 'GET', path: '/api/v1/tickets?limit=1', headers: shot.headers });
      const { status, body, sent } = await application.answer(shot);
      if (status >= 300) throw new Error(`${shot.path}: ${status} ${JSON.stringify(body)}`);
      return { body: body as object, sent };
    };
    const read = async (shot: Shot | undefined): Promise<string[]> => {
      await answer(shot);
      return (await answer(shot)).sent.map(({ text }) => text);
    };
    const write = async ({ ours, yardstick }: Pair, at: string): Promise<ModelWrite & { sent: readonly Sent[] }> => {
      const { body, sent } = await answer(ours);
      const { parkId, code, cadreId, departmentId, enterpriseId, ticketId } = JSON.parse(yardstick.body ?? '') as Record<string, string>;
      const names = { parkId, code, cadreId, departmentId, ...(enterpriseId === undefined ? {} : { enterpriseId }), ...(ticketId === undefined ? {} : { ticketId }), now: (body as Record<string, string>)[at] };
      const tagged = sent.map(({ text, values }) => ({ text, values: values.map(tag) }));
      return { names: names, answer: body, statements: tagged, sent };
    };
    // Two of one officer: the first makes the application remember the park.
    await write(await requests.registerIn(1, 2), 'createdAt');
    const register = await write(await requests.registerIn(1, 22), 'createdAt');
    const step = await write(await requests.answerNext(), 'updatedAt');
    const world = await withClient(url, async (client) => (await client.query<{ world: string }>('SELECT world FROM ticket WHERE id = $1', [(register.answer as { id: string }).id])).rows[0]?.world ?? '');
    return {
      unresolved: await read((await requests.unresolved(1)).ours[0]?.[0]), timeline: await read((await requests.timeline(1)).ours[0]?.[0]), register: bare(register), answer: bare(step), world,
    };
  } finally {
    await application.close();
  }
}

function bare({ names, answer, statements }: ModelWrite): ModelWrite {
  return { names, answer, statements };
}

function tag(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.toISOString() };
  return Array.isArray(value) ? value.map(tag) : value;
}

/** What differs from one ticket to the next, and from one instant to the next. */
const PERSONAL = ['id', 'ticketId', 'ticket_id', 'subject_id', 'number', 'sequence', 'enterpriseId', 'enterprise_id', 'registeredBy', 'registered_by', 'cadre_id', 'actor_id', 'handler_id', 'handlerId', 'parkId', 'park_id',
  'departmentId', 'department_id', 'createdAt', 'created_at', 'updatedAt', 'updated_at', 'startedAt', 'started_at', 'dueAt', 'due_at', 'originalDueAt', 'original_due_at', 'nextDueAt', 'next_due_at', 'turn_at', 'at',
  'recorded_at', 'lastAnswerAt', 'last_answer_at', 'stoppedAt', 'stopped_at', 'started_on', 'due_on', 'dueOn', 'stopped_on', 'on_date', 'request_id', 'position', 'from', 'to', 'minutes', 'shares', 'seconds', 'ms', 'guide_item_id',
  'title', 'description', 'search_text', 'search_pieces', 'category', 'year'];

/** @throws Error when application and yardstick do not answer and write the same */
async function requireSame(url: string, ours: string, yardstick: string, requests: TicketRequests): Promise<void> {
  const ask = async (base: string, shot: Shot | undefined): Promise<{ status: number; body: unknown }> => {
    if (shot === undefined) throw new Error('nothing is asked');
    const response = await fetch(`${base}${shot.path}`, { method: shot.method, headers: { ...shot.headers }, ...(shot.body === undefined ? {} : { body: shot.body }) });
    return { status: response.status, body: await response.json() };
  };
  for (const { ours: our, yardstick: their } of [await requests.unresolved(1), await requests.timeline(1)]) {
    requireEqual(await ask(ours, our[0]?.[0]), await ask(yardstick, their[0]?.[0]), ['nextCursor']);
  }
  const both = async (one: Pair, other: Pair): Promise<void> => {
    const [our, their] = [await ask(ours, one.ours), await ask(yardstick, other.yardstick)];
    requireEqual(our, their, PERSONAL);
    const idIn = ({ body }: { body: unknown }): string => (body as { id: string }).id;
    requireEqual(await traceOf(url, idIn(our)), await traceOf(url, idIn(their)), PERSONAL);
  };
  await both(await requests.registerIn(4, 40), await requests.registerIn(5, 60));
  await both(await requests.answerNext(), await requests.answerNext());
}

/** Everything that is stored of a ticket. */
async function traceOf(url: string, id: string): Promise<unknown> {
  return withClient(url, async (client) => (await client.query(
    `SELECT (SELECT to_jsonb(t) FROM ticket t WHERE t.id = $1) AS ticket, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.no) FROM ticket_event e WHERE e.ticket_id = $1) AS events,
            (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.no) FROM ticket_clock c WHERE c.ticket_id = $1) AS clocks, (SELECT jsonb_agg(to_jsonb(j)) FROM journal_entry j WHERE j.subject_id = $1) AS entries`, [id])).rows[0] as unknown);
}

/** Application against yardstick. Who goes first changes from round to round. */
async function compare(side: Side, postmaster: number, effort: Effort): Promise<TicketCell[]> {
  const cells: TicketCell[] = [];
  for (const { operation, connections } of PARTS) {
    await warmUp(side, operation, postmaster, effort);
    for (const count of connections) {
      const rounds: TicketCell['rounds'][number][] = [];
      for (let round = 0; round < effort.rounds; round += 1) rounds.push(await playRound(side, operation, count, { postmaster, effort, oursFirst: round % 2 === 0 }));
      cells.push({ operation, connections: count, rounds });
      say(`${side.size.name}: ${operation} at ${count}: ours ${rounds.map(({ ours }) => ours.perSecond.toFixed(0)).join(' ')} requests/s, ratio ${rounds.map(({ ours, yardstick }) => (ours.perSecond / yardstick.perSecond).toFixed(2)).join(' ')}`);
    }
    // Before what was written is taken back.
    if (operation === 'register in one park') await requireGapless(side.url);
    if (isWrite(operation)) await restoreTickets(side.url);
  }
  return cells;
}

function isWrite(operation: TicketOperation): boolean {
  return operation !== 'unresolved' && operation !== 'timeline';
}

async function warmUp(side: Side, operation: TicketOperation, postmaster: number, effort: Effort): Promise<void> {
  for (const one of ['ours', 'yardstick'] as const) await fire(side[one], postmaster, (await shotsOf(side, operation, 16, effort))[one], isWrite(operation) ? undefined : effort.warmUpSeconds);
}

async function playRound(side: Side, operation: TicketOperation, connections: number, { postmaster, effort, oursFirst }: { postmaster: number; effort: Effort; oursFirst: boolean }): Promise<TicketCell['rounds'][number]> {
  const shared = isWrite(operation) ? undefined : await shotsOf(side, operation, connections, effort);
  const samples: { ours?: Sample; yardstick?: Sample } = {};
  for (const one of oursFirst ? (['ours', 'yardstick'] as const) : (['yardstick', 'ours'] as const)) {
    const shots = (shared ?? await shotsOf(side, operation, connections, effort))[one];
    // A server that has been idle is not what is measured.
    if (shared !== undefined) await fire(side[one], postmaster, shots, effort.seconds);
    samples[one] = await fire(side[one], postmaster, shots, shared === undefined ? undefined : effort.seconds);
    await sleep(PAUSE_MS);
  }
  if (samples.ours === undefined || samples.yardstick === undefined) throw new Error('a round has two sides');
  return { ours: samples.ours, yardstick: samples.yardstick };
}

async function shotsOf({ requests, url }: Side, operation: TicketOperation, connections: number, { writes }: Effort): Promise<Shots> {
  const each = writes[connections] ?? 1;
  switch (operation) {
    case 'unresolved': return requests.unresolved(connections);
    case 'timeline': return requests.timeline(connections);
    case 'register': return requests.register(connections, each);
    case 'register in one park': return requests.register(connections, each, CROWDED_PARK);
    case 'answer': {
      if (requests.answerable < each * connections) {
        await restoreTickets(url);
        await requests.draw(url);
      }
      return requests.answer(connections, each);
    }
  }
}

/** @throws Error when numbers of the park that many registered in at once have a gap or a twin */
async function requireGapless(url: string): Promise<void> {
  const { gaps } = await withClient(url, async (client) => (await client.query<{ gaps: number }>(
    'SELECT count(*)::integer AS gaps FROM (SELECT sequence - lag(sequence, 1, 0) OVER (PARTITION BY year ORDER BY sequence) AS step FROM ticket WHERE park_id = $1) s WHERE step <> 1', [idOf('park', CROWDED_PARK)])).rows[0] ?? { gaps: -1 });
  if (gaps !== 0) throw new Error(`the numbers of a park have ${gaps} gaps or twins`);
}

/** The application on L against the application on S: one connection, warm, interleaved, as many parks of either. */
async function compareSizes(small: Side, large: Side, postmaster: number, effort: Effort): Promise<TicketGrowth[]> {
  const grown: TicketGrowth[] = [];
  for (const operation of ['unresolved', 'timeline'] as const) {
    const sides = { small, large };
    for (const { requests, url } of [small, large]) await requests.draw(url, PARKS_ASKED_ABOUT);
    const shots = operation === 'unresolved' ? { small: await small.requests.unresolved(1, PARKS_ASKED_ABOUT), large: await large.requests.unresolved(1, PARKS_ASKED_ABOUT) }
      : { small: await small.requests.timeline(1), large: await large.requests.timeline(1) };
    const load = async (side: 'small' | 'large', seconds: number): Promise<Sample> => fire(sides[side].ours, postmaster, shots[side].ours, seconds);
    for (const side of ['small', 'large'] as const) await load(side, effort.warmUpSeconds);
    const rounds: TicketGrowth['rounds'][number][] = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      const samples: { small?: Sample; large?: Sample } = {};
      for (const side of round % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)) {
        await load(side, effort.seconds);
        samples[side] = await load(side, effort.seconds);
      }
      rounds.push(samples as TicketGrowth['rounds'][number]);
    }
    grown.push({ operation, rounds });
    say(`${operation}: p50 on L / on S ${rounds.map((round) => (round.large.p50 / round.small.p50).toFixed(2)).join(' ')}`);
    for (const { requests, url } of [small, large]) await requests.draw(url);
  }
  return grown;
}

types.setTypeParser(types.builtins.DATE, (text) => text);
run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
