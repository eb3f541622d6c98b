import { fullPath, ROUTES } from '../../src/identity/routes';
import { startApp, type TestApp } from '../support/app';
import { A_PICTURE, aReport, saying } from '../support/integrity';
import { seal, stopSealing } from '../support/seal';
import { aGuideItem, aLinkage, aMatter, anAssignment, anEnterprise, aReminder, aTicket, aVisit } from '../support/world';

/** More of a list than its first page: what it counts, and what its filters leave. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'enterprises': ['?count=true', '?q=食品'], 'cadres': ['?count=true', '?role=officer', '?role=inspector'], 'assignments': ['?count=true', '?cadreId={me}', '?enterpriseId={enterprise}'],
  'visits': ['?count=true', '?cadreId={me}'], 'tickets': ['?count=true', '?handlerId={me}', '?enterpriseId={enterprise}', '?q=闪断', '?open=true'], 'changes': ['?limit=1000'],
  'supervision/unresolved-tickets': ['?count=true', '?handlerId={me}'], 'supervision/overdue-visits': ['?count=true&dueWithinDays=60'], 'integrity/reports': ['?count=true', '?status=open', '?status=decided'],
  'integrity/declarations': ['?count=true'], 'integrity/recusals': ['?count=true', '?cadreId={me}'],
};

/**
 * Whoever a report speaks of reads everything that they may read, before there is a report and after: byte for byte the same, tags included. What they may
 * read is derived from the table of routes.
 */
describe.each([['who serves, supervises and administers', ['officer', 'leader', 'handler', 'supervisor', 'admin'], 'inspector'], ['who inspects as well', ['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector'], 'county']] as const)('a person %s', (_what, roles, reader) => {
  let app: TestApp;
  let enterpriseId: string;
  let ids: Readonly<Record<string, string>>;
  beforeAll(async () => {
    app = await startApp();
    await app.sql('UPDATE cadre SET roles = $1 WHERE id = $2', [[...roles], app.cadres.officer]);
    await app.sql(`UPDATE cadre SET roles = '{inspector,county}' WHERE id = $1`, [app.cadres.county]);
    enterpriseId = await anEnterprise(app);
    const assignment = await anAssignment(app, enterpriseId, { startsOn: '2026-02-02' });
    const visit = await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    const { id: ticket } = await aTicket(app, enterpriseId);
    await app.as('supervisor').post(`/tickets/${ticket}/assign`, { handlerId: app.cadres.officer }).expect(200);
    const linkage = await aLinkage(app);
    ids = {
      parks: app.parkId, enterprises: enterpriseId, cadres: app.cadres.officer, assignments: assignment.id, visits: (visit.body as { id: string }).id, tickets: ticket, 'guide-items': await aGuideItem(app), matters: await aMatter(app),
      linkages: linkage.id, supervision: (await aReminder(app)).id,
    };
    // Another report, about somebody else: what this person reads as an inspector is not nothing.
    await aReport(app, { text: '他人之事' });
    await seal(app);
  }, 120_000);
  afterAll(async () => {
    await stopSealing(app);
    await app.close();
  });

  const addresses = (): string[] => ROUTES.filter(({ method, roles: may }) => method === 'GET' && may.some((role) => (roles as readonly string[]).includes(role))).flatMap(({ path }) => {
    const address = fullPath(path).replace(':year', '2026').replace(':fileId', app.cadres.officer).replace(':id', ids[path.split('/')[0] ?? ''] ?? app.cadres.officer);
    return ['', ...QUERIES[path] ?? []].map((query) => encodeURI(`${address}${query.replace('{me}', app.cadres.officer).replace('{enterprise}', enterpriseId)}`));
  });
  const everything = async (): Promise<Record<string, string>> => {
    await seal(app);
    const read: Record<string, string> = {};
    for (const url of addresses()) {
      const { statusCode, body, headers } = await app.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${await app.token('officer')}`, 'accept-language': 'en' } });
      read[url] = `${statusCode} ${String(headers['etag'])} ${body}`;
    }
    return read;
  };

  it('learns nothing of a report about them: not from a list, a count, a feed, a timeline, a search or a tag', async () => {
    const before = await everything();
    expect(Object.keys(before).length).toBeGreaterThan(50);
    expect(Object.values(before).filter((answer) => answer.startsWith('200')).length).toBeGreaterThan(45);
    const { id, code } = await aReport(app, { named: [{ name: 'officer', cadreId: app.cadres.officer }], enterpriseId, files: [A_PICTURE], reporter: { name: '罗梓萱' } });
    expect(await everything()).toEqual(before);
    await app.as(reader).get(`/integrity/reports/${id}`).expect(200);
    await app.as(reader).post(`/integrity/reports/${id}/question`, { text: '请问还有谁在场？' }).set('idempotency-key', 'a-key').expect(200);
    await saying(app, code, '还有一位同事。').expect(200);
    expect(await everything()).toEqual(before);
    await app.as(reader).post('/integrity/recusals', { cadreId: app.cadres.officer, enterpriseId, reason: '核查期间先行回避。' }).expect(201);
    expect(await everything()).toEqual(before);
    await app.as(reader).post(`/integrity/reports/${id}/decide`, { outcome: 'confirmed', reason: '已查实', reply: '谢谢' }).expect(200);
    expect(await everything()).toEqual(before);
  }, 300_000);

  it('is told the same of that report as of one that does not exist', async () => {
    const [{ id } = { id: '' }] = await app.sql<{ id: string }>('SELECT report_id AS id FROM integrity_named WHERE cadre_id = $1 LIMIT 1', [app.cadres.officer]);
    const answers = await Promise.all(['', '/files/01950000-0000-7000-8000-00000000dead'].flatMap((tail) => [id, '01950000-0000-7000-8000-00000000dead'].map(async (one) => {
      const { status, text } = await app.as('officer').get(`/integrity/reports/${one}${tail}`);
      return [status, text.replace(one, '')];
    })));
    expect([answers[0], answers[2]]).toEqual([answers[1], answers[3]]);
    expect(answers[0]?.[0]).toBe((roles as readonly string[]).includes('inspector') ? 404 : 403);
  });
});
