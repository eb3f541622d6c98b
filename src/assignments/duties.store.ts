import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import type { Statement } from '../platform/db/database';
import type { Capacity } from './domain/capacity';
import type { StatusSince } from './domain/duty-facts';
import type { RecordedLapse } from './domain/lapse-record';
import type { JudgedLapse, Standing } from './domain/standing';
import type { Cause } from './lapse.entity';

/** One assignment with every fact that its duty is judged by. */
export interface StoredDuty {
  readonly id: string;
  readonly enterpriseId: string;
  readonly cadreId: string;
  readonly capacity: Capacity;
  readonly startsOn: Day;
  readonly endsOn: Day | null;
  readonly inheritedVisitOn: Day | null;
  readonly standing: Standing['state'];
  readonly nextDueOn: Day | null;
  readonly watchOn: Day | null;
  readonly turnOn: Day | null;
  readonly lastVisitOn: Day | null;
  readonly visits: readonly { on: Day; receivedOn: Day }[];
  readonly statuses: readonly StatusSince[];
  readonly lapses: readonly RecordedLapse[];
}

/** A lapse that follows from the facts of a duty and is not on record. */
export interface NewLapse {
  readonly id: string;
  readonly duty: StoredDuty;
  readonly lapse: JudgedLapse;
}

/** Which duties of a park. */
export type DutySelection = { readonly enterpriseId: string } | { readonly cadreId: string } | { readonly ids: readonly string[] };

