import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database } from '../platform/db/database';
import type { Holding } from './domain/conflict';
import { WALL } from './wall.store';

/** What somebody holds who must not deal with the enterprise any more, and since when that is known. */
export interface RecusedHolding {
  readonly holding: Holding;
  readonly assignmentId: string | null;
  readonly ticketId: string | null;
  readonly ticketNumber: string | null;
  readonly linkageId: string | null;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly cadreId: string;
  readonly cadreName: string;
  readonly knownAt: Date;
}

/** Reads across the features what is held in spite of a conflict that came afterwards. */
@Injectable()
export class RecusedStore {
  constructor(private readonly database: Database) {}

  /**
   * By when it became known. What was declared alone: if recusals stood here, a refusal of somebody who does not would give a report away.
   */
  async list(actor: Actor, parkId: string, today: Day): Promise<RecusedHolding[]> {
    const [, rows] = await this.database.readAll<[object, RecusedHolding]>(actor, [WALL, { name: 'integrity-recused', text: RECUSED, values: [parkId, today] }]);
    return rows;
  }
}

const RECUSED = `
  WITH conflict AS (
    SELECT d.cadre_id, d.enterprise_id, d.declared_at AS known_at FROM integrity_declaration d WHERE d.park_id = $1 AND d.ended_at IS NULL
  ), held AS (
    SELECT 'assignment' AS holding, a.id AS assignment_id, NULL::uuid AS ticket_id, NULL::uuid AS linkage_id, a.enterprise_id, a.cadre_id
    FROM assignment a WHERE a.park_id = $1 AND a.cadre_id IN (SELECT cadre_id FROM conflict) AND (a.ends_on IS NULL OR a.ends_on > $2::date)
    UNION ALL
    SELECT 'handler', NULL, t.id, NULL, t.enterprise_id, t.handler_id FROM ticket t WHERE t.park_id = $1 AND t.handler_id IN (SELECT cadre_id FROM conflict) AND t.ended_at IS NULL
    UNION ALL
    SELECT 'collaborator', NULL, t.id, NULL, t.enterprise_id, c.cadre_id
    FROM ticket_collaborator c JOIN ticket t ON t.park_id = c.park_id AND t.id = c.ticket_id WHERE c.park_id = $1 AND c.cadre_id IN (SELECT cadre_id FROM conflict) AND t.ended_at IS NULL
    UNION ALL
    SELECT 'lead', NULL, t.id, NULL, t.enterprise_id, t.lead_id FROM ticket t WHERE t.park_id = $1 AND t.lead_id IN (SELECT cadre_id FROM conflict) AND t.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM linkage l WHERE l.park_id = t.park_id AND l.ticket_id = t.id AND l.lead_id = t.lead_id AND l.closed_at IS NULL)
    UNION ALL
    SELECT 'linkage_lead', NULL, t.id, l.id, t.enterprise_id, l.lead_id
    FROM linkage l JOIN ticket t ON t.park_id = l.park_id AND t.id = l.ticket_id WHERE l.park_id = $1 AND l.lead_id IN (SELECT cadre_id FROM conflict) AND l.closed_at IS NULL AND t.ended_at IS NULL
    UNION ALL
    SELECT 'linkage_member', NULL, t.id, l.id, t.enterprise_id, m.cadre_id
    FROM linkage_member m JOIN linkage l ON l.park_id = m.park_id AND l.id = m.linkage_id JOIN ticket t ON t.park_id = l.park_id AND t.id = l.ticket_id
    WHERE m.park_id = $1 AND m.cadre_id IN (SELECT cadre_id FROM conflict) AND m.left_at IS NULL AND l.closed_at IS NULL AND t.ended_at IS NULL
  )
  SELECT h.holding, h.assignment_id AS "assignmentId", h.ticket_id AS "ticketId", t.number AS "ticketNumber", h.linkage_id AS "linkageId", h.enterprise_id AS "enterpriseId", e.name AS "enterpriseName",
    h.cadre_id AS "cadreId", k.name AS "cadreName", min(c.known_at) AS "knownAt"
  FROM held h JOIN conflict c ON c.cadre_id = h.cadre_id AND c.enterprise_id = h.enterprise_id
  JOIN enterprise e ON e.park_id = $1 AND e.id = h.enterprise_id JOIN cadre k ON k.park_id = $1 AND k.id = h.cadre_id LEFT JOIN ticket t ON t.park_id = $1 AND t.id = h.ticket_id
  GROUP BY h.holding, h.assignment_id, h.ticket_id, t.number, h.linkage_id, h.enterprise_id, e.name, h.cadre_id, k.name
  ORDER BY min(c.known_at), h.holding, h.assignment_id, h.linkage_id, h.ticket_id, h.cadre_id
`;
