import { connect, type AddressInfo } from 'node:net';
import { fullPath, ROUTES } from '../../src/identity/routes';
import { type TestApp, startApp } from '../support/app';
import { ask, makeSites, type Site, type SiteName, SITES, type Voice, voiceOf } from '../support/sites';
import { aTicketBody, aUscc, aVisit } from '../support/world';

/** What somebody would try who has an account, or none. Each is tried on the real routes. */
describe('attacks', () => {
  let app: TestApp;
  let sites: Readonly<Record<SiteName, Site>>;
  let admin: Voice;
  let officer: Voice;
  let port: number;
  const NAME = '星野县联营食品有限公司';

  beforeAll(async () => {
    app = await startApp();
    sites = await makeSites(app);
    admin = await voiceOf(app, 'admin');
    officer = await voiceOf(app, 'officer');
    await app.app.listen(0, '127.0.0.1');
    port = (app.app.getHttpServer().address() as AddressInfo).port;
  }, 120_000);
  afterAll(async () => { await app.close(); });

  const foreign = (kind: string): string => sites.county.objects[kind] ?? '';
  const own = (kind: string): string => sites.own.objects[kind] ?? '';
  const bearer = (voice: Voice): string => `authorization: Bearer ${voice.token}`;

  /** Sends exactly these lines over a socket of its own; answers all that comes. */
  async function raw(lines: readonly string[], body = ''): Promise<{ status: number; text: string }> {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let heard = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => { heard += chunk; }).on('close', () => { resolve(heard); }).on('error', reject);
      socket.setTimeout(10_000, () => { socket.destroy(); });
      // Not ended: who has hung up is answered nothing.
      socket.write(`${[...lines, 'Host: localhost', 'Connection: close', ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`])].join('\r\n')}\r\n\r\n${body}`);
    });
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
  }

  describe('guessing ids', () => {
    it.each(['enterprises', 'visits', 'tickets', 'guide-items', 'matters', 'cadres', 'parks'])('%s: a foreign id, a made-up one and one that is none look alike', async (kind) => {
      const answers = await Promise.all([foreign(kind), '01950000-0000-7000-8000-00000000dead', 'none', '1', "' OR 1=1 --", `${foreign(kind)}x`, foreign(kind).toUpperCase()]
        .map(async (id) => ask(app, admin, 'GET', `${kind}/${encodeURIComponent(id)}`)));
      const said = answers.map(({ status, body: { instance: _instance, ...rest } }) => JSON.stringify([status, rest]));
      expect(new Set(said).size).toBe(1);
      expect(answers[0]?.status).toBe(404);
    });

    it('upper case names the same object to who may see it, and no other', async () => {
      expect((await ask(app, admin, 'GET', `enterprises/${own('enterprises').toUpperCase()}`)).status).toBe(200);
    });

    it.each(['"*"', '*', 'W/"x"'])('If-None-Match %s does not tell that an object is there', async (tag) => {
      const response = await app.http.get(fullPath(`enterprises/${foreign('enterprises')}`)).set('authorization', `Bearer ${admin.token}`).set('if-none-match', tag);
      expect(response.status).toBe(404);
    });

    it('nor does the very tag that its own people read, nor any version in If-Match', async () => {
      const theirs = await voiceOf(app, sites.county.subjects.admin);
      const tag = String((await app.http.get(fullPath(`enterprises/${foreign('enterprises')}`)).set('authorization', `Bearer ${theirs.token}`).expect(200)).headers['etag']);
      await app.http.get(fullPath(`enterprises/${foreign('enterprises')}`)).set('authorization', `Bearer ${admin.token}`).set('if-none-match', tag).expect(404);
      const answers = [];
      for (const version of [tag, '"1"', '"2"', '"999"']) {
        const answer = await app.http.patch(fullPath(`enterprises/${foreign('enterprises')}`)).set('authorization', `Bearer ${admin.token}`).set('if-match', version).send({ tags: [] });
        answers.push([answer.status, (answer.body as { code: string }).code]);
      }
      expect(answers).toEqual([[404, 'not-found'], [404, 'not-found'], [404, 'not-found'], [404, 'not-found']]);
    });

    it('a client-made id that another park has used tells nothing of it but that it is taken', async () => {
      const body = { id: foreign('enterprises'), name: '甲', uscc: aUscc() };
      expect(await ask(app, admin, 'POST', 'enterprises', body)).toMatchObject({ status: 409, body: { code: 'id-taken' } });
    });
  });

  describe('writing what is not one’s own to write', () => {
    // What the server says of an object and nobody else.
    const SERVERS = ['version', 'createdAt', 'updatedAt', 'standing', 'nextDueOn', 'lastVisitOn', 'number', 'cycle', 'breaches', 'registeredBy', 'authorId', 'review', 'reviewedBy', 'voidedAt', 'endedAt', 'sealedAt', 'hash', 'actor',
      'actorId', 'role', 'scopes', 'isAdmin', 'constructor', 'prototype', 'searchText', 'contactsErasedAt', 'usccWarning', 'issuedBy', 'openedBy'];
    const writes = ROUTES.filter(({ method, path }) => method !== 'GET' && !/^(?:integrity|accounts|clients|me\/)/.test(path)).map((route) => [`${route.method} ${route.path}`, route] as const);

    it.each(writes)('%s: refuses every field that is the server’s', async (_name, route) => {
      const voice = route.roles[0] === undefined ? await voiceOf(app, 'a-client', { client_id: 'a-client', scope: route.scopes.join(' '), park_ids: [app.parkId] })
        : await voiceOf(app, route.roles[0], route.roles[0] === 'operator' ? { operator: true } : {});
      const path = route.path.replace(':id', own(route.path.split('/:id')[0] ?? '')).replace(':year', '2026');
      const { status, body } = await ask(app, voice, route.method, path, Object.fromEntries(SERVERS.map((name) => [name, 'x'])));
      expect(status).toBe(400);
      const unknown = (body['errors'] as { pointer: string; code: string }[]).filter(({ code }) => code === 'unknown-field').map(({ pointer }) => pointer);
      // A call without a body names the first.
      expect(unknown.length === 1 ? unknown[0] : SERVERS.filter((name) => !unknown.includes(`/${name}`)).filter((name) => !ALLOWED.has(`${route.path} ${name}`))).toEqual(unknown.length === 1 ? '/version' : []);
    });
    // A visit has an end that its author knows.
    const ALLOWED = new Set(['visits endedAt', 'visits/:id/amend endedAt']);

    it.each(['inspector', 'county', 'operator'])('nobody makes themself %s', async (role) => {
      const { text } = await ask(app, admin, 'GET', `cadres/${app.cadres.admin}`);
      const { version } = JSON.parse(text) as { version: number };
      const answer = await app.http.patch(fullPath(`cadres/${app.cadres.admin}`)).set('authorization', `Bearer ${admin.token}`).set('if-match', `"${version}"`).send({ roles: ['admin', role] });
      expect([400, 422]).toContain(answer.status);
      expect((await app.sql<{ roles: string[] }>('SELECT roles FROM cadre WHERE id = $1', [app.cadres.admin]))[0]?.roles).toEqual(['admin']);
    });

    it('nobody takes over the identity of somebody else', async () => {
      const identity = { issuer: 'urn:service-ledger:test', subject: 'inspector' };
      expect(await ask(app, admin, 'POST', 'cadres', { name: '甲', departmentId: app.departmentId, roles: ['officer'], identity })).toMatchObject({ status: 409, body: { code: 'identity-taken' } });
    });

    it.each([
      ['enterprises', () => ({ name: '甲', uscc: aUscc() })], ['departments', () => ({ name: '甲' })], ['cadres', () => ({ name: '甲', departmentId: app.departmentId, roles: ['officer'] })],
    ] as const)('%s: are made in no park but those in scope', async (path, body) => {
      for (const where of ['park', 'county'] as const) expect(await ask(app, admin, 'POST', path, { ...body(), parkId: sites[where].parkId })).toMatchObject({ status: 404, body: { code: 'not-found' } });
    });

    it.each([
      ['a visit to their enterprise', 'officer', 'visits', () => aVisit(app, foreign('enterprises'))],
      ['a visit with their cadre', 'officer', 'visits', () => aVisit(app, own('enterprises'), { participantIds: [sites.county.ids.officer] })],
      ['a plan to visit it', 'officer', 'planned-visits', () => ({ enterpriseId: foreign('enterprises'), plannedOn: '2026-03-05' })],
      ['a ticket of it', 'officer', 'tickets', () => aTicketBody(foreign('enterprises'))],
      ['a ticket by their guide', 'officer', 'tickets', () => aTicketBody(own('enterprises'), { guideItemId: foreign('guide-items') })],
      ['a ticket of their visit', 'officer', 'tickets', () => aTicketBody(own('enterprises'), { visitId: foreign('visits') })],
      ['an assignment of their cadre', 'admin', 'assignments', () => ({ enterpriseId: own('enterprises'), cadreId: sites.county.ids.officer, capacity: 'officer', startsOn: '2027-03-02' })],
      ['an assignment of their enterprise', 'admin', 'assignments', () => ({ enterpriseId: foreign('enterprises'), cadreId: app.cadres.officer, capacity: 'officer', startsOn: '2026-03-02' })],
      ['a cadre of their department', 'admin', 'cadres', () => ({ name: '甲', departmentId: app.otherDepartmentId, roles: ['officer'] })],
      ['a leave that theirs stands in for', 'admin', () => `cadres/${app.cadres.officer}/leaves`, () => ({ from: '2026-03-10', to: '2026-03-12', substituteId: sites.county.ids.officer })],
      ['a guide item of their department', 'admin', 'guide-items', () => ({ code: 'X-1', name: '甲', category: 'permits', departmentId: app.otherDepartmentId, steps: ['一'], materials: [], limits: { normal: { respondWithin: { unit: 'days', amount: 1 }, resolveWithin: { unit: 'days', amount: 1 } } } })],
      ['a handler of theirs', 'supervisor', () => `tickets/${own('tickets')}/reassign`, () => ({ handlerId: sites.county.ids.handler, reason: '调整' })],
      ['a collaborator of theirs', 'supervisor', () => `tickets/${own('tickets')}/reassign`, () => ({ handlerId: app.cadres.handler, collaboratorIds: [sites.county.ids.handler], reason: '调整' })],
      ['a lead of theirs', 'supervisor', () => `tickets/${own('tickets')}/name-lead`, () => ({ leadId: sites.county.ids.leader })],
      ['a merge into their ticket', 'supervisor', () => `tickets/${own('tickets')}/merge`, () => ({ intoId: foreign('tickets'), reason: '重复' })],
      ['a team with theirs', 'leader', () => `linkages/${own('linkages')}/team`, () => ({ cadreIds: [sites.county.ids.officer], departmentIds: [] })],
      ['their department invited', 'leader', () => `linkages/${own('linkages')}/team`, () => ({ cadreIds: [], departmentIds: [app.otherDepartmentId] })],
      ['a matter with their ticket', 'supervisor', 'matters', () => ({ title: '甲', description: '乙', ticketIds: [foreign('tickets')] })],
      ['a reminder of their ticket', 'supervisor', 'supervision/reminders', () => ({ ticketId: foreign('tickets'), text: '请回复。' })],
      ['a reminder of their duty', 'supervisor', 'supervision/reminders', () => ({ assignmentId: foreign('assignments'), text: '请回复。' })],
    ] as const)('%s points into another park: refused as if that were nowhere', async (_what, who, path, body) => {
      const at = typeof path === 'string' ? path : path();
      const [theirs, nowhere] = [body(), JSON.parse(JSON.stringify(body()), (_key, value: unknown) => (typeof value === 'string' && FOREIGN().has(value) ? '01950000-0000-7000-8000-00000000dead' : value)) as object];
      const answers = [await ask(app, await voiceOf(app, who), 'POST', at, theirs), await ask(app, await voiceOf(app, who), 'POST', at, nowhere)];
      expect(answers[0]).toMatchObject({ status: 422, body: { code: 'reference-unknown' } });
      expect(answers[0]?.text).toBe(answers[1]?.text);
    });
    const FOREIGN = (): ReadonlySet<string> => new Set([...Object.values(sites.county.objects), ...Object.values(sites.county.ids), app.otherDepartmentId]);
  });

  describe('what others have', () => {
    it('a cursor is no use to anybody else, in another list or another park', async () => {
      const { body } = await ask(app, admin, 'GET', 'cadres?limit=1');
      const cursor = String(body['nextCursor']);
      for (const [voice, path] of [[await voiceOf(app, 'supervisor'), 'cadres'], [admin, 'departments'], [await voiceOf(app, sites.county.subjects.admin), 'cadres']] as const) {
        expect(await ask(app, voice, 'GET', `${path}?limit=1&cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'cursor-invalid' } });
      }
      const forged = Buffer.from(JSON.stringify({ f: 'x', k: ['', '00000000-0000-0000-0000-000000000000'] })).toString('base64url');
      const altered = [0, Math.floor(cursor.length / 2), cursor.length - 2].map((place) => `${cursor.slice(0, place)}${cursor[place] === 'A' ? 'B' : 'A'}${cursor.slice(place + 1)}`);
      for (const other of [forged, ...altered, cursor.slice(0, -4), `${cursor}AAAA`]) expect((await ask(app, admin, 'GET', `cadres?limit=1&cursor=${other}`)).status).toBe(400);
    });

    it('an Idempotency-Key replays nobody else’s answer', async () => {
      const send = async (voice: Voice, name: string) => app.http.post(fullPath('departments')).set('authorization', `Bearer ${voice.token}`).set('idempotency-key', 'the-same').send({ name });
      const first = await send(admin, '甲科');
      const second = await send(await voiceOf(app, sites.county.subjects.admin), '乙科');
      expect([first.status, second.status, second.headers['idempotency-replayed']]).toEqual([201, 201, undefined]);
      expect((second.body as { name: string }).name).toBe('乙科');
    });

    it('claims that a person’s token makes of itself count for nothing', async () => {
      for (const claims of [{ roles: ['admin', 'inspector'] }, { scope: 'tickets:read enterprises:write' }, { park_ids: [app.otherParkId] }, { operator: 'true' }, { operator: 1 }, { client_id: 7 }]) {
        const { body } = await ask(app, await voiceOf(app, 'officer', claims), 'GET', 'me');
        expect(body).toMatchObject({ roles: ['officer'], scopes: [], parkIds: [app.parkId] });
      }
    });

    it('the contacts of an enterprise stand in no list and no timeline in full', async () => {
      const texts = [];
      for (const path of ['enterprises', `enterprises/${own('enterprises')}`, `enterprises/${own('enterprises')}/timeline`, 'tickets', 'changes', 'supervision/coverage']) texts.push((await ask(app, admin, 'GET', path)).text);
      expect(texts.join('')).not.toContain('13812345678');
      expect(texts.join('')).toContain('138****5678');
    });
  });

  describe('ways around the guard', () => {
    const WAYS = [
      '/api/v1//enterprises', '//api/v1/enterprises', '/api/v1/./enterprises', '/api/v1/x/../enterprises', '/api/v1/%65nterprises', '/api/v1/enterprises/', '/api/v1/enterprises%2f', '/api/v1%2fenterprises', '/API/V1/ENTERPRISES',
      '/api/v1/enterprises;x=y', '/api/v1/enterprises%00', '/api/v1/enterprises%3f', '/api/v1/enterprises%23', '/api/v1/public/links/../../enterprises', '/api/v1/public/links/..%2f..%2fenterprises', '/api/v1/public/links/%2e%2e/%2e%2e/enterprises',
      '/docs/../api/v1/enterprises', '/docs/..%2fapi%2fv1%2fenterprises', '/docs/%2e%2e/api/v1/enterprises', '/health/live/../../api/v1/enterprises', '/health/live%2f..%2f..%2fapi/v1/enterprises', '/openapi.json/../api/v1/enterprises',
      'http://localhost/api/v1/enterprises', 'http://localhost/health/live/../../api/v1/enterprises', '/api/v1/enterprises?access_token=TOKEN', '/api/v1/enterprises?token=TOKEN', '/health/live?/api/v1/enterprises', '/docs/../../package.json', '/docs/..%2f..%2fpackage.json',
    ];

    it.each(WAYS)('%s answers nobody with what is in the register', async (target) => {
      const { status, text } = await raw([`GET ${target.replace('TOKEN', admin.token)} HTTP/1.1`]);
      expect(text).not.toContain(NAME);
      expect(text).not.toContain('"service-ledger"');
      if (status === 200) expect(target).toMatch(/^\/health\/live\?/);
      else expect([400, 401, 403, 404]).toContain(status);
    });

    it.each(WAYS.filter((target) => !/health|docs|openapi|public|TOKEN/.test(target)))('%s opens no more to an operator, who may not read the register', async (target) => {
      const operator = await voiceOf(app, 'operator', { operator: true });
      const { status, text } = await raw([`GET ${target} HTTP/1.1`, bearer(operator)]);
      expect(text).not.toContain(NAME);
      expect([400, 403, 404]).toContain(status);
    });

    it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'])('%s makes no other call of it', async (header) => {
      const { status } = await raw([`POST ${fullPath('departments')} HTTP/1.1`, bearer(officer), `${header}: GET`, 'Content-Type: application/json'], '{"name":"甲"}');
      expect(status).toBe(403);
      const patched = await raw([`GET ${fullPath(`departments/${app.departmentId}`)} HTTP/1.1`, bearer(admin), `${header}: PATCH`, 'If-Match: "1"', 'Content-Type: application/json'], '{"name":"甲"}');
      expect(patched.status).toBe(405);
    });

    it.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'X-Forwarded-Path', 'Forwarded', 'X-Forwarded-Host', 'X-Forwarded-User', 'X-Remote-User', 'X-User-Id', 'X-Park-Id'])('%s is believed by nobody', async (header) => {
      for (const value of ['/health/live', 'admin', app.cadres.admin, app.otherParkId, 'evil.example']) {
        expect((await raw([`GET ${fullPath('enterprises')} HTTP/1.1`, `${header}: ${value}`])).status).toBe(401);
        const { text } = await raw([`GET ${fullPath('cadres?limit=1')} HTTP/1.1`, bearer(admin), `${header}: ${value}`]);
        // Links lead to the same server, whatever it is called.
        expect(/^link: (.*)$/im.exec(text)?.[1]).toMatch(/^<\/api\/v1\/cadres\?/);
        expect(text).not.toContain('evil.example');
      }
    });

    it('X-Forwarded-For makes no other address where no proxy is trusted', async () => {
      const limited = await startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock, limits: { perCaller: 0, perAddress: 3 } });
      const statuses: number[] = [];
      for (let asked = 0; asked < 5; asked += 1) {
        const headers = { 'x-forwarded-for': asked % 2 === 0 ? `203.0.113.${asked}` : '127.0.0.1', 'x-real-ip': `203.0.113.${asked}`, forwarded: `for=203.0.113.${asked}` };
        statuses.push((await limited.app.inject({ method: 'GET', url: fullPath('me'), remoteAddress: '198.51.100.7', headers })).statusCode);
      }
      await limited.close();
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
    });

    it('two tokens are none: what a proxy would read and what we would read may be two', async () => {
      for (const [one, other] of [[officer, admin], [admin, officer], [admin, admin]] as const) {
        expect((await raw([`GET ${fullPath('me')} HTTP/1.1`, bearer(one), bearer(other)])).status).toBe(401);
      }
      expect((await raw([`GET ${fullPath('me')} HTTP/1.1`, `${bearer(officer)}, Bearer ${admin.token}`])).status).toBe(401);
    });

    it.each(['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', 'Bearer null', 'Bearer a.b.c', 'Digest x', 'bearer\tx.y.z'])('Authorization: %s', async (given) => {
      expect((await raw([`GET ${fullPath('me')} HTTP/1.1`, `Authorization: ${given}`])).status).toBe(401);
    });

    it('a length that is said twice, or in two ways, is no request', async () => {
      const smuggled = 'GET /api/v1/enterprises HTTP/1.1\r\nHost: localhost\r\n\r\n';
      for (const lines of [['Transfer-Encoding: chunked', 'Content-Length: 5'], ['Content-Length: 5', 'Content-Length: 6'], ['Transfer-Encoding: chunked, identity'], ['Transfer-Encoding : chunked']]) {
        const { text } = await raw([`POST ${fullPath('departments')} HTTP/1.1`, bearer(admin), 'Content-Type: application/json', ...lines], `0\r\n\r\n${smuggled}`);
        expect([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)).toEqual(['400']);
      }
    });

    it('headers that are too large are refused before anything is read', async () => {
      expect((await raw([`GET ${fullPath('me')} HTTP/1.1`, bearer(admin), `X-Much: ${'x'.repeat(20_000)}`])).status).toBe(431);
      expect((await raw([`GET ${fullPath('me')} HTTP/1.1`, `Authorization: Bearer ${'x'.repeat(20_000)}.x.x`])).status).toBe(431);
    });

    it('a request id that is none is not repeated', async () => {
      for (const given of ['x\ty', '<script>', '王小明', 'x'.repeat(200)]) {
        const { text } = await raw([`GET ${fullPath('me')} HTTP/1.1`, `X-Request-Id: ${given}`]);
        expect(text).not.toContain(given);
      }
    });
  });

  describe('other methods', () => {
    const reads = ROUTES.filter(({ method, path }) => method === 'GET' && !/^(?:integrity|accounts|clients|me\/)/.test(path)).map(({ path }) => [path] as const);

    it.each(reads)('HEAD %s asks for the same as GET and shows no body', async (path) => {
      const url = fullPath(path.replace(':id', own(path.split('/')[0] ?? '')).replace(':year', '2026'));
      expect((await app.http.head(url)).status).toBe(401);
      const voices = [admin, officer, await voiceOf(app, 'inspector'), await voiceOf(app, 'a-client', { client_id: 'a-client', scope: 'imports:write', park_ids: [app.parkId] })];
      for (const voice of voices) {
        const [head, get] = [await app.http.head(url).set('authorization', `Bearer ${voice.token}`), await app.http.get(url).set('authorization', `Bearer ${voice.token}`)];
        expect([head.status, head.text ?? '']).toEqual([get.status, '']);
      }
    });

    it('HEAD of a foreign object is as that of none', async () => {
      for (const id of [foreign('enterprises'), '01950000-0000-7000-8000-00000000dead']) await app.http.head(fullPath(`enterprises/${id}`)).set('authorization', `Bearer ${admin.token}`).expect(404);
    });

    it.each(['OPTIONS', 'TRACE', 'DELETE', 'PUT', 'PROPFIND', 'CONNECT', 'PURGE', 'QUERY'])('%s does nothing', async (method) => {
      for (const path of [fullPath('enterprises'), fullPath(`enterprises/${own('enterprises')}`), '/health/live']) {
        const { status, text } = await raw([`${method} ${path} HTTP/1.1`, bearer(admin), 'Origin: https://evil.example', 'Access-Control-Request-Method: POST']);
        // Who wants a tunnel is hung up on.
        expect(status).toBe(method === 'CONNECT' ? 0 : 405);
        if (status === 405) expect(text).toMatch(/^allow: GET, HEAD\b/im);
        expect(text).not.toMatch(/access-control-allow/i);
        expect(text).not.toContain(NAME);
      }
      expect((await ask(app, admin, 'GET', `enterprises/${own('enterprises')}`)).status).toBe(200);
    });

    it('no answer lets another origin read it', async () => {
      for (const path of [fullPath('enterprises'), fullPath('me'), '/health/live', '/openapi.json']) {
        const { headers } = await app.http.get(path).set('authorization', `Bearer ${admin.token}`).set('origin', 'https://evil.example');
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('%s, which a page of anybody’s could send, is no body', async (type) => {
      const { status } = await raw([`POST ${fullPath('departments')} HTTP/1.1`, bearer(admin), `Content-Type: ${type}`], '{"name":"甲"}');
      expect(status).toBe(415);
    });
  });

  it('has left everything where it was', async () => {
    for (const where of SITES) for (const kind of ['enterprises', 'visits', 'tickets']) {
      const [row] = await app.sql<{ park: string }>(`SELECT park_id AS park FROM ${kind.slice(0, -1)} WHERE id = $1`, [sites[where].objects[kind]]);
      expect(row?.park).toBe(sites[where].parkId);
    }
  });
});
