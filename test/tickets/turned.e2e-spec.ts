import { Client } from 'pg';
import { TicketBook } from '../../src/tickets/ticket-book.service';
import { startApp, type TestApp } from '../support/app';
import { waiting } from '../support/behind';
import { aTicketIn } from '../support/world';

const BATCH = 200;
const MORE = 30;

/** More tickets have turned than are written at once, and another process is at work on the first of them. */
describe('tickets that time has turned', () => {
  let app: TestApp;
  let other: Client;
  let sequence = 1_000;
  beforeAll(async () => {
    app = await startApp();
    other = new Client({ connectionString: app.database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await app.close();
  });

  /** Tickets that wait for material and are like one that does; the first batch turned a little before the others. */
  const manyWaiting = async (): Promise<void> => {
    app.clock.set('2026-03-02T01:30:00.000Z');
    const { id } = await aTicketIn(app, 'waiting_enterprise');
    sequence += 1_000;
    const like = (table: string, key: string, changes: string) => `INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object(${changes}))).* FROM ${table} t, copies c WHERE t.${key} = '${id}'`;
    await app.sql(`
      CREATE TEMP TABLE IF NOT EXISTS copies (id uuid, n integer); TRUNCATE copies; INSERT INTO copies SELECT uuidv7(), n FROM generate_series(1, ${BATCH + MORE}) n;
      ${like('ticket', 'id', `'id', c.id, 'sequence', ${sequence} + c.n, 'number', 'JKSP-2026-00' || (${sequence} + c.n), 'turn_at', t.turn_at - CASE WHEN c.n <= ${BATCH} THEN interval '1 minute' ELSE interval '0' END`)};
      ${like('ticket_event', 'ticket_id', `'ticket_id', c.id`)}; ${like('ticket_clock', 'ticket_id', `'ticket_id', c.id`)}`);
    app.clock.set('2026-03-25T01:30:00.000Z');
  };
  /** Another process holds the first batch, until it lets go of it. */
  const heldByAnother = async (): Promise<readonly string[]> => {
    await other.query('BEGIN');
    const { rows } = await other.query<{ id: string }>('SELECT id FROM ticket WHERE turn_at <= $1 ORDER BY turn_at LIMIT $2 FOR NO KEY UPDATE', [app.clock.now(), BATCH]);
    await other.query("UPDATE ticket SET turn_at = '2099-01-01' WHERE id = ANY ($1)", [rows.map(({ id }) => id)]);
    return rows.map(({ id }) => id);
  };
  const left = async (): Promise<number> => Number((await app.sql<{ count: string }>('SELECT count(*)::text AS count FROM ticket WHERE turn_at <= $1', [app.clock.now()]))[0]?.count);

  it('are written by a sweep as far as nobody else is at them', async () => {
    await manyWaiting();
    await heldByAnother();
    expect(await app.app.get(TicketBook).settle(app.parkId, 'test', false)).toBe(MORE + 1);
    await other.query('COMMIT');
  });

  it('are never listed unmended, however many there are and whoever else is at them', async () => {
    await manyWaiting();
    const theirs = await heldByAnother();
    const listing = app.as('supervisor').get('/tickets?status=waiting_enterprise&limit=200').then((response) => response);
    await waiting(app);
    await other.query('COMMIT');
    const { items } = (await listing).body as { items: { id: string }[] };
    expect(items.filter(({ id }) => !theirs.includes(id) && id !== '').length).toBeLessThan(BATCH);
    const [{ count } = { count: '' }] = await app.sql<{ count: string }>(`SELECT count(*)::text AS count FROM ticket WHERE state = 'waiting_enterprise' AND turn_at < '2099-01-01'`);
    expect([await left(), count]).toEqual([0, '0']);
  });
});