/** Reads the facts of duties and writes their standing, many at a time. Rows are locked first and read after, in the order of their ids. */
@Injectable()
export class DutiesStore {
  async lock(em: EntityManager, _actor: Actor, parkId: string, selection: DutySelection): Promise<ReadonlySet<string>> {
    const [condition, value] = conditionOf(selection);
    const rows: { id: string }[] = await em.query(`SELECT a.id FROM assignment a WHERE a.park_id = $1 AND ${condition} ORDER BY a.id FOR UPDATE`, [parkId, value]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Up to `limit` duties of the park that time has turned; those that another process holds are left to it. */
  async lockTurned(em: EntityManager, _actor: Actor, parkId: string, today: Day, limit: number, wait: boolean): Promise<string[]> {
    const rows: { id: string }[] = await em.query(
      `SELECT id FROM assignment WHERE park_id = $1 AND turn_on <= $2 ORDER BY id LIMIT $3 FOR UPDATE ${wait ? '' : 'SKIP LOCKED'}`, [parkId, today, limit]);
    return rows.map(({ id }) => id);
  }

  /** The duties with their facts, as known to this statement: asked after {@link lock}, everything that committed before the rows were locked. */
  async load(em: EntityManager, _actor: Actor, parkId: string, selection: DutySelection): Promise<StoredDuty[]> {
    const [condition, value] = conditionOf(selection);
    return em.query(`${LOAD} AND ${condition} ORDER BY a.id`, [parkId, value]);
  }

  async writeStandings(em: EntityManager, _actor: Actor, parkId: string, standings: readonly { id: string; standing: Standing }[], now: Date): Promise<void> {
    if (standings.length === 0) return;
    const column = (pick: (standing: Standing) => string | null) => standings.map(({ standing }) => pick(standing));
    await em.query(
      `WITH s AS (
         SELECT * FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::date[], $7::date[]) AS s(id, standing, next_due_on, watch_on, turn_on, last_visit_on)
       ), judged AS (
         UPDATE assignment a SET standing = s.standing, next_due_on = s.next_due_on, turn_on = s.turn_on, last_visit_on = s.last_visit_on, version = a.version + 1, updated_at = $8
         FROM s WHERE a.park_id = $1 AND a.id = s.id
       ), unwatched AS (
         DELETE FROM duty_watch w USING s WHERE w.park_id = $1 AND w.assignment_id = s.id AND s.watch_on IS NULL
       )
       INSERT INTO duty_watch AS w (park_id, assignment_id, watch_on) SELECT $1, s.id, s.watch_on FROM s WHERE s.watch_on IS NOT NULL
       ON CONFLICT (park_id, assignment_id) DO UPDATE SET watch_on = excluded.watch_on WHERE w.watch_on <> excluded.watch_on`,
      [parkId, standings.map(({ id }) => id), column((one) => one.state), column((one) => one.dueOn), column((one) => one.watchOn), column((one) => one.turnOn), column((one) => one.lastVisitOn), now]);
  }

  /** Whoever covered the cadre's leave on the due day is recorded with the lapse. */
  async recordLapses(em: EntityManager, _actor: Actor, parkId: string, lapses: readonly NewLapse[], now: Date): Promise<void> {
    if (lapses.length === 0) return;
    const column = <T>(pick: (one: NewLapse) => T) => lapses.map(pick);
    await em.query(
      `INSERT INTO lapse (id, park_id, assignment_id, enterprise_id, cadre_id, substitute_id, due_on, detected_at, outcome, cleared_on, days_late, version, created_at, updated_at)
       SELECT n.id, $1, n.assignment_id, n.enterprise_id, n.cadre_id, v.substitute_id, n.due_on, $10, n.outcome, n.cleared_on, n.days_late, 1, $10, $10
       FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::date[], $7::text[], $8::date[], $9::integer[])
         AS n(id, assignment_id, enterprise_id, cadre_id, due_on, outcome, cleared_on, days_late) ${joinSubstitute('$1', 'n.due_on')}`,
      [parkId, column(({ id }) => id), column(({ duty }) => duty.id), column(({ duty }) => duty.enterpriseId), column(({ duty }) => duty.cadreId), column(({ lapse }) => lapse.dueOn),
        column(({ lapse }) => lapse.outcome), column(({ lapse }) => lapse.clearedOn), column(({ lapse }) => (lapse.outcome === 'open' ? null : lapse.daysLate)), now]);
  }

  async changeLapses(em: EntityManager, _actor: Actor, parkId: string, lapses: readonly { id: string; lapse: JudgedLapse }[], now: Date): Promise<void> {
    if (lapses.length === 0) return;
    await em.query(
      `UPDATE lapse l SET outcome = c.outcome, cleared_on = c.cleared_on, days_late = c.days_late, version = l.version + 1, updated_at = $6
       FROM unnest($2::uuid[], $3::text[], $4::date[], $5::integer[]) AS c(id, outcome, cleared_on, days_late) WHERE l.park_id = $1 AND l.id = c.id`,
      [parkId, lapses.map(({ id }) => id), lapses.map(({ lapse }) => lapse.outcome), lapses.map(({ lapse }) => lapse.clearedOn),
        lapses.map(({ lapse }) => (lapse.outcome === 'open' ? null : lapse.daysLate)), now]);
  }

  async supersedeLapses(em: EntityManager, _actor: Actor, parkId: string, lapses: readonly { id: string; clearedOn: Day; daysLate: number }[], cause: Cause, now: Date): Promise<void> {
    if (lapses.length === 0) return;
    await em.query(
      `UPDATE lapse l SET outcome = 'superseded', superseded_by = $5, cleared_on = c.cleared_on, days_late = c.days_late, version = l.version + 1, updated_at = $6
       FROM unnest($2::uuid[], $3::date[], $4::integer[]) AS c(id, cleared_on, days_late) WHERE l.park_id = $1 AND l.id = c.id`,
      [parkId, lapses.map(({ id }) => id), lapses.map(({ clearedOn }) => clearedOn), lapses.map(({ daysLate }) => daysLate), JSON.stringify(cause), now]);
  }

  async successorsOf(em: EntityManager, _actor: Actor, parkId: string, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows: { id: string }[] = await em.query('SELECT id FROM assignment WHERE park_id = $1 AND predecessor_id = ANY($2)', [parkId, ids]);
    return rows.map(({ id }) => id);
  }

  /**
   * Lets the duties of the park be judged anew from the day on: those that have not ended, or all. A duty that begins only then is judged
   * as of its start, so it is judged anew today. One statement, however many there are.
   */
  async turn(em: EntityManager, _actor: Actor, parkId: string, turn: { on: Day; today: Day; ended: boolean }): Promise<void> {
    await em.query(
      `WITH turned AS (
         SELECT a.id, CASE WHEN greatest(a.starts_on, p.go_live_on) >= $2 THEN least($2, $3) ELSE $2 END AS turn_on
         FROM assignment a JOIN park p ON p.id = a.park_id WHERE a.park_id = $1 AND ($4 OR a.standing <> 'ended')
       )
       UPDATE assignment a SET turn_on = turned.turn_on FROM turned WHERE a.id = turned.id AND (a.turn_on IS NULL OR a.turn_on > turned.turn_on)`,
      [parkId, turn.on, turn.today, turn.ended]);
  }

  /**
   * Records the lapses of the parks' duties whose watched due date has passed, with their journal entries, in one statement. It asks what
   * is true now: a row that a visit has moved meanwhile is left alone. Answers how many it recorded.
   */
  async sweepAsSystem(em: EntityManager, system: Actor, parkIds: readonly string[], now: Date): Promise<number> {
    const [row]: { recorded: number }[] = await em.query(SWEEP, [now, system.requestId, parkIds]);
    return row?.recorded ?? 0;
  }

  async nextIds(em: EntityManager, _actor: Actor, parkId: string, after: string | null, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await em.query('SELECT id FROM assignment WHERE park_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3', [parkId, after, limit]);
    return rows.map(({ id }) => id);
  }
}

/** Whether time has turned a duty of the park that nobody has judged since: its stored standing may be yesterday's. */
export function hasTurned(parkId: string, today: Day): Statement {
  return { name: 'duty-has-turned', text: 'SELECT FROM assignment WHERE park_id = $1 AND turn_on <= $2 LIMIT 1', values: [parkId, today] };
}

/**
 * Whether the due date of the assignment `a` lies in a year whose calendar is not official, so that it may still move. The official years
 * are read once a query and not once a row.
 */
export const PROVISIONAL = `a.next_due_on IS NOT NULL AND extract(year FROM a.next_due_on)::integer <> ALL (ARRAY(
  SELECT y.year FROM (SELECT DISTINCT ON (year) year, status FROM calendar_year ORDER BY year, version DESC) y WHERE y.status = 'official'))`;

function conditionOf(selection: DutySelection): [condition: string, value: unknown] {
  if ('enterpriseId' in selection) return ['a.enterprise_id = $2', selection.enterpriseId];
  return 'cadreId' in selection ? ['a.cadre_id = $2', selection.cadreId] : ['a.id = ANY($2)', selection.ids];
}

/** Whoever covers the leave of the cadre of `n` on the day, as `v`; a cadre is on one leave at a time. */
function joinSubstitute(park: string, on: string): string {
  return `LEFT JOIN cadre_leave v ON v.park_id = ${park} AND v.cadre_id = n.cadre_id AND v.cancelled_at IS NULL AND ${on} BETWEEN v.from_on AND v.to_on`;
}

// A visit serves when the assigned cadre, or the substitute who covers their leave that day, took part, on site, and it stands.
const LOAD = `
  SELECT a.id, a.enterprise_id AS "enterpriseId", a.cadre_id AS "cadreId", a.capacity, a.starts_on AS "startsOn", a.ends_on AS "endsOn",
         greatest(a.inherited_visit_on, before.last_visit_on) AS "inheritedVisitOn", a.standing, a.next_due_on AS "nextDueOn",
         (SELECT w.watch_on FROM duty_watch w WHERE w.park_id = a.park_id AND w.assignment_id = a.id) AS "watchOn",
         a.turn_on AS "turnOn", a.last_visit_on AS "lastVisitOn",
         coalesce((
           SELECT json_agg(json_build_object('on', served.on_date, 'receivedOn', served.received_on) ORDER BY served.on_date)
           FROM (
             SELECT v.on_date, min((greatest(v.received_at, p.confirmed_at) AT TIME ZONE k.time_zone)::date) AS received_on
             FROM visit v JOIN visit_participant p ON p.park_id = v.park_id AND p.visit_id = v.id AND p.confirmed_at IS NOT NULL AND p.removed_at IS NULL
             WHERE v.park_id = a.park_id AND v.enterprise_id = a.enterprise_id AND v.on_date >= a.starts_on AND (a.ends_on IS NULL OR v.on_date < a.ends_on)
               AND v.mode = 'on_site' AND v.voided_at IS NULL AND v.review IN ('none', 'accepted')
               AND (p.cadre_id = a.cadre_id OR EXISTS (
                 SELECT FROM cadre_leave l WHERE l.park_id = a.park_id AND l.cadre_id = a.cadre_id AND l.substitute_id = p.cadre_id AND l.cancelled_at IS NULL
                   AND v.on_date BETWEEN l.from_on AND l.to_on))
             GROUP BY v.on_date
           ) served), '[]') AS visits,
         coalesce((SELECT json_agg(json_build_object('status', s.status, 'on', s.on_date) ORDER BY s.on_date) FROM enterprise_status s
           WHERE s.park_id = a.park_id AND s.enterprise_id = a.enterprise_id AND s.replaced_at IS NULL), '[]') AS statuses,
         coalesce((SELECT json_agg(json_build_object('id', l.id, 'dueOn', l.due_on, 'clearedOn', l.cleared_on, 'daysLate', l.days_late, 'outcome', l.outcome) ORDER BY l.due_on)
           FROM lapse l WHERE l.park_id = a.park_id AND l.assignment_id = a.id AND l.outcome <> 'superseded'), '[]') AS lapses
  FROM assignment a JOIN park k ON k.id = a.park_id LEFT JOIN assignment before ON before.park_id = a.park_id AND before.id = a.predecessor_id
  WHERE a.park_id = $1`;

// The first comparison is what the index can answer: no zone's date is more than a day ahead of UTC's. Duties are locked as everywhere, a
// park's by their ids; then the rows that they are watched by are taken out, each as it was read: one that a visit has moved or taken
// meanwhile has left its place, and is not among them.
const SWEEP = `
  WITH passed AS (
    SELECT a.park_id, a.id, a.enterprise_id, a.cadre_id, w.ctid AS place, w.watch_on
    FROM duty_watch w JOIN park p ON p.id = w.park_id JOIN assignment a ON a.park_id = w.park_id AND a.id = w.assignment_id
    WHERE w.park_id = ANY ($3) AND w.watch_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date AND w.watch_on < ($1::timestamptz AT TIME ZONE p.time_zone)::date
      AND (a.turn_on IS NULL OR a.turn_on > w.watch_on)
    ORDER BY a.park_id, a.id FOR UPDATE OF a
  ), taken AS (
    DELETE FROM duty_watch w USING passed n WHERE w.ctid = n.place AND w.watch_on = n.watch_on RETURNING n.park_id, n.id, n.enterprise_id, n.cadre_id, w.watch_on
  ), recorded AS (
    INSERT INTO lapse (id, park_id, assignment_id, enterprise_id, cadre_id, substitute_id, due_on, detected_at, outcome, version, created_at, updated_at)
    SELECT uuidv7(), n.park_id, n.id, n.enterprise_id, n.cadre_id, v.substitute_id, n.watch_on, $1, 'open', 1, $1, $1
    FROM taken n ${joinSubstitute('n.park_id', 'n.watch_on')}
    ON CONFLICT (park_id, assignment_id, due_on, (CASE outcome WHEN 'superseded' THEN id END)) DO NOTHING
    RETURNING id, park_id, assignment_id, due_on
  ), entered AS (
    INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
    SELECT uuidv7(), park_id, 'lapse.recorded', $1, due_on, 'system', 'system', 'lapse', id, jsonb_build_object('assignmentId', assignment_id, 'dueOn', due_on), $2
    FROM recorded
  )
  SELECT count(*)::integer AS recorded FROM recorded
`;
