import { LIFECYCLE, STATES, type State, type Step, STEPS, stepsFrom } from '../../src/tickets/domain/lifecycle';
import { startApp, type TestApp } from '../support/app';
import { aTicketIn as aTicketByShortestWay, rightfulStep, type ShownTicket } from '../support/tickets';
import { asHand, aTicket, aTicketFor, aTicketIn, anEnterprise, STEP_SAMPLES, takeStep } from '../support/world';

/** Steps that need something beside their state, and a way to a state of theirs in which it is missing. */
const CLOSED_BY: Readonly<Partial<Record<Step, { readonly from: State; readonly after: readonly Step[]; readonly days?: number }>>> = {
  'return': { from: 'assigned', after: [], days: 4 }, 'reopen': { from: 'closed', after: [], days: 90 }, 'record-call': { from: 'in_progress', after: [] },
  'request-extension': { from: 'in_progress', after: ['request-extension'] }, 'decide-extension': { from: 'in_progress', after: [] }, 'escalate': { from: 'in_progress', after: ['escalate'] },
  'name-lead': { from: 'in_progress', after: [] }, 'set-aside-grade': { from: 'resolved', after: [] },
};

/** All that is kept of a ticket. */
const storedOf = async (app: TestApp, id: string): Promise<unknown> => app.sql(
    `SELECT to_jsonb(t) AS ticket, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.no) FROM ticket_event e WHERE e.ticket_id = t.id) AS events,
            (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.no) FROM ticket_clock c WHERE c.ticket_id = t.id) AS clocks, (SELECT count(*) FROM journal_entry j WHERE j.subject_id = t.id) AS entries
     FROM ticket t WHERE t.id = $1`, [id]);

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
  const stored = async (id: string): Promise<unknown> => storedOf(app, id);

  it.each(STATES.flatMap((state) => STEPS.map((step): [State, Step] => [state, step])))('%s: %s', async (state, step) => {
    const id = await aTicketByShortestWay(app, enterpriseId, state, given);
    const { caller, body } = rightfulStep(app, step, given);
    // As whoever may take the step sees it: it is offered exactly where it may be taken.
    const before = (await caller.get(`/tickets/${id}`).expect(200)).body as ShownTicket;
    expect(before.status).toBe(state);
    const written = await stored(id);
    const response = await caller.post(`/tickets/${id}/${step}`, body);
    const { from, to, leads } = LIFECYCLE[step];
    const wanting = response.status === 422;
    expect([step, before.allowedSteps.includes(step)]).toEqual([step, response.status === 200 || wanting]);
    if (response.status === 200) {
      expect(from).toContain(state);
      const after = (response.body as ShownTicket).status;
      const there: readonly string[] = leads === undefined ? to : ['same', ...leads[state] ?? []];
      expect([...(after === state ? ['same'] : []), after].some((one) => there.includes(one))).toBe(true);
      return;
    }
    // Refused, and nothing was changed.
    expect(await stored(id)).toEqual(written);
    const refusal = response.body as { code: string; status: number; ticketStatus: State; openSteps: Step[]; allowedSteps: Step[] };
    if (wanting) {
      expect([from.includes(state), step, refusal.code]).toEqual([true, 'resolve', 'final-answer-missing']);
      return;
    }
    expect([response.status, refusal.code, refusal.status, refusal.ticketStatus]).toEqual([409, 'step-not-open', 409, state]);
    // Where the table has it from there, it needs something more, and the test below shows that it is open with it.
    expect(!from.includes(state) || step in CLOSED_BY).toBe(true);
    expect(refusal.openSteps).not.toContain(step);
    expect([...refusal.allowedSteps].sort()).toEqual([...before.allowedSteps].sort());
    expect(stepsFrom(state)).toEqual(expect.arrayContaining(refusal.openSteps));
    expect(refusal.openSteps).toEqual(expect.arrayContaining(stepsFrom(state).filter((one) => !(one in CLOSED_BY))));
  });

  it.each(STEPS)('refuses %s to those it is not for, whatever the state', async (step) => {
    // One in which somebody handles it, if there is one.
    const state = LIFECYCLE[step].from.find((one) => one !== 'registered') ?? 'registered';
    const id = await aTicketByShortestWay(app, enterpriseId, state, given);
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

describe('steps that need more than a state', () => {
  let app: TestApp;
  // Of its own: one of them needs three months to pass.
  beforeAll(async () => { app = await startApp(); }, 120_000);
  afterAll(async () => { await app.close(); });

  it.each(Object.entries(CLOSED_BY))('are open with it and not without: %s', async (name, { from, after, days = 0 }) => {
    const step = name as Step;
    const { who } = STEP_SAMPLES[step];
    const offered = async (id: string): Promise<boolean> => ((await asHand(app, who).get(`/tickets/${id}`).expect(200)).body as ShownTicket).allowedSteps.includes(step);
    const open = await aTicketFor(app, step);
    expect(await offered(open.id)).toBe(true);
    await takeStep(app, open, step);
    let shut = await aTicketIn(app, from);
    for (const before of after) shut = await takeStep(app, shut, before, before === 'escalate' ? { level: 3 } : {});
    app.clock.advance(days * 86_400_000);
    expect(await offered(shut.id)).toBe(false);
    const written = await storedOf(app, shut.id);
    const response = await asHand(app, who).post(`/tickets/${shut.id}/${step}`, await STEP_SAMPLES[step].body(app, shut));
    expect([response.status, (response.body as { code: string }).code]).toEqual([409, 'step-not-open']);
    expect(await storedOf(app, shut.id)).toEqual(written);
  }, 120_000);
});
