import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nobody tells by the answer to an attempt whether there is such an account, and inspectors read what concerns the operator.
 *
 * - Counts of failures are logged: a commit that only touches an unlogged table does not wait for the disk, and so told that no account was touched.
 * - What has failed is noted in a table of its own, by every attempt alike; a job puts it on the record. No reference: looking it up would cost, where there is something to look up.
 * - Lines of the access log without a park are read by whoever has a park in scope, and written by the system alone.
 */
export class SignInRecord1764000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sign_in_failure SET LOGGED');
    await runner.query(NOTES);
    await runner.query(`
      DROP POLICY access_log_within_scope ON access_log;
      CREATE POLICY access_log_within_scope ON access_log TO ledger_app
        USING (${WITHIN_SCOPE} OR (park_id IS NULL AND (SELECT nullif(current_setting('ledger.parks', true), '') IS NOT NULL)))
        WITH CHECK (${WITHIN_SCOPE});
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP POLICY access_log_within_scope ON access_log;
      CREATE POLICY access_log_within_scope ON access_log TO ledger_app USING (${WITHIN_SCOPE});
      DROP TABLE sign_in_note;
      ALTER TABLE sign_in_failure SET UNLOGGED;
    `);
  }
}

const NOTES = `
  CREATE TABLE sign_in_note (
    id uuid CONSTRAINT sign_in_note_pkey PRIMARY KEY,
    account_id uuid,
    failures integer NOT NULL,
    at timestamptz NOT NULL,
    request_id text NOT NULL
  );
  ALTER TABLE sign_in_note ENABLE ROW LEVEL SECURITY;
  CREATE POLICY sign_in_note_for_the_system ON sign_in_note TO ledger_app USING ((SELECT current_setting('ledger.system', true) = 'on'));
  GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_note TO ledger_app;
`;

// The settings are read in sub-selects: PostgreSQL then evaluates them once a query and not once a row.
const WITHIN_SCOPE = `(
  (SELECT current_setting('ledger.system', true) = 'on')
  OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
)`;
