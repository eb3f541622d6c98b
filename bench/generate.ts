import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { searchKeysOf } from '../src/enterprises/domain/name-search';
import { addDays, type Day } from '../src/kernel/day';
import { type CalendarYear, WorkingCalendar } from '../src/kernel/working-calendar';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../src/parks/domain/policy';
import { migrate } from '../src/platform/db/migrate';
import { AROUND, DUTIES, ENTERPRISES, LAPSES, PARKS, PEOPLE, PLAN, SETTINGS, VISITS, WATCHES } from './generate.sql';
import { databaseOf, PARK, type Size } from './sizes';

/**
 * Fills a database with one of the sizes, by statements over whole sets, straight into the tables. What it writes is what the rule
 * would have written: visits every nine days and every month, with a gap of fifteen days in some histories; due dates, watched dates
 * and lapses follow from them, so that judging a duty anew finds nothing to change.
 */

// Visits are written in batches of parks by two connections; within a batch by date, so that a park's visits lie scattered as they would.
const PARKS_PER_BATCH = 20;
const CONNECTIONS = 2;
const EMPTIED_OF_INDEXES = ['visit', 'visit_participant', 'assignment', 'lapse', 'enterprise'];

/** URL of a database of the server that the bench uses, as the owner. */
export type UrlOf = (database: string) => string;

/** A database that the bench fills, and how. */
export interface Filling {
  readonly database: string;
  readonly size: Size;
  /** The sources that say how: a change of one makes the data anew. */
  readonly files: readonly string[];
  readonly fill: (loaders: readonly Client[], today: Day, url: string) => Promise<void>;
}

/** Parks with half a year of visits to their enterprises. */
export function visitsOf(size: Size): Filling {
  return { database: databaseOf(size), size, files: [__filename, join(__dirname, 'generate.sql.js'), join(__dirname, 'sizes.js')], fill: async (loaders, today) => load(loaders, size, today) };
}

/** What the data depend on: their size, the day, and how they are made. Migrations that came later are run over them, as over an installation's. */
function stampOf({ size, files }: Filling, today: Day): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return `${size.name} ${today} ${hash.digest('hex').slice(0, 16)}`;
}

/** Whether the database is there, made for the day; it is then brought up to the present tables. */
export async function isGenerated(urlOf: UrlOf, filling: Filling, today: Day): Promise<boolean> {
  const made = await withClient(urlOf('postgres'), async (client) => {
    const { rows } = await client.query<{ note: string | null }>("SELECT shobj_description(oid, 'pg_database') AS note FROM pg_database WHERE datname = $1", [filling.database]);
    return rows[0]?.note === stampOf(filling, today);
  });
  if (made) await migrate(urlOf(filling.database));
  return made;
}

/** Makes the database anew. */
export async function generate(urlOf: UrlOf, filling: Filling, today: Day): Promise<void> {
  const name = escapeIdentifier(filling.database);
  const url = urlOf(filling.database);
  await withClient(urlOf('postgres'), async (maintenance) => {
    await maintenance.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await maintenance.query(`CREATE DATABASE ${name}`);
    await migrate(url);
    const loaders = await Promise.all(Array.from({ length: CONNECTIONS }, async () => openLoader(url)));
    await filling.fill(loaders, today, url).finally(async () => Promise.all(loaders.map(async (loader) => loader.end())));
    await maintenance.query(`COMMENT ON DATABASE ${name} IS '${stampOf(filling, today)}'`);
  });
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return work(client).finally(async () => client.end());
}

async function openLoader(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // Foreign keys hold by construction; checking twenty million of them one by one would take minutes.
  await client.query("SET session_replication_role = replica; SET search_path = public, extensions; SET timezone = 'UTC'; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'");
  return client;
}

async function load(loaders: readonly Client[], size: Size, today: Day): Promise<void> {
  const [first] = loaders;
  if (first === undefined) return;
  await prepare(first, today);
  const indexes = await dropIndexes(first, EMPTIED_OF_INDEXES, 'visit%');
  await loadParks(first, size);
  await inParallel(loaders, [
    async (loader) => loader.query(ENTERPRISES),
    async (loader) => loader.query(AROUND, [size.parks]),
    async (loader) => { await loader.query(DUTIES); await loader.query(WATCHES); await loader.query(LAPSES); },
    ...batchesOf(size).map((batch) => async (loader: Client) => loader.query(VISITS, batch)),
  ]);
  await inParallel(loaders, indexes.map((definition) => async (loader: Client) => loader.query(definition)));
  await first.query('CREATE TABLE bench.assignment AS SELECT * FROM public.assignment; ALTER TABLE bench.assignment ADD PRIMARY KEY (id)');
  await first.query('CREATE TABLE bench.duty_watch AS SELECT * FROM public.duty_watch');
  await inParallel(loaders, ['visit', 'visit_participant'].map((table) => async (loader: Client) => loader.query(`VACUUM (ANALYZE) ${table}`)));
  await first.query('VACUUM (ANALYZE)');
}

/** Parks with their settings and people, and the plan from which their enterprises are made. Needs {@link prepare}. */
export async function loadParks(loader: Client, size: Size): Promise<void> {
  await loader.query(PARKS, [size.parks]);
  const { visits, tickets, escalation, assessment, privacy } = DEFAULT_POLICY;
  await loader.query(SETTINGS, [size.parks, visits, tickets, escalation, assessment, JSON.stringify(DEFAULT_WORKING_HOURS), privacy]);
  await loader.query(PEOPLE, [size.parks]);
  await loader.query(PLAN, [size.parks]);
  await loader.query('ANALYZE bench.plan; ANALYZE bench.settled; ANALYZE bench.name');
}

