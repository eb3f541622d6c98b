import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DutiesService } from '../assignments/duties.service';
import { CadresService } from '../cadres/cadres.service';
import { EnterprisesService } from '../enterprises/enterprises.service';
import { type Actor, cadreOf, hasRole, parkOf } from '../kernel/actor';
import { type Day, localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { type ClaimedId, claimId } from '../platform/db/client-made-id';
import { Database, sideBySide } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import type { JournalData } from '../platform/journal/journal-data';
import { Journal } from '../platform/journal/journal';
import { changeOfParticipants, requireChange, requireStanding, reviewAfterAmendment } from './domain/visit-change';
import { timeOfVisit } from './domain/visit-time';
import type { RaisedIssue } from './domain/raised-issue';
import type { VisitMode } from './domain/visit-words';
import type { Visit } from './visit.entity';
import { type VisitFilter, VisitListStore } from './visit-list.store';
import { type VisitRecord, VisitsStore } from './visits.store';

/** What can be said about a visit and said otherwise later; instants in RFC 3339, null for what is not known. */
export interface VisitDetails {
  readonly occurredAt: string;
  readonly recordedAt?: string | null;
  readonly deviceOffsetMs?: number;
  readonly endedAt?: string | null;
  readonly mode: VisitMode;
  /** Beside the author, who is always one. */
  readonly participantIds?: readonly string[];
  readonly contactsMet?: readonly string[];
  readonly topics?: readonly string[];
  readonly summary: string;
  readonly conditions?: string | null;
  readonly location?: { readonly lng: number; readonly lat: number; readonly datum: 'wgs84' | 'gcj02' } | null;
}

export interface NewVisit extends VisitDetails {
  readonly id?: string;
  readonly parkId?: string;
  readonly enterpriseId: string;
  /** Issues that were raised on the spot. */
  readonly tickets?: readonly RaisedIssue[];
}

type Details = Pick<Visit, 'occurredAt' | 'recordedAt' | 'deviceOffsetMs' | 'endedAt' | 'mode' | 'contactsMet' | 'topics' | 'summary' | 'conditions' | 'locationLng' | 'locationLat' | 'locationDatum'>;

interface RecordingLimit {
  readonly on: Day;
  readonly backdateLimitDays: number;
}

/** An issue that was raised on the spot: what it says is the business of the feature that registers it. */
type IssueListener = (em: EntityManager, actor: Actor, visit: VisitRecord, issues: readonly RaisedIssue[]) => Promise<void>;

/** The visit log. Whatever changes a visit also judges the enterprise's duties anew, in the same transaction. */
@Injectable()
export class VisitsService {
  // A policy version begins after the day on which it is made, so what governs a day does not change once the day has come.
  readonly #limits = new Map<string, RecordingLimit>();
  #issues: IssueListener | undefined;

  constructor(
    private readonly store: VisitsStore, private readonly lists: VisitListStore, private readonly parks: ParksService, private readonly enterprises: EnterprisesService,
    private readonly cadres: CadresService, private readonly duties: DutiesService, private readonly database: Database, private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Who registers the issues that were raised in a visit, in the transaction of the visit. */
  onIssues(listener: IssueListener): void {
    this.#issues = listener;
  }

  /** A visit of the enterprise that a new row will refer to. Problem `reference-unknown` at the pointer. */
  async requireVisit(em: EntityManager, actor: Actor, { parkId, enterpriseId, id }: { parkId: string; enterpriseId: string; id: string }, pointer: string): Promise<void> {
    const visit = await this.store.find(em, actor, id);
    if (visit === null || visit === undefined || visit.parkId !== parkId || visit.enterpriseId !== enterpriseId) throw Problem.at('reference-unknown', pointer, { what: 'visit' });
  }

  async list(actor: Actor, query: VisitFilter): Promise<Page<VisitRecord>> {
    return toPage(await this.lists.list(actor, parkOf(actor, query.parkId), query), query, 'visits', (visit) => [visit.onDate, visit.id], (visit) => visit);
  }

  async get(actor: Actor, id: string): Promise<VisitRecord> {
    return found(await this.store.get(actor, id));
  }

  /**
   * Logs a visit by the cadre who acts, received at the given instant (now, unless history is loaded).
   * Problems: `in-future`, `date-order`, `reference-unknown`, `id-taken`, `id-time-out-of-range`.
   */
  async log(actor: Actor, request: NewVisit, once?: Once<Created<VisitRecord>>, receivedAt: Date = this.clock.now()): Promise<Created<VisitRecord>> {
    const authorId = cadreOf(actor);
    const parkId = parkOf(actor, request.parkId);
    const { enterpriseId } = request;
    const details = detailsOf(request);
    const zone = await this.parks.zone(actor, parkId);
    const time = timeOfVisit(details, { receivedAt, zone, backdateLimitDays: await this.#backdateLimit(actor, parkId, localDay(receivedAt, zone)) });
    const { named, added } = changeOfParticipants(authorId, [authorId], request.participantIds);
    return this.database.transact(actor, async (em) => {
      // Asked together, they travel together; the id decides first, since a visit that was stored before is not checked again.
      const [{ id, fresh }, refusal] = await sideBySide<[ClaimedId, Problem | undefined]>([
        claimId(em, { resource: 'visit', parkId, id: request.id, content: { ...request, authorId }, now: receivedAt }),
        refusalOf(sideBySide([
          this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId'),
          ...(added.length === 0 ? [] : [this.#requireParticipants(em, actor, parkId, added)]),
        ])),
      ]);
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id)) };
      if (refusal !== undefined) throw refusal;
      const visit: VisitRecord = {
        ...details, id, parkId, enterpriseId, authorId, correctedAt: time.correctedAt, onDate: time.on, receivedAt, review: time.review, reviewedAt: null, reviewedBy: null,
        reviewReason: null, voidedAt: null, voidedBy: null, voidReason: null, version: 1, createdAt: receivedAt, updatedAt: receivedAt,
        participants: named.map((cadreId) => ({ cadreId, confirmedAt: cadreId === authorId ? receivedAt : null })),
      };
      await sideBySide([
        this.store.insert(em, visit), this.#append(em, actor, visit, 'visit.logged', receivedAt), this.#judge(em, actor, visit, 'visit.logged', receivedAt),
      ]);
      if (request.tickets !== undefined && request.tickets.length > 0) await this.#issues?.(em, actor, visit, request.tickets);
      return { created: true, body: visit };
    }, once);
  }

  /**
   * Says otherwise what a visit was; what it said before is kept. Time and review are those of the day on which it was received.
   * Problems: `forbidden`, `visit-voided`, `amend-too-late`, `reason-required`, `stale`, and those of {@link log}.
   */
  async amend(actor: Actor, id: string, request: Partial<VisitDetails> & { readonly reason?: string }, version?: number, once?: Once<VisitRecord>): Promise<VisitRecord> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const visit = await this.#lock(em, actor, id, version);
      const { reason, ...change } = request;
      requireChange(visit, changerOf(actor), reason, now);
      const details = amended(visit, change);
      const { zone, policies } = await this.parks.settings(em, actor, visit.parkId);
      const receivedOn = localDay(visit.receivedAt, zone);
      const backdateLimitDays = policies.findLast((policy) => policy.effectiveFrom <= receivedOn)?.visits.backdateLimitDays ?? 0;
      const time = timeOfVisit(details, { receivedAt: visit.receivedAt, zone, backdateLimitDays });
      const participants = changeOfParticipants(visit.authorId, visit.participants.map(({ cadreId }) => cadreId), change.participantIds);
      if (participants.added.length > 0) await this.#requireParticipants(em, actor, visit.parkId, participants.added);
      const review = reviewAfterAmendment({ review: visit.review, on: visit.onDate, mode: visit.mode }, { review: time.review, on: time.on, mode: details.mode });
      const decision = review === visit.review ? {} : { reviewedAt: null, reviewedBy: null, reviewReason: null };
      await this.store.keepBefore(em, actor, visit, reason ?? null, now);
      await this.store.update(em, visit, { ...details, correctedAt: time.correctedAt, onDate: time.on, review, ...decision }, now);
      await this.store.writeParticipants(em, visit, { ...participants, on: time.on }, now);
      const fields = Object.entries(change).filter(([, value]) => value !== undefined).map(([name]) => name);
      return this.#changed(em, actor, visit, 'visit.amended', now, { before: visit.onDate, fields });
    }, once);
  }

  /** Problems: `forbidden`, `visit-voided`, `amend-too-late`, `stale`. */
  async void(actor: Actor, id: string, reason: string, version?: number, once?: Once<VisitRecord>): Promise<VisitRecord> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const visit = await this.#lock(em, actor, id, version);
      requireChange(visit, changerOf(actor), reason, now);
      await this.store.update(em, visit, { voidedAt: now, voidedBy: cadreOf(actor), voidReason: reason }, now);
      return this.#changed(em, actor, visit, 'visit.voided', now);
    }, once);
  }

  /**
   * A supervisor decides whether a late visit counts; not about one that they took part in themselves.
   * Problems: `forbidden`, `visit-voided`, `visit-not-in-review`, `reason-required`, `stale`.
   */
  async review(actor: Actor, id: string, { accept, reason }: { accept: boolean; reason?: string }, version?: number, once?: Once<VisitRecord>): Promise<VisitRecord> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const visit = await this.#lock(em, actor, id, version);
      const reviewedBy = cadreOf(actor);
      if (!hasRole(actor, 'supervisor') || visit.participants.some(({ cadreId }) => cadreId === reviewedBy)) throw new Problem('forbidden');
      requireStanding(visit);
      if (visit.review !== 'needs_review') throw new Problem('visit-not-in-review');
      if (!accept && reason === undefined) throw Problem.at('reason-required', '/reason');
      const review = accept ? 'accepted' : 'rejected';
      await this.store.update(em, visit, { review, reviewedAt: now, reviewedBy, reviewReason: reason ?? null }, now);
      return this.#changed(em, actor, visit, 'visit.reviewed', now);
    }, once);
  }

  /** Who is named says that they were there; from then on it counts for them. Problems: `visit-voided`, `not-a-participant`, `participation-confirmed`. */
  async confirmParticipation(actor: Actor, id: string, once?: Once<VisitRecord>, now: Date = this.clock.now()): Promise<VisitRecord> {
    return this.database.transact(actor, async (em) => {
      const visit = await this.#lock(em, actor, id);
      const cadreId = cadreOf(actor);
      requireStanding(visit);
      const own = visit.participants.find((participant) => participant.cadreId === cadreId);
      if (own === undefined) throw new Problem('not-a-participant');
      if (own.confirmedAt !== null) throw new Problem('participation-confirmed');
      await this.store.confirm(em, visit, cadreId, now);
      await this.store.update(em, visit, {}, now);
      return this.#changed(em, actor, visit, 'visit.participation_confirmed', now, { cadreId });
    }, once);
  }

  async #requireParticipants(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[]): Promise<void> {
    const cadres = await this.cadres.requireCadres(em, actor, parkId, ids, '/participantIds');
    if (cadres.some(({ active }) => !active)) throw Problem.at('reference-unknown', '/participantIds', { what: 'active cadre' });
  }

  async #lock(em: EntityManager, actor: Actor, id: string, version?: number): Promise<VisitRecord> {
    const visit = found(await this.store.lock(em, actor, id));
    if (version !== undefined && version !== visit.version) throw new Problem('stale');
    return visit;
  }

  async #changed(em: EntityManager, actor: Actor, { id }: VisitRecord, type: string, now: Date, data: JournalData = {}): Promise<VisitRecord> {
    const visit = found(await this.store.find(em, actor, id));
    // Not side by side: appending locks the enterprise, which keeps duties from being made while it is judged. A new visit has it locked before.
    await this.#append(em, actor, visit, type, now, data);
    await this.#judge(em, actor, visit, type, now);
    return visit;
  }

  async #append(em: EntityManager, actor: Actor, visit: VisitRecord, type: string, at: Date, data: JournalData = {}): Promise<void> {
    const { id, parkId, enterpriseId, onDate, mode, review } = visit;
    await this.journal.append(em, actor, {
      type, parkId, subject: { type: 'visit', id }, at, effectiveOn: onDate, data: { visitId: id, enterpriseId, on: onDate, mode, review, ...data },
    });
  }

  async #judge(em: EntityManager, actor: Actor, { id, parkId, enterpriseId }: VisitRecord, type: string, now: Date): Promise<void> {
    await this.duties.judgeEnterprise(em, actor, { parkId, enterpriseId, cause: { type, id }, now });
  }

  async #backdateLimit(actor: Actor, parkId: string, on: Day): Promise<number> {
    const known = this.#limits.get(parkId);
    if (known?.on === on) return known.backdateLimitDays;
    const { backdateLimitDays } = (await this.parks.policyInForce(actor, parkId, on)).visits;
    this.#limits.set(parkId, { on, backdateLimitDays });
    return backdateLimitDays;
  }
}

