import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../../src/platform/config';
import { loginOf, powersOf, prepareLogin } from '../../src/platform/db/application-login';
import { applicationDataSource } from '../../src/platform/db/data-source';
import { Sealer } from '../../src/platform/journal/sealer';
import { type TestApp, startApp } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';

const OWNER = 'postgres://ledger:s%26cret@db.example:5432/%E5%8F%B0%E8%B4%A6?sslmode=require';

describe('the login that is worked out', () => {
  it('is the same in every process, and another for another database or password', () => {
    expect(loginOf(OWNER)).toEqual(loginOf(OWNER));
    const passwordOf = (url: string): string => new URL(loginOf(url).url).password;
    const others = [OWNER.replace('s%26cret', 'other'), OWNER.replace('%E5%8F%B0', 'x')];
    expect(new Set([OWNER, ...others].map(passwordOf)).size).toBe(3);
    expect(passwordOf(OWNER)).toMatch(/^[\w-]{43}$/);
  });

  it('leads to the same server and database, under a name of the database', () => {
    const { url, kind } = loginOf(OWNER);
    expect(kind).toBe('derived');
    const { host, pathname, search, username } = new URL(url);
    expect([host, pathname, search, decodeURIComponent(username)]).toEqual(['db.example:5432', '/%E5%8F%B0%E8%B4%A6', '?sslmode=require', 'ledger_login_台账']);
  });

  it('takes user and password from behind the question mark, where pg reads them first, and leaves none there', () => {
    const { url, kind } = loginOf('postgres://db.example/ledger?user=owner&password=secret');
    expect(kind).toBe('derived');
    expect(url).not.toContain('secret');
    expect(new URL(url).username).toBe('ledger_login_ledger');
  });

  it('has a name that PostgreSQL does not cut, whatever the database is called', () => {
    const names = ['数'.repeat(20), `${'数'.repeat(19)}据库`].map((database) => decodeURIComponent(new URL(loginOf(`postgres://o:p@h/${encodeURIComponent(database)}`).url).username));
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(new Set(names).size).toBe(2);
  });

  it('is none where the address has no password, and the one that is named where one is', () => {
    expect(loginOf('postgres://ledger@db.example/ledger')).toEqual({ url: 'postgres://ledger@db.example/ledger', kind: 'none' });
    expect(loginOf(OWNER, 'postgres://web:x@db.example/ledger')).toEqual({ url: 'postgres://web:x@db.example/ledger', kind: 'own' });
  });
});

