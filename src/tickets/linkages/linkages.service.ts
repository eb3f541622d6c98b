import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CadresService } from '../../cadres/cadres.service';
import { type Actor, cadreOf } from '../../kernel/actor';
import type { Moment } from '../../kernel/limit';
import { found, Problem } from '../../kernel/problem';
import { DepartmentsService } from '../../parks/departments.service';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { newId } from '../../platform/ids';
import { type Happening as Entry, Journal } from '../../platform/journal/journal';
import type { JournalData } from '../../platform/journal/journal-data';
import { partiesOf } from '../domain/guards';
import { isOpen, LIFECYCLE, type State } from '../domain/lifecycle';
import { ENDING_ENTRIES, type LinkageAct, linkagePartiesOf, RAISING_ENTRIES, requireFinishable, requireLinkageAct, requireSession } from '../domain/linkage';
import { personOf, readerOf } from '../domain/ticket-access';
import { FollowUpsStore, type ListedFollowUp } from './follow-ups.store';
import type { Linkage } from './linkage.entity';
import type { FollowUp } from './linkage-session.entity';
import type { NewLinkageSession } from './linkages.dto';
import { LinkagesStore, type ShownLinkage, type Team } from './linkages.store';
import { type Desk, type HeldTicket, TicketBook } from '../ticket-book.service';
import type { StepBodies } from '../ticket-steps.dto';
import { byOf, TicketSteps } from '../ticket-steps.service';
import { TicketsService } from '../tickets.service';

/** A linkage whose ticket is held. */
interface Scene {
  readonly em: EntityManager;
  readonly actor: Actor;
  readonly me: string;
  readonly linkage: ShownLinkage;
  readonly desk: Desk;
  readonly own: HeldTicket;
  readonly when: Moment;
  readonly parties: ReturnType<typeof linkagePartiesOf>;
  /** The ticket has ended, also where that is not written yet. */
  readonly closed: boolean;
}

/** What is done with it: what the journal says beside which linkage it was, and what changes of the linkage itself. */
interface Doing {
  readonly said: JournalData;
  readonly change?: Partial<Linkage>;
}

