import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The nightly verification goes on from where it was: how far the chain is verified, with the hash there, and how far its older part has been walked again. */
export class VerificationPlace1764000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE journal_verification ADD COLUMN verified_to bigint, ADD COLUMN verified_hash bytea, ADD COLUMN walked_to bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE journal_verification DROP COLUMN verified_to, DROP COLUMN verified_hash, DROP COLUMN walked_to');
  }
}
