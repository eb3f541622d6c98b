import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EnterprisesService } from '../../enterprises/enterprises.service';
import type { Actor } from '../../kernel/actor';
import { type Day, localDay } from '../../kernel/day';
import { found, Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { newId } from '../../platform/ids';
import { Jobs } from '../../platform/jobs/jobs';
import { type Happening as Entry, Journal } from '../../platform/journal/journal';
import { askedOf, expiryOf, type LinkPurpose, unchangedSince } from '../domain/enterprise-link';
import { policyOn, TicketBook } from '../ticket-book.service';
import { byOf } from '../ticket-steps.service';
import { TicketsService } from '../tickets.service';
import type { TicketView } from '../tickets.store';
import type { EnterpriseLink } from './enterprise-link.entity';
import { LinkTokens } from './link-tokens';
import { LinksStore } from './links.store';

/** The job that sends links. */
export const LINKS_JOB = 'link-deliveries';

/** A link for a client to pass on: the one time that its address is told. */
export interface IssuedLink {
  readonly id: string;
  readonly parkId: string;
  readonly url: string;
  readonly purpose: LinkPurpose;
  readonly expiresAt: Date;
}

/** What an event of a ticket asks its enterprise. */
interface Asking {
  readonly parkId: string;
  readonly ticketId: string;
  readonly enterpriseId: string;
  readonly eventNo: number;
  readonly purpose: LinkPurpose;
  readonly on: Day;
}

const ASKING: Readonly<Record<string, LinkPurpose>> = { 'ticket.explained': 'acknowledge', 'ticket.resolved': 'evaluate', 'ticket.questioned': 'question' };
// Whatever way the ticket goes on, by itself or at somebody's hand: what was asked before is asked no more.
const GOING_ON = ['ticket.acknowledged', 'ticket.graded', 'ticket.ran_out', 'ticket.stayed_solved', 'ticket.reopened', 'ticket.withdrawn', 'ticket.merged'];

/** Issues links when a ticket asks its enterprise something, and hears from clients that pass one on themselves. */
@Injectable()
export class LinksService implements OnModuleInit {
  constructor(
    private readonly store: LinksStore, private readonly tokens: LinkTokens, private readonly book: TicketBook, private readonly tickets: TicketsService,
    private readonly enterprises: EnterprisesService, private readonly parks: ParksService, private readonly database: Database, private readonly journal: Journal, private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** Links move with their tickets, in the transaction that moves those. */
  onModuleInit(): void {
    for (const [type, purpose] of Object.entries(ASKING)) this.journal.on(type, async (em, entry, actor) => this.#issue(em, actor, entry, purpose));
    for (const type of GOING_ON) {
      this.journal.on(type, async (em, entry, actor) => this.store.supersede(em, actor, entry.parkId, entry.subject.id, numberIn(entry, 'event'), this.clock.now()));
    }
  }

  /**
   * A link that the client passes on. Problems: `not-found`, `nothing-asked` when the ticket waits for nothing, or for something else than the purpose
   * that was named.
   */
  async issueToClient(actor: Actor, ticketId: string, purpose?: LinkPurpose): Promise<IssuedLink> {
    // Also writes what time has done: the question after four weeks is an event that a link refers to.
    const { row: { parkId } } = await this.tickets.get(actor, ticketId);
    const now = this.clock.now();
    const id = newId(now);
    const { url, hash } = await this.tokens.of(id);
    return this.database.transact(actor, async (em) => {
      const { held } = await this.book.hold(em, actor, parkId, [ticketId], now);
      const { ticket } = found(held[0]).told;
      const asked = askedOf(ticket);
      const eventNo = asked === undefined ? undefined : await this.store.askingEvent(em, actor, parkId, ticketId, asked, ticket.cycle);
      if (asked === undefined || eventNo === undefined || (purpose !== undefined && purpose !== asked)) throw new Problem('nothing-asked');
      const link = { ...aLink(id, parkId, ticketId, eventNo, asked, now), clientId: actor.id, tokenHash: hash };
      await this.store.insert(em, link);
      return { id, parkId, url, purpose: asked, expiresAt: link.expiresAt };
    });
  }

  /**
   * The client says that the enterprise has what it must answer: its time begins, and nobody has to call. Said again it changes nothing. Problems:
   * `not-found`, `nothing-asked`.
   */
  async receive(actor: Actor, ticketId: string, once?: Once<TicketView>): Promise<TicketView> {
    const { row: { parkId } } = await this.tickets.get(actor, ticketId);
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      const { desk, held } = await this.book.hold(em, actor, parkId, [ticketId], now);
      const own = found(held[0]);
      const { ticket } = own.told;
      const asked = askedOf(ticket);
      if (asked === undefined || asked === 'question') throw new Problem('nothing-asked');
      const eventNo = await this.store.askingEvent(em, actor, parkId, ticketId, asked, ticket.cycle);
      if (eventNo !== undefined) await this.store.markReceived(em, parkId, ticketId, actor.id, eventNo, now);
      const after = ticket.delivered ? own : await this.book.record(em, actor, desk, own, { what: { type: 'delivered' }, by: byOf(actor) }, now);
      return this.book.view(actor, after, desk, now);
    }, once);
  }

  /** To the first contact that may have one. Where there is none nothing is sent, and the call that stands in for it stays due. */
  async #issue(em: EntityManager, actor: Actor, entry: Entry, purpose: LinkPurpose): Promise<void> {
    const { parkId, subject: { id: ticketId }, effectiveOn, data } = entry;
    const enterpriseId = data?.['enterpriseId'];
    if (typeof enterpriseId !== 'string') throw new TypeError('the entries of a ticket name its enterprise');
    await this.#send(em, actor, { parkId, ticketId, enterpriseId, eventNo: numberIn(entry, 'event'), purpose, on: effectiveOn });
  }

  /** The same question to another contact, where one that may have it is left; the link itself leads nowhere from now on. The ticket is held. */
  async issueInstead(em: EntityManager, system: Actor, enterpriseId: string, link: EnterpriseLink): Promise<void> {
    const { parkId, ticketId, eventNo, purpose } = link;
    const now = this.clock.now();
    await this.store.supersedeOne(em, link, now);
    await this.#send(em, system, { parkId, ticketId, enterpriseId, eventNo, purpose, on: localDay(now, (await this.parks.settings(em, system, parkId)).zone) });
  }

  async #send(em: EntityManager, actor: Actor, { parkId, ticketId, enterpriseId, eventNo, purpose, on }: Asking): Promise<void> {
    const now = this.clock.now();
    const settings = await this.parks.serviceSettings(em, actor, parkId);
    const since = unchangedSince(now, policyOn({ settings, worlds: [] }, on).tickets.linkContactUnchangedDays);
    const contact = await this.enterprises.findLinkContact(em, actor, { parkId, enterpriseId }, since, await this.store.handlerOf(em, actor, parkId, ticketId));
    if (contact === undefined) return;
    const link: EnterpriseLink = { ...aLink(newId(now), parkId, ticketId, eventNo, purpose, now), contactId: contact.id };
    await this.store.insert(em, link);
    await this.store.enqueue(em, link, now);
    await this.jobs.request(em, LINKS_JOB);
  }
}

function aLink(id: string, parkId: string, ticketId: string, eventNo: number, purpose: LinkPurpose, createdAt: Date): EnterpriseLink {
  return {
    id, parkId, ticketId, eventNo, purpose, contactId: null, clientId: null, tokenHash: null, createdAt, expiresAt: expiryOf(createdAt), deliveredAt: null, usedAt: null, supersededAt: null,
  };
}

function numberIn({ data }: Entry, name: string): number {
  const value = data?.[name];
  if (typeof value !== 'number') throw new TypeError('the entries of a ticket name their event');
  return value;
}
