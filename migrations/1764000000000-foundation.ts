import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The register, the visit log, the duties with their lapses, and the journal. Row-level security by park from the first day.
 * Constraints carry the rule that they keep as their name; `platform/db/problems.ts` translates those that a client can meet.
 */
export class Foundation1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EXTENSIONS);
    await runner.query(APPLICATION_ROLE);
    for (const statement of [PARKS, CALENDAR, ENTERPRISES, CADRES, ASSIGNMENTS, VISITS, PLANS, RECORDS]) await runner.query(statement);
    for (const table of TABLES_OF_A_PARK) await runner.query(secure(table, 'park_id'));
    await runner.query(secure('park', 'id'));
    await runner.query(SEARCH);
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION search_enterprises(uuid, text[], text)');
    for (const table of [...TABLES_OF_A_PARK, 'park', 'calendar_year'].reverse()) await runner.query(`DROP TABLE ${table} CASCADE`);
    await runner.query('REVOKE USAGE ON SCHEMA public FROM ledger_app');
    await runner.query('DROP EXTENSION btree_gist; DROP EXTENSION btree_gin; DROP SCHEMA extensions');
  }
}

const EXTENSIONS = `
  CREATE SCHEMA IF NOT EXISTS extensions;
  CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA extensions;
  CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA extensions;
`;

// A role belongs to the whole server: another database of it may have made it before. It owns nothing and bypasses nothing.
const APPLICATION_ROLE = `
  DO $$ BEGIN
    CREATE ROLE ledger_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$;
  DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'ledger_app', 'SET') THEN EXECUTE format('GRANT ledger_app TO %I', current_user); END IF;
  EXCEPTION WHEN unique_violation THEN NULL;
  END $$;
`;

const PARKS = `
  CREATE TABLE park (
    id uuid CONSTRAINT park_pkey PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    county_code text NOT NULL,
    time_zone text NOT NULL,
    go_live_on date NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT park_code_once UNIQUE (code),
    CONSTRAINT park_code_can_be_said CHECK (code ~ '^[A-Z0-9]{2,10}$'),
    CONSTRAINT park_county_is_a_division CHECK (county_code ~ '^[0-9]{6}$')
  );
  CREATE INDEX park_by_county ON park (county_code);

  CREATE TABLE working_hours (
    id uuid CONSTRAINT working_hours_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    effective_from date NOT NULL,
    windows jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT working_hours_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT working_hours_one_version_a_day UNIQUE (park_id, effective_from)
  );

  CREATE TABLE park_policy (
    id uuid CONSTRAINT park_policy_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    effective_from date NOT NULL,
    visits jsonb NOT NULL,
    tickets jsonb NOT NULL,
    escalation jsonb NOT NULL,
    assessment jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT park_policy_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT park_policy_one_version_a_day UNIQUE (park_id, effective_from)
  );

  CREATE TABLE department (
    id uuid CONSTRAINT department_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    assigning boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT department_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT department_row_in_park UNIQUE (park_id, id),
    CONSTRAINT department_name_once UNIQUE (park_id, name)
  );
  CREATE UNIQUE INDEX department_one_assigning ON department (park_id) WHERE assigning;
`;

// National: it belongs to no park and every park reads it. Versions are kept, since closed episodes are judged by the one they closed under.
const CALENDAR = `
  CREATE TABLE calendar_year (
    year integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    days jsonb NOT NULL,
    loaded_at timestamptz NOT NULL,
    CONSTRAINT calendar_year_pkey PRIMARY KEY (year, version),
    CONSTRAINT calendar_year_status_known CHECK (status IN ('official', 'provisional', 'missing')),
    CONSTRAINT calendar_year_in_range CHECK (year BETWEEN 1900 AND 2999)
  );
`;

