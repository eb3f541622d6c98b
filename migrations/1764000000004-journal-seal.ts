import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The journal is sealed. An entry gets a position when it is appended and, after its commit, once and for ever, its number, hash, algorithm
 * and time of sealing; nothing else of it ever changes. The triggers hold for everybody, the owner of the tables too.
 */
export class JournalSeal1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [POSITION, SEAL, HEAD, VERIFICATION, GUARDS, GRANTS]) await runner.query(statement);
    for (const table of ['journal_head', 'journal_verification']) await runner.query(secure(table));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER access_log_is_never_changed ON access_log;
      DROP TABLE journal_verification, journal_head;
      DROP TRIGGER journal_entry_is_never_changed ON journal_entry;
      DROP TRIGGER journal_entry_is_never_deleted ON journal_entry;
      DROP FUNCTION journal_entry_sealed_once();
      DROP FUNCTION journal_head_grows();
      DROP FUNCTION refuse_change();
      ALTER TABLE journal_entry DROP COLUMN position, DROP COLUMN number, DROP COLUMN hash, DROP COLUMN algorithm, DROP COLUMN sealed_at;
      REVOKE INSERT (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id) ON journal_entry FROM ledger_app;
      GRANT INSERT ON journal_entry TO ledger_app;
    `);
  }
}

// Without a cache: positions of different connections are drawn in the order in which the entries are appended.
const POSITION = `
  ALTER TABLE journal_entry ADD COLUMN position bigint;
  CREATE SEQUENCE journal_entry_position_seq OWNED BY journal_entry.position;
  UPDATE journal_entry j SET position = o.position FROM (SELECT id, row_number() OVER (ORDER BY id) AS position FROM journal_entry) o WHERE o.id = j.id;
  SELECT setval('journal_entry_position_seq', coalesce(max(position), 0) + 1, false) FROM journal_entry;
  ALTER TABLE journal_entry ALTER COLUMN position SET DEFAULT nextval('journal_entry_position_seq'), ALTER COLUMN position SET NOT NULL;
`;

const SEAL = `
  ALTER TABLE journal_entry
    ADD COLUMN number bigint, ADD COLUMN hash bytea, ADD COLUMN algorithm text, ADD COLUMN sealed_at timestamptz,
    ADD CONSTRAINT journal_entry_sealed_whole CHECK (num_nulls(number, hash, algorithm, sealed_at) IN (0, 4)),
    ADD CONSTRAINT journal_entry_number_counts CHECK (number >= 1),
    ADD CONSTRAINT journal_entry_hash_whole CHECK (octet_length(hash) = 32),
    ADD CONSTRAINT journal_entry_algorithm_known CHECK (algorithm IN ('sha256', 'sm3'));
  CREATE UNIQUE INDEX journal_entry_number_once ON journal_entry (park_id, number) WHERE number IS NOT NULL;
  CREATE INDEX journal_entry_by_type ON journal_entry (park_id, type, number) WHERE number IS NOT NULL;
  CREATE INDEX journal_entry_to_seal ON journal_entry (position) WHERE number IS NULL;
`;

const HEAD = `
  CREATE TABLE journal_head (
    park_id uuid CONSTRAINT journal_head_pkey PRIMARY KEY,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    algorithm text NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT journal_head_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT journal_head_number_counts CHECK (number >= 1),
    CONSTRAINT journal_head_hash_whole CHECK (octet_length(hash) = 32),
    CONSTRAINT journal_head_algorithm_known CHECK (algorithm IN ('sha256', 'sm3'))
  );
`;

const VERIFICATION = `
  CREATE TABLE journal_verification (
    id uuid CONSTRAINT journal_verification_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    at timestamptz NOT NULL,
    from_number bigint NOT NULL,
    to_number bigint NOT NULL,
    valid boolean NOT NULL,
    first_broken_number bigint,
    first_broken_entry_id uuid,
    first_broken_reason text,
    CONSTRAINT journal_verification_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT journal_verification_broken_somewhere CHECK (valid = (first_broken_number IS NULL) AND valid = (first_broken_reason IS NULL)),
    CONSTRAINT journal_verification_entry_only_where_broken CHECK (first_broken_entry_id IS NULL OR NOT valid)
  );
  CREATE INDEX journal_verification_by_time ON journal_verification (park_id, at DESC, id DESC);
`;

// Rows are compared as they are stored (*=): 1 and 1.0 are equal to jsonb, and a column that a later migration adds is guarded too.
const GUARDS = `
  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END $$;

  CREATE FUNCTION journal_entry_sealed_once() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    unsealed journal_entry := NEW;
  BEGIN
    unsealed.number := NULL; unsealed.hash := NULL; unsealed.algorithm := NULL; unsealed.sealed_at := NULL;
    IF OLD.number IS NULL AND NEW.number IS NOT NULL AND unsealed *= OLD THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'journal_entry refuses a change other than its seal' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END $$;

  CREATE FUNCTION journal_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.park_id = OLD.park_id AND NEW.number > OLD.number AND NEW.sealed_at >= OLD.sealed_at THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'journal_head refuses to go back' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END $$;

  CREATE TRIGGER journal_entry_is_never_changed BEFORE UPDATE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_entry_sealed_once();
  CREATE TRIGGER journal_entry_is_never_deleted BEFORE DELETE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER journal_head_only_grows BEFORE UPDATE ON journal_head FOR EACH ROW EXECUTE FUNCTION journal_head_grows();
  CREATE TRIGGER journal_head_is_never_deleted BEFORE DELETE OR TRUNCATE ON journal_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER journal_verification_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_verification FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER access_log_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

// The position is not the application's to choose, nor may it insert an entry that looks sealed.
const GRANTS = `
  REVOKE INSERT ON journal_entry FROM ledger_app;
  GRANT INSERT (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id) ON journal_entry TO ledger_app;
  GRANT UPDATE (number, hash, algorithm, sealed_at) ON journal_entry TO ledger_app;
  GRANT USAGE ON SEQUENCE journal_entry_position_seq TO ledger_app;
  GRANT SELECT, INSERT ON journal_head, journal_verification TO ledger_app;
  GRANT UPDATE (number, hash, algorithm, sealed_at) ON journal_head TO ledger_app;
`;

function secure(table: string): string {
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ${table}_within_scope ON ${table} TO ledger_app USING (
      (SELECT current_setting('ledger.system', true) = 'on')
      OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
    );
  `;
}
