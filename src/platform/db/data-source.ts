import { types } from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { SnakeNaming } from './naming';
import { PreparingClient } from './prepared';

// A local date is text (see kernel/day), a count fits a number: pg would make a Date in the process's zone, and text.
types.setTypeParser(types.builtins.DATE, (text) => text);
types.setTypeParser(types.builtins.INT8, (text) => Number(text));

export type EntityClass = new () => object;

// The statement timeout is longer than the slowest sweep that was measured; a lock is waited for as long as a user would.
const SESSION = '-c role=ledger_app -c search_path=public,extensions -c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000';

/** For a connection outside of the pool, as the same role with the same settings. */
export function connectionOf(source: DataSource): { readonly connectionString: string | undefined; readonly options: string } {
  return { connectionString: (source.options as { url?: string }).url, options: SESSION };
}

/** How the application reaches PostgreSQL: as `ledger_app`, which owns nothing, over one pool that pipelines. */
export function applicationDataSource(url: string, entities: readonly EntityClass[], poolSize: number): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: 'service-ledger',
    entities: [...entities] as MixedList<EntityClass>,
    namingStrategy: new SnakeNaming(),
    extra: {
      max: poolSize,
      pipeline: true,
      Client: PreparingClient,
      options: SESSION,
      connectionTimeoutMillis: 5_000,
    },
  });
}
