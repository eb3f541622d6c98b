import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EnterprisesService } from '../enterprises/enterprises.service';
import { type GuideContent, limitsFor } from '../guide/domain/guide';
import { GuideService } from '../guide/guide.service';
import { type Actor, parkOf } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { momentOf } from '../kernel/limit';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database, sideBySide } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Jobs } from '../platform/jobs/jobs';
import { type Happening as Entry, Journal } from '../platform/journal/journal';
import type { RaisedIssue } from '../visits/domain/raised-issue';
import { VisitsService } from '../visits/visits.service';
import { entryTypeOf } from './domain/entries';
import { type Recorded, replay } from './domain/history';
import { standingOf } from './domain/standing';
import { termsOf } from './domain/terms';
import { readerOf, seesGrades } from './domain/ticket-access';
import { ticketKeysOf } from './domain/ticket-search';
import type { Channel } from './domain/words';
import { newest } from './domain/worlds';
import { type Desk, policyOn, TicketBook } from './ticket-book.service';
import { type TicketFilter, TicketListStore } from './ticket-list.store';
import { byOf, refuseAttachments, requireCategory } from './ticket-steps.service';
import { eventRow, hasTurned, recordedOf, type ShownEvent, type TicketRow, TicketsStore, type TicketView, variantOf, visibleTo } from './tickets.store';

/** The job that writes what time has done to tickets. */
export const TICKETS_SWEEP = 'tickets-sweep';

/** An issue as it is registered; instants in RFC 3339. */
export interface NewTicketRequest extends RaisedIssue {
  readonly parkId?: string;
  readonly enterpriseId: string;
  readonly channel: Channel;
  readonly visitId?: string;
}

// What the server's clock may be behind a phone's.
const AHEAD_MS = 5 * 60_000;

