import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { type Moment, momentOf } from '../kernel/limit';
import { CalendarService, type KnownCalendar } from '../parks/calendar.service';
import type { ServiceSettings } from '../parks/domain/service-settings';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database, sideBySide } from '../platform/db/database';
import type { JournalData } from '../platform/journal/journal-data';
import { type Happening as Entry, Journal } from '../platform/journal/journal';
import { allowedSteps, partiesOf } from './domain/guards';
import { entryDataOf, entryTypeOf } from './domain/entries';
import type { Happening } from './domain/happening';
import { catchUp, type KnownWorld, named, notBefore, type Recorded, replay, tell, type Told } from './domain/history';
import { standingOf } from './domain/standing';
import { registerTicket } from './domain/ticket';
import { personOf, type TicketReader } from './domain/ticket-access';
import { knownWorlds, newest } from './domain/worlds';
import type { TicketEvent, Words } from './ticket-event.entity';
import { eventRow, type RowChange, type TicketRow, TicketsStore, type TicketView, type TicketWrite } from './tickets.store';

// A batch is one transaction: large enough that its few statements weigh little, small enough that a writer waits for milliseconds.
const BATCH = 200;

/** A park, and the calendars that were ever known there. */
export interface Desk {
  readonly settings: ServiceSettings;
  readonly worlds: readonly KnownWorld[];
}

/** A ticket that is held until the transaction ends, as it is now; what time has done to it since the last event is not written yet. */
export interface HeldTicket {
  readonly row: TicketRow;
  readonly before: Told;
  readonly told: Told;
  readonly passed: readonly Recorded[];
}

/** What somebody does to a held ticket. */
export interface Deed {
  readonly what: Happening;
  readonly words?: Words | undefined;
  readonly by: Pick<TicketEvent, 'actorKind' | 'cadreId' | 'clientId'>;
  /** What the journal says beside what the event does. */
  readonly data?: JournalData | undefined;
  readonly change?: RowChange | undefined;
}

const BY_TIME: Deed['by'] = { actorKind: 'system', cadreId: null, clientId: null };

/** Holds tickets, brings them up to now, and writes what happens to them with their events, clocks and journal entries, all in one transaction. */
@Injectable()
export class TicketBook {
  readonly #logger = new Logger(TicketBook.name);
  readonly #desks = new Map<string, Desk>();

  constructor(
    private readonly store: TicketsStore, private readonly parks: ParksService, private readonly calendars: CalendarService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** The settings are locked, as those who change them do first. */
  async desk(em: EntityManager, actor: Actor, parkId: string): Promise<Desk> {
    const [settings, known] = await sideBySide<[ServiceSettings, readonly KnownCalendar[]]>([this.parks.serviceSettings(em, actor, parkId), this.calendars.known(em)]);
    return { settings, worlds: knownWorlds(settings.zone, known, settings.hours) };
  }

  /** Outside of a transaction. Calendars and hours that were once known never change, so a desk that knows all the names of worlds holds on. */
  async deskKnowing(actor: Actor, parkId: string, names: readonly string[]): Promise<Desk> {
    const known = this.#desks.get(parkId);
    if (known !== undefined && names.every((name) => known.worlds.some((world) => world.name === name))) return known;
    const desk = await this.database.transact(actor, async (em) => this.desk(em, actor, parkId));
    this.#desks.set(parkId, desk);
    return desk;
  }

  /** The tickets of the park that the reader may see, in the order of their ids, held until the transaction ends. */
  async hold(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], now: Date, reader?: TicketReader): Promise<{ desk: Desk; held: readonly HeldTicket[] }> {
    const [desk, rows, events] = await sideBySide<[Desk, TicketRow[], ReadonlyMap<string, readonly Recorded[]>]>([
      this.desk(em, actor, parkId), this.store.lock(em, actor, parkId, ids, reader), this.store.events(em, actor, parkId, ids),
    ]);
    return { desk, held: rows.map((row) => bringUp(row, events.get(row.id) ?? [], desk, now)) };
  }

  /** A ticket that was read, as the actor sees it now. */
  async tell(actor: Actor, row: TicketRow, events: readonly Recorded[], now: Date): Promise<TicketView> {
    const desk = await this.deskKnowing(actor, row.parkId, [...events.map(({ world }) => world), row.world]);
    const held = bringUpIfTold(row, events, desk, now);
    return held === undefined ? { row, ticket: asStored(row, events, desk), allowedSteps: [], now } : this.view(actor, held, desk, now);
  }

