import { LIFECYCLE, STATES, type State, type Step, STEPS, stepsFrom } from '../../src/tickets/domain/lifecycle';
import { startApp, type TestApp } from '../support/app';
import { aTicketIn, rightfulStep, type ShownTicket } from '../support/tickets';
import { aTicket, anEnterprise } from '../support/world';

/** Steps that need something beside their state: whether they are open from a fresh ticket there, `allowedSteps` says. */
const CONDITIONAL: readonly Step[] = ['return', 'reopen', 'record-call', 'request-extension', 'decide-extension', 'escalate', 'name-lead', 'set-aside-grade'];

describe('every pair of a state and a step', () => {
  let app: TestApp;
  let enterpriseId: string;
  const given = { reviewOn: '2026-04-20', dueOn: '2026-03-05', intoId: '' };
  beforeAll(async () => {
    app = await startApp();
    enterpriseId = await anEnterprise(app);
    given.intoId = (await aTicket(app, enterpriseId)).id;
    app.clock.advance(1_000);
  });
  afterAll(async () => { await app.close(); });

  const stored = async (id: string): Promise<unknown> => app.sql(
    `SELECT to_jsonb(t) AS ticket, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.no) FROM ticket_event e WHERE e.ticket_id = t.id) AS events,
            (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.no) FROM ticket_clock c WHERE c.ticket_id = t.id) AS clocks, (SELECT count(*) FROM journal_entry j WHERE j.subject_id = t.id) AS entries
     FROM ticket t WHERE t.id = $1`, [id]);

  it.each(STATES.flatMap((state) => STEPS.map((step): [State, Step] => [state, step])))('%s: %s', async (state, step) => {
    const id = await aTicketIn(app, enterpriseId, state, given);
    const { caller, body } = rightfulStep(app, step, given);
    const before = (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as ShownTicket;
    expect(before.status).toBe(state);
    const written = await stored(id);
    const response = await caller.post(`/tickets/${id}/${step}`, body);
    const open = LIFECYCLE[step].from.includes(state);
    if (response.status === 200) {
      expect(open).toBe(true);
      const after = (response.body as ShownTicket).status;
      expect(LIFECYCLE[step].to.includes(after === state ? 'same' : after) || LIFECYCLE[step].to.includes(after)).toBe(true);
      return;
    }
    // Refused, and nothing was changed.
    expect(await stored(id)).toEqual(written);
    const refusal = response.body as { code: string; status: number; ticketStatus: State; openSteps: Step[]; allowedSteps: Step[] };
    if (open && step === 'resolve') {
      expect([response.status, refusal.code]).toEqual([422, 'final-answer-missing']);
      return;
    }
    expect([response.status, refusal.code, refusal.status, refusal.ticketStatus]).toEqual([409, 'step-not-open', 409, state]);
    expect(open && !CONDITIONAL.includes(step)).toBe(false);
    expect(refusal.openSteps).not.toContain(step);
    expect(stepsFrom(state)).toEqual(expect.arrayContaining(refusal.openSteps));
    expect(refusal.openSteps).toEqual(expect.arrayContaining(stepsFrom(state).filter((one) => !CONDITIONAL.includes(one))));
  });

  it.each(STEPS)('refuses %s to those it is not for, whatever the state', async (step) => {
    // One in which somebody handles it, if there is one.
    const state = LIFECYCLE[step].from.find((one) => one !== 'registered') ?? 'registered';
    const id = await aTicketIn(app, enterpriseId, state, given);
    const { by } = LIFECYCLE[step];
    const { body } = rightfulStep(app, step, given);
    const written = await stored(id);
    // An officer of the department is a colleague and nothing more; a client that may only write is nobody; the handler takes no step of a supervisor's.
    await app.asClient('tickets:write tickets:read').post(`/tickets/${id}/${step}`, body).expect(403);
    if (!by.includes('colleague')) await app.as('officer').post(`/tickets/${id}/${step}`, body).expect(403);
    if (!by.includes('supervisor') && !by.includes('colleague')) await app.as('supervisor').post(`/tickets/${id}/${step}`, body).expect(403);
    if (!by.includes('handler')) await app.as('handler').post(`/tickets/${id}/${step}`, body).expect(403);
    expect(await stored(id)).toEqual(written);
  });

  it('lets a supervisor who handles or collaborates take no step of a supervisor', async () => {
    await app.sql("UPDATE cadre SET roles = '{handler,supervisor}' WHERE id = $1", [app.cadres.leader2]);
    for (const team of [{ handlerId: app.cadres.leader2 }, { handlerId: app.cadres.handler, collaboratorIds: [app.cadres.leader2] }]) {
      const { id } = await aTicket(app, enterpriseId);
      const seen = (await app.as('leader2').post(`/tickets/${id}/assign`, team).expect(200)).body as ShownTicket;
      for (const step of ['reassign', 'merge', 'recategorise', 'remind', 'order', 'withdraw'] as const) {
        expect(seen.allowedSteps).not.toContain(step);
        await app.as('leader2').post(`/tickets/${id}/${step}`, rightfulStep(app, step, given).body).expect(403);
      }
    }
  });
});
