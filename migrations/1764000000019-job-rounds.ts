import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that look at every park go on where they were. The system's own: no caller sees it. */
export class JobRounds1764000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_round (
        job text NOT NULL,
        park_id uuid NOT NULL,
        CONSTRAINT job_round_pkey PRIMARY KEY (job),
        CONSTRAINT job_round_at_park FOREIGN KEY (park_id) REFERENCES park (id)
      );
      CREATE INDEX job_round_by_park ON job_round (park_id);
      ALTER TABLE job_round ENABLE ROW LEVEL SECURITY;
      CREATE POLICY job_round_for_the_system ON job_round TO ledger_app USING ((SELECT current_setting('ledger.system', true) = 'on'));
      GRANT SELECT, INSERT, UPDATE ON job_round TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE job_round');
  }
}
