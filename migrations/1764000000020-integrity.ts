import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Declarations, preventive recusals and reports, behind a wall of their own: besides the park, a policy asks for a setting that the integrity stores alone
 * make, in their transaction. All that others may know is what `is_recused` says: yes or no, and never why. A chain of its own per park says who did what.
 */
export class Integrity1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [REPORTS, CONFLICTS, CHAIN]) await runner.query(statement);
    for (const table of TABLES) await runner.query(secure(table));
    await runner.query(GUARDS);
    await runner.query(RECUSED);
    await runner.query(GRANTS);
    await runner.query(`
      INSERT INTO installation_key (purpose) VALUES ('receipt'), ('reporter');
      UPDATE park_policy SET escalation = escalation || '{"reassignWithinWorkingDays": 5}' WHERE NOT escalation ? 'reassignWithinWorkingDays';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE park_policy SET escalation = escalation - 'reassignWithinWorkingDays';
      DELETE FROM installation_key WHERE purpose IN ('receipt', 'reporter');
      DROP FUNCTION is_recused(uuid, uuid, uuid);
      DROP TABLE ${[...TABLES].reverse().join(', ')};
    `);
  }
}

const TABLES = [
  'integrity_report', 'integrity_reporter', 'integrity_named', 'integrity_file', 'integrity_message', 'integrity_declaration', 'integrity_recusal', 'integrity_entry', 'integrity_head',
];

// Who reported stands apart from what was reported, and encrypted. What an author gives as an id and is none leaves no trace: nobody learns which there are.
const REPORTS = `
  CREATE TABLE integrity_report (
    id uuid CONSTRAINT integrity_report_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    receipt_hash bytea NOT NULL,
    level text NOT NULL,
    prohibitions text[] NOT NULL,
    occurred_on date,
    text text NOT NULL,
    enterprise_name text,
    enterprise_id uuid,
    search_text text NOT NULL,
    status text NOT NULL,
    outcome text,
    reason text,
    reply text,
    decided_by uuid,
    decided_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT integrity_report_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT integrity_report_row_in_park UNIQUE (park_id, id),
    CONSTRAINT integrity_report_receipt_once UNIQUE (receipt_hash),
    CONSTRAINT integrity_report_about_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT integrity_report_receipt_hashed CHECK (octet_length(receipt_hash) = 32),
    CONSTRAINT integrity_report_level_known CHECK (level IN ('park', 'county')),
    CONSTRAINT integrity_report_prohibitions_known CHECK (prohibitions <@ ARRAY['take_or_demand', 'shares', 'contract_works', 'retaliation'] AND cardinality(prohibitions) >= 1),
    CONSTRAINT integrity_report_status_known CHECK (status IN ('open', 'decided')),
    CONSTRAINT integrity_report_outcome_known CHECK (outcome IN ('confirmed', 'partly_confirmed', 'not_confirmed', 'referred')),
    CONSTRAINT integrity_report_decided_whole CHECK (num_nulls(outcome, reason, decided_by, decided_at) = CASE status WHEN 'decided' THEN 0 ELSE 4 END),
    CONSTRAINT integrity_report_reply_with_decision CHECK (reply IS NULL OR status = 'decided')
  );
  CREATE INDEX integrity_report_by_time ON integrity_report (park_id, level, id);
  CREATE INDEX integrity_report_by_enterprise ON integrity_report (park_id, enterprise_id) WHERE enterprise_id IS NOT NULL;

  CREATE TABLE integrity_reporter (
    park_id uuid NOT NULL,
    report_id uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT integrity_reporter_pkey PRIMARY KEY (park_id, report_id),
    CONSTRAINT integrity_reporter_of_report FOREIGN KEY (park_id, report_id) REFERENCES integrity_report (park_id, id)
  );

  CREATE TABLE integrity_named (
    id uuid CONSTRAINT integrity_named_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    report_id uuid NOT NULL,
    name text,
    position text,
    cadre_id uuid,
    CONSTRAINT integrity_named_in_report FOREIGN KEY (park_id, report_id) REFERENCES integrity_report (park_id, id),
    CONSTRAINT integrity_named_is_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT integrity_named_is_somebody CHECK (num_nonnulls(name, cadre_id) >= 1)
  );
  CREATE INDEX integrity_named_by_report ON integrity_named (park_id, report_id);
  CREATE INDEX integrity_named_by_cadre ON integrity_named (park_id, cadre_id) WHERE cadre_id IS NOT NULL;

  CREATE TABLE integrity_file (
    id uuid CONSTRAINT integrity_file_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    report_id uuid NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT integrity_file_of_report FOREIGN KEY (park_id, report_id) REFERENCES integrity_report (park_id, id),
    CONSTRAINT integrity_file_type_known CHECK (media_type IN ('image/jpeg', 'image/png', 'application/pdf')),
    CONSTRAINT integrity_file_size_limited CHECK (octet_length(content) BETWEEN 1 AND 200000)
  );
  CREATE INDEX integrity_file_by_report ON integrity_file (park_id, report_id);

  CREATE TABLE integrity_message (
    id uuid CONSTRAINT integrity_message_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    report_id uuid NOT NULL,
    author text NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT integrity_message_in_report FOREIGN KEY (park_id, report_id) REFERENCES integrity_report (park_id, id),
    CONSTRAINT integrity_message_author_known CHECK (author IN ('reporter', 'inspector'))
  );
  CREATE INDEX integrity_message_by_report ON integrity_message (park_id, report_id, id);
`;

