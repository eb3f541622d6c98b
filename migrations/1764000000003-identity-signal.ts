import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every process remembers who is who; whoever changes that, through the API or by hand, tells them all when the change commits. */
export class IdentitySignal1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION tell_identity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('ledger_identity', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER cadre_tells AFTER INSERT OR UPDATE OR DELETE ON cadre FOR EACH STATEMENT EXECUTE FUNCTION tell_identity_changed();
      CREATE TRIGGER park_tells AFTER INSERT OR UPDATE OR DELETE ON park FOR EACH STATEMENT EXECUTE FUNCTION tell_identity_changed();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER park_tells ON park; DROP TRIGGER cadre_tells ON cadre; DROP FUNCTION tell_identity_changed()');
  }
}
