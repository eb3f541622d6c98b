import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, type Slice, totalIn } from '../platform/http/page';
import { IntegrityDeclaration, IntegrityRecusal } from './conflict.entity';
import type { Level } from './domain/report';
import { levelReadBy } from './reports.store';
import { WALL } from './wall.store';

export interface ConflictFilter extends PageQuery {
  readonly cadreId?: string;
  readonly enterpriseId?: string;
  readonly ended?: boolean;
}

export type ShownDeclaration = IntegrityDeclaration & { readonly cadreName: string; readonly enterpriseName: string };
export type ShownRecusal = IntegrityRecusal & { readonly cadreName: string; readonly enterpriseName: string | null };

/** Declarations and preventive recusals behind the wall. Every method that takes an EntityManager expects it open, but for {@link isRecused}. */
@Injectable()
export class ConflictsStore {
  constructor(private readonly database: Database) {}

  /** Whether any of the cadres must not deal with the enterprise; not which, and not why. Needs no wall: the function looks behind it. */
  async isRecused(em: EntityManager, parkId: string, cadreIds: readonly string[], enterpriseId: string): Promise<boolean> {
    const [row]: { recused: boolean }[] = await em.query('SELECT bool_or(is_recused($1, c.id, $3)) AS recused FROM unnest($2::uuid[]) AS c(id)', [parkId, [...cadreIds], enterpriseId]);
    return row?.recused === true;
  }

  /** The newest first. With `own`, of this cadre alone. */
  async listDeclarations(actor: Actor, parkId: string, query: ConflictFilter, own: string | undefined): Promise<PageRows<ShownDeclaration>> {
    return this.#list<ShownDeclaration>(actor, query, 'integrity-declarations', (slice) => declarationsStatement(parkId, query, own, slice));
  }

  /** The newest first: those of the reader's own level, and none that is about the reader. */
  async listRecusals(actor: Actor, parkId: string, query: ConflictFilter): Promise<PageRows<ShownRecusal>> {
    return this.#list<ShownRecusal>(actor, query, 'integrity-recusals', (slice) => recusalsStatement(parkId, query, { level: levelReadBy(actor), me: actor.id }, slice));
  }

  async lockDeclaration(em: EntityManager, actor: Actor, id: string): Promise<IntegrityDeclaration | null> {
    const [row]: { id: string }[] = await em.query('SELECT d.id FROM integrity_declaration d WHERE d.park_id = ANY ($1) AND d.id = $2 FOR NO KEY UPDATE OF d', [[...actor.parkIds], id]);
    return row === undefined ? null : em.findOneBy(IntegrityDeclaration, { id: row.id });
  }

  async lockRecusal(em: EntityManager, actor: Actor, id: string): Promise<IntegrityRecusal | null> {
    const [row]: { id: string }[] = await em.query(
      'SELECT r.id FROM integrity_recusal r WHERE r.park_id = ANY ($1) AND r.id = $2 AND r.level = $3 AND r.cadre_id <> $4 FOR NO KEY UPDATE OF r', [[...actor.parkIds], id, levelReadBy(actor), actor.id]);
    return row === undefined ? null : em.findOneBy(IntegrityRecusal, { id: row.id });
  }

  async declare(em: EntityManager, declaration: IntegrityDeclaration): Promise<void> {
    await em.insert(IntegrityDeclaration, declaration);
  }

  async recuse(em: EntityManager, recusal: IntegrityRecusal): Promise<void> {
    await em.insert(IntegrityRecusal, recusal);
  }

  async endDeclaration(em: EntityManager, { id, parkId }: IntegrityDeclaration, end: { readonly endedAt: Date; readonly endedBy: string; readonly endReason: string }): Promise<void> {
    await em.update(IntegrityDeclaration, { id, parkId }, end);
  }

  async endRecusal(em: EntityManager, { id, parkId }: IntegrityRecusal, end: { readonly endedAt: Date; readonly endedBy: string; readonly endReason: string }): Promise<void> {
    await em.update(IntegrityRecusal, { id, parkId }, end);
  }

  async #list<R extends object>(actor: Actor, query: ConflictFilter, list: string, statementOf: (slice: Slice) => Statement): Promise<PageRows<R>> {
    const [, rows, counted] = await this.database.readAll<[object, R, Counted]>(actor, [WALL, ...pageStatements(query, list, ['string'], statementOf)]);
    return { rows, total: totalIn(counted) };
  }
}

type Condition = readonly [name: string, condition: string, value: unknown];

function declarationsStatement(parkId: string, query: ConflictFilter, own: string | undefined, slice: Slice): Statement {
  return listStatement('integrity-declarations', DECLARATIONS, [['own', 'd.cadre_id = $', own], ...filtersOf('d', query, slice)], [parkId, slice.limit], 'd', query.ended);
}

function recusalsStatement(parkId: string, query: ConflictFilter, { level, me }: { readonly level: Level; readonly me: string }, slice: Slice): Statement {
  return listStatement('integrity-recusals', RECUSALS, [['level', 'd.level = $', level], ['others', 'd.cadre_id <> $', me], ...filtersOf('d', query, slice)], [parkId, slice.limit], 'd', query.ended);
}

function filtersOf(table: string, { cadreId, enterpriseId }: ConflictFilter, { after }: Slice): Condition[] {
  return [['cadre', `${table}.cadre_id = $`, cadreId], ['enterprise', `${table}.enterprise_id = $`, enterpriseId], ['after', `${table}.id < $`, after?.[0]]];
}

function listStatement(list: string, from: string, conditions: readonly Condition[], leading: readonly unknown[], table: string, ended: boolean | undefined): Statement {
  const values = [...leading];
  const given = conditions.filter(([, , value]) => value !== undefined);
  const where = given.map(([, condition, value]) => `AND ${condition}${values.push(value)}`).join(' ');
  const lasting = ended === undefined ? '' : `AND ${table}.ended_at IS ${ended ? 'NOT ' : ''}NULL`;
  return { name: [list, ...given.map(([name]) => name), ...(ended === undefined ? [] : [ended ? 'ended' : 'lasting'])].join('-'), text: `${from} WHERE ${table}.park_id = $1 ${where} ${lasting} ORDER BY ${table}.id DESC LIMIT $2`, values };
}

const DECLARATIONS = `
  SELECT d.id, d.park_id AS "parkId", d.cadre_id AS "cadreId", c.name AS "cadreName", d.enterprise_id AS "enterpriseId", e.name AS "enterpriseName", d.kind, d.description, d.since, d.declared_at AS "declaredAt",
    d.ended_at AS "endedAt", d.ended_by AS "endedBy", d.end_reason AS "endReason"
  FROM integrity_declaration d JOIN cadre c ON c.park_id = d.park_id AND c.id = d.cadre_id JOIN enterprise e ON e.park_id = d.park_id AND e.id = d.enterprise_id`;
const RECUSALS = `
  SELECT d.id, d.park_id AS "parkId", d.level, d.cadre_id AS "cadreId", c.name AS "cadreName", d.enterprise_id AS "enterpriseId", e.name AS "enterpriseName", d.reason, d.set_by AS "setBy", d.set_at AS "setAt",
    d.ended_at AS "endedAt", d.ended_by AS "endedBy", d.end_reason AS "endReason"
  FROM integrity_recusal d JOIN cadre c ON c.park_id = d.park_id AND c.id = d.cadre_id LEFT JOIN enterprise e ON e.park_id = d.park_id AND e.id = d.enterprise_id`;
