import { Injectable } from '@nestjs/common';
import { type Actor, cadreOf } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage, type Slice } from '../platform/http/page';
import { seesEveryVisit } from './domain/visit-access';
import type { VisitReview } from './domain/visit-words';
import { ofCadre, toRecord, VISIT_COLUMNS, type VisitRecord, type VisitRow } from './visits.store';

export interface VisitFilter extends PageQuery {
  readonly enterpriseId?: string;
  readonly cadreId?: string;
  readonly from?: Day;
  readonly to?: Day;
  readonly review?: VisitReview;
}

/** The statement of one list: its values, and its name, which tells the variant. */
interface Draft {
  readonly parts: string[];
  readonly values: unknown[];
  readonly limit: string;
  readonly park: string;
  /** What the filters of day, review and cursor say about a row whose day and id stand in these columns. */
  readonly filters: (day: string, id: string) => string;
}

/** Visits of a park, newest first. Every combination of filters has a statement that reads through the index which fits it. */
@Injectable()
export class VisitListStore {
  constructor(private readonly database: Database) {}

  async list(actor: Actor, parkId: string, query: VisitFilter): Promise<PageRows<VisitRecord>> {
    const reader = seesEveryVisit(actor) ? undefined : cadreOf(actor);
    const { rows, total } = await readPage<VisitRow>(this.database, actor, query, 'visits', ['string', 'string'], (slice) => this.#statement(parkId, query, reader, slice));
    return { rows: rows.map(toRecord), total };
  }

  #statement(parkId: string, query: VisitFilter, reader: string | undefined, slice: Slice): Statement {
    const draft = begin(parkId, query, slice);
    const text = query.enterpriseId !== undefined ? ofEnterprise(draft, query.enterpriseId, query.cadreId, reader)
      : query.cadreId !== undefined ? ofVisitor(draft, query.cadreId, reader)
        : reader !== undefined ? ofReader(draft, reader) : ofPark(draft);
    return { name: `visits-${draft.parts.join('-')}`, text, values: draft.values };
  }
}

function begin(parkId: string, query: VisitFilter, { after, limit }: Slice): Draft {
  const parts: string[] = [];
  const values: unknown[] = [parkId, limit];
  const conditions: ((day: string, id: string) => string)[] = [];
  if (query.from !== undefined) {
    const from = `$${values.push(query.from)}`;
    parts.push('from');
    conditions.push((day) => `AND ${day} >= ${from}`);
  }
  if (query.to !== undefined) {
    const to = `$${values.push(query.to)}`;
    parts.push('to');
    conditions.push((day) => `AND ${day} <= ${to}`);
  }
  if (query.review !== undefined) {
    const [part, condition] = reviewCondition(query.review);
    parts.push(part);
    conditions.push(() => condition);
  }
  if (after !== undefined) {
    const [on, id] = [`$${values.push(after[0])}`, `$${values.push(after[1])}`];
    parts.push('after');
    conditions.push((day, key) => `AND (${day}, ${key}) < (${on}::date, ${id}::uuid)`);
  }
  return { parts, values, park: '$1', limit: '$2', filters: (day, id) => conditions.map((condition) => condition(day, id)).join(' ') };
}

// The words stand in the text, since a partial index answers only what is seen to lie inside it. A void visit needs no review any more.
function reviewCondition(review: VisitReview): [part: string, condition: string] {
  switch (review) {
    case 'needs_review':
      return ['to-review', "AND v.review = 'needs_review' AND v.voided_at IS NULL"];
    case 'accepted':
    case 'rejected':
      return [review, `AND v.review = '${review}' AND v.reviewed_by IS NOT NULL`];
    case 'none':
      return ['unreviewed', "AND v.review = 'none'"];
  }
}

function ofPark({ parts, park, limit, filters }: Draft): string {
  parts.push('park');
  return `SELECT ${VISIT_COLUMNS} FROM visit v WHERE v.park_id = ${park} ${filters('v.on_date', 'v.id')} ORDER BY v.on_date DESC, v.id DESC LIMIT ${limit}`;
}

function ofEnterprise({ parts, values, park, limit, filters }: Draft, enterpriseId: string, cadreId: string | undefined, reader: string | undefined): string {
  parts.push('enterprise');
  const conditions = [`v.enterprise_id = $${values.push(enterpriseId)}`];
  if (cadreId !== undefined) {
    parts.push('cadre');
    conditions.push(`EXISTS (SELECT FROM visit_participant w WHERE w.park_id = v.park_id AND w.visit_id = v.id AND w.cadre_id = $${values.push(cadreId)} AND w.removed_at IS NULL)`);
  }
  if (reader !== undefined) {
    parts.push('reader');
    conditions.push(ofCadre(`$${values.push(reader)}`));
  }
  return `SELECT ${VISIT_COLUMNS} FROM visit v WHERE v.park_id = ${park} AND ${conditions.join(' AND ')} ${filters('v.on_date', 'v.id')} ORDER BY v.on_date DESC, v.id DESC LIMIT ${limit}`;
}

/** The author is named too, so whose visits they are is read through the participants alone. */
function ofVisitor({ parts, values, park, limit, filters }: Draft, cadreId: string, reader: string | undefined): string {
  parts.push('cadre');
  const cadre = `$${values.push(cadreId)}`;
  let visible = '';
  if (reader !== undefined && reader !== cadreId) {
    parts.push('reader');
    visible = `AND ${ofCadre(`$${values.push(reader)}`)}`;
  }
  return `
    SELECT ${VISIT_COLUMNS} FROM visit_participant p JOIN visit v ON v.park_id = p.park_id AND v.id = p.visit_id
    WHERE p.park_id = ${park} AND p.cadre_id = ${cadre} AND p.removed_at IS NULL ${visible} ${filters('p.on_date', 'p.visit_id')}
    ORDER BY p.on_date DESC, p.visit_id DESC LIMIT ${limit}`;
}

/** The newest of each enterprise of the reader and the newest in which they are named, merged: a page's cost is the number of their enterprises, not of visits. */
function ofReader({ parts, values, park, limit, filters }: Draft, reader: string): string {
  parts.push('reader');
  const cadre = `$${values.push(reader)}`;
  return `
    SELECT ${VISIT_COLUMNS} FROM (
      SELECT newest.id, newest.on_date
      FROM (SELECT DISTINCT a.enterprise_id FROM assignment a WHERE a.park_id = ${park} AND a.cadre_id = ${cadre}) mine
      CROSS JOIN LATERAL (
        SELECT v.id, v.on_date FROM visit v WHERE v.park_id = ${park} AND v.enterprise_id = mine.enterprise_id ${filters('v.on_date', 'v.id')}
        ORDER BY v.on_date DESC, v.id DESC LIMIT ${limit}
      ) newest
      UNION
      (SELECT v.id, v.on_date FROM visit_participant p JOIN visit v ON v.park_id = p.park_id AND v.id = p.visit_id
       WHERE p.park_id = ${park} AND p.cadre_id = ${cadre} AND p.removed_at IS NULL ${filters('p.on_date', 'p.visit_id')}
       ORDER BY p.on_date DESC, p.visit_id DESC LIMIT ${limit})
      ORDER BY on_date DESC, id DESC LIMIT ${limit}
    ) page JOIN visit v ON v.park_id = ${park} AND v.id = page.id ORDER BY v.on_date DESC, v.id DESC`;
}