const ENTERPRISES = `
  CREATE TABLE enterprise (
    id uuid CONSTRAINT enterprise_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    name text NOT NULL,
    search_text text NOT NULL,
    search_pieces text[] NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    uscc text COLLATE "C" NOT NULL,
    uscc_warning boolean NOT NULL,
    industry_code text,
    status text NOT NULL,
    status_on date NOT NULL,
    next_status text,
    next_status_on date,
    address text,
    location_lng double precision,
    location_lat double precision,
    location_datum text,
    contact_preference text,
    tags text[] NOT NULL,
    contacts_erased_at timestamptz,
    last_visit_on date,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT enterprise_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT enterprise_row_in_park UNIQUE (park_id, id),
    CONSTRAINT enterprise_uscc_once_per_park UNIQUE (park_id, uscc),
    CONSTRAINT enterprise_uscc_form CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    CONSTRAINT enterprise_status_known CHECK (status IN ('signed', 'under_construction', 'in_production', 'suspended', 'exited')),
    CONSTRAINT enterprise_next_status_whole CHECK ((next_status IS NULL) = (next_status_on IS NULL)),
    CONSTRAINT enterprise_location_whole CHECK (num_nulls(location_lng, location_lat, location_datum) IN (0, 3))
  );
  CREATE INDEX enterprise_by_name ON enterprise (park_id, sort_key, id);
  CREATE INDEX enterprise_by_piece ON enterprise USING gin (park_id, search_pieces) WITH (fastupdate = off);
  CREATE INDEX enterprise_status_ahead ON enterprise (next_status_on) WHERE next_status_on IS NOT NULL;

  CREATE TABLE enterprise_contact (
    id uuid CONSTRAINT enterprise_contact_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    title text,
    phone text,
    changed_at timestamptz NOT NULL,
    CONSTRAINT enterprise_contact_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT enterprise_contact_in_order UNIQUE (park_id, enterprise_id, position)
  );

  CREATE TABLE enterprise_status (
    id uuid CONSTRAINT enterprise_status_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    status text NOT NULL,
    on_date date NOT NULL,
    reason text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    replaced_at timestamptz,
    CONSTRAINT enterprise_status_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT enterprise_status_step_known CHECK (status IN ('signed', 'under_construction', 'in_production', 'suspended', 'exited'))
  );
  CREATE UNIQUE INDEX enterprise_status_one_a_day ON enterprise_status (park_id, enterprise_id, on_date) WHERE replaced_at IS NULL;
  CREATE INDEX enterprise_status_by_enterprise ON enterprise_status (park_id, enterprise_id, on_date);
`;

const CADRES = `
  CREATE TABLE cadre (
    id uuid CONSTRAINT cadre_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    department_id uuid NOT NULL,
    name text NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    roles text[] NOT NULL,
    phone text,
    issuer text,
    subject text,
    active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT cadre_in_department FOREIGN KEY (park_id, department_id) REFERENCES department (park_id, id),
    CONSTRAINT cadre_row_in_park UNIQUE (park_id, id),
    CONSTRAINT cadre_identity_once UNIQUE (issuer, subject),
    CONSTRAINT cadre_identity_whole CHECK ((issuer IS NULL) = (subject IS NULL)),
    CONSTRAINT cadre_roles_known CHECK (roles <@ ARRAY['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector', 'county'])
  );
  CREATE INDEX cadre_by_name ON cadre (park_id, sort_key, id);
  CREATE INDEX cadre_by_department ON cadre (park_id, department_id);

  CREATE TABLE cadre_leave (
    id uuid CONSTRAINT cadre_leave_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL,
    substitute_id uuid,
    cancelled_at timestamptz,
    cancel_reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT cadre_leave_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT cadre_leave_substitute_in_park FOREIGN KEY (park_id, substitute_id) REFERENCES cadre (park_id, id),
    CONSTRAINT cadre_leave_ends_after_it_begins CHECK (to_on >= from_on),
    CONSTRAINT cadre_leave_substitute_is_another CHECK (substitute_id <> cadre_id),
    CONSTRAINT cadre_leave_one_at_a_time EXCLUDE USING gist (park_id WITH =, cadre_id WITH =, daterange(from_on, to_on, '[]') WITH &&) WHERE (cancelled_at IS NULL)
  );
  CREATE INDEX cadre_leave_by_cadre ON cadre_leave (park_id, cadre_id, from_on);
  CREATE INDEX cadre_leave_by_substitute ON cadre_leave (park_id, substitute_id) WHERE substitute_id IS NOT NULL;
`;

