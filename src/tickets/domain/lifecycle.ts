/**
 * A ticket's life as one table: which steps there are, from where, by whom, to where, and what each does to the clocks (domain, section 6).
 * Guards, `allowedSteps`, the 409 answer, the OpenAPI document and the diagram in docs/ come from it; nothing else names a transition.
 */

export const STATES = ['registered', 'assigned', 'in_progress', 'waiting_enterprise', 'resolved', 'explained', 'deferred', 'closed', 'withdrawn', 'merged'] as const;
export type State = (typeof STATES)[number];

export const CLOCK_KINDS = ['assign', 'respond', 'resolve', 'reply', 'wait', 'confirm', 'review', 'call', 'lead'] as const;
export type ClockKind = (typeof CLOCK_KINDS)[number];

export const OPEN: readonly State[] = ['registered', 'assigned', 'in_progress', 'waiting_enterprise', 'resolved', 'explained', 'deferred'];
/** Somebody has been made to handle it. */
export const PAST_REGISTERED: readonly State[] = OPEN.filter((state) => state !== 'registered');

/**
 * What somebody is to a ticket. `handler`, `collaborator`, `lead` and `supervisor` are cadres of its park; `colleague` is a cadre of the park's staff,
 * supervisor or not, who neither handles it nor recorded its withdrawal; `enterprise` speaks through its link or a client with `enterprise:act`.
 */
export const PARTIES = ['handler', 'collaborator', 'lead', 'supervisor', 'colleague', 'enterprise', 'system'] as const;
export type Party = (typeof PARTIES)[number];

export const STEPS = [
  'assign', 'accept', 'return', 'reassign', 'answer', 'request-material', 'receive-material', 'explain', 'acknowledge', 'defer', 'resume', 'resolve', 'confirm', 'reopen', 'withdraw',
  'merge', 'record-call', 'recategorise', 'request-extension', 'decide-extension', 'escalate', 'name-lead', 'remind', 'order', 'set-aside-grade',
] as const;
export type Step = (typeof STEPS)[number];

export interface StepRule {
  readonly from: readonly State[];
  readonly by: readonly Party[];
  /** Where it may lead; `same` is where it was. Which of several, the content of the step decides. */
  readonly to: readonly (State | 'same')[];
  /** Where each of these leads from one state alone. */
  readonly leads?: Readonly<Partial<Record<State, readonly State[]>>>;
  /** Clocks that it may start, in the order of the domain's table. */
  readonly starts: readonly ClockKind[];
  /** And those that it may stop. */
  readonly stops: readonly ClockKind[] | 'all' | 'all but call';
  /** Of resolve, which alone rests. */
  readonly rest?: 'begins' | 'ends';
  /** The journal's entry of it. */
  readonly entry: string;
  readonly en: string;
  readonly zh: string;
}

const ANSWERED: readonly ClockKind[] = ['respond', 'reply'];

