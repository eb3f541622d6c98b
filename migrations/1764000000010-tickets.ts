import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tickets: what happened to each as events that are only ever added, and what follows from them (state, clocks, who is on it) kept beside them in
 * the same transaction, for lists and for constraints.
 */
export class Tickets1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [TICKETS, EVENTS, CLOCKS, EARLIEST_CLOCK, SEARCH]) await runner.query(statement);
    for (const table of TABLES) await runner.query(secure(table));
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION search_tickets(uuid, text[], text)');
    for (const table of [...TABLES].reverse()) await runner.query(`DROP TABLE ${table} CASCADE`);
    await runner.query('DROP FUNCTION require_earliest_clock()');
  }
}

const TABLES = ['ticket_number', 'ticket', 'ticket_collaborator', 'ticket_event', 'ticket_clock'] as const;

const TICKETS = `
  CREATE TABLE ticket_number (
    park_id uuid NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT ticket_number_pkey PRIMARY KEY (park_id, year),
    CONSTRAINT ticket_number_of_park FOREIGN KEY (park_id) REFERENCES park (id)
  );

  CREATE TABLE ticket (
    id uuid CONSTRAINT ticket_pkey PRIMARY KEY,
    park_id uuid NOT NULL,
    year integer NOT NULL,
    sequence integer NOT NULL,
    number text COLLATE "C" NOT NULL,
    enterprise_id uuid NOT NULL,
    visit_id uuid,
    channel text NOT NULL,
    category text NOT NULL,
    priority text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    search_text text NOT NULL,
    search_pieces text[] NOT NULL,
    guide_item_id uuid,
    raised_by text,
    raised_at timestamptz,
    attachment_ids uuid[] NOT NULL,
    registered_by uuid,
    state text NOT NULL,
    cycle integer NOT NULL,
    level integer NOT NULL,
    handler_id uuid,
    lead_id uuid,
    department_id uuid,
    outcome text,
    last_answer_at timestamptz,
    withdrawn_for text,
    merged_into_id uuid,
    deferrals integer NOT NULL,
    breaches integer NOT NULL,
    next_due_at timestamptz,
    next_due_clock text,
    calendar_provisional boolean NOT NULL,
    turn_at timestamptz,
    world text NOT NULL,
    events integer NOT NULL,
    ended_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ticket_row_in_park UNIQUE (park_id, id),
    CONSTRAINT ticket_number_once UNIQUE (park_id, year, sequence),
    CONSTRAINT ticket_of_enterprise FOREIGN KEY (park_id, enterprise_id) REFERENCES enterprise (park_id, id),
    CONSTRAINT ticket_of_visit FOREIGN KEY (park_id, visit_id) REFERENCES visit (park_id, id),
    CONSTRAINT ticket_of_guide_item FOREIGN KEY (park_id, guide_item_id) REFERENCES guide_item (park_id, id),
    CONSTRAINT ticket_registered_in_park FOREIGN KEY (park_id, registered_by) REFERENCES cadre (park_id, id),
    CONSTRAINT ticket_handled_in_park FOREIGN KEY (park_id, handler_id) REFERENCES cadre (park_id, id),
    CONSTRAINT ticket_led_in_park FOREIGN KEY (park_id, lead_id) REFERENCES cadre (park_id, id),
    CONSTRAINT ticket_in_department FOREIGN KEY (park_id, department_id) REFERENCES department (park_id, id),
    CONSTRAINT ticket_merged_in_park FOREIGN KEY (park_id, merged_into_id) REFERENCES ticket (park_id, id),
    CONSTRAINT ticket_channel_known CHECK (channel IN ('visit', 'phone', 'online', 'at_office', 'portal', 'hotline', 'letter', 'meeting')),
    CONSTRAINT ticket_priority_known CHECK (priority IN ('normal', 'urgent', 'critical')),
    CONSTRAINT ticket_state_known CHECK (state IN ('registered', 'assigned', 'in_progress', 'waiting_enterprise', 'resolved', 'explained', 'deferred', 'closed', 'withdrawn', 'merged')),
    CONSTRAINT ticket_outcome_known CHECK (outcome IN ('solved', 'partly_solved', 'information_given', 'referred', 'declined')),
    CONSTRAINT ticket_level_known CHECK (level BETWEEN 0 AND 3),
    CONSTRAINT ticket_ends_with_its_state CHECK ((state IN ('closed', 'withdrawn', 'merged')) = (ended_at IS NOT NULL)),
    CONSTRAINT ticket_open_has_a_clock CHECK (ended_at IS NOT NULL OR next_due_at IS NOT NULL),
    CONSTRAINT ticket_clock_has_a_kind CHECK ((next_due_at IS NULL) = (next_due_clock IS NULL)),
    CONSTRAINT ticket_has_one_handler CHECK (CASE state WHEN 'registered' THEN handler_id IS NULL WHEN 'withdrawn' THEN true WHEN 'merged' THEN true ELSE handler_id IS NOT NULL END),
    CONSTRAINT ticket_closed_with_answer_and_outcome CHECK (state <> 'closed' OR (last_answer_at IS NOT NULL AND outcome IS NOT NULL)),
    CONSTRAINT ticket_withdrawn_for_somebody CHECK ((state = 'withdrawn') = (withdrawn_for IS NOT NULL)),
    CONSTRAINT ticket_merged_into_another CHECK ((state = 'merged') = (merged_into_id IS NOT NULL) AND merged_into_id <> id)
  );
  CREATE INDEX ticket_open_by_due ON ticket (park_id, next_due_at, id) WHERE ended_at IS NULL;
  CREATE INDEX ticket_open_by_handler ON ticket (park_id, handler_id, next_due_at, id) WHERE ended_at IS NULL;
  CREATE INDEX ticket_open_by_department ON ticket (park_id, department_id, next_due_at, id) WHERE ended_at IS NULL;
  CREATE INDEX ticket_open_by_number ON ticket (park_id, year, sequence) WHERE ended_at IS NULL;
  CREATE INDEX ticket_call_by_due ON ticket (park_id, next_due_at, id) WHERE ended_at IS NOT NULL AND next_due_at IS NOT NULL;
  CREATE INDEX ticket_by_turn ON ticket (park_id, turn_at) WHERE turn_at IS NOT NULL;
  CREATE INDEX ticket_by_enterprise ON ticket (park_id, enterprise_id, year, sequence);
  CREATE INDEX ticket_by_handler ON ticket (park_id, handler_id, year, sequence);
  CREATE INDEX ticket_by_department ON ticket (park_id, department_id, year, sequence);
  CREATE INDEX ticket_by_lead ON ticket (park_id, lead_id, year, sequence) WHERE lead_id IS NOT NULL;
  CREATE INDEX ticket_by_registrar ON ticket (park_id, registered_by, year, sequence) WHERE registered_by IS NOT NULL;
  CREATE INDEX ticket_by_visit ON ticket (park_id, visit_id) WHERE visit_id IS NOT NULL;
  CREATE INDEX ticket_by_guide_item ON ticket (park_id, guide_item_id, created_at) WHERE guide_item_id IS NOT NULL;
  CREATE INDEX ticket_by_survivor ON ticket (park_id, merged_into_id) WHERE merged_into_id IS NOT NULL;
  CREATE INDEX ticket_by_piece ON ticket USING gin (park_id, search_pieces) WITH (fastupdate = off);

  CREATE TABLE ticket_collaborator (
    park_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    cadre_id uuid NOT NULL,
    CONSTRAINT ticket_collaborator_pkey PRIMARY KEY (park_id, ticket_id, cadre_id),
    CONSTRAINT ticket_collaborator_on_ticket FOREIGN KEY (park_id, ticket_id) REFERENCES ticket (park_id, id),
    CONSTRAINT ticket_collaborator_in_park FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id)
  );
  CREATE INDEX ticket_collaborator_by_cadre ON ticket_collaborator (park_id, cadre_id);
`;

