import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Secrets that all processes of an installation share and nobody has to configure. Each is made here, from the server's strong random source,
 * and made anew by an owner who sets it to DEFAULT. The application reads them as the system alone, so no query of a caller's sees one; it
 * changes none.
 */
export class SigningKey1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE installation_key (
        purpose text NOT NULL,
        secret bytea NOT NULL DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT installation_key_pkey PRIMARY KEY (purpose),
        CONSTRAINT installation_key_has_256_bits CHECK (octet_length(secret) = 32)
      );
      INSERT INTO installation_key (purpose) VALUES ('cursor');
      ALTER TABLE installation_key ENABLE ROW LEVEL SECURITY;
      CREATE POLICY installation_key_for_the_system ON installation_key FOR SELECT TO ledger_app USING ((SELECT current_setting('ledger.system', true) = 'on'));
      GRANT SELECT ON installation_key TO ledger_app;

      CREATE FUNCTION tell_installation_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('ledger_installation_key', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER installation_key_tells AFTER INSERT OR UPDATE OR DELETE ON installation_key
        FOR EACH STATEMENT EXECUTE FUNCTION tell_installation_key_changed();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE installation_key; DROP FUNCTION tell_installation_key_changed()');
  }
}