describe('a session of the application', () => {
  let app: TestApp;
  let session: Client;
  beforeAll(async () => {
    app = await startApp();
    session = new Client({ connectionString: loginOf(app.database.url).url });
    await session.connect();
    await app.as('admin').post('/departments', { name: '招商局', kind: 'department', assigning: false }).expect(201);
    await app.app.get(Sealer).seal();
    await session.query("SELECT set_config('ledger.system', 'on', false)");
  });
  afterAll(async () => {
    await session.end();
    await app.close();
  });

  const refused = async (text: string): Promise<string> => session.query(text).then(() => 'done', (error: { code: string }) => error.code);
  const one = async (text: string): Promise<unknown> => Object.values((await session.query<Record<string, unknown>>(text)).rows[0] ?? {})[0];

  it('is the login, with the rights of ledger_app and no others', async () => {
    expect(await one('SELECT session_user')).toMatch(/^ledger_login_ledger_test_/);
    expect(await one('SELECT current_user = session_user')).toBe(true);
    expect(await one('SELECT array_agg(r.rolname::text) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = session_user')).toEqual(['ledger_app']);
    expect(await powersOf({ query: async (text) => (await session.query<object>(text)).rows }, String(await one('SELECT session_user')))).toEqual([]);
  });

  it('is what the pool, the sealer, the limits and the signals have, every one', async () => {
    await app.as('admin').get('/departments').expect(200);
    await app.app.get(Sealer).seal();
    const sessions = await app.sql<{ name: string; users: string[] }>(`
      SELECT application_name AS name, array_agg(DISTINCT usename::text) AS users FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'service-ledger%' GROUP BY 1 ORDER BY 1`);
    const login = [await one('SELECT session_user')];
    expect(sessions).toEqual(expect.arrayContaining(['service-ledger', 'service-ledger sealer', 'service-ledger signals'].map((name) => ({ name, users: login }))));
    for (const { users } of sessions) expect(users).toEqual(login);
  });

  it('still belongs to the login when every setting of it is laid down', async () => {
    await session.query('RESET ROLE; RESET SESSION AUTHORIZATION');
    expect(await one('SELECT current_user')).toMatch(/^ledger_login_/);
    const owner = (await app.sql<{ name: string }>('SELECT current_user AS name'))[0]?.name ?? '';
    expect(await refused(`SET ROLE "${owner}"`)).toBe('42501');
    expect(await refused(`SET SESSION AUTHORIZATION "${owner}"`)).toBe('42501');
    expect(await refused('SET ROLE ledger_app')).toBe('42501');
    await session.query("SELECT set_config('ledger.system', 'on', false)");
  });

  it.each([
    ['changes a sealed entry', `UPDATE journal_entry SET type = 'x'`], ['unseals one', 'UPDATE journal_entry SET number = NULL, hash = NULL, algorithm = NULL, sealed_at = NULL'],
    ['deletes entries', 'DELETE FROM journal_entry'], ['empties the journal', 'TRUNCATE journal_entry'], ['chooses a position', 'INSERT INTO journal_entry SELECT * FROM journal_entry LIMIT 1'],
    ['moves a head back', 'UPDATE journal_head SET number = 1 WHERE true'], ['deletes a head', 'DELETE FROM journal_head'],
    ['changes the access log', `UPDATE access_log SET reason = 'x'`], ['deletes from the access log', 'DELETE FROM access_log'], ['empties the access log', 'TRUNCATE access_log'],
    ['disables a trigger', 'ALTER TABLE journal_entry DISABLE TRIGGER ALL'], ['drops a trigger', 'DROP TRIGGER journal_entry_is_never_changed ON journal_entry'],
    ['disables row-level security', 'ALTER TABLE enterprise DISABLE ROW LEVEL SECURITY'], ['drops a policy', 'DROP POLICY enterprise_within_scope ON enterprise'],
    ['takes triggers out of force', 'SET session_replication_role = replica'], ['makes a table', 'CREATE TABLE mine (x integer)'], ['makes a temporary table', 'CREATE TEMPORARY TABLE mine (x integer)'],
    ['makes a schema', 'CREATE SCHEMA mine'], ['makes a function', 'CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$'],
    ['makes one beside the extensions', 'CREATE FUNCTION extensions.mine() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$'], ['makes an extension', 'CREATE EXTENSION dblink'],
    ['reads passwords', 'SELECT rolpassword FROM pg_authid'], ['reads a file', `SELECT pg_read_file('postgresql.conf')`], ['writes a file', `COPY (SELECT 1) TO '/tmp/mine'`],
    ['runs a program', `COPY (SELECT 1) TO PROGRAM 'true'`], ['makes a role', 'CREATE ROLE mine'], ['gives its rights away', 'GRANT ledger_app TO CURRENT_USER'],
    ['changes settings of the server', 'ALTER SYSTEM SET fsync = off'], ['reads the list of migrations', 'SELECT * FROM migrations'],
    ['makes a key', `INSERT INTO installation_key (purpose) VALUES ('mine')`], ['changes a key', 'UPDATE installation_key SET secret = DEFAULT'], ['deletes a park', 'DELETE FROM park'],
  ])('never %s', async (_what, text) => {
    // 42501 insufficient_privilege; 23000 a trigger's refusal; 428C9, 23… a seal that does not fit.
    expect(await refused(text)).toMatch(/^(?:42501|23\w{3})$/);
  });

  it('holds no right that it could pass on, and none on what it does not use', async () => {
    const passed = await app.sql(`SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'ledger_app' AND (is_grantable = 'YES' OR privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'))`);
    expect(passed).toEqual([]);
  });
});

