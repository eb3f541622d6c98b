import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOLDER } from './server';
import type { Target } from './load';

/** Connections to PostgreSQL, of ours and of the yardstick's. */
export const POOL_SIZE = 2 * availableParallelism();

// Counted as in an installation, and never reached.
const UNLIMITED = { RATE_LIMIT_PER_CALLER: '100000000', RATE_LIMIT_PER_ADDRESS: '100000000' };
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

export interface Started extends Target {
  /** From the start of the process to the first answer, in milliseconds. */
  readonly readyAfter: number;
  readonly stop: () => Promise<void>;
}

/** The application, as an installation starts it, without the demo park and, unless they are asked for, without jobs and sealer. */
export async function startOurs(databaseUrl: string, port: number, jobs: 'on' | 'off' = 'off'): Promise<Started> {
  return startProcess(join(__dirname, '..', 'src', 'main.js'), port, {
    DATABASE_URL: databaseUrl, PORT: String(port), DATA_DIR: FOLDER, LOG_LEVEL: 'silent', DEMO: 'off', JOBS: jobs, DATABASE_POOL: String(POOL_SIZE), ...UNLIMITED,
  });
}

/** The same application in which nobody's token is looked at. */
export async function startUnguarded(databaseUrl: string, port: number): Promise<Started> {
  return startProcess(join(__dirname, 'unguarded.js'), port, {
    DATABASE_URL: databaseUrl, PORT: String(port), DATA_DIR: FOLDER, LOG_LEVEL: 'silent', DEMO: 'off', JOBS: 'off', DATABASE_POOL: String(POOL_SIZE), ...UNLIMITED,
  });
}

/** The hand-written server, with the statements that it shares with the application. */
export async function startYardstick(databaseUrl: string, port: number, statements: string, script = 'yardstick.js'): Promise<Started> {
  return startProcess(join(__dirname, script), port, { DATABASE_URL: databaseUrl, PORT: String(port), DATABASE_POOL: String(POOL_SIZE), STATEMENTS: statements });
}

async function startProcess(script: string, port: number, variables: Readonly<Record<string, string>>): Promise<Started> {
  const begun = performance.now();
  const child = spawn(process.execPath, [script], { env: { PATH: process.env['PATH'], ...variables }, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const kill = (): void => { child.kill('SIGKILL'); };
  const stop = async (): Promise<void> => end(child, ended).finally(() => process.removeListener('exit', kill));
  process.once('exit', kill);
  while (performance.now() - begun < READY_WITHIN_MS && child.exitCode === null) {
    if (await isReady(url)) return { url, pid: child.pid ?? 0, readyAfter: performance.now() - begun, stop };
    await sleep(5);
  }
  await stop();
  throw new Error(`${script} did not become ready`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await Promise.race([ended, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  }
}
