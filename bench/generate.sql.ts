import { CADRES_PER_PARK, ISSUER, PARK, sqlId, ZONE } from './sizes';

/**
 * The statements of the generator, each over a whole set. `bench.moment` holds the day they are made for; `bench.plan` one row per
 * enterprise with the last visits by its officer and its leader, from which all else follows by the rule.
 */

const LONGER_GAP_AFTER = 7;
const LONGER_GAP_DAYS = 6;
const DAYS_BETWEEN_VISITS = 9;

/** The first day of a month, counted from the present one. */
const monthStart = (offset: string): string => `(date_trunc('month', m.today::timestamp) + (${offset}) * interval '1 month')::date`;
const settled = (day: string): string => `(SELECT s.due FROM bench.settled s WHERE s.day = ${day})`;
const at = (day: string, time: string): string => `((${day}) + ${time}) AT TIME ZONE '${ZONE}'`;
const longer = `CASE WHEN longer THEN ${LONGER_GAP_DAYS} ELSE 0 END`;
const park = sqlId('park', 'p');

export const PARKS = `
  INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at)
  SELECT ${park}, 'B' || p, '第' || p || '园区', '430181', '${ZONE}', ${monthStart('-7')}, 1, m.made_at, m.made_at
  FROM generate_series(0, $1::integer - 1) p, bench.moment m
`;

export const SETTINGS = `
  WITH policies AS (
    INSERT INTO park_policy (id, park_id, effective_from, visits, tickets, escalation, assessment, privacy, created_at)
    SELECT ${sqlId('policy', 'p')}, ${park}, '1900-01-01', $2::jsonb, $3::jsonb, $4::jsonb, $5::jsonb, $7::jsonb, now() FROM generate_series(0, $1::integer - 1) p
  )
  INSERT INTO working_hours (id, park_id, effective_from, windows, created_at)
  SELECT ${sqlId('hours', 'p')}, ${park}, '1900-01-01', $6::jsonb, now() FROM generate_series(0, $1::integer - 1) p
`;

export const PEOPLE = `
  WITH departments AS (
    INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at)
    SELECT ${sqlId('department', `p * ${PARK.departments} + d`)}, ${park}, (ARRAY['产业服务部', '安全环保部', '综合办公室'])[d + 1], 'department', d = 0, 1, now(), now()
    FROM generate_series(0, $1::integer - 1) p, generate_series(0, ${PARK.departments - 1}) d
  )
  INSERT INTO cadre (id, park_id, department_id, name, sort_key, roles, issuer, subject, active, version, created_at, updated_at)
  SELECT ${sqlId('cadre', `p * ${CADRES_PER_PARK} + c`)}, ${park}, ${sqlId('department', `p * ${PARK.departments} + c % ${PARK.departments}`)}, '干部' || c, 'gan bu ' || lpad(c::text, 2, '0'),
         ARRAY[CASE WHEN c < ${PARK.officers} THEN 'officer' WHEN c < ${PARK.officers + PARK.leaders} THEN 'leader' WHEN c = ${PARK.officers + PARK.leaders} THEN 'supervisor' ELSE 'admin' END],
         '${ISSUER}', 'bench-' || p || '-' || c, true, 1, now(), now()
  FROM generate_series(0, $1::integer - 1) p, generate_series(0, ${CADRES_PER_PARK - 1}) c
`;

/** An officer whose due date is to be a certain working day was there ten days before it. `back`: in how many months the leader was there last. */
export const PLAN = `
  CREATE UNLOGGED TABLE bench.plan AS
  WITH past AS (SELECT row_number() OVER (ORDER BY s.day DESC)::integer - 1 AS back, s.day FROM bench.settled s, bench.moment m WHERE s.day < m.today AND s.due = s.day)
  SELECT p, i, p * ${PARK.enterprises} + i AS e,
         CASE WHEN i < ${PARK.overdue} THEN past.day - 10
              WHEN i < ${PARK.overdue + PARK.passing} THEN m.passing_on - 10
              ELSE m.passing_on - 9 + (i + p) % greatest(1, m.today - m.passing_on + 9) END AS officer_on,
         i % 10 = 3 AS longer, CASE WHEN i % 20 = 7 THEN 2 ELSE 1 END AS back, 11 + (i + p) % 14 AS leader_day,
         ${park} AS park_id, ${sqlId('enterprise', `p * ${PARK.enterprises} + i`)} AS enterprise_id, ${sqlId('cadre', `p * ${CADRES_PER_PARK} + i % ${PARK.officers}`)} AS officer_id,
         ${sqlId('cadre', `p * ${CADRES_PER_PARK} + ${PARK.officers} + i % ${PARK.leaders}`)} AS leader_id, ${sqlId('officer duty', `p * ${PARK.enterprises} + i`)} AS officer_duty,
         ${sqlId('leader duty', `p * ${PARK.enterprises} + i`)} AS leader_duty
  FROM generate_series(0, $1::integer - 1) p CROSS JOIN generate_series(0, ${PARK.enterprises - 1}) i JOIN past ON past.back = (i + p) % 12 CROSS JOIN bench.moment m
`;