describe('letting a login in', () => {
  let database: TestDatabase;
  let neighbour: TestDatabase;
  let owner: Client;
  beforeAll(async () => {
    [database, neighbour] = [await createTestDatabase(), await createTestDatabase()];
    owner = new Client({ connectionString: database.url });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.query('DROP ROLE IF EXISTS walls_web, walls_tall').catch(() => undefined);
    await owner.end();
    await database.drop();
    await neighbour.drop();
  });

  const asOwner = { query: async (text: string): Promise<unknown> => (await owner.query<object>(text)).rows };
  const connects = async (url: string): Promise<string> => {
    const client = new Client({ connectionString: url });
    return client.connect().then(() => 'in', (error: { code: string }) => error.code).finally(async () => client.end().catch(() => undefined));
  };

  it('is not into another ledger of the same server', async () => {
    const { url } = loginOf(database.url);
    expect(await connects(url)).toBe('in');
    const elsewhere = new URL(url);
    elsewhere.pathname = new URL(neighbour.url).pathname;
    expect(await connects(elsewhere.toString())).toBe('42501');
  });

  it('is done again at every start, and follows the owner’s password', async () => {
    const changed = new URL(database.url);
    changed.password = 'another';
    const login = loginOf(changed.toString());
    await prepareLogin(asOwner, login);
    expect([await connects(login.url), await connects(loginOf(database.url).url)]).toEqual(['in', '28P01']);
    await prepareLogin(asOwner, loginOf(database.url));
    expect(await connects(loginOf(database.url).url)).toBe('in');
  });

  it('never shows the password to the server', async () => {
    const said: string[] = [];
    const login = loginOf(database.url);
    await prepareLogin({ query: async (text) => { said.push(text); return asOwner.query(text); } }, login);
    expect(said.join('\n')).toContain('SCRAM-SHA-256$4096:');
    expect(said.join('\n')).not.toContain(new URL(login.url).password);
  });

  it('takes a login of one’s own, and gives it what it needs', async () => {
    await owner.query(`CREATE ROLE walls_web LOGIN PASSWORD 'web'`);
    const url = new URL(database.url);
    [url.username, url.password] = ['walls_web', 'web'];
    await prepareLogin(asOwner, loginOf(database.url, url.toString()));
    const source: DataSource = await applicationDataSource(loginOf(database.url, url.toString()), [], 1).initialize();
    expect(await source.query('SELECT session_user AS name, (SELECT count(*)::int FROM park) AS parks')).toEqual([{ name: 'walls_web', parks: 0 }]);
    await source.destroy();
  });

  it.each([['SUPERUSER', 'is a superuser'], ['BYPASSRLS', 'bypasses row-level security'], ['CREATEROLE', 'makes roles'], ['IN ROLE pg_write_server_files', 'is a member of a predefined role']])('refuses one of %s', async (power, said) => {
    await owner.query(`DROP ROLE IF EXISTS walls_tall; CREATE ROLE walls_tall LOGIN ${power}; GRANT ledger_app TO walls_tall`);
    const url = new URL(database.url);
    [url.username, url.password] = ['walls_tall', 'x'];
    const refusal = await prepareLogin(asOwner, loginOf(database.url, url.toString())).then(() => undefined, (error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(String(refusal)).toContain(`DATABASE_APP_URL: the role walls_tall, as which the application connects, must own nothing and be an ordinary role: it`);
    expect(String(refusal)).toContain(said);
    await owner.query(`REVOKE CONNECT ON DATABASE "${decodeURIComponent(new URL(database.url).pathname.slice(1))}" FROM walls_tall; DROP ROLE walls_tall`);
  });

  it('refuses the owner as a login of one’s own', async () => {
    await expect(prepareLogin(asOwner, loginOf(database.url, database.url))).rejects.toThrow(/is, or can become, the owner of tables/);
  });
});
