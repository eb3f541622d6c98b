import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What has ended says how, runs nothing but a call, and was answered: how a ticket was closed is kept beside its outcome, and invariants 2, 4 and 5 stand
 * in the schema as far as they speak of ended tickets.
 */
export class EndedTickets1764000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [CLOSING, SAME_ENTERPRISE, SURVIVORS, clockRule(ENDED_RUNS_A_CALL), ANSWERED]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER ticket_closed_after_an_answer ON ticket;
      DROP FUNCTION require_answer();
      DROP FUNCTION survivors_answered_at(uuid, uuid);
      ${clockRule('')}
      ALTER TABLE ticket DROP CONSTRAINT ticket_merged_into_same_enterprise;
      ALTER TABLE ticket DROP CONSTRAINT ticket_of_enterprise_row_in_park;
      ALTER TABLE ticket ADD CONSTRAINT ticket_merged_in_park FOREIGN KEY (park_id, merged_into_id) REFERENCES ticket (park_id, id);
      ALTER TABLE ticket DROP COLUMN closing;
    `);
  }
}

// Of what was closed before, the last event of its cycle that could have done it says how.
const CLOSING = `
  ALTER TABLE ticket ADD COLUMN closing text;
  UPDATE ticket t SET closing = CASE
    WHEN (SELECT e.type FROM ticket_event e WHERE e.park_id = t.park_id AND e.ticket_id = t.id AND e.type IN ('confirm', 'ran-out') ORDER BY e.no DESC LIMIT 1) = 'confirm' THEN 'confirmed'
    WHEN EXISTS (SELECT FROM ticket_event d WHERE d.park_id = t.park_id AND d.ticket_id = t.id AND d.type = 'delivered'
      AND d.no > (SELECT max(r.no) FROM ticket_event r WHERE r.park_id = t.park_id AND r.ticket_id = t.id AND r.type = 'resolve')) THEN 'silent'
    ELSE 'called' END
  WHERE t.state = 'closed';
  ALTER TABLE ticket ADD CONSTRAINT ticket_closing_known CHECK (closing IN ('confirmed', 'silent', 'called'));
  ALTER TABLE ticket ADD CONSTRAINT ticket_closed_somehow CHECK ((state = 'closed') = (closing IS NOT NULL));
`;

const SAME_ENTERPRISE = `
  ALTER TABLE ticket ADD CONSTRAINT ticket_of_enterprise_row_in_park UNIQUE (park_id, enterprise_id, id);
  ALTER TABLE ticket ADD CONSTRAINT ticket_merged_into_same_enterprise FOREIGN KEY (park_id, enterprise_id, merged_into_id) REFERENCES ticket (park_id, enterprise_id, id);
  ALTER TABLE ticket DROP CONSTRAINT ticket_merged_in_park;
`;

// A survivor may have been merged itself. A function, since a statement that names it is planned without what it does.
const SURVIVORS = `
  CREATE FUNCTION survivors_answered_at(park uuid, survivor uuid) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE chain AS (
      SELECT t.merged_into_id, t.last_answer_at FROM ticket t WHERE t.park_id = park AND t.id = survivor
      UNION ALL SELECT t.merged_into_id, t.last_answer_at FROM chain c JOIN ticket t ON t.park_id = park AND t.id = c.merged_into_id
    ) SELECT max(last_answer_at) FROM chain
  $$;
`;

const ENDED_RUNS_A_CALL = `
    IF ended AND others > 0 THEN
      RAISE EXCEPTION 'ticket % has ended, and something runs that is no call', ticket USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_ended_runs_nothing_but_a_call', TABLE = 'ticket';
    END IF;`;

function clockRule(ofEnded: string): string {
  return `
  CREATE OR REPLACE FUNCTION require_earliest_clock() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
  DECLARE
    kept timestamptz;
    ended boolean;
    earliest timestamptz;
    running integer;
    others integer;
    ticket uuid := CASE TG_TABLE_NAME WHEN 'ticket' THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(NEW) ->> 'ticket_id')::uuid END;
  BEGIN
    SELECT t.next_due_at, t.ended_at IS NOT NULL INTO kept, ended FROM ticket t WHERE t.park_id = NEW.park_id AND t.id = ticket;
    SELECT min(c.due_at), count(*), count(*) FILTER (WHERE c.kind <> 'call') INTO earliest, running, others
      FROM ticket_clock c WHERE c.park_id = NEW.park_id AND c.ticket_id = ticket AND c.stopped_at IS NULL;
    IF kept IS DISTINCT FROM earliest OR (running = 0 AND NOT ended) THEN
      RAISE EXCEPTION 'ticket % is not due at the earliest of its running clocks', ticket USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_due_at_its_earliest_clock', TABLE = 'ticket';
    END IF;${ofEnded}
    RETURN NULL;
  END $$;`;
}

// Invariant 4. Looked at when the transaction commits, since the ticket is written before its events.
const ANSWERED = `
  CREATE FUNCTION require_answer() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM ticket_event e WHERE e.park_id = NEW.park_id AND e.ticket_id = NEW.id AND e.type IN ('answer', 'explain')) THEN
      RAISE EXCEPTION 'ticket % is closed without an answer', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_closed_after_an_answer', TABLE = 'ticket';
    END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER ticket_closed_after_an_answer AFTER INSERT OR UPDATE OF state ON ticket
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION require_answer();
`;
