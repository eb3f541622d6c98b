import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { Database } from '../platform/db/database';
import { DEFAULT_LIMIT, type PageQuery, readCursor } from '../platform/http/page';
import { CadreLeave } from './cadre-leave.entity';
import { Cadre } from './cadre.entity';

export interface CadreFilter extends PageQuery {
  readonly departmentId?: string;
  readonly role?: string;
  readonly active?: boolean;
  readonly q?: string;
}

const CADRE_COLUMNS = `id, park_id AS "parkId", department_id AS "departmentId", name, sort_key AS "sortKey", roles, phone, issuer, subject, active, version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

@Injectable()
export class CadresStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<Cadre | null> {
    return em.findOneBy(Cadre, { id, parkId: In([...actor.parkIds]) });
  }

  async lock(em: EntityManager, actor: Actor, id: string): Promise<Cadre | null> {
    return em.findOne(Cadre, { where: { id, parkId: In([...actor.parkIds]) }, lock: { mode: 'pessimistic_write' } });
  }

  async findInPark(em: EntityManager, _actor: Actor, parkId: string, ids: readonly string[]): Promise<Cadre[]> {
    return em.query(`SELECT ${CADRE_COLUMNS} FROM cadre WHERE park_id = $1 AND id = ANY($2) FOR KEY SHARE`, [parkId, ids]);
  }

  async insert(em: EntityManager, cadre: Cadre): Promise<void> {
    await em.insert(Cadre, cadre);
  }

  /** Whether the row still had the version. */
  async update(em: EntityManager, id: string, version: number, change: Partial<Cadre>): Promise<boolean> {
    const { affected } = await em.update(Cadre, { id, version }, { ...change, version: version + 1 });
    return affected === 1;
  }

  async findByIdentityAsSystem(system: Actor, issuer: string, subject: string): Promise<Cadre | undefined> {
    const rows = await this.database.read<Cadre>(system, { name: 'cadre-by-identity', text: `SELECT ${CADRE_COLUMNS} FROM cadre WHERE issuer = $1 AND subject = $2`, values: [issuer, subject] });
    return rows[0];
  }

  async list(actor: Actor, parkId: string, query: CadreFilter): Promise<Cadre[]> {
    const after = readCursor(query, 'cadres', ['string', 'string']);
    const conditions: [string, string, unknown][] = [
      ['department', 'department_id = $', query.departmentId], ['role', 'roles @> ARRAY[$', query.role], ['active', 'active = $', query.active], ['q', 'position($', query.q],
    ];
    const closing: Readonly<Record<string, string>> = { role: ']', q: ' IN name) > 0' };
    const given = conditions.filter(([, , value]) => value !== undefined);
    const where = given.map(([name, condition], index) => `AND ${condition}${index + 3}${name === 'role' ? '::text' : ''}${closing[name] ?? ''}`).join(' ');
    const values = [parkId, (query.limit ?? DEFAULT_LIMIT) + 1, ...given.map(([, , value]) => value)];
    const page = after === undefined ? '' : `AND (sort_key, id) > ($${values.length + 1}, $${values.length + 2}::uuid)`;
    return this.database.read<Cadre>(actor, {
      name: `cadres-${[...given.map(([name]) => name), ...(after === undefined ? [] : ['after'])].join('-')}`,
      text: `SELECT ${CADRE_COLUMNS} FROM cadre WHERE park_id = $1 ${where} ${page} ORDER BY sort_key, id LIMIT $2`,
      values: [...values, ...(after ?? [])],
    });
  }

  async findLeave(em: EntityManager, actor: Actor, id: string): Promise<CadreLeave | null> {
    return em.findOne(CadreLeave, { where: { id, parkId: In([...actor.parkIds]) }, lock: { mode: 'pessimistic_write' } });
  }

  async insertLeave(em: EntityManager, leave: CadreLeave): Promise<void> {
    await em.insert(CadreLeave, leave);
  }

  /** Whether the row still had the version. */
  async updateLeave(em: EntityManager, id: string, version: number, change: Partial<CadreLeave>): Promise<boolean> {
    const { affected } = await em.update(CadreLeave, { id, version }, { ...change, version: version + 1 });
    return affected === 1;
  }

  async listLeaves(actor: Actor, cadreId: string, query: PageQuery): Promise<CadreLeave[]> {
    const after = readCursor(query, `leaves-${cadreId}`, ['string', 'string']);
    return this.database.read<CadreLeave>(actor, {
      name: after === undefined ? 'leaves' : 'leaves-after',
      text: `SELECT l.id, l.park_id AS "parkId", l.cadre_id AS "cadreId", l.from_on AS "fromOn", l.to_on AS "toOn", l.substitute_id AS "substituteId", l.cancelled_at AS "cancelledAt",
                    l.version, l.created_at AS "createdAt", l.updated_at AS "updatedAt"
             FROM cadre_leave l WHERE l.park_id = ANY($1) AND l.cadre_id = $2 ${after === undefined ? '' : 'AND (l.from_on, l.id) < ($4::date, $5::uuid)'}
             ORDER BY l.from_on DESC, l.id DESC LIMIT $3`,
      values: [actor.parkIds, cadreId, (query.limit ?? DEFAULT_LIMIT) + 1, ...(after ?? [])],
    });
  }
}
