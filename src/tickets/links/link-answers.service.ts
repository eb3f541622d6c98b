import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, enterpriseActor, systemActor } from '../../kernel/actor';
import { found, Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import { askedOf, endOf, hashOfToken, type LinkPurpose } from '../domain/enterprise-link';
import type { Step } from '../domain/lifecycle';
import { type Desk, type HeldTicket, TicketBook } from '../ticket-book.service';
import { byOf, TicketSteps } from '../ticket-steps.service';
import { TicketsService } from '../tickets.service';
import type { TicketView } from '../tickets.store';
import type { EnterpriseLink } from './enterprise-link.entity';
import { LinksStore, type ToldToEnterprise } from './links.store';

/** What stands behind a link: the ticket as its enterprise may see it, and what it is asked. */
export interface OpenLink {
  readonly purpose: LinkPurpose;
  readonly expiresAt: Date;
  readonly ticket: TicketView['row'];
  readonly told: readonly ToldToEnterprise[];
  readonly zone: string;
}

/** What the enterprise says, by what it was asked. */
export type LinkReply =
  | { readonly purpose: 'acknowledge'; readonly understood: boolean; readonly comment?: string | undefined }
  | { readonly purpose: 'evaluate'; readonly grade: number; readonly comment?: string | undefined }
  | { readonly purpose: 'question'; readonly solved: boolean; readonly comment?: string | undefined };

// Whoever is asked whether it has stayed solved may say that it has not.
const STEP_OF: Readonly<Record<LinkPurpose, Step>> = { acknowledge: 'acknowledge', evaluate: 'confirm', question: 'reopen' };

/** Said for an enterprise that says that it has not stayed solved, and nothing more. */
const NOT_SOLVED = '企业反馈：问题未能持续解决。';

/** The enterprise's own voice: what it sees behind its link, and what it answers, once. */
@Injectable()
export class LinkAnswers {
  constructor(
    private readonly store: LinksStore, private readonly tickets: TicketsService, private readonly steps: TicketSteps, private readonly book: TicketBook, private readonly parks: ParksService,
    private readonly database: Database, private readonly clock: Clock,
  ) {}

  /** What a link shows; it changes nothing. Problems: `not-found` for one that is unknown or has expired, `link-answered`. */
  async open(token: string, requestId: string): Promise<OpenLink> {
    const link = await this.#find(token, requestId);
    const actor = enterpriseActor(requestId, link.parkId, link.id);
    const view = await this.tickets.get(actor, link.ticketId);
    requireAsked(view, link);
    const [told, zone] = await Promise.all([this.store.told(actor, link.parkId, link.ticketId), this.parks.zone(actor, link.parkId)]);
    return { purpose: link.purpose, expiresAt: link.expiresAt, ticket: view.row, told, zone };
  }

  /** Which question a link puts. Problems as {@link open}. */
  async purposeOf(token: string, requestId: string): Promise<LinkPurpose> {
    return (await this.#find(token, requestId)).purpose;
  }

  /** Uses the link up and takes the step, both or neither; of several at once one wins. Problems as {@link open}. */
  async answer(token: string, reply: LinkReply, requestId: string): Promise<void> {
    const link = await this.#find(token, requestId);
    const actor = enterpriseActor(requestId, link.parkId, link.id);
    try {
      await this.database.transact(actor, async (em) => {
        const now = this.clock.now();
        // The ticket first, as everybody does who changes its links.
        const { desk, held } = await this.book.hold(em, actor, link.parkId, [link.ticketId], now);
        refuseEnded(endOf(await this.store.lock(em, actor, link), now));
        await this.store.markUsed(em, link, now);
        await this.#take(em, actor, link, { desk, own: found(held[0]) }, reply, now);
      });
    } catch (error) {
      // The ticket has gone on, and nothing has written yet that the link leads nowhere.
      if (error instanceof Problem && error.code === 'step-not-open') throw new Problem('link-answered', { cause: error });
      throw error;
    }
  }

  async #take(em: EntityManager, actor: Actor, { ticketId, purpose }: EnterpriseLink, { desk, own }: { readonly desk: Desk; readonly own: HeldTicket }, reply: LinkReply, now: Date): Promise<void> {
    if (reply.purpose !== purpose) throw new TypeError('the reply answers another question');
    const comment = reply.comment === undefined ? {} : { comment: reply.comment };
    if (reply.purpose === 'acknowledge') await this.steps.takeIn(em, actor, { id: ticketId, step: 'acknowledge', body: { understood: reply.understood, ...comment }, now });
    else if (reply.purpose === 'evaluate') await this.steps.takeIn(em, actor, { id: ticketId, step: 'confirm', body: { grade: reply.grade, ...comment }, now });
    else if (!reply.solved) await this.steps.takeIn(em, actor, { id: ticketId, step: 'reopen', body: { reason: reply.comment ?? NOT_SOLVED }, now });
    else {
      requireAsked(this.book.view(actor, own, desk, now), { purpose });
      await this.book.record(em, actor, desk, own, { what: { type: 'stayed-solved' }, by: byOf(actor), words: comment }, now);
    }
  }

  async #find(token: string, requestId: string): Promise<EnterpriseLink> {
    const hash = hashOfToken(token);
    const link = hash === undefined ? undefined : await this.store.findByTokenAsSystem(systemActor(requestId), hash);
    refuseEnded(endOf(link, this.clock.now()));
    return found(link);
  }
}

/** What time has done may have been written just now, or not yet. Problem `link-answered`. */
function requireAsked({ ticket, allowedSteps }: TicketView, { purpose }: Pick<EnterpriseLink, 'purpose'>): void {
  if (askedOf(ticket) !== purpose || !allowedSteps.includes(STEP_OF[purpose])) throw new Problem('link-answered');
}

function refuseEnded(end: ReturnType<typeof endOf>): void {
  if (end === 'unknown') throw new Problem('not-found');
  if (end === 'answered') throw new Problem('link-answered');
}