  /** A ticket as the actor sees it. */
  view(actor: Actor, held: Pick<HeldTicket, 'row' | 'told'>, desk: Desk, now: Date): TicketView {
    const { ticket, world } = held.told;
    return { row: held.row, ticket, allowedSteps: allowedSteps(ticket, partiesOf(ticket, personOf(actor)), this.moment(held, desk, now), named(world, desk.worlds).world), now };
  }

  /** When something happens to the ticket that is done now. */
  moment({ told }: Pick<HeldTicket, 'told'>, { settings }: Desk, now: Date): ReturnType<typeof notBefore> {
    return notBefore(told.ticket.last, now, settings.zone);
  }

  /** Writes what time has done to the ticket, then what somebody does, and what time makes of that at once. Answers the ticket after it. */
  async record(em: EntityManager, actor: Actor, desk: Desk, held: HeldTicket, deed: Deed, now: Date): Promise<HeldTicket> {
    const event = { ...this.moment(held, desk, now), ...deed.what, world: held.told.world } as Recorded;
    const done = tell(held.told, event, desk.worlds);
    const no = held.row.events + held.passed.length + 1;
    // A shorter limit may have passed already; the call that silence waited for may come after the deadline.
    const after: HeldTicket = { row: { ...held.row, events: no }, before: done, ...catchUp(done, desk.worlds, now) };
    const { told } = after;
    const write = writeOf(held, told, desk, [...timeEvents(held, desk), eventRow(held.row, no, event, done.ticket, deed.by, deed.words ?? null), ...timeEvents(after, desk)], deed.change ?? {}, now);
    const system = systemActor(actor.requestId, [held.row.parkId]);
    // They leave one behind the other without waiting: what time has done happened before, and reactions find the event that they react to.
    await sideBySide([
      this.store.write(em, [write]),
      this.journal.appendAll(em, system, entriesOfTime(held, desk)).then(async () => {
        await this.journal.append(em, actor, entryOf(held.row, event, done, desk, no, deed.data));
        await this.journal.appendAll(em, system, entriesOfTime(after, desk));
      }),
    ]);
    const { version, events } = held.row;
    return { row: { ...held.row, ...write.standing, ...write.change, world: told.world, events: events + write.events.length, version: version + 1, updatedAt: now }, before: told, told, passed: [] };
  }

  /**
   * Writes what time has done to tickets of a park. Lists call it when they meet one, so that they are right however long the jobs have been away.
   * Safe to run twice, late, and in several processes. A ticket whose events cannot be told is set aside, and stays as it is stored. Answers how many
   * there were.
   */
  async settle(parkId: string, requestId: string, wait = true): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    const aside: string[] = [];
    for (let settled = 0; ;) {
      const { count, untold } = await this.database.transact(system, async (em) => this.#settleBatch(em, system, parkId, wait, aside));
      settled += count - untold.length;
      aside.push(...untold);
      for (const ticketId of untold) this.#logger.error({ parkId, ticketId }, 'the events of a ticket cannot be told; it is set aside');
      // Of a batch that one has waited for others may have settled some, and left more behind it.
      if (count < BATCH && (!wait || !(await this.store.isAnyTurned(system, parkId, this.clock.now(), aside)))) return settled;
    }
  }

  /** What was read of tickets of the park; read again after what time has done to them is written, where nobody has written it yet. */
  async caughtUp<T extends { readonly stale: boolean }>(actor: Actor, parkId: string, read: () => Promise<T>): Promise<T> {
    const first = await read();
    if (!first.stale) return first;
    await this.settle(parkId, actor.requestId);
    return read();
  }

  /** Writes what time has done to some tickets of a park, in the caller's transaction. */
  async settleIn(em: EntityManager, { requestId }: Pick<Actor, 'requestId'>, parkId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = this.clock.now();
    const system = systemActor(requestId, [parkId]);
    const { desk, held } = await this.hold(em, system, parkId, ids, now);
    await this.#writeTime(em, system, desk, held.filter(({ passed }) => passed.length > 0), now);
  }

  async #settleBatch(em: EntityManager, system: Actor, parkId: string, wait: boolean, aside: readonly string[]): Promise<{ count: number; untold: readonly string[] }> {
    const now = this.clock.now();
    const desk = await this.desk(em, system, parkId);
    const rows = await this.store.lockTurned(em, system, parkId, { now, most: BATCH, wait, aside });
    if (rows.length === 0) return { count: 0, untold: [] };
    const events = await this.store.events(em, system, parkId, rows.map(({ id }) => id));
    const told = rows.map((row) => ({ id: row.id, held: bringUpIfTold(row, events.get(row.id) ?? [], desk, now) }));
    await this.#writeTime(em, system, desk, told.flatMap(({ held }) => (held === undefined ? [] : [held])), now);
    return { count: rows.length, untold: told.filter(({ held }) => held === undefined).map(({ id }) => id) };
  }

  async #writeTime(em: EntityManager, system: Actor, desk: Desk, held: readonly HeldTicket[], now: Date): Promise<void> {
    await sideBySide([
      this.store.write(em, held.map((one) => writeOf(one, one.told, desk, timeEvents(one, desk), {}, now))),
      this.journal.appendAll(em, system, held.flatMap((one) => entriesOfTime(one, desk))),
    ]);
  }
}