/** The three levels: they open and close with their ticket, and in between hold team, departments, sessions and what these decided. */
@Injectable()
export class LinkagesService implements OnModuleInit {
  constructor(
    private readonly store: LinkagesStore, private readonly followUps: FollowUpsStore, private readonly tickets: TicketsService, private readonly steps: TicketSteps, private readonly book: TicketBook,
    private readonly cadres: CadresService, private readonly departments: DepartmentsService, private readonly database: Database, private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Linkages move with their ticket, in the transaction that changes it. */
  onModuleInit(): void {
    for (const type of RAISING_ENTRIES) this.journal.on(type, async (em, entry, actor) => this.#raise(em, entry, actor));
    for (const type of ENDING_ENTRIES) this.journal.on(type, async (em, entry, actor) => this.#end(em, entry, actor));
    this.journal.on(LIFECYCLE['name-lead'].entry, async (em, { parkId, subject, at, data }) => {
      const leadId = data?.['leadId'];
      if (typeof leadId === 'string') await this.store.nameLead(em, parkId, subject.id, leadId, at);
    });
  }

  /** Linkages of a ticket that the actor may see, in the order in which they were opened. */
  async list(actor: Actor, ticketId: string): Promise<ShownLinkage[]> {
    return this.readOf(actor, (await this.tickets.get(actor, ticketId)).row);
  }

  /** The same of a ticket that the actor was shown. */
  async readOf(actor: Actor, { parkId, id }: { readonly parkId: string; readonly id: string }): Promise<ShownLinkage[]> {
    return this.store.readOf(actor, parkId, id);
  }

  /** Takes the step `escalate`, with its problems. Answers the linkage of the level. */
  async raise(actor: Actor, ticketId: string, body: StepBodies['escalate'], once?: Once<ShownLinkage>): Promise<ShownLinkage> {
    return this.database.transact(actor, async (em) => {
      const { row } = await this.steps.takeIn(em, actor, { id: ticketId, step: 'escalate', body, now: this.clock.now() });
      return found(await this.store.findCurrent(em, actor, row.parkId, ticketId));
    }, once);
  }

  /** Who comes, and who is invited, each given whole. Problems: `forbidden`, `linkage-closed`, `reference-unknown`, `cadre-inactive`. */
  async changeTeam(actor: Actor, id: string, { cadreIds, departmentIds }: Team, once?: Once<ShownLinkage>): Promise<ShownLinkage> {
    return this.#act(actor, id, 'change-team', 'linkage.team_changed', async ({ em, linkage, when }) => {
      const { parkId } = linkage;
      for (const [index, cadreId] of cadreIds.entries()) await this.cadres.requireActiveCadre(em, actor, parkId, cadreId, `/cadreIds/${index}`);
      for (const [index, departmentId] of departmentIds.entries()) await this.departments.require(em, actor, parkId, departmentId, `/departmentIds/${index}`);
      await this.store.changeTeam(em, linkage, { cadreIds, departmentIds }, when.at);
      return { said: { cadreIds, departmentIds } };
    }, once);
  }

  /** What a session decided. Problems: `forbidden`, `linkage-closed`, `in-future`, `date-order`, `reference-unknown`, `cadre-inactive`. */
  async recordSession(actor: Actor, id: string, { heldAt, place, participantIds, decisions, followUps = [] }: NewLinkageSession, once?: Once<ShownLinkage>): Promise<ShownLinkage> {
    return this.#act(actor, id, 'record-session', 'linkage.session_held', async ({ em, me, linkage, when, desk }) => {
      const { parkId } = linkage;
      requireSession({ heldAt: new Date(heldAt), followUps }, linkage.openedOn, when.at, desk.settings.zone);
      await this.cadres.requireCadres(em, actor, parkId, participantIds, '/participantIds');
      for (const [index, { cadreId }] of followUps.entries()) await this.cadres.requireActiveCadre(em, actor, parkId, cadreId, `/followUps/${index}/cadreId`);
      const session = { id: newId(when.at), parkId, linkageId: id, heldAt: new Date(heldAt), place, decisions, recordedBy: me, recordedAt: when.at };
      const given = followUps.map(({ what, cadreId, dueOn }): FollowUp => ({ id: newId(when.at), parkId, sessionId: session.id, what, cadreId, dueOn, doneAt: null, doneOn: null, doneBy: null, note: null }));
      await this.store.insertSession(em, { session, participantIds, followUps: given });
      return { said: { sessionId: session.id, followUpIds: given.map((one) => one.id) } };
    }, once);
  }

  /**
   * An invited department replies, by one of its cadres; it may add to that. Problems: `forbidden`, also for another department than one's own;
   * `linkage-closed`.
   */
  async reply(actor: Actor, id: string, { departmentId, text }: { readonly departmentId: string; readonly text: string }, once?: Once<ShownLinkage>): Promise<ShownLinkage> {
    if (departmentId !== actor.departmentId) throw new Problem('forbidden');
    return this.#act(actor, id, 'reply', 'linkage.replied', async ({ em, me, linkage: { parkId }, when }) => {
      await this.store.insertReply(em, { id: newId(when.at), parkId, linkageId: id, departmentId, cadreId: me, text, at: when.at });
      return { said: { departmentId, cadreId: me } };
    }, once);
  }

  /** Problems: `forbidden`, `linkage-closed`. */
  async close(actor: Actor, id: string, outcome: string, once?: Once<ShownLinkage>): Promise<ShownLinkage> {
    return this.#act(actor, id, 'close', 'linkage.closed', async ({ em, me, linkage, desk, own, when }) => {
      // That of a lower level may be closed late; who leads the one that there is now is asked still.
      const { level } = own.told.ticket;
      if (linkage.level === level) await this.book.record(em, actor, desk, own, { what: { type: 'level-closed', level }, by: byOf(actor) }, when.at);
      return { said: { closing: 'reported' }, change: { closedAt: when.at, closedOn: when.on, closing: 'reported', outcome, closedBy: me } };
    }, once);
  }

  /** Problems: `forbidden`, `follow-up-done`. */
  async finish(actor: Actor, id: string, note: string | undefined, once?: Once<ListedFollowUp>): Promise<ListedFollowUp> {
    return this.database.transact(actor, async (em) => {
      const { linkageId, cadreId } = found(await this.followUps.find(em, actor, id));
      // Whom it was given to need not see the ticket.
      const scene = await this.#scene(em, actor, linkageId, cadreId === cadreOf(actor));
      const followUp = found(await this.followUps.find(em, actor, id));
      requireFinishable({ cadreId, done: followUp.doneOn !== null }, scene.me, scene.parties);
      const { at, on } = scene.when;
      await this.followUps.finish(em, followUp, { doneAt: at, doneOn: on, doneBy: scene.me, note: note ?? null });
      const { parkId, dueOn, ticketId } = followUp;
      await this.journal.append(em, actor, {
        type: 'follow-up.done', parkId, subject: { type: 'follow-up', id }, at, effectiveOn: on, data: { ticketId, enterpriseId: followUp.enterpriseId, linkageId, cadreId, dueOn, doneBy: scene.me },
      });
      return found(await this.followUps.find(em, actor, id));
    }, once);
  }

  /** Whom it was given to sees it, and whoever sees the ticket. Problem `not-found`. */
  async requireFollowUp(actor: Actor, id: string): Promise<void> {
    const { cadreId, ticketId } = found(await this.database.transact(actor, async (em) => this.followUps.find(em, actor, id)));
    if (actor.kind !== 'cadre' || cadreId !== actor.id) await this.tickets.get(actor, ticketId);
  }

  async #act(actor: Actor, id: string, act: LinkageAct, type: string, work: (scene: Scene) => Promise<Doing>, once: Once<ShownLinkage> | undefined): Promise<ShownLinkage> {
    return this.database.transact(actor, async (em) => {
      const scene = await this.#scene(em, actor, id, false);
      const { linkage, own: { row: { enterpriseId } }, when } = scene;
      requireLinkageAct(act, scene, scene.parties);
      const { said, change = {} } = await work(scene);
      await this.store.update(em, linkage, change, when.at);
      const { parkId, ticketId, cycle, level } = linkage;
      await this.journal.append(em, actor, { type, parkId, subject: { type: 'linkage', id }, at: when.at, effectiveOn: when.on, data: { ticketId, enterpriseId, cycle, level, ...said } });
      return found(await this.store.find(em, actor, parkId, id));
    }, once);
  }

  /** Holds the ticket, and so its linkages. Problem `not-found` where the ticket is not to be seen, unless `unseen` says that it need not be. */
  async #scene(em: EntityManager, actor: Actor, id: string, unseen: boolean): Promise<Scene> {
    const me = cadreOf(actor);
    const { parkId, ticketId } = found(await this.store.ticketOf(em, actor, id));
    const now = this.clock.now();
    const { desk, held } = await this.book.hold(em, actor, parkId, [ticketId], now, unseen ? undefined : readerOf(actor, now));
    const own = found(held[0]);
    const linkage = found(await this.store.find(em, actor, parkId, id));
    const { ticket } = own.told;
    const standing = {
      leadId: linkage.lead?.id ?? null, memberIds: linkage.team.map((one) => one.id), departmentIds: linkage.departments.filter(({ invited }) => invited).map((one) => one.id),
      closed: linkage.closedAt !== null || !isOpen(ticket.state),
    };
    const parties = linkagePartiesOf(standing, { cadreId: me, departmentId: actor.departmentId }, partiesOf(ticket, personOf(actor)));
    return { em, actor, me, linkage, desk, own, when: this.book.moment(own, desk, now), parties, closed: standing.closed };
  }

  async #raise(em: EntityManager, { parkId, subject, at, effectiveOn, data }: Entry, actor: Actor): Promise<void> {
    const { level, cycle, enterpriseId } = data ?? {};
    // An explanation that was understood raises nothing, nor one at level 3 that goes on.
    if (typeof level !== 'number' || typeof cycle !== 'number') return;
    const id = newId(at);
    const ticketId = subject.id;
    const opened = await this.store.open(em, {
      id, parkId, ticketId, cycle, level, leadId: null, openedAt: at, openedOn: effectiveOn, closedAt: null, closedOn: null, closing: null, outcome: null, closedBy: null, version: 1, createdAt: at, updatedAt: at,
    });
    if (!opened) return;
    await this.journal.append(em, actor, { type: 'linkage.opened', parkId, subject: { type: 'linkage', id }, at, effectiveOn, data: { ticketId, enterpriseId: enterpriseId ?? null, cycle, level } });
  }

  async #end(em: EntityManager, { parkId, subject, at, effectiveOn, data }: Entry, actor: Actor): Promise<void> {
    if (isOpen(data?.['status'] as State)) return;
    const closed = await this.store.closeAll(em, parkId, subject.id, at, effectiveOn);
    await this.journal.appendAll(em, actor, closed.map(({ id, cycle, level }) => ({
      type: 'linkage.closed', parkId, subject: { type: 'linkage', id }, at, effectiveOn, data: { ticketId: subject.id, enterpriseId: data?.['enterpriseId'] ?? null, cycle, level, closing: 'ticket_ended' },
    })));
  }
}
