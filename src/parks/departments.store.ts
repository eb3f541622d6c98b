import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { Database } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage } from '../platform/http/page';
import { Department } from './department.entity';

@Injectable()
export class DepartmentsStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<Department | null> {
    return em.findOneBy(Department, { id, parkId: In([...actor.parkIds]) });
  }

  async insert(em: EntityManager, department: Department): Promise<void> {
    await em.insert(Department, department);
  }

  /** Whether the row still had the version. */
  async update(em: EntityManager, id: string, version: number, change: Partial<Department>): Promise<boolean> {
    const { affected } = await em.update(Department, { id, version }, { ...change, version: version + 1 });
    return affected === 1;
  }

  /** One department of a park answers for unassigned tickets: the one before gives way. */
  async clearAssigning(em: EntityManager, parkId: string, exceptId: string, now: Date): Promise<void> {
    await em.query('UPDATE department SET assigning = false, version = version + 1, updated_at = $3 WHERE park_id = $1 AND assigning AND id <> $2', [parkId, exceptId, now]);
  }

  async list(actor: Actor, parkId: string, query: PageQuery): Promise<PageRows<Department>> {
    return readPage<Department>(this.database, actor, query, 'departments', ['string', 'string'], ({ after, limit }) => ({
      name: after === undefined ? 'departments' : 'departments-after',
      text: `SELECT id, park_id AS "parkId", name, kind, assigning, version, created_at AS "createdAt", updated_at AS "updatedAt"
             FROM department WHERE park_id = $1 ${after === undefined ? '' : 'AND (name, id) > ($3, $4::uuid)'} ORDER BY name, id LIMIT $2`,
      values: [parkId, limit, ...(after ?? [])],
    }));
  }
}
