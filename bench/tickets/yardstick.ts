import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import { Pool, types } from 'pg';
import type { Day } from '../../src/kernel/day';
import { momentOf } from '../../src/kernel/limit';
import { type CalendarYear, WorkingCalendar } from '../../src/kernel/working-calendar';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import { allowedSteps, partiesOf } from '../../src/tickets/domain/guards';
import type { Happening } from '../../src/tickets/domain/happening';
import { catchUp, type KnownWorld, type Recorded, replay, tell } from '../../src/tickets/domain/history';
import { standingOf } from '../../src/tickets/domain/standing';
import { termsOf } from '../../src/tickets/domain/terms';
import type { DueTicketRow } from '../../src/tickets/ticket-due-list.store';
import { toEventResponse, toTimeline } from '../../src/tickets/ticket-events.dto';
import type { ShownLinkage } from '../../src/tickets/linkages/linkages.store';
import { recordedOf, type ShownEvent, snakeCased, type TicketRow } from '../../src/tickets/tickets.store';
import { ZONE } from '../sizes';
import { compiler, type Names, rollBack, withFresh } from '../yardstick.visit';
import { toDueTicket } from './yardstick.rows';

/**
 * The yardstick of tickets, as `../yardstick.ts` is that of visits: the statements that the application has sent, prepared by name and pipelined, with no
 * authentication, no scope, no row-level security, no framework and no checks. What the application computes from a ticket's events it computes as well,
 * by the application's own rule: that is no part of what is compared.
 */

types.setTypeParser(types.builtins.DATE, (text) => text);

/** One request that wrote: what it stood for, and the statements that it took. Dates are tagged, since they travel as JSON. */
export interface ModelWrite {
  readonly names: Names;
  readonly answer: unknown;
  readonly statements: readonly { readonly text: string; readonly values: readonly unknown[] }[];
}

export interface TicketStatements {
  readonly unresolved: readonly string[];
  readonly timeline: readonly string[];
  readonly register: ModelWrite;
  readonly answer: ModelWrite;
  /** The name of the calendar and the working hours that all tickets are judged by. */
  readonly world: string;
}

interface Rows {
  readonly rows: readonly unknown[];
}

/** What a write sends after it has read: values that take the place of a statement's, by a mark in its text. */
type Override = readonly [mark: string, value: (before: unknown) => unknown];

const PAGE = 50;

const statements = JSON.parse(readFileSync(process.env['STATEMENTS'] ?? '', 'utf8')) as TicketStatements;
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: Number(process.env['DATABASE_POOL']), pipeline: true, options: '-c timezone=UTC -c search_path=public,extensions' });
// A connection that ends while nobody uses it is replaced when one is needed.
pool.on('error', () => undefined);
const server = fastify();

/** Sends all statements at once over one connection. */
async function readAll(kind: 'unresolved' | 'timeline', values: readonly (readonly unknown[])[]): Promise<readonly Rows[]> {
  const client = await pool.connect();
  try {
    return await Promise.all(statements[kind].map(async (text, index) => client.query({ name: `${kind}-${index}`, text, values: [...(values[index] ?? [])] })));
  } finally {
    client.release();
  }
}

server.get('/health/ready', () => ({ status: 'ok' }));

server.get<{ Querystring: { parkId: string } }>('/unresolved-tickets', async (request, reply) => {
  const { parkId } = request.query;
  const now = new Date();
  const [list] = await readAll('unresolved', [[parkId, PAGE + 1], [parkId, now]]);
  const rows = (list?.rows ?? []) as DueTicketRow[];
  const last = rows.length > PAGE ? rows[PAGE - 1] : undefined;
  const nextCursor = last === undefined ? null : Buffer.from(JSON.stringify([last.nextDueAt, last.ticketId])).toString('base64url');
  void reply.type('application/json');
  return JSON.stringify({ items: rows.slice(0, PAGE).map((row) => toDueTicket(row, now)), nextCursor });
});

/** An event as the statements read it: what is stored of it, with its day. */
type EventRow = { readonly type: Happening['type']; readonly at: Date; readonly on: Day; readonly world: string; readonly data: object };

function recorded(rows: readonly unknown[]): Recorded[] {
  return (rows as EventRow[]).map(({ type, at, on, world, data }) => ({ ...data, type, at, on, world }) as Recorded);
}

