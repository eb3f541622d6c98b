import { Injectable } from '@nestjs/common';
import { type Actor, parkOf } from '../kernel/actor';
import { addDays, type Day, daysBetween, maxDay } from '../kernel/day';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { type Page, readPage, toPage } from '../platform/http/page';
import type { BurdenQuery, BurdenResponse, CoverageQuery, CoverageResponse } from './coverage.dto';

interface CoverageRow {
  readonly id: string;
  readonly name: string;
  readonly uscc: string;
  readonly sortKey: string;
  readonly lastVisitOn: Day | null;
  readonly lastVisitById: string | null;
  readonly lastVisitByName: string | null;
  readonly officerId: string | null;
  readonly officerName: string | null;
  readonly leaderId: string | null;
  readonly leaderName: string | null;
  readonly uncovered: 'vacant' | 'leave' | null;
  readonly uncoveredSince: Day | null;
}

interface BurdenRow {
  readonly id: string;
  readonly name: string;
  readonly uscc: string;
  readonly visits: number;
}

// "30 days" of the rule on burden: today and the 29 days before it.
const BURDEN_DAYS = 30;

/** The enterprise's side of the same facts: who visited it last, and whether somebody owes it visits at all. */
@Injectable()
export class Coverage {
  constructor(private readonly database: Database, private readonly parks: ParksService, private readonly clock: Clock) {}

  async list(actor: Actor, query: CoverageQuery): Promise<Page<CoverageResponse>> {
    const parkId = parkOf(actor, query.parkId);
    const { goLiveOn, timeZone } = await this.parks.get(actor, parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const variant = query.uncovered === undefined ? '' : query.uncovered ? '-uncovered' : '-covered';
    const rows = await readPage<CoverageRow>(this.database, actor, query, 'coverage', ['string', 'string'], ({ after, limit }) => ({
      name: `coverage${variant}${after === undefined ? '' : '-after'}`,
      text: coverageSql(query.uncovered, after !== undefined),
      values: [parkId, limit, today, timeZone, ...(after ?? [])],
    }));
    return toPage(rows, query, 'coverage', (row) => [row.sortKey, row.id], (row) => toCoverageResponse(row, today, goLiveOn));
  }

  async listBurden(actor: Actor, query: BurdenQuery): Promise<Page<BurdenResponse>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    const { burdenLimit } = (await this.parks.policyInForce(actor, parkId, today)).visits;
    const rows = await readPage<BurdenRow>(this.database, actor, query, 'burden', ['number', 'string'], ({ after, limit }) => ({
      name: after === undefined ? 'burden' : 'burden-after',
      text: `
        SELECT e.id, e.name, e.uscc, b.visits FROM (
          SELECT v.enterprise_id, count(*)::integer AS visits FROM visit v
          WHERE v.park_id = $1 AND v.on_date BETWEEN $3 AND $4 AND v.mode = 'on_site' AND v.voided_at IS NULL AND v.review IN ('none', 'accepted')
          GROUP BY v.enterprise_id HAVING count(*) > $5
        ) b JOIN enterprise e ON e.park_id = $1 AND e.id = b.enterprise_id
        ${after === undefined ? '' : 'WHERE b.visits < $6 OR (b.visits = $6 AND e.id > $7::uuid)'}
        ORDER BY b.visits DESC, e.id LIMIT $2`,
      values: [parkId, limit, addDays(today, 1 - BURDEN_DAYS), today, burdenLimit, ...(after ?? [])],
    }));
    return toPage(rows, query, 'burden', (row) => [row.visits, row.id], ({ id, name, uscc, visits }) => ({ enterprise: { id, name, uscc }, visitsLast30Days: visits, burdenLimit }));
  }
}

