import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who joins a team again, or is invited again, begins another stay; the one before stays on record with its times. So a stay is known by when it began, at most one
 * of somebody lasts, and a reply belongs to the invitation that it answered. Stays that were overwritten before are known to the journal alone.
 */
export class StaysInLinkages1764000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  /** Of several stays the last one is kept, with all replies: the keys of before have room for one. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = `
  ALTER TABLE linkage_reply ADD COLUMN invited_at timestamptz;
  UPDATE linkage_reply r SET invited_at = d.invited_at FROM linkage_department d
    WHERE d.park_id = r.park_id AND d.linkage_id = r.linkage_id AND d.department_id = r.department_id;
  ALTER TABLE linkage_reply ALTER COLUMN invited_at SET NOT NULL, DROP CONSTRAINT linkage_reply_of_invited;

  ALTER TABLE linkage_member DROP CONSTRAINT linkage_member_pkey, ADD CONSTRAINT linkage_member_pkey PRIMARY KEY (park_id, linkage_id, cadre_id, joined_at);
  ALTER TABLE linkage_department DROP CONSTRAINT linkage_department_pkey, ADD CONSTRAINT linkage_department_pkey PRIMARY KEY (park_id, linkage_id, department_id, invited_at);
  CREATE UNIQUE INDEX linkage_member_once ON linkage_member (park_id, linkage_id, cadre_id) WHERE left_at IS NULL;
  CREATE UNIQUE INDEX linkage_department_once ON linkage_department (park_id, linkage_id, department_id) WHERE left_at IS NULL;

  ALTER TABLE linkage_reply ADD CONSTRAINT linkage_reply_of_invited
    FOREIGN KEY (park_id, linkage_id, department_id, invited_at) REFERENCES linkage_department (park_id, linkage_id, department_id, invited_at);
`;

const DOWN = `
  ALTER TABLE linkage_reply DROP CONSTRAINT linkage_reply_of_invited, DROP COLUMN invited_at;
  DROP INDEX linkage_member_once, linkage_department_once;
  DELETE FROM linkage_member m USING linkage_member later
    WHERE later.park_id = m.park_id AND later.linkage_id = m.linkage_id AND later.cadre_id = m.cadre_id AND later.joined_at > m.joined_at;
  DELETE FROM linkage_department d USING linkage_department later
    WHERE later.park_id = d.park_id AND later.linkage_id = d.linkage_id AND later.department_id = d.department_id AND later.invited_at > d.invited_at;
  ALTER TABLE linkage_member DROP CONSTRAINT linkage_member_pkey, ADD CONSTRAINT linkage_member_pkey PRIMARY KEY (park_id, linkage_id, cadre_id);
  ALTER TABLE linkage_department DROP CONSTRAINT linkage_department_pkey, ADD CONSTRAINT linkage_department_pkey PRIMARY KEY (park_id, linkage_id, department_id);
  ALTER TABLE linkage_reply ADD CONSTRAINT linkage_reply_of_invited FOREIGN KEY (park_id, linkage_id, department_id) REFERENCES linkage_department (park_id, linkage_id, department_id);
`;