/** Why the work is refused, for the caller to throw or to pass over; other failures are thrown. */
async function refusalOf(work: Promise<unknown>): Promise<Problem | undefined> {
  return work.then(() => undefined, (error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
}

function changerOf(actor: Actor): { cadreId: string; supervisor: boolean } {
  return { cadreId: cadreOf(actor), supervisor: hasRole(actor, 'supervisor') };
}

function detailsOf(said: VisitDetails): Details {
  return {
    occurredAt: new Date(said.occurredAt), recordedAt: instant(said.recordedAt), deviceOffsetMs: said.deviceOffsetMs ?? 0, endedAt: instant(said.endedAt), mode: said.mode,
    contactsMet: [...(said.contactsMet ?? [])], topics: [...(said.topics ?? [])], summary: said.summary, conditions: said.conditions ?? null,
    locationLng: said.location?.lng ?? null, locationLat: said.location?.lat ?? null, locationDatum: said.location?.datum ?? null,
  };
}

/** The details with what the change names put in their place; null removes, and what is not named stays. */
function amended(visit: Visit, change: Partial<VisitDetails>): Details {
  const { location } = change;
  const kept = { locationLng: visit.locationLng, locationLat: visit.locationLat, locationDatum: visit.locationDatum };
  return {
    occurredAt: change.occurredAt === undefined ? visit.occurredAt : new Date(change.occurredAt),
    recordedAt: change.recordedAt === undefined ? visit.recordedAt : instant(change.recordedAt),
    deviceOffsetMs: change.deviceOffsetMs ?? visit.deviceOffsetMs,
    endedAt: change.endedAt === undefined ? visit.endedAt : instant(change.endedAt),
    mode: change.mode ?? visit.mode,
    contactsMet: [...(change.contactsMet ?? visit.contactsMet)],
    topics: [...(change.topics ?? visit.topics)],
    summary: change.summary ?? visit.summary,
    conditions: change.conditions === undefined ? visit.conditions : change.conditions,
    ...(location === undefined ? kept : { locationLng: location?.lng ?? null, locationLat: location?.lat ?? null, locationDatum: location?.datum ?? null }),
  };
}

function instant(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : new Date(text);
}
