import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, systemActor } from '../../kernel/actor';
import { Database } from '../db/database';
import { type PageQuery, type PageRows, readPage } from '../http/page';
import { firstIdOf, newId } from '../ids';
import { AccessLogEntry } from './access-log.entity';

/** A reading of data that is shown to nobody without a trace. The reason is free text: it stays here and never enters the journal. */
export interface Access {
  readonly action: string;
  /** Null for what concerns the installation and no park of it: the system alone writes that, and every park reads it. */
  readonly parkId: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  readonly at: Date;
  readonly reason: string | null;
}

/** Which lines are asked for; `since` and `until` are instants, the second excluded. */
export interface AccessFilter {
  readonly subjectId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

const COLUMNS = `
  id, park_id AS "parkId", at, actor_kind AS "actorKind", actor_id AS "actorId", action, subject_type AS "subjectType", subject_id AS "subjectId", reason, request_id AS "requestId"`;
// Small, so that no transaction holds many rows.
const BATCH = 1_000;

@Injectable()
export class AccessLog {
  constructor(private readonly database: Database) {}

  /** Writes the line in the transaction that reads, so that nothing is answered without it. */
  async record(em: EntityManager, actor: Actor, access: Access): Promise<void> {
    await em.insert(AccessLogEntry, {
      id: newId(access.at), parkId: access.parkId, at: access.at, actorKind: actor.kind, actorId: actor.id, action: access.action,
      subjectType: access.subject.type, subjectId: access.subject.id, reason: access.reason, requestId: actor.requestId,
    });
  }

  /** Lines of a park, and those of none: what concerns the operator concerns every park. Newest first. */
  async list(actor: Actor, parkId: string, query: PageQuery, { subjectId, actorId, action, since, until }: AccessFilter): Promise<PageRows<AccessLogEntry>> {
    return readPage<AccessLogEntry>(this.database, actor, query, 'access-log', ['string'], ({ after, limit }) => {
      const values: unknown[] = [parkId, limit];
      const used: string[] = [];
      const conditions: string[] = [];
      const where = (variant: string, condition: string, value: unknown): void => {
        if (value === undefined) return;
        used.push(variant);
        conditions.push(` AND ${condition.replace('?', `$${values.push(value)}`)}`);
      };
      where('subject', 'subject_id = ?::uuid', subjectId);
      where('actor', 'actor_id = ?', actorId);
      where('action', 'action = ?', action);
      // An id is made at the instant that its line bears.
      where('since', 'id >= ?::uuid', since && firstIdOf(since));
      where('until', 'id < ?::uuid', until && firstIdOf(until));
      where('after', 'id < ?::uuid', after?.[0]);
      // Each of the two is read from the end of an index, which has a park, or none, before the id.
      const lines = ['park_id = $1', 'park_id IS NULL'].map((whose) => `(SELECT ${COLUMNS} FROM access_log WHERE ${whose}${conditions.join('')} ORDER BY park_id DESC, id DESC LIMIT $2)`);
      return { name: ['access-log', ...used].join('-'), text: `SELECT * FROM (${lines.join(' UNION ALL ')}) AS lines ORDER BY id DESC LIMIT $2`, values };
    });
  }

  /** Deletes lines of a park, or of none, that are older, but for those of the last half year, which the database keeps from everybody. Answers how many. */
  async forgetAsSystem(requestId: string, parkId: string | null, olderThan: Date): Promise<number> {
    const system = systemActor(requestId, parkId === null ? [] : [parkId]);
    let forgotten = 0;
    for (;;) {
      // In the scope of the system: the application itself may delete none.
      const [row] = await this.database.transact(system, async (em) => em.query<{ gone: number }[]>('SELECT forget_access_log($1, $2, $3) AS gone', [parkId, olderThan, BATCH]));
      forgotten += row?.gone ?? 0;
      if ((row?.gone ?? 0) < BATCH) return forgotten;
    }
  }
}
