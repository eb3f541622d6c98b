import type { Socket } from 'node:net';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { connectionOf } from './data-source';
import { KEEP_ALIVE, SIGNALS_SESSION } from './time-limits';

const RETRY_MS = 1_000;
// A line that died without a word would let signals be missed for minutes: it is found within this time and the time-out of a query.
const HEARTBEAT_MS = 5_000;
const TIMEOUT_MS = 5_000;
// A farewell that nobody hears is not waited for.
const FAREWELL_MS = 500;

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
  #heartbeat: NodeJS.Timeout | undefined;
  #hears = false;
  #closed = false;

  constructor(private readonly source: DataSource) {}

  /** To be called before the application has started. */
  on(channel: string, listener: () => void): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  /** Whether nothing that happens now will be missed, but for the seconds that it takes to find a dead line. */
  get hears(): boolean {
    return this.#hears;
  }

  async onModuleInit(): Promise<void> {
    await this.#connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    const client = this.#client;
    if (client === undefined) return;
    const impatience = setTimeout(() => { hangUp(client); }, FAREWELL_MS);
    await client.end().catch(() => undefined).finally(() => { clearTimeout(impatience); });
  }

  async #connect(): Promise<void> {
    const client = new Client({
      ...connectionOf(this.source, SIGNALS_SESSION), application_name: 'service-ledger signals', connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, ...KEEP_ALIVE,
    });
    this.#client = client;
    client.on('notification', ({ channel }) => { this.#tell(channel); });
    client.on('error', () => undefined);
    client.once('end', () => { if (client === this.#client) this.#lost(); });
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      this.#hears = true;
      this.#tellAll();
      this.#heartbeat = setInterval(() => { client.query('SELECT 1').catch(() => { hangUp(client); }); }, HEARTBEAT_MS).unref();
    } catch (error) {
      this.#logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'no connection for signals');
      hangUp(client);
      this.#lost();
    }
  }

  #lost(): void {
    this.#hears = false;
    clearInterval(this.#heartbeat);
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

/** Without a farewell: the other end may not answer any more. */
function hangUp(client: Client): void {
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
