import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDays } from '../../src/kernel/day';
import { type Limit, type Moment, momentOf } from '../../src/kernel/limit';
import { Problem } from '../../src/kernel/problem';
import { type CalendarDay, WorkingCalendar, type YearStatus } from '../../src/kernel/working-calendar';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import { isResting } from '../../src/tickets/domain/clocks';
import { allowedSteps, levelNotUnderstood, partiesOf, type Person, raisedLevel, requireOutcome, requireReviewDate, requireStep, requireSurvivor, requireUnitOf } from '../../src/tickets/domain/guards';
import type { Happening, Level, Outcome } from '../../src/tickets/domain/happening';
import { askedOf } from '../../src/tickets/domain/enterprise-link';
import { catchUp, type KnownWorld, named, type Recorded, replay, tell, type Told } from '../../src/tickets/domain/history';
import { newest } from '../../src/tickets/domain/worlds';
import { LIFECYCLE, type Step, STEPS } from '../../src/tickets/domain/lifecycle';
import { termsOf } from '../../src/tickets/domain/terms';
import { nextDueAt } from '../../src/tickets/domain/ticket';
import { startApp, type TestApp } from '../support/app';
import type { ShownTicket } from '../support/tickets';
import { aGuideItem, anEnterprise, aTicket } from '../support/world';

const ZONE = 'Asia/Shanghai';
const holidays = JSON.parse(readFileSync(join(__dirname, '../../data/holidays.json'), 'utf8')) as { years: Record<string, YearStatus>; days: CalendarDay[] };
const YEARS = new Map(Object.entries(holidays.years).map(([year, status]) => [Number(year), { year: Number(year), status, version: 1, days: holidays.days.filter(({ date }) => date.startsWith(year)) }]));
const aWorld = (from: Date): KnownWorld => ({ name: `w${from.getTime()}`, from, world: { calendar: new WorkingCalendar([...YEARS.values()]), hoursOn: () => DEFAULT_WORKING_HOURS, zone: ZONE } });
/** One more with every notice. */
const WORLDS: KnownWorld[] = [aWorld(new Date(0))];

type Who = 'officer' | 'officer2' | 'handler' | 'leader' | 'leader2' | 'supervisor' | 'enterprise' | 'client';
const PEOPLE: readonly Who[] = ['officer', 'officer2', 'handler', 'leader', 'leader2', 'supervisor', 'enterprise', 'client'];
/** officer2 is a supervisor as well, so that the two get in each other's way. */
const SUPERVISORS: readonly Who[] = ['supervisor', 'officer2'];
const HOURS: Limit = { unit: 'hours', amount: 30 };

interface Model { readonly id: string; readonly enterpriseId: string; readonly createdAt: Date; told: Told; guideItemId: string | null; priority: 'normal' | 'urgent' }