export const ENTERPRISES = `
  WITH statuses AS (
    INSERT INTO enterprise_status (id, park_id, enterprise_id, status, on_date, recorded_at, recorded_by)
    SELECT ${sqlId('status', 'e')}, park_id, enterprise_id, 'in_production', ${monthStart('-7')}, m.made_at, 'system' FROM bench.plan, bench.moment m
  ), contacts AS (
    INSERT INTO enterprise_contact (id, park_id, enterprise_id, position, name, phone, changed_at)
    SELECT uuidv7(), park_id, enterprise_id, 0, '联系人', '13800000000', m.made_at FROM bench.plan, bench.moment m
  )
  INSERT INTO enterprise (id, park_id, name, search_text, search_pieces, sort_key, uscc, uscc_warning, industry_code, status, status_on, tags, last_visit_on, version, created_at, updated_at)
  SELECT enterprise_id, park_id, n.name, n.search_text, n.search_pieces, n.sort_key, '91430181MA' || lpad(e::text, 8, '0'), true, 'C1469', 'in_production', ${monthStart('-7')},
         '{}', greatest(officer_on, ${monthStart('-back')} + leader_day), 1, m.made_at, m.made_at
  FROM bench.plan JOIN bench.name n ON n.position = i CROSS JOIN bench.moment m ORDER BY e
`;

/** Every officer was away for a week once, one of a park is now; every second enterprise has a visit planned. No duty depends on either. */
export const AROUND = `
  WITH leaves AS (
    INSERT INTO cadre_leave (id, park_id, cadre_id, from_on, to_on, version, created_at, updated_at)
    SELECT ${sqlId('leave', `p * ${PARK.officers} + c`)}, ${park}, ${sqlId('cadre', `p * ${CADRES_PER_PARK} + c`)}, m.today - away, m.today - away + 6, 1, m.made_at, m.made_at
    FROM generate_series(0, $1::integer - 1) p, generate_series(0, ${PARK.officers - 1}) c, bench.moment m, LATERAL (SELECT 3 + c * 7 AS away) a
  ), plans AS (
    INSERT INTO planned_visit (id, park_id, enterprise_id, planner_id, planned_on, status, version, created_at, updated_at)
    SELECT ${sqlId('plan', 'e')}, park_id, enterprise_id, officer_id, m.today + i % 14, 'planned', 1, m.made_at, m.made_at FROM bench.plan, bench.moment m WHERE i % 2 = 0
  )
  INSERT INTO planned_visit_member (park_id, planned_visit_id, cadre_id, joined_at)
  SELECT park_id, ${sqlId('plan', 'e')}, leader_id, m.made_at FROM bench.plan, bench.moment m WHERE i % 4 = 0
`;

/** An officer's duty is due ten days after the last visit, a leader's at the end of the first month without one. */
export const DUTIES = `
  INSERT INTO assignment (id, park_id, enterprise_id, cadre_id, capacity, starts_on, standing, next_due_on, turn_on, last_visit_on, version, created_at, updated_at)
  SELECT officer_duty, park_id, enterprise_id, officer_id, 'officer', officer_on - ${(PARK.officerVisits - 1) * DAYS_BETWEEN_VISITS + 5} - ${longer}, 'owed', due, NULL::date,
         officer_on, 1, m.made_at, m.made_at
  FROM bench.plan CROSS JOIN bench.moment m CROSS JOIN LATERAL (SELECT ${settled('officer_on + 10')} AS due) d
  UNION ALL
  SELECT leader_duty, park_id, enterprise_id, leader_id, 'leader', ${monthStart(`-back - ${PARK.leaderVisits - 1}`)}, 'owed', CASE WHEN back = 2 THEN last_due ELSE next_due END, watch_on + 1,
         ${monthStart('-back')} + leader_day, 1, m.made_at, m.made_at
  FROM bench.plan CROSS JOIN bench.moment m CROSS JOIN LATERAL (SELECT ${settled(`${monthStart('0')} - 1`)} AS last_due, ${settled(`${monthStart('1')} - 1`)} AS next_due) d
    CROSS JOIN LATERAL (SELECT CASE WHEN back = 2 AND last_due >= m.today THEN last_due ELSE next_due END AS watch_on) w
`;

