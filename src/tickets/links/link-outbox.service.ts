import { Inject, Injectable, Logger } from '@nestjs/common';
import { EnterprisesService } from '../../enterprises/enterprises.service';
import { type Actor, systemActor } from '../../kernel/actor';
import { found } from '../../kernel/problem';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import { safeCause } from '../../platform/db/problems';
import { askedOf, endOf, pauseAfter, type Taking } from '../domain/enterprise-link';
import { TicketBook } from '../ticket-book.service';
import { byOf } from '../ticket-steps.service';
import { GatewayError, LINK_GATEWAY, type LinkGateway, type LinkMessage } from './link-gateway';
import { LinkTokens } from './link-tokens';
import { LinksService } from './links.service';
import { type ClaimedDelivery, LinksStore } from './links.store';

// Sent side by side, a batch of a gateway that lets everybody wait takes half a minute; the lease is four times that.
const BATCH = 12;
const SIDE_BY_SIDE = 4;
const LEASE_MS = 120_000;

export interface Sent {
  readonly delivered: number;
  /** Taken by a gateway that tells nobody. */
  readonly taken: number;
  readonly failed: number;
  /** Not sent any more: the ticket has gone on meanwhile, and asks nothing. */
  readonly overtaken: number;
  /** Nobody was reached, and somebody has to call. */
  readonly givenUp: number;
}

type Result = keyof Sent;

/**
 * Sends what is due. A message is taken in one transaction, sent in none, and recorded in another: a process that is killed in between has sent it and not
 * said so, and whoever takes it up when the lease is over sends it again under the same id.
 */
@Injectable()
export class LinkOutbox {
  readonly #logger = new Logger(LinkOutbox.name);

  constructor(
    private readonly store: LinksStore, private readonly tokens: LinkTokens, private readonly links: LinksService, private readonly book: TicketBook, private readonly enterprises: EnterprisesService, private readonly database: Database,
    private readonly clock: Clock, @Inject(LINK_GATEWAY) private readonly gateway: LinkGateway,
  ) {}

  /** In all parks, in batches; safe to run twice, late, and in several processes at once. */
  async sendDue(requestId: string): Promise<Sent> {
    const system = systemActor(requestId);
    const sent = { delivered: 0, taken: 0, failed: 0, overtaken: 0, givenUp: 0 };
    for (;;) {
      const now = this.clock.now();
      const claimed = await this.database.transact(system, async (em) => this.store.claimAsSystem(em, system, now, new Date(now.getTime() + LEASE_MS), BATCH));
      const queue = [...claimed];
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (let one = queue.shift(); one !== undefined; one = queue.shift()) sent[await this.#deliver(system, one)] += 1;
      }));
      if (claimed.length < BATCH) return sent;
    }
  }

  async #deliver(system: Actor, claimed: ClaimedDelivery): Promise<Result> {
    try {
      const message = await this.#messageOf(system, claimed);
      if (message === 'contact-changed') await this.#turnToAnother(system, claimed);
      if (typeof message === 'string') return await this.#fail(system, claimed, message, true);
      const result = await this.gateway.send(message, this.clock.now());
      await this.#record(system, claimed, result);
      return result;
    } catch (error) {
      if (error instanceof GatewayError) return this.#fail(system, claimed, error.code, false);
      // What became of it is not known: it stays taken until the lease is over.
      this.#logger.error({ linkId: claimed.link.id, err: safeCause(error) }, 'a link could not be delivered');
      return 'failed';
    }
  }

  /** The message, or why there is none. */
  async #messageOf(system: Actor, { link, ticketNumber }: ClaimedDelivery): Promise<LinkMessage | 'no-longer-asked' | 'contact-changed' | 'key-changed'> {
    const { id, parkId, contactId, tokenHash, purpose, expiresAt, createdAt } = link;
    if (endOf(link, this.clock.now()) !== undefined) return 'no-longer-asked';
    const { url, hash } = await this.tokens.of(id);
    // With another key it would be another link under the same id, which a receiver drops.
    if (tokenHash !== null && !tokenHash.equals(hash)) return 'key-changed';
    const phone = await this.database.transact(system, async (em) => {
      const known = contactId === null ? undefined : await this.enterprises.phoneForLinkAsSystem(em, system, parkId, contactId, createdAt);
      // Before it is sent: whoever has it can open it at once.
      if (known !== undefined && tokenHash === null) await this.store.keepHash(em, link, hash);
      return known;
    });
    return phone === undefined ? 'contact-changed' : { id, phone, url, purpose, ticketNumber, expiresAt };
  }

  /** Its contact is not any more as it was: another one of the enterprise is asked in its place, if there is one and the ticket still asks. */
  async #turnToAnother({ requestId }: Actor, { link }: ClaimedDelivery): Promise<void> {
    const system = systemActor(requestId, [link.parkId]);
    await this.database.transact(system, async (em) => {
      const { held } = await this.book.hold(em, system, link.parkId, [link.ticketId], this.clock.now());
      const { row, told } = found(held[0]);
      if (askedOf(told.ticket) === link.purpose) await this.links.issueInstead(em, system, row.enterpriseId, link);
    });
  }

  /** Once, however often it was sent; the enterprise's time begins with what was delivered. */
  async #record({ requestId }: Actor, { link }: ClaimedDelivery, result: Taking): Promise<void> {
    const system = systemActor(requestId, [link.parkId]);
    await this.database.transact(system, async (em) => {
      const now = this.clock.now();
      const { desk, held } = await this.book.hold(em, system, link.parkId, [link.ticketId], now);
      const own = found(held[0]);
      const current = await this.store.lock(em, system, link);
      if (!(await this.store.markSent(em, system, link, result, now)) || result === 'taken') return;
      const begins = endOf(current, now) === undefined && askedOf(own.told.ticket) === link.purpose && link.purpose !== 'question' && !own.told.ticket.delivered;
      if (begins) await this.book.record(em, system, desk, own, { what: { type: 'delivered' }, by: byOf(system) }, now);
    });
  }

  async #fail(system: Actor, claimed: ClaimedDelivery, code: string, forGood: boolean): Promise<Result> {
    const now = this.clock.now();
    const attempts = claimed.attempts + (forGood ? 0 : 1);
    const pause = forGood ? undefined : pauseAfter(attempts);
    await this.database.transact(system, async (em) => this.store.markFailed(em, system, claimed, code, attempts, pause === undefined ? undefined : new Date(now.getTime() + pause), now));
    if (!forGood) this.#logger.warn({ linkId: claimed.link.id, attempts, error: code }, pause === undefined ? 'a link was given up: somebody has to call' : 'a link was not taken, trying again');
    if (pause !== undefined) return 'failed';
    return code === 'no-longer-asked' ? 'overtaken' : 'givenUp';
  }
}
