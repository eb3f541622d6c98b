import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { Database, type Statement } from '../../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../../platform/http/page';
import { FollowUp } from './linkage-session.entity';

/** A follow-up with what it belongs to, by ids and names. */
export interface ListedFollowUp extends Pick<FollowUp, 'id' | 'parkId' | 'what' | 'dueOn' | 'doneOn' | 'note'> {
  readonly linkageId: string;
  readonly level: number;
  readonly ticketId: string;
  readonly ticketNumber: string;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly cadreId: string;
  readonly cadreName: string;
  readonly doneById: string | null;
  readonly doneByName: string | null;
}

export interface FollowUpFilter extends PageQuery {
  readonly cadreId?: string;
  readonly overdueOnly?: boolean;
}

@Injectable()
export class FollowUpsStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<ListedFollowUp | undefined> {
    const [row]: ListedFollowUp[] = await em.query(`SELECT ${COLUMNS} FROM ${FROM} WHERE f.id = $1 AND f.park_id = ANY ($2)`, [id, [...actor.parkIds]]);
    return row;
  }

  /** Of those that are not done: the first due comes first. `own` shows those of one cadre alone. */
  async list(actor: Actor, parkId: string, query: FollowUpFilter, own: string | undefined, today: Day): Promise<PageRows<ListedFollowUp>> {
    return readPage<ListedFollowUp>(this.database, actor, query, 'follow-ups', ['string', 'string'], (slice) => listStatement(parkId, query, own, today, slice));
  }

  async finish(em: EntityManager, { parkId, id }: Pick<FollowUp, 'parkId' | 'id'>, done: Pick<FollowUp, 'doneAt' | 'doneOn' | 'doneBy' | 'note'>): Promise<void> {
    await em.update(FollowUp, { parkId, id }, done);
  }
}

function listStatement(parkId: string, { cadreId, overdueOnly }: FollowUpFilter, own: string | undefined, today: Day, { after, limit }: Slice): Statement {
  const values: unknown[] = [parkId, limit];
  const parts: string[] = [];
  const conditions: string[] = [];
  const filter = (part: string, condition: (...at: string[]) => string, ...given: unknown[]): void => {
    parts.push(part);
    conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
  };
  if (own !== undefined) filter('own', (at) => `f.cadre_id = ${at}`, own);
  if (cadreId !== undefined) filter('cadre', (at) => `f.cadre_id = ${at}`, cadreId);
  if (overdueOnly === true) filter('overdue', (at) => `f.due_on < ${at}`, today);
  if (after !== undefined) filter('after', (on, id) => `(f.due_on, f.id) > (${on}::date, ${id}::uuid)`, ...after);
  return {
    name: ['follow-ups', ...parts].join('-'),
    text: `SELECT ${COLUMNS} FROM ${FROM} WHERE ${['f.park_id = $1', 'f.done_at IS NULL', ...conditions].join(' AND ')} ORDER BY f.due_on, f.id LIMIT $2`,
    values,
  };
}

const COLUMNS = `
  f.id, f.park_id AS "parkId", f.what, f.due_on AS "dueOn", f.done_on AS "doneOn", f.note, l.id AS "linkageId", l.level, t.id AS "ticketId", t.number AS "ticketNumber",
  e.id AS "enterpriseId", e.name AS "enterpriseName", f.cadre_id AS "cadreId", c.name AS "cadreName", f.done_by AS "doneById", d.name AS "doneByName"`;
const FROM = `follow_up f JOIN linkage_session s ON s.park_id = f.park_id AND s.id = f.session_id JOIN linkage l ON l.park_id = s.park_id AND l.id = s.linkage_id
  JOIN ticket t ON t.park_id = l.park_id AND t.id = l.ticket_id JOIN enterprise e ON e.park_id = t.park_id AND e.id = t.enterprise_id
  JOIN cadre c ON c.park_id = f.park_id AND c.id = f.cadre_id LEFT JOIN cadre d ON d.park_id = f.park_id AND d.id = f.done_by`;
