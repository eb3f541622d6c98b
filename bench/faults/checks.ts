import type { Client } from 'pg';
import type { Write } from './load';

/** One promise and what was found against it. */
export interface Check {
  readonly promise: string;
  readonly looked: number;
  readonly broken: readonly string[];
}

const EXPECTED: Readonly<Record<Write['kind'], readonly number[]>> = { enterprise: [201, 409], assignment: [201], visit: [201, 422], void: [200, 409], ticket: [201], assign: [200] };
const ENTRY_OF: Readonly<Record<Write['kind'], string>> = { enterprise: 'enterprise.registered', assignment: 'assignment.started', visit: 'visit.logged', void: 'visit.voided', ticket: 'ticket.registered', assign: 'ticket.assigned' };

/** Compares what the writers were told with what the database holds. */
export async function checkWrites(database: Client, writes: readonly Write[]): Promise<readonly Check[]> {
  const made = (kind: Write['kind']): readonly Write[] => writes.filter((one) => one.kind === kind && one.id !== undefined);
  const refused = writes.filter(({ id }) => id === undefined);
  const rows = {
    enterprise: await table(database, 'SELECT id, name AS mark FROM enterprise'),
    assignment: await table(database, 'SELECT id, id::text AS mark FROM assignment'),
    visit: await table(database, 'SELECT id, summary AS mark FROM visit'),
    void: await table(database, 'SELECT id, id::text AS mark FROM visit WHERE voided_at IS NOT NULL'),
    ticket: await table(database, 'SELECT id, title AS mark FROM ticket'),
    assign: await table(database, "SELECT ticket_id AS id, ticket_id::text AS mark FROM ticket_event WHERE type = 'assign'"),
  };
  const kinds = Object.keys(rows) as Write['kind'][];
  const told = kinds.flatMap((kind) => made(kind).flatMap((write) => (rows[kind].some(({ id }) => id === write.id) ? [] : [`${kind} ${write.mark} was acknowledged as ${write.id ?? ''} and is not there`])));
  const surplus = kinds.flatMap((kind) => {
    const known = new Set(made(kind).map(({ id }) => id));
    return rows[kind].filter(({ id }) => !known.has(id)).map(({ id, mark }) => `${kind} ${id} (${mark}) is there and was never acknowledged`);
  });
  const twice = kinds.flatMap((kind) => repeated(rows[kind].map(({ mark }) => mark)).map((mark) => `${kind} ${mark} is there twice`));
  const marks = new Set([...rows.enterprise, ...rows.visit].map(({ mark }) => mark));
  const odd = writes.filter(({ kind, status }) => !EXPECTED[kind].includes(status)).map(({ kind, mark, status, text }) => `${kind} ${mark}: ${status} ${text.slice(0, 200)}`);
  return [
    { promise: 'every acknowledged write is there', looked: writes.length - refused.length, broken: told },
    { promise: 'exactly once', looked: Object.values(rows).reduce((sum, { length }) => sum + length, 0), broken: [...surplus, ...twice] },
    { promise: 'no refused write is there', looked: refused.length, broken: refused.filter(({ kind, mark }) => kind !== 'void' && marks.has(mark)).map(({ kind, mark }) => `${kind} ${mark} was refused and is there`) },
    { promise: 'every answer is one that the contract knows', looked: writes.length, broken: odd },
    await checkEntries(database, kinds.flatMap((kind) => made(kind).map((write) => ({ type: ENTRY_OF[kind], id: write.id ?? '' })))),
  ];
}

async function checkEntries(database: Client, expected: readonly { readonly type: string; readonly id: string }[]): Promise<Check> {
  const { rows } = await database.query<{ type: string; id: string; entries: number }>(
    'SELECT type, subject_id AS id, count(*)::integer AS entries FROM journal_entry WHERE type = ANY ($1) GROUP BY 1, 2', [Object.values(ENTRY_OF)]);
  const entries = new Map(rows.map(({ type, id, entries: count }) => [`${type} ${id}`, count]));
  const known = new Set(expected.map(({ type, id }) => `${type} ${id}`));
  return {
    promise: 'the journal has one entry for each', looked: expected.length,
    broken: [
      ...[...known].filter((one) => entries.get(one) !== 1).map((one) => `${one}: ${entries.get(one) ?? 0} entries`),
      ...[...entries.keys()].filter((one) => !known.has(one)).map((one) => `${one}: an entry and no write`),
    ],
  };
}

/** Numbers of a park and year follow each other without a gap or a twin. */
export async function checkNumbers(database: Client): Promise<Check> {
  const { rows } = await database.query<{ number: string; sequence: number; place: number }>('SELECT number, sequence, row_number() OVER (PARTITION BY park_id, year ORDER BY sequence)::integer AS place FROM ticket');
  return {
    promise: 'tickets are numbered without a gap or a twin', looked: rows.length,
    broken: rows.filter(({ sequence, place }) => sequence !== place).map(({ number, place }) => `${number} is the ${place}th of its year`),
  };
}

/** Each lapse once, with one entry that records it. */
export async function checkLapses(database: Client): Promise<Check> {
  const { rows } = await database.query<{ id: string; twins: number; entries: number }>(`
    SELECT l.id, (SELECT count(*)::integer FROM lapse o WHERE o.assignment_id = l.assignment_id AND o.due_on = l.due_on AND o.outcome <> 'superseded' AND l.outcome <> 'superseded') AS twins,
           (SELECT count(*)::integer FROM journal_entry j WHERE j.park_id = l.park_id AND j.subject_id = l.id AND j.type = 'lapse.recorded') AS entries
    FROM lapse l`);
  return {
    promise: 'lapses are recorded exactly once', looked: rows.length,
    broken: rows.filter(({ twins, entries }) => twins > 1 || entries !== 1).map(({ id, twins, entries }) => `lapse ${id}: ${twins} of its due date, ${entries} entries`),
  };
}

/** What a reader of the feed that was killed all the time has read, against the journal. */
export async function checkFeed(database: Client, read: readonly (readonly [sequence: string, id: string])[]): Promise<Check> {
  const { rows } = await database.query<{ sequence: string; id: string }>('SELECT number::text AS sequence, id FROM journal_entry WHERE number IS NOT NULL ORDER BY park_id, number');
  const unsealed = (await database.query('SELECT FROM journal_entry WHERE number IS NULL')).rowCount ?? 0;
  const first = Array.from({ length: Math.max(rows.length, read.length) }, (_none, index) => index).find((index) => rows[index]?.id !== read[index]?.[1] || rows[index]?.sequence !== read[index]?.[0]);
  return {
    promise: 'a reader of the feed, killed and resumed, has seen each entry once and in order', looked: read.length,
    broken: [
      ...(unsealed === 0 ? [] : [`${unsealed} entries are not sealed`]),
      ...(first === undefined ? [] : [`entry ${first + 1} of ${rows.length}: sealed ${JSON.stringify(rows[first])}, read ${JSON.stringify(read[first])}`]),
    ],
  };
}

async function table(database: Client, text: string): Promise<readonly { readonly id: string; readonly mark: string }[]> {
  return (await database.query<{ id: string; mark: string }>(text)).rows;
}

function repeated(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
