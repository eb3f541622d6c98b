import { Client } from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { ENTITIES } from '../../src/entities';
import { searchTextOf } from '../../src/integrity/domain/report';
import type { EntityClass } from '../../src/platform/db/data-source';
import { MIGRATIONS } from '../../src/platform/db/migrate';
import { SnakeNaming } from '../../src/platform/db/naming';
import { createTestDatabase, type TestDatabase } from '../support/database';

describe('the schema', () => {
  let database: TestDatabase;
  let owner: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new Client({ connectionString: database.url });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  const rows = async <R extends object>(text: string): Promise<R[]> => (await owner.query(text)).rows as R[];

  it('is what the entities say: no migration is missing', async () => {
    const source = await new DataSource({
      type: 'postgres', url: database.url, entities: [...ENTITIES] as MixedList<EntityClass>, migrations: MIGRATIONS, namingStrategy: new SnakeNaming(),
      extra: { options: '-c search_path=public,extensions' },
    }).initialize();
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('has row-level security on every table that belongs to a park', async () => {
    const open = await rows<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname NOT IN ('calendar_year', 'migrations', 'rate_window')
        AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))`);
    expect(open).toEqual([]);
  });

  // Where a key says more than which row of which park, those two find the rows.
  it('indexes every foreign key', async () => {
    const bare = await rows<{ name: string }>(`
      SELECT f.conname AS name FROM pg_constraint f JOIN pg_namespace n ON n.oid = f.connamespace
      WHERE f.contype = 'f' AND n.nspname = 'public' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND (i.indkey::int2[])[0:least(cardinality(f.conkey), 2) - 1] <@ f.conkey)`);
    expect(bare).toEqual([]);
  });

  // An account is found by its id alone: the operator's is of no park, and what refers to it is the system's to read.
  it('carries the park in every reference between rows of a park', async () => {
    const loose = await rows<{ name: string }>(`
      SELECT f.conname AS name FROM pg_constraint f JOIN pg_namespace n ON n.oid = f.connamespace JOIN pg_class t ON t.oid = f.confrelid
      WHERE f.contype = 'f' AND n.nspname = 'public' AND t.relname NOT IN ('park', 'account')
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey) AND a.attname = 'park_id')`);
    expect(loose).toEqual([]);
  });

  it('lets the application’s role own nothing, and change or delete nothing of the journal', async () => {
    expect(await rows(`SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'ledger_app'`)).toEqual([]);
    expect(await rows(`SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'ledger_app'`)).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    const rights = await rows<{ right: string; columns: string[] }>(`
      SELECT privilege_type AS right, array_agg(column_name::text ORDER BY ordinal_position) AS columns
      FROM information_schema.column_privileges JOIN information_schema.columns USING (table_schema, table_name, column_name)
      WHERE grantee = 'ledger_app' AND table_name = 'journal_entry' AND privilege_type <> 'SELECT' GROUP BY 1 ORDER BY 1`);
    expect(rights).toEqual([
      { right: 'INSERT', columns: ['id', 'park_id', 'type', 'recorded_at', 'effective_on', 'actor_kind', 'actor_id', 'subject_type', 'subject_id', 'data', 'request_id'] },
      { right: 'UPDATE', columns: ['number', 'hash', 'algorithm', 'sealed_at'] },
    ]);
    const whole = await rows<{ name: string; right: string }>(`SELECT table_name AS name, privilege_type AS right FROM information_schema.role_table_grants
      WHERE grantee = 'ledger_app' AND table_name IN ('journal_entry', 'journal_head', 'journal_verification', 'access_log') ORDER BY 1, 2`);
    expect(whole.map(({ name, right }) => `${name} ${right}`)).toEqual([
      'access_log INSERT', 'access_log SELECT', 'journal_entry SELECT', 'journal_head INSERT', 'journal_head SELECT', 'journal_verification INSERT', 'journal_verification SELECT',
    ]);
  });

  it('gives entries that were there before the seal positions in the order of their ids', async () => {
    const source = await new DataSource({ type: 'postgres', url: database.url, migrations: MIGRATIONS, namingStrategy: new SnakeNaming() }).initialize();
    for (let undo = MIGRATIONS.findIndex(({ name }) => name.startsWith('JournalSeal')); undo < MIGRATIONS.length; undo += 1) await source.undoLastMigration();
    const id = (tail: number): string => `01950000-0000-7000-8000-${String(tail).padStart(12, '0')}`;
    await owner.query(`INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at) VALUES ($1, 'OLD', 'OLD', '430181', 'Asia/Shanghai', '2026-01-01', 1, now(), now())`, [id(1)]);
    const append = async (tail: number): Promise<unknown> => owner.query(`
      INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
      VALUES ($2, $1, 'old', now(), '2026-01-01', 'system', 'system', 'park', $1, '{}', 'test')`, [id(1), id(tail)]);
    for (const tail of [30, 10, 20]) await append(tail);
    await source.runMigrations();
    await append(5);
    const entries = await rows<{ id: string; position: string; number: null }>('SELECT id, position::text, number FROM journal_entry ORDER BY position');
    expect(entries).toEqual([10, 20, 30, 5].map((tail, index) => ({ id: id(tail), position: String(index + 1), number: null })));
    await owner.query('SET session_replication_role = replica; TRUNCATE journal_entry, park CASCADE; RESET session_replication_role');
    await source.destroy();
  });

  it('writes down anew in what names are sought, and as it was when taken back', async () => {
    const source = await new DataSource({ type: 'postgres', url: database.url, migrations: MIGRATIONS, namingStrategy: new SnakeNaming() }).initialize();
    const id = (tail: number): string => `01950000-0000-7000-8000-${String(tail).padStart(12, '0')}`;
    const sought = async (): Promise<string[]> => (await rows<{ text: string }>('SELECT search_text AS text FROM integrity_report ORDER BY id')).map(({ text }) => text);
    await owner.query(`INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at) VALUES ($1, 'OLD', 'OLD', '430181', 'Asia/Shanghai', '2026-01-01', 1, now(), now())`, [id(1)]);
    // More than are rewritten at once.
    await owner.query(`
      INSERT INTO integrity_report (id, park_id, receipt_hash, level, prohibitions, text, enterprise_name, search_text, status, version, created_at, updated_at)
      SELECT ('01950000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, sha256(n::text::bytea), 'park', '{shares}', '阿不都・热合曼 ' || n, CASE n WHEN 101 THEN 'A·公司' END, '', 'open', 1, now(), now()
      FROM generate_series(101, 350) AS n`, [id(1)]);
    await owner.query(`INSERT INTO integrity_named (id, park_id, report_id, name, position) VALUES ($2, $1, $4, '李\u200b静（大）', 'Café'), ($3, $1, $4, '某', NULL)`, [id(1), id(2), id(3), id(101)]);
    await owner.query(`INSERT INTO integrity_message (id, park_id, report_id, author, text, at) VALUES ($2, $1, $4, 'reporter', '王、五', now()), ($3, $1, $4, 'inspector', '不算', now())`, [id(1), id(4), id(5), id(101)]);
    for (let undo = MIGRATIONS.findIndex(({ name }) => name.startsWith('PlainNames')); undo < MIGRATIONS.length; undo += 1) await source.undoLastMigration();
    expect(await sought()).toEqual(Array.from({ length: 250 }, (_, index) => (index === 0 ? '阿不都・热合曼101|a公司|李\u200b静大|café|某|王、五' : `阿不都・热合曼${index + 101}`)));
    await source.runMigrations();
    expect(await sought()).toEqual(Array.from({ length: 250 }, (_, index) => searchTextOf(index === 0 ? ['阿不都・热合曼 101', 'A·公司', '李\u200b静（大）', 'Café', '某', '王、五'] : [`阿不都・热合曼 ${index + 101}`])));
    expect((await sought())[0]).toBe('阿不都热合曼101|a公司|李静大|cafe|某|王五');
    await owner.query('SET session_replication_role = replica; TRUNCATE integrity_report, integrity_named, integrity_message, park CASCADE; RESET session_replication_role');
    await source.destroy();
  });

  it('lets replies of before belong to the invitation that there was, and takes back all stays but the last', async () => {
    const source = await new DataSource({ type: 'postgres', url: database.url, migrations: MIGRATIONS, namingStrategy: new SnakeNaming() }).initialize();
    const backTo = async (name: string): Promise<void> => {
      for (let undo = MIGRATIONS.findIndex((one) => one.name.startsWith(name)); undo < MIGRATIONS.length; undo += 1) await source.undoLastMigration();
    };
    await backTo('StaysInLinkages');
    const [day, later] = ['2026-03-02T00:00:00.000Z', '2026-03-05T00:00:00.000Z'];
    await owner.query(`
      SET session_replication_role = replica;
      INSERT INTO linkage_member (park_id, linkage_id, cadre_id, joined_at, left_at) SELECT u, u, u, '${day}', '${later}' FROM uuidv7() u;
      INSERT INTO linkage_department (park_id, linkage_id, department_id, invited_at) SELECT u, u, u, '${day}' FROM uuidv7() u;
      INSERT INTO linkage_reply (id, park_id, linkage_id, department_id, cadre_id, text, at) SELECT park_id, park_id, linkage_id, department_id, park_id, '同意', '${later}' FROM linkage_department;
    `);
    await source.runMigrations();
    expect(await rows('SELECT invited_at FROM linkage_reply')).toEqual([{ invited_at: new Date(day) }]);
    await owner.query(`
      INSERT INTO linkage_member SELECT park_id, linkage_id, cadre_id, '${later}', NULL FROM linkage_member;
      UPDATE linkage_department SET left_at = '${later}';
      INSERT INTO linkage_department SELECT park_id, linkage_id, department_id, '${later}', NULL FROM linkage_department;
    `);
    await backTo('StaysInLinkages');
    expect(await rows('SELECT joined_at, left_at FROM linkage_member')).toEqual([{ joined_at: new Date(later), left_at: null }]);
    expect(await rows('SELECT invited_at, left_at FROM linkage_department')).toEqual([{ invited_at: new Date(later), left_at: null }]);
    expect(await rows('SELECT text FROM linkage_reply')).toEqual([{ text: '同意' }]);
    await source.runMigrations();
    await owner.query('TRUNCATE linkage_member, linkage_department, linkage_reply; RESET session_replication_role');
    await source.destroy();
  });

  it('can be taken back and made again', async () => {
    const source = await new DataSource({ type: 'postgres', url: database.url, migrations: MIGRATIONS, namingStrategy: new SnakeNaming() }).initialize();
    for (const _ of MIGRATIONS) await source.undoLastMigration();
    expect(await rows(`SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r' AND relname <> 'migrations'`)).toEqual([]);
    expect(await source.runMigrations()).toHaveLength(MIGRATIONS.length);
    await source.destroy();
  });
});
