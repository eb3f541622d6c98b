import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../platform/http/page';
import type { GuideVersion } from './domain/guide';
import { GuideItem, GuideItemVersion } from './guide-item.entity';

export interface GuideFilters extends PageQuery {
  readonly category?: string;
  readonly departmentId?: string;
  readonly q?: string;
  /** Today in the park when left out. */
  readonly on?: Day;
  readonly all?: boolean;
}

/** An item, and its version that says how it stands on a day. */
export interface GuideItemOnDay extends Omit<GuideItem, 'version'>, GuideVersion {
  readonly version: number;
  readonly inForce: boolean;
}

/** An item with all it says, has said and will say, ascending by first day, and the park's date. */
export interface GuideItemHistory {
  readonly item: GuideItem;
  readonly versions: readonly GuideItemVersion[];
  readonly today: Day;
}

/** The row that a use case holds until its transaction ends, and the park's date. */
export interface LockedGuideItem extends GuideItem {
  readonly today: Day;
}

/** The version that binds on a day, with the item's code. */
export interface GuideItemInForce extends GuideItemVersion {
  readonly code: string;
}

@Injectable()
export class GuideStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<GuideItem | null> {
    return em.findOneBy(GuideItem, { id, parkId: In([...actor.parkIds]) });
  }

  /** Ascending by first day. */
  async versions(em: EntityManager, actor: Actor, guideItemId: string): Promise<GuideItemVersion[]> {
    return em.find(GuideItemVersion, { where: { guideItemId, parkId: In([...actor.parkIds]) }, order: { effectiveFrom: 'ASC' } });
  }

  async read(actor: Actor, id: string, now: Date): Promise<GuideItemHistory | null> {
    const [[row], versions] = await this.database.readAll<[LockedGuideItem, GuideItemVersion]>(actor, [
      { name: 'guide-item', text: ONE, values: [actor.parkIds, id, now] },
      { name: 'guide-item-versions', text: `SELECT ${VERSION_COLUMNS} FROM guide_item_version v WHERE v.park_id = ANY ($1) AND v.guide_item_id = $2 ORDER BY v.effective_from`, values: [actor.parkIds, id] },
    ]);
    if (row === undefined) return null;
    const { today, ...item } = row;
    return { item, versions, today };
  }

  /** Sorted by code. `on` is the day on which they are looked at. */
  async list(actor: Actor, parkId: string, on: Day, query: GuideFilters): Promise<PageRows<GuideItemOnDay>> {
    return readPage<GuideItemOnDay>(this.database, actor, query, 'guide-items', ['string'], (slice) => this.#listStatement(parkId, on, query, slice));
  }

  #listStatement(parkId: string, on: Day, query: GuideFilters, { after, limit }: Slice): Statement {
    const values: unknown[] = [parkId, on, limit];
    const param = (value: unknown): string => `$${values.push(value)}`;
    const used: string[] = [query.all === true ? 'all' : 'in-force'];
    const conditions: string[] = query.all === true ? [] : [BINDS];
    const where = (variant: string, condition: string): void => {
      used.push(variant);
      conditions.push(condition);
    };
    if (query.category !== undefined) where('category', `v.category = ${param(query.category)}`);
    if (query.departmentId !== undefined) where('department', `v.department_id = ${param(query.departmentId)}`);
    // A guide has some hundred items: looking at each of them costs less than an index would.
    if (query.q !== undefined) {
      const part = param(query.q);
      where('q', `(position(lower(${part}) IN lower(v.name)) > 0 OR position(lower(${part}) IN lower(i.code)) > 0)`);
    }
    if (after !== undefined) where('after', `i.code > ${param(after[0])}`);
    return {
      name: ['guide-items', ...used].join('-'),
      text: `SELECT ${ITEM_COLUMNS}, v.effective_from AS "effectiveFrom", ${CONTENT_COLUMNS}, (${BINDS}) AS "inForce"
             FROM guide_item i CROSS JOIN LATERAL (${STANDING}) v WHERE ${['i.park_id = $1', ...conditions].join(' AND ')} ORDER BY i.code LIMIT $3`,
      values,
    };
  }

  /** Waits for whoever adds a version to the item, and keeps others from it until this transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string, now: Date): Promise<LockedGuideItem | null> {
    const [row]: LockedGuideItem[] = await em.query(`${ONE} FOR NO KEY UPDATE OF i`, [[...actor.parkIds], id, now]);
    return row ?? null;
  }

  async insert(em: EntityManager, item: GuideItem): Promise<void> {
    await em.insert(GuideItem, item);
  }

  async insertVersion(em: EntityManager, version: GuideItemVersion): Promise<void> {
    await em.insert(GuideItemVersion, version);
  }

  /** Counts a change of an item that {@link lock} holds. */
  async count(em: EntityManager, { id, parkId, version }: LockedGuideItem, updatedAt: Date): Promise<void> {
    await em.update(GuideItem, { id, parkId }, { version: version + 1, updatedAt });
  }

  /** Today's version is never written today but for a new item's, so that nobody needs to be kept from changing it. */
  async inForce(em: EntityManager, actor: Actor, parkId: string, guideItemId: string, on: Day): Promise<GuideItemInForce | undefined> {
    const [row]: GuideItemInForce[] = await em.query(
      `SELECT i.code, ${VERSION_COLUMNS} FROM guide_item i CROSS JOIN LATERAL (${STANDING}) v
       WHERE i.park_id = $1 AND i.id = $3 AND (i.park_id = ANY ($4) OR $5) AND ${BINDS}`, [parkId, on, guideItemId, [...actor.parkIds], actor.kind === 'system']);
    return row;
  }

  /** Those of the versions in force on a day. */
  async categories(em: EntityManager, actor: Actor, parkId: string, on: Day): Promise<string[]> {
    const rows: { category: string }[] = await em.query(
      `SELECT DISTINCT v.category FROM guide_item i CROSS JOIN LATERAL (${STANDING}) v
       WHERE i.park_id = $1 AND (i.park_id = ANY ($3) OR $4) AND ${BINDS}`, [parkId, on, [...actor.parkIds], actor.kind === 'system']);
    return rows.map(({ category }) => category);
  }
}

const ITEM_COLUMNS = 'i.id, i.park_id AS "parkId", i.code, i.version, i.created_at AS "createdAt", i.updated_at AS "updatedAt"';
const CONTENT_COLUMNS = 'v.name, v.category, v.department_id AS "departmentId", v.steps, v.materials, v.limits, v.active';
const VERSION_COLUMNS = `v.id, v.park_id AS "parkId", v.guide_item_id AS "guideItemId", v.effective_from AS "effectiveFrom", ${CONTENT_COLUMNS}, v.created_at AS "createdAt"`;
const ONE = `
  SELECT ${ITEM_COLUMNS}, ($3::timestamptz AT TIME ZONE p.time_zone)::date AS today
  FROM guide_item i JOIN park p ON p.id = i.park_id WHERE i.park_id = ANY ($1) AND i.id = $2`;
// `standingOn` and `bindsOn` of the domain, on the day $2: the nearest that has begun; where none has, the nearest to come, which is the first.
const STANDING = `
  SELECT v.* FROM guide_item_version v WHERE v.park_id = i.park_id AND v.guide_item_id = i.id
  ORDER BY v.effective_from > $2::date, abs(v.effective_from - $2::date) LIMIT 1`;
const BINDS = 'v.active AND v.effective_from <= $2::date';