/** What the sweep waits for: a leader's period turns on the day after its due date, an officer's duty never by time alone. */
export const WATCHES = `
  INSERT INTO duty_watch (park_id, assignment_id, watch_on)
  SELECT park_id, id, watch_on FROM assignment CROSS JOIN bench.moment m CROSS JOIN LATERAL (SELECT coalesce(turn_on - 1, next_due_on) AS watch_on) w WHERE watch_on >= m.today
`;

/** Open ones, and those that a longer gap between two visits has made. */
export const LAPSES = `
  INSERT INTO lapse (id, park_id, assignment_id, enterprise_id, cadre_id, due_on, detected_at, outcome, cleared_on, days_late, version, created_at, updated_at)
  SELECT uuidv7(detected_at - m.made_at), park_id, assignment_id, enterprise_id, cadre_id, due_on, detected_at, CASE WHEN cleared_on IS NULL THEN 'open' ELSE 'visited_late' END, cleared_on,
         cleared_on - due_on, 1, detected_at, detected_at
  FROM (
    SELECT park_id, id AS assignment_id, enterprise_id, cadre_id, next_due_on AS due_on, NULL::date AS cleared_on FROM assignment, bench.moment m WHERE next_due_on < m.today
    UNION ALL
    SELECT park_id, officer_duty, enterprise_id, officer_id, due, next_on
    FROM bench.plan, LATERAL (SELECT officer_on - ${(LONGER_GAP_AFTER - 1) * DAYS_BETWEEN_VISITS} AS next_on, ${settled(`officer_on - ${LONGER_GAP_AFTER * DAYS_BETWEEN_VISITS + LONGER_GAP_DAYS} + 10`)} AS due) d
    WHERE longer AND due < next_on
  ) lapsed, bench.moment m, LATERAL (SELECT ${at('due_on + 1', "time '00:10'")} AS detected_at) d
  ORDER BY detected_at
`;

/** Visits of the parks from $1 up to $2, in the order of their dates, each with its author as the one participant. */
export const VISITS = `
  WITH made AS (
    INSERT INTO visit (id, park_id, enterprise_id, author_id, occurred_at, device_offset_ms, corrected_at, on_date, received_at, mode, contacts_met, topics, summary, review, version,
                       created_at, updated_at)
    SELECT uuidv7(received_at - m.made_at), park_id, enterprise_id, author_id, received_at - interval '1 hour', 0, received_at - interval '1 hour', on_date, received_at, 'on_site', '{联系人}', '{生产经营}',
           '了解用工、用电和订单情况，企业反映物流成本较高。', 'none', 1, received_at, received_at
    FROM (
      SELECT park_id, enterprise_id, officer_id AS author_id, on_date, ${at('on_date', "time '11:00' + (e % 300) * interval '1 minute'")} AS received_at
      FROM bench.plan, generate_series(0, ${PARK.officerVisits - 1}) k,
           LATERAL (SELECT officer_on - ${DAYS_BETWEEN_VISITS} * k - CASE WHEN k >= ${LONGER_GAP_AFTER} THEN ${longer} ELSE 0 END AS on_date) d
      WHERE p >= $1 AND p < $2
      UNION ALL
      SELECT park_id, enterprise_id, leader_id, on_date, ${at('on_date', "time '16:00' + (e % 120) * interval '1 minute'")}
      FROM bench.plan CROSS JOIN bench.moment m CROSS JOIN generate_series(0, ${PARK.leaderVisits - 1}) k CROSS JOIN LATERAL (SELECT ${monthStart('-back - k')} + leader_day AS on_date) d
      WHERE p >= $1 AND p < $2
    ) v, bench.moment m
    ORDER BY received_at
    RETURNING park_id, id, author_id, on_date, received_at
  )
  INSERT INTO visit_participant (park_id, visit_id, cadre_id, on_date, confirmed_at) SELECT park_id, id, author_id, on_date, received_at FROM made
`;
