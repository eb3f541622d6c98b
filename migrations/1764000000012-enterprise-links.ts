import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an enterprise answers through: links that are asked about one event of a ticket and used once, and the outbox from which they go out. A token is
 * worked out from the key and the link's id when it is needed; what is kept of it is its hash. Contacts learn who entered them, so that no link goes to
 * somebody whom the handler has entered.
 */
export class EnterpriseLinks1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CONTACTS);
    await runner.query(LINKS);
    for (const table of ['enterprise_link', 'link_delivery']) await runner.query(secure(table));
    await runner.query(`
      INSERT INTO installation_key (purpose) VALUES ('link');
      GRANT SELECT, INSERT ON enterprise_link, link_delivery TO ledger_app;
      GRANT UPDATE (token_hash, delivered_at, used_at, superseded_at) ON enterprise_link TO ledger_app;
      GRANT UPDATE (attempts, next_try_at, last_error, delivered_at, given_up_at) ON link_delivery TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM installation_key WHERE purpose = 'link';
      DROP TABLE link_delivery, enterprise_link;
      ALTER TABLE enterprise_contact DROP COLUMN changed_by;
    `);
  }
}

// Who entered the contacts that there are stands in the journal: a change and its entry bear the same instant.
const CONTACTS = `
  ALTER TABLE enterprise_contact ADD COLUMN changed_by uuid;
  UPDATE enterprise_contact c SET changed_by = d.id
    FROM journal_entry j JOIN cadre d ON d.park_id = j.park_id AND d.id::text = j.actor_id
    WHERE j.park_id = c.park_id AND j.subject_id = c.enterprise_id AND j.recorded_at = c.changed_at AND j.actor_kind = 'cadre'
      AND j.type IN ('enterprise.registered', 'enterprise.changed');
  ALTER TABLE enterprise_contact ADD CONSTRAINT enterprise_contact_entered_in_park FOREIGN KEY (park_id, changed_by) REFERENCES cadre (park_id, id);
  CREATE INDEX enterprise_contact_by_author ON enterprise_contact (park_id, changed_by) WHERE changed_by IS NOT NULL;
`;

// A contact is referred to by no key: it is the one kind of row that is deleted.
const LINKS = `
  CREATE TABLE enterprise_link (
    id uuid CONSTRAINT enterprise_link_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    event_no integer NOT NULL,
    purpose text NOT NULL,
    contact_id uuid,
    client_id text,
    token_hash bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    delivered_at timestamptz,
    used_at timestamptz,
    superseded_at timestamptz,
    CONSTRAINT enterprise_link_row_in_park UNIQUE (park_id, id),
    CONSTRAINT enterprise_link_about_event FOREIGN KEY (park_id, ticket_id, event_no) REFERENCES ticket_event (park_id, ticket_id, no),
    CONSTRAINT enterprise_link_token_once UNIQUE (token_hash),
    CONSTRAINT enterprise_link_token_hashed CHECK (octet_length(token_hash) = 32),
    CONSTRAINT enterprise_link_opened_by_its_token CHECK (token_hash IS NOT NULL OR (client_id IS NULL AND delivered_at IS NULL AND used_at IS NULL)),
    CONSTRAINT enterprise_link_purpose_known CHECK (purpose IN ('acknowledge', 'evaluate', 'question')),
    CONSTRAINT enterprise_link_to_contact_or_client CHECK (num_nonnulls(contact_id, client_id) = 1),
    CONSTRAINT enterprise_link_expires_later CHECK (expires_at > created_at),
    CONSTRAINT enterprise_link_ends_once CHECK (num_nonnulls(used_at, superseded_at) <= 1)
  );
  CREATE INDEX enterprise_link_by_ticket ON enterprise_link (park_id, ticket_id, event_no);
  CREATE UNIQUE INDEX enterprise_link_one_answer ON enterprise_link (park_id, ticket_id, event_no) WHERE used_at IS NOT NULL;

  CREATE TABLE link_delivery (
    park_id uuid NOT NULL,
    link_id uuid NOT NULL,
    attempts integer NOT NULL,
    next_try_at timestamptz,
    last_error text,
    delivered_at timestamptz,
    given_up_at timestamptz,
    CONSTRAINT link_delivery_pkey PRIMARY KEY (park_id, link_id),
    CONSTRAINT link_delivery_of_link FOREIGN KEY (park_id, link_id) REFERENCES enterprise_link (park_id, id),
    CONSTRAINT link_delivery_ends_one_way CHECK (num_nonnulls(next_try_at, delivered_at, given_up_at) = 1),
    CONSTRAINT link_delivery_error_is_a_code CHECK (last_error ~ '^[a-z0-9-]{1,40}$'),
    CONSTRAINT link_delivery_attempts_count CHECK (attempts >= 0)
  );
  CREATE INDEX link_delivery_by_try ON link_delivery (next_try_at) WHERE next_try_at IS NOT NULL;
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
