import type { Actor } from '../../src/kernel/actor';

/**
 * What somebody may see, said once more and in another way than the queries of the application say it: section 9 of the domain, in plain SQL over the whole
 * park. Parameters: `:park`, `:me` (null for a client), `:department`, `:today`, `:visitor` (an officer or leader), `:inspects`, `:county`.
 */

export interface Reader extends Pick<Actor, 'kind' | 'roles' | 'scopes'> {
  readonly cadreId: string | null;
  readonly departmentId: string | null;
}

/** Whoever answers for the park sees all of it; so does a machine, within its scopes. */
export function seesPark({ kind, roles }: Reader): boolean {
  return kind === 'client' || roles.some((role) => role === 'supervisor' || role === 'admin' || role === 'county');
}

const ASSIGNED_TODAY = 'a.starts_on <= :today AND (a.ends_on IS NULL OR a.ends_on > :today)';

/** Of `t`. */
export const SEEN_TICKET = `(
  t.handler_id = :me OR t.lead_id = :me OR t.registered_by = :me OR t.department_id = :department
  OR t.id IN (SELECT c.ticket_id FROM ticket_collaborator c WHERE c.cadre_id = :me)
  OR t.id IN (SELECT l.ticket_id FROM linkage l WHERE l.lead_id = :me)
  OR t.id IN (SELECT l.ticket_id FROM linkage l JOIN linkage_member m ON m.linkage_id = l.id WHERE m.cadre_id = :me AND m.left_at IS NULL)
  OR t.id IN (SELECT l.ticket_id FROM linkage l JOIN linkage_department d ON d.linkage_id = l.id WHERE d.department_id = :department AND d.left_at IS NULL)
  OR (:visitor AND t.enterprise_id IN (SELECT a.enterprise_id FROM assignment a WHERE a.cadre_id = :me AND ${ASSIGNED_TODAY})))`;

/** Of `v`. */
export const SEEN_VISIT = `(v.author_id = :me OR v.id IN (SELECT p.visit_id FROM visit_participant p WHERE p.cadre_id = :me AND p.removed_at IS NULL)
  OR v.enterprise_id IN (SELECT a.enterprise_id FROM assignment a WHERE a.cadre_id = :me))`;

/** Of `r`, for who inspects: what is of their level, and does not speak of them by id or by name. */
const READ_REPORT = `r.level = CASE WHEN :county THEN 'county' ELSE 'park' END AND r.id NOT IN (SELECT n.report_id FROM integrity_named n WHERE n.cadre_id = :me)
  AND NOT EXISTS (SELECT FROM cadre c WHERE c.id = :me AND r.search_text LIKE '%' || lower(replace(c.name, '-', '')) || '%')`;

/** What somebody holds of an enterprise, as the list of what is to be given to others names it. Who leads by a linkage is not listed once more for its ticket. */
const HELD = `
  SELECT concat_ws(' ', 'assignment', a.id, a.cadre_id) AS id, a.park_id, a.cadre_id, a.enterprise_id FROM assignment a WHERE a.ends_on IS NULL OR a.ends_on > :today
  UNION ALL SELECT concat_ws(' ', 'handler', t.id, t.handler_id), t.park_id, t.handler_id, t.enterprise_id FROM ticket t WHERE t.ended_at IS NULL
  UNION ALL SELECT concat_ws(' ', 'lead', t.id, t.lead_id), t.park_id, t.lead_id, t.enterprise_id FROM ticket t
    WHERE t.ended_at IS NULL AND t.id NOT IN (SELECT l.ticket_id FROM linkage l WHERE l.lead_id = t.lead_id AND l.closed_at IS NULL)
  UNION ALL SELECT concat_ws(' ', 'collaborator', t.id, c.cadre_id), t.park_id, c.cadre_id, t.enterprise_id FROM ticket t JOIN ticket_collaborator c ON c.ticket_id = t.id WHERE t.ended_at IS NULL
  UNION ALL SELECT concat_ws(' ', 'linkage_lead', t.id, l.id, l.lead_id), t.park_id, l.lead_id, t.enterprise_id FROM ticket t JOIN linkage l ON l.ticket_id = t.id WHERE t.ended_at IS NULL AND l.closed_at IS NULL
  UNION ALL SELECT concat_ws(' ', 'linkage_member', t.id, l.id, m.cadre_id), t.park_id, m.cadre_id, t.enterprise_id
    FROM ticket t JOIN linkage l ON l.ticket_id = t.id JOIN linkage_member m ON m.linkage_id = l.id WHERE t.ended_at IS NULL AND l.closed_at IS NULL AND m.left_at IS NULL`;

interface Seen {
  /** Ids of all that is in the list of a park. */
  readonly all: string;
  /** What of it somebody sees who does not see the park. */
  readonly seen?: string;
  /** The member of an item by which it is told from others, if not `id`. */
  readonly by?: (item: Record<string, unknown>) => unknown;
}

const DECLARED = 'SELECT d.id FROM integrity_declaration d WHERE d.park_id = :park AND (:inspects OR d.cadre_id = :me)';
const RECUSED = `SELECT r.id FROM integrity_recusal r WHERE r.park_id = :park AND r.level = CASE WHEN :county THEN 'county' ELSE 'park' END AND r.cadre_id <> :me`;

