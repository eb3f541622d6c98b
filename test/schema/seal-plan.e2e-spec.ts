import { Client } from 'pg';
import { UNSEALED } from '../../src/platform/journal/sealer';
import { createTestDatabase, type TestDatabase } from '../support/database';

const DAMAGED = '01950000-0000-7000-8000-000000000001';
const OTHERS = ['01950000-0000-7000-8000-000000000000', '01950000-0000-7000-8000-000000000002'];
const BACKLOG = 20_000;
const BATCH = 100;

/** What a pass of the sealer touches, as the application's role and behind row-level security. */
describe('a look for what is to be sealed', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('SET session_replication_role = replica');
    const append = async (parks: readonly string[], count: number): Promise<unknown> => client.query(
      `INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
       SELECT uuidv7(), park, 'visit.logged', now(), '2026-03-02', 'system', 'system', 'visit', uuidv7(), '{}', 'test' FROM unnest($1::uuid[]) park, generate_series(1, $2)`, [parks, count]);
    await append([DAMAGED], BACKLOG);
    await append(OTHERS, 3);
    await client.query('VACUUM (ANALYZE) journal_entry');
    await client.query("SET ROLE ledger_app; SELECT set_config('ledger.system', 'on', false)");
    await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE unsealed AS ${UNSEALED}`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const look = async (aside: readonly string[]): Promise<{ parks: string[]; blocks: number }> => {
    const call = `EXECUTE unsealed(${BATCH}, '{${aside.join(',')}}')`;
    const { rows } = await client.query<{ parkId: string }>(call);
    const plan = await client.query<{ 'QUERY PLAN': { Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }[] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${call}`);
    const root = plan.rows[0]?.['QUERY PLAN'][0]?.Plan;
    return { parks: rows.map(({ parkId }) => parkId), blocks: (root?.['Shared Hit Blocks'] ?? 0) + (root?.['Shared Read Blocks'] ?? 0) };
  };

  it('passes over the backlog of a park that is left alone', async () => {
    const { parks, blocks } = await look([DAMAGED]);
    expect(parks.sort()).toEqual(OTHERS.flatMap((park) => [park, park, park]));
    expect(blocks).toBeLessThan(60);
  });

  it('takes no more than a batch, in the order in which it was appended', async () => {
    const { parks, blocks } = await look([]);
    expect(parks).toEqual(Array<string>(BATCH).fill(DAMAGED));
    expect(blocks).toBeLessThan(300);
  });
});
