import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whoever led a level that was closed leads the ticket no more: nobody could take that over from them, so that they could never be deactivated. The linkage keeps who
 * led it. And a breach of resolve raises the levels anew that were closed before it: what was breached already is looked at again.
 */
export class ClosedLevels1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [LEADS_OF_LINKAGES, LEADS_OF_TICKETS, TURNS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(LEADS_GIVEN_BACK);
  }
}

// The last linkage of the level at which the ticket stands.
const LAST = 'SELECT x.id FROM linkage x WHERE x.park_id = t.park_id AND x.ticket_id = t.id AND x.cycle = t.cycle AND x.level = t.level ORDER BY x.id DESC LIMIT 1';

// An explanation that was not understood at level 3 took the lead from the linkage and left it to the ticket. Without it, the next statement would forget who led.
const LEADS_OF_LINKAGES = `
  UPDATE linkage l SET lead_id = t.lead_id, version = l.version + 1 FROM ticket t
  WHERE l.lead_id IS NULL AND t.lead_id IS NOT NULL AND t.park_id = l.park_id AND t.id = l.ticket_id AND l.id = (${LAST})
`;

const LEADS_OF_TICKETS = `
  UPDATE ticket t SET lead_id = NULL, version = t.version + 1
  WHERE t.lead_id IS NOT NULL
    AND (SELECT e.type FROM ticket_event e WHERE e.park_id = t.park_id AND e.ticket_id = t.id AND e.type IN ('name-lead', 'level-closed') ORDER BY e.no DESC LIMIT 1) = 'level-closed'
`;

// Looked at too early, a ticket is only found unchanged.
const TURNS = `
  UPDATE ticket t SET turn_at = c.breached_at FROM ticket_clock c
  WHERE c.park_id = t.park_id AND c.ticket_id = t.id AND c.kind = 'resolve' AND c.stopped_at IS NULL AND c.breached_at IS NOT NULL AND (t.turn_at IS NULL OR t.turn_at > c.breached_at)
    AND EXISTS (SELECT FROM ticket_event e WHERE e.park_id = t.park_id AND e.ticket_id = t.id AND e.cycle = t.cycle AND e.type = 'level-closed')
`;

const LEADS_GIVEN_BACK = `
  UPDATE ticket t SET lead_id = l.lead_id, version = t.version + 1 FROM linkage l
  WHERE t.lead_id IS NULL AND l.park_id = t.park_id AND l.ticket_id = t.id AND l.lead_id IS NOT NULL AND l.closing = 'reported' AND l.id = (${LAST})
`;
