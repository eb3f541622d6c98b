import { join } from 'node:path';
import { type Client, escapeIdentifier } from 'pg';
import { LocalIssuer } from '../../src/identity/local-issuer';
import type { Day } from '../../src/kernel/day';
import { SystemClock } from '../../src/platform/clock';
import { openApplication } from '../application';
import { batchesOf, dropIndexes, type Filling, inParallel, loadParks, prepare, withClient } from '../generate';
import { ENTERPRISES } from '../generate.sql';
import { FOLDER } from '../server';
import { AUDIENCE, CADRES_PER_PARK, databaseOf, ISSUER, type Kind, PARK, type Size, sqlId } from '../sizes';
import { liveThrough, MODEL_PARK } from './lives';

/** Parks full of tickets: the application lives through those of one park, and statements over whole sets copy them into the others under ids of their own. */
export function ticketsOf(size: Size): Filling {
  return {
    database: `${databaseOf(size)}_tickets`, size, fill: async (loaders, today, url) => fill(loaders, size, today, url),
    files: [__filename, join(__dirname, 'lives.js'), join(__dirname, '..', 'generate.js'), join(__dirname, '..', 'generate.sql.js'), join(__dirname, '..', 'sizes.js')],
  };
}

// What an open ticket has around it. Links that went out and journal entries are left to the park that lived: no measured request reads them.
const COPIED = ['ticket', 'ticket_event', 'ticket_clock', 'ticket_number', 'linkage', 'linkage_member', 'reminder'] as const;
const KEPT: readonly string[] = ['ticket', 'ticket_event', 'ticket_clock', 'ticket_number'];

async function fill(loaders: readonly Client[], size: Size, today: Day, url: string): Promise<void> {
  const [first] = loaders;
  if (first === undefined) return;
  await prepare(first, today);
  await loadParks(first, size);
  await first.query(ENTERPRISES);
  await first.query('ANALYZE');
  const clock = new SystemClock();
  const application = await openApplication(url, clock, await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE));
  await liveThrough(application, clock.now()).finally(async () => application.close());
  const indexes = await dropIndexes(first, [...COPIED], 'ticket%');
  for (const statement of MODEL) await first.query(statement, statement.includes('$1') ? [size.parks] : []);
  const copies = await Promise.all(COPIED.map(async (table) => copyOf(first, table)));
  await inParallel(loaders, batchesOf(size).map((batch) => async (loader: Client) => { for (const copy of copies) await loader.query(copy, [...batch]); }));
  await inParallel(loaders, indexes.map((definition) => async (loader: Client) => loader.query(definition)));
  await first.query('UPDATE bench.moment SET made_at = clock_timestamp()');
  for (const table of KEPT) {
    const open = table === 'ticket' ? 't.ended_at IS NULL' : table === 'ticket_number' ? 'true' : 't.ticket_id IN (SELECT id FROM public.ticket WHERE ended_at IS NULL)';
    await first.query(`CREATE TABLE bench.${table} AS SELECT t.* FROM public.${table} t WHERE ${open}`);
  }
  await first.query('CREATE INDEX ON bench.ticket (id); CREATE INDEX ON bench.ticket_event (ticket_id); CREATE INDEX ON bench.ticket_clock (ticket_id)');
  await inParallel(loaders, ['ticket', 'ticket_event', 'ticket_clock'].map((table) => async (loader: Client) => loader.query(`VACUUM (ANALYZE) ${table}`)));
  await first.query('VACUUM (ANALYZE)');
}

const base = (kind: Kind, perPark: number): string =>
  `SELECT ${sqlId(kind, `${MODEL_PARK * perPark} + n`)} AS old, p, ${sqlId(kind, `p * ${perPark} + n`)} AS new FROM generate_series(0, ${perPark - 1}) n, generate_series(0, $1::integer - 1) p WHERE p <> ${MODEL_PARK}`;
const made = (table: string, at: string): string =>
  `SELECT t.id, p, uuidv7(t.${at} - now()) FROM ${table} t, generate_series(0, $1::integer - 1) p WHERE p <> ${MODEL_PARK}`;

