import type { Pool, PoolClient } from 'pg';
import type { PreparingClient } from './prepared';
import { asError, NONE_TO_BE_HAD, saysSomething } from './problems';

type Client = PoolClient & PreparingClient;

interface Asked {
  readonly begin: (lease: Lease) => void;
  readonly fail: (error: Error) => void;
  /** How long it waits for its turn, by the process's own monotonic clock. */
  readonly until: number;
}

interface Lease {
  readonly client: Client;
  /** Reads that are under way on the connection: PostgreSQL works on the first, the others lie behind it. */
  readonly line: Asked[];
  broken: Error | undefined;
}

// So many reads may lie on one connection, one behind the other. PostgreSQL goes on to the next without being woken (measured: a third more
// overdue lists a second); a slow one keeps no more than three others waiting, and those for no longer than they would wait for a connection.
const DEPTH = 4;

/**
 * Reads share connections while none is idle and no more can be opened, since each is one message that leaves nothing behind. A connection is
 * given back when it has nothing to read, or somebody else waits for one: writers are not kept waiting by reads that came after them.
 */
export class SharedReads {
  readonly #leases: Lease[] = [];
  readonly #waiting: Asked[] = [];
  // Whose turn has not come, on a connection or before one, in the order in which they came; who came first is out of patience first.
  readonly #patient = new Set<Asked>();
  // Connections that have been asked for: those that are being opened, and those for which we stand in the pool's queue.
  #asked = 0;
  #queued = 0;
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly pool: Pool) {}

  /**
   * The work must send all that it sends at once, and nothing that outlasts its own transaction. Whoever waits for their turn for longer than
   * the pool would let them hears that there is no connection; what PostgreSQL then still answers to them is thrown away.
   */
  async run<T>(work: (client: PreparingClient) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const patience = this.pool.options.connectionTimeoutMillis ?? 0;
      const asked: Asked = {
        begin: (lease) => { this.#read(lease, asked, work).then(resolve, reject); },
        fail: reject,
        until: performance.now() + patience,
      };
      if (patience > 0) this.#patient.add(asked);
      this.#waiting.push(asked);
      this.#go();
      this.#watch();
    });
  }

  async #read<T>(lease: Lease, asked: Asked, work: (client: PreparingClient) => Promise<T>): Promise<T> {
    try {
      return await work(lease.client);
    } catch (error) {
      // What PostgreSQL says of a statement has a code of its own; anything else happened to the connection.
      const reason = asError(error);
      if (!saysSomething(reason)) lease.broken ??= reason;
      throw error;
    } finally {
      lease.line.splice(lease.line.indexOf(asked), 1);
      this.#patient.delete(asked);
      if (lease.line.length > 0) this.#patient.delete(lease.line[0]);
      this.#go();
      this.#giveBack(lease);
    }
  }

  /** One timer for all whose turn has not come. */
  #watch(): void {
    const [first] = this.#patient;
    if (this.#timer !== undefined || first === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      const reason = this.#leases.length === 0 ? this.#failure : undefined;
      for (const late of this.#patient) {
        if (late.until > now) break;
        this.#patient.delete(late);
        const index = this.#waiting.indexOf(late);
        if (index >= 0) this.#waiting.splice(index, 1);
        late.fail(reason ?? new Error(NONE_TO_BE_HAD));
      }
      this.#watch();
    }, Math.max(0, first.until - performance.now()));
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
    const usable = this.#leases.filter(({ broken, line }) => broken === undefined && line.length < DEPTH);
    return usable.sort((one, other) => one.line.length - other.line.length)[0];
  }

  #othersWait(): boolean {
    return this.pool.waitingCount > this.#queued;
  }

  #begin(lease: Lease): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    lease.line.push(next);
    if (lease.line.length === 1) this.#patient.delete(next);
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
      const lease: Lease = { client: client as Client, line: [], broken: undefined };
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
      if (this.#waiting.length > this.#asked) this.#giveUp(failure);
      this.#go();
    });
  }

  #giveUp(failure: Error): void {
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#patient.delete(first);
    first.fail(failure);
  }

  #giveBack(lease: Lease): void {
    if (lease.line.length > 0) return;
    const index = this.#leases.indexOf(lease);
    if (index < 0) return;
    this.#leases.splice(index, 1);
    lease.client.release(lease.broken);
    this.#go();
  }
}
