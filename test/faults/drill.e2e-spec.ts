import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../bench/faults/drill';
import { inspect } from '../../bench/faults/inspect';
import { SystemClock } from '../../src/platform/clock';
import { removeEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';
import { freePorts } from '../../src/platform/free-ports';

const TYPESCRIPT = ['--require', './test/support/require-typescript.cjs'];

/** The short form of `npm run faults`: two processes and a database of their own, killed while they are written to. */
describe('faults', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-faults-'));
  afterAll(async () => { await removeEmbeddedPostgres(join(folder, 'postgres')); });

  it('lose nothing that was acknowledged and do nothing twice', async () => {
    const [databasePort = 0, ...ports] = await freePorts(3);
    const report = await run({
      folder, clock: new SystemClock(), seed: 20_260_302, databasePort, ports, writers: 4, kills: 4, databaseKills: 1, readerKills: 3, inspect, say: () => undefined,
      application: [...TYPESCRIPT, 'src/main.ts'], reader: [...TYPESCRIPT, 'bench/faults/reader.ts'],
    });
    expect(report.checks.filter(({ broken }) => broken.length > 0)).toEqual([]);
    expect(report.checks.filter(({ looked }) => looked === 0).map(({ promise }) => promise)).toEqual([]);
    expect(report.starts).toBeGreaterThanOrEqual(2 + 4);
  }, 240_000);
});
