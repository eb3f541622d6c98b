import { Client } from 'pg';
import { ticketKeysOf } from '../../src/tickets/domain/ticket-search';
import type { TicketReader } from '../../src/tickets/domain/ticket-access';
import { type DueTicketFilter, ticketsByDeadline } from '../../src/tickets/ticket-due-list.store';
import { Conditions, listStatement, type TicketFilter } from '../../src/tickets/ticket-list.store';
import { visibleTo } from '../../src/tickets/tickets.store';
import { startApp, type TestApp } from '../support/app';
import { blocksOf, PLAN_MODES, planOf, rowsRead, scannedIn } from '../support/plans';
import { aTicketIn, aUscc } from '../support/world';

const TICKETS = 20_000;
const PAGE = 51;
// One of 200 cadres collaborates on so many, and one of 33 officers has 31 of 1,000 enterprises, with 20 tickets each.
const COLLABORATING = TICKETS / 200;
const OF_ENTERPRISES = 31 * 20;

/** What a page of each list of tickets touches in a park with twenty thousand of them, four in a hundred open. */
describe('lists of tickets', () => {
  let app: TestApp;
  let client: Client;
  let cadres: readonly string[];
  let enterprises: readonly string[];
  let departments: readonly string[];
  let officer: TicketReader;
  let handler: TicketReader;

  beforeAll(async () => {
    app = await startApp();
    const { id } = await aTicketIn(app, 'in_progress');
    client = new Client({ connectionString: app.database.url });
    await client.connect();
    await client.query('SET search_path = public, extensions; SET session_replication_role = replica');
    const copies = async (text: string, values: unknown[]): Promise<string[]> => (await client.query<{ id: string }>(`${text} RETURNING id`, values)).rows.map((row) => row.id);
    enterprises = await copies(`INSERT INTO enterprise SELECT r.* FROM enterprise e CROSS JOIN unnest($1::text[]) u
      CROSS JOIN LATERAL jsonb_populate_record(NULL::enterprise, to_jsonb(e) || jsonb_build_object('id', uuidv7(), 'uscc', u)) r`, [Array.from({ length: 1_000 }, () => aUscc())]);
    departments = await copies(`INSERT INTO department SELECT r.* FROM department d CROSS JOIN generate_series(1, 20) n
      CROSS JOIN LATERAL jsonb_populate_record(NULL::department, to_jsonb(d) || jsonb_build_object('id', uuidv7(), 'name', 'D' || n, 'assigning', false)) r WHERE d.id = $1`, [app.departmentId]);
    cadres = await copies(`INSERT INTO cadre SELECT r.* FROM cadre c CROSS JOIN generate_series(1, 200) n
      CROSS JOIN LATERAL jsonb_populate_record(NULL::cadre, to_jsonb(c) || jsonb_build_object('id', uuidv7(), 'sort_key', 'k' || n, 'issuer', NULL, 'subject', NULL)) r WHERE c.id = $1`, [app.cadres.handler]);
    const keys = Array.from({ length: 500 }, (_none, number) => ticketKeysOf(number === 250 ? '机房黑洞' : `设备第${number}号线停电`, `第${number}车间本月停产，损失${number}%左右_`));
    await client.query(`
      INSERT INTO ticket SELECT r.* FROM generate_series(1, $2::integer) n
      JOIN LATERAL (SELECT ($6::jsonb) -> (n % 500) AS k) keys ON true JOIN ticket t ON t.id = $1
      CROSS JOIN LATERAL jsonb_populate_record(NULL::ticket, to_jsonb(t) || jsonb_build_object('id', uuidv7(), 'sequence', n + 1, 'number', 'JKSP-2026-' || lpad((n + 1)::text, 6, '0'),
        'enterprise_id', ($3::uuid[])[1 + n * 7919 % 1000], 'handler_id', ($4::uuid[])[1 + n * 31 % 200], 'department_id', ($5::uuid[])[1 + n * 31 % 20],
        'registered_by', ($4::uuid[])[1 + n * 13 % 200], 'lead_id', CASE WHEN n % 50 = 0 THEN ($4::uuid[])[1 + n / 50 % 200] END, 'turn_at', NULL, 'search_text', k -> 'searchText', 'search_pieces', k -> 'searchPieces')
        || CASE WHEN n % 25 = 0 THEN jsonb_build_object('next_due_at', '2026-03-02T00:00:00Z'::timestamptz + n * interval '1 minute')
           ELSE jsonb_build_object('state', 'closed', 'closing', 'confirmed', 'ended_at', now(), 'outcome', 'solved', 'last_answer_at', now(), 'next_due_at', NULL, 'next_due_clock', NULL) END) r`,
    [id, TICKETS, enterprises, cadres, departments, JSON.stringify(keys)]);
    [officer, handler] = [{ cadreId: cadres[3] ?? '', departmentId: departments[3] ?? '', visits: true, now }, { cadreId: cadres[4] ?? '', departmentId: null, visits: false, now }];
    await client.query(`INSERT INTO assignment (id, park_id, enterprise_id, cadre_id, capacity, starts_on, standing, next_due_on, version, created_at, updated_at)
      SELECT uuidv7(), $1, e, ($2::uuid[])[1 + n % 33], 'officer', '2026-03-02', 'owed', '2026-04-02', 1, now(), now() FROM unnest($3::uuid[]) WITH ORDINALITY AS u (e, n)`, [app.parkId, cadres, enterprises]);
    await client.query(`INSERT INTO ticket_collaborator (park_id, ticket_id, cadre_id) SELECT park_id, id, ($1::uuid[])[1 + sequence * 17 % 200] FROM ticket`, [cadres]);
    await client.query('VACUUM (ANALYZE) ticket, enterprise, cadre, department, assignment, ticket_collaborator');
    await client.query(`SET ROLE ledger_app; SELECT set_config('ledger.system', 'off', false), set_config('ledger.parks', '${app.parkId}', false)`);
  }, 120_000);
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const now = new Date('2026-03-09T00:00:00Z');
  const due = (given: Partial<DueTicketFilter> = {}) => ticketsByDeadline(app.parkId, { now, limit: PAGE, ...given });

  describe.each(PLAN_MODES)('by %s', (mode) => {
    it.each<[string, () => Partial<DueTicketFilter>, string, number]>([
      ['unresolved', () => ({}), 'ticket_open_by_due', PAGE],
      ['unresolved, a deep page', () => ({ after: ['2026-03-08T00:00:00Z', '01950000-0000-7000-8000-000000000000'] }), 'ticket_open_by_due', PAGE],
      ['unresolved, as registered', () => ({ sort: 'registered' }), 'ticket_open_by_number', PAGE],
      ['unresolved, as registered, a deep page', () => ({ sort: 'registered', after: [2026, 15_000] }), 'ticket_open_by_number', PAGE],
      ['overdue', () => ({ overdueOnly: true }), 'ticket_open_by_due', PAGE],
      ['of a handler, as in a worklist', () => ({ handlerId: cadres[9] }), 'ticket_open_by_handler', PAGE],
      ['of a department', () => ({ departmentId: departments[9] }), 'ticket_open_by_department', PAGE],
    ] as const)('%s: reads a page of its index', async (_what, filter, index, most) => {
      const nodes = await planOf(client, due(filter()), mode);
      expect({ scanned: await scannedIn(client, nodes), index: nodes.find((node) => node['Relation Name'] === 'ticket')?.['Index Name'] }).toEqual({ scanned: [], index });
      expect(rowsRead(nodes, 'ticket')).toBeLessThanOrEqual(most);
      expect(blocksOf(nodes)).toBeLessThan(800);
    });

    it.each<[string, () => TicketFilter, () => TicketReader | undefined, number]>([
      ['all', () => ({}), () => undefined, PAGE],
      ['open', () => ({ open: true }), () => undefined, PAGE],
      ['in an open state', () => ({ status: 'in_progress' }), () => undefined, PAGE],
      ['in an open state that none has', () => ({ status: 'registered' }), () => undefined, TICKETS / 25 + 2],
      ['of a handler', () => ({ handlerId: cadres[9] ?? '' }), () => undefined, PAGE],
      ['of a department', () => ({ departmentId: departments[9] ?? '' }), () => undefined, PAGE],
      ['of an enterprise', () => ({ enterpriseId: enterprises[9] ?? '' }), () => undefined, PAGE],
      ['by number', () => ({ q: 'jksp-2026-012345' }), () => undefined, 1],
      // A page from each source and of what is shown, and what they collaborate on.
      ['read by an officer', () => ({}), () => officer, 5 * PAGE + COLLABORATING + OF_ENTERPRISES],
      // Of an enterprise or a handler, the planner may go through those that have ended, or through all that are open.
      ['open, read by an officer', () => ({ open: true }), () => officer, TICKETS / 10],
      ['read by a handler without a department', () => ({}), () => handler, 4 * PAGE + COLLABORATING],
      ['of an enterprise, read by an officer', () => ({ enterpriseId: enterprises[9] ?? '' }), () => officer, PAGE],
    ] as const)('%s: reads pages, not the table', async (_what, filter, reader, most) => {
      const nodes = await planOf(client, listStatement(app.parkId, filter(), reader(), { after: undefined, limit: PAGE }), mode);
      expect(await scannedIn(client, nodes)).toEqual([]);
      expect(rowsRead(nodes, 'ticket')).toBeLessThanOrEqual(most);
    });
  });

  it('finds two characters from the index', async () => {
    const conditions = new Conditions([]);
    const inside = `SELECT t.id FROM ticket t WHERE t.park_id = ${conditions.param(app.parkId)} AND t.search_pieces @> ${conditions.param(['黑洞'])} AND t.search_text LIKE ${conditions.param('%黑洞%')}`;
    await client.query('RESET ROLE');
    const nodes = await planOf(client, { text: inside, values: conditions.values }, 'force_generic_plan');
    await client.query('SET ROLE ledger_app');
    expect(nodes.map((node) => node['Index Name']).filter((name) => name !== undefined)).toEqual(['ticket_by_piece']);
    expect([nodes[0]?.['Actual Rows'], rowsRead(nodes, 'ticket')]).toEqual([TICKETS / 500, TICKETS / 500]);
    // The function is that statement: what it does shows in what the whole list touches.
    const whole = await planOf(client, listStatement(app.parkId, { q: '黑洞' }, undefined, { after: undefined, limit: PAGE }), 'force_generic_plan');
    expect(await scannedIn(client, whole)).toEqual([]);
    expect(blocksOf(whole)).toBeLessThan(400);
  });

  it.each([['an officer', () => officer], ['a handler', () => handler]] as const)('shows %s what they may see, in order, whatever it costs to ask', async (_who, reader) => {
    const all = await client.query<{ id: string }>({ ...listStatement(app.parkId, {}, reader(), { after: undefined, limit: null }), name: '' });
    const conditions = new Conditions([app.parkId]);
    const plain = await client.query<{ id: string }>(`SELECT t.id FROM ticket t WHERE t.park_id = $1 AND ${visibleTo(reader(), (value) => conditions.param(value))} ORDER BY t.year DESC, t.sequence DESC`, conditions.values);
    expect(all.rows.length).toBeGreaterThan(100);
    expect(all.rows.map(({ id }) => id)).toEqual(plain.rows.map(({ id }) => id));
    const paged: string[] = [];
    let after: [number, number] | undefined;
    for (let more = true; more;) {
      const { rows } = await client.query<{ id: string; year: number; sequence: number }>({ ...listStatement(app.parkId, {}, reader(), { after, limit: 97 }), name: '' });
      paged.push(...rows.map(({ id }) => id));
      const last = rows.at(-1);
      if (last !== undefined) after = [last.year, last.sequence];
      more = last !== undefined;
    }
    expect(paged).toEqual(plain.rows.map(({ id }) => id));
  });
});
