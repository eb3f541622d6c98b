import type { EntityManager } from 'typeorm';
import type { Actor, Role } from '../kernel/actor';
import { addDays, type Day } from '../kernel/day';
import type { Priority } from '../kernel/priority';
import type { Step } from '../tickets/domain/lifecycle';
import type { TakenStep, TicketSteps } from '../tickets/ticket-steps.service';
import type { TicketsService } from '../tickets/tickets.service';
import issues from '../../data/demo-issues.json';

/** Somebody of the demo park who acts on tickets. */
export interface DemoCadre {
  readonly key: string;
  readonly id: string;
  readonly departmentId: string;
  readonly roles: readonly Role[];
}

/** What the tickets of the demo park refer to. */
export interface DemoTickets {
  readonly em: EntityManager;
  readonly parkId: string;
  readonly now: Date;
  readonly today: Day;
  /** Those that have not left the park. */
  readonly enterpriseIds: readonly string[];
  readonly cadres: readonly DemoCadre[];
  readonly guide: readonly { readonly id: string; readonly category: string; readonly departmentId: string }[];
  readonly tickets: TicketsService;
  readonly steps: TicketSteps;
}

type Who = 'handler' | 'supervisor' | 'enterprise';
type Scripted = { readonly [S in Step]: readonly [hoursAgo: number, who: Who, step: S, body: (line: Line) => TakenStep<S>['body']] }[Step];

/** One ticket's place in the demo. */
interface Line {
  readonly handlerId: string;
  readonly today: Day;
  /** What was done about the issue. */
  readonly handling: string;
  /** The ticket of the same enterprise before it. */
  readonly olderId: string;
}

const DAY = 24;
const given = (hoursAgo: number): Scripted => [hoursAgo, 'supervisor', 'assign', ({ handlerId }) => ({ handlerId })];
const accepted = (hoursAgo: number): Scripted => [hoursAgo, 'handler', 'accept', () => ({})];
const told = (hoursAgo: number, kind: 'interim' | 'final' = 'interim'): Scripted => [hoursAgo, 'handler', 'answer', ({ handling }) => ({ kind, means: 'phone' as const, text: handling })];
const done = (hoursAgo: number): Scripted => [hoursAgo, 'handler', 'resolve', ({ handling }) => ({ outcome: 'solved' as const, text: handling })];
const explained = (hoursAgo: number): Scripted => [hoursAgo, 'handler', 'explain', ({ today }) => (
  { reasonCode: 'planning' as const, reason: '需待配套工程完工', explanation: '已向企业说明原因与预计时间。', means: 'on_site' as const, reviewOn: addDays(today, 45) })];
const graded = (hoursAgo: number, grade: number): Scripted => [hoursAgo, 'enterprise', 'confirm', () => ({ grade })];

/** Lives of tickets, one for every state and turn that people ask to see: how many hours ago each was registered, and what has happened since. */
const LIVES: readonly { readonly registered: number; readonly steps: readonly Scripted[] }[] = [
  { registered: 3, steps: [] },
  { registered: 2 * DAY, steps: [] },
  { registered: 26, steps: [given(24)] },
  { registered: 4 * DAY, steps: [given(95), accepted(94), told(92)] },
  // Overdue: the system has recorded the breach, raised the levels and ordered.
  { registered: 32 * DAY, steps: [given(32 * DAY - 1), accepted(32 * DAY - 2), told(32 * DAY - 4)] },
  { registered: 5 * DAY, steps: [given(119), accepted(118), told(117), [4 * DAY, 'handler', 'request-material', () => ({ items: ['近三个月用量数据'], text: '请补充近三个月用量数据，以便核算。' })]] },
  { registered: 6 * DAY, steps: [given(143), accepted(142), told(50, 'final'), done(48)] },
  { registered: 7 * DAY, steps: [given(167), accepted(166), explained(40)] },
  { registered: 30 * DAY, steps: [given(719), accepted(718), explained(26 * DAY), [25 * DAY, 'enterprise', 'acknowledge', () => ({ understood: true })]] },
  { registered: 20 * DAY, steps: [given(479), accepted(478), told(476), told(17 * DAY + 1, 'final'), done(17 * DAY), graded(16 * DAY, 5)] },
  // Nobody said anything after somebody had called: closed as silent.
  { registered: 44 * DAY, steps: [given(1055), accepted(1054), told(40 * DAY + 1, 'final'), done(40 * DAY), [39 * DAY, 'supervisor', 'record-call', () => ({ reached: false, said: '无人接听' })]] },
  { registered: 9 * DAY, steps: [given(215), accepted(214), told(5 * DAY + 1, 'final'), done(5 * DAY), graded(4 * DAY, 2)] },
  { registered: 8 * DAY, steps: [given(191), [6 * DAY, 'enterprise', 'withdraw', () => ({ reason: '已自行解决', askedBy: '企业负责人' })]] },
  { registered: 3 * DAY, steps: [[2 * DAY, 'supervisor', 'merge', ({ olderId }) => ({ intoId: olderId, reason: '与前一问题重复' })]] },
  { registered: 15 * DAY, steps: [given(359), accepted(358), told(13 * DAY + 1, 'final'), done(13 * DAY), graded(12 * DAY, 4), [10 * DAY, 'enterprise', 'reopen', () => ({ reason: '问题再次出现' })]] },
];

