import { budgetOf, type LEAST_A_DAY, MOST_MESSAGES_OF_A_REPORT } from '../../src/integrity/domain/budget';
import { endOfDay, localDay } from '../../src/kernel/day';
import { InstallationKeys } from '../../src/platform/db/installation-keys';
import { firstIdOf, newId } from '../../src/platform/ids';
import { type TestApp, startApp } from '../support/app';
import { behind, waiting } from '../support/behind';
import { A_PICTURE, aReport, aReportBody, following, saying } from '../support/integrity';

const ZONE = 'Asia/Shanghai';

/** Anybody may report, so anybody may send too much: a park takes so much a day, whoever sends it. */
describe('what a park takes in a day of what anybody may send', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });
  // Each begins with a day on which nobody has sent anything.
  beforeEach(() => { app.clock.advance(endOfDay(today(), ZONE).getTime() - app.clock.now().getTime() + 3_600_000); });

  const today = () => localDay(app.clock.now(), ZONE);
  const budget = async (what: keyof typeof LEAST_A_DAY): Promise<number> => budgetOf(await app.app.get(InstallationKeys).of('receipt'), what, app.parkId, today());
  const give = (given: object = {}) => app.asNobody().post('/integrity/reports', aReportBody(given)).set('accept-language', 'en');
  const untilTomorrow = (): string => String((endOfDay(today(), ZONE).getTime() - app.clock.now().getTime()) / 1_000);
  const ids = (count: number): string[] => Array.from({ length: count }, () => newId(app.clock.now()));

  /** So many reports more, as if somebody had sent them just now. */
  const receive = async (count: number): Promise<void> => {
    await app.sql(`
      INSERT INTO integrity_report (id, park_id, receipt_hash, level, prohibitions, text, search_text, status, version, created_at, updated_at)
      SELECT one, $1, sha256(one::text::bytea), 'park', '{shares}', 'x', 'x', 'open', 1, $3, $3 FROM unnest($2::uuid[]) one`, [app.parkId, ids(count), app.clock.now()]);
  };
  const receiveBytes = async (bytes: number): Promise<void> => {
    const { id } = await aReport(app);
    const whole = Math.floor(bytes / 200_000);
    await app.sql(`INSERT INTO integrity_file (id, park_id, report_id, media_type, content) SELECT one, $1, $3, 'image/png', convert_to(repeat('x', 200000), 'UTF8') FROM unnest($2::uuid[]) one`, [app.parkId, ids(whole), id]);
    if (bytes % 200_000 > 0) await app.sql(`INSERT INTO integrity_file (id, park_id, report_id, media_type, content) VALUES ($1, $2, $3, 'image/png', convert_to(repeat('x', $4::integer), 'UTF8'))`, [newId(app.clock.now()), app.parkId, id, bytes % 200_000]);
  };
  const hear = async (reportId: string, count: number): Promise<void> => {
    await app.sql(`INSERT INTO integrity_message (id, park_id, report_id, author, text, at) SELECT one, $1, $3, 'reporter', 'x', $4 FROM unnest($2::uuid[]) one`, [app.parkId, ids(count), reportId, app.clock.now()]);
  };

  it('are so many bytes of files: beyond them reports are taken without', async () => {
    await receiveBytes(await budget('fileBytes') - 1);
    // Whoever finds any room at all is taken whole: what is left cannot be measured by the size of what is refused.
    const content = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(199_992)]).toString('base64');
    await give({ files: [{ mediaType: 'image/png', content }] }).expect(201);
    const refused = await give({ files: [A_PICTURE] }).expect(429).expect('retry-after', untilTomorrow());
    expect(refused.body).toMatchObject({ code: 'too-many-requests', errors: [{ pointer: '/files', code: 'used-up', detail: 'No more of this is taken today. Leave it out, and the rest will be.' }] });
    expect(await app.sql(`SELECT FROM integrity_file WHERE octet_length(content) = 10 AND report_id >= $1`, [firstIdOf(app.clock.now())])).toEqual([]);
    await give().expect(201);
    await give({ files: [] }).expect(201);
    app.clock.advance(Number(untilTomorrow()) * 1_000);
    await give({ files: [A_PICTURE] }).expect(201);
  });

  it('are so many reports, and the same is told to everybody', async () => {
    const open = await aReport(app);
    await receive(await budget('reports') - 2);
    await give().expect(201);
    const refusals = await Promise.all([give(), give({ reporter: { name: '罗梓萱' } }), give({ named: [{ name: '某', cadreId: app.cadres.inspector }] }), give({ files: [A_PICTURE] })].map(async (one) => one.expect(429).expect('retry-after', untilTomorrow())));
    expect(new Set(refusals.map(({ text }) => text)).size).toBe(1);
    expect(refusals[0]?.body).toMatchObject({ code: 'too-many-requests' });
    // Another park takes what it would have taken, and who has reported is heard.
    await app.sql(`UPDATE park SET code = 'ANDERE' WHERE id = $1`, [app.otherParkId]);
    await give({ parkCode: 'ANDERE' }).expect(201);
    await following(app, open.code).expect(200);
    await saying(app, open.code, '还有一位同事在场。').expect(200);
    app.clock.advance(Number(untilTomorrow()) * 1_000 - 1);
    await give().expect(429).expect('retry-after', '1');
    app.clock.advance(1);
    await give().expect(201);
  });

  it('is counted by one after the other: of two at once one finds the last room', async () => {
    await receive(await budget('reports') - 1);
    let other: PromiseLike<{ status: number }> = Promise.resolve({ status: 0 });
    const first = await behind(app, async (holder) => holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('integrity ' || $1::text, 0))`, [app.parkId]), () => give(), async () => {
      other = Promise.resolve(give());
      await waiting(app, 2);
    });
    expect([first.status, (await other).status].sort()).toEqual([201, 429]);
  });

  it('are so many messages, of which no report has more than fifty', async () => {
    const [one, another] = [await aReport(app), await aReport(app)];
    await hear(one.id, MOST_MESSAGES_OF_A_REPORT - 1);
    await saying(app, one.code, '一').expect(200);
    expect((await saying(app, one.code, '二').expect(429).expect('retry-after', untilTomorrow())).body).toMatchObject({ code: 'too-many-requests' });
    await app.as('inspector').post(`/integrity/reports/${one.id}/question`, { text: '请问还有谁在场？' }).expect(200);
    await saying(app, another.code, '三').expect(200);
    await hear(one.id, await budget('messages') - MOST_MESSAGES_OF_A_REPORT - 1);
    await saying(app, another.code, '四').expect(429);
    await saying(app, one.code.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')), '五').expect(404);
    await give().expect(201);
    app.clock.advance(Number(untilTomorrow()) * 1_000);
    for (const { code } of [one, another]) await saying(app, code, '六').expect(200);
  });

  it('are ten reports a minute of one address, which is heard and answered all the same', async () => {
    const limited = await startApp({ database: app.database, cast: app, clock: app.clock, issuer: app.issuer, limits: { perCaller: 0, perAddress: 0, perAddressInPublic: 120 } });
    const send = async (remoteAddress: string, method: 'GET' | 'POST' = 'POST', url = 'reports', payload = aReportBody()) => limited.app.inject({ method, url: `/api/v1/integrity/${url}`, remoteAddress, headers: { 'x-receipt-code': 'x' }, ...(method === 'GET' ? {} : { payload }) });
    const answers = [];
    for (let one = 0; one < 11; one += 1) answers.push(await send('203.0.113.9'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array<number>(10).fill(201), 429]);
    expect(answers[0]?.headers['ratelimit-policy']).toBe('"public";q=120;w=60, "report";q=10;w=60');
    expect(Number(answers[10]?.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect([(await send('203.0.113.9', 'GET', 'receipts')).statusCode, (await send('203.0.113.9', 'POST', 'receipts/messages', { text: 'x' })).statusCode, (await send('203.0.113.10')).statusCode]).toEqual([404, 404, 201]);
    app.clock.advance(60_000);
    expect((await send('203.0.113.9')).statusCode).toBe(201);
    await limited.close();
  });

  it('is found by an index, and files are not read for their length', async () => {
    const { id } = await aReport(app);
    await receive(1_000);
    await hear(id, 5_000);
    app.clock.advance(86_400_000);
    await receiveBytes(10_000_000);
    await hear(id, 20);
    await app.sql('ANALYZE integrity_report, integrity_file, integrity_message');
    const since = firstIdOf(app.clock.now());
    const planOf = async (query: string): Promise<string> => (await app.sql<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${query}`, [app.parkId, since])).map((line) => line['QUERY PLAN']).join('\n');
    expect(await planOf('SELECT count(*) FROM integrity_report r WHERE r.park_id = $1 AND r.id >= $2')).toMatch(/Index.* using integrity_report_(?:row_in_park|pkey)/);
    expect(await planOf(`SELECT count(*) FROM integrity_message m WHERE m.park_id = $1 AND m.author = 'reporter' AND m.id >= $2`)).toMatch(/Index.* using integrity_message_pkey/);
    const files = await planOf('SELECT sum(octet_length(f.content)) FROM integrity_file f WHERE f.park_id = $1 AND f.report_id >= $2');
    expect(files).not.toMatch(/Buffers: .*=\d{4,}/);
  });
});
