import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { OpenApplication } from './application';
import type { Shot, Target } from './load';
import { FOLDER } from './server';
import type { Requests } from './shots';
import type { Statements } from './yardstick';
import type { NewVisit } from './yardstick.visit';

/** Has the application answer each measured request once, and writes the statements that this took into a file for the yardstick. */
export async function writeStatements(application: OpenApplication, requests: Requests): Promise<string> {
  const overdue = await answered(application, (await requests.overdue(1)).ours);
  const worklist = await answered(application, (await requests.worklist(1)).ours);
  const { ours, yardstick } = await requests.visits(1, 1);
  const [shot] = ours[0] ?? [];
  if (shot === undefined) throw new Error('no visit was made');
  await answered(application, (await requests.overdue(1)).ours);
  const visit = await warm(application, shot, requests);
  const body = visit.body as { receivedAt: string };
  const statements: Statements = {
    overdue: overdue.sent.map(({ text }) => text),
    worklist: worklist.sent.map(({ text }) => text),
    visit: { request: JSON.parse(yardstick[0]?.[0]?.body ?? '') as NewVisit, receivedAt: body.receivedAt, answer: visit.body, statements: visit.sent },
  };
  const file = join(FOLDER, 'statements.json');
  writeFileSync(file, JSON.stringify(statements));
  return file;
}

async function answered(_application: OpenApplication, _shots: readonly (readonly Shot[])[]): Promise<Awaited<ReturnType<OpenApplication['answer']>>> {
  throw new Error('x');
}
async function warm(_a: OpenApplication, _s: Shot, _r: Requests): Promise<Awaited<ReturnType<OpenApplication['answer']>>> { throw new Error('x'); }
void [isDeepStrictEqual, 0 as unknown as Target];
