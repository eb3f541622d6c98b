import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemActor } from '../kernel/actor';
import { ConfigError, readConfig } from '../platform/config';
import { applicationDataSource } from '../platform/db/data-source';
import { Database } from '../platform/db/database';
import type { ChainPoint } from '../platform/journal/chain';
import { type Head, type Verdict, Verification } from '../platform/journal/verification';
import { namedParks, type NamedPark, reach } from './reach';

const USAGE = `Usage: npm run -s verify-journal -- [--park CODE|id] [--export heads.json] [--against heads.json]
  --park     this park alone; all when left out
  --export   write the heads into a file, to be kept where nobody who can write to the database can write
  --against  compare with heads that were exported earlier
Exit code 0: every chain holds; 1: one does not; 2: it could not be found out.`;

/** A head as it is kept outside. */
interface ExportedHead {
  readonly parkId: string;
  readonly code: string;
  readonly number: number;
  /** Hexadecimal; null while nothing was sealed. */
  readonly hash: string | null;
  readonly algorithm: string | null;
  readonly sealedAt: string | null;
}

/** Verifies the chains of the database that the configuration names; answers whether all of them hold. */
async function run(args: readonly string[], write: (line: string) => void): Promise<boolean> {
  const options = readOptions(args);
  const against = options.against === undefined ? [] : readHeads(options.against);
  const { login, leave } = await reach(readConfig(process.env));
  const source = await applicationDataSource(login, [], 2).initialize();
  try {
    const database = new Database(source);
    const parks = await namedParks(database, options.park);
    const exported: ExportedHead[] = [];
    let holds = true;
    for (const park of parks) {
      const actor = systemActor('verify-journal', [park.id]);
      const verification = new Verification(database);
      const expected = expectedOf(against, park);
      // First the head: what is exported has been verified.
      const head = await verification.head(actor, park.id);
      const verdict = await verification.verify(actor, park.id, expected === undefined ? {} : { expected });
      exported.push({ parkId: park.id, code: park.code, ...head, hash: head.hash?.toString('hex') ?? null });
      write(lineOf(park, verdict, head, expected));
      holds &&= verdict.valid;
    }
    for (const lost of against.filter(({ parkId }) => options.park === undefined && parks.every(({ id }) => id !== parkId))) {
      write(`${lost.code}: BROKEN: the park of an exported head (${lost.parkId}) is gone`);
      holds = false;
    }
    if (options.export !== undefined && holds) writeHeads(options.export, exported);
    if (options.export !== undefined && !holds) write(`${options.export} was not written: it would vouch for what does not hold`);
    return holds;
  } finally {
    await source.destroy();
    await leave();
  }
}

function readOptions(args: readonly string[]): { park?: string; export?: string; against?: string } {
  try {
    return parseArgs({ args: [...args], options: { park: { type: 'string' }, export: { type: 'string' }, against: { type: 'string' } } }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function readHeads(file: string): readonly ExportedHead[] {
  try {
    const heads = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    if (!Array.isArray(heads) || !heads.every(isExportedHead)) throw new Error('no list of heads');
    return heads;
  } catch (error) {
    throw new ConfigError(`${file} is no file of exported heads (${error instanceof Error ? error.message : String(error)}).`, { cause: error });
  }
}

function writeHeads(file: string, heads: readonly ExportedHead[]): void {
  try {
    writeFileSync(file, `${JSON.stringify(heads, null, 1)}\n`);
  } catch (error) {
    throw new ConfigError(`The heads could not be written (${error instanceof Error ? error.message : String(error)}).`, { cause: error });
  }
}

function isExportedHead(value: unknown): value is ExportedHead {
  const { parkId, number, hash } = (value ?? {}) as Partial<ExportedHead>;
  return typeof parkId === 'string' && Number.isSafeInteger(number) && (number === 0 ? hash === null : typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash));
}

function expectedOf(against: readonly ExportedHead[], park: NamedPark): ChainPoint | undefined {
  const head = against.find(({ parkId }) => parkId === park.id);
  return head === undefined || head.hash === null ? undefined : { number: head.number, hash: Buffer.from(head.hash, 'hex') };
}

function lineOf({ code }: NamedPark, { valid, from, to, firstBroken }: Verdict, head: Head, expected: ChainPoint | undefined): string {
  if (!valid && firstBroken !== undefined) return `${code}: BROKEN at ${firstBroken.number}: ${firstBroken.reason}, entry ${firstBroken.entryId ?? 'none'}; holds up to ${Math.min(to, firstBroken.number - 1)}`;
  if (head.hash === null) return `${code}: nothing is sealed yet`;
  const compared = expected === undefined ? '' : `, and is the chain whose head ${expected.number} was exported`;
  return `${code}: holds from ${from} to ${to}${compared}; head ${head.number} ${head.algorithm} ${head.hash.toString('hex')} ${head.sealedAt}`;
}

run(process.argv.slice(2), (line) => { process.stdout.write(`${line}\n`); }).then((holds) => { process.exitCode = holds ? 0 : 1; }, (error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
});
