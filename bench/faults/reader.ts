import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program that follows the change feed and is killed all the time: what it has read and where it goes on are one line of a file, written
 * at once. `node reader.js <file> <token> <url>...`
 */

interface Page {
  readonly items: readonly { readonly id: string; readonly sequence: string }[];
  readonly next: string;
}

interface Line {
  readonly next: string;
  readonly read: readonly (readonly [sequence: string, id: string])[];
}

const LIMIT = 200;
const WAIT_S = 2;

/** Whole lines only: the last may have been cut off by a kill. What is cut off was not read, and is read again. */
export function linesOf(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

function cutOff(file: string): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  truncateSync(file, bytes.lastIndexOf(0x0a) + 1);
}

async function follow(file: string, token: string, urls: readonly string[]): Promise<never> {
  cutOff(file);
  let next = linesOf(file).at(-1)?.next ?? '';
  for (let turn = 0; ; turn += 1) {
    const url = `${urls[turn % urls.length] ?? ''}/api/v1/changes?limit=${LIMIT}&wait=${WAIT_S}&after=${encodeURIComponent(next)}`;
    const page = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).then(async (response) => (response.ok ? await response.json() as Page : undefined), () => undefined).catch(() => undefined);
    if (page === undefined) {
      await sleep(50);
      continue;
    }
    if (page.items.length > 0) appendFileSync(file, `${JSON.stringify({ next: page.next, read: page.items.map(({ sequence, id }) => [sequence, id]) } satisfies Line)}\n`, { flush: true });
    next = page.next;
  }
}

if (require.main === module) {
  const [file = '', token = '', ...urls] = process.argv.slice(2);
  void follow(file, token, urls);
}