const ASSIGNMENTS = `
  CREATE TABLE assignment (
    id uuid CONSTRAINT assignment_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    capacity text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    inherited_visit_on date,
    predecessor_id uuid,
    standing text NOT NULL,
    next_due_on date,
    watch_on date,
    turn_on date,
    last_visit_on date,
    end_reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT assignment_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT assignment_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT assignment_row_in_park UNIQUE (park_id, id),
    CONSTRAINT assignment_succeeds_in_park FOREIGN KEY (park_id, predecessor_id) REFERENCES assignment (park_id, id),
    CONSTRAINT assignment_capacity_known CHECK (capacity IN ('officer', 'leader')),
    CONSTRAINT assignment_ends_after_it_starts CHECK (ends_on >= starts_on),
    CONSTRAINT assignment_due_exactly_while_owed CHECK (standing IN ('owed', 'resting', 'ended') AND (standing = 'owed') = (next_due_on IS NOT NULL)),
    CONSTRAINT assignment_watches_only_while_owed CHECK (watch_on IS NULL OR standing = 'owed'),
    CONSTRAINT assignment_one_per_capacity EXCLUDE USING gist (park_id WITH =, enterprise_id WITH =, capacity WITH =, daterange(starts_on, ends_on) WITH &&)
  );
  CREATE INDEX assignment_by_due_date ON assignment (park_id, next_due_on, id) WHERE next_due_on IS NOT NULL;
  CREATE INDEX assignment_of_cadre_by_due_date ON assignment (park_id, cadre_id, next_due_on, id);
  CREATE INDEX assignment_of_enterprise_by_start ON assignment (park_id, enterprise_id, capacity, starts_on);
  CREATE INDEX assignment_by_predecessor ON assignment (park_id, predecessor_id) WHERE predecessor_id IS NOT NULL;
  CREATE INDEX assignment_by_watch ON assignment (watch_on) WHERE watch_on IS NOT NULL;
  CREATE INDEX assignment_by_turn ON assignment (turn_on, park_id) WHERE turn_on IS NOT NULL;
  CREATE INDEX assignment_of_park_by_turn ON assignment (park_id, turn_on) WHERE turn_on IS NOT NULL;

  CREATE TABLE lapse (
    id uuid CONSTRAINT lapse_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    substitute_id uuid,
    due_on date NOT NULL,
    detected_at timestamptz NOT NULL,
    outcome text NOT NULL,
    cleared_on date,
    days_late integer,
    superseded_by jsonb,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT lapse_of_assignment FOREIGN KEY (park_id, assignment_id) REFERENCES assignment (park_id, id),
    CONSTRAINT lapse_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT lapse_of_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT lapse_substitute_in_park FOREIGN KEY (park_id, substitute_id) REFERENCES cadre (park_id, id),
    CONSTRAINT lapse_outcome_known CHECK (outcome IN ('open', 'visited_late', 'visited_on_time_recorded_late', 'duty_paused', 'duty_ended', 'superseded')),
    CONSTRAINT lapse_ends_with_its_days CHECK ((outcome = 'open') = (cleared_on IS NULL) AND (outcome = 'open') = (days_late IS NULL)),
    CONSTRAINT lapse_superseded_by_a_fact CHECK ((outcome = 'superseded') = (superseded_by IS NOT NULL))
  );
  CREATE UNIQUE INDEX lapse_once ON lapse (park_id, assignment_id, due_on) WHERE outcome <> 'superseded';
  CREATE INDEX lapse_by_due_date ON lapse (park_id, due_on DESC, id DESC);
  CREATE INDEX lapse_by_assignment ON lapse (park_id, assignment_id, due_on);
  CREATE INDEX lapse_by_enterprise ON lapse (park_id, enterprise_id, due_on);
  CREATE INDEX lapse_by_cadre ON lapse (park_id, cadre_id, due_on);
  CREATE INDEX lapse_by_substitute ON lapse (park_id, substitute_id) WHERE substitute_id IS NOT NULL;
`;

