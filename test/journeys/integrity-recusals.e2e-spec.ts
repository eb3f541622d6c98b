import type supertest from 'supertest';
import { type Caller, startApp, type TestApp } from '../support/app';
import { aDeclaration, aRecusal, aReport } from '../support/integrity';
import { aLinkage, anAcceptedTicket, anAssignment, anEnterprise, aTicket, aTicketIn } from '../support/world';

type Person = 'officer' | 'officer2' | 'handler' | 'leader2';
const CAUSES = ['declaration', 'report', 'recusal'] as const;

/** Who has a conflict of interest is given nothing to do with the enterprise, and nobody learns which kind it is. */
describe('a cadre who is recused', () => {
  let app: TestApp;
  /** One of each cause; all three can be anything that is given. */
  const PERSON: Readonly<Record<(typeof CAUSES)[number], Person>> = { declaration: 'officer', report: 'officer2', recusal: 'handler' };
  beforeAll(async () => {
    app = await startApp();
    for (const who of ['officer', 'officer2', 'handler', 'leader2'] as const) await app.sql(`UPDATE cadre SET roles = '{officer,leader,handler}' WHERE id = $1`, [app.cadres[who]]);
  }, 60_000);
  afterAll(async () => { await app.close(); });

  const recuse = async (enterpriseId: string): Promise<void> => {
    await aDeclaration(app, { enterpriseId });
    await aReport(app, { named: [{ name: '某', cadreId: app.cadres.officer2 }], enterpriseId });
    await aRecusal(app, { cadreId: app.cadres.handler, enterpriseId });
  };

  /** What somebody is given, to whom and where. */
  type Giving = (enterpriseId: string) => Promise<(cadreId: string) => supertest.Test>;
  const admin = (): Caller => app.as('admin');
  const supervisor = (): Caller => app.as('supervisor');
  const GIVINGS: Readonly<Record<string, Giving>> = {
    'an assignment': (enterpriseId) => Promise.resolve((cadreId) => admin().post('/assignments', { enterpriseId, cadreId, capacity: 'officer', startsOn: '2026-03-02' })),
    'an assignment that is handed over': async (enterpriseId) => {
      const { id } = await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader, capacity: 'leader', startsOn: '2026-02-02' });
      return (cadreId) => admin().post(`/assignments/${id}/handover`, { cadreId });
    },
    'a ticket': async (enterpriseId) => {
      const { id } = await aTicket(app, enterpriseId);
      return (handlerId) => supervisor().post(`/tickets/${id}/assign`, { handlerId });
    },
    'a ticket beside its handler': async (enterpriseId) => {
      const { id } = await aTicket(app, enterpriseId);
      return (cadreId) => supervisor().post(`/tickets/${id}/assign`, { handlerId: app.cadres.leader, collaboratorIds: [cadreId] });
    },
    'a ticket that another had': async (enterpriseId) => {
      const { id } = await aTicket(app, enterpriseId);
      await supervisor().post(`/tickets/${id}/assign`, { handlerId: app.cadres.leader }).expect(200);
      return (handlerId) => supervisor().post(`/tickets/${id}/reassign`, { handlerId, reason: '职责调整' });
    },
    'the lead': async (enterpriseId) => {
      const { id } = await aTicket(app, enterpriseId);
      await supervisor().post(`/tickets/${id}/assign`, { handlerId: app.cadres.leader }).expect(200);
      await supervisor().post(`/tickets/${id}/linkages`, { reason: '需现场协调' }).expect(201);
      return (leadId) => supervisor().post(`/tickets/${id}/name-lead`, { leadId });
    },
    'a place in the team': async (enterpriseId) => {
      const { id: ticket } = await aTicket(app, enterpriseId);
      await supervisor().post(`/tickets/${ticket}/assign`, { handlerId: app.cadres.leader }).expect(200);
      const { id } = (await supervisor().post(`/tickets/${ticket}/linkages`, { reason: '需现场协调' }).expect(201)).body as { id: string };
      return (cadreId) => supervisor().post(`/linkages/${id}/team`, { cadreIds: [cadreId], departmentIds: [] });
    },
  };

  it.each(Object.entries(GIVINGS))('is not given %s: the three causes answer byte for byte alike', async (_what, giving) => {
    const enterpriseId = await anEnterprise(app);
    await recuse(enterpriseId);
    const give = await giving(enterpriseId);
    const answers = [];
    for (const cause of CAUSES) {
      const { status, text, headers: { 'x-request-id': _id, date: _date, ...headers } } = await give(app.cadres[PERSON[cause]]);
      answers.push(JSON.stringify([status, text, headers]));
    }
    expect(answers[0]).toContain('handler-recused');
    expect(answers[0]).toMatch(/^\[422,/);
    expect(new Set(answers).size).toBe(1);
    // Nothing has happened.
    expect(await app.sql('SELECT FROM assignment WHERE enterprise_id = $1 AND cadre_id <> $2', [enterpriseId, app.cadres.leader])).toEqual([]);
    expect([200, 201]).toContain((await give(app.cadres.leader2)).status);
  });

  it('is given everything elsewhere', async () => {
    await recuse(await anEnterprise(app));
    for (const cause of CAUSES) await anAssignment(app, await anEnterprise(app), { cadreId: app.cadres[PERSON[cause]] });
  });

  it('from all enterprises is given none', async () => {
    const id = await aRecusal(app, { cadreId: app.cadres.leader2, enterpriseId: undefined });
    const refused = async (): Promise<number> => (await admin().post('/assignments', { enterpriseId: await anEnterprise(app), cadreId: app.cadres.leader2, capacity: 'officer', startsOn: '2026-03-02' })).status;
    expect(await refused()).toBe(422);
    await app.as('inspector').post(`/integrity/recusals/${id}/end`, { reason: '核查结束' }).expect(200);
    expect(await refused()).toBe(201);
    expect((await app.as('inspector').post(`/integrity/recusals/${id}/end`, { reason: '又一次' }).expect(409)).body).toMatchObject({ code: 'conflict-ended' });
  });

  it('is free again when the declaration is ended, or the report decided', async () => {
    const enterpriseId = await anEnterprise(app);
    const declaration = await aDeclaration(app, { enterpriseId });
    const report = await aReport(app, { named: [{ name: '某', cadreId: app.cadres.officer2 }], enterpriseId });
    await app.as('officer').post(`/integrity/declarations/${declaration}/end`, { reason: '自行解除' }).expect(403);
    // Nor if they are an inspector as well.
    await app.sql(`UPDATE cadre SET roles = '{officer,inspector}' WHERE id = $1`, [app.cadres.officer]);
    await app.as('officer').post(`/integrity/declarations/${declaration}/end`, { reason: '自行解除' }).expect(403);
    await app.sql(`UPDATE cadre SET roles = '{officer}' WHERE id = $1`, [app.cadres.officer]);
    await app.as('inspector').post(`/integrity/declarations/${declaration}/end`, { reason: '股份已转让' }).expect(200);
    await anAssignment(app, enterpriseId);
    const other = { cadreId: app.cadres.officer2, capacity: 'leader' };
    expect((await admin().post('/assignments', { enterpriseId, ...other, startsOn: '2026-03-02' })).status).toBe(422);
    await app.as('inspector').post(`/integrity/reports/${report.id}/decide`, { outcome: 'not_confirmed', reason: '查无实据' }).expect(200);
    await anAssignment(app, enterpriseId, other);
  });

  it('is nobody whom a report names without an enterprise, until an inspector says which it means', async () => {
    const enterpriseId = await anEnterprise(app);
    const { id } = await aReport(app, { named: [{ name: '某甲' }], enterpriseName: '某公司' });
    const assign = async (): Promise<number> => (await admin().post('/assignments', { enterpriseId, cadreId: app.cadres.leader2, capacity: 'officer', startsOn: '2026-03-02' })).status;
    const identify = async (body: object): Promise<supertest.Response> => app.as('inspector').post(`/integrity/reports/${id}/identify`, body);
    expect((await identify({ cadreId: app.cadres.leader2 })).status).toBe(200);
    expect(await app.sql('SELECT is_recused($1, $2, $3) AS recused', [app.parkId, app.cadres.leader2, enterpriseId])).toEqual([{ recused: false }]);
    expect((await identify({ enterpriseId })).status).toBe(200);
    expect(await assign()).toBe(422);
    expect((await identify({})).body).toMatchObject({ code: 'malformed' });
    expect((await identify({ namedId: id })).body).toMatchObject({ code: 'malformed' });
    expect((await identify({ cadreId: app.cadres.stranger })).body).toMatchObject({ code: 'reference-unknown', errors: [{ pointer: '/cadreId' }] });
    expect((await identify({ enterpriseId: app.cadres.officer })).body).toMatchObject({ code: 'reference-unknown', errors: [{ pointer: '/enterpriseId' }] });
    expect((await identify({ cadreId: app.cadres.leader2, namedId: id })).body).toMatchObject({ code: 'reference-unknown', errors: [{ pointer: '/namedId' }] });
  });

  it('does not get back a ticket that is opened again: it goes to the department that assigns', async () => {
    const ticket = await aTicketIn(app, 'closed');
    const own = async (): Promise<unknown> => (await supervisor().post(`/tickets/${ticket.id}/reopen`, { reason: '又坏了', source: '企业来电' }).expect(200)).body;
    await aRecusal(app, { cadreId: app.cadres.handler, enterpriseId: ticket.enterpriseId });
    expect(await own()).toMatchObject({ status: 'registered', handlerId: null, cycle: 2 });
  });

  describe('after the fact', () => {
    interface Row {
      readonly holding: string;
      readonly cadre: { readonly id: string };
      readonly enterprise: { readonly id: string };
      readonly reassignBy: string;
      readonly overdue: boolean;
    }
    const listed = async (): Promise<Row[]> => ((await admin().get('/integrity/recused?limit=200').expect(200)).body as { items: Row[] }).items;

    it('is listed to the administrator with all that they hold, and a day by when others take it over', async () => {
      const enterpriseId = await anEnterprise(app);
      const { id: assignment } = await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader2, startsOn: '2026-02-02' });
      const { id: handled } = await aTicket(app, enterpriseId);
      await supervisor().post(`/tickets/${handled}/assign`, { handlerId: app.cadres.leader2 }).expect(200);
      const { id: helped } = await aTicket(app, enterpriseId);
      await supervisor().post(`/tickets/${helped}/assign`, { handlerId: app.cadres.leader, collaboratorIds: [app.cadres.leader2] }).expect(200);
      await supervisor().post(`/tickets/${helped}/linkages`, { reason: '需现场协调' }).expect(201);
      await supervisor().post(`/tickets/${helped}/name-lead`, { leadId: app.cadres.leader2 }).expect(200);
      const mine = async (): Promise<string[]> => (await listed()).filter((row) => row.enterprise.id === enterpriseId).map(({ holding, cadre, reassignBy, overdue }) => `${holding} ${cadre.id === app.cadres.leader2} ${reassignBy} ${overdue}`).sort();
      await aReport(app, { named: [{ name: '某', cadreId: app.cadres.leader2 }], enterpriseId });
      expect(await mine()).toEqual([]);
      await app.as('leader2').post('/integrity/declarations', { enterpriseId, kind: 'shareholding', description: '持股百分之三。' }).expect(201);
      // Monday, and five working days.
      expect(await mine()).toEqual(['assignment true 2026-03-09 false', 'collaborator true 2026-03-09 false', 'handler true 2026-03-09 false', 'linkage_lead true 2026-03-09 false']);
      expect((await supervisor().get('/integrity/recused')).status).toBe(403);
      await admin().post(`/assignments/${assignment}/handover`, { cadreId: app.cadres.leader }).expect(422).expect((response) => { expect(response.body).toMatchObject({ code: 'role-missing' }); });
      await app.sql(`UPDATE cadre SET roles = '{officer,leader,handler}' WHERE id = $1`, [app.cadres.leader]);
      await admin().post(`/assignments/${assignment}/handover`, { cadreId: app.cadres.leader }).expect(201);
      await supervisor().post(`/tickets/${handled}/reassign`, { handlerId: app.cadres.leader, reason: '回避' }).expect(200);
      app.clock.set('2026-03-10T01:30:00.000Z');
      expect(await mine()).toEqual(['collaborator true 2026-03-09 true', 'linkage_lead true 2026-03-09 true']);
      app.clock.set('2026-03-02T01:30:00.000Z');
    });

    it('also in a team, and by the policy in force', async () => {
      const { id, ticketId } = await aLinkage(app, await anAcceptedTicket(app));
      const [{ enterprise_id: enterpriseId } = { enterprise_id: '' }] = await app.sql<{ enterprise_id: string }>('SELECT enterprise_id FROM ticket WHERE id = $1', [ticketId]);
      await admin().post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2026-03-03', escalation: { reassignWithinWorkingDays: 2 } }).expect(201);
      await app.as('officer2').post('/integrity/declarations', { enterpriseId, kind: 'kin', description: '亲属任职。' }).expect(201);
      const mine = async (): Promise<Row[]> => (await listed()).filter((row) => row.enterprise.id === enterpriseId);
      expect(await mine()).toEqual([expect.objectContaining({ holding: 'linkage_member', linkageId: id, ticketId, reassignBy: '2026-03-09' })]);
      app.clock.set('2026-03-03T01:30:00.000Z');
      expect(await mine()).toEqual([expect.objectContaining({ reassignBy: '2026-03-04' })]);
      app.clock.set('2026-03-02T01:30:00.000Z');
    });

    it('and of that nothing but what was declared: a report and a recusal look alike there', async () => {
      const [recused, reported] = [await anEnterprise(app), await anEnterprise(app)];
      for (const enterpriseId of [recused, reported]) await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader2 });
      await aRecusal(app, { cadreId: app.cadres.leader2, enterpriseId: recused });
      await aReport(app, { named: [{ name: '某', cadreId: app.cadres.leader2 }], enterpriseId: reported });
      for (const enterpriseId of [recused, reported]) {
        await admin().post('/assignments', { enterpriseId, cadreId: app.cadres.leader2, capacity: 'leader', startsOn: '2026-03-02' }).expect(422);
        expect((await listed()).filter((row) => row.enterprise.id === enterpriseId)).toEqual([]);
      }
    });
  });

  it('declares for themselves, and sees their own; inspectors see the park’s', async () => {
    const id = await aDeclaration(app);
    const seen = async (who: 'officer' | 'leader' | 'admin' | 'inspector' | 'stranger'): Promise<boolean> => ((await app.as(who).get('/integrity/declarations?limit=200').expect(200)).body as { items: { id: string }[] }).items.some((one) => one.id === id);
    expect([await seen('officer'), await seen('leader'), await seen('admin'), await seen('inspector'), await seen('stranger')]).toEqual([true, false, false, true, false]);
    await app.as('officer').post('/integrity/declarations', { cadreId: app.cadres.leader, enterpriseId: await anEnterprise(app), kind: 'kin', description: 'x' }).expect(400);
    await app.as('stranger').post('/integrity/declarations', { enterpriseId: await anEnterprise(app), kind: 'kin', description: 'x' }).expect(422);
    await app.asClient('tickets:write').post('/integrity/declarations', { enterpriseId: await anEnterprise(app), kind: 'kin', description: 'x' }).expect(403);
    expect(await app.sql(`SELECT FROM journal_entry WHERE data::text LIKE '%${id}%' OR subject_id = '${id}'`)).toEqual([]);
  });
});
