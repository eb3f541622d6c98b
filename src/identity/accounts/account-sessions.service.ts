import { Injectable } from '@nestjs/common';
import { type Actor, systemActor } from '../../kernel/actor';
import { found } from '../../kernel/problem';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import type { Once } from '../../platform/db/once';
import { type Order, type Page, pageOf, type PageQuery } from '../../platform/http/page';
import { AccountRecord } from './account-record';
import { type AccountSession, AccountSessionsStore, type RecordedHolder } from './account-sessions.store';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The newest first. */
const NEWEST: Order<AccountSession> = { types: ['number', 'string'], keyOf: ({ signedInAt, id }) => [-signedInAt.getTime(), id] };

/** Where one is signed in, and the end of it. */
@Injectable()
export class AccountSessions {
  constructor(private readonly store: AccountSessionsStore, private readonly record: AccountRecord, private readonly database: Database, private readonly clock: Clock) {}

  /** The caller's own, however the caller came: none without an account here. */
  async list(actor: Actor, query: PageQuery): Promise<Page<AccountSession>> {
    const holder = await this.#holder(actor);
    const all = holder === undefined ? [] : await this.store.listAsSystem(systemActor(actor.requestId), holder.id, this.clock.now());
    return pageOf(all, query, 'sessions', NEWEST);
  }

  /** One of the caller's own. Problem `not-found`. */
  async revoke(actor: Actor, id: string, once?: Once<AccountSession>): Promise<AccountSession> {
    const now = this.clock.now();
    const holder = found(await this.#holder(actor));
    return this.database.transact(systemActor(actor.requestId, actor.parkIds), async (em) => {
      const session = found(await this.store.lockAsSystem(em, holder.id, id, now));
      await this.store.endAsSystem(em, holder.id, id);
      await this.record.note(em, actor, holder, 'account.session_revoked', now, { sessionId: id });
      return session;
    }, once);
  }

  async #holder(actor: Actor): Promise<RecordedHolder | undefined> {
    if (!UUID.test(actor.id) || (actor.kind !== 'cadre' && actor.kind !== 'operator')) return undefined;
    return this.store.findHolderAsSystem(systemActor(actor.requestId), actor.kind === 'cadre' ? { cadreId: actor.id } : { accountId: actor.id });
  }
}