/** What stands for each id of the model park in each other park. A ticket's id carries the time of its registration, as a real one does. */
const MODEL = [
  `CREATE UNLOGGED TABLE bench.stand_in (old, p, new) AS
   ${[base('park', 1), base('cadre', CADRES_PER_PARK), base('department', PARK.departments), base('enterprise', PARK.enterprises), made('ticket', 'created_at'), made('linkage', 'opened_at'), made('reminder', 'issued_at')].join(' UNION ALL ')}`,
  'CREATE INDEX ON bench.stand_in (p, old)',
  'ANALYZE bench.stand_in',
];

/** The statement that copies a table's rows of the model park to the parks from $1 up to $2. */
async function copyOf(client: Client, table: string): Promise<string> {
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    "SELECT column_name AS name, udt_name AS type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position", [table]);
  const joins: string[] = [];
  const values = columns.map(({ name, type }) => {
    const column = `t.${escapeIdentifier(name)}`;
    if (table === 'ticket' && name === 'number') return `'B' || s.p || substr(${column}, ${String(`B${MODEL_PARK}`.length + 1)})`;
    if (table === 'ticket_event' && name === 'data') {
      joins.push('LEFT JOIN bench.stand_in handler ON handler.p = s.p AND handler.old = (t.data ->> \'handlerId\')::uuid');
      return `CASE WHEN handler.new IS NULL THEN ${column} ELSE jsonb_set(${column}, '{handlerId}', to_jsonb(handler.new)) END`;
    }
    if (type !== 'uuid') return column;
    joins.push(`LEFT JOIN bench.stand_in ${escapeIdentifier(`s_${name}`)} ON ${escapeIdentifier(`s_${name}`)}.p = s.p AND ${escapeIdentifier(`s_${name}`)}.old = ${column}`);
    return `${escapeIdentifier(`s_${name}`)}.new`;
  });
  const by = columns.find(({ name }) => ['created_at', 'at', 'started_at'].includes(name));
  return `INSERT INTO ${table} (${columns.map(({ name }) => escapeIdentifier(name)).join(', ')})
    SELECT ${values.join(', ')} FROM ${table} t JOIN bench.stand_in s ON s.old = t.park_id AND s.p >= $1 AND s.p < $2 ${joins.join(' ')} ${by === undefined ? '' : `ORDER BY t.${by.name}, s.p`}`;
}

/** What a measurement has written is taken back, so that the next one begins as the first did. Only tickets that were open can have moved. */
export async function restoreTickets(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('SET session_replication_role = replica');
    await client.query('BEGIN');
    for (const statement of RESTORE) await client.query(statement);
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE) ticket, ticket_event, ticket_clock, ticket_number, journal_entry');
    await client.query('CHECKPOINT');
  });
}

const RESTORE = [
  'CREATE TEMPORARY TABLE moved ON COMMIT DROP AS SELECT t.park_id, t.id FROM ticket t, bench.moment m WHERE t.updated_at > m.made_at',
  'DELETE FROM ticket_event e USING moved m WHERE e.park_id = m.park_id AND e.ticket_id = m.id',
  'DELETE FROM ticket_clock c USING moved m WHERE c.park_id = m.park_id AND c.ticket_id = m.id',
  'DELETE FROM ticket t USING moved m WHERE t.id = m.id',
  'INSERT INTO ticket SELECT b.* FROM bench.ticket b JOIN moved m ON m.id = b.id',
  'INSERT INTO ticket_event SELECT b.* FROM bench.ticket_event b JOIN moved m ON m.id = b.ticket_id',
  'INSERT INTO ticket_clock SELECT b.* FROM bench.ticket_clock b JOIN moved m ON m.id = b.ticket_id',
  'UPDATE ticket_number n SET last = b.last FROM bench.ticket_number b WHERE (b.park_id, b.year) = (n.park_id, n.year) AND b.last <> n.last',
  'TRUNCATE journal_entry, journal_head',
];
