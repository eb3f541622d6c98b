import { Client } from 'pg';
import { apiDocument } from '../../src/openapi';
import { type Cast, ISSUER, startApp, type TestApp } from '../support/app';
import { aDeclaration, anAppointment, aRecusal, aReport, saying } from '../support/integrity';

/** Who inspects, and the chain that says what they did. */
describe('inspectors', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp(); });
  afterEach(async () => { await app.close(); });

  type Who = 'inspector' | 'operator' | 'admin' | 'county' | 'stranger';
  const make = async (who: Who, cadre: keyof Cast['cadres']): Promise<number> => (await app.as(who).post('/integrity/inspectors', anAppointment(app, cadre))).status;
  const relieve = async (who: Who, cadreId: string): Promise<number> => (await app.as(who).post(`/integrity/inspectors/${cadreId}/end`)).status;
  const rolesOf = async (cadreId: string): Promise<string[]> => (await app.sql<{ roles: string[] }>('SELECT roles FROM cadre WHERE id = $1', [cadreId]))[0]?.roles ?? [];

  it('are made by inspectors, and the first by the operator; no administrator has a hand in it', async () => {
    const { handler, inspector } = app.cadres;
    expect([await make('admin', 'admin'), await make('stranger', 'strangerOfficer'), await make('operator', 'handler')]).toEqual([403, 403, 403]);
    expect(await make('inspector', 'strangerOfficer')).toBe(422);
    expect(await make('inspector', 'handler')).toBe(200);
    expect(await rolesOf(handler)).toEqual(['handler', 'inspector']);
    // At once, and on the record of the park, as any change of roles.
    await app.as('handler').get('/integrity/reports').expect(200);
    expect(await app.sql(`SELECT data FROM journal_entry WHERE type = 'cadre.changed' AND subject_id = $1`, [handler])).toEqual([{ data: { fields: ['roles'], roles: ['handler', 'inspector'] } }]);
    expect(await relieve('admin', inspector)).toBe(403);
    expect([await relieve('inspector', handler), await relieve('inspector', handler), await relieve('inspector', inspector)]).toEqual([200, 404, 200]);
    await app.as('inspector').get('/integrity/reports').expect(403);
    expect(await make('operator', 'inspector')).toBe(200);
    expect(await make('operator', 'handler')).toBe(403);
    expect((await app.sql<{ type: string }>('SELECT type FROM integrity_entry ORDER BY number')).map(({ type }) => type)).toEqual(['inspector.made', 'inspector.relieved', 'inspector.relieved', 'inspector.made']);
  });

  it('come under no identity that an administrator gave them for it: the appointment names it, or takes it away', async () => {
    const { handler } = app.cadres;
    const change = async (body: object): Promise<number> => {
      const etag = String((await app.as('admin').get(`/cadres/${handler}`).expect(200)).headers['etag']);
      return (await app.as('admin').patch(`/cadres/${handler}`, body, etag)).status;
    };
    const make = async (given: object) => app.as('inspector').post('/integrity/inspectors', { cadreId: handler, ...given });
    const accomplice = { issuer: ISSUER, subject: 'the-accomplice' };
    expect(await change({ identity: accomplice })).toBe(200);
    for (const given of [{}, { identity: { issuer: ISSUER, subject: 'handler' } }, { identity: { issuer: 'https://login.example.cn', subject: 'the-accomplice' } }]) {
      const { status, body, text } = await make(given) as { status: number; body: object; text: string };
      expect([status, body]).toEqual([422, expect.objectContaining({ code: 'identity-unconfirmed', errors: [expect.objectContaining({ pointer: '/identity' })] })]);
      // What is bound is for the cadre to say.
      expect(text.replace(JSON.stringify(given), '')).not.toContain('accomplice');
    }
    await app.asSubject('the-accomplice').get('/integrity/reports').expect(403);
    expect((await make({ identity: null })).status).toBe(200);
    await app.asSubject('the-accomplice').get('/me').expect(401);
    expect(await app.sql('SELECT roles, issuer, subject FROM cadre WHERE id = $1', [handler])).toEqual([{ roles: ['handler', 'inspector'], issuer: null, subject: null }]);
    expect(await app.sql(`SELECT data FROM journal_entry WHERE type = 'cadre.changed' AND subject_id = $1 ORDER BY position DESC LIMIT 1`, [handler])).toEqual([{ data: { fields: ['identity'] } }]);
    expect(await change({ identity: accomplice })).toBe(422);
    // One who has none needs none named.
    expect((await make({})).status).toBe(200);
  });

  it('come under the identity that the appointment names', async () => {
    await app.as('inspector').post('/integrity/inspectors', anAppointment(app, 'handler')).expect(200);
    await app.as('handler').get('/integrity/reports').expect(200);
  });

  it('are not deactivated by an administrator, of whom they may hear something, unless they are relieved', async () => {
    const etag = async (): Promise<string> => String((await app.as('admin').get(`/cadres/${app.cadres.inspector}`).expect(200)).headers['etag']);
    expect((await app.as('admin').patch(`/cadres/${app.cadres.inspector}`, { active: false }, await etag()).expect(422)).body).toMatchObject({ code: 'role-not-grantable', errors: [{ pointer: '/active' }] });
    expect([await make('inspector', 'handler'), await relieve('inspector', app.cadres.inspector)]).toEqual([200, 200]);
    await app.sql(`UPDATE cadre SET roles = '{officer}' WHERE id = $1`, [app.cadres.inspector]);
    await app.as('admin').patch(`/cadres/${app.cadres.inspector}`, { active: false }, await etag()).expect(200);
  });

  it('of a county are none of a park’s to make or relieve', async () => {
    const { county, inspector, officer } = app.cadres;
    expect(await make('inspector', 'county')).toBe(403);
    expect(await make('operator', 'county')).toBe(200);
    expect(await make('operator', 'county')).toBe(200);
    expect(await relieve('inspector', county)).toBe(403);
    // Beside the county's no other role reaches into its parks.
    expect((await app.as('county').get('/me').expect(200)).body).toMatchObject({ roles: ['inspector', 'county'] });
    await app.as('county').get('/integrity/reports').expect(200);
    await app.as('county').post('/integrity/declarations', { enterpriseId: officer, kind: 'kin', description: 'x' }).expect(403);
    expect([await make('county', 'officer'), await relieve('county', inspector), await relieve('county', county)]).toEqual([200, 200, 200]);
  });

  it('of the county set recusals that the park’s do not see', async () => {
    await app.sql(`UPDATE cadre SET roles = '{inspector,county}' WHERE id = $1`, [app.cadres.county]);
    const own = await aRecusal(app);
    const theirs = ((await app.as('county').post('/integrity/recusals', { cadreId: app.cadres.inspector, reason: '核查县级收到的举报。' }).expect(201)).body as { id: string }).id;
    const listed = async (who: Who): Promise<string[]> => ((await app.as(who).get('/integrity/recusals').expect(200)).body as { items: { id: string }[] }).items.map(({ id }) => id);
    expect([await listed('inspector'), await listed('county')]).toEqual([[own], [theirs]]);
    await app.as('inspector').post(`/integrity/recusals/${theirs}/end`, { reason: 'x' }).expect(404);
    await app.as('county').post(`/integrity/recusals/${own}/end`, { reason: 'x' }).expect(404);
    await app.as('county').post(`/integrity/recusals/${theirs}/end`, { reason: '核查结束' }).expect(200);
  });
});

