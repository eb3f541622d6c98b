import type { Pool, PoolClient } from 'pg';
import type { PreparingClient } from './prepared';
import { asError, NONE_TO_BE_HAD, saysSomething } from './problems';

type Client = PoolClient & PreparingClient;

interface Waiting {
  readonly begin: (lease: Lease) => void;
  readonly fail: (error: Error) => void;
  /** Until when, of the process's own monotonic clock; nothing is for ever. */
  until?: number;
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
  // Connections that have been asked for: those that are being opened, and those for which we stand in the pool's queue.
  #asked = 0;
  #queued = 0;
  #failure: Error | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(private readonly pool: Pool) {}

  /** The work must send all that it sends at once, and nothing that outlasts its own transaction. */
  async run<T>(work: (client: PreparingClient) => Promise<T>): Promise<T> {
    const lease = await new Promise<Lease>((begin, fail) => {
      const waiting: Waiting = { begin, fail };
      this.#waiting.push(waiting);
      this.#go();
      if (this.#waiting.at(-1) === waiting) this.#limit(waiting);
    });
    try {
      return await work(lease.client);
    } catch (error) {
      // What PostgreSQL says of a statement has a code of its own; anything else happened to the connection.
      const reason = asError(error);
      if (!saysSomething(reason)) lease.broken ??= reason;
      throw error;
    } finally {
      lease.running -= 1;
      this.#go();
      this.#giveBack(lease);
    }
  }

  /** Whoever waits for as long as the pool would let them hears that there is no connection, or why. */
  #limit(waiting: Waiting): void {
    const { connectionTimeoutMillis: limit } = this.pool.options;
    if (limit === undefined || limit === 0) return;
    waiting.until = performance.now() + limit;
    this.#watch();
  }

  /** One timer for all: who came first is out of patience first. */
  #watch(): void {
    const first = this.#waiting.find(({ until }) => until !== undefined)?.until;
    if (this.#patience !== undefined || first === undefined) return;
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      const now = performance.now();
      const reason = this.#leases.length === 0 ? this.#failure : undefined;
      const late = this.#waiting.filter(({ until }) => until !== undefined && until <= now);
      for (const one of late) {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        one.fail(reason ?? new Error(NONE_TO_BE_HAD));
      }
      this.#watch();
    }, Math.max(0, first - performance.now()));
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
    if (this.pool.totalCount < this.pool.options.max || this.#othersWait()) return undefined;
    const usable = this.#leases.filter(({ broken, running }) => broken === undefined && running < DEPTH);
    return usable.sort((one, other) => one.running - other.running)[0];
  }

  #othersWait(): boolean {
    return this.pool.waitingCount > this.#queued;
  }

  #begin(lease: Lease): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    lease.running += 1;
    next.begin(lease);
  }

  #ask(): void {
    const before = this.pool.waitingCount;
    const connected = this.pool.connect();
    const inQueue = this.pool.waitingCount > before ? 1 : 0;
    this.#asked += 1;
    this.#queued += inQueue;
    const answered = (failure?: Error): void => {
      this.#asked -= 1;
      this.#queued -= inQueue;
      this.#failure = failure;
    };
    connected.then((client) => {
      answered();
      const lease: Lease = { client: client as Client, running: 0, broken: undefined };
      this.#leases.push(lease);
      // Where writers queue, reads have a turn each time that they reach the head of the queue: all that one connection takes, then it is given back.
      const turn = this.#othersWait() ? DEPTH : 1;
      for (let begun = 0; begun < turn; begun += 1) this.#begin(lease);
      this.#go();
      this.#giveBack(lease);
    }, (error: unknown) => {
      const failure = asError(error);
      answered(failure);
      // Where there are connections, they serve whoever waits; asking again at once would only fail again.
      if (this.#leases.length > 0) {
        this.#share();
        return;
      }
      if (this.#waiting.length > this.#asked) this.#waiting.shift()?.fail(failure);
      this.#go();
    });
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
