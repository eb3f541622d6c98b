import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../platform/http/page';
import { Cadre } from './cadre.entity';
import type { CadreRole } from './domain/roles';

export interface CadreFilters extends PageQuery {
  readonly departmentId?: string;
  readonly role?: CadreRole;
  readonly active?: boolean;
  readonly q?: string;
}

/** The row that a use case holds until its transaction ends, and the park's date. */
export interface LockedCadre extends Cadre {
  readonly today: Day;
}

/** What another feature learns of a cadre that it is about to refer to. */
export interface ReferredCadre {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly CadreRole[];
  readonly active: boolean;
  readonly departmentId: string;
}

/** Whom a token stands for. */
export interface IdentifiedCadre extends ReferredCadre {
  readonly parkId: string;
  readonly parkCode: string;
}

@Injectable()
export class CadresStore {
  constructor(private readonly database: Database) {}

  /** Keeps duties from being given to the cadre until the transaction ends: they would not know of what it changes. */
  async hold(em: EntityManager, _actor: Actor, parkId: string, id: string): Promise<void> {
    await em.query('SELECT FROM cadre WHERE park_id = $1 AND id = $2 FOR NO KEY UPDATE', [parkId, id]);
  }

  async find(em: EntityManager, actor: Actor, id: string): Promise<Cadre | null> {
    return em.findOneBy(Cadre, { id, parkId: In([...actor.parkIds]) });
  }

  async read(actor: Actor, id: string): Promise<Cadre | null> {
    const [row] = await this.database.read<Cadre>(actor, { name: 'cadre', text: `SELECT ${COLUMNS} FROM cadre c WHERE c.park_id = ANY ($1) AND c.id = $2`, values: [actor.parkIds, id] });
    return row ?? null;
  }

  /** Sorted by name as it is said. */
  async list(actor: Actor, parkId: string, query: CadreFilters): Promise<PageRows<Cadre>> {
    return readPage<Cadre>(this.database, actor, query, 'cadres', ['string', 'string'], (slice) => this.#listStatement(parkId, query, slice));
  }

  #listStatement(parkId: string, query: CadreFilters, { after, limit }: Slice): Statement {
    const values: unknown[] = [parkId, limit];
    const param = (value: unknown): string => `$${values.push(value)}`;
    const used: string[] = [];
    const conditions: string[] = [];
    const where = (variant: string, condition: string): void => {
      used.push(variant);
      conditions.push(condition);
    };
    if (query.departmentId !== undefined) where('department', `c.department_id = ${param(query.departmentId)}`);
    if (query.role !== undefined) where('role', `${param(query.role)} = ANY (c.roles)`);
    if (query.active !== undefined) where('active', `c.active = ${param(query.active)}`);
    // A park has some hundred cadres: looking at each name costs less than an index would.
    if (query.q !== undefined) where('q', `position(lower(${param(query.q)}) IN lower(c.name)) > 0`);
    if (after !== undefined) where('after', `(c.sort_key, c.id) > (${param(after[0])}, ${param(after[1])}::uuid)`);
    return {
      name: ['cadres', ...used].join('-'),
      text: `SELECT ${COLUMNS} FROM cadre c WHERE ${['c.park_id = $1', ...conditions].join(' AND ')} ORDER BY c.sort_key, c.id LIMIT $2`,
      values,
    };
  }

  /** Waits for whoever changes the cadre or is about to refer to them as active, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string, now: Date): Promise<LockedCadre | null> {
    const [row]: LockedCadre[] = await em.query(
      `SELECT ${COLUMNS}, ($3::timestamptz AT TIME ZONE p.time_zone)::date AS today
       FROM cadre c JOIN park p ON p.id = c.park_id WHERE c.park_id = ANY ($1) AND c.id = $2 FOR NO KEY UPDATE OF c`, [[...actor.parkIds], id, now]);
    return row ?? null;
  }

  async insert(em: EntityManager, cadre: Cadre): Promise<void> {
    await em.insert(Cadre, cadre);
  }

  /** Changes a row that {@link lock} holds. */
  async update(em: EntityManager, { id, parkId, version }: LockedCadre, change: Partial<Cadre>): Promise<void> {
    await em.update(Cadre, { id, parkId }, { ...change, version: version + 1 });
  }

  /**
   * Those of the ids that are cadres of the park, in no order. With `hold` they can't be changed until the transaction ends: who is
   * active when a duty is given stays so until it is committed, and a deactivation that waited then sees it.
   */
  async refer(em: EntityManager, actor: Actor, parkId: string, ids: readonly string[], hold: boolean): Promise<ReferredCadre[]> {
    return em.query(
      `SELECT c.id, c.name, c.roles, c.active, c.department_id AS "departmentId"
       FROM cadre c WHERE c.park_id = $1 AND c.park_id = ANY ($2) AND c.id = ANY ($3) ORDER BY c.id ${hold ? 'FOR SHARE OF c' : ''}`, [parkId, [...actor.parkIds], [...ids]]);
  }

  async findByIdentityAsSystem(system: Actor, issuer: string, subject: string): Promise<IdentifiedCadre | undefined> {
    const [row] = await this.database.read<IdentifiedCadre>(system, {
      name: 'cadre-by-identity', text: `${IDENTIFIED} WHERE c.issuer = $1 AND c.subject = $2`, values: [issuer, subject],
    });
    return row;
  }

  async findIdentifiedAsSystem(system: Actor, parkId: string, id: string): Promise<IdentifiedCadre | undefined> {
    const [row] = await this.database.read<IdentifiedCadre>(system, { name: 'cadre-identified', text: `${IDENTIFIED} WHERE c.park_id = $1 AND c.id = $2`, values: [parkId, id] });
    return row;
  }
}

const IDENTIFIED = `
  SELECT c.id, c.park_id AS "parkId", p.code AS "parkCode", c.department_id AS "departmentId", c.name, c.roles, c.active FROM cadre c JOIN park p ON p.id = c.park_id`;

const COLUMNS = `
  c.id, c.park_id AS "parkId", c.department_id AS "departmentId", c.name, c.sort_key AS "sortKey", c.roles, c.phone, c.issuer, c.subject, c.active, c.version,
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;
