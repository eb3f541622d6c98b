import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GuideService } from '../../guide/guide.service';
import { type Actor, cadreOf, parkOf, systemActor } from '../../kernel/actor';
import { type Day, localDay } from '../../kernel/day';
import { found, Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { claimId } from '../../platform/db/client-made-id';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { type Page, toPage } from '../../platform/http/page';
import type { Created } from '../../platform/http/request';
import { newId } from '../../platform/ids';
import { Journal } from '../../platform/journal/journal';
import type { JournalData } from '../../platform/journal/journal-data';
import { isAnsweredByDecision, type MatterAct, requireMatterAct } from '../domain/matter';
import { readerOf } from '../domain/ticket-access';
import type { Means } from '../domain/words';
import type { Matter } from './matter.entity';
import { type ListedMatter, type MatterFilter, MattersStore, type ShownMatter } from './matters.store';
import { policyOn, TicketBook } from '../ticket-book.service';
import { byOf, requireCategory } from '../ticket-steps.service';

export interface NewMatter {
  readonly id?: string;
  readonly parkId?: string;
  readonly title: string;
  readonly description: string;
  readonly category?: string;
  readonly guideItemId?: string;
  readonly ticketIds?: readonly string[];
}

/** A matter that is being changed. */
interface Scene {
  readonly em: EntityManager;
  readonly matter: Pick<Matter, 'id' | 'parkId' | 'status' | 'version'>;
  readonly me: string;
  readonly now: Date;
}

interface Doing {
  readonly said?: JournalData;
  readonly change?: Partial<Matter>;
}

const DAY_MS = 86_400_000;
// Longer than any scheduler is away. Older tickets are not looked at, so that a look costs what is new.
const LATEST_LOOK_DAYS = 90;

/** Concerns that several enterprises share, researched and decided as one. */
@Injectable()
export class MattersService implements OnModuleInit {
  constructor(
    private readonly store: MattersStore, private readonly book: TicketBook, private readonly guide: GuideService, private readonly parks: ParksService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** What a matter would answer is answered on the ticket that goes on. */
  onModuleInit(): void {
    this.journal.on('ticket.merged', async (em, { parkId, subject, at, effectiveOn, data }, actor) => {
      const intoId = data?.['intoId'];
      if (typeof intoId !== 'string') throw new TypeError('a merge names the ticket that goes on');
      for (const id of await this.store.passOn(em, parkId, { from: subject.id, to: intoId }, at)) await this.#append(em, actor, { id, parkId }, { type: 'matter.tickets_added', now: at, today: effectiveOn }, { ticketIds: [intoId] });
    });
  }

  async list(actor: Actor, query: MatterFilter): Promise<Page<ListedMatter>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query, readerOf(actor, this.clock.now())), query, 'matters', ({ id }) => [id], (matter) => matter);
  }

  /** With those of its tickets that the actor may see. */
  async get(actor: Actor, id: string): Promise<ShownMatter> {
    await this.#settle(actor, id);
    return found(await this.store.read(actor, id, readerOf(actor, this.clock.now())));
  }

  /** Its tickets stand as time has it before they are shown. */
  async #settle(actor: Actor, id: string): Promise<void> {
    const parkId = await this.store.parkTurned(actor, id, this.clock.now());
    if (parkId !== undefined) await this.book.settle(parkId, actor.requestId);
  }

  /** Problems: `reference-unknown`, `category-unknown`, `matter-exists`, `ticket-in-matter`, `id-taken`, `id-time-out-of-range`. */
  async open(actor: Actor, request: NewMatter, once?: Once<Created<ShownMatter>>): Promise<Created<ShownMatter>> {
    const me = cadreOf(actor);
    const parkId = parkOf(actor, request.parkId);
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      const { id, fresh } = await claimId(em, { resource: 'matter', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id, readerOf(actor, this.clock.now()))) };
      const today = await this.#today(em, actor, parkId, now);
      const { title, description, category = null, guideItemId = null, ticketIds = [] } = request;
      if (category !== null) await requireCategory(this.guide, em, actor, parkId, category, today);
      if (guideItemId !== null && (await this.guide.inForce(em, actor, { parkId, guideItemId, on: today })) === undefined) throw Problem.at('reference-unknown', '/guideItemId', { what: 'guide item' });
      const matter: Matter = {
        id, parkId, title, description, category, guideItemId, status: 'open', openedBy: me, decision: null, means: null, decidedBy: null, decidedAt: null, dismissReason: null, dismissedBy: null,
        dismissedAt: null, version: 1, createdAt: now, updatedAt: now,
      };
      await this.store.insert(em, matter);
      await this.#requireTickets(em, actor, parkId, ticketIds);
      await this.store.addTickets(em, matter, ticketIds, now);
      await this.#append(em, actor, matter, { type: 'matter.opened', now, today }, { category, guideItemId, ticketIds });
      return { created: true, body: found(await this.store.find(em, actor, id, readerOf(actor, this.clock.now()))) };
    }, once);
  }

  /** Problems: `matter-not-open`, `reference-unknown`, `ticket-in-matter`. */
  async addTickets(actor: Actor, id: string, ticketIds: readonly string[], once?: Once<ShownMatter>): Promise<ShownMatter> {
    return this.#act(actor, id, 'add-tickets', 'matter.tickets_added', async ({ em, matter, now }) => {
      await this.#requireTickets(em, actor, matter.parkId, ticketIds);
      return { said: { ticketIds: await this.store.addTickets(em, matter, ticketIds, now) } };
    }, once);
  }

  /** Problem `matter-not-open`. */
  async research(actor: Actor, id: string, text: string, once?: Once<ShownMatter>): Promise<ShownMatter> {
    return this.#act(actor, id, 'research', 'matter.researched', async ({ em, matter: { parkId }, me, now }) => {
      const noteId = newId(now);
      await this.store.insertNote(em, { id: noteId, parkId, matterId: id, cadreId: me, text, at: now });
      return { said: { noteId, cadreId: me } };
    }, once);
  }

  /** Problem `matter-not-open`. */
  async accept(actor: Actor, id: string, words: { readonly title?: string; readonly description?: string }, once?: Once<ShownMatter>): Promise<ShownMatter> {
    return this.#act(actor, id, 'accept', 'matter.accepted', async ({ em, matter, me }) => {
      await this.store.acceptTickets(em, matter);
      return { change: { ...words, status: 'open', openedBy: me } };
    }, once);
  }

  /** Its tickets count for no other proposal. Problem `matter-not-open`. */
  async dismiss(actor: Actor, id: string, reason: string, once?: Once<ShownMatter>): Promise<ShownMatter> {
    return this.#act(actor, id, 'dismiss', 'matter.dismissed', async ({ em, matter, me, now }) => {
      await this.store.endTickets(em, matter, []);
      return { change: { status: 'dismissed', dismissReason: reason, dismissedBy: me, dismissedAt: now } };
    }, once);
  }

  /**
   * The decision is a final answer on each of its tickets that is open and past registered, as each is now; the others are left without.
   * Problem `matter-not-open`.
   */
  async decide(actor: Actor, id: string, { text, means }: { readonly text: string; readonly means: Means }, once?: Once<ShownMatter>): Promise<ShownMatter> {
    return this.#act(actor, id, 'decide', 'matter.decided', async ({ em, matter, me, now }) => {
      const { desk, held } = await this.book.hold(em, actor, matter.parkId, await this.store.openTickets(em, matter), now);
      const answered: { ticketId: string; eventNo: number }[] = [];
      for (const one of held.filter(({ told }) => isAnsweredByDecision(told.ticket.state))) {
        const { row } = await this.book.record(em, actor, desk, one, { what: { type: 'answer', kind: 'final' }, words: { means, text, matterId: id }, by: byOf(actor), data: { matterId: id } }, now);
        answered.push({ ticketId: row.id, eventNo: row.events });
      }
      await this.store.endTickets(em, matter, answered);
      return { said: { answeredIds: answered.map(({ ticketId }) => ticketId) }, change: { status: 'decided', decision: text, means, decidedBy: me, decidedAt: now } };
    }, once);
  }

  /** Proposes what enough enterprises of a park have raised. Safe to run twice, late, and in several processes. Answers how many there were. */
  async propose(parkId: string, requestId: string): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    return this.database.transact(system, async (em) => {
      const now = this.clock.now();
      const desk = await this.book.desk(em, system, parkId);
      const today = localDay(now, desk.settings.zone);
      const { matterEnterprises: enterprises, matterWithinDays: days } = policyOn(desk, today).tickets;
      const concerns = await this.store.concerns(em, system, parkId, { since: new Date(now.getTime() - (days + LATEST_LOOK_DAYS) * DAY_MS), days, enterprises });
      let proposed = 0;
      for (const concern of concerns) {
        const { guideItemId, category, ticketIds } = concern;
        const matter: Matter = {
          id: newId(now), parkId, title: concern.name, description: null, category, guideItemId, status: 'proposed', openedBy: null, decision: null, means: null, decidedBy: null, decidedAt: null,
          dismissReason: null, dismissedBy: null, dismissedAt: null, version: 1, createdAt: now, updatedAt: now,
        };
        if (!(await this.store.propose(em, matter, ticketIds))) continue;
        await this.#append(em, system, matter, { type: 'matter.proposed', now, today }, { guideItemId, category, enterprises: concern.enterprises, ticketIds });
        proposed += 1;
      }
      return proposed;
    });
  }

  async #act(actor: Actor, id: string, act: MatterAct, type: string, work: (scene: Scene) => Promise<Doing>, once: Once<ShownMatter> | undefined): Promise<ShownMatter> {
    const me = cadreOf(actor);
    await this.#settle(actor, id);
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      const matter = found(await this.store.lock(em, actor, id));
      requireMatterAct(act, matter.status);
      const { said = {}, change = {} } = await work({ em, matter, me, now });
      await this.store.update(em, matter, change, now);
      await this.#append(em, actor, matter, { type, now, today: await this.#today(em, actor, matter.parkId, now) }, said);
      return found(await this.store.find(em, actor, id, readerOf(actor, this.clock.now())));
    }, once);
  }

  async #append(em: EntityManager, actor: Actor, { id, parkId }: Pick<Matter, 'id' | 'parkId'>, { type, now, today }: { readonly type: string; readonly now: Date; readonly today: Day }, data: JournalData): Promise<void> {
    await this.journal.append(em, actor, { type, parkId, subject: { type: 'matter', id }, at: now, effectiveOn: today, data });
  }

  /** Problem `reference-unknown` at the first that is no ticket of the park. */
  async #requireTickets(em: EntityManager, actor: Actor, parkId: string, ticketIds: readonly string[]): Promise<void> {
    if (ticketIds.length === 0) return;
    const known = new Set(await this.store.ticketsOfPark(em, actor, parkId, ticketIds));
    const missing = ticketIds.findIndex((id) => !known.has(id));
    if (missing >= 0) throw Problem.at('reference-unknown', `/ticketIds/${missing}`, { what: 'ticket' });
  }

  async #today(em: EntityManager, actor: Actor, parkId: string, now: Date): Promise<Day> {
    return localDay(now, (await this.parks.settings(em, actor, parkId)).zone);
  }
}