// Who acted may be an inspector of the county, whose row lies in another park: their id is kept, and refers to nothing.
const CONFLICTS = `
  CREATE TABLE integrity_declaration (
    id uuid CONSTRAINT integrity_declaration_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    kind text NOT NULL,
    description text NOT NULL,
    since date,
    declared_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by uuid,
    end_reason text,
    CONSTRAINT integrity_declaration_by_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT integrity_declaration_about_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT integrity_declaration_kind_known CHECK (kind IN ('shareholding', 'contract', 'kin')),
    CONSTRAINT integrity_declaration_ended_whole CHECK (num_nulls(ended_at, ended_by, end_reason) IN (0, 3))
  );
  CREATE INDEX integrity_declaration_of_cadre ON integrity_declaration (park_id, cadre_id, enterprise_id);
  CREATE INDEX integrity_declaration_of_enterprise ON integrity_declaration (park_id, enterprise_id);

  CREATE TABLE integrity_recusal (
    id uuid CONSTRAINT integrity_recusal_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    level text NOT NULL,
    cadre_id uuid NOT NULL,
    enterprise_id uuid,
    reason text NOT NULL,
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by uuid,
    end_reason text,
    CONSTRAINT integrity_recusal_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT integrity_recusal_from_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT integrity_recusal_level_known CHECK (level IN ('park', 'county')),
    CONSTRAINT integrity_recusal_ended_whole CHECK (num_nulls(ended_at, ended_by, end_reason) IN (0, 3))
  );
  CREATE INDEX integrity_recusal_by_cadre ON integrity_recusal (park_id, cadre_id, id);
  CREATE INDEX integrity_recusal_by_enterprise ON integrity_recusal (park_id, enterprise_id) WHERE enterprise_id IS NOT NULL;
`;

