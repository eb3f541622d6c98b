import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Matters (普遍关注事项): concerns that several enterprises share, opened by a supervisor or proposed by the system, researched, and decided as one. Which
 * tickets belong to one stays on record, so that what was dismissed is not proposed again.
 */
export class Matters1764000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MATTERS);
    for (const table of TABLES) await runner.query(secure(table));
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}

const TABLES = ['matter', 'matter_ticket', 'matter_note'] as const;

const MATTERS = `
  CREATE TABLE matter (
    id uuid CONSTRAINT matter_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    category text,
    guide_item_id uuid,
    status text NOT NULL,
    opened_by uuid,
    decision text,
    means text,
    decided_by uuid,
    decided_at timestamptz,
    dismiss_reason text,
    dismissed_by uuid,
    dismissed_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT matter_row_in_park UNIQUE (park_id, id),
    CONSTRAINT matter_of_park FOREIGN KEY (park_id) REFERENCES park (id),
    CONSTRAINT matter_of_guide_item FOREIGN KEY (park_id, guide_item_id) REFERENCES guide_item (park_id, id),
    CONSTRAINT matter_opened_in_park FOREIGN KEY (park_id, opened_by) REFERENCES cadre (park_id, id),
    CONSTRAINT matter_decided_in_park FOREIGN KEY (park_id, decided_by) REFERENCES cadre (park_id, id),
    CONSTRAINT matter_dismissed_in_park FOREIGN KEY (park_id, dismissed_by) REFERENCES cadre (park_id, id),
    CONSTRAINT matter_status_known CHECK (status IN ('proposed', 'open', 'decided', 'dismissed')),
    CONSTRAINT matter_opened_by_somebody CHECK ((opened_by IS NOT NULL) = (status IN ('open', 'decided'))),
    CONSTRAINT matter_decided_whole CHECK (num_nonnulls(decision, means, decided_by, decided_at) = CASE status WHEN 'decided' THEN 4 ELSE 0 END),
    CONSTRAINT matter_dismissed_with_reason CHECK (num_nonnulls(dismiss_reason, dismissed_by, dismissed_at) = CASE status WHEN 'dismissed' THEN 3 ELSE 0 END)
  );
  CREATE UNIQUE INDEX matter_one_per_guide_item ON matter (park_id, guide_item_id) WHERE status IN ('proposed', 'open');
  CREATE INDEX matter_by_guide_item ON matter (park_id, guide_item_id) WHERE guide_item_id IS NOT NULL;
  CREATE INDEX matter_by_opener ON matter (park_id, opened_by) WHERE opened_by IS NOT NULL;
  CREATE INDEX matter_by_decider ON matter (park_id, decided_by) WHERE decided_by IS NOT NULL;
  CREATE INDEX matter_by_dismisser ON matter (park_id, dismissed_by) WHERE dismissed_by IS NOT NULL;

  CREATE TABLE matter_ticket (
    park_id uuid NOT NULL,
    matter_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    standing text NOT NULL,
    added_at timestamptz NOT NULL,
    event_no integer,
    CONSTRAINT matter_ticket_pkey PRIMARY KEY (park_id, matter_id, ticket_id),
    CONSTRAINT matter_ticket_of_matter FOREIGN KEY (park_id, matter_id) REFERENCES matter (park_id, id),
    CONSTRAINT matter_ticket_is_ticket FOREIGN KEY (park_id, ticket_id) REFERENCES ticket (park_id, id),
    CONSTRAINT matter_ticket_answered_by_event FOREIGN KEY (park_id, ticket_id, event_no) REFERENCES ticket_event (park_id, ticket_id, no),
    CONSTRAINT matter_ticket_standing_known CHECK (standing IN ('proposed', 'open', 'ended')),
    CONSTRAINT matter_ticket_answered_at_the_end CHECK (event_no IS NULL OR standing = 'ended')
  );
  CREATE UNIQUE INDEX matter_ticket_in_one_open ON matter_ticket (park_id, ticket_id) WHERE standing = 'open';
  CREATE INDEX matter_ticket_by_ticket ON matter_ticket (park_id, ticket_id);

  CREATE TABLE matter_note (
    id uuid CONSTRAINT matter_note_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    matter_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT matter_note_of_matter FOREIGN KEY (park_id, matter_id) REFERENCES matter (park_id, id),
    CONSTRAINT matter_note_by_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX matter_note_by_matter ON matter_note (park_id, matter_id, id);
  CREATE INDEX matter_note_by_author ON matter_note (park_id, cadre_id);
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

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON matter, matter_ticket TO ledger_app;
  GRANT SELECT, INSERT ON matter_note TO ledger_app;
`;
