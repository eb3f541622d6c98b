import type { Writable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { isRetryable } from './problems';

/** A read that is prepared by name: one name, one text, for ever. */
export interface Statement extends QueryConfig {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

// Twenty writers of one row have been seen to need four tries; more than that means that something else is wrong.
const TRIES = 8;
const FIRST_PAUSE_MS = 5;

/**
 * The only door to PostgreSQL. Every transaction and every read says for whom it is done, so that row-level security by park stands
 * behind each query: unset, nothing is visible.
 */
@Injectable()
export class Database {
  readonly #logger = new Logger(Database.name);

  constructor(private readonly source: DataSource) {}

  /**
   * Runs one use case in one transaction, and again from its beginning when PostgreSQL gave it up for another's sake (40001, 40P01).
   * So the work must have no effect outside the transaction. Resolves after the commit.
   */
  async transact<T>(actor: Actor, work: (em: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.source.transaction(async (em) => {
          await em.query(SCOPE.text, scopeOf(actor));
          return work(em);
        });
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw error;
        this.#logger.warn({ requestId: actor.requestId, attempt }, 'transaction given up by the database, trying again');
        await pause(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  /** Rows of one statement, in the actor's scope. Scope and query travel in one round trip. */
  async read<R extends QueryResultRow>(actor: Actor, statement: Statement): Promise<R[]> {
    const [rows] = await this.readAll<[R]>(actor, [statement]);
    return rows;
  }

  /** Rows of several statements, each of its own snapshot, in one round trip. */
  async readAll<R extends QueryResultRow[]>(actor: Actor, statements: readonly Statement[]): Promise<{ [K in keyof R]: R[K][] }> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    // Held back until all are written, so that they leave in one packet and PostgreSQL is woken once.
    const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
    stream.cork();
    try {
      const pending = [
        client.query({ ...READ_SCOPE, values: scopeOf(actor) }),
        ...statements.map((statement) => client.query(statement)),
        client.query(NO_SCOPE),
      ];
      stream.uncork();
      // All are awaited before the client goes back, also when one fails: an answer still on its way would meet the next query.
      const settled = await Promise.allSettled(pending);
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return settled.slice(1, -1).map((one) => (one.status === 'fulfilled' ? (one.value.rows as QueryResultRow[]) : [])) as { [K in keyof R]: R[K][] };
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      client.release(failure !== undefined && !('severity' in failure) ? failure : undefined);
    }
  }

  /** Whether the database answers. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  /** The one pool, TypeORM's own: named reads and transactions share its connections. */
  get pool(): Pool {
    return (this.source.driver as unknown as { master: Pool }).master;
  }
}

export type { PoolClient };

// Reads need no transaction around them: the connection's scope is set before, and taken away after, in the same packet.
const READ_SCOPE = { name: 'read-scope', text: "SELECT set_config('ledger.parks', $1, false), set_config('ledger.system', $2, false)" };
const NO_SCOPE = { name: 'no-scope', text: "SELECT set_config('ledger.parks', '', false), set_config('ledger.system', 'off', false)" };
const SCOPE = { name: 'scope', text: "SELECT set_config('ledger.parks', $1, true), set_config('ledger.system', $2, true)" };

function scopeOf(actor: Actor): [string, string] {
  return [actor.parkIds.join(','), actor.kind === 'system' ? 'on' : 'off'];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
