import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Grace for a leftover server to write its last checkpoint, then for each harder way, which only has to be noticed; in milliseconds. */
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_MS = 5_000;
const POLL_MS = 50;

/**
 * Makes the folder when it is missing (mode 700) and claims it for this process, until the returned function is called or the process ends.
 *
 * The claim is a lock of the operating system on an open file, not a pid in a file: it ends with the process that holds it, however that process
 * died, so there is no stale lock to judge, no reused pid to be fooled by, and no moment in which two starters both take over.
 * @throws Error with a sentence for the user when another process holds the folder or it belongs to another user
 */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  let fd: number;
  try {
    // The parents get the usual mode: the account that PostgreSQL runs under has to pass through them.
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    fd = openSync(file, 'a+', 0o600);
  } catch (error) {
    throw new Error(`The data folder ${folder} cannot be used: ${String(error)}. Start as the user who owns it, or use another folder.`, { cause: error });
  }
  // flock(1) locks the open file that it inherits as descriptor 3; the file is open here too, so the lock stays when the command has ended.
  const { status, error, stderr } = spawnSync('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd], encoding: 'utf8' });
  if (status !== 0) {
    closeSync(fd);
    if (status !== 1) throw new Error(`The file ${file} cannot be locked with flock (of util-linux): ${error?.message ?? stderr.trim()}`);
    const holder = readFileSync(file, 'utf8').trim();
    throw new Error(`The data folder ${folder} is in use by process ${holder}: stop that one first, or use another data folder or a database server of your own.`);
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  let held = true;
  return () => {
    if (held) closeSync(fd);
    held = false;
  };
}

/**
 * Ends the processes that a killed owner left in the folder of a cluster. For the holder of the claim only: what still runs there is an orphan.
 * The postmaster alone is asked to shut down; the others are signalled when it is dead or deaf, because to them the same signals mean other things.
 * Its pid file goes at the end: PostgreSQL would believe it as soon as any process of the same user had got that pid.
 * @throws Error when a process survives even SIGKILL
 */
export async function endLeftovers(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const found = serverProcesses(cluster);
  const postmaster = statSync(pidFile, { throwIfNoEntry: false }) && Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  let empty = found.length === 0;
  if (!empty && postmaster !== undefined && found.includes(postmaster)) empty = await emptied(cluster, [postmaster], 'SIGINT', FAST_SHUTDOWN_MS);
  if (!empty) empty = await emptied(cluster, serverProcesses(cluster), 'SIGQUIT', IMMEDIATE_MS);
  if (!empty) empty = await emptied(cluster, serverProcesses(cluster), 'SIGKILL', IMMEDIATE_MS);
  if (!empty) throw new Error(`A PostgreSQL of an earlier run does not end (processes ${serverProcesses(cluster).join(', ')} in ${cluster}).`);
  rmSync(pidFile, { force: true });
}

/** PostgreSQL's processes work in their data folder: that, and the name of the program, tells them from a shell that merely stands there. */
function serverProcesses(cluster: string): number[] {
  const here = statSync(cluster, { throwIfNoEntry: false });
  const worksHere = (pid: string): boolean => {
    try {
      const there = statSync(`/proc/${pid}/cwd`);
      return there.dev === here?.dev && there.ino === here.ino && /^(postgres|initdb)$/m.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
    } catch {
      return false; // ended meanwhile, or another user's
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && worksHere(name)).map(Number);
}

async function emptied(cluster: string, pids: readonly number[], signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Ended meanwhile; what could not be signalled is still found below.
    }
  }
  for (let waited = 0; waited <= withinMs; waited += POLL_MS) {
    if (serverProcesses(cluster).length === 0) return true;
    await sleep(POLL_MS);
  }
  return false;
}
