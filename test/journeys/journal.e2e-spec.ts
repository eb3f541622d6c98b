import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Actor, systemActor } from '../../src/kernel/actor';
import { Sealer } from '../../src/platform/journal/sealer';
import { JournalService } from '../../src/portal/journal.service';
import { JournalSweep } from '../../src/portal/journal.sweep';
import { startApp, type TestApp } from '../support/app';
import { anEnterprise, aVisit } from '../support/world';

interface HeadBody {
  readonly number: number;
  readonly hash: string;
  readonly lastVerification: unknown;
}

/** An auditor asks for the head, keeps it, and asks later whether the chain still leads to it. */
describe('the journal over HTTP', () => {
  let app: TestApp;
  let head: HeadBody;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(async () => {
    await app.app.get(Sealer).stop();
    await app.close();
  });

  const get = async <T>(who: 'supervisor' | 'county', path: string): Promise<T> => (await app.as(who).get(path).expect(200)).body as T;

  it('has an empty chain before anything is sealed', async () => {
    expect(await get('supervisor', '/journal/head')).toEqual({ parkId: app.parkId, number: 0, hash: null, algorithm: null, sealedAt: null, lastVerification: null });
    expect(await get('supervisor', '/journal/verify')).toEqual({ valid: true, from: 1, to: 0 });
  });

  it('is sealed after what happened', async () => {
    const enterprise = await anEnterprise(app);
    await app.as('officer').post('/visits', aVisit(app, enterprise)).expect(201);
    await app.app.get(Sealer).seal();
    head = await get<HeadBody>('supervisor', '/journal/head');
    expect(head).toEqual({
      parkId: app.parkId, number: expect.any(Number) as number, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, algorithm: 'sha256', sealedAt: app.clock.now().toISOString(), lastVerification: null,
    });
    expect(head.number).toBeGreaterThanOrEqual(2);
    const [row] = await app.sql<{ count: number }>('SELECT count(*)::integer AS count FROM journal_entry WHERE park_id = $1', [app.parkId]);
    expect(row?.count).toBe(head.number);
  });

  it('is verified whole, in part, and against a head that was kept', async () => {
    const expected = `expectedNumber=${head.number}&expectedHash=${head.hash}`;
    expect(await get('supervisor', '/journal/verify')).toEqual({ valid: true, from: 1, to: head.number });
    expect(await get('supervisor', `/journal/verify?${expected}`)).toEqual({ valid: true, from: 1, to: head.number });
    expect(await get('supervisor', '/journal/verify?from=2&to=2')).toEqual({ valid: true, from: 2, to: 2 });
    expect(await get('supervisor', `/journal/verify?from=${head.number + 1}`)).toEqual({ valid: true, from: head.number + 1, to: head.number });
    expect(await get('supervisor', `/journal/verify?expectedNumber=${head.number}&expectedHash=${'0'.repeat(64)}`))
      .toMatchObject({ valid: false, firstBroken: { number: head.number, reason: 'expected-differs' } });
  });

  it('says nothing of a chain that ends before the range, and compares a kept head all the same', async () => {
    const beyond = `/journal/verify?from=${head.number + 2}`;
    for (const path of [beyond, `${beyond}&expectedNumber=${head.number}&expectedHash=${head.hash}`]) {
      const { body } = await app.as('supervisor').get(path).expect(400) as { body: { errors: object[] } };
      expect(body.errors).toEqual([expect.objectContaining({ pointer: '/query/from', code: 'range', detail: expect.stringContaining(String(head.number + 1)) as string })]);
    }
    expect(await get('supervisor', `${beyond}&expectedNumber=1&expectedHash=${'0'.repeat(64)}`)).toMatchObject({ valid: false, firstBroken: { number: 1, reason: 'expected-differs' } });
    expect(await get('supervisor', `${beyond}&expectedNumber=${head.number + 1}&expectedHash=${head.hash}`)).toMatchObject({ valid: false, firstBroken: { number: head.number + 1, reason: 'missing' } });
  });

  it.each([
    ['expectedNumber=1', '/query/expectedHash', 'required'],
    [`expectedHash=${'0'.repeat(64)}`, '/query/expectedNumber', 'required'],
    ['expectedNumber=1&expectedHash=abc', '/query/expectedHash', 'format'],
    ['from=0', '/query/from', 'range'],
  ])('refuses %s', async (query, pointer, code) => {
    const { body } = await app.as('supervisor').get(`/journal/verify?${query}`).expect(400) as { body: { errors: object[] } };
    expect(body.errors).toEqual([expect.objectContaining({ pointer, code })]);
  });

  it('is shown for one’s own parks', async () => {
    await app.as('supervisor').get(`/journal/head?parkId=${app.otherParkId}`).expect(404);
    await app.as('supervisor').get(`/journal/verify?parkId=${app.otherParkId}`).expect(404);
    expect(await get('county', `/journal/head?parkId=${app.parkId}`)).toMatchObject({ number: head.number });
    await app.asClient('journal:read', [app.parkId, app.otherParkId]).get('/journal/head').expect(400);
    await app.asClient('journal:read', [app.parkId, app.otherParkId]).get(`/journal/verify?parkId=${app.otherParkId}`).expect(200, { valid: true, from: 1, to: 0 });
  });

  it('is verified for each caller once at a time, for few at once, and no longer than somebody listens', async () => {
    const service = app.app.get(JournalService);
    const client = (id: string): Actor => ({ ...systemActor('test', [app.parkId]), kind: 'client', id, issuer: 'x', subject: id });
    const verify = async (id: string, until = new AbortController().signal) => service.verify(client(id), {}, until);
    const under = [verify('one'), verify('two')];
    await expect(verify('one')).rejects.toMatchObject({ code: 'too-many-requests' });
    await expect(verify('three')).rejects.toMatchObject({ code: 'busy' });
    await Promise.all(under);
    expect(await verify('three', AbortSignal.abort())).toEqual({ valid: true, from: 1, to: 0 });
    expect(await verify('one')).toEqual({ valid: true, from: 1, to: head.number });
  });

  it('is verified every night, and says so', async () => {
    expect(await app.app.get(JournalSweep).verifyAll()).toEqual({ parks: 2, broken: 0, unwalked: 0 });
    expect((await get<HeadBody>('supervisor', '/journal/head')).lastVerification)
      .toEqual({ at: app.clock.now().toISOString(), from: 1, to: head.number, valid: true, firstBroken: null });
  });

  describe('from the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-heads-'));
    const kept = join(folder, 'heads.json');
    afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
    const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
      const env = { ...process.env, DATABASE_URL: app.database.url };
      return promisify(execFile)(process.execPath, ['--require', './test/support/require-typescript.cjs', 'src/cli/verify-journal.ts', ...args], { env }).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout, err: stderr }));
    };

    it('exports heads and compares with them', async () => {
      expect(await run('--export', kept)).toMatchObject({ code: 0, out: expect.stringContaining(`JKSP: holds from 1 to ${head.number}; head ${head.number} sha256 ${head.hash}`) as string });
      expect(JSON.parse(readFileSync(kept, 'utf8'))).toContainEqual(expect.objectContaining({ parkId: app.parkId, code: 'JKSP', number: head.number, hash: head.hash, algorithm: 'sha256' }));
      await anEnterprise(app);
      await app.app.get(Sealer).seal();
      expect(await run('--against', kept, '--park', 'JKSP')).toMatchObject({ code: 0, out: expect.stringContaining(`is the chain whose head ${head.number} was exported`) as string });
    });

    it('fails for another chain, a broken chain, and what it can not read', async () => {
      const heads = JSON.parse(readFileSync(kept, 'utf8')) as { parkId: string; hash: string | null }[];
      const other = join(folder, 'other.json');
      writeFileSync(other, JSON.stringify(heads.map((one) => (one.parkId === app.parkId ? { ...one, hash: 'f'.repeat(64) } : one))));
      expect(await run('--against', other)).toMatchObject({ code: 1, out: expect.stringContaining(`JKSP: BROKEN at ${head.number}: expected-differs`) as string });
      await app.sql(`SET session_replication_role = replica; UPDATE journal_entry SET actor_id = 'somebody' WHERE number = 2; RESET session_replication_role`);
      expect(await run('--export', other)).toMatchObject({ code: 1, out: expect.stringMatching(/JKSP: BROKEN at 2: altered, entry [0-9a-f-]{36}; holds up to 1\n[^]*was not written/) as string });
      expect(await run('--park', 'NOWHERE')).toMatchObject({ code: 2, err: 'There is no park NOWHERE.\n' });
      expect(await run('--against', join(folder, 'none.json'))).toMatchObject({ code: 2 });
      expect(await run('--wrong')).toMatchObject({ code: 2, err: expect.stringContaining('Usage:') as string });
    }, 60_000);

    it('and every night a broken chain is kept and shown', async () => {
      expect(await app.app.get(JournalSweep).verifyAll()).toEqual({ parks: 2, broken: 1, unwalked: 0 });
      expect((await get<HeadBody>('supervisor', '/journal/head')).lastVerification)
        .toMatchObject({ from: 1, to: 1, valid: false, firstBroken: { number: 2, reason: 'altered' } });
    });
  });
});
