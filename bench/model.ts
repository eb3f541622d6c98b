import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { OpenApplication } from './application';
import { withClient } from './generate';
import type { Shot } from './load';
import { FOLDER } from './server';
import type { Pair, Requests } from './shots';
import { idOf, PARK } from './sizes';
import type { Statements } from './yardstick';
import type { NewVisit } from './yardstick.visit';

// Three enterprises of one officer, whose due date is neither past nor the next to pass.
const [REMEMBERED, MODEL, CHECKED_OURS, CHECKED_YARDSTICK] = [5, 6, 7, 8].map((round) => round * PARK.officers) as [number, number, number, number];

/** Has the application answer each measured request, and writes the statements that this took into a file for the yardstick. Answers the file. */
export async function writeStatements(application: OpenApplication, requests: Requests): Promise<string> {
  // The first request of its kind also reads what the application then remembers: the second one is the model.
  const twice = async (shot: Shot | undefined, again = shot): Promise<Awaited<ReturnType<OpenApplication['answer']>>> => {
    if (shot === undefined || again === undefined) throw new Error('nothing is asked');
    await application.answer(shot);
    const answer = await application.answer(again);
    if (answer.status >= 300) throw new Error(`${again.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const overdue = await twice((await requests.overdue(1)).ours[0]?.[0]);
  const worklist = await twice((await requests.worklist(1)).ours[0]?.[0]);
  const model = await requests.visitTo(MODEL);
  const visit = await twice((await requests.visitTo(REMEMBERED)).ours, model.ours);
  const statements: Statements = {
    overdue: overdue.sent.map(({ text }) => text),
    worklist: worklist.sent.map(({ text }) => text),
    visit: {
      request: JSON.parse(model.yardstick.body ?? '') as NewVisit, receivedAt: (visit.body as { receivedAt: string }).receivedAt, answer: visit.body,
      statements: visit.sent.map(({ text, values }) => ({ text, values: values.map((value) => (value instanceof Date ? { $date: value.toISOString() } : value)) })),
    },
  };
  const file = join(FOLDER, 'statements.json');
  writeFileSync(file, JSON.stringify(statements, null, 1));
  return file;
}

/** @throws Error when application and yardstick do not answer and write the same */
export async function requireSame(databaseUrl: string, ours: string, yardstick: string, requests: Requests): Promise<void> {
  const ask = async (base: string, shot: Shot | undefined): Promise<unknown> => {
    if (shot === undefined) throw new Error('nothing is asked');
    const response = await fetch(`${base}${shot.path}`, { method: shot.method, headers: { ...shot.headers }, ...(shot.body === undefined ? {} : { body: shot.body }) });
    return { status: response.status, body: await response.json() };
  };
  for (const { ours: our, yardstick: their } of [await requests.overdue(1), await requests.worklist(1)]) {
    requireEqual(await ask(ours, our[0]?.[0]), await ask(yardstick, their[0]?.[0]), ['nextCursor']);
  }
  const pairs: [Pair, Pair] = [await requests.visitTo(CHECKED_OURS), await requests.visitTo(CHECKED_YARDSTICK)];
  requireEqual(await ask(ours, pairs[0].ours), await ask(yardstick, pairs[1].yardstick), PERSONAL);
  const [one, other] = [await traceOf(databaseUrl, CHECKED_OURS), await traceOf(databaseUrl, CHECKED_YARDSTICK)];
  requireEqual(one, other, PERSONAL);
}

/** Fields that differ from one visit to the next. */
const PERSONAL = ['id', 'enterpriseId', 'enterprise_id', 'visitId', 'visit_id', 'subject_id', 'occurredAt', 'occurred_at', 'correctedAt', 'corrected_at', 'receivedAt', 'received_at', 'createdAt',
  'created_at', 'updatedAt', 'updated_at', 'confirmedAt', 'confirmed_at', 'recorded_at', 'request_id', 'from', 'starts_on', 'name', 'search_text', 'search_pieces', 'sort_key', 'uscc', 'position'];

/** Everything that a visit has left in the tables. */
async function traceOf(databaseUrl: string, enterprise: number): Promise<unknown> {
  return withClient(databaseUrl, async (client) => (await client.query(
    `SELECT (SELECT to_jsonb(e) FROM enterprise e WHERE e.id = $1) AS enterprise,
            (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.capacity) FROM assignment a WHERE a.enterprise_id = $1 AND a.capacity = 'officer') AS duties,
            (SELECT jsonb_agg(to_jsonb(v)) FROM visit v JOIN bench.moment m ON v.created_at > m.made_at WHERE v.enterprise_id = $1) AS visits,
            (SELECT jsonb_agg(to_jsonb(p)) FROM visit_participant p JOIN visit v ON v.id = p.visit_id JOIN bench.moment m ON v.created_at > m.made_at WHERE v.enterprise_id = $1) AS participants,
            (SELECT jsonb_agg(to_jsonb(j) ORDER BY j.type) FROM journal_entry j WHERE j.data->>'enterpriseId' = $1::text) AS entries`, [idOf('enterprise', enterprise)])).rows[0] as unknown);
}

/** @throws Error when two values of JSON differ in anything but fields of these names */
export function requireEqual(one: unknown, other: unknown, except: readonly string[]): void {
  const masked = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (name, inner: unknown) => (except.includes(name) && inner !== null ? '…' : inner))) as unknown;
  if (isDeepStrictEqual(masked(one), masked(other))) return;
  throw new Error(`What should be alike differs: ${difference(masked(one), masked(other), '') ?? 'in the order of fields'}`);
}

/** The first place in which two values of JSON differ. */
function difference(one: unknown, other: unknown, at: string): string | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return `${at} is ${JSON.stringify(one)} here and ${JSON.stringify(other)} there`;
  const [ours, theirs] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const found = difference(ours[name], theirs[name], `${at}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
