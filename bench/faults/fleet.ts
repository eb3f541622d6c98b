import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process of the application is started: arguments of Node.js, as `dist/src/main.js`. */
export type Launch = readonly string[];

interface Member {
  readonly url: string;
  child: ChildProcess;
}

// As whatever keeps a program running would do: at once after a death, with a breath between failures to start.
const RESTART_MS = 200;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 40_000;

/** Several processes of the application over one database. One that ends, by whatever cause, is started again. */
export class Fleet {
  readonly #members: Member[] = [];
  #stopping = false;
  #starts = 0;

  constructor(private readonly launch: Launch, private readonly variables: Readonly<Record<string, string>>) {}

  get urls(): readonly string[] {
    return this.#members.map(({ url }) => url);
  }

  get starts(): number {
    return this.#starts;
  }

  async start(ports: readonly number[]): Promise<void> {
    for (const port of ports) this.#members.push({ url: `http://127.0.0.1:${port}`, child: this.#spawn(port) });
    await Promise.all(this.#members.map(async ({ url }) => becomeReady(url)));
  }

  /** SIGKILL: nothing is said to it, nothing is finished. */
  kill(number: number): void {
    this.#members[number % this.#members.length]?.child.kill('SIGKILL');
  }

  async allReady(): Promise<void> {
    await Promise.all(this.#members.map(async ({ url }) => becomeReady(url)));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#members.map(async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const over = await Promise.race([ended, sleep(STOP_WITHIN_MS, 'late', { ref: false })]);
      if (over === 'late') child.kill('SIGKILL');
    }));
  }

  #spawn(port: number): ChildProcess {
    this.#starts += 1;
    const child = spawn(process.execPath, [...this.launch], { env: { PATH: process.env['PATH'], ...this.variables, PORT: String(port) }, stdio: ['ignore', 'ignore', 'ignore'] });
    const killWithUs = (): void => { child.kill('SIGKILL'); };
    process.once('exit', killWithUs);
    child.once('exit', (_code, signal) => {
      process.removeListener('exit', killWithUs);
      if (this.#stopping) return;
      setTimeout(() => {
        const member = this.#members.find((one) => one.child === child);
        if (member !== undefined && !this.#stopping) member.child = this.#spawn(port);
      }, signal === 'SIGKILL' ? 0 : RESTART_MS);
    });
    return child;
  }
}

async function becomeReady(url: string): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < READY_WITHIN_MS) {
    const ready = await fetch(`${url}/health/ready`).then((response) => response.ok, () => false);
    if (ready) return;
    await sleep(50);
  }
  throw new Error(`${url} did not become ready`);
}
