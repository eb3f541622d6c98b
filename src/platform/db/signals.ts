import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';

const RETRY_MS = 1_000;

/**
 * What processes tell each other through PostgreSQL (LISTEN, NOTIFY), over a connection of its own. A signal says only that something has
 * changed; it can be missed while the connection is away, so listeners are called whenever that comes or goes, too.
 */
@Injectable()
export class Signals implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Signals.name);
  readonly #listeners = new Map<string, (() => void)[]>();
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly source: DataSource) {}

  /** To be called before the application has started. */
  on(channel: string, listener: () => void): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  async onModuleInit(): Promise<void> {
    await this.#connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { url } = this.source.options as { url?: string };
    const client = new Client({ connectionString: url, application_name: 'service-ledger signals', connectionTimeoutMillis: 5_000, query_timeout: 5_000, keepAlive: true, keepAliveInitialDelayMillis: 5_000 });
    this.#client = client;
    client.on('notification', ({ channel }) => { this.#tell(channel); });
    client.on('error', () => undefined);
    client.once('end', () => { this.#lost(); });
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      this.#tellAll();
    } catch (error) {
      this.#logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'no connection for signals');
      await client.end().catch(() => undefined);
      this.#lost();
    }
  }

  #lost(): void {
    this.#tellAll();
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => { void this.#connect(); }, RETRY_MS).unref();
  }

  #tellAll(): void {
    for (const channel of this.#listeners.keys()) this.#tell(channel);
  }

  #tell(channel: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener();
  }
}
