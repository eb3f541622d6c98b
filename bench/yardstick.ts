import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import { Pool, types } from 'pg';
import { type CalendarYear, WorkingCalendar } from '../src/kernel/working-calendar';
import type { DueTicketRow } from '../src/tickets/ticket-due-list.store';
import { toDueTicket } from './tickets/yardstick.rows';
import { type DueRow, toDueVisit, todayIn } from './yardstick.rows';
import { type ModelVisit, type NewVisit, type Rule, visitRecorder } from './yardstick.visit';

/**
 * The yardstick: a server written by hand with Fastify and pg, as lean as it can be while it says the same with the same SQL. It runs the
 * statements that the application has sent (handed over in a file), prepared by name, pipelined where the next does not need the one
 * before; it has no authentication, no scope, no row-level security, no framework, no checks of what it is asked.
 */

types.setTypeParser(types.builtins.DATE, (text) => text);

export interface Statements {
  readonly overdue: readonly string[];
  readonly worklist: readonly string[];
  readonly visit: ModelVisit;
}

const PAGE = 50;
const MOST = 200;
const DAY_MS = 86_400_000;

const statements = JSON.parse(readFileSync(process.env['STATEMENTS'] ?? '', 'utf8')) as Statements;
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: Number(process.env['DATABASE_POOL']), pipeline: true, options: '-c timezone=UTC -c search_path=public,extensions' });
// A connection that ends while nobody uses it is replaced when one is needed.
pool.on('error', () => undefined);
const server = fastify();

const dayAfter = (day: string, count: number): string => new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
const quarterOf = (day: string): string => `${day.slice(0, 5)}${String(Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`;

/** Sends all statements at once over one connection; answers the rows of each, in their order. */
async function readAll(kind: 'overdue' | 'worklist', valuesOf: (text: string) => unknown[]): Promise<{ readonly text: string; readonly rows: readonly unknown[] }[]> {
  const client = await pool.connect();
  try {
    return await Promise.all(statements[kind].map(async (text, index) => ({ text, rows: (await client.query({ name: `${kind}-${index}`, text, values: valuesOf(text) })).rows })));
  } finally {
    client.release();
  }
}

const isOfTickets = (text: string): boolean => text.includes('FROM ticket');
const isList = (text: string): boolean => text.includes('ORDER BY');

server.get('/health/ready', () => ({ status: 'ok' }));

server.get<{ Querystring: { parkId: string } }>('/overdue-visits', async (request, reply) => {
  const { parkId } = request.query;
  const today = todayIn();
  const read = await readAll('overdue', (text) => (isList(text) ? [parkId, PAGE + 1, dayAfter(today, -1), today, quarterOf(today)] : [parkId, today]));
  const rows = (read.find(({ text }) => isList(text))?.rows ?? []) as DueRow[];
  const last = rows.length > PAGE ? rows[PAGE - 1] : undefined;
  const nextCursor = last === undefined ? null : Buffer.from(JSON.stringify([last.nextDueOn, last.assignmentId])).toString('base64url');
  void reply.type('application/json');
  return JSON.stringify({ items: rows.slice(0, PAGE).map((row) => toDueVisit(row, today)), nextCursor });
});

server.get<{ Querystring: { parkId: string; cadreId: string } }>('/worklist', async (request, reply) => {
  const { parkId, cadreId } = request.query;
  const today = todayIn();
  const now = new Date();
  const read = await readAll('worklist', (text) => {
    if (isOfTickets(text)) return isList(text) ? [parkId, MOST, cadreId] : [parkId, now];
    return isList(text) ? [parkId, MOST, dayAfter(today, 400), today, quarterOf(today), cadreId] : [parkId, today];
  });
  const rowsOf = (tickets: boolean): readonly unknown[] => read.find(({ text }) => isList(text) && isOfTickets(text) === tickets)?.rows ?? [];
  void reply.type('application/json');
  return JSON.stringify({ visits: (rowsOf(false) as DueRow[]).map((row) => toDueVisit(row, today)), tickets: (rowsOf(true) as DueTicketRow[]).map((row) => toDueTicket(row, now)) });
});

/** What judging needs besides the facts; kept in memory, as the application keeps its calendar. */
async function readRule(): Promise<Rule> {
  const years = await pool.query<CalendarYear>('SELECT year, status, version, days FROM calendar_year ORDER BY year, version');
  const park = await pool.query<Pick<Rule, 'goLiveOn' | 'policies'>>(
    `SELECT p.go_live_on AS "goLiveOn", json_build_array(json_build_object('effectiveFrom', v.effective_from, 'visits', v.visits)) AS policies
     FROM park p JOIN park_policy v ON v.park_id = p.id LIMIT 1`);
  const [first] = park.rows;
  if (first === undefined) throw new Error('there is no park');
  return { ...first, calendar: new WorkingCalendar(years.rows) };
}

async function start(): Promise<void> {
  const record = visitRecorder(pool, statements.visit, await readRule(), todayIn);
  server.post<{ Body: NewVisit }>('/visits', async (request, reply) => {
    const visit = await record(request.body);
    void reply.status(201).type('application/json');
    return JSON.stringify(visit);
  });
  await server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
}

process.once('SIGTERM', () => { void server.close().then(async () => pool.end()); });
start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
