import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Linkages: the levels to which a ticket was raised, each with its team, invited departments and their replies, and sessions with what was decided
 * and who does what until when. Who leaves a team or is not invited any more stays on record with the time of it.
 */
export class Linkages1764000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [LINKAGES, SESSIONS]) await runner.query(statement);
    for (const table of TABLES) await runner.query(secure(table));
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}

const TABLES = ['linkage', 'linkage_member', 'linkage_department', 'linkage_reply', 'linkage_session', 'linkage_participant', 'follow_up'] as const;

const LINKAGES = `
  CREATE TABLE linkage (
    id uuid CONSTRAINT linkage_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    cycle integer NOT NULL,
    level integer NOT NULL,
    lead_id uuid,
    opened_at timestamptz NOT NULL,
    opened_on date NOT NULL,
    closed_at timestamptz,
    closed_on date,
    closing text,
    outcome text,
    closed_by uuid,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT linkage_row_in_park UNIQUE (park_id, id),
    CONSTRAINT linkage_of_ticket FOREIGN KEY (park_id, ticket_id) REFERENCES ticket (park_id, id),
    CONSTRAINT linkage_led_in_park FOREIGN KEY (park_id, lead_id) REFERENCES cadre (park_id, id),
    CONSTRAINT linkage_closed_in_park FOREIGN KEY (park_id, closed_by) REFERENCES cadre (park_id, id),
    CONSTRAINT linkage_level_known CHECK (level BETWEEN 1 AND 3),
    CONSTRAINT linkage_closes_whole CHECK (num_nulls(closed_at, closed_on, closing) IN (0, 3)),
    CONSTRAINT linkage_closing_known CHECK (closing IN ('reported', 'ticket_ended')),
    CONSTRAINT linkage_outcome_is_reported CHECK (num_nonnulls(outcome, closed_by) = CASE closing WHEN 'reported' THEN 2 ELSE 0 END)
  );
  CREATE UNIQUE INDEX linkage_one_open_per_level ON linkage (park_id, ticket_id, level) WHERE closed_at IS NULL;
  CREATE INDEX linkage_by_ticket ON linkage (park_id, ticket_id, id);
  CREATE INDEX linkage_by_lead ON linkage (park_id, lead_id) WHERE lead_id IS NOT NULL;
  CREATE INDEX linkage_by_closer ON linkage (park_id, closed_by) WHERE closed_by IS NOT NULL;

  CREATE TABLE linkage_member (
    park_id uuid NOT NULL,
    linkage_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    joined_at timestamptz NOT NULL,
    left_at timestamptz,
    CONSTRAINT linkage_member_pkey PRIMARY KEY (park_id, linkage_id, cadre_id),
    CONSTRAINT linkage_member_of_linkage FOREIGN KEY (park_id, linkage_id) REFERENCES linkage (park_id, id),
    CONSTRAINT linkage_member_is_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX linkage_member_by_cadre ON linkage_member (park_id, cadre_id);

  CREATE TABLE linkage_department (
    park_id uuid NOT NULL,
    linkage_id uuid NOT NULL,
    department_id uuid NOT NULL,
    invited_at timestamptz NOT NULL,
    left_at timestamptz,
    CONSTRAINT linkage_department_pkey PRIMARY KEY (park_id, linkage_id, department_id),
    CONSTRAINT linkage_department_of_linkage FOREIGN KEY (park_id, linkage_id) REFERENCES linkage (park_id, id),
    CONSTRAINT linkage_department_in_park FOREIGN KEY (park_id, department_id) REFERENCES department (park_id, id)
  );
  CREATE INDEX linkage_department_by_department ON linkage_department (park_id, department_id);

  CREATE TABLE linkage_reply (
    id uuid CONSTRAINT linkage_reply_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    linkage_id uuid NOT NULL,
    department_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT linkage_reply_of_invited FOREIGN KEY (park_id, linkage_id, department_id) REFERENCES linkage_department (park_id, linkage_id, department_id),
    CONSTRAINT linkage_reply_by_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX linkage_reply_by_linkage ON linkage_reply (park_id, linkage_id, department_id);
  CREATE INDEX linkage_reply_by_author ON linkage_reply (park_id, cadre_id);
`;

const SESSIONS = `
  CREATE TABLE linkage_session (
    id uuid CONSTRAINT linkage_session_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    linkage_id uuid NOT NULL,
    held_at timestamptz NOT NULL,
    place text NOT NULL,
    decisions text NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT linkage_session_row_in_park UNIQUE (park_id, id),
    CONSTRAINT linkage_session_of_linkage FOREIGN KEY (park_id, linkage_id) REFERENCES linkage (park_id, id),
    CONSTRAINT linkage_session_recorded_in_park FOREIGN KEY (park_id, recorded_by) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX linkage_session_by_linkage ON linkage_session (park_id, linkage_id, held_at);
  CREATE INDEX linkage_session_by_recorder ON linkage_session (park_id, recorded_by);

  CREATE TABLE linkage_participant (
    park_id uuid NOT NULL,
    session_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    CONSTRAINT linkage_participant_pkey PRIMARY KEY (park_id, session_id, cadre_id),
    CONSTRAINT linkage_participant_of_session FOREIGN KEY (park_id, session_id) REFERENCES linkage_session (park_id, id),
    CONSTRAINT linkage_participant_is_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX linkage_participant_by_cadre ON linkage_participant (park_id, cadre_id);

  CREATE TABLE follow_up (
    id uuid CONSTRAINT follow_up_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    session_id uuid NOT NULL,
    what text NOT NULL,
    cadre_id uuid NOT NULL,
    due_on date NOT NULL,
    done_at timestamptz,
    done_on date,
    done_by uuid,
    note text,
    CONSTRAINT follow_up_of_session FOREIGN KEY (park_id, session_id) REFERENCES linkage_session (park_id, id),
    CONSTRAINT follow_up_given_in_park FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT follow_up_done_in_park FOREIGN KEY (park_id, done_by) REFERENCES cadre (park_id, id),
    CONSTRAINT follow_up_done_whole CHECK (num_nulls(done_at, done_on, done_by) IN (0, 3) AND (note IS NULL OR done_at IS NOT NULL))
  );
  CREATE INDEX follow_up_open_by_due ON follow_up (park_id, due_on, id) WHERE done_at IS NULL;
  CREATE INDEX follow_up_by_cadre ON follow_up (park_id, cadre_id, due_on, id);
  CREATE INDEX follow_up_by_session ON follow_up (park_id, session_id);
  CREATE INDEX follow_up_by_finisher ON follow_up (park_id, done_by) WHERE done_by IS NOT NULL;
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

// What was said and who was there is written once.
const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON linkage, linkage_member, linkage_department, follow_up TO ledger_app;
  GRANT SELECT, INSERT ON linkage_reply, linkage_session, linkage_participant TO ledger_app;
`;
