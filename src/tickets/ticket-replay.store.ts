import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import { Database } from '../platform/db/database';
import type { Happening } from './domain/happening';
import type { Recorded } from './domain/history';

/** What is stored of a ticket: its events, and what is kept beside them as JSON, under the names of the columns. */
export interface StoredTicket {
  readonly id: string;
  readonly number: string;
  readonly world: string;
  readonly events: readonly Recorded[];
  readonly ticket: Readonly<Record<string, unknown>>;
  /** In the order of their numbers. */
  readonly clocks: readonly Readonly<Record<string, unknown>>[];
  readonly collaboratorIds: readonly string[];
}

interface ReplayRow extends Omit<StoredTicket, 'events'> {
  readonly events: readonly { readonly type: Happening['type']; readonly at: string; readonly on: Recorded['on']; readonly world: string; readonly data: object }[];
}

export const NIL = '00000000-0000-0000-0000-000000000000';

/** Whole tickets, each of one snapshot: one statement reads what one transaction wrote. */
@Injectable()
export class TicketReplayStore {
  constructor(private readonly database: Database) {}

  /** The next tickets of the park after an id, in the order of their ids. */
  async next(system: Actor, parkId: string, after: string, limit: number): Promise<readonly StoredTicket[]> {
    const rows = await this.database.read<ReplayRow>(system, {
      name: 'tickets-to-replay',
      text: `
        SELECT t.id, t.number, t.world, to_jsonb(t) AS ticket,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'at', e.at, 'on', e.on_date, 'world', e.world, 'data', e.data) ORDER BY e.no), '[]')
                FROM ticket_event e WHERE e.park_id = t.park_id AND e.ticket_id = t.id) AS events,
               (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.no), '[]') FROM ticket_clock c WHERE c.park_id = t.park_id AND c.ticket_id = t.id) AS clocks,
               (SELECT coalesce(jsonb_agg(o.cadre_id ORDER BY o.cadre_id), '[]') FROM ticket_collaborator o WHERE o.park_id = t.park_id AND o.ticket_id = t.id) AS "collaboratorIds"
        FROM (SELECT * FROM ticket WHERE park_id = $1 AND id > $2 ORDER BY id LIMIT $3) t ORDER BY t.id`,
      values: [parkId, after, limit],
    });
    return rows.map((row) => ({ ...row, events: row.events.map(({ type, at, on, world, data }) => ({ ...data, type, at: new Date(at), on, world }) as Recorded) }));
  }
}
