import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What callers and addresses have used up of a minute, so that a limit holds over all processes. It is worth nothing after a crash, so it is
 * not logged: a lease never waits for the disk.
 */
export class RateLimit1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE rate_window (
        key bytea NOT NULL,
        begins_at timestamptz NOT NULL,
        used integer NOT NULL,
        CONSTRAINT rate_window_pkey PRIMARY KEY (key, begins_at),
        CONSTRAINT rate_window_used_counts CHECK (used >= 1)
      );
      CREATE INDEX rate_window_by_age ON rate_window (begins_at);
      GRANT SELECT, INSERT, UPDATE, DELETE ON rate_window TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rate_window');
  }
}
