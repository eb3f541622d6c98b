import { Client } from 'pg';
import { pageStatement } from '../../src/portal/changes.query';
import { createTestDatabase, type TestDatabase } from '../support/database';

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Node[];
}

const PARKS = ['01950000-0000-7000-8000-000000000001', '01950000-0000-7000-8000-000000000002'];
const EACH = 20_000;

/** What a page of the feed touches, as the application's role and behind row-level security, whatever lies before and behind it. */
describe('a page of the feed', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('SET session_replication_role = replica');
    // Every thousandth entry is of the rare type.
    await client.query(
      `INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id, number, hash, algorithm, sealed_at)
       SELECT uuidv7(), park, CASE WHEN n % 1000 = 0 THEN 'park.changed' ELSE 'visit.logged' END, '2026-03-02'::timestamptz + n * interval '1 s', '2026-03-02', 'system', 'system', 'visit', uuidv7(), '{}', 'test',
              n, sha256(n::text::bytea), 'sha256', '2026-03-02'::timestamptz + n * interval '1 s'
       FROM generate_series(1, $2) n CROSS JOIN unnest($1::uuid[]) park ORDER BY n`, [PARKS, EACH]);
    await client.query('VACUUM (ANALYZE) journal_entry');
    await client.query("SET ROLE ledger_app; SELECT set_config('ledger.system', 'off', false), set_config('ledger.parks', '" + PARKS.join(',') + "', false)");
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** By the plan that holds for all parameters, as the prepared statement gets it. */
  async function read(from: readonly number[], types?: readonly string[]): Promise<Node[]> {
    const { text, values } = pageStatement({ from: new Map(PARKS.map((park, index) => [park, from[index] ?? 0])), entryTypes: types, limit: 100 }, 100);
    const name = types === undefined ? 'plain' : 'typed';
    await client.query('DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE ${name} AS ${text}`);
    const literal = (value: unknown): string => (Array.isArray(value) ? `'{${value.join(',')}}'` : String(value));
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Node }[] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${name}(${values.map(literal).join(', ')})`);
    const root = rows[0]?.['QUERY PLAN'][0]?.Plan;
    const all = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(all)];
    return root === undefined ? [] : all(root);
  }

  const ofJournal = (nodes: readonly Node[]): Node[] => nodes.filter((node) => node['Relation Name'] === 'journal_entry');
  const rowsRead = (nodes: readonly Node[]): number => ofJournal(nodes).reduce((sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'], 0);
  const blocks = (nodes: readonly Node[]): number => (nodes[0]?.['Shared Hit Blocks'] ?? 0) + (nodes[0]?.['Shared Read Blocks'] ?? 0);

  it.each([['the beginning', 0], ['the middle', EACH / 2], ['the end', EACH - 200]])('at %s is a walk of the index by number', async (_where, number) => {
    const nodes = await read([number, number]);
    expect(new Set(ofJournal(nodes).map((node) => node['Index Name']))).toEqual(new Set(['journal_entry_number_once']));
    // A page of each park, and the head of each.
    expect(rowsRead(nodes)).toBe(202);
    expect(blocks(nodes)).toBeLessThan(80);
  });

  it('of a rare type is a walk of the index by type, past nothing else', async () => {
    const nodes = await read([0, 0], ['park.changed']);
    expect(new Set(ofJournal(nodes).map((node) => node['Index Name']))).toEqual(new Set(['journal_entry_number_once', 'journal_entry_by_type']));
    expect(rowsRead(nodes)).toBe(42);
    expect(blocks(nodes)).toBeLessThan(150);
  });

  it('that has nothing left reads nothing but the heads', async () => {
    expect(rowsRead(await read([EACH, EACH]))).toBe(2);
  });
});
