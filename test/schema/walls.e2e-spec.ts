import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** Tables without row-level security, each for a reason. */
const OPEN_TABLES: Readonly<Record<string, string>> = {
  calendar_year: 'national: every park reads the same days, and nobody but the operator’s route inserts',
  rate_window: 'hashed names of callers and addresses with a count, of no park; deleted after minutes',
  migrations: 'TypeORM’s own: the application has no right to it',
};

/** Policies that say something else than "the park in scope, or the system", or "the system alone", each for a reason. */
const OTHER_POLICIES: Readonly<Record<string, string>> = {
  park: 'a park is itself what is in scope',
  kept_answer: 'a refusal belongs to no park, and is found by the hash of its caller and key alone',
  access_log: 'lines of no park concern the operator, and with that every park: read by whoever has one in scope, written by the system alone',
  machine_client: 'a machine is seen by every park that has granted it something, and written by its own',
  machine_client_park: 'what a park has granted to a machine is seen by it and by the machine’s own park',
};

/** Tables of a park with rows of none, each for a reason. Policies show such a row to the system alone, unless another policy is named above. */
const OF_NO_PARK: Readonly<Record<string, string>> = {
  kept_answer: 'a refusal belongs to no park',
  account: 'the operator’s account belongs to no park',
  access_log: 'what becomes of the operator’s account is of no park',
};

