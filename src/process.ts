import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import { createApplication, useLogs } from './application';
import { loadDemo } from './cli/demo';
import { ENTITIES } from './entities';
import { LocalIssuer } from './identity/local-issuer';
import type { TrustedIssuer } from './identity/token-verifier';
import { SystemClock } from './platform/clock';
import { type Config, ConfigError, readConfig } from './platform/config';
import { applicationDataSource, openDataSource } from './platform/db/data-source';
import { startEmbeddedPostgres } from './platform/db/embedded-postgres';
import { migrate } from './platform/db/migrate';
import { createLog } from './platform/logging';
import { Draining } from './platform/draining';
import { Jobs } from './platform/jobs/jobs';
import { Sealer } from './platform/journal/sealer';

/** A running process: what has been started, and how it is stopped. */
export interface Running {
  readonly app: NestFastifyApplication;
  readonly config: Config;
  readonly url: string | undefined;
  /** Drains requests and jobs, then stops the database if this process has started it. May be called any number of times. */
  readonly stop: () => Promise<void>;
}

/** Starts what the environment asks for: database, migrations, demo park, HTTP, jobs. Whatever fails, what was started is stopped. */
export async function start(mode: { readonly http: boolean; readonly jobs: boolean }): Promise<Running> {
  const config = readConfig(process.env);
  const undo: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => (stopping ??= (async () => {
    const failures: unknown[] = [];
    for (const step of undo.reverse()) await step().catch((error: unknown) => { failures.push(error); });
    if (failures.length > 0) throw failures[0];
  })());
  try {
    const url = config.databaseUrl ?? await embedded(config, undo);
    await migrate(url).catch((error: unknown) => { throw unreachable(error) ?? error; });
    const source = await openDataSource(applicationDataSource(url, ENTITIES, config.poolSize));
    undo.push(() => source.destroy());
    const trusted = await trustedIssuer(config);
    const log = createLog(config.logLevel);
    const app = await createApplication({ source, clock: new SystemClock(), trusted, log, journalHash: config.journalHash, limits: config.limits, links: config.links }, { trustedProxies: config.trustedProxies });
    const sealer = app.get(Sealer);
    // After the last request, which may have appended something.
    undo.push(() => sealer.stop());
    undo.push(() => app.close());
    await app.init();
    useLogs(app, log);
    if (config.demo) await loadDemo(app, config.issuer.issuer);
    if (mode.jobs && config.jobs) {
      const jobs = app.get(Jobs);
      await jobs.start();
      undo.push(() => jobs.stop());
      sealer.start();
    }
    const listening = mode.http ? await listen(app, config) : undefined;
    undo.push(() => Promise.resolve(app.get(Draining).begin()));
    return { app, config, url: listening, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a process until it is told to stop; a configuration or start that fails is told in a sentence. */
export async function runProcess(mode: { readonly http: boolean; readonly jobs: boolean }, started: (running: Running) => string): Promise<void> {
  try {
    const running = await start(mode);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      // Told twice (npm passes on what the terminal has told everybody), it still stops in order.
      process.on(signal, () => {
        running.stop().then(() => process.exit(0), (error: unknown) => { fail(error); });
      });
    }
    process.stdout.write(`${started(running)}\n`);
  } catch (error) {
    fail(error);
  }
}

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  await app.listen(config.port, config.host).catch((error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ConfigError(`PORT: ${config.port} is in use by another program.`, { cause: error });
    if (code === 'EACCES') throw new ConfigError(`PORT: ${config.port} is not open to this user.`, { cause: error });
    if (['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'].includes(code)) throw new ConfigError(`HOST: "${config.host}" is no address of this machine.`, { cause: error });
    throw error;
  });
  const address = app.getHttpServer().address() as { port: number };
  return `http://${config.host === '127.0.0.1' || config.host === '0.0.0.0' ? 'localhost' : config.host}:${address.port}`;
}

async function embedded(config: Config, undo: (() => Promise<unknown>)[]): Promise<string> {
  const server = await startEmbeddedPostgres({
    dataDir: join(config.dataDir, 'postgres'),
    // Whoever watches the process starts it again, and it the database.
    onUnexpectedExit: (message) => { fail(new ConfigError(message)); },
  }).catch((error: unknown) => {
    // Its errors are sentences for whoever started the program: a stack would hide them.
    throw new ConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  undo.push(() => server.stop());
  return server.url;
}

async function trustedIssuer({ issuer, dataDir }: Config): Promise<TrustedIssuer> {
  if (issuer.kind === 'external') return { config: issuer, keys: createRemoteJWKSet(new URL(issuer.jwksUri)) };
  const local = await LocalIssuer.open(dataDir, issuer.issuer, issuer.audience);
  return { config: issuer, keys: createLocalJWKSet(await local.jwks()) };
}

/** A sentence for a database that can't be entered; the address may hold a password and is not repeated. */
function unreachable(error: unknown): ConfigError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  const away = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', '57P03'].includes(code);
  const refused = ['28P01', '28000', '3D000', '42501'].includes(code);
  if (!away && !refused) return undefined;
  return new ConfigError(`DATABASE_URL: the database ${away ? 'does not answer' : `refuses: ${(error as Error).message}`} (${code}).`, { cause: error });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof ConfigError || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : (error.stack ?? error.message)}\n`);
  process.exit(1);
}
