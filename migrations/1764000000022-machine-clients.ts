import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Machines that get tokens of the built-in issuer: what each is, what each park lets it do, and what it proves itself with. Whatever ends one, or changes
 * what it may do, is told to every process when it commits; that it was used is told to nobody.
 */
export class MachineClients1764000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLIENTS);
    await runner.query(WALLS);
    await runner.query(`
      INSERT INTO installation_key (purpose) VALUES ('client');
      CREATE TRIGGER machine_client_tells AFTER INSERT OR DELETE OR UPDATE OF auth_method, jwks, revoked_at ON machine_client
        FOR EACH STATEMENT EXECUTE FUNCTION tell_identity_changed();
      CREATE TRIGGER machine_client_park_tells AFTER INSERT OR DELETE OR UPDATE ON machine_client_park
        FOR EACH STATEMENT EXECUTE FUNCTION tell_identity_changed();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM installation_key WHERE purpose = 'client';
      DROP TABLE machine_client_secret, machine_client_park, machine_client;
    `);
  }
}

const CLIENTS = `
  CREATE TABLE machine_client (
    id uuid CONSTRAINT machine_client_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    name text NOT NULL,
    auth_method text NOT NULL,
    jwks jsonb,
    last_used_at timestamptz,
    revoked_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT machine_client_row_in_park UNIQUE (park_id, id),
    CONSTRAINT machine_client_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT machine_client_auth_method_known CHECK (auth_method IN ('client_secret_basic', 'private_key_jwt')),
    CONSTRAINT machine_client_keys_with_their_method CHECK ((jwks IS NOT NULL) = (auth_method = 'private_key_jwt'))
  );

  CREATE TABLE machine_client_park (
    granted_park_id uuid NOT NULL,
    client_id uuid NOT NULL,
    park_id uuid NOT NULL,
    scopes text[] NOT NULL,
    revoked_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT machine_client_park_pkey PRIMARY KEY (granted_park_id, client_id),
    CONSTRAINT machine_client_park_of_client FOREIGN KEY (park_id, client_id) REFERENCES machine_client (park_id, id),
    CONSTRAINT machine_client_park_granted FOREIGN KEY (granted_park_id) REFERENCES park (id),
    CONSTRAINT machine_client_park_scopes_known CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['enterprises:read', 'enterprises:write', 'visits:read', 'tickets:read', 'tickets:write', 'enterprise:act', 'changes:read', 'journal:read', 'webhooks:manage', 'imports:write'])
  );
  CREATE INDEX machine_client_park_by_client ON machine_client_park (park_id, client_id);

  CREATE TABLE machine_client_secret (
    id uuid CONSTRAINT machine_client_secret_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    client_id uuid NOT NULL,
    slot smallint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    ends_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT machine_client_secret_of_client FOREIGN KEY (park_id, client_id) REFERENCES machine_client (park_id, id),
    CONSTRAINT machine_client_secret_once UNIQUE (secret_hash),
    CONSTRAINT machine_client_secret_hashed CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT machine_client_secret_one_of_two CHECK (slot IN (1, 2))
  );
  CREATE UNIQUE INDEX machine_client_secret_two_at_most ON machine_client_secret (park_id, client_id, slot) WHERE ended_at IS NULL;
`;

const SYSTEM = `(SELECT current_setting('ledger.system', true) = 'on')`;
const SCOPE = `ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])`;

// A client is seen by the park that has made it and by those that have granted it something; it is changed by the first alone, and nobody grants another's park.
const WALLS = `
  ALTER TABLE machine_client ENABLE ROW LEVEL SECURITY;
  CREATE POLICY machine_client_within_scope ON machine_client TO ledger_app
    USING (${SYSTEM} OR park_id = ${SCOPE} OR EXISTS (SELECT FROM machine_client_park g WHERE g.client_id = machine_client.id AND g.granted_park_id = ${SCOPE}))
    WITH CHECK (${SYSTEM} OR park_id = ${SCOPE});
  ALTER TABLE machine_client_park ENABLE ROW LEVEL SECURITY;
  CREATE POLICY machine_client_park_within_scope ON machine_client_park TO ledger_app
    USING (${SYSTEM} OR granted_park_id = ${SCOPE} OR park_id = ${SCOPE})
    WITH CHECK (${SYSTEM} OR granted_park_id = ${SCOPE});
  ALTER TABLE machine_client_secret ENABLE ROW LEVEL SECURITY;
  CREATE POLICY machine_client_secret_within_scope ON machine_client_secret TO ledger_app USING (${SYSTEM} OR park_id = ${SCOPE});
  GRANT SELECT, INSERT ON machine_client, machine_client_park, machine_client_secret TO ledger_app;
  GRANT UPDATE (jwks, last_used_at, revoked_at, version, updated_at) ON machine_client TO ledger_app;
  GRANT UPDATE (scopes, revoked_at, version, updated_at) ON machine_client_park TO ledger_app;
  GRANT UPDATE (last_used_at, ends_at, ended_at) ON machine_client_secret TO ledger_app;
`;
