import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The service guide: items, and what each says in versions from a day on. A version is written once: the application may not change it. */
export class ServiceGuide1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE guide_item (
        id uuid CONSTRAINT guide_item_pkey PRIMARY KEY,
        park_id uuid NOT NULL,
        code text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT guide_item_of_park FOREIGN KEY (park_id) REFERENCES park (id),
        CONSTRAINT guide_item_row_in_park UNIQUE (park_id, id),
        CONSTRAINT guide_item_code_once UNIQUE (park_id, code),
        CONSTRAINT guide_item_code_form CHECK (code ~ '^[A-Z0-9][A-Z0-9._-]{0,39}$')
      );

      CREATE TABLE guide_item_version (
        id uuid CONSTRAINT guide_item_version_pkey PRIMARY KEY,
        park_id uuid NOT NULL,
        guide_item_id uuid NOT NULL,
        effective_from date NOT NULL,
        name text NOT NULL,
        category text NOT NULL,
        department_id uuid NOT NULL,
        steps text[] NOT NULL,
        materials jsonb NOT NULL,
        limits jsonb NOT NULL,
        active boolean NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT guide_item_version_of_item FOREIGN KEY (park_id, guide_item_id) REFERENCES guide_item (park_id, id),
        CONSTRAINT guide_item_version_in_department FOREIGN KEY (park_id, department_id) REFERENCES department (park_id, id),
        CONSTRAINT guide_item_version_one_a_day UNIQUE (park_id, guide_item_id, effective_from),
        CONSTRAINT guide_item_version_category_form CHECK (category ~ '^[a-z][a-z0-9_]{0,39}$'),
        CONSTRAINT guide_item_version_limits_for_normal CHECK (limits ? 'normal')
      );
      CREATE INDEX guide_item_version_by_department ON guide_item_version (park_id, department_id);
    `);
    for (const table of ['guide_item', 'guide_item_version']) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY ${table}_within_scope ON ${table} TO ledger_app USING (
          (SELECT current_setting('ledger.system', true) = 'on')
          OR park_id = ANY ((SELECT string_to_array(nullif(current_setting('ledger.parks', true), ''), ',')::uuid[])::uuid[])
        );
      `);
    }
    await runner.query(`
      GRANT SELECT, INSERT, UPDATE (version, updated_at) ON guide_item TO ledger_app;
      GRANT SELECT, INSERT ON guide_item_version TO ledger_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE guide_item_version; DROP TABLE guide_item');
  }
}
