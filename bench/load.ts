import { readdirSync, readFileSync } from 'node:fs';
import autocannon from 'autocannon';

/** One request of a measurement. */
export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server under load. */
export interface Target {
  readonly url: string;
  readonly pid: number;
}

/** What one run of load has shown. Times in milliseconds. */
export interface Sample {
  readonly requests: number;
  /** Of them, those that were answered 503; they are in no rate and in no time. */
  readonly busy: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time per request, user and system, of the server process and of all processes of PostgreSQL. */
  readonly serverCpu: number;
  readonly databaseCpu: number;
}

// Linux counts the CPU time of processes in hundredths of a second.
const MS_PER_TICK = 10;

/**
 * Sends the shots, each connection its own in turn, for a number of seconds or until each connection has sent all of its own once.
 * @throws Error when anything is answered but a 2xx, or 503 by a server that would rather be asked again than let wait
 */
export async function fire(target: Target, postmaster: number, shots: readonly (readonly Shot[])[], seconds?: number): Promise<Sample> {
  const times: number[] = [];
  const before = [cpuOf(target.pid), cpuBelow(postmaster)] as const;
  const begun = performance.now();
  let ended = begun;
  let connection = 0;
  let busy = 0;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const total = shots.reduce((sum, own) => sum + own.length, 0);
    const instance = autocannon({
      url: target.url, connections: shots.length, sampleInt: 100, ...(seconds === undefined ? { amount: total } : { duration: seconds }),
      setupClient: (client) => {
        client.setRequests((shots[connection] ?? []).map((shot) => ({ ...shot, headers: { ...shot.headers } })));
        connection += 1;
      },
    }, (error: Error | null, finished) => { if (error === null) resolve(finished); else reject(error); });
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      ended = performance.now();
      if (status === 503) busy += 1;
      else times.push(milliseconds);
    });
  });
  const after = [cpuOf(target.pid), cpuBelow(postmaster)] as const;
  if (result.non2xx > busy || result.errors > 0) throw new Error(`${result.non2xx - busy} answers were no success and ${result.errors} requests failed, of ${times.length}`);
  times.sort((one, other) => one - other);
  return {
    requests: times.length + busy, busy, perSecond: times.length / ((ended - begun) / 1000), p50: quantile(times, 0.5), p99: quantile(times, 0.99),
    serverCpu: (after[0] - before[0]) / times.length, databaseCpu: (after[1] - before[1]) / times.length,
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Fields of /proc/<pid>/stat after the command, which may hold spaces: the state is number 0. */
function statOf(pid: number | string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function cpuOf(pid: number | string): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Of all processes that the parent has, and of those that it has had. */
function cpuBelow(parent: number): number {
  const ended = statOf(parent);
  let sum = (Number(ended[13]) + Number(ended[14])) * MS_PER_TICK;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(statOf(pid)[1]) === parent) sum += cpuOf(pid);
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error; // otherwise it has ended meanwhile
    }
  }
  return sum;
}

/** Resident memory now and at its highest, in MB. */
export function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Math.round(Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]) / 1024);
  return { now: field('VmRSS'), most: field('VmHWM') };
}
