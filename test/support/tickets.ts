import { LIFECYCLE, type State, type Step } from '../../src/tickets/domain/lifecycle';
import type { Caller, TestApp } from './app';
import { aTicket } from './world';

/** A ticket as the API shows it, as far as tests look. */
export interface ShownTicket {
  readonly id: string;
  readonly number: string;
  readonly status: State;
  readonly cycle: number;
  readonly level: number;
  readonly handlerId: string | null;
  readonly version: number;
  readonly nextDueAt: string | null;
  readonly allowedSteps: readonly Step[];
  readonly clocks: readonly {
    readonly no: number; readonly kind: string; readonly cycle: number; readonly startedAt: string; readonly dueAt: string | null; readonly originalDueAt: string | null; readonly resting: boolean;
    readonly rework: boolean; readonly stoppedAt: string | null; readonly breachedAt: string | null; readonly responsibleId: string | null;
  }[];
}

/** Who may take each step of a ticket that `handler` handles, with `officer2` beside them, and what it can say. */
export function rightfulStep(app: TestApp, step: Step, given: { readonly reviewOn: string; readonly dueOn: string; readonly intoId: string }): { readonly caller: Caller; readonly body: object } {
  const { by } = LIFECYCLE[step];
  const caller = by.includes('handler') ? app.as('handler') : by.includes('supervisor') ? app.as('supervisor') : by.includes('colleague') ? app.as('officer') : app.asClient('enterprise:act tickets:read');
  const reason = { reason: '情况说明' };
  const bodies: Readonly<Record<Step, object>> = {
    'assign': { handlerId: app.cadres.handler, collaboratorIds: [app.cadres.officer2] }, 'accept': {}, 'return': reason, 'reassign': { handlerId: app.cadres.leader, ...reason },
    'answer': { kind: 'final', means: 'phone', text: '已答复。' }, 'request-material': { items: ['图纸'], text: '请补充。' }, 'receive-material': {},
    'explain': { reasonCode: 'law', explanation: '已说明。', means: 'on_site', reviewOn: given.reviewOn, ...reason }, 'acknowledge': { understood: true }, 'defer': { reviewOn: given.reviewOn, ...reason }, 'resume': reason,
    'resolve': { outcome: 'solved', text: '已办结。' }, 'confirm': { grade: 5 }, 'reopen': { ...reason, source: '企业来电' }, 'withdraw': { ...reason, askedBy: '王经理' }, 'merge': { intoId: given.intoId, ...reason },
    'record-call': { reached: true, said: '属实。' }, 'recategorise': { category: 'labour', ...reason }, 'request-extension': { limit: { unit: 'workingDays', amount: 2 }, ...reason }, 'decide-extension': { granted: true, ...reason },
    'escalate': reason, 'name-lead': { leadId: app.cadres.leader2 }, 'remind': { text: '请尽快办理。' }, 'order': { text: '请限期办理。', dueOn: given.dueOn }, 'set-aside-grade': reason,
  };
  return { caller, body: bodies[step] };
}

const WAYS: Readonly<Record<State, readonly Step[]>> = {
  registered: [], assigned: ['assign'], in_progress: ['assign', 'accept'], waiting_enterprise: ['assign', 'accept', 'request-material'], resolved: ['assign', 'accept', 'answer', 'resolve'],
  explained: ['assign', 'accept', 'explain'], deferred: ['assign', 'accept', 'explain', 'acknowledge'], closed: ['assign', 'accept', 'answer', 'resolve', 'confirm'], withdrawn: ['assign', 'withdraw'], merged: ['assign', 'merge'],
};

/** A ticket that has come to a state by the shortest way. */
export async function aTicketIn(app: TestApp, enterpriseId: string, state: State, given: Parameters<typeof rightfulStep>[2]): Promise<string> {
  const { id } = await aTicket(app, enterpriseId);
  for (const step of WAYS[state]) {
    const { caller, body } = rightfulStep(app, step, given);
    const response = await caller.post(`/tickets/${id}/${step}`, body);
    if (response.status !== 200) throw new Error(`${state}, ${step}: ${response.status} ${JSON.stringify(response.body)}`);
  }
  return id;
}
