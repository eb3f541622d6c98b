import { pino } from 'pino';
import { apiDocument } from '../../src/openapi';
import { type TestApp, startApp } from '../support/app';
import { behind } from '../support/behind';
import { A_PICTURE, anAppointment, aReport, aReportBody, following, saying } from '../support/integrity';
import { anEnterprise } from '../support/world';

const NOBODY = '01950000-0000-7000-8000-00000000dead';

interface Shown {
  readonly id: string;
  readonly named: readonly { readonly id: string; readonly name: string | null; readonly cadre: { readonly id: string } | null }[];
  readonly files: readonly { readonly id: string; readonly size: number }[];
  readonly messages: readonly { readonly author: string; readonly text: string }[];
}

/** Somebody reports, and follows it without a name; inspectors read, ask and decide. */
describe('a report to the inspectors', () => {
  let app: TestApp;
  const lines: string[] = [];
  beforeAll(async () => {
    app = await startApp({ log: pino({ level: 'trace' }, { write: (line: string) => { lines.push(line); } }) });
    // The county's inspector, and a second one of the park; each person's name is their key in the cast.
    await app.sql(`UPDATE cadre SET roles = '{inspector,county}' WHERE id = $1`, [app.cadres.county]);
    await app.sql(`UPDATE cadre SET roles = '{leader,inspector}', name = '欧阳纪检' WHERE id = $1`, [app.cadres.leader2]);
  });
  afterAll(async () => { await app.close(); });

  type Reader = 'inspector' | 'leader2' | 'county';
  const read = async (who: Reader, id: string): Promise<Shown> => (await app.as(who).get(`/integrity/reports/${id}`).expect(200)).body as Shown;
  const sees = async (who: Reader, id: string): Promise<boolean> => {
    const { status } = await app.as(who).get(`/integrity/reports/${id}`);
    const { items, total } = (await app.as(who).get('/integrity/reports?limit=200&count=true').expect(200)).body as { items: { id: string }[]; total: number };
    const listed = items.some((one) => one.id === id);
    expect({ listed, total }).toEqual({ listed: status === 200, total: items.length });
    return status === 200;
  };
  const entriesOf = async (id: string): Promise<string[]> => (await app.sql<{ said: string }>(`SELECT type || ' ' || actor_id AS said FROM integrity_entry WHERE subject_id = $1 ORDER BY number`, [id])).map(({ said }) => said);

  it('is followed and talked about under its code alone', async () => {
    const given = await app.asNobody().post('/integrity/reports', aReportBody({ text: '某处收受购物卡。' })).expect(201);
    expect(Object.keys(given.body as object).sort()).toEqual(['receiptCode', 'receivedAt']);
    const { receiptCode: code } = given.body as { receiptCode: string };
    expect((await following(app, code).expect(200)).body).toEqual({ status: 'open', awaits: 'inspector', receivedAt: '2026-03-02T01:30:00.000Z', messages: [], outcome: null, reply: null, decidedAt: null });
    const [{ id } = { id: '' }] = await app.sql<{ id: string }>(`SELECT id FROM integrity_report WHERE text = '某处收受购物卡。'`);
    await app.as('inspector').post(`/integrity/reports/${id}/question`, { text: '请问还有谁在场？' }).expect(200, { id, parkId: app.parkId });
    expect((await following(app, code.toLowerCase().replaceAll('-', ' ')).expect(200)).body).toMatchObject({ awaits: 'reporter', messages: [{ author: 'inspector', text: '请问还有谁在场？' }] });
    await saying(app, code, '还有一位同事。').expect(200);
    expect((await read('leader2', id)).messages).toEqual([expect.objectContaining({ author: 'inspector' }), expect.objectContaining({ author: 'reporter', text: '还有一位同事。' })]);
    await app.as('leader2').post(`/integrity/reports/${id}/decide`, { outcome: 'partly_confirmed', reason: '内部研判。', reply: '已约谈。' }).expect(200);
    const end = (await following(app, code).expect(200)).body as object;
    expect(end).toMatchObject({ status: 'decided', awaits: null, outcome: 'partly_confirmed', reply: '已约谈。' });
    expect(JSON.stringify(end)).not.toContain('内部研判');
    for (const late of [saying(app, code, '还有。'), app.as('inspector').post(`/integrity/reports/${id}/question`, { text: '?' }), app.as('inspector').post(`/integrity/reports/${id}/decide`, { outcome: 'referred', reason: 'x' })]) {
      expect([(await late.expect(409)).body]).toEqual([expect.objectContaining({ code: 'report-decided' })]);
    }
    expect(await entriesOf(id)).toEqual([
      'report.received reporter', `report.questioned ${app.cadres.inspector}`, 'report.answered reporter', `report.read ${app.cadres.leader2}`, `report.decided ${app.cadres.leader2}`,
    ]);
  });

  it('keeps a name apart and encrypted, shows it to who reads the report, and nothing of it anywhere else', async () => {
    const { id, code } = await aReport(app, { text: '署名举报之内容。', reporter: { name: '罗梓萱', contact: '13800138000' } });
    expect(await read('inspector', id)).toMatchObject({ text: '署名举报之内容。', reporter: { name: '罗梓萱', contact: '13800138000' } });
    await app.as('inspector').post(`/integrity/reports/${id}/question`, { text: '密问之内容' }).set('idempotency-key', 'a-key').expect(200);
    const everywhere = await app.sql<{ name: string; holds: string }>(`
      SELECT c.relname AS name, query_to_xml('SELECT * FROM ' || quote_ident(c.relname), true, false, '')::text AS holds
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'`);
    const holding = (text: string): string[] => everywhere.filter(({ holds }) => holds.includes(text)).map(({ name }) => name);
    expect([holding('罗梓萱'), holding('13800138000'), holding(code), holding(code.replaceAll('-', ''))]).toEqual([[], [], [], []]);
    expect([holding('署名举报之内容'), holding('密问之内容')]).toEqual([['integrity_report'], ['integrity_message']]);
    for (const [table, column] of [['journal_entry', 'subject_id'], ['access_log', 'subject_id']]) expect(await app.sql(`SELECT FROM ${table} WHERE ${column} = $1`, [id])).toEqual([]);
    expect(await app.sql(`SELECT FROM journal_entry WHERE type LIKE 'report.%' OR data::text LIKE '%${id}%'`)).toEqual([]);
    for (const secret of ['罗梓萱', '13800138000', code, '署名举报', '密问']) expect(lines.join()).not.toContain(secret);
  });

  it('says the same whether there is whom or what it names', async () => {
    const enterpriseId = await anEnterprise(app);
    const send = async (cadreId: string, enterprise: string) => app.asNobody().post('/integrity/reports', aReportBody({ text: `甲乙丙丁`, named: [{ name: '某', cadreId }], enterpriseId: enterprise })).expect(201);
    const answers = [await send(app.cadres.handler, enterpriseId), await send(NOBODY, NOBODY), await send(app.cadres.inspector, enterpriseId), await send(app.cadres.strangerOfficer, enterpriseId)];
    const shapes = answers.map(({ body, headers }) => [Object.keys(body as object), String((body as { receiptCode: string }).receiptCode).length, headers['content-type'], headers['content-length'], headers['etag']]);
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    const followed = await Promise.all(answers.map(async ({ body }) => (await following(app, (body as { receiptCode: string }).receiptCode).expect(200)).text));
    expect(new Set(followed).size).toBe(1);
    const rows = await app.sql<{ cadre: string | null; enterprise: string | null; level: string }>(
      `SELECT n.cadre_id AS cadre, r.enterprise_id AS enterprise, r.level FROM integrity_report r JOIN integrity_named n ON n.report_id = r.id WHERE r.text = '甲乙丙丁' ORDER BY r.id`);
    expect(rows).toEqual([
      { cadre: app.cadres.handler, enterprise: enterpriseId, level: 'park' }, { cadre: null, enterprise: null, level: 'park' }, { cadre: app.cadres.inspector, enterprise: enterpriseId, level: 'county' },
      { cadre: null, enterprise: enterpriseId, level: 'park' },
    ]);
  });

  it('leaves no thread to a request: its id is in the log, and not in what is kept', async () => {
    await app.http.post('/api/v1/integrity/reports').set('x-request-id', 'thread-1').send(aReportBody()).expect(201).expect('x-request-id', 'thread-1').expect('cache-control', 'no-store');
    expect(await app.sql(`SELECT FROM integrity_entry WHERE request_id = 'thread-1'`)).toEqual([]);
  });

  it('is found under no other code', async () => {
    const { code } = await aReport(app);
    const other = code.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    const answers = await Promise.all([other, 'no code', `${code}, ${code}`, code.slice(0, -1)].map(async (one) => following(app, one).expect(404)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await saying(app, other, '你好').expect(404);
    expect((await app.asNobody().get('/integrity/receipts').expect(400)).body).toMatchObject({ errors: [{ pointer: '/header/x-receipt-code', code: 'required' }] });
    // Addresses are logged on the way.
    await app.asNobody().get(`/integrity/receipts/${code}`).expect(404);
    await app.asNobody().get(`/integrity/receipts?code=${code}`).expect(400);
  });

  it('brings files along, which its readers get as text', async () => {
    const { id } = await aReport(app, { files: [A_PICTURE, A_PICTURE] });
    const { files } = await read('inspector', id);
    expect(files).toEqual([expect.objectContaining({ mediaType: 'image/png', size: 10 }), expect.objectContaining({ mediaType: 'image/png', size: 10 })]);
    const fileId = files[0]?.id ?? '';
    expect((await app.as('inspector').get(`/integrity/reports/${id}/files/${fileId}`).expect(200).expect('content-type', /^application\/json/)).body).toEqual({ id: fileId, ...A_PICTURE });
    expect(await entriesOf(id)).toContain(`report.file_read ${app.cadres.inspector}`);
    await app.as('inspector').get(`/integrity/reports/${id}/files/${NOBODY}`).expect(404);
    const { id: another } = await aReport(app);
    await app.as('inspector').get(`/integrity/reports/${another}/files/${fileId}`).expect(404);
    await app.as('admin').get(`/integrity/reports/${id}/files/${fileId}`).expect(403);
  });

  it('takes three files of two hundred thousand bytes, and their like', async () => {
    const content = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(199_992)]).toString('base64');
    await app.asNobody().post('/integrity/reports', aReportBody({ files: Array(3).fill({ mediaType: 'image/png', content }) as object[] })).expect(201);
  });

  it.each<[string, object, number, string, string]>([
    ['a page that says it is a picture', { files: [{ mediaType: 'image/png', content: Buffer.from('<html>').toString('base64') }] }, 400, '/files/0/content', 'format'],
    ['a type that may run', { files: [{ mediaType: 'image/svg+xml', content: 'AAAA' }] }, 400, '/files/0/mediaType', 'choice'],
    ['four files', { files: Array(4).fill(A_PICTURE) as object[] }, 400, '/files', 'too-many'],
    ['no prohibition', { prohibitions: [] }, 400, '/prohibitions', 'too-few'],
    ['a prohibition of its own', { prohibitions: ['rudeness'] }, 400, '/prohibitions', 'choice'],
    ['a park that is none', { parkCode: 'NOPARK' }, 422, '/parkCode', 'reference-unknown'],
    ['what is yet to happen', { occurredOn: '2026-03-03' }, 422, '/occurredOn', 'in-future'],
    ['a field that nobody asked for', { level: 'county' }, 400, '/level', 'unknown-field'],
  ])('is not taken with %s', async (_what, given, status, pointer, code) => {
    const refused = await app.asNobody().post('/integrity/reports', aReportBody(given)).expect(status);
    expect(refused.body).toMatchObject({ errors: [{ pointer, code }] });
  });

  it('is given as JSON, not by a form of another page', async () => {
    await app.http.post('/api/v1/integrity/reports').type('form').send('parkCode=JKSP').expect(415);
  });

  it('does not look at a token', async () => {
    await app.as('officer').post('/integrity/reports', aReportBody({ text: '同事举报' })).expect(201);
    await app.http.post('/api/v1/integrity/reports').set('authorization', 'Bearer a.b.c').send(aReportBody()).expect(201);
    const [row] = await app.sql<{ holds: string }>(`SELECT row_to_json(e)::text AS holds FROM integrity_entry e JOIN integrity_report r ON r.id = e.subject_id WHERE r.text = '同事举报'`);
    expect(row?.holds).not.toContain(app.cadres.officer);
  });

  it('is read by inspectors alone', async () => {
    const { id } = await aReport(app);
    for (const who of ['admin', 'supervisor', 'officer', 'operator'] as const) {
      await app.as(who).get('/integrity/reports').expect(403);
      await app.as(who).get(`/integrity/reports/${id}`).expect(403);
    }
    await app.asNobody().get('/integrity/reports').expect(401);
    await app.asNobody().get(`/integrity/reports/${id}`).expect(401);
    await app.asClient('changes:read tickets:read').get(`/integrity/reports/${id}`).expect(403);
  });

  describe('that speaks of an inspector', () => {
    it.each<[string, () => object]>([
      ['by id', () => ({ named: [{ name: '某', cadreId: app.cadres.leader2 }] })], ['by name', () => ({ named: [{ name: '欧阳 纪检' }] })], ['in its text', () => ({ text: '园区的欧阳纪检常去该公司吃饭。' })],
      ['in a position', () => ({ named: [{ name: '某', position: '欧阳纪检办公室' }] })],
    ])('%s goes to the county’s, who see no others', async (_how, given) => {
      const { id } = await aReport(app, given());
      expect([await sees('inspector', id), await sees('leader2', id), await sees('county', id)]).toEqual([false, false, true]);
      const { id: ordinary } = await aReport(app);
      expect([await sees('inspector', ordinary), await sees('county', ordinary)]).toEqual([true, false]);
      await app.as('inspector').post(`/integrity/reports/${id}/question`, { text: '?' }).expect(404);
      await app.as('county').post(`/integrity/reports/${id}/decide`, { outcome: 'referred', reason: '移送' }).expect(200);
    });

    it('later, when its author says so, or an inspector finds out', async () => {
      const told = await aReport(app);
      expect(await sees('inspector', told.id)).toBe(true);
      await saying(app, told.code, '其实是欧阳纪检。').expect(200);
      expect([await sees('inspector', told.id), await sees('leader2', told.id), await sees('county', told.id)]).toEqual([false, false, true]);

      const found = await aReport(app);
      const { named } = await read('inspector', found.id);
      await app.as('inspector').post(`/integrity/reports/${found.id}/identify`, { cadreId: app.cadres.leader2, namedId: named[0]?.id }).expect(200);
      expect([await sees('inspector', found.id), await sees('leader2', found.id), await sees('county', found.id)]).toEqual([false, false, true]);
    });

    it('who became one afterwards: they never see it, and open ones go to the county', async () => {
      await app.sql(`UPDATE cadre SET name = '后任某' WHERE id = $1`, [app.cadres.handler]);
      const open = await aReport(app, { named: [{ name: '甲', cadreId: app.cadres.handler }] });
      const byName = await aReport(app, { text: '后任某索要礼品。' });
      const decided = await aReport(app, { named: [{ name: '甲', cadreId: app.cadres.handler }] });
      const ordinary = await aReport(app);
      await app.as('inspector').post(`/integrity/reports/${decided.id}/decide`, { outcome: 'not_confirmed', reason: '查无实据' }).expect(200);
      await app.as('inspector').post('/integrity/inspectors', anAppointment(app, 'handler')).expect(200);
      const handlerSees = async (id: string): Promise<number> => (await app.as('handler').get(`/integrity/reports/${id}`)).status;
      expect([await handlerSees(open.id), await handlerSees(byName.id), await handlerSees(decided.id), await handlerSees(ordinary.id)]).toEqual([404, 404, 404, 200]);
      expect([await sees('inspector', open.id), await sees('inspector', byName.id), await sees('inspector', decided.id)]).toEqual([false, false, true]);
      expect([await sees('county', open.id), await sees('county', byName.id)]).toEqual([true, true]);
      expect(await entriesOf(open.id)).toContain(`report.raised ${app.cadres.inspector}`);
    });

    it.each<[string, object]>([
      ['as people call them', { text: '纪检的李静收了购物卡。' }], ['with a note of its author', { named: [{ name: '李静（组长）' }] }], ['with another number', { named: [{ name: '李静２' }] }],
      ['with a character that nobody sees', { text: '李\u200b静收了购物卡。' }], ['between other signs', { text: '“李·静”收了购物卡。' }],
    ])('%s, whom the register calls 李静（大）: they read neither what comes nor what was decided, and open ones go to the county', async (_how, given) => {
      await app.sql(`UPDATE cadre SET name = '李静（大）' WHERE id = $1`, [app.cadres.officer]);
      const open = await aReport(app, given);
      const decided = await aReport(app, given);
      const ordinary = await aReport(app);
      expect(await sees('inspector', open.id)).toBe(true);
      await app.as('inspector').post(`/integrity/reports/${decided.id}/decide`, { outcome: 'not_confirmed', reason: '查无实据' }).expect(200);
      await app.as('inspector').post('/integrity/inspectors', anAppointment(app, 'officer')).expect(200);
      const later = await aReport(app, given);
      const officerSees = async (id: string): Promise<number> => (await app.as('officer').get(`/integrity/reports/${id}`)).status;
      expect([await officerSees(open.id), await officerSees(decided.id), await officerSees(later.id), await officerSees(ordinary.id)]).toEqual([404, 404, 404, 200]);
      const { items } = (await app.as('officer').get('/integrity/reports?limit=200').expect(200)).body as { items: { id: string }[] };
      expect(items.map(({ id }) => id).filter((id) => [open.id, decided.id, later.id].includes(id))).toEqual([]);
      expect([await sees('inspector', open.id), await sees('inspector', decided.id), await sees('inspector', later.id)]).toEqual([false, true, false]);
      expect([await sees('county', open.id), await sees('county', later.id)]).toEqual([true, true]);
      await app.as('inspector').post(`/integrity/inspectors/${app.cadres.officer}/end`).expect(200);
    });

    it('under a name that the register did not have then: it goes to the county when next something is said or found out', async () => {
      const [told, found] = [await aReport(app, { text: '新名某索要礼品。' }), await aReport(app, { text: '新名某索要礼品。' })];
      // As the owner of the database enters somebody.
      await app.sql(`UPDATE cadre SET name = '新名某', roles = '{leader,inspector}' WHERE id = $1`, [app.cadres.leader]);
      expect([await sees('inspector', told.id), await sees('inspector', found.id)]).toEqual([true, true]);
      await saying(app, told.code, '还有一位同事。').expect(200);
      await app.as('inspector').post(`/integrity/reports/${found.id}/identify`, { enterpriseId: await anEnterprise(app) }).expect(200);
      expect([await sees('inspector', told.id), await sees('inspector', found.id), await sees('county', told.id), await sees('county', found.id)]).toEqual([false, false, true, true]);
    });

    // Whoever had the report and has it no more may guess why. Nothing that an answer says could change that, and it would tell who exists.
    it('by a message of its author, which the description advises against', () => {
      const { paths } = apiDocument(app.app);
      expect(paths['/api/v1/integrity/receipts/messages']?.post?.description).toMatch(/make a new report/);
    });
  });

  it('goes to the county’s also when an inspector is made of whom it speaks while it comes in', async () => {
    const { status } = await behind(app, async (owner) => {
      await owner.query(`SELECT pg_advisory_xact_lock(hashtextextended('integrity ' || $1::text, 0))`, [app.parkId]);
      await owner.query(`UPDATE cadre SET roles = '{officer,inspector}' WHERE id = $1`, [app.cadres.officer2]);
    }, () => app.asNobody().post('/integrity/reports', aReportBody({ text: '同时', named: [{ name: '某', cadreId: app.cadres.officer2 }] })));
    expect(status).toBe(201);
    expect(await app.sql(`SELECT level FROM integrity_report WHERE text = '同时'`)).toEqual([{ level: 'county' }]);
  });

  it('is limited for whoever sends many, as links are', async () => {
    const limited = await startApp({ database: app.database, cast: app, clock: app.clock, issuer: app.issuer, limits: { perCaller: 0, perAddress: 0, perAddressInPublic: 3 } });
    const from = async (method: 'GET' | 'POST', url: string, payload?: object): Promise<number> => (await limited.app.inject({ method, url: `/api/v1${url}`, remoteAddress: '203.0.113.9', headers: { 'x-receipt-code': 'x' }, ...(payload === undefined ? {} : { payload }) })).statusCode;
    expect([await from('POST', '/integrity/reports', aReportBody()), await from('GET', '/integrity/receipts'), await from('POST', '/integrity/receipts/messages', { text: 'x' })]).toEqual([201, 404, 404]);
    expect([await from('POST', '/integrity/reports', aReportBody()), await from('GET', '/integrity/receipts'), await from('POST', '/integrity/receipts/messages', { text: 'x' })]).toEqual([429, 429, 429]);
    // What is asked with a token has the limits of its caller.
    expect(await from('GET', '/integrity/reports')).toBe(401);
    await limited.close();
  });
});
