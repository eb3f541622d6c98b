import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { Database } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage } from '../platform/http/page';
import { CadreLeave } from './cadre-leave.entity';

@Injectable()
export class LeavesStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<CadreLeave | null> {
    return em.findOneBy(CadreLeave, { id, parkId: In([...actor.parkIds]) });
  }

  /** Waits for whoever changes the leave, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<CadreLeave | null> {
    return em.findOne(CadreLeave, { where: { id, parkId: In([...actor.parkIds]) }, lock: { mode: 'for_no_key_update' } });
  }

  async insert(em: EntityManager, leave: CadreLeave): Promise<void> {
    await em.insert(CadreLeave, leave);
  }

  /** Changes a row that {@link lock} holds. */
  async update(em: EntityManager, { id, parkId, version }: CadreLeave, change: Partial<CadreLeave>): Promise<void> {
    await em.update(CadreLeave, { id, parkId }, { ...change, version: version + 1 });
  }

  /** Of one cadre, the latest first, cancelled ones as well. */
  async list(actor: Actor, cadreId: string, query: PageQuery): Promise<PageRows<CadreLeave>> {
    return readPage<CadreLeave>(this.database, actor, query, `leaves-${cadreId}`, ['string', 'string'], ({ after, limit }) => ({
      name: after === undefined ? 'leaves' : 'leaves-after',
      text: `SELECT l.id, l.park_id AS "parkId", l.cadre_id AS "cadreId", l.from_on AS "fromOn", l.to_on AS "toOn", l.substitute_id AS "substituteId", l.cancelled_at AS "cancelledAt",
               l.cancel_reason AS "cancelReason", l.version, l.created_at AS "createdAt", l.updated_at AS "updatedAt"
             FROM cadre_leave l WHERE l.park_id = ANY ($1) AND l.cadre_id = $2 ${after === undefined ? '' : 'AND (l.from_on, l.id) < ($4::date, $5::uuid)'}
             ORDER BY l.from_on DESC, l.id DESC LIMIT $3`,
      values: [actor.parkIds, cadreId, limit, ...(after ?? [])],
    }));
  }
}
