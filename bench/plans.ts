import type { Client } from 'pg';
import type { OpenApplication, Sent } from './application';
import { withClient } from './generate';
import type { Requests } from './shots';
import { cadreId, idOf, PARK, SUPERVISOR } from './sizes';

/** How PostgreSQL answers one page of a list: the worst of the plan for these values and the plan for any. */
export interface PagePlan {
  readonly list: string;
  readonly page: number;
  readonly rows: number;
  /** Pages of 8 kB that were looked at, of tables and indexes, over all statements of the request. */
  readonly buffers: number;
  readonly milliseconds: number;
  /** Tables that were read from end to end, but for those of a few pages. */
  readonly scanned: readonly string[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

interface Explained {
  readonly Plan: PlanNode;
  readonly 'Execution Time': number;
}

// For a table of so few pages no index pays.
const FEW_PAGES = 8;
export const PARK_LOOKED_AT = 7;
const OFFICER = 3;
const DEEPEST = 40;

/** A list as somebody of one park asks for it, by their place in {@link PARK}. */
export interface ExplainedList {
  readonly name: string;
  readonly path: string;
  readonly by: number;
}

/** Every list, as seen from one park. */
const LISTS: readonly ExplainedList[] = [
  { name: 'overdue visits', path: 'supervision/overdue-visits', by: SUPERVISOR },
  { name: 'overdue or due within 60 days', path: 'supervision/overdue-visits?dueWithinDays=60', by: SUPERVISOR },
  { name: 'overdue visits of a cadre', path: `supervision/overdue-visits?cadreId=${cadreId(PARK_LOOKED_AT, OFFICER)}`, by: SUPERVISOR },
  { name: 'worklist', path: 'me/worklist', by: OFFICER },
  { name: 'coverage', path: 'supervision/coverage', by: SUPERVISOR },
  { name: 'uncovered', path: 'supervision/coverage?uncovered=true', by: SUPERVISOR },
  { name: 'burden', path: 'supervision/burden', by: SUPERVISOR },
  { name: 'lapses', path: 'lapses', by: SUPERVISOR },
  { name: 'lapses, read by an officer', path: 'lapses', by: OFFICER },
  { name: 'visits', path: 'visits', by: SUPERVISOR },
  { name: 'visits to review', path: 'visits?review=needs_review', by: SUPERVISOR },
  { name: 'visits, read by an officer', path: 'visits', by: OFFICER },
  { name: 'timeline of an enterprise', path: `enterprises/${idOf('enterprise', PARK_LOOKED_AT * PARK.enterprises + 3)}/timeline?limit=10`, by: SUPERVISOR },
  { name: 'enterprises', path: 'enterprises', by: SUPERVISOR },
  { name: 'enterprises by part of the name', path: `enterprises?q=${encodeURIComponent('机械')}&limit=5`, by: SUPERVISOR },
  { name: 'enterprises by pinyin initials', path: 'enterprises?q=jmjx&limit=5', by: SUPERVISOR },
  { name: 'enterprises by the beginning of the USCC', path: 'enterprises?q=91430181MA&limit=5', by: SUPERVISOR },
  { name: 'assignments', path: 'assignments', by: SUPERVISOR },
  { name: 'cadres', path: 'cadres?limit=10', by: SUPERVISOR },
  { name: 'planned visits', path: 'planned-visits', by: SUPERVISOR },
];

/** Reads each list's first and a deep page, and explains the statements that this took. Lists that are refused are told by `say`. */
export async function explainLists(databaseUrl: string, application: OpenApplication, requests: Requests, say: (line: string) => void, lists = LISTS): Promise<PagePlan[]> {
  const plans: PagePlan[] = [];
  for (const { name, path, by } of lists) {
    const headers = await requests.token(PARK_LOOKED_AT, by);
    const read = async (cursor: string | null): ReturnType<OpenApplication['answer']> =>
      application.answer({ method: 'GET', path: `/api/v1/${path}${cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`}`, headers });
    await read(null); // what is looked up once and remembered is none of the list's
    let answer = await read(null);
    if (answer.status !== 200) {
      say(`${name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
      continue;
    }
    plans.push({ list: name, page: 1, ...(await explain(databaseUrl, answer.sent)) });
    let page = 1;
    for (let next = cursorOf(answer.body); next !== null && page < DEEPEST; next = cursorOf(answer.body)) {
      answer = await read(next);
      page += 1;
    }
    if (page > 1) plans.push({ list: name, page, ...(await explain(databaseUrl, answer.sent)) });
  }
  return plans;
}

function cursorOf(body: unknown): string | null {
  return (body as { nextCursor?: string | null }).nextCursor ?? null;
}

async function explain(databaseUrl: string, sent: readonly Sent[]): Promise<Omit<PagePlan, 'list' | 'page'>> {
  return withClient(databaseUrl, async (client) => {
    await client.query("SET search_path = public, extensions; SET timezone = 'UTC'; SET ROLE ledger_app");
    await client.query("SELECT set_config('ledger.parks', $1, false), set_config('ledger.system', 'off', false)", [idOf('park', PARK_LOOKED_AT)]);
    const { rows: small } = await client.query<{ name: string }>('SELECT relname AS name FROM pg_class WHERE relpages <= $1', [FEW_PAGES]);
    let [rows, buffers, milliseconds] = [0, 0, 0];
    const scanned = new Set<string>();
    for (const [index, statement] of sent.entries()) {
      const both = [await explainOne(client, statement, `p${index}`, 'force_custom_plan'), await explainOne(client, statement, `q${index}`, 'force_generic_plan')];
      const plans = both.map(({ Plan }) => Plan);
      buffers += Math.max(...plans.map((plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']));
      milliseconds += Math.max(...both.map((one) => one['Execution Time']));
      rows += Number((plans[0] as unknown as Record<string, number>)['Actual Rows']);
      for (const plan of plans) for (const table of scannedBy(plan)) if (!small.some(({ name }) => name === table)) scanned.add(table);
    }
    return { rows, buffers, milliseconds, scanned: [...scanned].sort() };
  });
}

async function explainOne(client: Client, { text, values }: Sent, name: string, mode: string): Promise<Explained> {
  await client.query(`SET plan_cache_mode = ${mode}`);
  await client.query(`PREPARE ${name} AS ${text}`);
  const given = values.length === 0 ? '' : `(${values.map((value) => literal(client, value)).join(', ')})`;
  const query = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${name}${given}`;
  await client.query(query); // the second time nothing is read to plan
  const { rows } = await client.query<{ 'QUERY PLAN': readonly Explained[] }>(query);
  const [explained] = rows[0]?.['QUERY PLAN'] ?? [];
  if (explained === undefined) throw new Error('PostgreSQL explained nothing');
  return explained;
}

function literal(client: Client, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return client.escapeLiteral(value.toISOString());
  if (Array.isArray(value)) return client.escapeLiteral(`{${value.map((item) => JSON.stringify(String(item))).join(',')}}`);
  return client.escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}

function scannedBy(plan: PlanNode): string[] {
  return [...(plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? '?'] : []), ...(plan.Plans ?? []).flatMap(scannedBy)];
}