export const LIFECYCLE: Readonly<Record<Step, StepRule>> = {
  'assign': { from: ['registered'], by: ['supervisor'], to: ['assigned'], starts: [], stops: ['assign'], entry: 'ticket.assigned', en: 'Make somebody responsible', zh: '派单' },
  'accept': { from: ['assigned'], by: ['handler'], to: ['in_progress'], starts: [], stops: [], entry: 'ticket.accepted', en: 'Accept', zh: '接单' },
  'return': { from: ['assigned'], by: ['handler'], to: ['registered'], starts: ['assign'], stops: [], entry: 'ticket.returned', en: 'Return it, once', zh: '退单' },
  'reassign': { from: PAST_REGISTERED, by: ['supervisor'], to: ['same'], starts: [], stops: [], entry: 'ticket.reassigned', en: 'Make somebody else responsible', zh: '改派' },
  'answer': { from: PAST_REGISTERED, by: ['handler', 'collaborator', 'supervisor'], to: ['same'], starts: ['reply'], stops: ANSWERED, entry: 'ticket.answered', en: 'Record an answer', zh: '回音' },
  'request-material': { from: ['in_progress'], by: ['handler'], to: ['waiting_enterprise'], starts: ['wait'], stops: [], rest: 'begins', entry: 'ticket.material_requested', en: 'Ask for material', zh: '请企业补充材料' },
  'receive-material': { from: ['waiting_enterprise'], by: ['handler', 'enterprise'], to: ['in_progress'], starts: [], stops: ['wait'], rest: 'ends', entry: 'ticket.material_received', en: 'Take the material', zh: '收到材料' },
  'explain': { from: ['in_progress'], by: ['handler'], to: ['explained'], starts: ['confirm', 'call'], stops: ANSWERED, rest: 'begins', entry: 'ticket.explained', en: 'Explain why it cannot be solved now', zh: '解释说明' },
  'acknowledge': { from: ['explained'], by: ['enterprise'], to: ['deferred', 'in_progress'], starts: ['review', 'lead'], stops: ['confirm', 'call', 'resolve', 'lead'], rest: 'ends', entry: 'ticket.acknowledged', en: 'Say whether the explanation was understood', zh: '企业反馈是否理解' },
  'defer': { from: ['deferred'], by: ['supervisor'], to: ['same'], starts: ['review'], stops: ['review'], entry: 'ticket.deferred', en: 'Set a new review date', zh: '延长挂账' },
  'resume': { from: ['deferred'], by: ['handler', 'supervisor'], to: ['in_progress'], starts: ['resolve'], stops: ['review'], entry: 'ticket.resumed', en: 'Take it up again', zh: '恢复办理' },
  'resolve': { from: ['in_progress'], by: ['handler'], to: ['resolved'], starts: ['confirm', 'call'], stops: ['resolve', 'reply'], entry: 'ticket.resolved', en: 'Report the outcome', zh: '办结' },
  'confirm': { from: ['resolved'], by: ['enterprise'], to: ['closed', 'in_progress'], starts: ['resolve', 'call'], stops: ['confirm', 'call', 'lead'], entry: 'ticket.graded', en: 'Evaluate', zh: '企业评价' },
  'reopen': { from: ['closed'], by: ['enterprise', 'supervisor'], to: ['in_progress', 'registered'], starts: ['assign', 'respond', 'resolve'], stops: [], entry: 'ticket.reopened', en: 'Reopen', zh: '重新办理' },
  'withdraw': { from: OPEN, by: ['enterprise', 'supervisor'], to: ['withdrawn'], starts: ['call'], stops: 'all but call', entry: 'ticket.withdrawn', en: 'Withdraw', zh: '撤回' },
  'merge': { from: OPEN, by: ['supervisor'], to: ['merged'], starts: [], stops: 'all', entry: 'ticket.merged', en: 'Merge into an older one', zh: '合并' },
  'record-call': { from: [...OPEN, 'closed', 'withdrawn'], by: ['colleague'], to: ['same', 'registered', 'closed', 'in_progress'],
    leads: { withdrawn: ['registered'], resolved: ['closed'], explained: ['in_progress'] }, starts: ['assign', 'respond', 'resolve', 'call'], stops: ['call', 'confirm', 'lead'], rest: 'ends', entry: 'ticket.call_recorded', en: 'Record the call to the enterprise', zh: '回访登记' },
  'recategorise': { from: OPEN, by: ['supervisor'], to: ['same'], starts: [], stops: [], entry: 'ticket.recategorised', en: 'Sort it anew', zh: '调整类别' },
  'request-extension': { from: PAST_REGISTERED, by: ['handler'], to: ['same'], starts: [], stops: [], entry: 'ticket.extension_requested', en: 'Ask for more time', zh: '申请延期' },
  'decide-extension': { from: OPEN, by: ['supervisor'], to: ['same'], starts: [], stops: [], entry: 'ticket.extension_decided', en: 'Decide whether there is more time', zh: '延期审批' },
  'escalate': { from: PAST_REGISTERED, by: ['handler', 'collaborator', 'lead', 'supervisor', 'system'], to: ['same'], starts: ['lead'], stops: ['lead'], entry: 'ticket.escalated', en: 'Raise to a level of linkage', zh: '启动三级联动' },
  'name-lead': { from: OPEN, by: ['supervisor'], to: ['same'], starts: [], stops: ['lead'], entry: 'ticket.lead_named', en: 'Name who takes the lead', zh: '指定牵头人' },
  'remind': { from: OPEN, by: ['supervisor'], to: ['same'], starts: [], stops: [], entry: 'ticket.reminded', en: 'Remind', zh: '催办' },
  'order': { from: OPEN, by: ['supervisor', 'system'], to: ['same'], starts: [], stops: [], entry: 'ticket.ordered', en: 'Order with a deadline', zh: '督办' },
  'set-aside-grade': { from: STATES, by: ['supervisor'], to: ['same'], starts: [], stops: [], entry: 'ticket.grade_set_aside', en: 'Leave a grade out of the rates', zh: '评价不计入统计' },
};

/** What is no step of anybody, and the journal's entry of it. */
export const OTHER_ENTRIES = {
  'register': 'ticket.registered', 'breached': 'ticket.breached', 'ran-out': 'ticket.ran_out', 'level-raised': 'ticket.level_raised', 'order-issued': 'ticket.order_issued',
  'questioned': 'ticket.questioned', 'stayed-solved': 'ticket.stayed_solved', 'level-closed': 'ticket.level_closed', 'delivered': 'ticket.delivered', 'recalculated': 'ticket.recalculated',
} as const;

/** The steps that the table has from a state, for whoever is one of the parties. What else a step needs is asked when it is taken. */
export function stepsFrom(state: State, parties: ReadonlySet<Party> = new Set(PARTIES)): Step[] {
  return STEPS.filter((step) => LIFECYCLE[step].from.includes(state) && LIFECYCLE[step].by.some((party) => parties.has(party)));
}

export function isOpen(state: State): boolean {
  return OPEN.includes(state);
}

/** Where a ticket goes when a clock runs out that nobody answers for. */
export const RUNS_OUT: readonly { readonly from: State; readonly clock: ClockKind; readonly to: State }[] = [
  { from: 'waiting_enterprise', clock: 'wait', to: 'in_progress' }, { from: 'explained', clock: 'confirm', to: 'in_progress' }, { from: 'resolved', clock: 'confirm', to: 'closed' },
  { from: 'deferred', clock: 'review', to: 'in_progress' },
];

/** The life as a Mermaid diagram: what leads from one state to another. */
export function lifecycleDiagram(): string {
  const arrows = STEPS.flatMap((step) => LIFECYCLE[step].from.flatMap((from) => targetsOf(step, from).map((to) => `  ${from} --> ${to}: ${step}`)));
  return ['stateDiagram-v2', '  [*] --> registered: register', ...arrows, ...RUNS_OUT.map(({ from, clock, to }) => `  ${from} --> ${to}: ${clock} ran out`)].join('\n');
}

function targetsOf(step: Step, from: State): State[] {
  const { to, leads } = LIFECYCLE[step];
  return leads === undefined ? to.filter((one): one is State => one !== 'same') : [...leads[from] ?? []];
}
