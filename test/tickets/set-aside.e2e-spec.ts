import { DutiesService } from '../../src/assignments/duties.service';
import { TicketDeadlinesSweep } from '../../src/tickets/ticket-deadlines.sweep';
import { MattersSweep } from '../../src/tickets/matters/matters.sweep';
import { startApp, type TestApp } from '../support/app';
import { anAssignment, anEnterprise, aTicket, aTicketBody, aUscc } from '../support/world';

/** What is broken in one place, be it by hand, keeps nothing else from being done. */
describe('a fault of one', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp({ inventsEntries: true }); });
  afterAll(async () => { await app.close(); });

  const stateOf = async (id: string): Promise<unknown> => app.sql('SELECT breaches, turn_at > $2 AS ahead FROM ticket WHERE id = $1', [id, app.clock.now()]);
  /** Whatever is written of the park's rows of a table fails; of others not. */
  const breakPark = async (table: string, parkId: string): Promise<void> => {
    await app.sql(`CREATE FUNCTION broken_${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$`);
    await app.sql(`CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (NEW.park_id = '${parkId}') EXECUTE FUNCTION broken_${table}()`);
  };
  const mendPark = async (table: string): Promise<void> => { await app.sql(`DROP FUNCTION broken_${table} CASCADE`); };

  it('ticket keeps no other of its park from being swept, and lists show it as it is stored', async () => {
    const [broken, whole] = [(await aTicket(app, await anEnterprise(app))).id, (await aTicket(app, await anEnterprise(app))).id];
    await app.sql('ALTER TABLE ticket_event DISABLE TRIGGER ALL');
    await app.sql(`UPDATE ticket_event SET world = '1999:9/9' WHERE ticket_id = $1`, [broken]);
    await app.sql('ALTER TABLE ticket_event ENABLE TRIGGER ALL');
    app.clock.advance(3 * 86_400_000);
    const { body: list } = await app.as('supervisor').get('/supervision/unresolved-tickets').expect(200) as { body: { items: { ticketId: string }[] } };
    expect(list.items.map(({ ticketId }) => ticketId)).toEqual(expect.arrayContaining([broken, whole]));
    await app.app.get(TicketDeadlinesSweep).sweep('test');
    expect(await stateOf(whole)).toEqual([{ breaches: 2, ahead: true }]);
    expect(await stateOf(broken)).toEqual([{ breaches: 0, ahead: false }]);
    const { body: tickets } = await app.as('supervisor').get('/tickets').expect(200) as { body: { items: object[] } };
    expect(tickets.items).toContainEqual(expect.objectContaining({ id: broken, status: 'registered', allowedSteps: [], clocks: [] }));
    await app.as('supervisor').get(`/tickets/${broken}`).expect(200);
    await app.sql('UPDATE ticket SET turn_at = NULL WHERE id = $1', [broken]);
  });

  it('park keeps no later one’s tickets from being swept, and the job is seen to fail', async () => {
    const enterpriseId = await anEnterprise(app);
    const { id } = await aTicket(app, enterpriseId);
    const other = (await app.as('stranger').post('/enterprises', { name: '别园企业', uscc: aUscc() })).body as { id: string };
    const { body: theirs } = await app.as('stranger').post('/tickets', aTicketBody(other.id)).expect(201) as { body: { id: string } };
    app.clock.advance(3 * 86_400_000);
    await breakPark('ticket_event', app.parkId);
    await expect(app.app.get(TicketDeadlinesSweep).sweep('test')).rejects.toThrow('1 of 2 parks');
    expect(await stateOf(theirs.id)).toEqual([{ breaches: 2, ahead: true }]);
    await mendPark('ticket_event');
    await app.app.get(TicketDeadlinesSweep).sweep('test');
    expect(await stateOf(id)).toEqual([{ breaches: 2, ahead: true }]);
  });

  it('park keeps no other’s duties from being swept', async () => {
    const mine = await anAssignment(app, await anEnterprise(app));
    const other = (await app.as('stranger').post('/enterprises', { name: '又一家', uscc: aUscc() })).body as { id: string };
    const theirs = (await app.as('stranger').post('/assignments', { enterpriseId: other.id, cadreId: app.cadres.strangerOfficer, capacity: 'officer', startsOn: app.clock.now().toISOString().slice(0, 10) })).body as { id: string };
    app.clock.advance(30 * 86_400_000);
    const lapsesOf = async (id: string): Promise<number> => (await app.sql('SELECT FROM lapse WHERE assignment_id = $1', [id])).length;
    await breakPark('lapse', app.parkId);
    await expect(app.app.get(DutiesService).sweepAsSystem('test')).rejects.toThrow('could not be recorded');
    expect([await lapsesOf(mine.id), await lapsesOf(theirs.id)]).toEqual([0, 1]);
    await mendPark('lapse');
    await app.app.get(DutiesService).sweepAsSystem('test');
    expect(await lapsesOf(mine.id)).toBe(1);
  });

  it('park keeps no other from a look for matters', async () => {
    await app.sql('UPDATE park_policy SET tickets = tickets - $1 WHERE park_id = $2', ['matterWithinDays', app.parkId]);
    await expect(app.app.get(MattersSweep).sweep('test')).rejects.toThrow('1 of 2 parks');
  });
});
