import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryConfig, type QueryResult } from 'pg';
import { NO_ANSWER } from './problems';
import { Together } from './together';

// A text that has come so often will come again: from then on PostgreSQL keeps its plan.
const WORTH_A_NAME = 3;
// Texts whose number of parameters varies (many rows at once) must not fill the memory of the server's connections.
const MOST_NAMES = 400;
const MOST_COUNTED = 5_000;

export interface PreparingConfig extends ClientConfig {
  /** For so many milliseconds the connection may be silent in both directions; none is for ever. */
  readonly silenceMs?: number;
}

type QueryFunction = (...args: unknown[]) => unknown;

const seen = new Map<string, number>();
const names = new Map<string, string>();

/**
 * Prepares by name what TypeORM sends as nameless text: a statement with parameters that recurs is parsed and planned once a connection
 * and not once a call. Statements that carry a name of their own pass as they are. What is asked in one turn of the event loop leaves in
 * one packet, so that PostgreSQL is woken once.
 */
export class PreparingClient extends Client {
  #held = false;

  constructor(config: PreparingConfig = {}) {
    super(config);
    const { silenceMs } = config;
    // One timer a connection, which the socket keeps anyway: pg's query_timeout makes one for every statement, and each holds what was asked
    // until a later collection.
    if (silenceMs !== undefined) this.once('connect', () => { this.#limitSilence(silenceMs); });
    // A connection that breaks fails what was asked on it, and the pool drops it; without a listener the event would end the process.
    this.on('error', () => undefined);
  }

  // One implementation stands for the dozen overloads that it only passes on.
  override query = ((...args: unknown[]): unknown => {
    this.#hold();
    const [text, values] = args;
    const plain = super.query.bind(this) as QueryFunction;
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    return name === undefined ? plain(...args) : plain({ name, text, values }, ...args.slice(2));
  }) as Client['query'];

  /** Whether the connection has prepared the statement of that name. */
  hasPrepared(name: string): boolean {
    return this.#inner.parsedStatements[name] !== undefined;
  }

  /** Results of at least two statements, all of them prepared, in one transaction and one round trip. */
  async together(statements: readonly QueryConfig[]): Promise<QueryResult[]> {
    return new Promise((resolve, reject) => {
      const answer = (error: Error | null, results: unknown): void => { if (error === null) resolve(results as QueryResult[]); else reject(error); };
      const { stream } = this.#inner;
      // Complete as it is: it does not wait for the end of the turn, in which the answer to somebody else may be written.
      stream.cork();
      try {
        (super.query as QueryFunction)(new Together(statements), answer);
      } finally {
        stream.uncork();
      }
    });
  }

  get #inner(): { readonly stream: Socket; readonly parsedStatements: Readonly<Record<string, string | undefined>> } {
    return (this as unknown as { connection: { stream: Socket; parsedStatements: Record<string, string> } }).connection;
  }

  #limitSilence(ms: number): void {
    const { stream } = this.#inner;
    stream.setTimeout(ms, () => { stream.destroy(new Error(NO_ANSWER)); });
  }

  #hold(): void {
    if (this.#held) return;
    this.#held = true;
    const { stream } = this.#inner;
    stream.cork();
    process.nextTick(() => {
      this.#held = false;
      stream.uncork();
    });
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const times = (seen.get(text) ?? 0) + 1;
  if (seen.size >= MOST_COUNTED) seen.clear();
  seen.set(text, times);
  if (times < WORTH_A_NAME) return undefined;
  seen.delete(text);
  const name = `r-${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`;
  names.set(text, name);
  return name;
}