const VISITS = `
  CREATE TABLE visit (
    id uuid CONSTRAINT visit_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    author_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz,
    device_offset_ms bigint NOT NULL,
    corrected_at timestamptz NOT NULL,
    on_date date NOT NULL,
    received_at timestamptz NOT NULL,
    ended_at timestamptz,
    mode text NOT NULL,
    contacts_met text[] NOT NULL,
    topics text[] NOT NULL,
    summary text NOT NULL,
    conditions text,
    location_lng double precision,
    location_lat double precision,
    location_datum text,
    review text NOT NULL,
    reviewed_at timestamptz,
    reviewed_by uuid,
    review_reason text,
    voided_at timestamptz,
    voided_by uuid,
    void_reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT visit_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT visit_by_author FOREIGN KEY (park_id, author_id) REFERENCES cadre (park_id, id),
    CONSTRAINT visit_reviewed_in_park FOREIGN KEY (park_id, reviewed_by) REFERENCES cadre (park_id, id),
    CONSTRAINT visit_voided_in_park FOREIGN KEY (park_id, voided_by) REFERENCES cadre (park_id, id),
    CONSTRAINT visit_row_in_park UNIQUE (park_id, id),
    CONSTRAINT visit_mode_known CHECK (mode IN ('on_site', 'phone', 'online', 'at_office')),
    CONSTRAINT visit_review_known CHECK (review IN ('none', 'needs_review', 'accepted', 'rejected')),
    CONSTRAINT visit_reviewed_by_somebody CHECK ((review IN ('accepted', 'rejected')) = (reviewed_at IS NOT NULL) AND (reviewed_at IS NULL) = (reviewed_by IS NULL)),
    CONSTRAINT visit_voided_with_reason CHECK ((voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_by IS NULL)),
    CONSTRAINT visit_ends_after_it_begins CHECK (ended_at >= occurred_at),
    CONSTRAINT visit_location_whole CHECK (num_nulls(location_lng, location_lat, location_datum) IN (0, 3))
  );
  CREATE INDEX visit_of_enterprise_by_date ON visit (park_id, enterprise_id, on_date DESC, id DESC);
  CREATE INDEX visit_by_date ON visit (park_id, on_date DESC, id DESC);
  CREATE INDEX visit_to_review ON visit (park_id, on_date DESC, id DESC) WHERE review = 'needs_review' AND voided_at IS NULL;
  CREATE INDEX visit_of_author_by_date ON visit (park_id, author_id, on_date DESC);
  CREATE INDEX visit_by_reviewer ON visit (park_id, reviewed_by) WHERE reviewed_by IS NOT NULL;
  CREATE INDEX visit_by_voider ON visit (park_id, voided_by) WHERE voided_by IS NOT NULL;

  CREATE TABLE visit_participant (
    park_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    on_date date NOT NULL,
    confirmed_at timestamptz,
    removed_at timestamptz,
    CONSTRAINT visit_participant_pkey PRIMARY KEY (park_id, visit_id, cadre_id),
    CONSTRAINT visit_participant_of_visit FOREIGN KEY (park_id, visit_id) REFERENCES visit (park_id, id),
    CONSTRAINT visit_participant_is_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX visit_participant_by_date ON visit_participant (park_id, cadre_id, on_date DESC, visit_id DESC);

  CREATE TABLE visit_amendment (
    id uuid CONSTRAINT visit_amendment_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    amended_at timestamptz NOT NULL,
    amended_by uuid NOT NULL,
    reason text,
    before jsonb NOT NULL,
    CONSTRAINT visit_amendment_of_visit FOREIGN KEY (park_id, visit_id) REFERENCES visit (park_id, id),
    CONSTRAINT visit_amendment_by_cadre FOREIGN KEY (park_id, amended_by) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX visit_amendment_by_visit ON visit_amendment (park_id, visit_id);
  CREATE INDEX visit_amendment_by_amender ON visit_amendment (park_id, amended_by);
`;

