import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import { Signals } from '../platform/db/signals';
import { SEALED_CHANNEL } from '../platform/journal/sealer';
import { Changes } from './changes.query';
import type { Positions } from './domain/feed-cursor';

// A signal may be missed while the line for signals is away; then a reader hears of an entry this much later.
const LOOK_EVERY_MS = 5_000;

interface Waiter {
  readonly seen: Positions;
  readonly parkIds: readonly string[];
  readonly wake: () => void;
}

/**
 * Readers who wait for entries to be sealed. Whoever waits holds no connection, and whatever happens costs one small read for all of them: it asks
 * for the heads of their parks, and only those wake whose park has gone on.
 */
@Injectable()
export class SealWatch implements OnModuleDestroy {
  readonly #waiters = new Set<Waiter>();
  #heard = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #closed = false;

  constructor(signals: Signals, private readonly changes: Changes) {
    signals.on(SEALED_CHANNEL, () => {
      this.#heard += 1;
      this.#look();
    });
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** To be taken before the heads are read that {@link wait} is given, so that no signal falls between. */
  mark(): number {
    return this.#heard;
  }

  /** Resolves when one of the parks may have an entry beyond the heads, or when the signal is aborted, or the process is about to end. */
  async wait(parkIds: readonly string[], heads: Positions, mark: number, until: AbortSignal): Promise<void> {
    if (this.#closed || until.aborted) return;
    await new Promise<void>((resolve) => {
      const waiter: Waiter = {
        parkIds, seen: heads,
        wake: () => {
          this.#waiters.delete(waiter);
          until.removeEventListener('abort', waiter.wake);
          this.#keepTime();
          resolve();
        },
      };
      this.#waiters.add(waiter);
      until.addEventListener('abort', waiter.wake, { once: true });
      this.#keepTime();
      if (this.#heard !== mark) this.#look();
    });
  }

  /** Before the server closes: a waiting request would keep it open. */
  onModuleDestroy(): void {
    this.#closed = true;
    this.#wakeAll();
  }

  #keepTime(): void {
    if (this.#waiters.size > 0) {
      this.#timer ??= setInterval(() => { this.#look(); }, LOOK_EVERY_MS).unref();
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** One look at a time; what is heard during one is followed by another. */
  #look(): void {
    if (this.#waiters.size === 0) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#again = false;
    const parkIds = [...new Set([...this.#waiters].flatMap((waiter) => waiter.parkIds))];
    // Where the heads can not be read, those who wait shall learn why from their own read.
    this.changes.headsAsSystem(systemActor('seal-watch', parkIds), parkIds).then((heads) => { this.#wake(heads); }, () => { this.#wakeAll(); }).finally(() => {
      this.#looking = false;
      if (this.#again) this.#look();
    });
  }

  #wake(heads: Positions): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.parkIds.some((parkId) => (heads.get(parkId) ?? 0) > (waiter.seen.get(parkId) ?? 0))) waiter.wake();
    }
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters]) waiter.wake();
  }
}