describe('the chain of the inspectors', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
    await app.sql(`UPDATE cadre SET roles = '{inspector,county}' WHERE id = $1`, [app.cadres.county]);
    const { id, code } = await aReport(app);
    await app.as('inspector').get(`/integrity/reports/${id}`).expect(200);
    await app.as('inspector').post(`/integrity/reports/${id}/question`, { text: '请问还有谁在场？' }).expect(200);
    await saying(app, code, '还有一位同事。').expect(200);
    await aDeclaration(app);
    await aRecusal(app);
  });
  afterAll(async () => { await app.close(); });

  interface Verdict {
    readonly valid: boolean;
    readonly firstBroken: { readonly number: number; readonly reason: string } | null;
    readonly head: { readonly number: number; readonly hash: string } | null;
  }
  const verify = async (who: 'inspector' | 'county' = 'inspector'): Promise<Verdict> => (await app.as(who).get('/integrity/verify').expect(200)).body as Verdict;

  it('is gapless from one, and whole', async () => {
    expect((await app.sql<{ number: string; type: string }>('SELECT number::text, type FROM integrity_entry ORDER BY number')).map(({ number, type }) => `${number} ${type}`)).toEqual([
      '1 report.received', '2 report.read', '3 report.questioned', '4 report.answered', '5 declaration.made', '6 recusal.set',
    ]);
    expect(await verify()).toEqual({ parkId: app.parkId, valid: true, firstBroken: null, head: null });
  });

  it('says how long it is to the county’s alone: a park’s inspector would see it grow', async () => {
    const [end] = await app.sql<{ hash: Buffer }>('SELECT hash FROM integrity_entry WHERE number = 6');
    expect((await verify('county')).head).toMatchObject({ number: 6, hash: end?.hash.toString('hex') });
    await app.as('admin').get('/integrity/verify').expect(403);
    expect(apiDocument(app.app).paths['/api/v1/integrity/verify']?.get?.description).toMatch(/told to the county’s inspectors alone: `head` is null for those of a park/);
  });

  it('takes no number of the journal, and none of the journal’s readers sees it', async () => {
    expect(await app.sql(`SELECT FROM journal_entry WHERE type ~ '^(report|recusal|declaration|inspector)\\.'`)).toEqual([]);
  });

  it('stays gapless when many write at once, and when some of them fail', async () => {
    const before = (await verify('county')).head?.number ?? 0;
    const reports = await Promise.all(Array.from({ length: 12 }, async () => app.asNobody().post('/integrity/reports', { parkCode: 'JKSP', prohibitions: ['shares'], text: '并发' })));
    expect(reports.map(({ status }) => status)).toEqual(reports.map(() => 201));
    const after = await verify('county');
    expect([after.valid, after.head?.number]).toEqual([true, before + 12]);
  });

  it.each<[string, string, number, string]>([
    ['what an entry says', `UPDATE integrity_entry SET data = '{}' WHERE number = 3`, 3, 'altered'],
    ['who did it', `UPDATE integrity_entry SET actor_id = 'somebody' WHERE number = 2`, 2, 'altered'],
    ['an entry that is gone', 'DELETE FROM integrity_entry WHERE number = 4', 4, 'missing'],
    ['the last that is gone', 'DELETE FROM integrity_entry WHERE number = (SELECT max(number) FROM integrity_entry)', -1, 'missing'],
    ['the last that is gone with its head', `WITH gone AS (DELETE FROM integrity_entry WHERE number = (SELECT max(number) FROM integrity_entry))
      UPDATE integrity_head h SET number = h.number - 1`, -1, 'head-differs'],
    ['a head that lies', `UPDATE integrity_head SET hash = sha256('x')`, -1, 'head-differs'],
    ['a head that is gone', 'DELETE FROM integrity_head', 1, 'surplus'],
  ])('names the first that was touched: %s', async (_what, tampering, number, reason) => {
    const owner = new Client({ connectionString: app.database.url });
    await owner.connect();
    await owner.query('CREATE TABLE kept_entry AS TABLE integrity_entry; CREATE TABLE kept_head AS TABLE integrity_head; SET session_replication_role = replica');
    await owner.query(tampering);
    const { valid, firstBroken } = await verify();
    await owner.query('TRUNCATE integrity_entry, integrity_head; INSERT INTO integrity_entry TABLE kept_entry; INSERT INTO integrity_head TABLE kept_head; DROP TABLE kept_entry, kept_head');
    await owner.end();
    expect([valid, firstBroken?.reason]).toEqual([false, reason]);
    if (number > 0) expect(firstBroken?.number).toBe(number);
    expect((await verify()).valid).toBe(true);
  });
});
