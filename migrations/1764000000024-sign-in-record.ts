import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nobody tells by the answer to an attempt whether there is such an account.
 *
 * - Counts of failures are logged: a commit that only touches an unlogged table does not wait for the disk, and so told that no account was touched.
 * - What has failed is noted in a table of its own, by every attempt alike; a job puts it on the record. No reference: looking it up would cost, where there is something to look up.
 */
export class SignInRecord1764000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sign_in_failure SET LOGGED');
    await runner.query(NOTES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
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
