import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits for its seal is found park by park: the backlog of one that cannot be sealed is not walked over to reach the others. */
export class SealByPark1764000000011 implements MigrationInterface {
  // The strongest lock first: an index that is made before the old one is dropped would wait for readers who wait for it.
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX journal_entry_to_seal;
      CREATE INDEX journal_entry_to_seal ON journal_entry (park_id, position) WHERE number IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX journal_entry_to_seal;
      CREATE INDEX journal_entry_to_seal ON journal_entry (position) WHERE number IS NULL;
    `);
  }
}