// As the journal's: what an entry is hashed with stands in platform/journal/chain.ts. It is sealed where it is appended, so it has no place in a queue.
const CHAIN = `
  CREATE TABLE integrity_entry (
    id uuid CONSTRAINT integrity_entry_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    number bigint NOT NULL,
    type text NOT NULL,
    recorded_at timestamptz NOT NULL,
    effective_on date NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    data jsonb NOT NULL,
    request_id text NOT NULL,
    hash bytea NOT NULL,
    algorithm text NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT integrity_entry_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT integrity_entry_number_once UNIQUE (park_id, number),
    CONSTRAINT integrity_entry_number_counts CHECK (number >= 1),
    CONSTRAINT integrity_entry_hash_whole CHECK (octet_length(hash) = 32),
    CONSTRAINT integrity_entry_algorithm_known CHECK (algorithm IN ('sha256', 'sm3'))
  );

  CREATE TABLE integrity_head (
    park_id uuid CONSTRAINT integrity_head_pkey PRIMARY KEY,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    algorithm text NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT integrity_head_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT integrity_head_number_counts CHECK (number >= 1),
    CONSTRAINT integrity_head_hash_whole CHECK (octet_length(hash) = 32),
    CONSTRAINT integrity_head_algorithm_known CHECK (algorithm IN ('sha256', 'sm3'))
  );
`;

// What was said stays as it was said. refuse_change and journal_head_grows are those of the journal.
const GUARDS = `
  ${['integrity_entry', 'integrity_reporter', 'integrity_file', 'integrity_message'].map((table) => `
    CREATE TRIGGER ${table}_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();`).join('')}
  ${['integrity_report', 'integrity_named', 'integrity_declaration', 'integrity_recusal', 'integrity_head'].map((table) => `
    CREATE TRIGGER ${table}_is_never_deleted BEFORE DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();`).join('')}
  CREATE TRIGGER integrity_head_only_grows BEFORE UPDATE ON integrity_head FOR EACH ROW EXECUTE FUNCTION journal_head_grows();
`;

// It runs as its owner, whom no policy binds, and answers for a park in the caller's scope alone. A report that names no enterprise recuses from none: anybody
// could stop a whole park with one. All three are counted, always: where the first that is found would end the search, the time it takes would tell which.
const RECUSED = `
  CREATE FUNCTION is_recused(park uuid, cadre uuid, enterprise uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS $$
    SELECT (coalesce(current_setting('ledger.system', true) = 'on', false)
        OR coalesce(park = ANY (string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[]), false))
      AND (SELECT count(*) FROM integrity_declaration d WHERE d.park_id = park AND d.cadre_id = cadre AND d.enterprise_id = enterprise AND d.ended_at IS NULL)
        + (SELECT count(*) FROM integrity_recusal r WHERE r.park_id = park AND r.cadre_id = cadre AND (r.enterprise_id = enterprise OR r.enterprise_id IS NULL) AND r.ended_at IS NULL)
        + (SELECT count(*) FROM integrity_named n JOIN integrity_report i ON i.park_id = n.park_id AND i.id = n.report_id
          WHERE n.park_id = park AND n.cadre_id = cadre AND i.enterprise_id = enterprise AND i.status = 'open') > 0
  $$;
  REVOKE ALL ON FUNCTION is_recused(uuid, uuid, uuid) FROM PUBLIC;
`;

const GRANTS = `
  GRANT SELECT, INSERT ON ${TABLES.join(', ')} TO ledger_app;
  GRANT UPDATE (level, enterprise_id, search_text, status, outcome, reason, reply, decided_by, decided_at, version, updated_at) ON integrity_report TO ledger_app;
  GRANT UPDATE (cadre_id) ON integrity_named TO ledger_app;
  GRANT UPDATE (ended_at, ended_by, end_reason) ON integrity_declaration, integrity_recusal TO ledger_app;
  GRANT UPDATE (number, hash, algorithm, sealed_at) ON integrity_head TO ledger_app;
  GRANT EXECUTE ON FUNCTION is_recused(uuid, uuid, uuid) TO ledger_app;
`;

function secure(table: string): string {
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ${table}_behind_the_wall ON ${table} TO ledger_app USING (
      (SELECT current_setting('ledger.integrity', true) = 'on') AND (
        (SELECT current_setting('ledger.system', true) = 'on')
        OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
      )
    );
  `;
}
