import fc from 'fast-check';
import { DutiesService } from '../../src/assignments/duties.service';
import { addDays, type Day, localDay } from '../../src/kernel/day';
import { type Cast, type TestApp, startApp } from '../support/app';
import { anAssignment, anEnterprise } from '../support/world';

const DAY = 86_400_000;
const STEPS_PER_HISTORY = 350;
const HISTORIES = 8;

type Who = keyof Cast['cadres'];

/** What happens to a visit that was logged. */
type VisitChange =
  | { readonly kind: 'confirm' | 'void' | 'reject' | 'accept'; readonly pick: number }
  | { readonly kind: 'amend'; readonly pick: number; readonly daysBack: number };

/** One thing that people or time do; `pick` chooses among what there is. */
type Step =
  | { readonly kind: 'days'; readonly count: number; readonly sweep: boolean }
  | { readonly kind: 'hours'; readonly count: number }
  | { readonly kind: 'visit'; readonly pick: number; readonly daysBack: number; readonly mode: string; readonly together: boolean; readonly offsetHours: number }
  | { readonly kind: 'handover' | 'end' | 'assign'; readonly pick: number }
  | VisitChange
  | { readonly kind: 'status'; readonly pick: number; readonly status: string; readonly inDays: number }
  | { readonly kind: 'leave'; readonly pick: number; readonly inDays: number; readonly days: number; readonly substitute: boolean }
  | { readonly kind: 'cancelLeave'; readonly pick: number }
  | { readonly kind: 'policy'; readonly inDays: number; readonly cadence: string; readonly days: number; readonly nonWorkingDays: string; readonly capacity: string }
  | { readonly kind: 'calendar'; readonly inDays: number; readonly holiday: boolean };