/** Tickets: registration, reading, and the facts of other features with which they move. */
@Injectable()
export class TicketsService implements OnModuleInit {
  constructor(
    private readonly store: TicketsStore, private readonly lists: TicketListStore, private readonly book: TicketBook, private readonly parks: ParksService, private readonly enterprises: EnterprisesService,
    private readonly guide: GuideService, private readonly visits: VisitsService, private readonly database: Database, private readonly journal: Journal, private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** Tickets move with the facts of other features, in the transaction that changes them. */
  onModuleInit(): void {
    const { journal, store } = this;
    const turn = async (em: EntityManager, { parkId, at }: Entry, actor: Actor): Promise<void> => {
      await store.turnAll(em, actor, parkId, at);
      await this.jobs.request(em, TICKETS_SWEEP);
    };
    journal.on('calendar.loaded', turn);
    journal.on('working-hours.added', turn);
    journal.on('cadre.changed', async (em, { parkId, data }, actor) => {
      if (hasField(data, 'departmentId')) await store.followDepartments(em, actor, parkId);
    });
    for (const type of ['department.added', 'department.changed']) journal.on(type, async (em, { parkId }, actor) => store.followDepartments(em, actor, parkId));
    journal.on('cadre.deactivated', async (em, { parkId, subject }, actor) => this.#refuseWithOpenTickets(em, actor, parkId, subject.id));
    this.visits.onIssues(async (em, actor, visit, issues) => {
      for (const [index, issue] of issues.entries()) {
        await this.#registerIn(em, actor, { ...issue, parkId: visit.parkId, enterpriseId: visit.enterpriseId, channel: 'visit', visitId: visit.id }, visit.receivedAt, `/tickets/${index}`);
      }
    });
  }

  /** Problems: `reference-unknown`, `category-unknown`, `enterprise-exited`, `in-future`, `id-taken`, `id-time-out-of-range`. */
  async register(actor: Actor, request: NewTicketRequest, once?: Once<Created<TicketView>>): Promise<Created<TicketView>> {
    const parkId = parkOf(actor, request.parkId);
    return this.database.transact(actor, async (em) => this.#registerIn(em, actor, { ...request, parkId }, this.clock.now(), ''), once);
  }

  /** Registers in the caller's transaction, received at an instant: now, unless history is loaded. That too is judged by what is known now. */
  async enter(em: EntityManager, actor: Actor, request: NewTicketRequest & { readonly parkId: string }, at: Date): Promise<TicketView> {
    return (await this.#registerIn(em, actor, request, at, '')).body;
  }

  async #registerIn(em: EntityManager, actor: Actor, request: NewTicketRequest & { readonly parkId: string }, now: Date, pointer: string): Promise<Created<TicketView>> {
    const { parkId, enterpriseId, visitId, guideItemId, category, priority = 'normal' } = request;
    const { id, fresh } = await claimId(em, { resource: 'ticket', parkId, id: request.id, content: request, now });
    if (!fresh) return { created: false, body: await this.#stored(em, actor, parkId, id, now) };
    if (request.raisedAt !== undefined && Date.parse(request.raisedAt) > now.getTime() + AHEAD_MS) throw Problem.at('in-future', `${pointer}/raisedAt`);
    refuseAttachments(request.attachmentIds);
    const when = momentOf(now, await this.parks.zoneIn(em, actor, parkId));
    // Asked together, they travel together; the settings are locked first.
    const [desk, item] = await sideBySide<[Desk, Pick<GuideContent, 'limits'> | undefined, ...unknown[]]>([
      this.book.desk(em, actor, parkId),
      guideItemId === undefined ? Promise.resolve(undefined) : this.guide.inForce(em, actor, { parkId, guideItemId, on: when.on }),
      this.#requirePresent(em, actor, parkId, enterpriseId, when.on),
      requireCategory(this.guide, em, actor, parkId, category, when.on, `${pointer}/category`),
      ...(visitId === undefined || pointer !== '' ? [] : [this.visits.requireVisit(em, actor, { parkId, enterpriseId, id: visitId }, '/visitId')]),
    ]);
    const { settings, worlds } = desk;
    if (guideItemId !== undefined && item === undefined) throw Problem.at('reference-unknown', `${pointer}/guideItemId`, { what: 'guide item' });
    const terms = termsOf(policyOn(desk, when.on), item === undefined ? undefined : limitsFor(item, priority));
    const world = newest(worlds);
    const event: Recorded = { ...when, type: 'register', terms, world: world.name };
    const told = replay([event], worlds);
    const standing = standingOf(told.ticket, world.world);
    const own = {
      id, parkId, year: Number(when.on.slice(0, 4)), enterpriseId, visitId: visitId ?? null, channel: request.channel, category, priority, title: request.title, description: request.description,
      guideItemId: guideItemId ?? null, raisedBy: request.raisedBy ?? null, raisedAt: request.raisedAt === undefined ? null : new Date(request.raisedAt), attachmentIds: [],
      registeredBy: actor.kind === 'cadre' ? actor.id : null, departmentId: settings.assigningDepartmentId, withdrawnFor: null, ...standing, world: world.name, events: 1, version: 1, createdAt: now, updatedAt: now,
    };
    const [given] = await sideBySide<[{ number: string; sequence: number }, ...unknown[]]>([
      this.store.insert(em, { ...own, ...ticketKeysOf(request.title, request.description), parkCode: settings.code }),
      this.store.begin(em, { row: { id, parkId, version: 1 }, events: [eventRow(own, 1, event, told.ticket, byOf(actor), null)], clocks: told.ticket.clocks }),
      this.journal.append(em, actor, {
        type: entryTypeOf('register'), parkId, subject: { type: 'ticket', id }, at: now, effectiveOn: when.on,
        data: { ticketId: id, enterpriseId, event: 1, status: standing.state, cycle: 1, channel: request.channel, category, priority, guideItemId: own.guideItemId, visitId: own.visitId },
      }),
    ]);
    return { created: true, body: this.book.view(actor, { row: { ...own, ...given }, told }, desk, now) };
  }

  /** Problems: `reference-unknown`, `enterprise-exited`. */
  async #requirePresent(em: EntityManager, actor: Actor, parkId: string, enterpriseId: string, on: Day): Promise<void> {
    const { exitedOn } = await this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId');
    if (exitedOn !== undefined && exitedOn <= on) throw new Problem('enterprise-exited', { params: { on: exitedOn } });
  }

  /** Which tickets `t` of one park the actor may see now, as a condition for a report of another feature, with a name of its shape. */
  seenBy(actor: Actor, param: (value: unknown) => string): { readonly name: string; readonly condition: string } {
    const reader = readerOf(actor, this.clock.now());
    return { name: variantOf(reader), condition: reader === undefined ? 'true' : visibleTo(reader, param) };
  }

  /** Writes what time has done to tickets of the park by now, where it has done anything that nobody has written. */
  async settle(actor: Actor, parkId: string): Promise<void> {
    const turned = await this.database.read(actor, hasTurned(parkId, this.clock.now()));
    if (turned.length > 0) await this.book.settle(parkId, actor.requestId);
  }

  /** As it is now. */
  async get(actor: Actor, id: string): Promise<TicketView> {
    const now = this.clock.now();
    const reader = readerOf(actor, now);
    const { row, events } = await this.#settled(actor, now, async () => this.store.read(actor, id, reader));
    return this.book.tell(actor, row, events, now);
  }

  /** What is stored of a ticket, after what time has done to it by now. Problem `not-found`. */
  async #settled<T extends { readonly row: TicketRow }>(actor: Actor, now: Date, read: () => Promise<T | undefined>): Promise<T> {
    const stored = found(await read());
    if (stored.row.turnAt === null || stored.row.turnAt > now) return stored;
    await this.book.settle(stored.row.parkId, actor.requestId);
    return found(await read());
  }

  async list(actor: Actor, query: TicketFilter): Promise<Page<TicketView>> {
    const parkId = parkOf(actor, query.parkId);
    const now = this.clock.now();
    const reader = readerOf(actor, now);
    let rows = await this.lists.list(actor, parkId, query, reader, now);
    if (rows.stale) {
      await this.book.settle(parkId, actor.requestId);
      rows = await this.lists.list(actor, parkId, query, reader, now);
    }
    const views = new Map<string, TicketView>();
    const events = await this.lists.events(actor, parkId, rows.rows.map(({ id }) => id));
    for (const row of rows.rows) views.set(row.id, await this.book.tell(actor, row, events.get(row.id) ?? [], now));
    return toPage(rows, query, 'tickets', (row) => [row.year, row.sequence], (row) => found(views.get(row.id)));
  }

  /** Every event of a ticket that the actor may see, oldest first, with the ticket, and whether its grades are theirs to see. */
  async events(actor: Actor, id: string): Promise<{ view: TicketView; events: readonly ShownEvent[]; grades: boolean }> {
    const now = this.clock.now();
    const reader = readerOf(actor, now);
    const { row, events } = await this.#settled(actor, now, async () => this.store.readWhole(actor, id, reader));
    const happened = events.map(recordedOf);
    return { view: await this.book.tell(actor, row, happened, now), events, grades: seesGrades(actor, happened) };
  }

  /**
   * The events of a ticket that the actor may see, and of those into which it was merged: their answers count for it, whoever sees them otherwise. The
   * oldest first.
   */
  async eventsWithSurvivors(actor: Actor, id: string): Promise<readonly ShownEvent[]> {
    const { view, events } = await this.events(actor, id);
    const all = [...events];
    for (let next = view.row.mergedIntoId; next !== null;) {
      const survivor = found(await this.store.readWhole(actor, next, undefined));
      all.push(...survivor.events);
      next = survivor.row.mergedIntoId;
    }
    return all.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  }

  async #stored(em: EntityManager, actor: Actor, parkId: string, id: string, now: Date): Promise<TicketView> {
    const { desk, held } = await this.book.hold(em, actor, parkId, [id], now);
    return this.book.view(actor, found(held[0]), desk, now);
  }

  async #refuseWithOpenTickets(em: EntityManager, actor: Actor, parkId: string, cadreId: string): Promise<void> {
    // Those that silence has closed by now are open no more, whether or not a job has run.
    await this.book.settleIn(em, actor, parkId, await this.store.turnedOf(em, actor, parkId, cadreId, this.clock.now()));
    const open = await this.store.openOf(em, actor, parkId, cadreId);
    if (open.length > 0) throw new Problem('has-open-duties', { extensions: { tickets: open } });
  }
}

function hasField(data: Entry['data'], field: string): boolean {
  const fields = data?.['fields'];
  return Array.isArray(fields) && fields.includes(field);
}
