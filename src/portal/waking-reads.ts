import type { Actor } from '../kernel/actor';
import { isTrouble } from '../platform/db/problems';
import type { Changes, FeedPage, FeedReading } from './changes.query';

// The pool is for those who do not wait, too.
const READING_AT_ONCE = 2;

interface SharedRead {
  readonly page: Promise<FeedPage>;
  readonly unwanted: AbortController;
  readers: number;
}

interface Queued {
  readonly begin: () => void;
  readonly fail: (error: unknown) => void;
}

/** The reads of readers who wake together: few at a time, one for all who stand at the same place, and none for those who have gone. */
export class WakingReads {
  readonly #reads = new Map<string, SharedRead>();
  readonly #queue = new Set<Queued>();
  #reading = 0;

  constructor(private readonly changes: Pick<Changes, 'read'>) {}

  /** Nothing once `until` is aborted. Readers at one place share a read unless more has been sealed since it began: then their marks differ. */
  async read(actor: Actor, reading: FeedReading, mark: number, until: AbortSignal): Promise<FeedPage | undefined> {
    const key = JSON.stringify([mark, [...reading.from], reading.entryTypes ?? null, reading.limit]);
    const read = this.#reads.get(key) ?? this.#begin(key, async () => this.changes.read(actor, reading));
    read.readers += 1;
    try {
      return await unlessAborted(read.page, until);
    } finally {
      read.readers -= 1;
      if (read.readers === 0) this.#giveUp(key, read);
    }
  }

  #begin(key: string, work: () => Promise<FeedPage>): SharedRead {
    const unwanted = new AbortController();
    const read = { page: this.#inTurn(work, unwanted.signal), unwanted, readers: 0 };
    this.#reads.set(key, read);
    return read;
  }

  #giveUp(key: string, read: SharedRead): void {
    if (this.#reads.get(key) === read) this.#reads.delete(key);
    read.unwanted.abort();
  }

  async #inTurn<T>(work: () => Promise<T>, unwanted: AbortSignal): Promise<T> {
    if (this.#reading < READING_AT_ONCE) this.#reading += 1;
    else await this.#turn(unwanted);
    try {
      return await work();
    } catch (error) {
      // Whoever stands behind would wait as long to hear the same.
      if (isTrouble(error)) this.#failAll(error);
      throw error;
    } finally {
      this.#next();
    }
  }

  async #turn(unwanted: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const queued: Queued = { begin: resolve, fail: reject };
      this.#queue.add(queued);
      unwanted.addEventListener('abort', () => { if (this.#queue.delete(queued)) reject(new Error('Nobody waits for it any more')); }, { once: true });
    });
  }

  #failAll(error: unknown): void {
    const behind = [...this.#queue];
    this.#queue.clear();
    for (const { fail } of behind) fail(error);
  }

  #next(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#reading -= 1;
      return;
    }
    this.#queue.delete(next);
    next.begin();
  }
}

async function unlessAborted<T>(work: Promise<T>, until: AbortSignal): Promise<T | undefined> {
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => { resolve(undefined); };
    until.addEventListener('abort', stop, { once: true });
    if (until.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    until.removeEventListener('abort', stop);
  }
}