async function start(): Promise<void> {
  const years = await pool.query<CalendarYear>('SELECT year, status, version, days FROM calendar_year ORDER BY year, version');
  const worlds: readonly KnownWorld[] = [{ name: statements.world, from: new Date(0), world: { calendar: new WorkingCalendar(years.rows), hoursOn: () => DEFAULT_WORKING_HOURS, zone: ZONE } }];
  const [{ world }] = worlds as readonly [KnownWorld];

  server.get<{ Params: { id: string }; Querystring: { parkId: string } }>('/tickets/:id/timeline', async (request, reply) => {
    const [{ id }, { parkId }] = [request.params, request.query];
    const [, whole, linkages] = await readAll('timeline', [[[parkId], id], [[parkId], id], [parkId, id]]);
    const now = new Date();
    const events = (whole?.rows ?? []) as ShownEvent[];
    const before = { ...replay(events.map(recordedOf), worlds), world: statements.world };
    const { ticket } = catchUp(before, worlds, now).told;
    allowedSteps(ticket, partiesOf(ticket, { cadreId: '', supervisor: true, staff: true, enterprise: false }), momentOf(now, ZONE), world);
    const shown = events.map((event) => toEventResponse(event, true, (name) => name));
    void reply.type('application/json');
    return JSON.stringify({ items: toTimeline(shown, ticket.clocks, (linkages?.rows ?? []) as ShownLinkage[]), nextCursor: null });
  });

  const register = writer('register', statements.register, 'INSERT INTO ticket_number', (_read, now) => {
    const event = { ...momentOf(now, ZONE), type: 'register', terms: termsOf(DEFAULT_POLICY, undefined), world: statements.world } as Recorded;
    standingOf(replay([event], worlds).ticket, world);
    return [];
  });
  server.post<{ Body: Names }>('/tickets', async (request, reply) => {
    const { answer, rows } = await register(request.body);
    void reply.status(201).type('application/json');
    return JSON.stringify({ ...(answer as object), number: (rows.flatMap((one) => one.rows).find((row) => (row as { sequence?: number }).sequence !== undefined) as { number: string }).number });
  });

  const answer = writer('answer', statements.answer, 'UPDATE ticket t SET', (read, now) => {
    const row = read.flatMap(({ rows }) => rows).find((one) => (one as Partial<TicketRow>).number !== undefined) as TicketRow;
    const events = read.map(({ rows }) => rows).find(([first]) => (first as Partial<EventRow> | undefined)?.type !== undefined) ?? [];
    const before = { ...replay(recorded(events), worlds), world: row.world };
    const event = { ...momentOf(now, ZONE), type: 'answer', kind: 'interim', world: statements.world } as Recorded;
    const done = catchUp(tell(before, event, worlds), worlds, now).told;
    allowedSteps(done.ticket, partiesOf(done.ticket, { cadreId: row.handlerId ?? '', supervisor: false, staff: true, enterprise: false }), momentOf(now, ZONE), world);
    const standing = snakeCased(standingOf(done.ticket, world));
    return [['UPDATE ticket t SET', (model) => JSON.stringify([{ ...(JSON.parse(String(model)) as object[])[0], ...standing }])]];
  });
  server.post<{ Body: Names }>('/answer', async (request, reply) => {
    const done = await answer(request.body);
    void reply.type('application/json');
    return JSON.stringify(done.answer);
  });
  await server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
}

/** Answers how one request is written: all that is read in one round trip, then all that is written, then the commit. */
function writer(kind: string, model: ModelWrite, firstWrite: string, judge: (read: readonly Rows[], now: Date) => readonly Override[]): (names: Names) => Promise<{ answer: unknown; rows: readonly Rows[] }> {
  const fresh: string[] = [];
  const compile = compiler(new Map(Object.entries(model.names).map(([name, value]) => [value, name])), fresh);
  const steps = model.statements.map(({ text, values }, index) => ({ name: `${kind}-${index}`, text, values: values.map(compile) }));
  const answer = compile(model.answer);
  const writes = steps.findIndex(({ text }) => text.includes(firstWrite));
  if (writes < 1) throw new Error(`among the statements of ${kind} there is none that begins to write`);
  return async (request) => {
    const now = new Date();
    const names = withFresh({ ...request, now: now.toISOString() }, fresh);
    const client = await pool.connect();
    const send = async (from: number, to: number, overrides: readonly Override[] = []): Promise<readonly Rows[]> => Promise.all(steps.slice(from, to).map(async ({ name, text, values }) => {
      const [, change] = overrides.find(([mark]) => text.includes(mark)) ?? [];
      const filled = values.map((fill) => fill(names));
      return client.query({ name, text, values: change === undefined ? filled : filled.map(change) });
    }));
    try {
      const [, read] = await Promise.all([client.query({ name: 'begin', text: 'BEGIN' }), send(0, writes)]);
      const rows = await send(writes, steps.length, judge(read, now));
      await client.query({ name: 'commit', text: 'COMMIT' });
      return { answer: answer(names), rows };
    } catch (error) {
      await rollBack(client);
      throw error;
    } finally {
      client.release();
    }
  };
}

process.once('SIGTERM', () => { void server.close().then(async () => pool.end()); });
start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
