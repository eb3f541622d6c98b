import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor';
import { type Day, localDay, minDay } from '../kernel/day';
import { CalendarService, type KnownCalendar } from '../parks/calendar.service';
import { type ParkSettings, ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database, sideBySide } from '../platform/db/database';
import { newId } from '../platform/ids';
import { forEachPark } from '../platform/jobs/each-park';
import { type Happening, Journal } from '../platform/journal/journal';
import { dutyFactsOf } from './domain/duty-facts';
import { type LapseChange, reconcileLapses } from './domain/lapse-record';
import { judge, type Standing } from './domain/standing';
import { DutiesStore, type DutySelection, hasTurned, type NewLapse, type StoredDuty } from './duties.store';
import type { Cause } from './lapse.entity';

// A batch is one transaction: large enough that its few statements weigh little, small enough that a writer waits for milliseconds.
const BATCH = 500;

// Parks that are swept by one statement, and how many statements run at once: a visit waits for one slice at most, and half of the
// connections of a small machine stay for requests.
const SLICE = 100;
const LANES = 2;

/** The job that settles and sweeps. */
export const DUTIES_SWEEP = 'duties-sweep';

interface JudgedDuty {
  readonly stored: StoredDuty;
  readonly standing: Standing;
  readonly changes: readonly LapseChange[];
  readonly moved: boolean;
}

interface Judgement {
  readonly duties: readonly JudgedDuty[];
  readonly today: Day;
  readonly calendar: string;
}

/** Where a stored standing differs from what the facts say. */
export interface Drift {
  readonly parkId: string;
  readonly assignmentId: string;
  readonly fields: readonly string[];
}

/**
 * Keeps the standing of duties: in the transaction that changes a fact, when time turns it, and by the sweep that records lapses.
 * The rule is one pure function; here it is fed with facts, many duties at a time, and its verdict is written down.
 */
@Injectable()
export class DutiesService {
  readonly #logger = new Logger(DutiesService.name);

  constructor(
    private readonly store: DutiesStore, private readonly parks: ParksService, private readonly calendars: CalendarService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Judges the enterprise's duties anew, after a fact about it has changed in this transaction. */
  async judgeEnterprise(em: EntityManager, actor: Actor, change: { parkId: string; enterpriseId: string; cause: Cause; now: Date }): Promise<void> {
    await this.judgeSelected(em, actor, change.parkId, { enterpriseId: change.enterpriseId }, change.cause, change.now);
  }

  async judgeSelected(em: EntityManager, actor: Actor, parkId: string, selection: DutySelection, cause: Cause, now: Date): Promise<void> {
    const { duties, today, calendar } = await this.#judge(em, actor, parkId, selection, now);
    const touched = duties.filter((duty) => duty.moved || duty.changes.length > 0);
    if (touched.length === 0) return;
    const recorded = touched.flatMap(({ stored, changes }) => changes.flatMap((change): NewLapse[] => (change.kind === 'record' ? [{ id: newId(now), duty: stored, lapse: change.lapse }] : [])));
    const changes = touched.flatMap((duty) => duty.changes);
    const altered = changes.flatMap((change) => (change.kind === 'end' || change.kind === 'reopen' ? [change] : []));
    const dropped = changes.flatMap((change) => (change.kind === 'supersede' ? [change] : []));
    // A successor inherits the last visit: when that moves, so may their first due date.
    const inheriting = touched.filter(({ stored, standing }) => stored.lastVisitOn !== standing.lastVisitOn).map(({ stored }) => stored.id);
    const [successors] = await sideBySide<[string[], ...unknown[]]>([
      this.store.successorsOf(em, actor, parkId, inheriting),
      this.store.writeStandings(em, actor, parkId, touched.filter((duty) => duty.moved).map(({ stored, standing }) => ({ id: stored.id, standing })), now),
      this.store.recordLapses(em, actor, parkId, recorded, now),
      this.store.changeLapses(em, actor, parkId, altered, now),
      this.store.supersedeLapses(em, actor, parkId, dropped, cause, now),
      this.journal.appendAll(em, actor, happeningsOf(parkId, { touched, recorded, cause, today, calendar }, now)),
    ]);
    if (successors.length > 0) await this.judgeSelected(em, actor, parkId, { ids: successors }, cause, now);
  }

  /** Lets duties of the park be judged anew from the day on, in batches by the next read or job: those that have not ended, or all. */
  async turn(em: EntityManager, actor: Actor, parkId: string, turn: { on: Day; ended: boolean; now: Date }): Promise<void> {
    const today = localDay(turn.now, (await this.parks.settings(em, actor, parkId)).zone);
    await this.store.turn(em, actor, parkId, { on: turn.on, today, ended: turn.ended });
  }

  /**
   * Judges the duties of a park that time has turned. Lists call it when they meet one, so that they are right however long the
   * jobs have been away. Answers how many there were.
   */
  async settle(parkId: string, requestId: string, wait = true): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    for (let settled = 0; ;) {
      const now = this.clock.now();
      const count = await this.database.transact(system, async (em) => {
        const today = localDay(now, (await this.parks.settings(em, system, parkId)).zone);
        const ids = await this.store.lockTurned(em, system, parkId, today, BATCH, wait);
        if (ids.length > 0) await this.judgeSelected(em, system, parkId, { ids }, { type: 'time', id: today }, now);
        return ids.length;
      });
      settled += count;
      if (count < BATCH) return settled;
    }
  }