const enterpriseOf = (item: Record<string, unknown>): unknown => (item['enterprise'] as { id: string }).id;

/** Every list without an id in its path. */
export const LISTS: Readonly<Record<string, Seen>> = {
  'departments': { all: 'SELECT id FROM department WHERE park_id = :park' },
  'enterprises': { all: 'SELECT id FROM enterprise WHERE park_id = :park' },
  'enterprises?q=联营': { all: `SELECT id FROM enterprise WHERE park_id = :park AND name LIKE '%联营%'` },
  'cadres': { all: 'SELECT id FROM cadre WHERE park_id = :park' },
  'assignments': { all: 'SELECT id FROM assignment WHERE park_id = :park' },
  'guide-items': { all: 'SELECT id FROM guide_item WHERE park_id = :park' },
  'planned-visits': { all: 'SELECT id FROM planned_visit WHERE park_id = :park' },
  'visits': { all: 'SELECT v.id FROM visit v WHERE v.park_id = :park', seen: SEEN_VISIT },
  'lapses': { all: 'SELECT l.id FROM lapse l WHERE l.park_id = :park', seen: 'l.cadre_id = :me' },
  'tickets': { all: 'SELECT t.id FROM ticket t WHERE t.park_id = :park', seen: SEEN_TICKET },
  'tickets?q=闪断': { all: `SELECT t.id FROM ticket t WHERE t.park_id = :park AND t.title LIKE '%闪断%'`, seen: SEEN_TICKET },
  'tickets?open=true&category=power': { all: `SELECT t.id FROM ticket t WHERE t.park_id = :park AND t.ended_at IS NULL AND t.category = 'power'`, seen: SEEN_TICKET },
  'matters': { all: 'SELECT id FROM matter WHERE park_id = :park' },
  'supervision/follow-ups': { all: 'SELECT f.id FROM follow_up f WHERE f.park_id = :park AND f.done_at IS NULL', seen: 'f.cadre_id = :me' },
  'supervision/reminders': { all: 'SELECT r.id FROM reminder r WHERE r.park_id = :park', seen: 'r.cadre_id = :me' },
  'supervision/calls': {
    all: `SELECT t.id FROM ticket t WHERE t.park_id = :park AND t.id IN (SELECT c.ticket_id FROM ticket_clock c WHERE c.kind = 'call' AND c.stopped_at IS NULL)
      AND (:me IS NULL OR (t.handler_id IS DISTINCT FROM :me AND NOT (t.state = 'withdrawn' AND t.id IN (SELECT w.ticket_id FROM ticket_event w WHERE w.type = 'withdraw' AND w.cadre_id = :me))))`,
    seen: SEEN_TICKET, by: ({ ticketId }) => ticketId,
  },
  'supervision/unresolved-tickets': { all: 'SELECT id FROM ticket WHERE park_id = :park AND ended_at IS NULL', by: ({ ticketId }) => ticketId },
  'supervision/overdue-visits?dueWithinDays=366': { all: 'SELECT id FROM assignment WHERE park_id = :park AND next_due_on IS NOT NULL', by: ({ assignmentId }) => assignmentId },
  'supervision/coverage': { all: `SELECT id FROM enterprise WHERE park_id = :park AND status NOT IN ('suspended', 'exited')`, by: enterpriseOf },
  'supervision/burden': { all: 'SELECT id FROM enterprise WHERE false', by: enterpriseOf },
  'access-log': { all: 'SELECT id FROM access_log WHERE park_id = :park OR park_id IS NULL' },
  'integrity/reports': { all: `SELECT r.id FROM integrity_report r WHERE r.park_id = :park AND ${READ_REPORT}` },
  'integrity/reports?status=decided': { all: `SELECT r.id FROM integrity_report r WHERE r.park_id = :park AND r.decided_at IS NOT NULL AND ${READ_REPORT}` },
  'integrity/declarations': { all: DECLARED },
  'integrity/declarations?ended=false': { all: `${DECLARED} AND d.ended_at IS NULL` },
  'integrity/recusals': { all: RECUSED },
  'integrity/recusals?ended=true': { all: `${RECUSED} AND r.ended_at IS NOT NULL` },
  // What was declared alone: a refusal without a line here must not tell a report from a recusal.
  'integrity/recused': {
    all: `SELECT h.id FROM (${HELD}) AS h WHERE h.park_id = :park AND (h.cadre_id, h.enterprise_id) IN (SELECT d.cadre_id, d.enterprise_id FROM integrity_declaration d WHERE d.ended_at IS NULL)`,
    by: ({ holding, assignmentId, ticketId, linkageId, cadre }) => ([holding, assignmentId, ticketId, linkageId, (cadre as { id: string }).id] as (string | null)[]).filter((part) => part !== null).join(' '),
  },
  'clients': { all: 'SELECT client_id AS id FROM machine_client_park WHERE granted_park_id = :park' },
  'clients?active=true': { all: 'SELECT g.client_id AS id FROM machine_client_park g JOIN machine_client c ON c.id = g.client_id WHERE g.granted_park_id = :park AND g.revoked_at IS NULL AND c.revoked_at IS NULL' },
  'accounts': { all: 'SELECT id FROM account WHERE park_id = :park' },
  'accounts?locked=false': { all: 'SELECT id FROM account WHERE park_id = :park AND locked_at IS NULL' },
};
