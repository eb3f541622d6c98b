import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { types } from 'pg';
import { LocalIssuer } from '../src/identity/local-issuer';
import { SystemClock } from '../src/platform/clock';
import { migrate } from '../src/platform/db/migrate';
import { freePort } from '../src/platform/free-ports';
import { feedDocument, type Replay, type Story } from './feed.report';
import { withClient } from './generate';
import { startOurs } from './processes';
import { FOLDER, openGenerated } from './server';
import { AUDIENCE, idOf, ISSUER } from './sizes';

/**
 * npm run bench:feed: fills a database with a million sealed entries of one park and half a million of twenty others, replays them over HTTP by pages
 * as a reader does that keeps nothing but the cursor, and writes docs/performance-feed.md. It fails when an entry is missing, comes twice or out of order.
 */

const DATABASE = 'bench_feed';
const PAGE = 1_000;
const ROUNDS = 3;
const CLIENT = 'bench-reader';

const STORIES: readonly (Story & { readonly parks: readonly string[] })[] = [
  { title: 'one park', entries: 1_000_000, parks: [idOf('park', 0)] },
  { title: 'twenty parks, merged', entries: 500_000, parks: Array.from({ length: 20 }, (_none, number) => idOf('park', number + 1)) },
];

const clock = new SystemClock();
const begun = performance.now();
const say = (line: string): void => { process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`); };

async function run(): Promise<void> {
  const server = await openGenerated([], say);
  try {
    const url = server.urlOf(DATABASE);
    await fill(server.urlOf('postgres'), url);
    const issuer = await LocalIssuer.open(FOLDER, ISSUER, AUDIENCE);
    const ours = await startOurs(url, await freePort());
    const replays = new Map<Story, Replay[]>();
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const story of STORIES) {
          const token = await issuer.sign(CLIENT, { client_id: CLIENT, scope: 'changes:read visits:read', park_ids: story.parks }, clock.now());
          const replay = await follow(ours.url, token, story);
          replays.set(story, [...(replays.get(story) ?? []), replay]);
          say(`${story.title}: ${(story.entries / replay.seconds).toFixed(0)} entries/s`);
        }
      }
    } finally {
      await ours.stop();
    }
    const postgres = await withClient(url, async (client) => (await client.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ?? '');
    writeFileSync(join('docs', 'performance-feed.md'), feedDocument({ at: `${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`, postgres, page: PAGE }, replays));
    say('done');
  } finally {
    await server.stop();
  }
}

async function fill(maintenanceUrl: string, url: string): Promise<void> {
  await withClient(maintenanceUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${DATABASE}`);
  });
  await migrate(url);
  await withClient(url, async (client) => {
    // Entries look sealed without having been: no chain is checked here, and sealing has a measurement of its own.
    await client.query('SET session_replication_role = replica; SET synchronous_commit = off');
    for (const { title, entries, parks } of STORIES) {
      await client.query(FILL, [parks, entries / parks.length]);
      say(`filled: ${title}, ${entries} entries`);
    }
    await client.query('VACUUM (ANALYZE) journal_entry');
    await client.query('CHECKPOINT');
  });
}

// Visits in the order in which they would be sealed, a thousand at a time.
const FILL = `
  INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id, number, hash, algorithm, sealed_at)
  SELECT uuidv7(), park, 'visit.logged', t.at, t.at::date, 'cadre', uuidv7()::text, 'visit', uuidv7(),
         jsonb_build_object('visitId', uuidv7(), 'enterpriseId', uuidv7(), 'on', t.at::date, 'mode', 'on_site', 'review', 'none'), 'bench',
         n, sha256((park::text || n)::bytea), 'sha256', date_trunc('minute', t.at) + interval '1 minute'
  FROM generate_series(1, $2::integer) n CROSS JOIN LATERAL (SELECT '2025-01-01T00:00:00Z'::timestamptz + n * interval '60 ms' AS at) t CROSS JOIN unnest($1::uuid[]) park
  ORDER BY n
`;

interface Page {
  readonly items: readonly { readonly parkid: string; readonly sequence: string }[];
  readonly next: string;
}

/** Reads the feed from its beginning to its end, one page after the other over one connection. */
async function follow(url: string, token: string, story: Story): Promise<Replay> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const pages: number[] = [];
  const had = new Map<string, number>();
  let entries = 0;
  let bytes = 0;
  for (let after = ''; ;) {
    const sent = performance.now();
    const text = await fetchText(agent, `${url}/api/v1/changes?limit=${PAGE}&after=${after}`, token);
    const took = performance.now() - sent;
    const page = JSON.parse(text) as Page;
    if (page.items.length === 0) break;
    pages.push(took);
    bytes += text.length;
    entries += page.items.length;
    for (const { parkid, sequence } of page.items) {
      if (Number(sequence) !== (had.get(parkid) ?? 0) + 1) throw new Error(`${parkid}: ${sequence} after ${String(had.get(parkid))}`);
      had.set(parkid, Number(sequence));
    }
    after = page.next;
  }
  agent.destroy();
  if (entries !== story.entries) throw new Error(`${entries} of ${story.entries} entries came`);
  return { pages, seconds: pages.reduce((sum, one) => sum + one, 0) / 1_000, bytes };
}

async function fetchText(agent: Agent, url: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('error', reject)
        .on('end', () => { if (response.statusCode === 200) resolve(text); else reject(new Error(`${String(response.statusCode)} ${text}`)); });
    }).on('error', reject);
  });
}

types.setTypeParser(types.builtins.DATE, (text) => text);
run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
