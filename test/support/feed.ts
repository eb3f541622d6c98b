import { setTimeout as pause } from 'node:timers/promises';
import type { ChangeEvent } from '../../src/portal/changes.dto';
import { SealWatch } from '../../src/portal/seal-watch';
import type { Caller, TestApp } from './app';

export interface FeedAnswer {
  readonly items: ChangeEvent[];
  readonly next: string;
}

/** One page. */
export async function changes(reader: Caller, query: Readonly<Record<string, string | number>> = {}): Promise<FeedAnswer> {
  const response = await reader.get(`/changes?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString()}`);
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(response.body)}`);
  return response.body as FeedAnswer;
}

/** Everything after a cursor, by pages, and where the feed then stands. */
export async function everything(reader: Caller, query: Readonly<Record<string, string | number>> = {}): Promise<FeedAnswer> {
  const items: ChangeEvent[] = [];
  for (let after = String(query['after'] ?? ''); ;) {
    const page = await changes(reader, { ...query, after });
    if (page.items.length === 0) return { items, next: page.next };
    items.push(...page.items);
    after = page.next;
  }
}

/** Resolves when exactly so many readers wait. */
export async function whenWaiting(app: TestApp, count: number): Promise<void> {
  const watch = app.app.get(SealWatch);
  while (watch.waiting !== count) await pause(5);
}

export interface Entry {
  readonly type: string;
  readonly data: object;
}

const PLAIN: Entry = { type: 'working-hours.added', data: {} };

/** Entries of a park straight into the journal, as the owner. */
export async function append(app: TestApp, parkId: string, count: number, { type, data }: Entry = PLAIN): Promise<void> {
  await app.sql(
    `INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id)
     SELECT uuidv7(), $1, $2, $3, '2026-03-02', 'system', 'system', 'working-hours', uuidv7(), $5, 'test' FROM generate_series(1, $4)`, [parkId, type, app.clock.now(), count, data]);
}