/** Nothing where the events make no ticket, or name a calendar that is not known: a fault, which keeps no other ticket from anything. */
function bringUpIfTold(row: TicketRow, events: readonly Recorded[], desk: Desk, now: Date): HeldTicket | undefined {
  try {
    return bringUp(row, events, desk, now);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What the row says, without clocks and what else only events say. */
function asStored(row: TicketRow, [first]: readonly Recorded[], { settings, worlds }: Desk): Told['ticket'] {
  if (first?.type !== 'register') throw new RangeError('a ticket begins with its registration');
  const momentIn = (at: Date | null): Moment | undefined => (at === null ? undefined : momentOf(at, settings.zone));
  return {
    ...registerTicket(first, first.terms, newest(worlds).world), clocks: [], state: row.state, cycle: row.cycle, level: row.level as Told['ticket']['level'], handlerId: row.handlerId, leadId: row.leadId ?? undefined,
    outcome: row.outcome ?? undefined, deferrals: row.deferrals, mergedIntoId: row.mergedIntoId ?? undefined, lastAnswer: momentIn(row.lastAnswerAt), ended: momentIn(row.endedAt),
  };
}

function bringUp(row: TicketRow, events: readonly Recorded[], desk: Desk, now: Date): HeldTicket {
  const replayed = replay(events, desk.worlds);
  const before: Told = { ...replayed, world: row.world };
  return { row, before, ...catchUp(before, desk.worlds, now) };
}

/** What time did, as rows: each with the ticket as it was after it. */
function timeEvents(held: HeldTicket, desk: Desk): TicketEvent[] {
  return told(held, desk).map(({ event, after }, index) => eventRow(held.row, held.row.events + index + 1, event, after.ticket, BY_TIME, null));
}

function entriesOfTime(held: HeldTicket, desk: Desk): Entry[] {
  return told(held, desk).map(({ event, after }, index) => entryOf(held.row, event, after, desk, held.row.events + index + 1));
}

function told({ before, passed }: HeldTicket, desk: Desk): { event: Recorded; after: Told }[] {
  let reached = before;
  return passed.map((event) => {
    reached = tell(reached, event, desk.worlds);
    return { event, after: reached };
  });
}

function entryOf(row: TicketRow, event: Recorded, { ticket }: Told, desk: Desk, no: number, data: JournalData = {}): Entry {
  return {
    type: entryTypeOf(event.type), parkId: row.parkId, subject: { type: 'ticket', id: row.id }, at: event.at, effectiveOn: event.on,
    data: { ticketId: row.id, enterpriseId: row.enterpriseId, event: no, status: ticket.state, cycle: ticket.cycle, ...entryDataOf(event, ticket, named(event.world, desk.worlds)), ...data },
  };
}

function writeOf({ row, before: { ticket: before } }: HeldTicket, { ticket, world }: Told, desk: Desk, events: readonly TicketEvent[], said: RowChange, now: Date): TicketWrite {
  // Where nobody handles it any more, the department that assigns answers for it.
  const handedBack = ticket.handlerId === null && before.handlerId !== null;
  return {
    row, standing: standingOf(ticket, named(world, desk.worlds).world), world, events, at: now,
    change: { ...(handedBack ? { departmentId: desk.settings.assigningDepartmentId } : {}), ...(ticket.state === 'withdrawn' ? {} : { withdrawnFor: null }), ...said },
    clocks: ticket.clocks.filter((clock, index) => clock !== before.clocks[index]),
    collaboratorIds: ticket.collaboratorIds === before.collaboratorIds ? undefined : ticket.collaboratorIds,
  };
}

/** The policy in force on a day. */
export function policyOn({ settings }: Desk, on: Day): ServiceSettings['policies'][number] {
  const policy = settings.policies.findLast(({ effectiveFrom }) => effectiveFrom <= on) ?? settings.policies[0];
  if (policy === undefined) throw new RangeError('a park has a policy from its beginning on');
  return policy;
}
