import { v7 } from 'uuid';
import { aUscc as usccOf } from '../../bench/uscc';
import type { TestApp } from './app';

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

interface MadeTicket {
  readonly id: string;
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

/** A matter that a supervisor has opened, with tickets that are registered. */
export async function aMatter(app: TestApp, given: object = {}): Promise<string> {
  const ticketIds = [(await aTicket(app, await anEnterprise(app))).id, (await aTicket(app, await anEnterprise(app))).id];
  const response = await app.as('supervisor').post('/matters', { title: '园区电压不稳', description: '多家企业反映频繁闪断。', ticketIds, ...given });
  if (response.status !== 201) throw new Error(`matter: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** A matter as the system proposes it: its sweep has not run. */
export async function aProposal(app: TestApp): Promise<string> {
  const id = await aMatter(app);
  await app.sql(`UPDATE matter_ticket SET standing = 'proposed' WHERE matter_id = $1`, [id]);
  await app.sql(`UPDATE matter SET status = 'proposed', opened_by = NULL, description = NULL WHERE id = $1`, [id]);
  return id;
}
