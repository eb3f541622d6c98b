import { fullPath, PUBLIC_ROUTES, ROUTES, type RouteAccess } from '../../src/identity/routes';
import { CLIENT_SCOPES, ROLES } from '../../src/kernel/actor';
import { type TestApp, startApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { A_PICTURE, aDeclaration, aRecusal, aReport } from '../support/integrity';
import { aGuideItem, aLinkage, aMatter, anAccountOf, anAssignment, anEnterprise, aReminder, aSessionOf, aVisit } from '../support/world';

/** Every route that is not public, derived from the table of routes: nothing here is written by hand one by one. */
describe('the table of routes', () => {
  let app: TestApp;
  let ids: Readonly<Record<string, string>>;
  beforeAll(async () => {
    app = await startApp();
    const enterpriseId = await anEnterprise(app);
    const assignment = await anAssignment(app, enterpriseId);
    const visit = await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    const plan = await app.as('officer').post('/planned-visits', { enterpriseId, plannedOn: '2026-03-05' }).expect(201);
    const leave = await app.as('admin').post(`/cadres/${app.cadres.officer2}/leaves`, { from: '2026-03-03', to: '2026-03-04' }).expect(201);
    const idOf = (response: { body: unknown }) => (response.body as { id: string }).id;
    const linkage = await aLinkage(app);
    ids = {
      tickets: linkage.ticketId, linkages: linkage.id, 'follow-ups': linkage.followUpId, supervision: (await aReminder(app)).id, matters: await aMatter(app),
      parks: app.parkId, departments: app.departmentId, enterprises: enterpriseId, cadres: app.cadres.officer, assignments: assignment.id, visits: idOf(visit),
      'integrity/reports': (await aReport(app, { files: [A_PICTURE] })).id, 'integrity/recusals': await aRecusal(app), 'integrity/declarations': await aDeclaration(app), 'integrity/inspectors': app.cadres.inspector,
      'planned-visits': idOf(plan), leaves: idOf(leave), 'guide-items': await aGuideItem(app), clients: (await aMachineClient(app)).id, accounts: await anAccountOf(app, 'officer'), me: await aSessionOf(app, 'officer'),
    };
    ids = { ...ids, fileId: (await app.sql<{ id: string }>('SELECT id FROM integrity_file'))[0]?.id ?? '' };
  });
  afterAll(async () => { await app.close(); });

  const named = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
  const idIn = (path: string): string => ids[path.split('/').slice(0, 2).join('/')] ?? ids[path.split('/')[0] ?? ''] ?? 'missing';
  const addressOf = ({ path }: { readonly path: string }): string => fullPath(path).replace(':year', '2026').replace(':fileId', ids['fileId'] ?? '').replace(':id', idIn(path));
  const send = (route: RouteAccess, token?: string) => {
    const request = app.http[route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch'](addressOf(route)).set('if-match', '"1"');
    if (token !== undefined) void request.set('authorization', `Bearer ${token}`);
    return route.method === 'GET' ? request : request.send({});
  };

  /** A body is read before the object is looked for: what its form refuses says nothing of the object. */
  const expectNothingSaid = ({ status, body }: { status: number; body: unknown }): void => {
    expect([400, 404]).toContain(status);
    if (status === 400) expect((body as { code: string }).code).toBe('malformed');
  };

  it('is the list of routes that the server has', () => {
    const fastify = app.app.getHttpAdapter().getInstance();
    for (const route of ROUTES) expect({ route, exists: fastify.hasRoute({ method: route.method, url: fullPath(route.path) }) }).toEqual({ route, exists: true });
    expect(ROUTES.length).toBeGreaterThan(40);
  });

  it.each(named)('%s: without a token 401', async (_name, route) => {
    await send(route).expect(401).expect('content-type', /problem\+json/);
  });

  const taken = Map.groupBy([...ROUTES, ...PUBLIC_ROUTES], ({ path }) => path);
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
  it.each([...taken])('%s: any other method 405, which names those of the table, to anybody and whatever is there', async (path, routes) => {
    const methods: readonly string[] = [...new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
    const addresses = [addressOf({ path }), fullPath(path).replace(/:\w+/g, '01950000-0000-7000-8000-00000000dead'), fullPath(path).replace(/:\w+/g, 'none')];
    for (const method of METHODS.filter((one) => !methods.includes(one))) {
      for (const url of new Set(addresses)) {
        const { statusCode, headers, body } = await app.app.inject({ method, url, headers: { 'accept-language': 'en' } });
        const allowed = String(headers['allow']).split(', ').sort();
        expect({ method, url, statusCode, allowed, type: headers['content-type'] }).toEqual({ method, url, statusCode: 405, allowed: methods, type: 'application/problem+json; charset=utf-8' });
        if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'method-not-allowed', status: 405, detail: `This address takes ${String(headers['allow'])}, not ${method}.` });
      }
    }
  });

  it.each([
    ['DELETE', '/health/ready', 'GET, HEAD'], ['POST', '/openapi.json', 'GET, HEAD'], ['PUT', '/docs', 'GET, HEAD'], ['DELETE', '/oidc/token', 'GET, HEAD, OPTIONS, POST'],
    ['PATCH', `/api/v1/public/links/${'x'.repeat(43)}`, 'GET, HEAD, POST'], ['DELETE', '/api/v1/parks?limit=1', 'GET, HEAD, POST'], ['DELETE', '/api/v1/%70arks', 'GET, HEAD, POST'],
  ] as const)('%s %s: 405, and %s', async (method, url, allow) => {
    const { statusCode, headers, body } = await app.app.inject({ method, url });
    expect([statusCode, headers['allow']]).toEqual([405, allow]);
    expect(body).not.toContain('x'.repeat(43));
  });

  it.each(['/api/v1/nothing', '/api/v1/parks/', '/nothing', '/api/v1', '/'])('%s is no address of ours, whatever the method: 404', async (url) => {
    for (const method of METHODS) {
      const { statusCode, headers } = await app.app.inject({ method, url });
      expect([method, statusCode, headers['allow']]).toEqual([method, 404, undefined]);
    }
  });

  const LONG = 'x'.repeat(101);
  it.each([
    ['long', `enterprises/${LONG}`], ['long by far', `linkages/${LONG}${LONG}`], ['long, with a step behind it', `tickets/${LONG}/assign`], ['long, with anything behind it', `enterprises/${LONG}/no/such/place`],
    ['long, however it is written', `enterprises/${'%61'.repeat(101)}`], ['strange to be read', 'enterprises/%ff'], ['long and strange', `enterprises/${LONG}%ff`],
  ])('an id that is too %s: no address of ours, whatever the method', async (_what, path) => {
    for (const method of METHODS) {
      const { statusCode, headers } = await app.app.inject({ method, url: fullPath(path) });
      // What no method can read is malformed to those that the server knows at all.
      expect([method, path.includes('%ff') && statusCode === 400 ? 404 : statusCode, headers['allow']]).toEqual([method, 404, undefined]);
    }
  });

  it('and an id of a hundred characters, however they are written, is one', async () => {
    for (const id of ['x'.repeat(100), '%61'.repeat(100)]) {
      const { statusCode, headers } = await app.app.inject({ method: 'DELETE', url: fullPath(`linkages/${id}/close`) });
      expect([statusCode, headers['allow']]).toEqual([405, 'POST']);
    }
  });

  it('an address that is longer than any of ours is none, also by a method that it has', async () => {
    expect((await app.app.inject({ method: 'GET', url: fullPath(`enterprises/${'x'.repeat(300)}`) })).statusCode).toBe(404);
  });

  it.each(named.filter(([, { method }]) => method === 'PATCH'))('%s: the version that was read, not just any', async (_name, route) => {
    const token = await app.token(route.roles[0] ?? 'admin');
    for (const given of ['*', undefined]) {
      const request = app.http.patch(addressOf(route)).set('authorization', `Bearer ${token}`).send({});
      const answer = await (given === undefined ? request : request.set('if-match', given));
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([428, 'if-match-required']);
    }
  });

  it.each(named.filter(([, { scopes }]) => scopes.length > 0))('%s: asks whoever has several parks for one where it must, in the place where it is sent', async (_name, route) => {
    const { scopes } = route;
    const token = await app.issuer.sign('a-client', { client_id: 'a-client', scope: scopes.join(' '), park_ids: [app.parkId, app.otherParkId] }, app.clock.now());
    const { status, body } = await send(route, token) as { status: number; body: { code?: string; errors?: { pointer: string }[] } };
    if (route.method === 'GET') {
      expect([200, 400]).toContain(status);
      if (status === 400) expect(body).toMatchObject({ code: 'park-required', errors: [{ pointer: '/query/parkId' }] });
    } else if (body.code === 'park-required') expect(body.errors).toEqual([expect.objectContaining({ pointer: '/parkId' })]);
  });

  const isForAll = ({ roles, scopes }: RouteAccess): boolean => ROLES.every((role) => roles.includes(role)) && CLIENT_SCOPES.every((scope) => scopes.includes(scope));
  it.each(named.filter(([, route]) => !isForAll(route)))('%s: with a role or scope that may not 403', async (_name, route) => {
    const tokens: [string, string][] = [];
    for (const role of ROLES) if (!route.roles.includes(role)) tokens.push([role, await app.token(role)]);
    for (const scope of CLIENT_SCOPES) {
      if (!route.scopes.includes(scope)) tokens.push([scope, await app.issuer.sign('a-client', { client_id: 'a-client', scope, park_ids: [app.parkId] }, app.clock.now())]);
    }
    expect(tokens.length).toBeGreaterThan(0);
    for (const [who, token] of tokens) expect({ who, status: (await send(route, token)).status }).toEqual({ who, status: 403 });
  });

  it.each(named.filter(([, route]) => route.path.includes(':id')))('%s: an object of another park 404', async (_name, route) => {
    // Somebody of the other park with every role that the route takes, so that only the park stands between.
    const roles = route.roles.filter((role) => role !== 'operator' && role !== 'county');
    if (roles.length === 0) {
      const token = await app.issuer.sign('a-client', { client_id: 'a-client', scope: route.scopes.join(' '), park_ids: [app.otherParkId] }, app.clock.now());
      if (route.scopes.length > 0) expectNothingSaid(await send(route, token));
      return;
    }
    await app.sql('UPDATE cadre SET roles = $1 WHERE id = $2', [roles, app.cadres.stranger]);
    app.clock.advance(10_000);
    // The signal that somebody's roles have changed takes a moment, longer where the machine is busy.
    const deadline = performance.now() + 10_000;
    let response = await send(route, await app.token('stranger'));
    while (response.status === 403 && performance.now() < deadline) response = await send(route, await app.token('stranger'));
    expectNothingSaid(response);
  });
});
