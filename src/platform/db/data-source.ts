import { types } from 'pg';
import { DataSource, type MixedList } from 'typeorm';
import { type ApplicationLogin, loginOf } from './application-login';
import { SnakeNaming } from './naming';
import { PreparingClient } from './prepared';
import { hasTimedOut } from './problems';
import { ANSWER_MS, APPLICATION_SESSION, CONNECTION_WAIT_MS, KEEP_ALIVE } from './time-limits';

// A local date is text (see kernel/day), a count fits a number: pg would make a Date in the process's zone, and text.
types.setTypeParser(types.builtins.DATE, (text) => text);
types.setTypeParser(types.builtins.INT8, (text) => Number(text));

// On a machine that starts everything at once the first connection may take far longer than a request should wait.
const TRIES_TO_OPEN = 20;

export type EntityClass = new () => object;

/** For a connection outside of the pool, as the same login with the same settings and `more`. */
export function connectionOf(source: DataSource, more = ''): { readonly connectionString: string | undefined; readonly options: string } {
  const { url, extra } = source.options as { url?: string; extra: { options: string } };
  return { connectionString: url, options: `${extra.options} ${more}`.trim() };
}

/**
 * How the application reaches PostgreSQL: as a login that owns nothing, over one pool that pipelines. The address is the login's, or an
 * owner's from which it is worked out. Whoever asks for a connection waits at most `waitMs` milliseconds for it.
 */
export function applicationDataSource(address: ApplicationLogin | string, entities: readonly EntityClass[], poolSize: number, waitMs: number = CONNECTION_WAIT_MS): DataSource {
  const login = typeof address === 'string' ? loginOf(address) : address;
  return new DataSource({
    type: 'postgres',
    url: login.url,
    applicationName: 'service-ledger',
    entities: [...entities] as MixedList<EntityClass>,
    namingStrategy: new SnakeNaming(),
    extra: {
      max: poolSize,
      pipeline: true,
      Client: PreparingClient,
      options: login.kind === 'none' ? `-c role=ledger_app ${APPLICATION_SESSION}` : APPLICATION_SESSION,
      connectionTimeoutMillis: waitMs,
      silenceMs: ANSWER_MS,
      ...KEEP_ALIVE,
    },
  });
}

/** Opens it, with patience for a server that takes its time; whatever else goes wrong is told at once. */
export async function openDataSource(source: DataSource): Promise<DataSource> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await source.initialize();
    } catch (error) {
      if (attempt >= TRIES_TO_OPEN || !hasTimedOut(error)) throw error;
    }
  }
}
