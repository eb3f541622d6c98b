import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * In what reports say names are sought as letters and digits alone: another dot, a character that cannot be seen or an accent hid one. What is there is written down anew from the words of its author. Who is named does not read it from
 * then on; whether it goes to the county is decided when next its author says something or an inspector finds something out, since that is an entry of the chain.
 */
export class PlainNames1764000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rebuild(runner, (text) => text.normalize('NFKD').toLowerCase().replace(NOT_IN_NAMES, '').normalize('NFC'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await rebuild(runner, (text) => text.normalize('NFKC').replace(NOT_IN_NAMES_BEFORE, '').toLowerCase());
  }
}

interface Said {
  readonly id: string;
  readonly reported: readonly (string | null)[];
  readonly added: readonly string[];
}

// A report and what its author added can be hundreds of thousands of characters.
const AT_ONCE = 100;
const NOT_IN_NAMES = /[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}|[\u02B9-\u02C1\u119E\u1427\uA78F]/gu;
const NOT_IN_NAMES_BEFORE = /[\s·•.\-_()（）]/gu;

const SAID = `
  SELECT r.id, ARRAY[r.text, r.enterprise_name] || ARRAY(SELECT said FROM integrity_named n CROSS JOIN LATERAL unnest(ARRAY[n.name, n.position]) WITH ORDINALITY AS w(said, no)
      WHERE n.park_id = r.park_id AND n.report_id = r.id ORDER BY n.id, w.no) AS reported,
    ARRAY(SELECT m.text FROM integrity_message m WHERE m.park_id = r.park_id AND m.report_id = r.id AND m.author = 'reporter' ORDER BY m.id) AS added
  FROM integrity_report r WHERE $1::uuid IS NULL OR r.id > $1 ORDER BY r.id LIMIT ${AT_ONCE}
`;

async function rebuild(runner: QueryRunner, plain: (text: string) => string): Promise<void> {
  // What somebody said between the reading and the writing would not be in it. Whoever says something holds the row first: this waits for them, and they for this.
  await runner.query('LOCK TABLE integrity_report IN EXCLUSIVE MODE');
  for (let said = await read(runner, null); said.length > 0; said = await read(runner, said.at(-1)?.id ?? null)) {
    const texts = said.map(({ reported, added }) => [...reported.filter((part) => part !== null && part !== ''), ...added].map((part) => plain(part ?? '')).join('|'));
    await runner.query('UPDATE integrity_report r SET search_text = s.said FROM unnest($1::uuid[], $2::text[]) AS s(id, said) WHERE r.id = s.id', [said.map(({ id }) => id), texts]);
  }
}

async function read(runner: QueryRunner, after: string | null): Promise<Said[]> {
  return await runner.query(SAID, [after]) as Said[];
}
