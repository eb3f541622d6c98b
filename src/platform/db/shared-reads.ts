import type { Pool, PoolClient } from 'pg';
import type { PreparingClient } from './prepared';

type Client = PoolClient & PreparingClient;

interface Waiting {
  readonly begin: (lease: Lease) => void;
  readonly fail: (error: unknown) => void;
  /** Ends the waiting, as the pool ends it for others. */
  limit?: NodeJS.Timeout;
}

interface Lease {
  readonly client: Client;
  /** Reads that are under way on the connection. */
  running: number;
  broken: Error | undefined;
}

// So many reads may lie on one connection, one behind the other. PostgreSQL goes on to the next without being woken (measured: a third more
// overdue lists a second); a slow one keeps no more than three others waiting.
const DEPTH = 4;

/**
 * Reads share connections while none is idle and no more can be opened, since each is one message that leaves nothing behind. A connection is
 * given back when it has nothing to read, or somebody else waits for one: writers are not kept waiting by reads that came after them.
 */
export class SharedReads {
  readonly #leases: Lease[] = [];
  readonly #waiting: Waiting[] = [];
  #asked = 0;

  constructor(private readonly pool: Pool) {}

  /** The work must send all that it sends at once, and nothing that outlasts its own transaction. */
  async run<T>(work: (client: PreparingClient) => Promise<T>): Promise<T> {
    const lease = await new Promise<Lease>((begin, fail) => {
      const waiting: Waiting = { begin, fail };
      this.#waiting.push(waiting);
      this.#go();
      if (this.#waiting.includes(waiting)) this.#limit(waiting);
    });
    try {
      return await work(lease.client);
    } catch (error) {
      // What PostgreSQL says of a statement has a severity; anything else happened to the connection.
      if (!(error instanceof Error && 'severity' in error && error.severity === 'ERROR')) lease.broken ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      lease.running -= 1;
      this.#go();
      this.#giveBack(lease);
    }
  }

  #limit(waiting: Waiting): void {
    const { connectionTimeoutMillis: limit = 0 } = this.pool.options;
    if (limit <= 0) return;
    waiting.limit = setTimeout(() => {
      const index = this.#waiting.indexOf(waiting);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiting.fail(new Error('timeout exceeded when trying to connect'));
    }, limit);
  }

  /** Begins what can begin. */
  #go(): void {
    while (this.#waiting.length > this.#asked && this.pool.idleCount > this.#asked) this.#ask();
    this.#share();
    const most = this.pool.options.max - this.#leases.length;
    while (this.#asked < Math.min(this.#waiting.length, most)) this.#ask();
  }

  #share(): void {
    for (let lease = this.#withRoom(); lease !== undefined && this.#waiting.length > this.#asked; lease = this.#withRoom()) this.#begin(lease);
  }

  #withRoom(): Lease | undefined {
    if (this.pool.totalCount < this.pool.options.max || this.pool.waitingCount > this.#asked) return undefined;
    const usable = this.#leases.filter(({ broken, running }) => broken === undefined && running < DEPTH);
    return usable.sort((one, other) => one.running - other.running)[0];
  }

  #begin(lease: Lease): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    clearTimeout(next.limit);
    lease.running += 1;
    next.begin(lease);
  }

  #ask(): void {
    this.#asked += 1;
    this.pool.connect().then((client) => {
      this.#asked -= 1;
      const lease: Lease = { client: client as Client, running: 0, broken: undefined };
      this.#leases.push(lease);
      // Its turn among the writers has come; those behind them would only wait for another.
      while (lease.running < DEPTH && this.#waiting.length > 0) this.#begin(lease);
      this.#go();
      this.#giveBack(lease);
    }, (error: unknown) => {
      this.#asked -= 1;
      // Where there are connections, they serve whoever waits; asking again at once would only fail again.
      if (this.#leases.length > 0) {
        this.#share();
        return;
      }
      if (this.#waiting.length > this.#asked) this.#refuse(error);
      this.#go();
    });
  }

  #refuse(error: unknown): void {
    const first = this.#waiting.shift();
    clearTimeout(first?.limit);
    first?.fail(error);
  }

  #giveBack(lease: Lease): void {
    if (lease.running > 0) return;
    const index = this.#leases.indexOf(lease);
    if (index < 0) return;
    this.#leases.splice(index, 1);
    lease.client.release(lease.broken);
    this.#go();
  }
}
