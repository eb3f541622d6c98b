import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AssignmentsService } from '../../assignments/assignments.service';
import { type Actor, cadreOf, hasRole, parkOf } from '../../kernel/actor';
import { type Day, localDay } from '../../kernel/day';
import { found, Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { type Page, toPage } from '../../platform/http/page';
import { newId } from '../../platform/ids';
import { type Happening as Entry, Journal } from '../../platform/journal/journal';
import { requireAhead } from '../domain/guards';
import { isAddressee, type Reminded, REMINDING_ENTRIES, requireAnswerable, requireOverdue, type ReminderKind } from '../domain/reminder';
import type { Reminder } from './reminder.entity';
import { type Addressee, type ReminderFilter, RemindersStore, type ShownReminder } from './reminders.store';
import { TicketBook } from '../ticket-book.service';
import { TicketSteps } from '../ticket-steps.service';

/** About a ticket or about an overdue visit: one of the two. */
export interface NewReminder {
  readonly ticketId?: string;
  readonly assignmentId?: string;
  readonly text: string;
  /** With it, it is an order. */
  readonly dueOn?: Day;
}

/** A reminder as it stands on a day. */
export interface ReminderOnDay {
  readonly reminder: ShownReminder;
  readonly today: Day;
}

/** Reminders and orders, and their replies. Those about tickets are steps of these, or what the system does behind level 3. */
@Injectable()
export class RemindersService implements OnModuleInit {
  constructor(
    private readonly store: RemindersStore, private readonly book: TicketBook, private readonly steps: TicketSteps, private readonly assignments: AssignmentsService, private readonly parks: ParksService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** They are written in the transaction of the ticket's event. */
  onModuleInit(): void {
    for (const [type, kind] of Object.entries(REMINDING_ENTRIES)) this.journal.on(type, async (em, entry) => this.#issueOfTicket(em, kind, entry));
  }

  /** Who oversees sees the park's; everybody else what was sent to them. */
  async list(actor: Actor, query: ReminderFilter): Promise<Page<ReminderOnDay>> {
    const parkId = parkOf(actor, query.parkId);
    const now = this.clock.now();
    const today = await this.parks.today(actor, parkId, now);
    const to = seesAll(actor) ? undefined : { cadreId: cadreOf(actor), department: false };
    return toPage(await this.book.caughtUp(actor, parkId, async () => this.store.list(actor, parkId, query, to, { today, now })), query, 'reminders', ({ id }) => [id], (reminder) => ({ reminder, today }));
  }

  /** What a cadre of the one park in scope has not answered; for a supervisor's own list also what was sent to the department that assigns. */
  async openRemindersOf(actor: Actor, cadreId: string): Promise<ReminderOnDay[]> {
    const parkId = parkOf(actor);
    const now = this.clock.now();
    const today = await this.parks.today(actor, parkId, now);
    const to: Addressee = { cadreId, department: actor.id === cadreId && hasRole(actor, 'supervisor') };
    return (await this.book.caughtUp(actor, parkId, async () => this.store.readOpen(actor, parkId, to, { today, now }))).rows.map((reminder) => ({ reminder, today }));
  }

  /**
   * Of a ticket it takes the step `remind`, or with a day `order`, with the problems of those. Otherwise: `reference-unknown`, `visit-not-overdue`,
   * `not-in-future`.
   */
  async issue(actor: Actor, { ticketId, assignmentId, text, dueOn }: NewReminder, once?: Once<ReminderOnDay>): Promise<ReminderOnDay> {
    return this.database.transact(actor, async (em) => {
      if (ticketId !== undefined && assignmentId === undefined) return this.#remindOfTicket(em, actor, ticketId, text, dueOn);
      if (assignmentId !== undefined && ticketId === undefined) return this.#remindOfVisit(em, actor, assignmentId, text, dueOn);
      throw new Problem('malformed', { errors: [ticketId === undefined ? { pointer: '/ticketId', code: 'required' } : { pointer: '/assignmentId', code: 'choice', params: { choices: 'ticketId, assignmentId' } }] });
    }, once);
  }

  /** Problems: `not-found`, `forbidden`, `reminder-answered`. */
  async reply(actor: Actor, id: string, text: string, once?: Once<ReminderOnDay>): Promise<ReminderOnDay> {
    const me: Reminded = { cadreId: cadreOf(actor), supervisor: hasRole(actor, 'supervisor') };
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      if (!(await this.store.lock(em, actor, id))) throw new Problem('not-found');
      const reminder = found(await this.store.find(em, actor, id));
      const { answererId } = reminder;
      if (!isAddressee({ cadreId: answererId }, me) && !seesAll(actor)) throw new Problem('not-found');
      requireAnswerable({ cadreId: answererId, answered: reminder.repliedAt !== null }, me);
      await this.store.answer(em, reminder, { reply: text, repliedAt: now, repliedBy: me.cadreId });
      const { parkId, kind, ticketId, eventNo, assignmentId, enterpriseId } = reminder;
      const today = localDay(now, (await this.parks.settings(em, actor, parkId)).zone);
      await this.journal.append(em, actor, {
        type: 'reminder.answered', parkId, subject: { type: 'reminder', id }, at: now, effectiveOn: today, data: { kind, enterpriseId, ticketId, event: eventNo, assignmentId, cadreId: me.cadreId },
      });
      return { reminder: found(await this.store.find(em, actor, id)), today };
    }, once);
  }

  /** Whom it was sent to sees it, and whoever oversees. Problem `not-found`. */
  async require(actor: Actor, id: string): Promise<void> {
    const reminder = found(await this.database.transact(actor, async (em) => this.store.find(em, actor, id)));
    if (!isAddressee(reminder, { cadreId: cadreOf(actor), supervisor: hasRole(actor, 'supervisor') }) && !seesAll(actor)) throw new Problem('not-found');
  }

  async #remindOfTicket(em: EntityManager, actor: Actor, ticketId: string, text: string, dueOn: Day | undefined): Promise<ReminderOnDay> {
    const at = { id: ticketId, now: this.clock.now() };
    const taken = dueOn === undefined ? this.steps.takeIn(em, actor, { ...at, step: 'remind', body: { text } }) : this.steps.takeIn(em, actor, { ...at, step: 'order', body: { text, dueOn } });
    const { row, now } = await taken.catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'not-found' ? Problem.at('reference-unknown', '/ticketId', { what: 'ticket' }) : error;
    });
    const { zone } = await this.parks.settings(em, actor, row.parkId);
    return { reminder: found(await this.store.findOfEvent(em, actor, row.parkId, ticketId, row.events)), today: localDay(now, zone) };
  }

  async #remindOfVisit(em: EntityManager, actor: Actor, assignmentId: string, text: string, dueOn: Day | undefined): Promise<ReminderOnDay> {
    const now = this.clock.now();
    const { parkId, enterpriseId, cadreId, nextDueOn, today } = await this.assignments.holdDuty(em, actor, assignmentId, '/assignmentId', now);
    const lapseDueOn = requireOverdue(nextDueOn, today);
    if (dueOn !== undefined) requireAhead(dueOn, '/dueOn', today);
    const kind: ReminderKind = dueOn === undefined ? 'reminder' : 'order';
    const reminder: Reminder = {
      id: newId(now), parkId, kind, ticketId: null, eventNo: null, assignmentId, lapseDueOn, cadreId, text, dueOn: dueOn ?? null, issuedBy: cadreOf(actor), issuedAt: now, reply: null, repliedAt: null, repliedBy: null,
    };
    await this.store.insert(em, reminder);
    await this.journal.append(em, actor, {
      type: 'reminder.issued', parkId, subject: { type: 'reminder', id: reminder.id }, at: now, effectiveOn: today, data: { kind, enterpriseId, assignmentId, lapseDueOn, cadreId, dueOn: reminder.dueOn },
    });
    return { reminder: found(await this.store.find(em, actor, reminder.id)), today };
  }

  async #issueOfTicket(em: EntityManager, kind: ReminderKind, { parkId, subject, at, data }: Entry): Promise<void> {
    const { event, dueOn } = data ?? {};
    if (typeof event !== 'number') throw new RangeError('the entry names no event');
    await this.store.insertOfTicket(em, { id: newId(at), parkId, kind, ticketId: subject.id, eventNo: event, dueOn: typeof dueOn === 'string' ? (dueOn as Day) : null, issuedAt: at });
  }
}

function seesAll(actor: Actor): boolean {
  return hasRole(actor, 'supervisor', 'admin', 'county');
}