  /** Settles every park, then records what has lapsed. Safe to run twice, late, and in several processes at once. */
  async sweepAsSystem(requestId: string): Promise<{ settled: number; recorded: number }> {
    const system = systemActor(requestId);
    let settled = 0;
    let recorded = 0;
    const zones = new Map((await this.parks.listAllAsSystem(requestId)).map(({ id, timeZone }) => [id, timeZone]));
    const settling = forEachPark(this.#logger, [...zones.keys()], async (parkId) => {
      const turned = await this.database.read(system, hasTurned(parkId, localDay(this.clock.now(), zones.get(parkId) ?? '')));
      if (turned.length > 0) settled += await this.settle(parkId, requestId, false);
    });
    // What has lapsed in the others is recorded all the same.
    const [first, second] = [await outcomeOf(settling), await outcomeOf(this.recordLapsesAsSystem(requestId).then((count) => { recorded = count; }))];
    const failure = first ?? second;
    if (failure !== undefined) throw failure;
    return { settled, recorded };
  }

  async recordLapsesAsSystem(requestId: string): Promise<number> {
    const system = systemActor(requestId);
    const now = this.clock.now();
    const parkIds = (await this.parks.listAllAsSystem(requestId)).map(({ id }) => id);
    const slices = Array.from({ length: Math.ceil(parkIds.length / SLICE) }, (_none, index) => parkIds.slice(index * SLICE, (index + 1) * SLICE));
    let recorded = 0;
    const record = async (parks: readonly string[]): Promise<void> => {
      recorded += await this.database.transact(system, async (em) => this.store.sweepAsSystem(em, system, parks, now));
    };
    const failed: unknown[] = [];
    await Promise.all(Array.from({ length: LANES }, async () => {
      for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) {
        const parks = slice;
        // A park that fails takes its slice with it: each of them is then recorded by itself.
        const failure = await outcomeOf(record(parks).catch(async () => forEachPark(this.#logger, parks, async (parkId) => record([parkId]))));
        if (failure !== undefined) failed.push(failure);
      }
    }));
    if (failed.length > 0) throw new AggregateError(failed, 'lapses of some parks could not be recorded');
    return recorded;
  }

  /** Recomputes every standing and lapse from facts and compares. It repairs nothing: a difference is a fault to be found. */
  async findDriftAsSystem(requestId: string): Promise<readonly Drift[]> {
    const drifts: Drift[] = [];
    for (const { id } of await this.parks.listAllAsSystem(requestId)) drifts.push(...(await this.findDriftOfAsSystem(requestId, id)));
    return drifts;
  }

  /** The same of one park. */
  async findDriftOfAsSystem(requestId: string, parkId: string): Promise<readonly Drift[]> {
    const system = systemActor(requestId, [parkId]);
    const drifts: Drift[] = [];
    for (let after: string | null = null; ;) {
      const now = this.clock.now();
      const from: string | null = after;
      const ids = await this.database.transact(system, async (em) => {
        const batch = await this.store.nextIds(em, system, parkId, from, BATCH);
        const { duties, today } = await this.#judge(em, system, parkId, { ids: batch }, now);
        for (const duty of duties) {
          const fields = driftOf(duty, today);
          if (fields.length === 0) continue;
          drifts.push({ parkId, assignmentId: duty.stored.id, fields });
          await this.journal.append(em, system, {
            type: 'duty.drift_found', parkId, subject: { type: 'assignment', id: duty.stored.id }, at: now, effectiveOn: today, data: { fields: [...fields] },
          });
        }
        return batch;
      });
      if (ids.length < BATCH) return drifts;
      after = ids.at(-1) ?? null;
    }
  }

  /** Locks the settings, as those who change them do first, and the duties; then reads what they are judged by. */
  async #judge(em: EntityManager, actor: Actor, parkId: string, selection: DutySelection, now: Date): Promise<Judgement> {
    const [settings, locked, known, stored] = await sideBySide<[ParkSettings, ReadonlySet<string>, readonly KnownCalendar[], StoredDuty[]]>([
      this.parks.settings(em, actor, parkId), this.store.lock(em, actor, parkId, selection), this.calendars.known(em), this.store.load(em, actor, parkId, selection),
    ]);
    const today = localDay(now, settings.zone);
    // What is loaded is known, also where the clock of whoever loaded it was ahead, over midnight. What had closed by today is closed before it all the same.
    const calendars = known.map(({ loadedAt, calendar }) => ({ loadedOn: minDay(localDay(loadedAt, settings.zone), today), calendar }));
    // A duty that was not there to be locked yet is judged by who makes it.
    const duties = stored.filter(({ id }) => locked.has(id)).map((duty): JudgedDuty => {
      const standing = judge(dutyFactsOf(duty, settings.goLiveOn, settings.policies, calendars), today);
      return { stored: duty, standing, changes: reconcileLapses(duty.lapses, standing.lapses, today), moved: movedFields(duty, standing).length > 0 };
    });
    return { duties, today, calendar: known.at(-1)?.name ?? 'none' };
  }
}

