import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What makes the sweep heavy goes.
 *
 * - The dates that it waits for leave the wide row of the duty: when a day has passed, rows are taken out of a narrow table, and none of
 *   `assignment` is written again with all its indexes.
 * - A lapse names its duty together with the enterprise and the cadre of that duty: one reference says what three did, and that they belong
 *   together. One index keeps a lapse from being recorded twice and finds those of a duty.
 * - The exclusion constraints compare ids as text. The planner takes a GiST index for cheaper than the B-tree beside it, and found rows by
 *   (park, enterprise) and leaves by (park, cadre) in it, ten times slower, also below foreign keys. An id tells its park, so that went.
 */
export class DutyWatch1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE duty_watch (
        park_id uuid NOT NULL,
        assignment_id uuid NOT NULL,
        watch_on date NOT NULL,
        CONSTRAINT duty_watch_pkey PRIMARY KEY (park_id, assignment_id),
        CONSTRAINT duty_watch_of_assignment FOREIGN KEY (park_id, assignment_id) REFERENCES assignment (park_id, id)
      );
      INSERT INTO duty_watch (park_id, assignment_id, watch_on) SELECT park_id, id, watch_on FROM assignment WHERE watch_on IS NOT NULL;
      CREATE INDEX duty_watch_by_date ON duty_watch (park_id, watch_on);
      ALTER TABLE duty_watch ENABLE ROW LEVEL SECURITY;
      CREATE POLICY duty_watch_within_scope ON duty_watch TO ledger_app USING (
        (SELECT current_setting('ledger.system', true) = 'on')
        OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON duty_watch TO ledger_app;

      ALTER TABLE assignment DROP CONSTRAINT assignment_watches_only_while_owed, DROP COLUMN watch_on,
        ADD CONSTRAINT assignment_parties_row_in_park UNIQUE (park_id, id, enterprise_id, cadre_id);
      DROP INDEX assignment_by_turn;
      ALTER TABLE assignment DROP CONSTRAINT assignment_one_per_capacity,
        ADD CONSTRAINT assignment_one_per_capacity EXCLUDE USING gist ((enterprise_id::text) WITH =, capacity WITH =, daterange(starts_on, ends_on) WITH &&);
      ALTER TABLE cadre_leave DROP CONSTRAINT cadre_leave_one_at_a_time,
        ADD CONSTRAINT cadre_leave_one_at_a_time EXCLUDE USING gist ((cadre_id::text) WITH =, daterange(from_on, to_on, '[]') WITH &&) WHERE (cancelled_at IS NULL);

      ALTER TABLE lapse DROP CONSTRAINT lapse_of_assignment, DROP CONSTRAINT lapse_of_enterprise, DROP CONSTRAINT lapse_of_cadre,
        ADD CONSTRAINT lapse_of_assignment FOREIGN KEY (park_id, assignment_id, enterprise_id, cadre_id) REFERENCES assignment (park_id, id, enterprise_id, cadre_id);
      DROP INDEX lapse_once, lapse_by_assignment;
      CREATE UNIQUE INDEX lapse_once ON lapse (park_id, assignment_id, due_on, (CASE outcome WHEN 'superseded' THEN id END)) NULLS NOT DISTINCT;

      DROP INDEX journal_entry_by_time;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX journal_entry_by_time ON journal_entry (park_id, id);

      DROP INDEX lapse_once;
      CREATE UNIQUE INDEX lapse_once ON lapse (park_id, assignment_id, due_on) WHERE outcome <> 'superseded';
      CREATE INDEX lapse_by_assignment ON lapse (park_id, assignment_id, due_on);
      ALTER TABLE lapse DROP CONSTRAINT lapse_of_assignment,
        ADD CONSTRAINT lapse_of_assignment FOREIGN KEY (park_id, assignment_id) REFERENCES assignment (park_id, id),
        ADD CONSTRAINT lapse_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
        ADD CONSTRAINT lapse_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id);
      ALTER TABLE cadre_leave DROP CONSTRAINT cadre_leave_one_at_a_time,
        ADD CONSTRAINT cadre_leave_one_at_a_time EXCLUDE USING gist (park_id WITH =, cadre_id WITH =, daterange(from_on, to_on, '[]') WITH &&) WHERE (cancelled_at IS NULL);
      ALTER TABLE assignment DROP CONSTRAINT assignment_one_per_capacity,
        ADD CONSTRAINT assignment_one_per_capacity EXCLUDE USING gist (park_id WITH =, enterprise_id WITH =, capacity WITH =, daterange(starts_on, ends_on) WITH &&);
      ALTER TABLE assignment DROP CONSTRAINT assignment_parties_row_in_park, ADD COLUMN watch_on date;
      UPDATE assignment a SET watch_on = w.watch_on FROM duty_watch w WHERE w.park_id = a.park_id AND w.assignment_id = a.id;
      ALTER TABLE assignment ADD CONSTRAINT assignment_watches_only_while_owed CHECK (watch_on IS NULL OR standing = 'owed');
      CREATE INDEX assignment_by_watch ON assignment (watch_on) WHERE watch_on IS NOT NULL;
      CREATE INDEX assignment_by_turn ON assignment (turn_on, park_id) WHERE turn_on IS NOT NULL;
      DROP TABLE duty_watch;
    `);
  }
}
