import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first answers to calls with an `Idempotency-Key`, for as long as the contract keeps them. */
export class KeptAnswers1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kept_answer (
        scope bytea CONSTRAINT kept_answer_pkey PRIMARY KEY,
        park_id uuid,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        headers jsonb NOT NULL,
        body text NOT NULL,
        kept_at timestamptz NOT NULL,
        CONSTRAINT kept_answer_of_park FOREIGN KEY (park_id) REFERENCES park (id),
        CONSTRAINT kept_answer_is_of_a_park_or_a_refusal CHECK ((park_id IS NULL) = (status >= 400))
      );
      CREATE INDEX kept_answer_by_park ON kept_answer (park_id);
      CREATE INDEX kept_answer_by_age ON kept_answer (kept_at);
      ALTER TABLE kept_answer ENABLE ROW LEVEL SECURITY;
      CREATE POLICY kept_answer_within_scope ON kept_answer TO ledger_app USING (
        park_id IS NULL
        OR (SELECT current_setting('ledger.system', true) = 'on')
        OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
      );
      GRANT SELECT, INSERT, DELETE, UPDATE (body) ON kept_answer TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kept_answer');
  }
}
