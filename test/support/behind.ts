import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { TestApp } from './app';

/** Until so many of the connections to the app's database wait for a lock. */
export async function waiting(app: TestApp, many = 1): Promise<void> {
  while ((await app.sql(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)).length < many) await pause(20);
}

/**
 * Locks what `take` does, in a transaction of its own, begins the work, which runs into that, and goes on with `meanwhile` as soon as it waits. Then what
 * was taken is committed. Answers what became of the work.
 */
export async function behind<T>(app: TestApp, take: (holder: Client) => Promise<unknown>, work: () => PromiseLike<T>, meanwhile: () => Promise<unknown> = async () => Promise.resolve()): Promise<T> {
  const holder = new Client({ connectionString: app.database.url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await take(holder);
    const begun = Promise.resolve(work());
    await waiting(app);
    await meanwhile();
    await holder.query('COMMIT');
    return await begun;
  } finally {
    await holder.end();
  }
}
