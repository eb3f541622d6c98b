import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The built-in issuer: accounts and what proves who signs in, the issuer's own state, and its keys. Whatever is a secret, or could be used as one, lies
 * in tables that the system alone sees; of what can be presented again there are only hashes, and what must be read again is sealed with a key that
 * the database does not hold.
 */
export class Accounts1764000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCOUNTS);
    await runner.query(STATE);
    await runner.query(ENDINGS);
    await runner.query(RIGHTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER cadre_ends_sessions ON cadre;
      DROP TABLE oidc_payload, oidc_key, sign_in_failure, account_credential, account;
      DROP TRIGGER cadre_renews_credentials ON cadre;
      DROP FUNCTION end_sessions_of_account, end_sessions_of_cadre, renew_credentials_of_cadre, tell_oidc_key_changed;
      ALTER TABLE access_log DISABLE TRIGGER access_log_is_never_changed;
      DELETE FROM access_log WHERE park_id IS NULL;
      ALTER TABLE access_log ENABLE TRIGGER access_log_is_never_changed;
      ALTER TABLE access_log ALTER COLUMN park_id SET NOT NULL;
    `);
  }
}

// The operator has no park. Counts of failures are no secret, and unlocking sets them back within a park's scope.
const ACCOUNTS = `
  CREATE TABLE account (
    id uuid CONSTRAINT account_pkey PRIMARY KEY,
    park_id uuid,
    cadre_id uuid,
    login text NOT NULL,
    must_change boolean NOT NULL,
    second_factor_at timestamptz,
    failures integer NOT NULL,
    wait_until timestamptz,
    locked_at timestamptz,
    last_sign_in_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT account_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT account_one_per_cadre UNIQUE (park_id, cadre_id),
    CONSTRAINT account_login_once UNIQUE (login),
    CONSTRAINT account_login_form CHECK (login = lower(login) AND login ~ '^[^[:space:]]{2,64}$'),
    CONSTRAINT account_of_cadre_or_operator CHECK ((park_id IS NULL) = (cadre_id IS NULL)),
    CONSTRAINT account_failures_count CHECK (failures >= 0)
  );
  CREATE INDEX account_by_login ON account (park_id, login);

  CREATE TABLE account_credential (
    account_id uuid CONSTRAINT account_credential_pkey PRIMARY KEY,
    password_hash text,
    password_set_at timestamptz,
    usable_until timestamptz,
    old_hashes text[] NOT NULL,
    totp_secret bytea,
    totp_step bigint,
    CONSTRAINT account_credential_of_account FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT account_credential_hash_is_argon2id CHECK (password_hash LIKE '$argon2id$%'),
    CONSTRAINT account_credential_password_dated CHECK ((password_hash IS NULL) = (password_set_at IS NULL)),
    CONSTRAINT account_credential_totp_whole CHECK ((totp_secret IS NULL) = (totp_step IS NULL))
  );

  CREATE UNLOGGED TABLE sign_in_failure (
    key bytea NOT NULL,
    begins_at timestamptz NOT NULL,
    failures integer NOT NULL,
    CONSTRAINT sign_in_failure_pkey PRIMARY KEY (key, begins_at),
    CONSTRAINT sign_in_failure_counts CHECK (failures >= 0)
  );
  CREATE INDEX sign_in_failure_by_age ON sign_in_failure (begins_at);
`;

const STATE = `
  CREATE TABLE oidc_payload (
    model text NOT NULL,
    id text NOT NULL,
    payload jsonb NOT NULL,
    grant_id text,
    account_id uuid,
    uid text,
    created_at timestamptz NOT NULL,
    consumed_at timestamptz,
    expires_at timestamptz NOT NULL,
    CONSTRAINT oidc_payload_pkey PRIMARY KEY (model, id),
    CONSTRAINT oidc_payload_of_account FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT oidc_payload_grant_is_of_an_account CHECK (model <> 'Grant' OR account_id IS NOT NULL),
    CONSTRAINT oidc_payload_holds_no_token CHECK (model NOT IN ('RefreshToken', 'AuthorizationCode') OR (id ~ '^[0-9a-f]{64}$' AND NOT payload ? 'jti'))
  );
  CREATE INDEX oidc_payload_by_grant ON oidc_payload (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX oidc_payload_by_account ON oidc_payload (account_id) WHERE account_id IS NOT NULL;
  CREATE INDEX oidc_payload_by_expiry ON oidc_payload (expires_at);
  CREATE UNIQUE INDEX oidc_payload_uid_once ON oidc_payload (model, uid) WHERE uid IS NOT NULL;

  CREATE TABLE oidc_key (
    id uuid CONSTRAINT oidc_key_pkey PRIMARY KEY,
    public_jwk jsonb NOT NULL,
    sealed_key bytea NOT NULL,
    sealed_with text NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    CONSTRAINT oidc_key_one_begins_at_a_time UNIQUE (signs_from),
    CONSTRAINT oidc_key_public_part_is_public CHECK (NOT public_jwk ? 'd'),
    CONSTRAINT oidc_key_is_published_first CHECK (signs_from >= created_at)
  );

  ALTER TABLE access_log ALTER COLUMN park_id DROP NOT NULL;
`;

/**
 * Whatever ends what an account may do ends its sessions in the same transaction, whoever did it and by whatever way: the lock of an account; a cadre who
 * does not serve any more, or whose new role asks for a second factor that nobody has asked them for yet. And every process is told, so that none goes
 * on remembering who a token stood for.
 */
const ENDINGS = `
  CREATE FUNCTION end_sessions_of_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    DELETE FROM oidc_payload WHERE account_id = NEW.id;
    RETURN NULL;
  END $$;
  CREATE FUNCTION end_sessions_of_cadre() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    DELETE FROM oidc_payload p USING account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND p.account_id = a.id;
    RETURN NULL;
  END $$;
  -- Whoever knew a password, or had one to give, before somebody became an inspector or reads a county would be one, too. It takes a reset by who may give one now.
  CREATE FUNCTION renew_credentials_of_cadre() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    UPDATE account_credential c SET password_hash = NULL, password_set_at = NULL, usable_until = NULL, totp_secret = NULL, totp_step = NULL
    FROM account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND c.account_id = a.id;
    DELETE FROM oidc_payload p USING account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND p.account_id = a.id;
    RETURN NULL;
  END $$;
  REVOKE ALL ON FUNCTION end_sessions_of_account, end_sessions_of_cadre, renew_credentials_of_cadre FROM PUBLIC;

  CREATE TRIGGER account_lock_ends_sessions AFTER UPDATE ON account FOR EACH ROW
    WHEN (OLD.locked_at IS NULL AND NEW.locked_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_account();
  CREATE TRIGGER cadre_ends_sessions AFTER UPDATE ON cadre FOR EACH ROW
    WHEN ((OLD.active AND NOT NEW.active)
      OR (NEW.roles && ARRAY['admin', 'supervisor', 'inspector'] AND NOT OLD.roles && ARRAY['admin', 'supervisor', 'inspector']))
    EXECUTE FUNCTION end_sessions_of_cadre();

  CREATE TRIGGER cadre_renews_credentials AFTER UPDATE ON cadre FOR EACH ROW
    WHEN (('inspector' = ANY (NEW.roles) AND NOT 'inspector' = ANY (OLD.roles)) OR ('county' = ANY (NEW.roles) AND NOT 'county' = ANY (OLD.roles)))
    EXECUTE FUNCTION renew_credentials_of_cadre();

  CREATE TRIGGER account_tells AFTER UPDATE ON account FOR EACH ROW
    WHEN (OLD.locked_at IS DISTINCT FROM NEW.locked_at OR OLD.cadre_id IS DISTINCT FROM NEW.cadre_id) EXECUTE FUNCTION tell_identity_changed();
  CREATE TRIGGER account_gone_tells AFTER DELETE ON account FOR EACH STATEMENT EXECUTE FUNCTION tell_identity_changed();
  CREATE TRIGGER oidc_grant_tells AFTER DELETE ON oidc_payload FOR EACH ROW WHEN (OLD.model = 'Grant') EXECUTE FUNCTION tell_identity_changed();

  CREATE FUNCTION tell_oidc_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('ledger_oidc_key', '');
    RETURN NULL;
  END $$;
  CREATE TRIGGER oidc_key_tells AFTER INSERT OR UPDATE OR DELETE ON oidc_key FOR EACH STATEMENT EXECUTE FUNCTION tell_oidc_key_changed();
`;

const RIGHTS = `
  ALTER TABLE account ENABLE ROW LEVEL SECURITY;
  CREATE POLICY account_within_scope ON account TO ledger_app USING (
    (SELECT current_setting('ledger.system', true) = 'on')
    OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
  );
  GRANT SELECT, INSERT, UPDATE ON account TO ledger_app;
  ${['account_credential', 'sign_in_failure', 'oidc_payload', 'oidc_key'].map((table) => `
  ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
  CREATE POLICY ${table}_for_the_system ON ${table} TO ledger_app USING ((SELECT current_setting('ledger.system', true) = 'on'));`).join('')}
  GRANT SELECT, INSERT, UPDATE ON account_credential TO ledger_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failure, oidc_payload TO ledger_app;
  GRANT SELECT, INSERT, DELETE ON oidc_key TO ledger_app;
`;