// The last visitor and the duties of each enterprise on the page come from one probe of an index each; so do, of officers on leave, their substitutes.
function coverageSql(uncovered: boolean | undefined, paged: boolean): string {
  return `
    SELECT e.id, e.name, e.uscc, e.sort_key AS "sortKey", e.last_visit_on AS "lastVisitOn", last.cadre_id AS "lastVisitById", last.name AS "lastVisitByName",
           officer.cadre_id AS "officerId", officer.name AS "officerName", leader.cadre_id AS "leaderId", leader.name AS "leaderName",
           CASE WHEN officer.cadre_id IS NULL THEN 'vacant' WHEN officer.on_leave THEN 'leave' END AS uncovered,
           CASE WHEN officer.cadre_id IS NULL THEN coalesce(former.ends_on, (e.created_at AT TIME ZONE $4)::date) WHEN officer.on_leave THEN ${LEFT_ALONE_ON} END AS "uncoveredSince"
    FROM enterprise e
    LEFT JOIN LATERAL (
      SELECT d.*, v.from_on AS leave_from, v.substitute_id, NOT s.active AS substitute_gone, sl.from_on AS substitute_leave_from,
             v.id IS NOT NULL AND (v.substitute_id IS NULL OR NOT s.active OR sl.id IS NOT NULL) AS on_leave
      FROM (${dutySql('officer')}) d
      LEFT JOIN cadre_leave v ON ${awayToday('v', 'd.cadre_id')}
      LEFT JOIN cadre s ON s.park_id = e.park_id AND s.id = v.substitute_id
      LEFT JOIN cadre_leave sl ON ${awayToday('sl', 'v.substitute_id')}
    ) officer ON true
    LEFT JOIN LATERAL (${dutySql('leader')}) leader ON true
    LEFT JOIN LATERAL (
      SELECT a.ends_on FROM assignment a WHERE a.park_id = e.park_id AND a.enterprise_id = e.id AND a.capacity = 'officer' AND a.ends_on <= $3
      ORDER BY a.starts_on DESC LIMIT 1
    ) former ON true
    LEFT JOIN LATERAL (
      SELECT v.author_id AS cadre_id, c.name FROM visit v JOIN cadre c ON c.park_id = v.park_id AND c.id = v.author_id
      WHERE v.park_id = e.park_id AND v.enterprise_id = e.id AND v.on_date = e.last_visit_on AND v.mode = 'on_site' AND v.voided_at IS NULL AND v.review IN ('none', 'accepted')
      ORDER BY v.on_date DESC, v.id DESC LIMIT 1
    ) last ON true
    WHERE e.park_id = $1
      AND NOT (CASE WHEN e.next_status_on <= $3 THEN e.next_status ELSE e.status END = ANY ('{exited,suspended}'))
      ${uncovered === undefined ? '' : `AND ${uncovered ? '' : 'NOT '}(officer.cadre_id IS NULL OR officer.on_leave)`}
      ${paged ? 'AND (e.sort_key, e.id) > ($5, $6::uuid)' : ''}
    ORDER BY e.sort_key, e.id LIMIT $2`;
}

function dutySql(capacity: 'officer' | 'leader'): string {
  return `
    SELECT a.cadre_id, c.name FROM assignment a JOIN cadre c ON c.park_id = a.park_id AND c.id = a.cadre_id
    WHERE a.park_id = e.park_id AND a.enterprise_id = e.id AND a.capacity = '${capacity}' AND a.starts_on <= $3 AND (a.ends_on IS NULL OR a.ends_on > $3) LIMIT 1`;
}

function awayToday(leave: string, cadreId: string): string {
  return `${leave}.park_id = e.park_id AND ${leave}.cadre_id = ${cadreId} AND ${leave}.cancelled_at IS NULL AND $3 BETWEEN ${leave}.from_on AND ${leave}.to_on`;
}

// The officer's leave has begun and the substitute, if there was one, has fallen away: by a leave of their own or by deactivation, whichever was first. On what
// day somebody was deactivated the journal alone knows, and it is asked for those alone. Where it does not say either, the officer's leave counts from its first day.
const LEFT_ALONE_ON = `
  greatest(officer.leave_from, least(officer.substitute_leave_from, CASE WHEN officer.substitute_gone THEN (
    SELECT max(j.effective_on) FROM journal_entry j WHERE j.park_id = e.park_id AND j.subject_id = officer.substitute_id AND j.type = 'cadre.deactivated') END))`;

function toCoverageResponse(row: CoverageRow, today: Day, goLiveOn: Day): CoverageResponse {
  const ref = (id: string | null, name: string | null) => (id === null || name === null ? null : { id, name });
  const since = row.uncoveredSince === null ? null : maxDay(row.uncoveredSince, goLiveOn);
  return {
    enterprise: { id: row.id, name: row.name, uscc: row.uscc },
    lastVisitOn: row.lastVisitOn,
    lastVisitBy: ref(row.lastVisitById, row.lastVisitByName),
    officer: ref(row.officerId, row.officerName),
    leader: ref(row.leaderId, row.leaderName),
    uncovered: row.uncovered,
    uncoveredDays: since === null ? 0 : Math.max(0, daysBetween(since, today)),
  };
}