// Told again in the order of their numbers they give the ticket. A ticket's id carries its month, so the table can be partitioned by its key.
const EVENTS = `
  CREATE TABLE ticket_event (
    park_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    no integer NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    on_date date NOT NULL,
    cycle integer NOT NULL,
    state text NOT NULL,
    world text NOT NULL,
    data jsonb NOT NULL,
    words jsonb,
    actor_kind text NOT NULL,
    cadre_id uuid,
    client_id text,
    CONSTRAINT ticket_event_pkey PRIMARY KEY (park_id, ticket_id, no),
    CONSTRAINT ticket_event_of_ticket FOREIGN KEY (park_id, ticket_id) REFERENCES ticket (park_id, id),
    CONSTRAINT ticket_event_by_cadre FOREIGN KEY (park_id, cadre_id) REFERENCES cadre (park_id, id),
    CONSTRAINT ticket_event_by_somebody CHECK (CASE actor_kind WHEN 'cadre' THEN num_nulls(cadre_id, client_id) = 1 AND cadre_id IS NOT NULL
      WHEN 'client' THEN cadre_id IS NULL AND client_id IS NOT NULL WHEN 'enterprise' THEN num_nulls(cadre_id, client_id) = 2 WHEN 'system' THEN num_nulls(cadre_id, client_id) = 2 ELSE false END)
  );
  CREATE INDEX ticket_event_by_author ON ticket_event (park_id, cadre_id) WHERE cadre_id IS NOT NULL;
`;