const pick = fc.nat(1_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('days' as const), count: fc.integer({ min: 1, max: 3 }), sweep: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('hours' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('visit' as const), pick, daysBack: fc.constantFrom(0, 0, 0, 1, 2, 3, 5), mode: fc.constantFrom('on_site', 'on_site', 'on_site', 'phone'), together: fc.boolean(), offsetHours: fc.constantFrom(0, 0, -30, 3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('confirm' as const, 'void' as const, 'accept' as const, 'reject' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('amend' as const), pick, daysBack: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('handover' as const, 'end' as const, 'assign' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('status' as const), pick, status: fc.constantFrom('suspended', 'in_production', 'suspended', 'in_production', 'signed'), inDays: fc.integer({ min: -3, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), pick, inDays: fc.integer({ min: -3, max: 6 }), days: fc.integer({ min: 0, max: 12 }), substitute: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancelLeave' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), inDays: fc.integer({ min: 1, max: 15 }), cadence: fc.constantFrom('rolling', 'xun', 'month'), days: fc.integer({ min: 4, max: 15 }), nonWorkingDays: fc.constantFrom('extend', 'keep'), capacity: fc.constantFrom('officer', 'leader') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('calendar' as const), inDays: fc.integer({ min: -5, max: 20 }), holiday: fc.boolean() }) },
);

/** What happened is the truth: whatever the order of facts and jobs, the record says what follows from the facts. */
describe('random histories', () => {
  let app: TestApp;
  let duties: DutiesService;
  const enterprises: string[] = [];
  const visits: { id: string; by: Who; other: Who }[] = [];
  const leaves: string[] = [];
  const counts = { steps: 0, done: 0, refused: 0 };
  const tokens = new Map<Who, { token: string; until: number }>();

  beforeAll(async () => {
    app = await startApp();
    duties = app.app.get(DutiesService);
  });
  afterAll(async () => { await app.close(); });

  const today = (): Day => localDay(app.clock.now(), 'Asia/Shanghai');
  const among = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

  async function send(who: Who, method: 'POST' | 'PUT' | 'GET', path: string, payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const now = app.clock.now().getTime();
    let held = tokens.get(who);
    if (held === undefined || held.until < now) {
      held = { token: await app.token(who), until: now + 6 * 3_600_000 };
      tokens.set(who, held);
    }
    const response = await app.app.inject({ method, url: `/api/v1${path}`, headers: { authorization: `Bearer ${held.token}` }, ...(payload === undefined ? {} : { payload }) });
    if (response.statusCode >= 500) throw new Error(`${method} ${path}: ${response.statusCode} ${response.body}`);
    if (method !== 'GET') counts[response.statusCode < 300 ? 'done' : 'refused'] += 1;
    return { status: response.statusCode, body: JSON.parse(response.body) as Record<string, unknown> };
  }

  async function assignmentOf(index: number): Promise<{ id: string; cadreId: string; capacity: string } | undefined> {
    const { body } = await send('admin', 'GET', `/assignments?active=true&enterpriseId=${among(enterprises, index)}`);
    return among(body['items'] as { id: string; cadreId: string; capacity: string }[], index);
  }

  const keyOf = (cadreId: string): Who => (Object.entries(app.cadres).find(([, id]) => id === cadreId)?.[0] ?? 'officer') as Who;

  async function visit(one: Extract<Step, { kind: 'visit' }>): Promise<void> {
    const by = among(['officer', 'officer2', 'leader', 'leader2'] as const, one.pick) ?? 'officer';
    const other = among(['leader', 'officer', 'officer2', 'leader2'] as const, one.pick) ?? 'leader';
    const occurredAt = new Date(app.clock.now().getTime() - one.daysBack * DAY - one.offsetHours * 3_600_000).toISOString();
    const { status, body } = await send(by, 'POST', '/visits', {
      enterpriseId: among(enterprises, one.pick), occurredAt, deviceOffsetMs: one.offsetHours * 3_600_000, mode: one.mode, summary: '走访', ...(one.together ? { participantIds: [app.cadres[other]] } : {}),
    });
    if (status === 201) visits.push({ id: body['id'] as string, by, other });
  }

  async function take(one: Step): Promise<void> {
    const enterpriseId = 'pick' in one ? among(enterprises, one.pick) : undefined;
    switch (one.kind) {
      case 'days':
        for (let day = 0; day < one.count; day += 1) {
          app.clock.advance(DAY);
          if (one.sweep) await duties.sweepAsSystem('sweep');
        }
        return;
      case 'hours': app.clock.advance(one.count * 3_600_000); return;
      case 'visit': return visit(one);
      case 'assign': {
        const capacity = among(['officer', 'leader'] as const, one.pick) ?? 'officer';
        await send('admin', 'POST', '/assignments', { enterpriseId, cadreId: app.cadres[capacity], capacity, startsOn: addDays(today(), (one.pick % 7) - 1) });
        return;
      }
      case 'handover': case 'end': {
        const assignment = await assignmentOf(one.pick);
        if (assignment === undefined) return;
        const on = addDays(today(), (one.pick % 9) - 3);
        const successor = keyOf(assignment.cadreId).endsWith('2') ? assignment.capacity : `${assignment.capacity}2`;
        await send('admin', 'POST', `/assignments/${assignment.id}/${one.kind}`, one.kind === 'end' ? { endsOn: on } : { startsOn: on, cadreId: app.cadres[successor as Who] });
        return;
      }
      case 'status': await send('admin', 'POST', `/enterprises/${enterpriseId}/status`, { status: one.status, on: addDays(today(), one.inDays) }); return;
      case 'leave': {
        const cadre = among(['officer', 'leader', 'officer2', 'leader2'] as const, one.pick) ?? 'officer';
        const from = addDays(today(), one.inDays);
        const substitute = cadre === 'officer2' ? 'officer' : 'officer2';
        const { status, body } = await send('admin', 'POST', `/cadres/${app.cadres[cadre]}/leaves`, { from, to: addDays(from, one.days), ...(one.substitute ? { substituteId: app.cadres[substitute] } : {}) });
        if (status === 201) leaves.push(body['id'] as string);
        return;
      }
      case 'cancelLeave': if (leaves.length > 0) await send('admin', 'POST', `/leaves/${among(leaves, one.pick)}/cancel`, {}); return;
      case 'policy':
        await send('admin', 'POST', `/parks/${app.parkId}/policies`, { effectiveFrom: addDays(today(), one.inDays), visits: { nonWorkingDays: one.nonWorkingDays, [one.capacity]: { cadence: one.cadence, days: one.days } } });
        return;
      case 'calendar': {
        const date = addDays(today(), one.inDays);
        const year = date.slice(0, 4);
        const { body } = await send('admin', 'GET', `/calendar/${year}`);
        const days = (body['days'] as { date: string }[]).filter((day) => day.date !== date);
        await send('operator', 'PUT', `/calendar/${year}`, { status: 'official', source: '测试', days: one.holiday ? [...days, { date, kind: 'holiday', name: '临时' }] : days });
        return;
      }
      default: return changeVisit(one);
    }
  }

  async function changeVisit(one: VisitChange): Promise<void> {
    const target = among(visits, one.pick);
    if (target === undefined) return;
    const path = `/visits/${target.id}`;
    if (one.kind === 'confirm') await send(target.other, 'POST', `${path}/confirm-participation`, {});
    else if (one.kind === 'void') await send('supervisor', 'POST', `${path}/void`, { reason: '录错' });
    else if (one.kind === 'amend') await send('supervisor', 'POST', `${path}/amend`, { reason: '日期有误', occurredAt: new Date(app.clock.now().getTime() - one.daysBack * DAY).toISOString() });
    else await send('supervisor', 'POST', `${path}/review`, { accept: one.kind === 'accept', reason: '核实' });
  }

  it('end as the facts say, after thousands of steps', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: STEPS_PER_HISTORY, maxLength: STEPS_PER_HISTORY, size: 'max' }), async (steps) => {
      enterprises.splice(0);
      for (let one = 0; one < 3; one += 1) {
        const enterpriseId = await anEnterprise(app);
        enterprises.push(enterpriseId);
        for (const capacity of ['officer', 'leader'] as const) await anAssignment(app, enterpriseId, { startsOn: today(), capacity, cadreId: app.cadres[capacity] });
      }
      for (const one of steps) {
        await take(one);
        counts.steps += 1;
      }
      await duties.sweepAsSystem('last');
      expect(await duties.findDriftAsSystem('check')).toEqual([]);
    }), { numRuns: HISTORIES, endOnFailure: true });
    expect(counts.steps).toBeGreaterThanOrEqual(STEPS_PER_HISTORY * HISTORIES);
    expect(counts.done).toBeGreaterThan(counts.steps / 4);
    const [outcomes] = await app.sql<{ kinds: number }>('SELECT count(DISTINCT outcome)::int AS kinds FROM lapse');
    expect(outcomes?.kinds).toBeGreaterThanOrEqual(5);
  }, 300_000);
});
