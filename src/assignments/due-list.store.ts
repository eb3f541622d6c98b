import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, countOf, type PageRows, totalIn } from '../platform/http/page';
import type { Capacity } from './domain/capacity';
import { hasTurned, PROVISIONAL } from './duties.store';

export interface DueRow {
  readonly assignmentId: string;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly uscc: string;
  readonly cadreId: string;
  readonly cadreName: string;
  readonly departmentId: string;
  readonly departmentName: string;
  readonly capacity: Capacity;
  readonly nextDueOn: Day;
  readonly lastVisitOn: Day | null;
  readonly calendarProvisional: boolean;
  readonly lapsesThisQuarter: number;
}

/** What narrows the list; the cadre is also how one's own worklist is read. */
export interface DueFilter {
  readonly cadreId?: string | undefined;
  readonly departmentId?: string | undefined;
  readonly capacity?: string | undefined;
  /** Due on this day or earlier. */
  readonly dueBy: Day;
  readonly today: Day;
  readonly after?: readonly [Day, string] | undefined;
  /** Null for no limit. */
  readonly limit: number | null;
  /** Whether to count the duties on all pages, too. */
  readonly count?: boolean | undefined;
}

/** The first day of the calendar quarter that contains the day. */
function firstOfQuarter(on: Day): Day {
  const month = Math.floor((Number(on.slice(5, 7)) - 1) / 3) * 3 + 1;
  return `${on.slice(0, 5)}${String(month).padStart(2, '0')}-01` as Day;
}

/**
 * Duties of a park by due date. It reads one page of the index by due date (of the cadre where one is named), and the rows that the
 * page shows; an overdue duty has lapsed on its due date, whether the sweep has recorded that yet or not.
 */
function dutiesByDueDate(parkId: string, filter: DueFilter): Statement {
  const conditions: [string, string, unknown][] = [
    ['cadre', 'a.cadre_id = $', filter.cadreId], ['capacity', 'a.capacity = $', filter.capacity], ['department', 'c.department_id = $', filter.departmentId],
  ];
  const given = conditions.filter(([, , value]) => value !== undefined);
  const values: unknown[] = [parkId, filter.limit, filter.dueBy, filter.today, firstOfQuarter(filter.today), ...given.map(([, , value]) => value)];
  const where = given.map(([, condition], index) => `AND ${condition}${index + 6}`).join(' ');
  const page = filter.after === undefined ? '' : `AND (a.next_due_on, a.id) > ($${values.length + 1}::date, $${values.length + 2}::uuid)`;
  return {
    name: `duties-by-due-date-${[...given.map(([name]) => name), ...(filter.after === undefined ? [] : ['after'])].join('-')}`,
    text: `
      SELECT a.id AS "assignmentId", a.enterprise_id AS "enterpriseId", e.name AS "enterpriseName", e.uscc, a.cadre_id AS "cadreId", c.name AS "cadreName",
             c.department_id AS "departmentId", d.name AS "departmentName", a.capacity, a.next_due_on AS "nextDueOn", a.last_visit_on AS "lastVisitOn",
             ${PROVISIONAL} AS "calendarProvisional",
             (SELECT count(*)::integer + (CASE WHEN a.next_due_on >= $5 AND a.next_due_on < $4 AND bool_or(l.due_on = a.next_due_on) IS NOT TRUE THEN 1 ELSE 0 END)
              FROM lapse l WHERE l.park_id = a.park_id AND l.assignment_id = a.id AND l.due_on >= $5 AND l.outcome <> 'superseded') AS "lapsesThisQuarter"
      FROM assignment a
      JOIN enterprise e ON e.park_id = a.park_id AND e.id = a.enterprise_id
      JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id
      JOIN department d ON d.park_id = c.park_id AND d.id = c.department_id
      WHERE a.park_id = $1 AND a.next_due_on <= $3 AND a.next_due_on IS NOT NULL AND a.starts_on <= $4 ${where} ${page}
      ORDER BY a.next_due_on, a.id LIMIT $2`,
    values: [...values, ...(filter.after ?? [])],
  };
}

@Injectable()
export class DueListStore {
  constructor(private readonly database: Database) {}

  /** One page, and whether time has turned a duty of the park that nobody has judged since. */
  async list(actor: Actor, parkId: string, filter: DueFilter): Promise<PageRows<DueRow> & { stale: boolean }> {
    const counting = filter.count === true ? [countOf(dutiesByDueDate(parkId, { ...filter, after: undefined, limit: null }))] : [];
    const [rows, turned, counted] = await this.database.readAll<[DueRow, object, Counted]>(actor, [dutiesByDueDate(parkId, filter), hasTurned(parkId, filter.today), ...counting]);
    return { rows, total: totalIn(counted), stale: turned.length > 0 };
  }
}