/** The catalogue of the migrated database, so that what a later migration forgets is found without a line here. */
describe('what the catalogue says of the walls', () => {
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
  const names = async (text: string): Promise<string[]> => (await rows<{ name: string }>(text)).map(({ name }) => name);
  const OURS = `NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')`;

  it('every table has row-level security, but for those with a reason', async () => {
    expect(await names(`SELECT relname AS name FROM pg_class o WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f') AND NOT relrowsecurity ORDER BY 1`)).toEqual(Object.keys(OPEN_TABLES).sort());
  });

  it('every policy lets through the park in scope or the system and nothing else, but for those with a reason; a table without one shows nothing', async () => {
    const policies = await rows<{ name: string; using: string; roles: string[]; check: string | null; permissive: boolean }>(`
      SELECT c.relname AS name, pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check, p.polpermissive AS permissive,
        (SELECT array_agg(r.rolname::text) FROM pg_roles r WHERE r.oid = ANY (p.polroles)) AS roles
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ORDER BY 1`);
    const [usual] = policies.filter(({ name }) => name === 'department');
    expect(usual?.using).toBe(`(( SELECT (current_setting('ledger.system'::text, true) = 'on'::text)) OR (park_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('ledger.parks'::text, true), ''::text), ','::text))::uuid[] AS string_to_array)::uuid[])))`);
    const system = `( SELECT (current_setting('ledger.system'::text, true) = 'on'::text))`;
    // Integrity asks for more than the park: that its own store has opened the door.
    const integrity = `(( SELECT (current_setting('ledger.integrity'::text, true) = 'on'::text)) AND ${usual?.using ?? ''})`;
    for (const { name, using, roles, check } of policies) {
      expect({ name, roles }).toEqual({ name, roles: ['ledger_app'] });
      if (name in OTHER_POLICIES) continue;
      expect({ name, check, using: using === usual?.using || using === system || (using === integrity && name.startsWith('integrity_')) ? 'known' : using }).toEqual({ name, check: null, using: 'known' });
    }
    // Two permissive policies of a table would let through what either does.
    expect(policies.filter(({ name, permissive }, index) => permissive && policies[index - 1]?.name === name).map(({ name }) => name)).toEqual([]);
  });

  it('every table that has a park is told from others by it, and every row of one has a park', async () => {
    const open = await names(`
      SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'park_id' AND NOT a.attnotnull ORDER BY 1`);
    expect(open.filter((name) => !(name in OF_NO_PARK))).toEqual([]);
  });

  it('a view looks with the rights of who looks', async () => {
    expect(await names(`SELECT relname AS name FROM pg_class o WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm' OR (relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false)))`)).toEqual([]);
  });

  it('nothing of ours is open to everybody', async () => {
    const acl = (kind: string, table: string, name: string, list: string, where: string): string => `
      SELECT '${kind} ' || ${name} || ': ' || g.privilege_type AS name FROM ${table} o, aclexplode(${list}) g WHERE g.grantee = 0 AND ${where}`;
    const found = await names([
      acl('table', 'pg_class', 'o.relname', `coalesce(o.relacl, acldefault(CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", o.relowner))`, `o.relnamespace IN ('public'::regnamespace, 'pgboss'::regnamespace) AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`),
      acl('function', 'pg_proc', 'o.oid::regprocedure::text', `coalesce(o.proacl, acldefault('f', o.proowner))`, `o.pronamespace IN ('public'::regnamespace, 'pgboss'::regnamespace) AND ${OURS}`),
      acl('schema', 'pg_namespace', 'o.nspname', `coalesce(o.nspacl, acldefault('n', o.nspowner))`, `o.nspname IN ('public', 'pgboss', 'extensions')`),
      acl('database', 'pg_database', 'o.datname', `coalesce(o.datacl, acldefault('d', o.datdba))`, 'o.datname = current_database()'),
      acl('column', 'pg_attribute', 'o.attname', 'o.attacl', 'o.attrelid >= 16384'),
    ].join(' UNION ALL '));
    expect(found).toEqual([]);
  });

  it('nor is what comes later', async () => {
    expect(await names(`SELECT defaclobjtype::text AS name FROM pg_default_acl a, aclexplode(a.defaclacl) g WHERE g.grantee = 0`)).toEqual([]);
    await owner.query('BEGIN; CREATE FUNCTION a_later_one() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$');
    expect(await rows(`SELECT has_function_privilege('ledger_app', 'a_later_one()', 'EXECUTE') AS open`)).toEqual([{ open: false }]);
    await owner.query('ROLLBACK');
  });

  it('a function that runs as its owner asks for the scope, finds no foreign name, and is called by the application alone', async () => {
    const functions = await rows<{ name: string; body: string; config: string[] | null; fires: boolean; grantees: string[] }>(`
      SELECT o.proname AS name, o.prosrc AS body, o.proconfig AS config, o.prorettype = 'trigger'::regtype AS fires,
        ARRAY(SELECT DISTINCT pg_get_userbyid(g.grantee)::text FROM aclexplode(coalesce(o.proacl, acldefault('f', o.proowner))) g WHERE g.grantee <> o.proowner) AS grantees
      FROM pg_proc o WHERE o.prosecdef AND o.pronamespace IN ('public'::regnamespace, 'extensions'::regnamespace, 'pgboss'::regnamespace) ORDER BY 1`);
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['forget_access_log', 'forget_who_asked', 'search_enterprises', 'search_tickets']));
    for (const { name, body, config, fires, grantees } of functions) {
      // What a trigger fires sees the rows that it fires for; nobody calls it.
      expect({ name, scoped: fires ? grantees.length === 0 : /current_setting\('ledger\.(?:parks|system)', true\)/.test(body) }).toEqual({ name, scoped: true });
      // What a session could put in front of our tables lies at the end of the path.
      expect({ name, path: config?.find((one) => one.startsWith('search_path='))?.endsWith('pg_temp') }).toEqual({ name, path: true });
      expect({ name, grantees: grantees.filter((grantee) => grantee !== 'ledger_app') }).toEqual({ name, grantees: [] });
    }
  });

  it('the application owns nothing, and deletes from little', async () => {
    const login = (await names(`SELECT 'ledger_login_' || current_database() AS name`))[0] ?? '';
    expect(await names(`SELECT c.relname AS name FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN ('ledger_app', '${login}')`)).toEqual([]);
    expect(await names(`SELECT p.proname AS name FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE r.rolname IN ('ledger_app', '${login}')`)).toEqual([]);
    // All that is granted is granted to the group: the login has nothing of its own but the way in.
    expect(await names(`SELECT table_name AS name FROM information_schema.role_table_grants WHERE grantee = '${login}'`)).toEqual([]);
    const deletes = await names(`SELECT table_name AS name FROM information_schema.role_table_grants WHERE grantee = 'ledger_app' AND table_schema = 'public' AND privilege_type = 'DELETE' ORDER BY 1`);
    // Contacts are erased; the others are standings, counters and caches of which nothing is the record.
    expect(deletes).toEqual(expect.arrayContaining(['duty_watch', 'enterprise_contact', 'kept_answer', 'rate_window', 'ticket_collaborator']));
    expect(deletes.filter((name) => /^(?:journal|access_log|visit|ticket$|ticket_event|lapse|assignment|cadre|enterprise$|park|integrity)/.test(name))).toEqual([]);
  });
});
