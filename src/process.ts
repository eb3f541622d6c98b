import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLocalJWKSet } from 'jose';
import { createApplication, useLogs } from './application';
import { loadDemo } from './cli/demo';
import { ENTITIES } from './entities';
import { IssuerKeys } from './identity/issuer-keys';
import { LocalIssuer } from './identity/local-issuer';
import { trustedAs, type TrustedIssuer } from './identity/token-verifier';
import { type Clock, SystemClock } from './platform/clock';
import { KeyEncryption } from './platform/key-encryption';
import { type Config, ConfigError, readConfig } from './platform/config';
import { loginOf } from './platform/db/application-login';
import { applicationDataSource, openDataSource } from './platform/db/data-source';
import { type IssuerConfig, LOCAL_ISSUER } from './platform/issuers';
import { startEmbeddedPostgres } from './platform/db/embedded-postgres';
import { migrate } from './platform/db/migrate';
import { createLog } from './platform/logging';
import { Draining } from './platform/draining';
import { Jobs } from './platform/jobs/jobs';
import { Sealer } from './platform/journal/sealer';

/** A running process. */
interface Running {
  readonly app: NestFastifyApplication;
  readonly config: Config;
  readonly url: string | undefined;
}

/** What a process has started so far, to be stopped in the opposite order, also in the middle of the start. */
class Started {
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #stop = new AbortController();
  #stopped: Promise<void> | undefined;

  /** Aborted when all of it is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Throws where it is being stopped already: what was started last is stopped with the rest. */
  add(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
    this.signal.throwIfAborted();
  }

  /** Drains requests and jobs, then stops the database if this process has started it. May be called any number of times. */
  async stop(): Promise<void> {
    return this.#stopped ??= this.#undoAll();
  }

  async #undoAll(): Promise<void> {
    const failures: unknown[] = [];
    this.#stop.abort();
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo().catch((error: unknown) => { failures.push(error); });
    if (failures.length > 0) throw failures[0];
  }
}

/** Starts what the environment asks for: database, migrations, demo park, HTTP, jobs. Whatever fails, what was started is stopped. */
async function start(mode: { readonly http: boolean; readonly jobs: boolean }, started: Started): Promise<Running> {
  const config = readConfig(process.env);
  // Before anything is made that would have to be unmade.
  if (mode.http) await requirePort(config);
  try {
    const url = config.databaseUrl ?? await embedded(config, started);
    const login = loginOf(url, config.databaseAppUrl);
    await migrate(url, login).catch((error: unknown) => { throw unreachable(error, 'DATABASE_URL') ?? error; });
    const source = await openDataSource(applicationDataSource(login, ENTITIES, config.poolSize)).catch((error: unknown) => { throw unreachable(error, login.kind === 'own' ? 'DATABASE_APP_URL' : 'DATABASE_URL') ?? error; });
    started.add(() => source.destroy());
    const clock = new SystemClock();
    const trusted = await Promise.all(config.issuers.map(async (one) => trustedIssuer(one, config.dataDir, clock)));
    const keyEncryption = await KeyEncryption.open(config.dataDir, config.keyEncryptionKey);
    const log = createLog(config.logLevel);
    if (login.kind === 'none') log.warn('the application connects as the owner of the database and only takes on another role: name a login that owns nothing in DATABASE_APP_URL');
    const parts = { source, clock, trusted, log, journalHash: config.journalHash, limits: config.limits, links: config.links, signIn: config.signIn, keyEncryption };
    const app = await createApplication(parts, { trustedProxies: config.trustedProxies });
    const sealer = app.get(Sealer);
    // After the last request, which may have appended something.
    started.add(() => sealer.stop());
    started.add(() => app.close());
    await app.init();
    useLogs(app, log);
    if (config.demo) await loadDemo(app, LOCAL_ISSUER);
    if (mode.jobs && config.jobs) {
      const jobs = app.get(Jobs);
      await jobs.start();
      started.add(() => jobs.stop());
      sealer.start();
    }
    const listening = mode.http ? await listen(app, config) : undefined;
    started.add(() => Promise.resolve(app.get(Draining).begin()));
    return { app, config, url: listening };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** Runs a process until it is told to stop, be it in the middle of its start; a configuration or start that fails is told in a sentence. */
export async function runProcess(mode: { readonly http: boolean; readonly jobs: boolean }, line: (running: Running) => string): Promise<void> {
  const started = new Started();
  let told = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    // Told twice (npm passes on what the terminal has told everybody), it still stops in order.
    process.on(signal, () => {
      told = true;
      started.stop().then(() => process.exit(0), (error: unknown) => { fail(error); });
    });
  }
  try {
    const running = await start(mode, started);
    process.stdout.write(`${line(running)}\n`);
  } catch (error) {
    // A start that was told to stop has not failed.
    if (!told) fail(error);
  }
}

/** Takes the port and lets go of it again: somebody may have it by the time it is listened on, and is told of then. */
async function requirePort({ port, host }: Config): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening').catch((error: unknown) => { throw unheard(error, { port, host }); });
  server.close();
  await once(server, 'close');
}

/** A sentence for an address that can't be listened on. */
function unheard(error: unknown, { port, host }: Pick<Config, 'port' | 'host'>): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new ConfigError(`PORT: ${port} is in use by another program.`, { cause: error });
  if (code === 'EACCES') return new ConfigError(`PORT: ${port} is not open to this user.`, { cause: error });
  return ['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'].includes(code) ? new ConfigError(`HOST: "${host}" is no address of this machine.`, { cause: error }) : error;
}

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  await app.listen(config.port, config.host).catch((error: unknown) => { throw unheard(error, config); });
  const address = app.getHttpServer().address() as { port: number };
  return `http://${config.host === '127.0.0.1' || config.host === '0.0.0.0' ? 'localhost' : config.host}:${address.port}`;
}

async function embedded(config: Config, started: Started): Promise<string> {
  const starting = startEmbeddedPostgres({
    dataDir: join(config.dataDir, 'postgres'),
    // Whoever watches the process starts it again, and it the database.
    onUnexpectedExit: (message) => { fail(new ConfigError(message)); },
    signal: started.signal,
  });
  // Before it is there: what is told to stop meanwhile waits until it has gone again.
  started.add(async () => starting.then(async (server) => server.stop(), () => undefined));
  try {
    return (await starting).url;
  } catch (error) {
    // Its errors are sentences for whoever started the program: a stack would hide them.
    throw new ConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function trustedIssuer(config: IssuerConfig, dataDir: string, clock: Clock): Promise<TrustedIssuer> {
  const { issuer, audience } = config;
  if (config.kind === 'local') return trustedAs({ kind: 'local' }, { issuer, audience, keys: createLocalJWKSet(await (await LocalIssuer.open(dataDir, issuer, audience)).jwks()) });
  const { jwksUri, algorithms, tokenType, parks, subjectClaim } = config;
  return { issuer, audience, keys: new IssuerKeys(issuer, jwksUri, clock).find, algorithms, tokenType, subjectClaim, trust: { kind: 'outside', parks } };
}

/** A sentence for a database that can't be entered; the address may hold a password and is not repeated. */
function unreachable(error: unknown, variable: string): ConfigError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  const away = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', '57P03'].includes(code);
  const refused = ['28P01', '28000', '3D000', '42501'].includes(code);
  if (!away && !refused) return undefined;
  return new ConfigError(`${variable}: the database ${away ? 'does not answer' : `refuses: ${(error as Error).message}`} (${code}).`, { cause: error });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof ConfigError || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : (error.stack ?? error.message)}\n`);
  process.exit(1);
}