/** Parks from one number up to another. */
export function batchesOf(size: Size): [number, number][] {
  return Array.from({ length: Math.ceil(size.parks / PARKS_PER_BATCH) }, (_none, index) => [index * PARKS_PER_BATCH, Math.min(size.parks, (index + 1) * PARKS_PER_BATCH)]);
}

export async function inParallel(loaders: readonly Client[], work: readonly ((loader: Client) => Promise<unknown>)[]): Promise<void> {
  const queue = [...work];
  await Promise.all(loaders.map(async (loader) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next(loader);
  }));
}

/** Takes away the indexes that no constraint needs; answers the statements that bring them back, those of the largest tables first. */
export async function dropIndexes(client: Client, tables: readonly string[], largest: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY($1::regclass[]) AND NOT i.indisunique AND NOT i.indisexclusion ORDER BY c.relname LIKE $2 DESC, c.relname`, [tables, largest]);
  for (const { name } of rows) await client.query(`DROP INDEX ${escapeIdentifier(name)}`);
  return rows.map(({ definition }) => definition);
}

/** The day, the calendar's verdict for every day that may be due, and the names, with their search keys, that every park uses. */
export async function prepare(client: Client, today: Day): Promise<void> {
  const { rows } = await client.query<CalendarYear>('SELECT year, status, version, days FROM calendar_year ORDER BY year, version');
  const calendar = new WorkingCalendar(rows);
  const days = Array.from({ length: 460 }, (_none, index) => addDays(today, index - 330));
  await client.query('CREATE SCHEMA bench');
  await client.query('CREATE TABLE bench.moment AS SELECT $1::date AS today, $2::date AS passing_on, now() AS made_at', [today, calendar.onOrAfter(today)]);
  await client.query('CREATE TABLE bench.settled AS SELECT * FROM unnest($1::date[], $2::date[]) AS s(day, due)', [days, days.map((day) => calendar.onOrAfter(day))]);
  await client.query('ALTER TABLE bench.settled ADD PRIMARY KEY (day)');
  const names = Array.from({ length: PARK.enterprises }, (_none, index) => nameOf(index));
  const keys = names.map((name) => searchKeysOf(name));
  await client.query(
    `CREATE UNLOGGED TABLE bench.name AS
     SELECT position::integer - 1 AS position, name, search_text, sort_key, ARRAY(SELECT jsonb_array_elements_text(pieces)) AS search_pieces
     FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS n(name, search_text, sort_key, pieces, position)`,
    [names, keys.map((key) => key.searchText), keys.map((key) => key.sortKey), keys.map((key) => JSON.stringify(key.searchPieces))]);
}

const PLACES = ['星河', '云岭', '青石', '金桥', '白沙', '松涛', '海棠', '丰泽', '长兴', '东湖'];
const TRADES = ['精密机械', '食品', '电子材料', '新能源', '包装', '生物医药', '智能装备', '环保科技', '纺织', '物流', '建材', '仪表', '化工', '农业科技', '汽车零部件', '光电', '软件', '家具', '医疗器械', '特种钢'];

function nameOf(position: number): string {
  return `${PLACES[position % PLACES.length]}${TRADES[Math.floor(position / PLACES.length) % TRADES.length]}有限公司`;
}

/** What a measurement has written is taken back, so that the next one begins as the first did. */
export async function restore(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('SET session_replication_role = replica');
    await client.query('BEGIN');
    for (const statement of RESTORE) await client.query(statement);
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE) visit, visit_participant, assignment, duty_watch, lapse, enterprise, journal_entry');
    await client.query('CHECKPOINT');
  });
}

const RESTORE = [
  `DELETE FROM visit_participant p USING visit v, bench.moment m WHERE v.park_id = p.park_id AND v.id = p.visit_id AND v.created_at > m.made_at`,
  `UPDATE enterprise e SET last_visit_on = o.last_visit_on, version = 1
   FROM (SELECT a.enterprise_id, max(a.last_visit_on) AS last_visit_on FROM bench.assignment a GROUP BY 1) o
   WHERE e.id = o.enterprise_id AND e.last_visit_on IS DISTINCT FROM o.last_visit_on`,
  'DELETE FROM visit v USING bench.moment m WHERE v.created_at > m.made_at',
  'DELETE FROM lapse l USING bench.moment m WHERE l.created_at > m.made_at',
  'TRUNCATE journal_entry, journal_head',
  `UPDATE assignment a SET (standing, next_due_on, turn_on, last_visit_on, version, updated_at) = (o.standing, o.next_due_on, o.turn_on, o.last_visit_on, o.version, o.updated_at)
   FROM bench.assignment o WHERE o.id = a.id AND a.version <> o.version`,
  'DELETE FROM duty_watch w WHERE NOT EXISTS (SELECT FROM bench.duty_watch o WHERE (o.park_id, o.assignment_id, o.watch_on) = (w.park_id, w.assignment_id, w.watch_on))',
  'INSERT INTO duty_watch SELECT * FROM bench.duty_watch EXCEPT SELECT * FROM duty_watch',
];
