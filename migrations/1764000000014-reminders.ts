import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reminders (催办) and orders (督办), about a ticket or a visit that is overdue, each with the one reply that is owed; and an index to the calls that
 * are due, which are running clocks of tickets, open or ended.
 */
export class Reminders1764000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reminder (
        id uuid CONSTRAINT reminder_pkey PRIMARY KEY,
        park_id uuid NOT NULL,
        kind text NOT NULL,
        ticket_id uuid,
        event_no integer,
        assignment_id uuid,
        lapse_due_on date,
        cadre_id uuid,
        text text,
        due_on date,
        issued_by uuid,
        issued_at timestamptz NOT NULL,
        reply text,
        replied_at timestamptz,
        replied_by uuid,
        CONSTRAINT reminder_row_in_park UNIQUE (park_id, id),
        CONSTRAINT reminder_once_per_event UNIQUE (park_id, ticket_id, event_no),
        CONSTRAINT reminder_of_event FOREIGN KEY (park_id, ticket_id, event_no) REFERENCES ticket_event (park_id, ticket_id, no),
        CONSTRAINT reminder_of_assignment FOREIGN KEY (park_id, assignment_id) REFERENCES assignment (park_id, id),
        CONSTRAINT reminder_to_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
        CONSTRAINT reminder_issued_in_park FOREIGN KEY (park_id, issued_by) REFERENCES cadre (park_id, id),
        CONSTRAINT reminder_answered_in_park FOREIGN KEY (park_id, replied_by) REFERENCES cadre (park_id, id),
        CONSTRAINT reminder_kind_known CHECK (kind IN ('reminder', 'order')),
        CONSTRAINT reminder_order_has_a_day CHECK ((kind = 'order') = (due_on IS NOT NULL)),
        CONSTRAINT reminder_about_one_thing CHECK (CASE WHEN ticket_id IS NULL THEN num_nulls(event_no, assignment_id, lapse_due_on, cadre_id) = 1 AND event_no IS NULL ELSE event_no IS NOT NULL AND num_nonnulls(assignment_id, lapse_due_on) = 0 END),
        CONSTRAINT reminder_of_somebody_says_something CHECK (issued_by IS NULL OR text IS NOT NULL),
        CONSTRAINT reminder_answered_whole CHECK (num_nulls(reply, replied_at, replied_by) IN (0, 3))
      );
      CREATE INDEX reminder_by_cadre ON reminder (park_id, cadre_id, id);
      CREATE INDEX reminder_unanswered ON reminder (park_id, id) WHERE replied_at IS NULL;
      CREATE INDEX reminder_by_assignment ON reminder (park_id, assignment_id) WHERE assignment_id IS NOT NULL;
      CREATE INDEX reminder_by_issuer ON reminder (park_id, issued_by) WHERE issued_by IS NOT NULL;
      CREATE INDEX reminder_by_answerer ON reminder (park_id, replied_by) WHERE replied_by IS NOT NULL;
      CREATE INDEX ticket_clock_call_by_due ON ticket_clock (park_id, due_at, ticket_id, no) WHERE kind = 'call' AND stopped_at IS NULL;

      ALTER TABLE reminder ENABLE ROW LEVEL SECURITY;
      CREATE POLICY reminder_within_scope ON reminder TO ledger_app USING (
        (SELECT current_setting('ledger.system', true) = 'on')
        OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
      );
      GRANT SELECT, INSERT, UPDATE (reply, replied_at, replied_by) ON reminder TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reminder; DROP INDEX ticket_clock_call_by_due');
  }
}