/** What the work failed with, if it did. */
async function outcomeOf(work: Promise<unknown>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('failed', { cause: error });
  }
}

/** What is told of duties whose standing or lapses have changed. */
function happeningsOf(parkId: string, change: Omit<Judgement, 'duties'> & { touched: readonly JudgedDuty[]; recorded: readonly NewLapse[]; cause: Cause }, now: Date): readonly Happening[] {
  const { touched, recorded, cause, today, calendar } = change;
  const entry = (type: string, subject: Happening['subject'], effectiveOn: Day, data: Happening['data']): Happening => ({ type, parkId, subject, at: now, effectiveOn, data });
  return [
    ...touched.flatMap(({ stored, standing }) => (stored.nextDueOn === standing.dueOn && stored.standing === standing.state ? [] : [
      entry('assignment.due_changed', { type: 'assignment', id: stored.id }, effectiveDay(stored, cause, today),
        { enterpriseId: stored.enterpriseId, standing: standing.state, from: stored.nextDueOn, to: standing.dueOn, cause: cause.type, calendar }),
    ])),
    ...recorded.map(({ id, duty, lapse }) => entry('lapse.recorded', { type: 'lapse', id }, lapse.dueOn,
      { assignmentId: duty.id, dueOn: lapse.dueOn, outcome: lapse.outcome, clearedOn: lapse.clearedOn })),
    ...touched.flatMap(({ stored, changes }) => changes.flatMap((one): Happening[] => {
      if (one.kind === 'record') return [];
      if (one.kind === 'supersede') {
        return [entry('lapse.superseded', { type: 'lapse', id: one.id }, one.clearedOn, { assignmentId: stored.id, dueOn: one.dueOn, cause: cause.type, causeId: cause.id, calendar })];
      }
      return [entry(one.kind === 'end' ? 'lapse.ended' : 'lapse.reopened', { type: 'lapse', id: one.id }, one.lapse.clearedOn ?? today,
        { assignmentId: stored.id, dueOn: one.lapse.dueOn, outcome: one.lapse.outcome, clearedOn: one.lapse.clearedOn, daysLate: one.lapse.daysLate })];
    })),
  ];
}

function movedFields(stored: StoredDuty, standing: Standing): string[] {
  return [
    ...(stored.standing === standing.state ? [] : ['standing']), ...(stored.nextDueOn === standing.dueOn ? [] : ['nextDueOn']),
    ...(stored.watchOn === standing.watchOn ? [] : ['watchOn']), ...(stored.turnOn === standing.turnOn ? [] : ['turnOn']),
    ...(stored.lastVisitOn === standing.lastVisitOn ? [] : ['lastVisitOn']),
  ];
}

/** What time alone has made and no job has written yet is no drift. */
function driftOf({ stored, standing, changes }: JudgedDuty, today: Day): readonly string[] {
  if (stored.turnOn !== null && stored.turnOn <= today) return [];
  const unswept = stored.watchOn !== null && stored.watchOn < today ? stored.watchOn : undefined;
  const fields = movedFields(stored, standing).filter((field) => field !== 'watchOn' || unswept === undefined);
  const lapses = changes.filter((change) => change.kind !== 'record' || change.lapse.dueOn !== unswept).map((change) => `lapse ${change.kind}`);
  return [...fields, ...lapses];
}

/** What time caused belongs to the day on which it did, however late it is written. */
function effectiveDay(stored: StoredDuty, cause: Cause, today: Day): Day {
  return cause.type === 'time' && stored.turnOn !== null && stored.turnOn < today ? stored.turnOn : today;
}
