import type { Actor } from '../../src/kernel/actor';
import { addDays, localDay } from '../../src/kernel/day';
import { Database } from '../../src/platform/db/database';
import type { Step } from '../../src/tickets/domain/lifecycle';
import { TicketBook } from '../../src/tickets/ticket-book.service';
import { type TakenStep, TicketSteps } from '../../src/tickets/ticket-steps.service';
import { TicketsService } from '../../src/tickets/tickets.service';
import issues from '../../data/demo-issues.json';
import type { OpenApplication } from '../application';
import { cadreId, idOf, officerOf, PARK, SUPERVISOR, ZONE } from '../sizes';

/**
 * The tickets of one park, lived through by the application itself: each step is taken at an instant of the past, and time does what it does. All
 * other parks of a size are copies of it. No deadline passes within hours of the filling, so that nothing turns while the bench measures.
 */

/** Of a park's tickets. */
export const TICKETS = { all: 2_000, open: 80 } as const;
export const MODEL_PARK = 0;

type Who = 'handler' | 'supervisor' | 'enterprise';
type Scripted = { readonly [S in Step]: readonly [hoursAfter: number, who: Who, step: S, body: TakenStep<S>['body']] }[Step];

interface Life {
  readonly registeredHoursAgo: number;
  /** Hours are counted from the registration. */
  readonly steps: readonly Scripted[];
}

const DAY = 24;
const PER_TRANSACTION = 20;
const given = (handlerId: string): Scripted => [0.5, 'supervisor', 'assign', { handlerId }];
const accepted: Scripted = [1, 'handler', 'accept', {}];
const told: Scripted = [2, 'handler', 'answer', { kind: 'interim', means: 'phone', text: '已联系供电公司，今日到场排查。' }];
const answered: Scripted = [3 * DAY - 1, 'handler', 'answer', { kind: 'final', means: 'on_site', text: '已更换开关柜，供电恢复正常。' }];
const resolved: Scripted = [3 * DAY, 'handler', 'resolve', { outcome: 'solved', text: '已更换开关柜，企业确认恢复。' }];
const called: Scripted = [3 * DAY + 2, 'supervisor', 'record-call', { reached: true, said: '企业表示已恢复。' }];

/** What is open: how many of a park's tickets live so, and their lives. */
const OPEN: readonly { readonly count: number; readonly life: (handlerId: string, turn: number, now: Date) => Life }[] = [
  { count: 6, life: () => ({ registeredHoursAgo: 0.1, steps: [] }) },
  { count: 8, life: (handlerId) => ({ registeredHoursAgo: 1, steps: [given(handlerId)] }) },
  // What the bench answers: nothing is due of them before the second working day from now.
  { count: 40, life: (handlerId, turn) => ({ registeredHoursAgo: 3 + turn / 4, steps: [given(handlerId), accepted, told] }) },
  // Overdue: breached, raised through all levels, ordered.
  { count: 14, life: (handlerId, turn) => ({ registeredHoursAgo: (30 + 2 * turn) * DAY, steps: [given(handlerId), accepted, told] }) },
  { count: 4, life: (handlerId) => ({ registeredHoursAgo: 2 * DAY, steps: [given(handlerId), accepted, told, [DAY, 'handler', 'request-material', { items: ['近三个月用电量'], text: '请补充用电数据。' }]] }) },
  { count: 4, life: (handlerId) => ({ registeredHoursAgo: 4 * DAY, steps: [given(handlerId), accepted, told, answered, resolved, called] }) },
  {
    count: 4, life: (handlerId, _turn, now) => ({
      registeredHoursAgo: 10 * DAY,
      steps: [
        given(handlerId), accepted, told,
        [DAY, 'handler', 'explain', { reasonCode: 'planning', reason: '需待配套工程完工', explanation: '已说明原因与时间。', means: 'on_site', reviewOn: addDays(localDay(now, ZONE), 40) }],
        [2 * DAY, 'enterprise', 'acknowledge', { understood: true }],
      ],
    }),
  },
];

/** The newest that have ended are six days old; none ended four weeks ago, when the enterprise is asked whether it stayed solved. */
function ended(handlerId: string, position: number): Life {
  const count = TICKETS.all - TICKETS.open;
  const days = position < count / 10 ? 6 + (15 * position) / (count / 10) : 45 + (255 * (position - count / 10)) / (count * 0.9);
  const steps: readonly Scripted[] = position % 25 === 7
    ? [given(handlerId), [1, 'enterprise', 'withdraw', { reason: '已自行解决', askedBy: '企业负责人' }], [3, 'supervisor', 'record-call', { reached: true, said: '属实。' }]]
    : [given(handlerId), accepted, told, answered, resolved, [4 * DAY, 'enterprise', 'confirm', { grade: position % 20 === 3 ? 3 : 5 }]];
  return { registeredHoursAgo: days * DAY, steps };
}

/** Fills the model park, the oldest first, so that numbers follow each other. */
export async function liveThrough({ app }: OpenApplication, now: Date): Promise<void> {
  const [tickets, steps, database] = [app.get(TicketsService), app.get(TicketSteps), app.get(Database)];
  const lives = livesOf(now);
  for (let from = 0; from < lives.length; from += PER_TRANSACTION) {
    await database.transact(actorOf('supervisor', 0), async (em) => {
      for (const [index, { position, handler, registeredHoursAgo, steps: script }] of lives.slice(from, from + PER_TRANSACTION).entries()) {
        const issue = issues.items[(from + index) % issues.items.length];
        if (issue === undefined) throw new Error('there are no issues');
        const at = (hours: number): Date => new Date(now.getTime() + (hours - registeredHoursAgo) * 3_600_000);
        const { row } = await tickets.enter(em, actorOf('handler', handler), {
          parkId: idOf('park', MODEL_PARK), enterpriseId: idOf('enterprise', position % PARK.enterprises), channel: 'phone', category: issue.category, title: issue.title, description: issue.description,
        }, at(0));
        for (const [hours, who, step, body] of script) await steps.takeIn(em, actorOf(who, handler), { id: row.id, step, body, now: at(hours) });
      }
    });
  }
  await app.get(TicketBook).settle(idOf('park', MODEL_PARK), 'bench');
}

function livesOf(now: Date): (Life & { position: number; handler: number })[] {
  let position = 0;
  const next = (life: (handlerId: string) => Life): Life & { position: number; handler: number } => {
    const handler = officerOf(position % PARK.enterprises);
    const one = { ...life(cadreId(MODEL_PARK, handler)), position, handler };
    position += 1;
    return one;
  };
  const open = OPEN.flatMap(({ count, life }) => Array.from({ length: count }, (_none, turn) => next((handlerId) => life(handlerId, turn, now))));
  const closed = Array.from({ length: TICKETS.all - TICKETS.open }, (_none, index) => next((handlerId) => ended(handlerId, index)));
  return [...closed, ...open].sort((one, other) => other.registeredHoursAgo - one.registeredHoursAgo);
}

function actorOf(who: Who, handler: number): Actor {
  const parkIds = [idOf('park', MODEL_PARK)];
  const base = { issuer: 'bench', subject: 'bench', parkIds, requestId: 'bench' };
  if (who === 'enterprise') return { ...base, kind: 'client', id: 'bench-portal', roles: [], scopes: ['enterprise:act'] };
  const position = who === 'supervisor' ? SUPERVISOR : handler;
  const id = cadreId(MODEL_PARK, position);
  return { ...base, kind: 'cadre', id, departmentId: idOf('department', position % PARK.departments), roles: who === 'supervisor' ? ['supervisor'] : ['officer'], scopes: [] };
}