const CLOCKS = `
  CREATE TABLE ticket_clock (
    park_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    no integer NOT NULL,
    kind text NOT NULL,
    cycle integer NOT NULL,
    started_at timestamptz NOT NULL,
    started_on date NOT NULL,
    term jsonb NOT NULL,
    rework boolean NOT NULL,
    extensions jsonb NOT NULL,
    rests jsonb NOT NULL,
    due_at timestamptz,
    due_on date,
    original_due_at timestamptz,
    calendar_provisional boolean NOT NULL,
    stopped_at timestamptz,
    stopped_on date,
    breached_at timestamptz,
    breached_on date,
    responsible_id uuid,
    CONSTRAINT ticket_clock_pkey PRIMARY KEY (park_id, ticket_id, no),
    CONSTRAINT ticket_clock_of_ticket FOREIGN KEY (park_id, ticket_id) REFERENCES ticket (park_id, id),
    CONSTRAINT ticket_clock_answered_for_in_park FOREIGN KEY (park_id, responsible_id) REFERENCES cadre (park_id, id),
    CONSTRAINT ticket_clock_kind_known CHECK (kind IN ('assign', 'respond', 'resolve', 'reply', 'wait', 'confirm', 'review', 'call', 'lead')),
    CONSTRAINT ticket_clock_rests_only_to_resolve CHECK (due_at IS NOT NULL OR kind = 'resolve'),
    CONSTRAINT ticket_clock_stops_whole CHECK ((stopped_at IS NULL) = (stopped_on IS NULL)),
    CONSTRAINT ticket_clock_breached_whole CHECK ((breached_at IS NULL) = (breached_on IS NULL) AND (responsible_id IS NULL OR breached_at IS NOT NULL)),
    CONSTRAINT ticket_clock_promises_alone_are_breached CHECK (breached_at IS NULL OR kind NOT IN ('wait', 'confirm', 'review'))
  );
  CREATE UNIQUE INDEX ticket_clock_one_running ON ticket_clock (park_id, ticket_id, kind) WHERE stopped_at IS NULL AND kind NOT IN ('reply', 'call');
  CREATE INDEX ticket_clock_by_responsible ON ticket_clock (park_id, responsible_id) WHERE responsible_id IS NOT NULL;
`;

// Invariant 2. Looked at when the transaction commits, since a ticket and its clocks are written by several statements.
const EARLIEST_CLOCK = `
  CREATE FUNCTION require_earliest_clock() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
  DECLARE
    kept timestamptz;
    ended boolean;
    earliest timestamptz;
    running integer;
    ticket uuid := CASE TG_TABLE_NAME WHEN 'ticket' THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(NEW) ->> 'ticket_id')::uuid END;
  BEGIN
    SELECT t.next_due_at, t.ended_at IS NOT NULL INTO kept, ended FROM ticket t WHERE t.park_id = NEW.park_id AND t.id = ticket;
    SELECT min(c.due_at), count(*) INTO earliest, running FROM ticket_clock c WHERE c.park_id = NEW.park_id AND c.ticket_id = ticket AND c.stopped_at IS NULL;
    IF kept IS DISTINCT FROM earliest OR (running = 0 AND NOT ended) THEN
      RAISE EXCEPTION 'ticket % is not due at the earliest of its running clocks', ticket USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_due_at_its_earliest_clock', TABLE = 'ticket';
    END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER ticket_due_at_its_earliest_clock AFTER INSERT OR UPDATE OF next_due_at, ended_at ON ticket
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_earliest_clock();
  CREATE CONSTRAINT TRIGGER ticket_clock_behind_its_ticket AFTER INSERT OR UPDATE OF due_at, stopped_at ON ticket_clock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_earliest_clock();
`;

// Runs as its owner, for the reason told at search_enterprises: behind a policy these operators lose their index.
const SEARCH = `
  CREATE FUNCTION search_tickets(park uuid, pieces text[], pattern text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS $$
    SELECT t.id FROM ticket t
    WHERE t.park_id = park AND t.search_pieces @> pieces AND t.search_text LIKE pattern
      AND (current_setting('ledger.system', true) = 'on'
        OR park = ANY (string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[]))
  $$;
  REVOKE ALL ON FUNCTION search_tickets(uuid, text[], text) FROM PUBLIC;
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

// An event is written once, and nothing is deleted but who collaborates now: who did stands in the events.
const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON ticket_number, ticket, ticket_clock TO ledger_app;
  GRANT SELECT, INSERT ON ticket_event TO ledger_app;
  GRANT SELECT, INSERT, DELETE ON ticket_collaborator TO ledger_app;
  GRANT EXECUTE ON FUNCTION search_tickets(uuid, text[], text) TO ledger_app;
`;
