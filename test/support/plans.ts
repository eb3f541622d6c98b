import type { Client } from 'pg';
import type { Statement } from '../../src/platform/db/database';

/** A node of a plan, as far as tests ask for it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

export const PLAN_MODES = ['force_custom_plan', 'force_generic_plan'] as const;

/** How a prepared statement is answered, by the plan for its values or the one for any, the root first. */
export async function planOf(client: Client, { text, values }: Pick<Statement, 'text' | 'values'>, mode: (typeof PLAN_MODES)[number]): Promise<PlanNode[]> {
  await client.query(`DEALLOCATE ALL; SET plan_cache_mode = ${mode}`);
  await client.query(`PREPARE explained AS ${text}`);
  const given = values.length === 0 ? '' : `(${values.map((value) => literal(client, value)).join(', ')})`;
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained${given}`);
  const root = rows[0]?.['QUERY PLAN'][0]?.Plan;
  const all = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(all)];
  return root === undefined ? [] : all(root);
}

export function literal(client: Client, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return client.escapeLiteral(value.toISOString());
  if (Array.isArray(value)) return client.escapeLiteral(`{${value.map((item) => JSON.stringify(String(item))).join(',')}}`);
  return client.escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Rows that were looked at in a table. */
export function rowsRead(nodes: readonly PlanNode[], table: string): number {
  return nodes.filter((node) => node['Relation Name'] === table)
    .reduce((sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * node['Actual Loops'], 0);
}

// For a table of so few pages no index pays.
const FEW_PAGES = 8;

/** Tables that were read from end to end, but for those of a few pages. */
export async function scannedIn(client: Client, nodes: readonly PlanNode[]): Promise<string[]> {
  const scanned = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? '?');
  const { rows } = await client.query<{ name: string }>('SELECT DISTINCT relname AS name FROM pg_class WHERE relname = ANY ($1) AND relpages > $2 ORDER BY 1', [scanned, FEW_PAGES]);
  return rows.map(({ name }) => name);
}

export function blocksOf([root]: readonly PlanNode[]): number {
  return (root?.['Shared Hit Blocks'] ?? 0) + (root?.['Shared Read Blocks'] ?? 0);
}
