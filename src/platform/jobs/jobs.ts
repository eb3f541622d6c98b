import { Injectable, Logger } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Database } from '../db/database';
import { safeCause } from '../db/problems';

/** Work that is done once at a time over any number of processes, again and again. */
export interface Job {
  readonly name: string;
  /** Five fields, in UTC. */
  readonly cron: string;
  /** Must be safe to run twice, late, and to be cut off anywhere. The signal says that its time is up, or that the process stops. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

// Jobs here are minutes apart; half a minute of patience at shutdown is longer than the longest sweep that was measured.
const DRAIN_MS = 30_000;
// A process that is killed leaves its job at work. It says every five seconds that it lives; when twenty have passed without a word, the next look at the
// queue, every fifteen, gives the job back, and it is begun again after ten: within a minute in all, instead of the quarter of an hour that a job may take.
const QUEUE = { retryLimit: 3, retryDelay: 10, retryBackoff: true, heartbeatSeconds: 20, expireInSeconds: 900 };
const HEARTBEAT_S = 5;
const SUPERVISE_S = 15;

/** Scheduled work on PostgreSQL (pg-boss): one run per tick, whichever process takes it. */
@Injectable()
export class Jobs {
  readonly #logger = new Logger(Jobs.name);
  readonly #jobs: Job[] = [];
  #boss: PgBoss | undefined;

  constructor(private readonly database: Database) {}

  register(job: Job): void {
    this.#jobs.push(job);
  }

  get registered(): readonly Job[] {
    return this.#jobs;
  }

  async start(): Promise<void> {
    const { pool } = this.database;
    const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values as unknown[]) }, migrate: false, createSchema: false, superviseIntervalSeconds: SUPERVISE_S, monitorIntervalSeconds: SUPERVISE_S });
    boss.on('error', (error) => { this.#logger.error({ err: safeCause(error) }, 'job queue'); });
    boss.on('warning', ({ message, data }: { message: string; data?: { type?: unknown; queue?: unknown } }) => { this.#logger.warn({ type: data?.type, queue: data?.queue, said: message }, 'job queue'); });
    await boss.start();
    for (const job of this.#jobs) {
      await boss.createQueue(job.name, { policy: 'stately', ...QUEUE });
      // One that an older version made keeps its options otherwise.
      await boss.updateQueue(job.name, QUEUE);
      await boss.work(job.name, { heartbeatRefreshSeconds: HEARTBEAT_S }, async ([one]) => this.#run(job, one?.signal ?? new AbortController().signal));
      await boss.schedule(job.name, job.cron);
    }
    this.#boss = boss;
  }

  /**
   * Asks for a run as soon as the transaction has committed, by whichever process. Where no jobs run in this process nothing is asked
   * for: the next tick does it.
   */
  async request(em: EntityManager, name: string): Promise<void> {
    await this.#boss?.send(name, {}, { db: { executeSql: async (text, values) => ({ rows: await em.query<unknown[]>(text, values as unknown[]) }) } });
  }

  async stop(): Promise<void> {
    await this.#boss?.stop({ graceful: true, timeout: DRAIN_MS, close: false });
    this.#boss = undefined;
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    try {
      const result = await job.run(signal);
      if (signal.aborted) throw new Error('cut off: its time was up, or the process stops');
      this.#logger.log({ job: job.name, result }, 'job done');
    } catch (error) {
      // The queue runs it again and says nothing of it.
      this.#logger.error({ job: job.name, err: safeCause(error) }, 'job failed');
      throw error;
    }
  }
}
