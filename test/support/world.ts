import { v7 } from 'uuid';
import { aUscc as usccOf } from '../../bench/uscc';
import type { State, Step } from '../../src/tickets/domain/lifecycle';
import { type Caller, ISSUER, type TestApp } from './app';

/** Builders that state only what matters. Everything goes through HTTP, as its users would. */

let made = 0;

/** A valid, fictional credit code. */
export function aUscc(number = (made += 1)): string {
  return usccOf(number);
}

export async function anEnterprise(app: TestApp, given: object = {}): Promise<string> {
  const number = (made += 1);
  const response = await app.as('admin').post('/enterprises', { name: `星野县第${number}食品有限公司`, uscc: aUscc(number), status: 'in_production', ...given });
  if (response.status !== 201) throw new Error(`enterprise: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

export async function anAssignment(app: TestApp, enterpriseId: string, given: object = {}): Promise<{ id: string; nextDueOn: string | null; standing: string }> {
  const response = await app.as('admin').post('/assignments', { enterpriseId, cadreId: app.cadres.officer, capacity: 'officer', startsOn: '2026-03-02', ...given });
  if (response.status !== 201) throw new Error(`assignment: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body as { id: string; nextDueOn: string | null; standing: string };
}

/** A visit as a body: on site, now. */
export function aVisit(app: TestApp, enterpriseId: string, given: object = {}): Record<string, unknown> {
  return { enterpriseId, occurredAt: app.clock.now().toISOString(), mode: 'on_site', summary: '了解生产情况,暂无诉求。', ...given };
}

/** An item of the guide as a body: in force from today on. */
export function aGuideItemBody(app: TestApp, given: object = {}): Record<string, unknown> {
  const within = (respond: number, resolve: number): object => ({ respondWithin: { unit: 'workingHours', amount: respond }, resolveWithin: { unit: 'workingDays', amount: resolve } });
  return {
    code: `SX-${(made += 1)}`, name: '食品生产许可证变更', category: 'permits', departmentId: app.departmentId, steps: ['窗口受理', '现场核查', '送达'],
    materials: [{ name: '营业执照副本' }], limits: { normal: within(8, 10), urgent: within(4, 5) }, ...given,
  };
}

export async function aGuideItem(app: TestApp, given: object = {}): Promise<string> {
  const response = await app.as('admin').post('/guide-items', aGuideItemBody(app, given));
  if (response.status !== 201) throw new Error(`guide item: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** An id as a phone would make it. */
export function aClientId(app: TestApp): string {
  return v7({ msecs: app.clock.now().getTime() });
}

export interface MadeTicket {
  readonly id: string;
  readonly enterpriseId: string;
  readonly number: string;
  readonly version: number;
  readonly status: string;
}

/** A ticket as a body: a power cut, reported by phone. */
export function aTicketBody(enterpriseId: string, given: object = {}): Record<string, unknown> {
  return { enterpriseId, channel: 'phone', category: 'power', title: '园区频繁闪断', description: '本月已闪断六次，速冻线每停一次报废面坯约两吨。', ...given };
}

export async function aTicket(app: TestApp, enterpriseId: string, given: object = {}): Promise<MadeTicket> {
  const response = await app.as('officer').post('/tickets', aTicketBody(enterpriseId, given));
  if (response.status !== 201) throw new Error(`ticket: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body as MadeTicket;
}

/** Who takes a step: somebody of the cast, or a client that speaks for the enterprise. */
export type Hand = keyof TestApp['cadres'] | 'enterprise';

export function asHand(app: TestApp, who: Hand): Caller {
  return who === 'enterprise' ? app.asClient('enterprise:act tickets:read') : app.as(who);
}

interface StepSample {
  /** A state in which it may be taken, and what is done there before. */
  readonly from: State;
  readonly after?: readonly Step[];
  readonly who: Hand;
  readonly body: (app: TestApp, ticket: MadeTicket) => object | Promise<object>;
}

const sample = (from: State, who: Hand, body: StepSample['body'] | object = {}, after: readonly Step[] = []): StepSample => ({ from, who, after, body: typeof body === 'function' ? body as StepSample['body'] : () => body });

/** One way to take each step of a ticket's life. The handler of these tickets is the handler of the cast. */
export const STEP_SAMPLES: Readonly<Record<Step, StepSample>> = {
  'assign': sample('registered', 'supervisor', (app: TestApp) => ({ handlerId: app.cadres.handler })),
  'accept': sample('assigned', 'handler'),
  'return': sample('assigned', 'handler', { reason: '不属于本部门职责' }),
  'reassign': sample('in_progress', 'supervisor', (app: TestApp) => ({ handlerId: app.cadres.officer2, collaboratorIds: [app.cadres.handler], reason: '职责调整' })),
  'answer': sample('in_progress', 'handler', { kind: 'final', means: 'phone', text: '供电公司已排除故障。' }),
  'request-material': sample('in_progress', 'handler', { items: ['车间平面图'], text: '请补充车间平面图。' }),
  'receive-material': sample('waiting_enterprise', 'enterprise', { note: '已送达' }),
  'explain': sample('in_progress', 'handler', (app: TestApp) => ({ reasonCode: 'planning', reason: '变电站扩容在建', explanation: '扩容完成前错峰供电。', means: 'on_site', reviewOn: daysAhead(app, 40) })),
  'acknowledge': sample('explained', 'enterprise', { understood: true }),
  'defer': sample('deferred', 'supervisor', (app: TestApp) => ({ reviewOn: daysAhead(app, 60), reason: '设备到货推迟' })),
  'resume': sample('deferred', 'handler', { reason: '设备已到货' }),
  'resolve': sample('in_progress', 'handler', { outcome: 'solved', text: '已更换故障开关。' }, ['answer']),
  'confirm': sample('resolved', 'enterprise', { grade: 5, comment: '处理及时' }),
  'reopen': sample('closed', 'enterprise', { reason: '又出现闪断' }),
  'withdraw': sample('registered', 'supervisor', { reason: '企业已自行解决', askedBy: '王经理' }),
  'merge': sample('registered', 'supervisor', async (app: TestApp, { enterpriseId }: MadeTicket) => ({ intoId: (await anOlderTicket(app, enterpriseId)).id, reason: '重复登记' })),
  'record-call': sample('resolved', 'officer', { reached: true, said: '问题确已解决。' }),
  'recategorise': sample('registered', 'supervisor', { priority: 'urgent', reason: '影响生产' }),
  'request-extension': sample('in_progress', 'handler', { limit: { unit: 'workingDays', amount: 2 }, reason: '备件在途' }),
  'decide-extension': sample('in_progress', 'supervisor', { granted: true, reason: '情况属实' }, ['request-extension']),
  'escalate': sample('in_progress', 'handler', { reason: '需多部门协调' }),
  'name-lead': sample('in_progress', 'supervisor', (app: TestApp) => ({ leadId: app.cadres.leader }), ['escalate']),
  'remind': sample('in_progress', 'supervisor', { text: '请于今日内回复企业。' }),
  'order': sample('in_progress', 'supervisor', (app: TestApp) => ({ text: '请限期办结。', dueOn: daysAhead(app, 3) })),
  'set-aside-grade': sample('closed', 'supervisor', { reason: '评价对象有误' }),
};

/** The step by which each state is reached. */
const REACHED_BY: Readonly<Record<Exclude<State, 'registered'>, Step>> = {
  assigned: 'assign', in_progress: 'accept', waiting_enterprise: 'request-material', explained: 'explain', deferred: 'acknowledge', resolved: 'resolve', closed: 'confirm', withdrawn: 'withdraw',
  merged: 'merge',
};

/** A fresh ticket that has been brought into a state, of an enterprise of its own unless one is given. */
export async function aTicketIn(app: TestApp, state: State, enterpriseId?: string): Promise<MadeTicket> {
  if (state === 'registered') return aTicket(app, enterpriseId ?? await anEnterprise(app));
  const step = REACHED_BY[state];
  return takeStep(app, await aTicketFor(app, step, enterpriseId), step);
}

/** A fresh ticket of which the step may be taken. */
export async function aTicketFor(app: TestApp, step: Step, enterpriseId?: string): Promise<MadeTicket> {
  const { from, after = [] } = STEP_SAMPLES[step];
  let ticket = await aTicketIn(app, from, enterpriseId);
  for (const before of after) ticket = await takeStep(app, ticket, before);
  return ticket;
}

export async function takeStep(app: TestApp, ticket: MadeTicket, step: Step, given: object = {}): Promise<MadeTicket> {
  const { who, body } = STEP_SAMPLES[step];
  const response = await asHand(app, who).post(`/tickets/${ticket.id}/${step}`, { ...await body(app, ticket), ...given });
  if (response.status !== 200) throw new Error(`${step}: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body as MadeTicket;
}

/** Merging asks for one that was registered before. */
async function anOlderTicket(app: TestApp, enterpriseId: string): Promise<MadeTicket> {
  app.clock.advance(-1_000);
  const older = await aTicket(app, enterpriseId);
  app.clock.advance(1_000);
  return older;
}

function daysAhead(app: TestApp, days: number): string {
  return new Date(app.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

/** A ticket that the handler has accepted. */
export async function anAcceptedTicket(app: TestApp, given: object = {}): Promise<string> {
  const { id } = await aTicket(app, await anEnterprise(app), given);
  await app.as('supervisor').post(`/tickets/${id}/assign`, { handlerId: app.cadres.handler }).expect(200);
  await app.as('handler').post(`/tickets/${id}/accept`).expect(200);
  return id;
}

/** A linkage that the leader leads, with a session that gave the officer something to do. */
export async function aLinkage(app: TestApp, ticketId?: string): Promise<{ id: string; ticketId: string; followUpId: string }> {
  const ticket = ticketId ?? await anAcceptedTicket(app);
  const { id } = (await app.as('supervisor').post(`/tickets/${ticket}/linkages`, { reason: '需现场协调' }).expect(201)).body as { id: string };
  await app.as('supervisor').post(`/tickets/${ticket}/name-lead`, { leadId: app.cadres.leader }).expect(200);
  await app.as('leader').post(`/linkages/${id}/team`, { cadreIds: [app.cadres.officer2], departmentIds: [app.departmentId] }).expect(200);
  const session = await app.as('leader').post(`/linkages/${id}/sessions`, aSessionBody(app)).expect(201);
  const { sessions } = session.body as { sessions: { followUps: { id: string }[] }[] };
  return { id, ticketId: ticket, followUpId: sessions[0]?.followUps[0]?.id ?? '' };
}

/** A session as a body: held now, with one thing to do. */
export function aSessionBody(app: TestApp, given: object = {}): Record<string, unknown> {
  return {
    heldAt: app.clock.now().toISOString(), place: '企业会议室', participantIds: [app.cadres.leader, app.cadres.officer2], decisions: '三日内更换开关柜。',
    followUps: [{ what: '协调停电窗口', cadreId: app.cadres.officer, dueOn: '2026-12-01' }], ...given,
  };
}

/** An assignment of the officer whose visit is overdue at the clock's time. */
export async function anOverdueAssignment(app: TestApp): Promise<string> {
  const { id } = await anAssignment(app, await anEnterprise(app));
  await app.sql(`UPDATE assignment SET starts_on = '2026-01-05', turn_on = '2026-01-05' WHERE id = $1`, [id]);
  return id;
}

/** A reminder to the handler of a ticket. */
export async function aReminder(app: TestApp, given: object = {}): Promise<{ id: string; ticketId: string }> {
  const ticketId = await anAcceptedTicket(app);
  const response = await app.as('supervisor').post('/supervision/reminders', { ticketId, text: '请于今日内回复企业。', ...given });
  if (response.status !== 201) throw new Error(`reminder: ${response.status} ${JSON.stringify(response.body)}`);
  return { id: (response.body as { id: string }).id, ticketId };
}

/** A cadre beyond the cast, of a department of their own unless one is given, and their voice. */
export async function aCadre(app: TestApp, roles: readonly string[], departmentId?: string): Promise<{ readonly id: string; readonly says: Caller }> {
  const number = (made += 1);
  const of = departmentId ?? ((await app.as('admin').post('/departments', { name: `第${number}科` }).expect(201)).body as { id: string }).id;
  const { id } = (await app.as('admin').post('/cadres', { name: '任远', departmentId: of, roles, identity: { issuer: ISSUER, subject: `cadre-${number}` } }).expect(201)).body as { id: string };
  return { id, says: app.asSubject(`cadre-${number}`) };
}

/** A matter that a supervisor has opened, with tickets that are registered. */
export async function aMatter(app: TestApp, given: object = {}): Promise<string> {
  const ticketIds = [(await aTicket(app, await anEnterprise(app))).id, (await aTicket(app, await anEnterprise(app))).id];
  const response = await app.as('supervisor').post('/matters', { title: '园区电压不稳', description: '多家企业反映频繁闪断。', ticketIds, ...given });
  if (response.status !== 201) throw new Error(`matter: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** An account of somebody of the cast, as an administrator gives it; the same again when they have one. */
export async function anAccountOf(app: TestApp, who: keyof TestApp['cadres']): Promise<string> {
  const [known] = await app.sql<{ id: string }>('SELECT id FROM account WHERE cadre_id = $1', [app.cadres[who]]);
  if (known !== undefined) return known.id;
  const response = await app.as('admin').post('/accounts', { cadreId: app.cadres[who], login: who });
  if (response.status !== 200) throw new Error(`account: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** A session of an account, as signing in leaves one. */
export async function aSessionOf(app: TestApp, who: keyof TestApp['cadres']): Promise<string> {
  const accountId = await anAccountOf(app, who);
  const id = v7();
  await app.sql(`INSERT INTO oidc_payload (model, id, payload, account_id, created_at, expires_at) VALUES ('Grant', $1, $2, $3, $4, $4::timestamptz + interval '1 year')`,
    [id, JSON.stringify({ clientId: 'test-app', accountId, jti: id }), accountId, app.clock.now()]);
  return id;
}

/** A matter as the system proposes it: its sweep has not run. */
export async function aProposal(app: TestApp): Promise<string> {
  const id = await aMatter(app);
  await app.sql(`UPDATE matter_ticket SET standing = 'proposed' WHERE matter_id = $1`, [id]);
  await app.sql(`UPDATE matter SET status = 'proposed', opened_by = NULL, description = NULL WHERE id = $1`, [id]);
  return id;
}
