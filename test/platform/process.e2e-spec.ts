import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removeEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';
import { freePort } from '../../src/platform/free-ports';

// Each starts the program at least once, with a database that is made anew; the machine may be busy.
const STARTING_MS = 240_000;

/** The program as a newcomer starts it: with a database of its own, in a folder of its own. */
describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-process-'));
  let port = 0;
  let program: ChildProcess;
  beforeAll(async () => { port = await freePort(); });
  afterAll(async () => {
    program.kill('SIGKILL');
    await removeEmbeddedPostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (env: NodeJS.ProcessEnv = {}): ChildProcess => spawn(process.execPath, ['--require', './test/support/require-typescript.cjs', 'src/main.ts'], {
    env: { PATH: process.env['PATH'], DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'error', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });

  it.each<[string, (taken: number) => NodeJS.ProcessEnv, (taken: number) => string]>([
    ['a port that somebody has', (taken) => ({ PORT: String(taken) }), (taken) => `PORT: ${taken} is in use by another program.`],
    ['an address that is none of this machine', () => ({ PORT: '0', HOST: '203.0.113.7' }), () => 'HOST: "203.0.113.7" is no address of this machine.'],
  ])('refuses %s in a sentence, before it has made anything', async (_what, env, sentence) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as AddressInfo;
    program = start({ LOG_LEVEL: 'info', ...env(taken) });
    let said = '';
    for (const stream of [program.stdout, program.stderr]) stream?.on('data', (piece: Buffer) => { said += piece.toString(); });
    expect(await once(program, 'close')).toEqual([1, null]);
    expect(said).toBe(`${sentence(taken)}\n`);
    expect(readdirSync(folder)).toEqual([]);
    other.close();
  }, STARTING_MS);

  it('says where it is, refuses a second one on its folder, and stops in order however often it is told', async () => {
    program = start();
    const [line] = await once(program.stdout ?? program, 'data') as [Buffer];
    expect(line.toString()).toContain(`http://localhost:${port}/docs`);
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);

    const second = start({ PORT: '0' });
    const [complaint] = await once(second.stderr ?? second, 'data') as [Buffer];
    expect(complaint.toString()).toContain('is in use by process');
    if (second.exitCode === null) await once(second, 'exit');
    expect(second.exitCode).toBe(1);

    const ended = once(program, 'exit');
    for (let time = 0; time < 3; time += 1) {
      program.kill('SIGINT');
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    expect(await ended).toEqual([0, null]);
    expect(existsSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
  }, STARTING_MS);

  it.each([['comes up', ''], ['is being filled', 'ready']])('takes its database with it when it is told to stop while that %s', async (_when, state) => {
    const pidFile = join(folder, 'postgres', 'cluster', 'postmaster.pid');
    rmSync(join(folder, 'postgres'), { recursive: true, force: true });
    program = start();
    const ended = once(program, 'exit');
    while (program.exitCode === null && (!existsSync(pidFile) || !readFileSync(pidFile, 'utf8').includes(state))) await pause(5);
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(pidFile)).toBe(false);
  }, STARTING_MS);

  it('ends with a sentence when its database has ended, so that whoever watches it starts both again', async () => {
    program = start();
    await once(program.stdout ?? program, 'data');
    const complaint = once(program.stderr ?? program, 'data') as Promise<[Buffer]>;
    const ended = once(program, 'exit');
    process.kill(Number(readFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    expect((await complaint)[0].toString()).toContain('PostgreSQL has ended by itself');
    expect(await ended).toEqual([1, null]);
  }, STARTING_MS);
});
