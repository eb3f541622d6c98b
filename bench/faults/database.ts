import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';

/** A durable PostgreSQL on a port that stays, which can be killed. */
export class Database {
  #server: EmbeddedPostgres | undefined;

  constructor(private readonly folder: string, private readonly port: number) {}

  get url(): string {
    return this.#server?.url ?? '';
  }

  async start(): Promise<void> {
    this.#server = await startEmbeddedPostgres({ dataDir: this.folder, port: this.port });
  }

  async killAndStart(awayMs: number): Promise<void> {
    await this.kill();
    await sleep(awayMs);
    await this.start();
  }

  /** SIGKILL to the postmaster, as the out-of-memory killer does it; its children end by themselves. */
  async kill(): Promise<void> {
    const [pid] = readFileSync(join(this.folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await this.#server?.stop();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}