/** Random people take random steps, most of them illegal, at random times. The pure model says beforehand what the API must answer. */
describe('random lives of tickets', () => {
  let app: TestApp;
  let enterprises: readonly string[];
  let guideItemId: string;
  beforeAll(async () => {
    app = await startApp({ now: '2026-01-29T01:30:00.000Z' });
    await app.sql("UPDATE cadre SET roles = '{officer,supervisor}' WHERE id = $1", [app.cadres.officer2]);
    enterprises = [await anEnterprise(app), await anEnterprise(app)];
    guideItemId = await aGuideItem(app, { limits: { normal: { respondWithin: { unit: 'workingHours', amount: 3 }, resolveWithin: HOURS }, urgent: { respondWithin: { unit: 'hours', amount: 2 }, resolveWithin: { unit: 'days', amount: 3 } } } });
  });
  afterAll(async () => { await app.close(); });

  const worldOf = ({ told: { world } }: Pick<Model, 'told'>) => named(world, WORLDS).world;
  const limitsOf = ({ guideItemId: item, priority }: Pick<Model, 'guideItemId' | 'priority'>) => (item === null ? undefined
    : priority === 'normal' ? { respondWithin: { unit: 'workingHours', amount: 3 } as Limit, resolveWithin: HOURS } : { respondWithin: { unit: 'hours', amount: 2 } as Limit, resolveWithin: { unit: 'days', amount: 3 } as Limit });
  const termsFor = (model: Pick<Model, 'guideItemId' | 'priority'>) => termsOf(DEFAULT_POLICY, limitsOf(model));
  const personOf = (who: Who): Person => (who === 'enterprise' || who === 'client' ? { supervisor: false, staff: false, enterprise: who === 'enterprise' } : { cadreId: app.cadres[who], supervisor: SUPERVISORS.includes(who), staff: true, enterprise: false });
  const callerOf = (who: Who) => (who === 'enterprise' ? app.asClient('enterprise:act') : who === 'client' ? app.asClient('tickets:write') : app.as(who));

  /** Whether the route lets somebody through at all. */
  const mayCall = (who: Who, step: Step): boolean => {
    const { by } = LIFECYCLE[step];
    if (who === 'client') return false;
    if (who === 'enterprise') return by.includes('enterprise');
    return by.some((party) => !['supervisor', 'enterprise', 'system'].includes(party)) || (by.includes('supervisor') && SUPERVISORS.includes(who));
  };

  interface Content { body: object; happen: (when: Moment) => Happening; after?: (model: Model) => void }
  /** What a step says, and what the model makes of it, or the problem that it throws. */
  const contentOf = (step: Step, model: Model, others: readonly Model[], who: Who, on: Moment['on'], random: (n: number) => number): Content => {
    const { ticket } = model.told;
    const reason = { reason: '情况说明' };
    const cadre = app.cadres[(['officer', 'officer2', 'handler', 'leader2'] as const)[random(4)] ?? 'handler'];
    const simple = (type: 'accept' | 'return' | 'receive-material' | 'request-material' | 'resume' | 'remind' | 'set-aside-grade', body: object = reason): Content => ({ body, happen: () => ({ type }) });
    switch (step) {
      case 'assign': case 'reassign': {
        const collaboratorIds = [app.cadres.officer, app.cadres.officer2].filter((id) => id !== cadre).slice(0, random(3));
        return { body: { handlerId: cadre, collaboratorIds, ...(step === 'reassign' ? reason : {}) }, happen: () => ({ type: step, handlerId: cadre, collaboratorIds }) };
      }
      case 'accept': return simple('accept', {});
      case 'receive-material': return simple('receive-material', {});
      case 'request-material': return simple('request-material', { items: ['图纸'], text: '请补充。' });
      case 'remind': return simple('remind', { text: '请办理。' });
      case 'return': case 'resume': case 'set-aside-grade': return simple(step);
      case 'answer': {
        const kind = random(2) === 0 ? 'interim' as const : 'final' as const;
        const nextReplyOn = random(3) === 0 ? addDays(on, 1 + random(9)) : undefined;
        return {
          body: { kind, means: 'phone', text: '答复。', ...(nextReplyOn === undefined ? {} : { nextReplyOn }) },
          happen: () => {
            if (nextReplyOn !== undefined && ticket.state === 'resolved') throw new Problem('reply-after-outcome');
            return { type: 'answer', kind, nextReplyOn };
          },
        };
      }
      case 'explain': case 'defer': {
        const reviewOn = addDays(on, random(4) === 0 ? random(100) : 20 + random(60));
        const body = step === 'defer' ? { reviewOn, ...reason } : { reasonCode: 'funds', explanation: '说明。', means: 'phone', reviewOn, ...reason };
        return {
          body,
          happen: (when) => {
            requireReviewDate(reviewOn, step, ticket, when, worldOf(model));
            return { type: step, reviewOn };
          },
        };
      }
      case 'acknowledge': {
        const understood = random(2) === 0;
        return { body: { understood }, happen: () => ({ type: 'acknowledge', understood, level: understood ? undefined : levelNotUnderstood(ticket) }) };
      }
      case 'resolve': {
        const outcome: Outcome = random(5) === 0 ? 'referred' : 'solved';
        return { body: { outcome, text: '办结。' }, happen: () => { requireOutcome(ticket, { outcome }); return { type: 'resolve', outcome }; } };
      }
      case 'confirm': {
        const grade = 1 + random(5);
        return { body: { grade }, happen: () => ({ type: 'confirm', grade }) };
      }
      case 'reopen': return { body: { ...reason, source: '来电' }, happen: () => ({ type: 'reopen', handlerId: ticket.handlerId, collaboratorIds: ticket.collaboratorIds, terms: termsFor(model) }) };
      case 'withdraw': return { body: { ...reason, askedBy: '王经理' }, happen: () => ({ type: 'withdraw', recordedBy: personOf(who).cadreId ?? null }) };
      case 'merge': {
        const other = others[random(others.length)] ?? model;
        return {
          body: { intoId: other.id, ...reason },
          happen: (when) => {
            requireSurvivor({ id: model.id, enterpriseId: model.enterpriseId, registeredAt: model.createdAt }, { id: other.id, enterpriseId: other.enterpriseId, registeredAt: other.createdAt, state: catchUp(other.told, WORLDS, when.at).told.ticket.state });
            return { type: 'merge', intoId: other.id };
          },
        };
      }
      case 'record-call': {
        const denied = ticket.state === 'withdrawn' && random(2) === 0;
        return { body: { reached: true, said: '属实。', ...(denied ? { denied } : {}) }, happen: () => ({ type: 'record-call', reached: true, ...(denied ? { denied: termsFor(model) } : {}) }) };
      }
      case 'recategorise': {
        const next = { guideItemId: random(2) === 0 ? null : guideItemId, priority: random(2) === 0 ? 'normal' as const : 'urgent' as const };
        const { respondWithin, resolveWithin } = termsFor(next);
        return { body: { ...next, ...reason }, happen: () => ({ type: 'recategorise', respondWithin, resolveWithin }), after: (changed) => { Object.assign(changed, next); } };
      }
      case 'request-extension': {
        const limit: Limit = random(3) === 0 ? { unit: 'hours', amount: 5 } : { unit: 'workingDays', amount: 2 };
        return { body: { limit, ...reason }, happen: () => { requireUnitOf(ticket, limit); return { type: 'request-extension', limit }; } };
      }
      case 'decide-extension': {
        const granted = random(3) > 0;
        return { body: { granted, ...reason }, happen: () => ({ type: 'decide-extension', granted: granted ? ticket.extensionAsked : undefined }) };
      }
      case 'escalate': {
        const level = random(3) === 0 ? (1 + random(3)) as Level : undefined;
        return { body: { ...reason, ...(level === undefined ? {} : { level }) }, happen: () => ({ type: 'escalate', level: raisedLevel(ticket, level) }) };
      }
      case 'name-lead': return { body: { leadId: app.cadres.leader }, happen: () => ({ type: 'name-lead', leadId: app.cadres.leader }) };
      case 'order': {
        const dueOn = addDays(on, 3);
        return { body: { text: '限期办理。', dueOn }, happen: () => ({ type: 'order', dueOn }) };
      }
    }
  };

  /** What no commit may leave behind (domain, section 3). */
  const violations = async (): Promise<unknown[]> => app.sql(`
    SELECT t.number, 'clock' AS what FROM ticket t WHERE t.ended_at IS NULL AND NOT EXISTS (SELECT FROM ticket_clock c WHERE c.ticket_id = t.id AND c.stopped_at IS NULL)
    UNION ALL SELECT t.number, 'due' FROM ticket t WHERE t.next_due_at IS DISTINCT FROM (SELECT min(c.due_at) FROM ticket_clock c WHERE c.ticket_id = t.id AND c.stopped_at IS NULL)
    UNION ALL SELECT t.number, 'handler' FROM ticket t WHERE t.state NOT IN ('registered', 'withdrawn', 'merged') AND t.handler_id IS NULL
    UNION ALL SELECT t.number, 'answer' FROM ticket t WHERE t.state = 'closed' AND NOT EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = t.id AND e.type = 'answer')
    UNION ALL SELECT t.number, 'outcome' FROM ticket t WHERE t.state = 'closed' AND t.outcome IS NULL
    UNION ALL SELECT t.number, 'events' FROM ticket t WHERE t.events <> (SELECT count(*) FROM ticket_event e WHERE e.ticket_id = t.id) OR t.events <> (SELECT max(no) FROM ticket_event e WHERE e.ticket_id = t.id)
    UNION ALL SELECT t.number, 'lead' FROM ticket t JOIN linkage l ON l.ticket_id = t.id AND l.level = t.level AND l.closed_at IS NULL WHERE l.lead_id IS DISTINCT FROM t.lead_id
    UNION ALL SELECT t.number, 'journal' FROM ticket t WHERE t.events <> (SELECT count(*) FROM journal_entry j WHERE j.subject_id = t.id)
    UNION ALL SELECT t.number, 'order of events' FROM ticket t WHERE EXISTS (SELECT FROM ticket_event e JOIN ticket_event f ON f.ticket_id = e.ticket_id AND f.no = e.no + 1 WHERE e.ticket_id = t.id AND f.at < e.at)
    UNION ALL SELECT t.number, 'number' FROM (SELECT number, sequence, row_number() OVER (PARTITION BY park_id, year ORDER BY sequence) AS place FROM ticket) t WHERE t.sequence <> t.place`);
  const counts = async (): Promise<unknown> => app.sql('SELECT (SELECT count(*) FROM ticket_event) AS events, (SELECT count(*) FROM journal_entry) AS entries, (SELECT sum(version) FROM ticket) AS versions');

  const shown = ({ told }: Model, who: Who, when: Moment) => {
    const { ticket } = told;
    return ({
    status: ticket.state, cycle: ticket.cycle, level: ticket.level, handlerId: ticket.handlerId, outcome: ticket.outcome ?? null, deferrals: ticket.deferrals,
    allowedSteps: allowedSteps(ticket, partiesOf(ticket, personOf(who)), when, worldOf({ told })), closing: ticket.closing ?? null,
    clocks: ticket.clocks.map((clock) => ({
      no: clock.no, kind: clock.kind, cycle: clock.cycle, startedAt: clock.started.at.toISOString(), dueAt: clock.deadline?.dueAt.toISOString() ?? null, originalDueAt: clock.original?.dueAt.toISOString() ?? null,
      resting: isResting(clock), rework: clock.rework, stoppedAt: clock.stopped?.at.toISOString() ?? null, breachedAt: clock.breach?.when.at.toISOString() ?? null, responsibleId: clock.breach?.responsibleId ?? null,
    })),
    });
  };

  /** The State Council makes a day of the next weeks a holiday. */
  const notice = async (now: Date, random: (n: number) => number): Promise<void> => {
    let date = addDays(momentOf(now, ZONE).on, 1 + random(15));
    while ([0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())) date = addDays(date, 1);
    const year = Number(date.slice(0, 4));
    const before = YEARS.get(year);
    const days: CalendarDay[] = [...(before?.days ?? []).filter((one) => one.date !== date), { date, kind: 'holiday', name: '临时放假' } as const].map(({ date: on, kind, name }) => ({ date: on, kind, name }));
    await app.as('operator').put(`/calendar/${year}`, { status: 'official', source: '国办发明电', days }).expect(200);
    YEARS.set(year, { year, status: 'official', version: (before?.version ?? 0) + 1, days });
    WORLDS.push(aWorld(now));
  };

  /** What clocks turn on: the ends of days on which something is due, and weekends. */
  const nextTurn = (models: readonly Model[], now: Date, random: (n: number) => number): Date => {
    if (random(2) === 0) return new Date(now.getTime() + ((6 - new Date(now.getTime() + 8 * 3_600_000).getUTCDay() + 7) % 7 || 7) * 86_400_000);
    const due = models.flatMap(({ told: { ticket } }) => nextDueAt(ticket) ?? []).map((one) => one.getTime() - random(2) * 60_000).filter((one) => one > now.getTime());
    return new Date(due.length === 0 ? now.getTime() + 60_000 : Math.min(...due));
  };

  it.each([11, 22, 33, 44])('are lived as the model says (%i)', async (seed) => {
    let state = seed * 7919;
    const random = (n: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * n);
    };
    const models: Model[] = [];
    let taken = 0;
    let received = 0;
    for (let turn = 0; turn < 600; turn += 1) {
      if (random(5) === 0) app.clock.set(nextTurn(models, app.clock.now(), random).toISOString());
      else app.clock.advance([60_000, 1_800_000, 7_200_000, 86_400_000, 4 * 86_400_000][random(5)] ?? 0);
      const now = app.clock.now();
      if (turn % 150 === 100) await notice(now, random);
      const when = momentOf(now, ZONE);
      if (models.length < 4 || random(40) === 0) {
        const enterpriseId = enterprises[random(2)] ?? '';
        const { id } = await aTicket(app, enterpriseId);
        const event: Recorded = { ...when, type: 'register', terms: termsFor({ guideItemId: null, priority: 'normal' }), world: newest(WORLDS).name };
        models.push({ id, enterpriseId, createdAt: now, told: replay([event], WORLDS), guideItemId: null, priority: 'normal' });
        continue;
      }
      const model = models[Math.max(0, models.length - 1 - random(6))];
      const reached = catchUp(model.told, WORLDS, now).told;
      if (random(8) === 0 && model !== undefined) {
        // A client says that the enterprise has what it must answer.
        const asked = askedOf(reached.ticket);
        const heard = asked === undefined || asked === 'question' ? 'nothing-asked' : undefined;
        const response = await app.asClient('enterprise:act').post(`/tickets/${model.id}/receipts`);
        expect([turn, response.status, (response.body as { code?: string }).code]).toEqual([turn, heard === undefined ? 200 : 409, heard]);
        const again = heard !== undefined || reached.ticket.delivered;
        model.told = again ? reached : catchUp(tell(reached, { ...when, type: 'delivered', world: newest(WORLDS).name }, WORLDS), WORLDS, now).told;
        received += again ? 0 : 1;
        if (heard === undefined) expect(response.body as ShownTicket).toMatchObject(shown(model, 'enterprise', when));
        continue;
      }
      // Mostly somebody does what they may do, so that lives get somewhere; now and then they end early.
      const legal = PEOPLE.flatMap((one) => allowedSteps(reached.ticket, partiesOf(reached.ticket, personOf(one)), when, worldOf({ told: reached })).map((step): [Who, Step] => [one, step]))
        .filter(([, step]) => random(8) === 0 || !['withdraw', 'merge', 'remind', 'order', 'recategorise', 'reassign', 'escalate'].includes(step));
      const anybody: [Who, Step] = [PEOPLE[random(PEOPLE.length)] ?? 'officer', STEPS[random(STEPS.length)] ?? 'accept'];
      const [who, step] = (random(10) < 5 ? legal[random(legal.length)] : undefined) ?? anybody;
      const content = contentOf(step, { ...model, told: reached }, models, who, when.on, random);
      let expected: Recorded | string;
      try {
        if (!mayCall(who, step)) throw new Problem('forbidden');
        requireStep(step, reached.ticket, partiesOf(reached.ticket, personOf(who)), when, worldOf({ told: reached }));
        expected = { ...when, ...content.happen(when), world: newest(WORLDS).name };
      } catch (refusal) {
        if (!(refusal instanceof Problem)) throw refusal;
        expected = refusal.code;
      }
      const before = typeof expected === 'string' ? await counts() : undefined;
      const response = await callerOf(who).post(`/tickets/${model.id}/${step}`, content.body);
      const context = `turn ${turn}, ${who} takes ${step} from ${reached.ticket.state}: ${JSON.stringify(response.body).slice(0, 300)}`;
      if (typeof expected === 'string') {
        expect([context, (response.body as { code?: string }).code]).toEqual([context, expected]);
        expect(await counts()).toEqual(before);
      } else {
        expect([context, response.status]).toEqual([context, 200]);
        model.told = catchUp(tell(reached, expected, WORLDS), WORLDS, now).told;
        content.after?.(model);
        taken += 1;
        expect(response.body as ShownTicket).toMatchObject(shown(model, who, when));
        expect(await violations()).toEqual([]);
      }
    }
    expect(taken).toBeGreaterThan(150);
    expect(received).toBeGreaterThan(0);
    // Whoever was not touched for a while is told as it is now, too.
    for (const model of models) {
      const now = app.clock.now();
      model.told = catchUp(model.told, WORLDS, now).told;
      expect((await app.as('supervisor').get(`/tickets/${model.id}`).expect(200)).body as ShownTicket).toMatchObject(shown(model, 'supervisor', momentOf(now, ZONE)));
    }
    expect(await violations()).toEqual([]);
  }, 120_000);
});
