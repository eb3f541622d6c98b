import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, cadreOf, hasRole, parkOf, systemActor } from '../kernel/actor';
import { addDays, type Day, daysBetween, localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { CadresService } from '../cadres/cadres.service';
import { EnterprisesService } from '../enterprises/enterprises.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Jobs } from '../platform/jobs/jobs';
import { type Happening, Journal } from '../platform/journal/journal';
import type { Assignment, AssignmentRow, ShownAssignment } from './assignment.entity';
import type { CreateAssignment, EndAssignment, HandOverAssignment } from './assignments.dto';
import { type AssignmentFilter, AssignmentsStore, type LapseFilter } from './assignments.store';
import type { Capacity } from './domain/capacity';
import { DUTIES_SWEEP, DutiesService } from './duties.service';
import type { ShownLapse } from './lapse.entity';

interface NewDuty {
  readonly id: string;
  readonly parkId: string;
  readonly enterpriseId: string;
  readonly cadreId: string;
  readonly capacity: Capacity;
  readonly startsOn: Day;
  readonly endsOn: Day | null;
  readonly inheritedVisitOn: Day | null;
  readonly predecessorId: string | null;
}

@Injectable()
export class AssignmentsService implements OnModuleInit {
  constructor(
    private readonly store: AssignmentsStore, private readonly duties: DutiesService, private readonly parks: ParksService, private readonly enterprises: EnterprisesService,
    private readonly cadres: CadresService, private readonly database: Database, private readonly journal: Journal, private readonly jobs: Jobs, private readonly clock: Clock,
  ) {}

  /** Duties move with the facts of other features, in the transaction that changes them. */
  onModuleInit(): void {
    const { journal, duties } = this;
    journal.on('enterprise.status_changed', async (em, { parkId, subject, type, at }, actor) =>
      duties.judgeEnterprise(em, actor, { parkId, enterpriseId: subject.id, cause: { type, id: subject.id }, now: at }));
    for (const type of ['leave.added', 'leave.changed', 'leave.cancelled']) {
      journal.on(type, async (em, { parkId, subject, data, at }, actor) =>
        duties.judgeSelected(em, actor, parkId, { cadreId: cadreIn(data) }, { type, id: subject.id }, at));
    }
    journal.on('policy.added', async (em, { parkId, effectiveOn, at }, actor) => duties.turn(em, actor, parkId, { on: effectiveOn, ended: false, now: at }));
    journal.on('calendar.loaded', async (em, { parkId, effectiveOn, at }, actor) => {
      await duties.turn(em, actor, parkId, { on: effectiveOn, ended: false, now: at });
      await this.jobs.request(em, DUTIES_SWEEP);
    });
    journal.on('park.changed', async (em, { parkId, effectiveOn, data, at }, actor) => {
      if (data?.['goLiveOn'] !== undefined) await duties.turn(em, actor, parkId, { on: effectiveOn, ended: true, now: at });
    });
    journal.on('cadre.deactivated', async (em, happening) => this.#refuseWithOpenDuties(em, happening));
  }

  async list(actor: Actor, query: AssignmentFilter): Promise<Page<ShownAssignment>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    let rows = await this.store.list(actor, parkId, query, today);
    if (rows.stale) {
      await this.duties.settle(parkId, actor.requestId);
      rows = await this.store.list(actor, parkId, query, today);
    }
    return toPage(rows, query, 'assignments', (row) => [row.id], (row) => asOf(row, today));
  }

  /** Officers and leaders see their own episodes; those who oversee see the park's. */
  async listLapses(actor: Actor, query: LapseFilter): Promise<Page<ShownLapse>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const own = actor.kind === 'client' || hasRole(actor, 'supervisor', 'admin', 'county') ? undefined : cadreOf(actor);
    return toPage(await this.store.listLapses(actor, parkId, query, own), query, 'lapses', (row) => [row.dueOn, row.id], (row) => ({ ...row, daysLate: row.daysLate ?? Math.max(0, daysBetween(row.dueOn, today)) }));
  }

  async create(actor: Actor, request: CreateAssignment, once?: Once<Created<ShownAssignment>>): Promise<Created<ShownAssignment>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const today = await this.parks.today(actor, parkId, now);
    const { enterpriseId, cadreId, capacity, startsOn, endsOn = null, inheritedVisitOn = null } = request;
    if (endsOn !== null && endsOn < startsOn) throw Problem.at('date-order', '/endsOn', { earlier: 'startsOn', later: 'endsOn' });
    if (inheritedVisitOn !== null && inheritedVisitOn > startsOn) throw Problem.at('date-order', '/inheritedVisitOn', { earlier: 'inheritedVisitOn', later: 'startsOn' });
    return this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'assignment', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: await this.#shown(em, actor, id, today) };
      const enterprise = await this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId');
      if (enterprise.exitedOn !== undefined && enterprise.exitedOn <= today) throw new Problem('enterprise-exited', { params: { on: enterprise.exitedOn } });
      await this.#requireServant(em, actor, parkId, cadreId, capacity);
      const predecessorId = await this.store.predecessor(em, parkId, enterpriseId, capacity, startsOn);
      await this.#begin(em, actor, { id, parkId, enterpriseId, cadreId, capacity, startsOn, endsOn, inheritedVisitOn, predecessorId }, today, now);
      return { created: true, body: await this.#shown(em, actor, id, today) };
    }, once);
  }

  async end(actor: Actor, id: string, request: EndAssignment, once?: Once<ShownAssignment>): Promise<ShownAssignment> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const { assignment, today, earliest } = await this.#open(em, actor, id, now);
      const endsOn = request.endsOn ?? today;
      if (endsOn < assignment.startsOn) throw Problem.at('date-order', '/endsOn', { earlier: 'startsOn', later: 'endsOn' });
      this.#refuseFarBack(endsOn, earliest, today, '/endsOn');
      await this.#finish(em, actor, assignment, endsOn, request.reason ?? null, now);
      return this.#shown(em, actor, id, today);
    }, once);
  }

  /** Ends the predecessor's duty and begins the successor's on one day; the enterprise's clock goes on. Answers the successor's. */
  async handOver(actor: Actor, id: string, request: HandOverAssignment, once?: Once<Created<ShownAssignment>>): Promise<Created<ShownAssignment>> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const before = found(await this.store.find(em, actor, id));
      // It holds the enterprise: a status that changes meanwhile is judged after the successor is there.
      await this.enterprises.requireEnterprise(em, actor, before.parkId, before.enterpriseId, '/enterpriseId');
      const claimed = await claimId(em, { resource: 'assignment', parkId: before.parkId, id: request.id, content: { ...request, predecessorId: id }, now });
      if (!claimed.fresh) {
        const { zone } = await this.parks.settings(em, actor, before.parkId);
        return { created: false, body: await this.#shown(em, actor, claimed.id, localDay(now, zone)) };
      }
      const { assignment, today, earliest } = await this.#open(em, actor, id, now);
      const startsOn = request.startsOn ?? today;
      if (startsOn <= assignment.startsOn) throw Problem.at('date-order', '/startsOn', { earlier: 'the predecessor’s startsOn', later: 'startsOn' });
      if (assignment.endsOn !== null && startsOn > assignment.endsOn) throw Problem.at('assignment-ended', '/startsOn', { endsOn: assignment.endsOn });
      this.#refuseFarBack(startsOn, earliest, today, '/startsOn');
      const { parkId, enterpriseId, capacity } = assignment;
      await this.#requireServant(em, actor, parkId, request.cadreId, capacity);
      await this.#finish(em, actor, assignment, startsOn, request.reason ?? null, now);
      const successor = { id: claimed.id, parkId, enterpriseId, cadreId: request.cadreId, capacity, startsOn, endsOn: null, inheritedVisitOn: null, predecessorId: id };
      await this.#begin(em, actor, successor, today, now);
      return { created: true, body: await this.#shown(em, actor, claimed.id, today) };
    }, once);
  }

  /**
   * A duty as the facts have it today, whether or not a job has judged it; it is held until the transaction ends. Problem `reference-unknown` at the
   * pointer where there is none in scope.
   */
  async holdDuty(em: EntityManager, actor: Actor, id: string, pointer: string, now: Date): Promise<Pick<Assignment, 'parkId' | 'enterpriseId' | 'cadreId' | 'nextDueOn'> & { readonly today: Day }> {
    const before = await this.store.find(em, actor, id);
    if (before === null) throw Problem.at('reference-unknown', pointer, { what: 'assignment' });
    const { parkId } = before;
    const today = localDay(now, (await this.parks.settings(em, actor, parkId)).zone);
    // What is written of it, time has done.
    await this.duties.judgeSelected(em, systemActor(actor.requestId, [parkId]), parkId, { ids: [id] }, { type: 'time', id: today }, now);
    return { ...found(await this.store.find(em, actor, id)), today };
  }

  async #begin(em: EntityManager, actor: Actor, duty: NewDuty, today: Day, now: Date): Promise<void> {
    // The standing is judged from facts in a moment; until then the row only has to be one that may exist.
    await this.store.insert(em, {
      ...duty, standing: 'ended', nextDueOn: null, turnOn: null, lastVisitOn: null, endReason: null, version: 1, createdAt: now, updatedAt: now,
    });
    const { id, parkId, enterpriseId, cadreId, capacity, startsOn } = duty;
    await this.journal.append(em, actor, {
      type: 'assignment.started', parkId, subject: { type: 'assignment', id }, at: now, effectiveOn: startsOn, data: { enterpriseId, cadreId, capacity, startsOn, predecessorId: duty.predecessorId },
    });
    const successorId = await this.store.adoptSuccessor(em, duty);
    await this.duties.judgeSelected(em, actor, parkId, { ids: [id] }, { type: 'assignment.started', id }, now);
    if (successorId !== null) await this.duties.judgeSelected(em, actor, parkId, { ids: [successorId] }, { type: 'assignment.started', id }, now);
  }

  async #finish(em: EntityManager, actor: Actor, assignment: Assignment, endsOn: Day, reason: string | null, now: Date): Promise<void> {
    const { id, parkId, enterpriseId, cadreId, capacity } = assignment;
    await this.store.end(em, assignment, endsOn, reason, now);
    await this.journal.append(em, actor, {
      type: 'assignment.ended', parkId, subject: { type: 'assignment', id }, at: now, effectiveOn: endsOn, data: { enterpriseId, cadreId, capacity, endsOn },
    });
    await this.duties.judgeSelected(em, actor, parkId, { ids: [id] }, { type: 'assignment.ended', id }, now);
  }

  async #open(em: EntityManager, actor: Actor, id: string, now: Date): Promise<{ assignment: Assignment; today: Day; earliest: Day }> {
    const assignment = found(await this.store.lock(em, actor, id));
    const { zone, policies } = await this.parks.settings(em, actor, assignment.parkId);
    const today = localDay(now, zone);
    if (assignment.endsOn !== null && assignment.endsOn <= today) throw new Problem('assignment-ended', { params: { endsOn: assignment.endsOn } });
    const back = policies.findLast((policy) => policy.effectiveFrom <= today)?.visits.backdateLimitDays ?? 0;
    return { assignment, today, earliest: addDays(today, -back) };
  }

  #refuseFarBack(on: Day, earliest: Day, today: Day, pointer: string): void {
    if (on < earliest) throw Problem.at('too-far-back', pointer, { days: daysBetween(earliest, today) });
  }

  async #requireServant(em: EntityManager, actor: Actor, parkId: string, cadreId: string, capacity: Capacity): Promise<void> {
    const cadre = await this.cadres.requireActiveCadre(em, actor, parkId, cadreId, '/cadreId');
    if (!cadre.roles.includes(capacity)) throw Problem.at('role-missing', '/cadreId', { role: capacity });
  }

  async #shown(em: EntityManager, actor: Actor, id: string, today: Day): Promise<ShownAssignment> {
    return asOf({ ...found(await this.store.find(em, actor, id)), calendarProvisional: await this.store.isProvisional(em, id) }, today);
  }

  async #refuseWithOpenDuties(em: EntityManager, { parkId, data, effectiveOn }: Happening): Promise<void> {
    const open = await this.store.openDutiesOf(em, parkId, cadreIn(data), effectiveOn);
    if (open.length > 0) throw new Problem('has-open-duties', { extensions: { assignments: open } });
  }
}

function cadreIn(data: Happening['data']): string {
  const id = data?.['cadreId'];
  if (typeof id !== 'string') throw new RangeError('the entry names no cadre');
  return id;
}

function asOf(row: AssignmentRow, today: Day): ShownAssignment {
  return { ...row, overdueDays: row.nextDueOn === null ? 0 : Math.max(0, daysBetween(row.nextDueOn, today)) };
}
