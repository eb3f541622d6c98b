import type { Actor } from '../../src/kernel/actor';

/**
 * What somebody may see, said once more and in another way than the queries of the application say it: section 9 of the domain, in plain SQL over the whole
 * park. Parameters: `:park`, `:me` (null for a client), `:department`, `:today`, `:visitor` (an officer or leader).
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

interface Seen {
  /** Ids of all that is in the list of a park. */
  readonly all: string;
  /** What of it somebody sees who does not see the park. */
  readonly seen?: string;
  /** The member of an item by which it is told from others, if not `id`. */
  readonly by?: (item: Record<string, unknown>) => unknown;
}

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
};
