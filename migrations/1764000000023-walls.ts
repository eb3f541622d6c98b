import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What stands between a session of the application and the rest of the database, and between personal data and for ever.
 *
 * - Nothing is open to PUBLIC any more: PostgreSQL gives every new function to everybody.
 * - The access log is found by whom and about what, and kept for half a year at least: a younger line is deleted by nobody, an older one by
 *   the function that the nightly job calls.
 * - Names and places in old records are forgotten by policy (PIPL 19, 47); what records them is found by an index of what is left to forget.
 */
export class Walls1764000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [NOTHING_FOR_EVERYBODY, ACCESS_LOG, POLICY, PERSONS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION forget_who_asked(uuid, uuid[]);
      DROP FUNCTION forget_access_log(uuid, timestamptz, integer);
      DROP INDEX ticket_with_persons, visit_voided_with_persons, visit_with_persons;
      ALTER TABLE park_policy DROP COLUMN privacy;
      DROP TRIGGER access_log_is_kept_half_a_year ON access_log;
      DROP TRIGGER access_log_is_never_changed ON access_log;
      DROP FUNCTION keep_half_a_year();
      CREATE TRIGGER access_log_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      DROP INDEX access_log_by_actor, access_log_by_subject;
      ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
      GRANT USAGE ON SCHEMA public TO PUBLIC;
    `);
  }
}

// Functions of extensions are left: operators and indexes need them. Firing a trigger needs no right to its function.
const NOTHING_FOR_EVERYBODY = `
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
  DO $$
  DECLARE
    made regprocedure;
  BEGIN
    FOR made IN
      SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
    END LOOP;
  END $$;
  GRANT EXECUTE ON FUNCTION survivors_answered_at(uuid, uuid) TO ledger_app;
`;

// The law's half a year (网络安全法) is no policy: it is counted by the database's own clock, and holds for the owner, too. Ids are in the order of
// time, so that what is old lies at one end of the index.
const ACCESS_LOG = `
  CREATE INDEX access_log_by_subject ON access_log (park_id, subject_id, id);
  CREATE INDEX access_log_by_actor ON access_log (park_id, actor_id, id);

  CREATE FUNCTION keep_half_a_year() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF OLD.at < now() - interval '6 months' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% keeps what is younger than six months', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END $$;
  REVOKE ALL ON FUNCTION keep_half_a_year() FROM PUBLIC;
  DROP TRIGGER access_log_is_never_changed ON access_log;
  CREATE TRIGGER access_log_is_never_changed BEFORE UPDATE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER access_log_is_kept_half_a_year BEFORE DELETE ON access_log FOR EACH ROW EXECUTE FUNCTION keep_half_a_year();

  CREATE FUNCTION forget_access_log(park uuid, older_than timestamptz, most integer) RETURNS integer
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH bound AS (
      SELECT least(older_than, now() - interval '6 months') AS at, (lpad(to_hex((extract(epoch FROM older_than) * 1000)::bigint), 12, '0') || '7000' || '8000000000000000')::uuid AS id
      WHERE current_setting('ledger.system', true) = 'on'
    ), old AS (
      (SELECT l.id FROM bound b JOIN access_log l ON l.park_id = park AND l.id < b.id AND l.at < b.at ORDER BY l.id LIMIT most)
      UNION ALL
      (SELECT l.id FROM bound b JOIN access_log l ON park IS NULL AND l.park_id IS NULL AND l.id < b.id AND l.at < b.at ORDER BY l.id LIMIT most)
    ), gone AS (DELETE FROM access_log l USING old WHERE l.id = old.id RETURNING 1)
    SELECT count(*)::integer FROM gone
  $$;
  REVOKE ALL ON FUNCTION forget_access_log(uuid, timestamptz, integer) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION forget_access_log(uuid, timestamptz, integer) TO ledger_app;
`;

const POLICY = `
  ALTER TABLE park_policy ADD COLUMN privacy jsonb;
  UPDATE park_policy SET privacy = '{"accessLogMonths": 12, "contactsAfterExitDays": 365, "personsInRecordsDays": 1095, "personsInVoidedDays": 90}';
  ALTER TABLE park_policy ALTER COLUMN privacy SET NOT NULL;
`;

// What was said with a step of a ticket is written once. Of a ticket that has ended, the one who asked for its withdrawal can be forgotten.
const PERSONS = `
  CREATE INDEX visit_with_persons ON visit (park_id, on_date) WHERE contacts_met <> '{}' OR location_lng IS NOT NULL;
  CREATE INDEX visit_voided_with_persons ON visit (park_id, voided_at) WHERE voided_at IS NOT NULL AND (contacts_met <> '{}' OR location_lng IS NOT NULL);
  CREATE INDEX ticket_with_persons ON ticket (park_id, ended_at) WHERE ended_at IS NOT NULL AND (raised_by IS NOT NULL OR withdrawn_for <> '*');

  CREATE FUNCTION forget_who_asked(park uuid, tickets uuid[]) RETURNS integer
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH forgotten AS (
      UPDATE ticket_event e SET words = e.words - 'askedBy'
      FROM ticket t
      WHERE t.park_id = park AND t.id = ANY (tickets) AND t.ended_at IS NOT NULL AND e.park_id = t.park_id AND e.ticket_id = t.id AND e.words ? 'askedBy'
        AND current_setting('ledger.system', true) = 'on'
      RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
  $$;
  REVOKE ALL ON FUNCTION forget_who_asked(uuid, uuid[]) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION forget_who_asked(uuid, uuid[]) TO ledger_app;
`;