const PLANS = `
  CREATE TABLE planned_visit (
    id uuid CONSTRAINT planned_visit_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    planner_id uuid NOT NULL,
    planned_on date NOT NULL,
    note text,
    status text NOT NULL,
    closed_at timestamptz,
    close_reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT planned_visit_to_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT planned_visit_by_planner FOREIGN KEY (park_id, planner_id) REFERENCES cadre (park_id, id),
    CONSTRAINT planned_visit_row_in_park UNIQUE (park_id, id),
    CONSTRAINT planned_visit_status_known CHECK (status IN ('planned', 'declined', 'cancelled')),
    CONSTRAINT planned_visit_closed_at_a_time CHECK ((status = 'planned') = (closed_at IS NULL))
  );
  CREATE INDEX planned_visit_by_date ON planned_visit (park_id, planned_on, id);
  CREATE INDEX planned_visit_of_enterprise_by_date ON planned_visit (park_id, enterprise_id, planned_on);
  CREATE INDEX planned_visit_of_planner ON planned_visit (park_id, planner_id, planned_on);

  CREATE TABLE planned_visit_member (
    park_id uuid NOT NULL,
    planned_visit_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    joined_at timestamptz NOT NULL,
    CONSTRAINT planned_visit_member_pkey PRIMARY KEY (park_id, planned_visit_id, cadre_id),
    CONSTRAINT planned_visit_member_of_plan FOREIGN KEY (park_id, planned_visit_id) REFERENCES planned_visit (park_id, id),
    CONSTRAINT planned_visit_member_is_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX planned_visit_member_by_cadre ON planned_visit_member (park_id, cadre_id);
`;

const RECORDS = `
  CREATE TABLE journal_entry (
    id uuid CONSTRAINT journal_entry_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    type text NOT NULL,
    recorded_at timestamptz NOT NULL,
    effective_on date NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    data jsonb NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT journal_entry_of_park FOREIGN KEY (park_id) REFERENCES park (id)
  );
  CREATE INDEX journal_entry_by_time ON journal_entry (park_id, id);
  CREATE INDEX journal_entry_by_subject ON journal_entry (park_id, subject_id, id);

  CREATE TABLE access_log (
    id uuid CONSTRAINT access_log_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    reason text,
    request_id text NOT NULL,
    CONSTRAINT access_log_of_park FOREIGN KEY (park_id) REFERENCES park (id)
  );
  CREATE INDEX access_log_by_time ON access_log (park_id, id);

  CREATE TABLE client_made_id (
    id uuid CONSTRAINT client_made_id_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    resource text NOT NULL,
    fingerprint bytea NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT client_made_id_of_park FOREIGN KEY (park_id) REFERENCES park (id) DEFERRABLE INITIALLY DEFERRED
  );
  CREATE INDEX client_made_id_by_park ON client_made_id (park_id);
`;

const TABLES_OF_A_PARK = [
  'working_hours', 'park_policy', 'department', 'enterprise', 'enterprise_contact', 'enterprise_status', 'cadre', 'cadre_leave', 'assignment', 'lapse',
  'visit', 'visit_participant', 'visit_amendment', 'planned_visit', 'planned_visit_member', 'journal_entry', 'access_log', 'client_made_id',
];

// The settings are read in sub-selects: PostgreSQL then evaluates them once a query and not once a row.
function secure(table: string, parkColumn: string): string {
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ${table}_within_scope ON ${table} TO ledger_app USING (
      (SELECT current_setting('ledger.system', true) = 'on')
      OR ${parkColumn} = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
    );
  `;
}

// Operators on arrays and LIKE are not leakproof: behind a policy they lose their index. The function runs as its owner, whom the
// policy does not bind, and looks into the one park it is given, which must lie in the caller's scope.
const SEARCH = `
  CREATE FUNCTION search_enterprises(park uuid, pieces text[], pattern text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS $$
    SELECT e.id FROM enterprise e
    WHERE e.park_id = park AND e.search_pieces @> pieces AND e.search_text LIKE pattern
      AND (current_setting('ledger.system', true) = 'on'
        OR park = ANY (string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[]))
  $$;
  REVOKE ALL ON FUNCTION search_enterprises(uuid, text[], text) FROM PUBLIC;
`;

const GRANTS = `
  GRANT USAGE ON SCHEMA public, extensions TO ledger_app;
  GRANT SELECT, INSERT, UPDATE ON ${TABLES_OF_A_PARK.filter((table) => !['journal_entry', 'access_log', 'client_made_id'].includes(table)).join(', ')}, park TO ledger_app;
  GRANT SELECT, INSERT ON journal_entry, access_log, client_made_id, calendar_year TO ledger_app;
  GRANT DELETE ON enterprise_contact TO ledger_app;
  GRANT EXECUTE ON FUNCTION search_enterprises(uuid, text[], text) TO ledger_app;
`;
