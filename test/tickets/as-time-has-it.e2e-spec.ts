import { systemActor } from '../../src/kernel/actor';
import { RemindersService } from '../../src/tickets/reminders/reminders.service';
import { type Caller, startApp, type TestApp } from '../support/app';
import { aCadre, anAcceptedTicket, anAssignment, anEnterprise, aTicket } from '../support/world';

interface Item { kind: string; id: string; what: string }

/** Invariant 8: no job has run, and nobody has read anything before. */
describe('tickets that nobody has looked at since', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });

  const LATER = '2026-03-31T01:30:00.000Z';
  /** One that silence closes before then, handled by somebody. */
  const silent = async (handler = { id: app.cadres.handler, says: app.as('handler') }): Promise<{ id: string; enterpriseId: string }> => {
    const enterpriseId = await anEnterprise(app);
    const { id } = await aTicket(app, enterpriseId);
    await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId: handler.id }).expect(200);
    await handler.says.post(`/tickets/${id}/accept`).expect(200);
    await handler.says.post(`/tickets/${id}/answer`, { kind: 'final', means: 'phone', text: '已答复。' }).expect(200);
    await handler.says.post(`/tickets/${id}/resolve`, { outcome: 'solved', text: '已办结。' }).expect(200);
    await app.as('officer').post(`/tickets/${id}/record-call`, { reached: false, said: '无人接听' }).expect(200);
    return { id, enterpriseId };
  };
  const ticketsIn = async (reader: Caller, enterpriseId: string): Promise<string[][]> => ((await reader.get(`/enterprises/${enterpriseId}/timeline`).expect(200)).body as { items: Item[] }).items
    .filter(({ kind }) => kind === 'ticket').map(({ id, what }) => [id, what]);

  it.each(['supervisor', 'handler'] as const)('have ordered what the system orders, in the list of the %s', async (who) => {
    await anAcceptedTicket(app);
    app.clock.set(LATER);
    const { items } = (await app.as(who).get('/supervision/reminders?count=true').expect(200)).body as { items: { kind: string }[] };
    expect(items.map(({ kind }) => kind)).toEqual(['order']);
  });

  it('and in what is open to whoever must answer', async () => {
    await anAcceptedTicket(app);
    app.clock.set(LATER);
    const me = { ...systemActor('test', [app.parkId]), kind: 'cadre' as const, id: app.cadres.handler, roles: ['handler' as const] };
    expect(await app.app.get(RemindersService).openRemindersOf(me, app.cadres.handler)).toHaveLength(1);
  });

  it.each(['get', 'research'])('stand in their matter as they are: %s', async (how) => {
    const { id } = await silent();
    const opened = await app.as('supervisor').post('/matters', { title: '停电', description: '频繁闪断。', ticketIds: [id] }).expect(201);
    const matter = `/matters/${(opened.body as { id: string }).id}`;
    app.clock.set(LATER);
    const answer = how === 'get' ? await app.as('supervisor').get(matter) : await app.as('supervisor').post(`${matter}/research`, { text: '已走访。' });
    expect(answer.body).toMatchObject({ tickets: [{ id, status: 'closed' }] });
  });

  it('stand in the story of their enterprise as they are', async () => {
    const { id, enterpriseId } = await silent();
    app.clock.set(LATER);
    expect(await ticketsIn(app.as('supervisor'), enterpriseId)).toEqual([[id, 'closed']]);
  });

  it('keep nobody who has handled them from being deactivated', async () => {
    const handler = await aCadre(app, ['handler']);
    const { id } = await silent(handler);
    const { headers } = await app.as('admin').get(`/cadres/${handler.id}`).expect(200);
    const deactivate = () => app.as('admin').patch(`/cadres/${handler.id}`, { active: false }, headers['etag']);
    expect((await deactivate().expect(409)).body).toMatchObject({ code: 'has-open-duties', tickets: [{ id }] });
    app.clock.set(LATER);
    await deactivate().expect(200);
    expect(await app.sql('SELECT state FROM ticket WHERE id = $1', [id])).toEqual([{ state: 'closed' }]);
  });

  it('are seen by the officers of the enterprise from the first day of their assignment to the last', async () => {
    const enterpriseId = await anEnterprise(app);
    const { id } = await aTicket(app, enterpriseId);
    const { id: cadreId, says } = await aCadre(app, ['officer']);
    await anAssignment(app, enterpriseId, { cadreId, startsOn: '2026-03-04', endsOn: '2026-03-06' });
    const seen: unknown[] = [];
    // The local day begins at 16:00 Z.
    for (const at of ['2026-03-03T15:59:59.000Z', '2026-03-03T16:00:00.000Z', '2026-03-05T15:59:59.000Z', '2026-03-05T16:00:00.000Z']) {
      app.clock.set(at);
      const listed = ((await says.get('/tickets').expect(200)).body as { items: { id: string }[] }).items.map((one) => one.id);
      seen.push([(await says.get(`/tickets/${id}`)).status, listed.includes(id), (await ticketsIn(says, enterpriseId)).length]);
    }
    expect(seen).toEqual([[404, false, 0], [200, true, 1], [200, true, 1], [404, false, 0]]);
  });

  it('are in the story of their enterprise for whoever may see them, on whatever grounds', async () => {
    const of = await anEnterprise(app);
    const { id } = await aTicket(app, of);
    const [collaborator, colleague, stranger] = [await aCadre(app, ['officer']), await aCadre(app, ['officer'], app.departmentId), await aCadre(app, ['officer'])];
    await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId: app.cadres.handler, collaboratorIds: [collaborator.id] }).expect(200);
    expect([await ticketsIn(collaborator.says, of), await ticketsIn(colleague.says, of), await ticketsIn(stranger.says, of)]).toEqual([[[id, 'assigned']], [[id, 'assigned']], []]);
  });
});
