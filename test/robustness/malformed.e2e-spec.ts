import fc from 'fast-check';
import { fullPath, PUBLIC_ROUTES, ROUTES, type RouteAccess } from '../../src/identity/routes';
import { CreateEnterprise } from '../../src/enterprises/enterprises.dto';
import type { Problem } from '../../src/kernel/problem';
import { apiDocument } from '../../src/openapi';
import { RequestPipe } from '../../src/platform/http/validation';
import { type TestApp, startApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { aDeclaration, aRecusal, aReport } from '../support/integrity';
import { aGuideItem, aLinkage, aMatter, anAssignment, anEnterprise, aReminder, aUscc } from '../support/world';

const RUNS = 1_000;
// Those that are called without a token are called with one here, which is passed over.
const WRITING: readonly RouteAccess[] = [...ROUTES, ...PUBLIC_ROUTES.map((route) => ({ ...route, roles: [], scopes: [] }))].filter((route) => route.method !== 'GET');

/** A thousand bad requests per writing route: only 4xx problems, nothing written, no 500. */
describe('malformed requests', () => {
  let app: TestApp;
  let ids: Readonly<Record<string, string>>;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    app = await startApp();
    const enterpriseId = await anEnterprise(app);
    const assignment = await anAssignment(app, enterpriseId);
    ids = { parks: app.parkId, departments: app.departmentId, enterprises: enterpriseId, cadres: app.cadres.officer, assignments: assignment.id, calendar: '2026', 'guide-items': await aGuideItem(app) };
    const linkage = await aLinkage(app);
    ids = { ...ids, tickets: linkage.ticketId, linkages: linkage.id, supervision: (await aReminder(app)).id, matters: await aMatter(app), clients: (await aMachineClient(app)).id };
    // An empty body is no bad one where none is taken: it is refused for what the client is.
    await app.as('admin').post(`/clients/${ids['clients'] ?? ''}/revoke`).expect(200);
    ids = { ...ids, 'integrity/reports': (await aReport(app)).id, 'integrity/recusals': await aRecusal(app), 'integrity/declarations': await aDeclaration(app), 'integrity/inspectors': app.cadres.officer };
    for (const role of ['officer', 'leader', 'supervisor', 'admin', 'inspector', 'operator'] as const) tokens.set(role, await app.token(role));
    tokens.set('enterprise:act', await app.issuer.sign('a-client', { client_id: 'a-client', scope: 'enterprise:act', park_ids: [app.parkId] }, app.clock.now()));
  }, 60_000);
  afterAll(async () => { await app.close(); });

  const idIn = (path: string): string => ids[path.split('/').slice(0, 2).join('/')] ?? ids[path.split('/')[0] ?? ''] ?? '01950000-0000-7000-8000-0000000000ff';
  const named = WRITING.map((route) => [`${route.method} ${route.path}`, route] as const);
  const tokenFor = (route: RouteAccess) => tokens.get([...route.roles, ...route.scopes].find((one) => tokens.has(one)) ?? '') ?? '';
  const fingerprint = async () => (await app.sql<{ rows: string }>(`
    SELECT string_agg(t.name || ':' || (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || t.name, false, true, '')))[1]::text, ',' ORDER BY t.name) AS rows
    FROM (SELECT quote_ident(relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r') t`))[0]?.rows;

  const bad = fc.oneof(
    fc.constant('\u0000'), fc.constant('x'.repeat(20_000)), fc.constant('2026-02-30'), fc.constant('2026-13-01T25:00:00Z'), fc.constant(-1), fc.constant(1e308),
    fc.constant({ __proto__: null, nested: { nested: { nested: {} } } }), fc.constant([[[[[[[[[[[[[[[]]]]]]]]]]]]]]]), fc.constant('\ud800'), fc.constant("'; DROP TABLE visit; --"),
    fc.integer(), fc.double(), fc.string({ unit: 'binary' }), fc.array(fc.jsonValue(), { maxLength: 3 }), fc.constant('00000000-0000-0000-0000-000000000000x'), fc.boolean(),
  );
  const FIELDS = [
    'id', 'parkId', 'name', 'uscc', 'enterpriseId', 'cadreId', 'capacity', 'startsOn', 'endsOn', 'occurredAt', 'mode', 'summary', 'participantIds', 'deviceOffsetMs', 'location', 'contacts',
    'tags', 'status', 'on', 'roles', 'identity', 'departmentId', 'effectiveFrom', 'windows', 'visits', 'days', 'source', 'plannedOn', 'from', 'to', 'substituteId', 'accept', 'code', 'goLiveOn', 'reason', 'category',
    'steps', 'materials', 'limits', 'active', 'channel', 'title', 'description', 'priority', 'guideItemId', 'raisedAt', 'attachmentIds', 'visitId', 'handlerId', 'collaboratorIds', 'kind', 'means', 'text', 'nextReplyOn',
    'items', 'reviewOn', 'understood', 'outcome', 'grade', 'source', 'askedBy', 'intoId', 'reached', 'said', 'denied', 'limit', 'granted', 'level', 'leadId', 'dueOn', 'cadreIds', 'departmentIds', 'heldAt', 'place', 'decisions', 'followUps', 'note', 'ticketId', 'assignmentId', 'ticketIds', 'scopes', 'authMethod', 'keys', 'overlapHours',
    'parkCode', 'prohibitions', 'occurredOn', 'named', 'enterpriseName', 'reporter', 'files', 'namedId', 'reply', 'since',
  ];
  const body = fc.oneof(
    { weight: 6, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS), bad, { minKeys: 1, maxKeys: 6 }).map((given) => JSON.stringify({ ...given, aFieldThatIsNone: true })) },
    { weight: 2, arbitrary: fc.oneof(fc.constant('[]'), fc.constant('null'), fc.constant('"text"'), fc.constant('12'), fc.constant('{'), fc.constant(''), fc.string({ unit: 'binary' }).map((text) => `{"name":${text}`)) },
    { weight: 1, arbitrary: fc.constant(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) },
  );
  const type = fc.oneof({ weight: 9, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/json; charset=gb18030', 'application/xml', 'multipart/form-data; boundary=x') });

  it.each(named)('%s: answers 4xx problems and writes nothing', async (_name, route) => {
    const url = fullPath(route.path).replace(':year', '2026').replace(':id', idIn(route.path));
    const before = await fingerprint();
    await fc.assert(fc.asyncProperty(body, type, async (payload, contentType) => {
      const response = await app.app.inject({
        method: route.method, url, payload, headers: { 'content-type': contentType, authorization: `Bearer ${tokenFor(route)}`, 'if-match': '"1"', 'x-receipt-code': 'none' },
      });
      const problem = response.headers['content-type']?.toString().startsWith('application/problem+json');
      if (response.statusCode < 400 || response.statusCode > 499 || problem !== true) throw new Error(`${response.statusCode} ${response.body.slice(0, 300)}`);
    }), { numRuns: RUNS, endOnFailure: true });
    expect(await fingerprint()).toBe(before);
  }, 120_000);

  it.each(named)('%s: names each field that is missing', async (_name, route) => {
    const { paths } = apiDocument(app.app);
    const path = fullPath(route.path).replace(/:(\w+)/g, '{$1}');
    const operation = paths[path]?.[route.method.toLowerCase() as 'post' | 'put' | 'patch'];
    const reference = (operation?.requestBody as { content: Record<string, { schema: { $ref?: string } }> } | undefined)?.content['application/json']?.schema.$ref;
    const schemas = apiDocument(app.app).components?.schemas as Record<string, { required?: string[] } | undefined> | undefined;
    const required = reference === undefined ? [] : (schemas?.[reference.split('/').at(-1) ?? '']?.required ?? []);
    if (required.length === 0) return;
    const url = fullPath(route.path).replace(':year', '2026').replace(':id', idIn(route.path));
    const response = await app.app.inject({ method: route.method, url, payload: {}, headers: { authorization: `Bearer ${tokenFor(route)}`, 'if-match': '"1"', 'x-receipt-code': 'none' } });
    const { errors } = response.json<{ errors?: { pointer: string; code: string }[] }>();
    expect(response.statusCode).toBe(400);
    expect(errors?.filter(({ code }) => code === 'required').map(({ pointer }) => pointer).sort()).toEqual(required.map((field) => `/${field}`).sort());
  });

  const many = (members: number, of: (number: number) => unknown) => Object.fromEntries(Array.from({ length: members }, (_none, number) => [`k${number.toString(36)}`, of(number)]));
  const wide = many(1_000, () => 0);
  const halfEmpty = Array<object>(340).fill({});
  const contact = { name: '王', title: '经理', phone: '13800138000' };
  /** The same, counting whenever a member of it is read. */
  const watched = (value: object, looks: { at: number }): object => new Proxy(value, {
    get: (of, name) => {
      looks.at += 1;
      const member: unknown = Reflect.get(of, name);
      return typeof member === 'object' && member !== null ? watched(member, looks) : member;
    },
  });
  it.each<[string, object, string, string]>([
    ['sixty thousand fields', many(60_000, () => 1), '/k0', 'unknown-field'],
    ['a hundred fields of a thousand each', many(130, () => wide), '/k0', 'unknown-field'],
    ['them in an object of ours', { location: many(130, () => wide) }, '/location/k0', 'unknown-field'],
    ['them in a list of ours', { contacts: Array<object>(130).fill(wide) }, '/contacts', 'too-many'],
    ['them where text belongs', { name: many(130, () => wide) }, '/name', 'type'],
    ['a list of two hundred thousand', { tags: Array<string>(200_000).fill('x') }, '/tags', 'too-many'],
    ['a thousand lists of empty objects', { tags: Array<object>(1_000).fill(halfEmpty) }, '/tags', 'too-many'],
    ['a hundred thousand levels', JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as object, '/a', 'unknown-field'],
  ])('looks no longer at %s than at an honest body', async (_what, body, pointer, code) => {
    const looks = { at: 0 };
    const { errors } = await new RequestPipe().transform(watched(body, looks), { type: 'body', metatype: CreateEnterprise }).then(() => { throw new Error('It was taken.'); }, (error: unknown) => error as Problem);
    expect(errors).toContainEqual(expect.objectContaining({ pointer, code }));
    // The members of one level once at the most. Where all of it is transformed, each is read more than once, and at every level.
    expect(looks.at).toBeLessThanOrEqual(60_000);
  });

  it.each(Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__'))('knows no field %s, neither at the top nor further in', async (name) => {
    for (const value of [1, 'x', {}]) {
      const bad = { name: '甲', uscc: aUscc(), status: 'signed', location: { lng: 113, lat: 28, datum: 'wgs84', [name]: value }, contacts: [{ ...contact, [name]: value }], [name]: value };
      const response = await app.as('admin').post('/enterprises', bad).expect(400);
      const { errors } = response.body as { errors: { pointer: string; code: string }[] };
      expect(errors.map(({ pointer, code }) => ({ pointer, code }))).toEqual(['/location', '/contacts/0', ''].map((parent) => ({ pointer: `${parent}/${name}`, code: 'unknown-field' })));
    }
  });

  const value = fc.oneof(
    fc.constantFrom('', '0', '-1', '999999999999999999999', 'true', 'null', '2026-02-30', 'undefined', '%00', '%F0%9F', "'", '[]', '*', 'a'.repeat(3_000)), fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
    // A cursor with the right shape and a key of nonsense.
    fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.integer()), { maxLength: 3 }).map((k) => Buffer.from(JSON.stringify({ f: 'x', k })).toString('base64url')),
  );
  const query = fc.array(fc.tuple(fc.constantFrom('limit', 'cursor', 'parkId', 'q', 'status', 'tag', 'cadreId', 'enterpriseId', 'from', 'to', 'review', 'minDays', 'dueWithinDays', 'active', 'uncovered', 'after', 'types', 'count', 'on', 'all', 'category', 'departmentId', 'handlerId', 'open', 'breached', 'level', 'raisedFrom', 'raisedTo', 'visitId', 'overdueOnly', 'overdue', 'answered', 'kind', 'guideItemId', 'bogus'), value), { minLength: 1, maxLength: 4 })
    .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join('&'));
  const reading = ROUTES.filter((route) => route.method === 'GET').map((route) => [route.path, route] as const);

  it.each(reading)('GET %s: answers every query with a list or a 4xx problem', async (_path, route) => {
    const url = fullPath(route.path).replace(':year', '2026').replace(':id', idIn(route.path));
    await fc.assert(fc.asyncProperty(query, async (search) => {
      const response = await app.app.inject({ method: 'GET', url: `${url}?${search}`, headers: { authorization: `Bearer ${tokenFor(route)}` } });
      if (response.statusCode >= 500 || (response.statusCode >= 400 && response.headers['content-type']?.toString().startsWith('application/problem+json') !== true)) throw new Error(`${response.statusCode} ${search} ${response.body.slice(0, 300)}`);
    }), { numRuns: 200, endOnFailure: true });
  });

  it('refuses a cursor whose filters are right and whose key is forged, unsigned or with the signature of another', async () => {
    for (let one = 0; one < 3; one += 1) await anEnterprise(app);
    const page = await app.as('admin').get('/enterprises?limit=1').expect(200);
    const { nextCursor } = page.body as { nextCursor: string };
    const [inner, signature] = [nextCursor.slice(0, -22), nextCursor.slice(-22)];
    const { f } = JSON.parse(Buffer.from(inner, 'base64url').toString('utf8')) as { f: string };
    for (const k of [['x', 'no uuid'], ['\u0000', '01950000-0000-7000-8000-0000000000ff'], [1, 2], []]) {
      const cursor = Buffer.from(JSON.stringify({ f, k })).toString('base64url');
      for (const forged of [cursor, cursor + signature]) {
        const response = await app.as('admin').get(`/enterprises?limit=1&cursor=${forged}`).expect(400);
        expect(response.body).toMatchObject({ code: 'cursor-invalid' });
      }
    }
  });

  it('names the field and the reason', async () => {
    const response = await app.as('admin').post('/enterprises', { name: '甲', uscc: aUscc(), tags: ['a', 'a'], location: { lng: 400, lat: 1, datum: 'wgs84' }, bogus: 1 }).expect(400);
    const { errors } = response.body as { errors: { pointer: string; code: string }[] };
    expect(errors).toEqual(expect.arrayContaining([
      expect.objectContaining({ pointer: '/bogus', code: 'unknown-field' }), expect.objectContaining({ pointer: '/location/lng', code: 'range' }),
    ]));
  });

  it.each<[object, Record<string, string>]>([
    [{ name: 1, tags: 'x', location: [], industryCode: 'x' }, { '/name': '类型须为：字符串。', '/tags': '类型须为：数组。', '/location': '类型须为：对象。', '/industryCode': '格式须为：GB/T 4754 行业代码（可选的门类字母加二至四位数字）。' }],
    [{ contacts: [{ name: '王', phone: '12' }] }, { '/contacts/0/phone': '格式须为：大陆手机、固定电话或 400 号码。' }],
  ])('says in Chinese what is wrong with %j, where nobody asks for English', async (wrong, details) => {
    const response = await app.app.inject({ method: 'POST', url: '/api/v1/enterprises', payload: { name: '甲', uscc: aUscc(), status: 'signed', ...wrong }, headers: { authorization: `Bearer ${await app.token('admin')}` } });
    const { errors } = response.json<{ errors: { pointer: string; detail: string }[] }>();
    expect(Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]))).toEqual(details);
  });

  it.each([
    ['2026-02-30', 'format'], [20260302, 'type'], [undefined, 'required'],
  ])('says of the date %p: %s', async (startsOn, code) => {
    const response = await app.as('admin').post('/assignments', { enterpriseId: ids['enterprises'], cadreId: app.cadres.officer, capacity: 'leader', startsOn }).expect(400);
    expect(response.body).toMatchObject({ errors: [{ pointer: '/startsOn', code }] });
  });

  it.each(['/api/v1/enterprises/%ZZ', `/api/v1/enterprises/${'x'.repeat(300)}`, '/api/v1/nothing', '/nothing', '/api/v1/enterprises?constructor=1'])('answers %s with a problem', async (url) => {
    const response = await app.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${tokens.get('admin')}` } });
    expect([400, 404]).toContain(response.statusCode);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400], ['a body beyond the limit', Buffer.from(`{"name":"${'x'.repeat(1_100_000)}"}`), 413],
  ])('refuses %s', async (_what, payload, status) => {
    const response = await app.app.inject({ method: 'POST', url: '/api/v1/enterprises', payload, headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.get('admin')}` } });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});
