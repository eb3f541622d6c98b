import { Injectable, Logger } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Database } from '../db/database';

/** Work that is done once at a time over any number of processes, again and again. */
export interface Job {
  readonly name: string;
  /** Five fields, in UTC. */
  readonly cron: string;
  /** Must be safe to run twice, late, and to be cut off anywhere. */
  readonly run: () => Promise<unknown>;
}

// A job whose process was killed is found by its silence, and done by another; without it nobody else would take it up for a quarter of an hour.
const HEARTBEAT_S = 20;
const LOOK_AFTER_S = 20;
// Jobs here are minutes apart; half a minute of patience at shutdown is longer than the longest sweep that was measured.
const DRAIN_MS = 30_000;

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
    const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values as unknown[]) }, migrate: false, createSchema: false, superviseIntervalSeconds: LOOK_AFTER_S, monitorIntervalSeconds: LOOK_AFTER_S });
    boss.on('error', (error) => { this.#logger.error({ err: error }, 'job queue'); });
    await boss.start();
    for (const job of this.#jobs) {
      await boss.createQueue(job.name, { policy: 'stately', retryLimit: 3, retryDelay: 10, retryBackoff: true, heartbeatSeconds: HEARTBEAT_S });
      // A queue of an earlier version is there already.
      await boss.updateQueue(job.name, { heartbeatSeconds: HEARTBEAT_S });
      await boss.work(job.name, async () => this.#run(job));
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

  async #run(job: Job): Promise<void> {
    const result = await job.run();
    this.#logger.log({ job: job.name, result }, 'job done');
  }
}
