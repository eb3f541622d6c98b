import { DataSource } from 'typeorm';
import { WALL } from '../../src/integrity/wall.store';
import { type Actor, systemActor } from '../../src/kernel/actor';
import { Database } from '../../src/platform/db/database';
import { type TestApp, startApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { A_PICTURE, aDeclaration, aRecusal, aReport, saying } from '../support/integrity';
import { aGuideItem, aTicketIn, takeStep } from '../support/world';

/** The second wall: a query that forgets the park shows nothing of another one. */
describe('row-level security by park', () => {
  let app: TestApp;
  let database: Database;
  const actorOf = (parkIds: readonly string[]) => ({ ...systemActor('test', parkIds), kind: 'cadre' as const });
  beforeAll(async () => {
    app = await startApp();
    database = app.app.get(Database);
    const ticket = await aTicketIn(app, 'in_progress');
    await app.sql(`INSERT INTO enterprise_link (id, park_id, ticket_id, event_no, purpose, contact_id, created_at, expires_at) VALUES (uuidv7(), $1, $2, 1, 'question', uuidv7(), now(), now() + interval '1 day')`, [app.parkId, ticket.id]);
    await app.sql('INSERT INTO link_delivery (park_id, link_id, attempts, next_try_at) SELECT park_id, id, 0, now() FROM enterprise_link');
    await aGuideItem(app);
    await aMachineClient(app);
    await takeStep(app, ticket, 'reassign');
    await aDeclaration(app);
    await aRecusal(app);
    await saying(app, (await aReport(app, { reporter: { name: '罗梓萱' }, files: [A_PICTURE] })).code, '还有一位同事在场。').expect(200);
  });
  afterAll(async () => { await app.close(); });

  const TABLES = ['park', 'department', 'enterprise', 'enterprise_status', 'cadre', 'park_policy', 'working_hours', 'guide_item', 'guide_item_version', 'ticket', 'ticket_number', 'ticket_collaborator', 'ticket_event',
    'ticket_clock', 'enterprise_link', 'link_delivery', 'machine_client', 'machine_client_park', 'machine_client_secret', 'journal_entry'];

  const INTEGRITY = ['integrity_report', 'integrity_reporter', 'integrity_named', 'integrity_file', 'integrity_message', 'integrity_declaration', 'integrity_recusal', 'integrity_entry', 'integrity_head'];

  it.each(TABLES)('%s: a read that forgets the condition sees its own park alone', async (table) => {
    const column = table === 'park' ? 'id' : 'park_id';
    const seen = await database.read<{ park: string }>(actorOf([app.parkId]), { name: `forgot-${table}`, text: `SELECT DISTINCT ${column} AS park FROM ${table}`, values: [] });
    expect(seen).toEqual([{ park: app.parkId }]);
    const foreign = await database.read(actorOf([app.otherParkId]), { name: `forgot-own-${table}`, text: `SELECT FROM ${table} WHERE ${column} = $1`, values: [app.parkId] });
    expect(foreign).toEqual([]);
  });

  it.each(INTEGRITY)('%s: is not seen outside of the wall, by nobody and by no job, and inside it by its own park alone', async (table) => {
    const count = { name: `count-${table}`, text: `SELECT count(*) AS count FROM ${table}`, values: [] };
    for (const actor of [actorOf([app.parkId]), systemActor('test'), systemActor('test', [app.parkId])]) expect(await database.read(actor, count)).toEqual([{ count: 0 }]);
    const inside = async (actor: Actor): Promise<number> => (await database.readAll<[object, { count: number }]>(actor, [WALL, count]))[1][0]?.count ?? -1;
    expect(await inside(actorOf([app.parkId]))).toBeGreaterThan(0);
    expect(await inside(actorOf([app.otherParkId]))).toBe(0);
    expect(await inside(actorOf([]))).toBe(0);
    // The wall falls with its transaction, on whatever connection.
    for (let again = 0; again < 8; again += 1) expect(await database.read(actorOf([app.parkId]), count)).toEqual([{ count: 0 }]);
  });

  it('tells of a recusal in another park nothing', async () => {
    const [recusal] = await app.sql<{ cadre_id: string; enterprise_id: string }>('SELECT cadre_id, enterprise_id FROM integrity_recusal');
    const asked = { name: 'recused', text: 'SELECT is_recused($1, $2, $3) AS recused', values: [app.parkId, recusal?.cadre_id, recusal?.enterprise_id] };
    expect(await database.read(actorOf([app.parkId]), asked)).toEqual([{ recused: true }]);
    for (const parks of [[app.otherParkId], []]) expect(await database.read(actorOf(parks), asked)).toEqual([{ recused: false }]);
  });

  it('shows a line of the access log that is of no park to every park, to nobody without one, and lets the system alone write it', async () => {
    const line = 'INSERT INTO access_log (id, park_id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id) VALUES (uuidv7(), $1, now(), $2, $2, $2, $2, uuidv7(), $2)';
    await database.transact(systemActor('test'), async (em) => { for (const park of [null, app.parkId, app.otherParkId]) await em.query(line, [park, 'x']); });
    const seen = async (parks: readonly string[]) => (await database.read<{ park: string | null }>(actorOf(parks), { name: 'forgot-access-log', text: 'SELECT DISTINCT park_id AS park FROM access_log ORDER BY 1 NULLS LAST', values: [] })).map(({ park }) => park);
    expect(await seen([app.parkId])).toEqual([app.parkId, null]);
    expect(await seen([app.otherParkId])).toEqual([app.otherParkId, null]);
    expect(await seen([])).toEqual([]);
    for (const park of [null, app.otherParkId]) await expect(database.transact(actorOf([app.parkId]), async (em) => em.query<unknown>(line, [park, 'x']))).rejects.toThrow(/row-level security/);
  });

  it('shows nothing when nobody is named, also on a connection that has served somebody', async () => {
    await database.read(actorOf([app.parkId]), { name: 'warm', text: 'SELECT 1', values: [] });
    for (let again = 0; again < 8; again += 1) expect(await app.app.get(DataSource).query<unknown[]>('SELECT id FROM enterprise')).toEqual([]);
  });

  it('keeps a write from another park', async () => {
    await expect(database.transact(actorOf([app.otherParkId]), async (em) => em.query<unknown>(
      `INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) VALUES (uuidv7(), $1, 'x', 'x', false, 1, now(), now())`, [app.parkId],
    ))).rejects.toThrow(/row-level security/);
    await database.transact(actorOf([app.otherParkId]), async (em) => em.query<unknown>(`UPDATE enterprise SET name = 'taken' WHERE true`));
    expect(await app.sql(`SELECT id FROM enterprise WHERE name = 'taken'`)).toEqual([]);
  });

  it.each(['search_enterprises', 'search_tickets'])('keeps %s from another park', async (search) => {
    const statement = { name: `foreign-${search}`, text: `SELECT ${search}($1, $2, $3)`, values: [app.parkId, [], '%'] };
    expect(await database.read(actorOf([app.otherParkId]), statement)).toEqual([]);
    expect(await database.read(actorOf([app.parkId]), statement)).not.toEqual([]);
  });
});
