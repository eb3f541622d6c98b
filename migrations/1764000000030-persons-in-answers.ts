import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An answer may say whom of the enterprise it was given to, and a ticket that goes on after a withdrawal keeps who asked for it: neither was found when the ticket
 * itself named nobody. An event is older than the end of its ticket, so what is left to forget is found by the age of the event.
 */
export class PersonsInAnswers1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ticket_event_with_persons ON ticket_event (park_id, at) WHERE words ?| ARRAY['askedBy', 'toContact'];
      ${forget({ names: "words ?| ARRAY['askedBy', 'toContact']", without: "words - 'askedBy' - 'toContact'" })}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${forget({ names: "words ? 'askedBy'", without: "words - 'askedBy'" })}
      DROP INDEX ticket_event_with_persons;
    `);
  }
}

const forget = ({ names, without }: { readonly names: string; readonly without: string }): string => `
  CREATE OR REPLACE FUNCTION forget_who_asked(park uuid, tickets uuid[]) RETURNS integer
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH forgotten AS (
      UPDATE ticket_event e SET words = e.${without}
      FROM ticket t
      WHERE t.park_id = park AND t.id = ANY (tickets) AND t.ended_at IS NOT NULL AND e.park_id = t.park_id AND e.ticket_id = t.id AND e.${names}
        AND current_setting('ledger.system', true) = 'on'
      RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
  $$;
`;
