import { Client, type PoolClient } from 'pg';
import { Database } from '../../src/platform/db/database';
import { Together } from '../../src/platform/db/together';
import type { TestApp } from './app';

// The sealer is told outside of transactions, of many at once, some time after a commit.
const LATER = /^SELECT pg_notify/;

/** The texts that an application's pool sends while the work is done, in order, with what begins and ends transactions. */
export async function statementsOf({ app }: TestApp, work: () => Promise<unknown>): Promise<readonly string[]> {
  const sent: string[] = [];
  const { pool } = app.get(Database);
  const acquired = new Set<unknown>();
  const note = (client: PoolClient): void => { acquired.add(client); };
  const prototype = Client.prototype as unknown as { query: (...given: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function listened(this: unknown, ...given: unknown[]): unknown {
    const [first] = given;
    const asked = typeof first === 'string' ? [{ text: first }] : first instanceof Together ? first.statements : [first as { readonly text?: string }];
    if (acquired.has(this)) for (const { text } of asked) if (text !== undefined && !LATER.test(text)) sent.push(text);
    return query.apply(this, given);
  };
  pool.on('acquire', note);
  await work().finally(() => {
    pool.off('acquire', note);
    prototype.query = query;
  });
  return sent;
}