const MERGED = LIVES.findIndex(({ steps }) => steps.some(([, , step]) => step === 'merge'));

/** Registers every issue, the oldest first, so that their numbers follow each other, and lets each live its life up to now. */
export async function loadTickets(demo: DemoTickets): Promise<void> {
  const { enterpriseIds, guide, cadres } = demo;
  const lines = issues.items.map((issue, index) => ({
    issue, life: LIVES[index % LIVES.length] ?? { registered: 1, steps: [] }, round: Math.floor(index / LIVES.length), item: guide.find(({ category }) => category === issue.category),
    // What is merged belongs to the enterprise of a ticket that is older and still open.
    enterpriseId: enterpriseIds[(index % LIVES.length === MERGED ? index - MERGED + 3 : index) % enterpriseIds.length] ?? '', index,
  })).toSorted((one, other) => other.life.registered - one.life.registered || other.round - one.round);
  const made = new Map<number, string>();
  for (const { issue, life, round, item, enterpriseId, index } of lines) {
    const officer = cadres.find(({ key }) => key === 'officer');
    if (officer === undefined || item === undefined) throw new Error(`The demo data lack what an issue of ${issue.category} needs`);
    // Rounds lie 25 minutes apart, so that no two tickets of one life are registered at once.
    const ago = (hours: number): Date => new Date(demo.now.getTime() - hours * 3_600_000 - round * 1_500_000);
    const { row } = await demo.tickets.enter(demo.em, actorOf(demo, officer), {
      parkId: demo.parkId, enterpriseId, channel: 'phone', category: issue.category, title: issue.title, description: issue.description, priority: issue.priority as Priority, guideItemId: item.id,
    }, ago(life.registered));
    made.set(index, row.id);
    const line: Line = { handlerId: handlerOf(demo, item.departmentId).id, today: demo.today, handling: issue.handling, olderId: made.get(index - MERGED + 3) ?? '' };
    for (const [hours, who, step, body] of life.steps) {
      await demo.steps.takeIn(demo.em, voiceOf(demo, who, line.handlerId), { id: row.id, step, body: body(line), now: ago(hours) });
    }
  }
}

/** Of the department that the guide names, or of the one that handles the most. */
function handlerOf({ cadres }: DemoTickets, departmentId: string): DemoCadre {
  const handlers = cadres.filter(({ roles }) => roles.includes('handler'));
  const found = handlers.find((one) => one.departmentId === departmentId) ?? handlers.find(({ key }) => key === 'handler');
  if (found === undefined) throw new Error('The demo park has nobody who handles tickets');
  return found;
}

function voiceOf(demo: DemoTickets, who: Who, handlerId: string): Actor {
  if (who === 'enterprise') {
    return { kind: 'client', id: 'demo-portal', issuer: 'demo', subject: 'demo-portal', parkIds: [demo.parkId], roles: [], scopes: ['enterprise:act'], requestId: 'demo' };
  }
  const cadre = demo.cadres.find(({ id, key }) => (who === 'handler' ? id === handlerId : key === 'supervisor'));
  if (cadre === undefined) throw new Error(`The demo park has no ${who}`);
  return actorOf(demo, cadre);
}

function actorOf({ parkId }: DemoTickets, { id, departmentId, roles }: DemoCadre): Actor {
  return { kind: 'cadre', id, issuer: 'demo', subject: id, parkIds: [parkId], departmentId, roles, scopes: [], requestId: 'demo' };
}
