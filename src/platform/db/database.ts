import { Injectable, Logger } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { Problem } from '../../kernel/problem';
import type { Once } from './once';
import { BROKEN, isConsequence, isRetryable, isTrouble, isUnprepared, NO_ANSWER } from './problems';
import { SharedReads } from './shared-reads';
import { CONNECTION_WAIT_MS } from './time-limits';

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
  readonly #committed: ((em: EntityManager) => void)[] = [];
  #shared: SharedReads | undefined;

  constructor(private readonly source: DataSource) {}

  /** Registers what is told, with the entity manager that the work had, after every commit. It must return at once and throw nothing. */
  afterCommit(listener: (em: EntityManager) => void): void {
    this.#committed.push(listener);
  }

  /**
   * Runs one use case in one transaction, and again from its beginning when PostgreSQL gave it up for another's sake (40001, 40P01).
   * So the work must have no effect outside the transaction. With `once`, a call that may come again has one effect and one answer.
   * Resolves after the commit.
   */
  async transact<T>(actor: Actor, work: (em: EntityManager) => Promise<T>, once?: Once<T>): Promise<T> {
    const whole = once === undefined ? work : async (em: EntityManager): Promise<T> => once.around(em, work);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transactOnce(actor, whole);
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw error;
        this.#logger.warn({ requestId: actor.requestId, attempt }, 'transaction given up by the database, trying again');
        await pause(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  /** The work's first statements do not wait for the answers to the beginning: they leave with it. */
  async #transactOnce<T>(actor: Actor, work: (em: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      const client = await runner.connect() as PoolClient;
      const begun = [client.query('BEGIN'), client.query({ ...SCOPE, values: scopeOf(actor) })];
      // What TypeORM asks for before it locks a row.
      Object.assign(runner, { isTransactionActive: true });
      try {
        const [result] = await sideBySide<[T, ...unknown[]]>([work(runner.manager), ...begun]);
        await client.query('COMMIT');
        for (const listener of this.#committed) listener(runner.manager);
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        // TypeORM gives a connection back that breaks; what the work asks after that fails for the reason that it has none.
        throw runner.isReleased && !(error instanceof Problem) && !isTrouble(error) ? new Error(BROKEN, { cause: error }) : error;
      } finally {
        Object.assign(runner, { isTransactionActive: false });
      }
    } finally {
      await runner.release();
    }
  }

  /** Rows of one statement, in the actor's scope. Scope and query travel in one round trip. */
  async read<R extends QueryResultRow>(actor: Actor, statement: Statement): Promise<R[]> {
    const [rows] = await this.readAll<[R]>(actor, [statement]);
    return rows;
  }

  /** Rows of several statements, each of its own snapshot, in one transaction and one round trip. */
  async readAll<R extends QueryResultRow[]>(actor: Actor, statements: readonly Statement[]): Promise<{ [K in keyof R]: R[K][] }> {
    const asked = [{ ...SCOPE, values: scopeOf(actor) }, ...statements];
    const send = async (): Promise<QueryResult[]> => this.#reads().run(async (client) => (asked.every(({ name }) => client.hasPrepared(name))
      ? client.together(asked)
      : (await sideBySide([client.query('BEGIN'), ...asked.map((one) => client.query(one)), client.query('COMMIT')])).slice(1, -1)));
    // A neighbour that failed while it prepared a statement for the first time leaves it unprepared for whoever lies behind.
    const results = await send().catch(async (error: unknown) => {
      if (!isUnprepared(error)) throw error;
      return send();
    });
    return results.slice(1).map(({ rows }) => rows as QueryResultRow[]) as { [K in keyof R]: R[K][] };
  }

  /** Whether the database answers, within a second. */
  async ping(): Promise<void> {
    // Asked first, so that the pool says first that it has no connection.
    const answer = this.pool.query(PING);
    let impatience: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      impatience = setTimeout(() => { reject(new Error(NO_ANSWER)); }, CONNECTION_WAIT_MS);
    });
    await Promise.race([answer, silence]).finally(() => { clearTimeout(impatience); });
  }

  #reads(): SharedReads {
    this.#shared ??= new SharedReads(this.pool);
    return this.#shared;
  }

  /** The one pool, TypeORM's own: named reads and transactions share its connections. */
  get pool(): Pool {
    return (this.source.driver as unknown as { master: Pool }).master;
  }
}

export type { PoolClient };

/**
 * Work on one connection that does not need each other's answers: its statements leave together, those of `em.query` in the order in
 * which they are asked. Settles when all of it has, since what went on after a rollback would be outside the transaction; then rejects for
 * the cause of the failure.
 */
export async function sideBySide<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const settled = await Promise.allSettled(work);
  const reasons = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  // A refusal that was found beside trouble may be wrong: the trouble kept others from being found.
  if (reasons.length > 0) throw reasons.find(isRetryable) ?? reasons.find(isTrouble) ?? reasons.find((reason) => !isConsequence(reason)) ?? reasons[0];
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as unknown as T;
}

// A connection on which even this stays without an answer is given up.
const PING = { text: 'SELECT 1', query_timeout: CONNECTION_WAIT_MS };

// Always for one transaction: a connection that nobody has said anything to sees nothing.
const SCOPE = { name: 'scope', text: "SELECT set_config('ledger.parks', $1, true), set_config('ledger.system', $2, true)" };

function scopeOf(actor: Actor): [string, string] {
  return [actor.parkIds.join(','), actor.kind === 'system' ? 'on' : 'off'];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
