import { ROUTES, type RouteAccess } from '../../src/identity/routes';
import { CLIENT_SCOPES, type ClientScope, ROLES, type Role } from '../../src/kernel/actor';
import { entryTypeOf, findByName } from '../../src/portal/domain/event-types';
import { Sealer } from '../../src/platform/journal/sealer';
import { type TestApp, startApp } from '../support/app';
import { ask, makeSites, type Site, type SiteName, SITES, type Voice, voiceOf } from '../support/sites';
import { LISTS, type Reader, seesPark } from '../support/visibility';
import { aSessionBody, aTicketBody, aUscc, type MadeTicket, STEP_SAMPLES } from '../support/world';

/** Somebody who asks: one role, or a machine with one scope. */
interface Asker extends Reader {
  readonly name: string;
  readonly voice: Voice;
  readonly sites: readonly SiteName[];
}

const ASKERS: readonly string[] = [...ROLES, ...CLIENT_SCOPES];
const named = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
/** Of features that have a story of their own, where who sees an object hangs on more than where it is. */
const ELSEWHERE = /^(?:integrity|accounts|clients|me\/)/;
const NOWHERE = '01950000-0000-7000-8000-00000000dead';
const NO_SUCH_FIELD = { noSuchField: true };
const reason = { reason: '情况说明' };

/** What each write needs, so that nothing but its object can be missing. Steps of tickets are those of the samples. */
const BODIES: Readonly<Record<string, object | ((app: TestApp, own: Site) => object)>> = {
  'parks/:id': { name: '新名称' }, 'parks/:id/working-hours': { effectiveFrom: '2027-03-01', windows: [{ opens: '09:00', closes: '12:00' }] }, 'parks/:id/policies': { effectiveFrom: '2027-03-01', visits: { burdenLimit: 5 } },
  'departments/:id': { name: '新名称' }, 'enterprises/:id': { tags: ['规上'] }, 'enterprises/:id/status': { status: 'suspended', ...reason }, 'enterprises/:id/contacts/reveal': reason, 'enterprises/:id/contacts/erase': reason,
  'cadres/:id': { name: '新名称' }, 'cadres/:id/leaves': { from: '2026-03-10', to: '2026-03-12' }, 'leaves/:id': { to: '2026-03-05' }, 'leaves/:id/cancel': {}, 'assignments/:id/end': {},
  'assignments/:id/handover': (app) => ({ cadreId: app.cadres.officer2 }), 'guide-items/:id/versions': { effectiveFrom: '2027-03-01', name: '新名称' }, 'visits/:id/amend': { summary: '补充说明。' }, 'visits/:id/void': reason,
  'visits/:id/review': { accept: true }, 'visits/:id/confirm-participation': {}, 'planned-visits/:id/decline': {}, 'planned-visits/:id/join': {}, 'planned-visits/:id/cancel': {},
  'tickets/:id/linkages': reason, 'tickets/:id/links': {}, 'tickets/:id/receipts': {}, 'linkages/:id/team': (app) => ({ cadreIds: [app.cadres.officer], departmentIds: [] }), 'linkages/:id/sessions': (app) => aSessionBody(app),
  'linkages/:id/replies': (app) => ({ departmentId: app.departmentId, text: '同意。' }), 'linkages/:id/close': { outcome: '已协调。' }, 'follow-ups/:id/done': {}, 'supervision/reminders/:id/reply': { text: '明日上门。' },
  'matters/:id/tickets': (_app, own) => ({ ticketIds: [own.objects['tickets'] ?? ''] }), 'matters/:id/research': { text: '均来自东区二号线。' }, 'matters/:id/decide': { text: '年内改造。', means: 'meeting' }, 'matters/:id/accept': {},
  'matters/:id/dismiss': reason,
};

const REGISTER = new Set(['parks', 'departments', 'enterprises', 'cadres', 'leaves', 'assignments', 'guide-items', 'planned-visits', 'matters']);

/** Whether somebody who may take the route sees the object of a place, by section 9 of the domain. Each site's objects are those of its own people. */
function sees({ roles, kind, sites, name }: Asker, object: string, where: SiteName): boolean {
  if (!sites.includes(where)) return false;
  if (REGISTER.has(object) || kind === 'client' || roles.some((role) => ['supervisor', 'admin', 'county', 'operator'].includes(role))) return true;
  // A reminder is for whom it was sent to: the handler.
  return where === 'own' && (object !== 'supervision' || name === 'handler');
}

describe('the matrix', () => {
  let app: TestApp;
  let sites: Readonly<Record<SiteName, Site>>;
  let askers: ReadonlyMap<string, Asker>;
  let cells = 0;
  let compared = 0;

  beforeAll(async () => {
    app = await startApp();
    sites = await makeSites(app);
    await mixThePark();
    await app.app.get(Sealer).seal();
    const all = new Map<string, Asker>();
    for (const role of ROLES) {
      all.set(role, {
        name: role, kind: role === 'operator' ? 'operator' : 'cadre', roles: [role], scopes: [], cadreId: app.cadres[role], departmentId: app.departmentId,
        voice: await voiceOf(app, role, role === 'operator' ? { operator: true } : {}), sites: scopeOf(role),
      });
    }
    for (const scope of CLIENT_SCOPES) all.set(scope, await machine([scope]));
    askers = all;
  }, 300_000);
  afterAll(async () => {
    process.stdout.write(`matrix: ${cells} cells of ${ROUTES.length} routes and ${ASKERS.length} askers, ${compared} lists compared\n`);
    await app.close();
  });

  const machine = async (scopes: readonly ClientScope[], parkIds: readonly string[] = [app.parkId]): Promise<Asker> => ({
    name: scopes.join(' '), kind: 'client', roles: [], scopes, cadreId: null, departmentId: null,
    voice: await voiceOf(app, 'a-client', { client_id: 'a-client', scope: scopes.join(' '), park_ids: parkIds }), sites: ['own', 'department'],
  });
  const scopeOf = (role: Role): readonly SiteName[] => (role === 'operator' ? SITES : role === 'county' ? ['own', 'department', 'park'] : ['own', 'department']);
  const asker = (name: string): Asker => {
    const found = askers.get(name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  /** What makes who sees what differ between colleagues: people that change, tickets that pass on, duties whose end no job has written yet. */
  async function mixThePark(): Promise<void> {
    const { own, department } = sites;
    const as = async (subject: string) => voiceOf(app, subject);
    const ticket = async (site: Site): Promise<string> => (await ask(app, await as(site.subjects.officer), 'POST', 'tickets', aTicketBody(site.objects['enterprises'] ?? ''))).body['id'] as string;
    const step = async (subject: string, id: string, name: string, body: object): Promise<void> => {
      const { status, text } = await ask(app, await as(subject), 'POST', `tickets/${id}/${name}`, body);
      if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
    };
    // Handled there, with a colleague from here.
    await step('supervisor', await ticket(department), 'assign', { handlerId: department.ids.handler, collaboratorIds: [own.ids.colleague] });
    // Handled here, of an enterprise of there.
    await step('supervisor', await ticket(department), 'assign', { handlerId: own.ids.officer });
    // Nobody's yet: the department that assigns answers for it.
    await ticket(department);
    // The operator's, who is of no park.
    await app.sql(`INSERT INTO access_log (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id) VALUES (uuidv7(), now(), 'operator', 'x', 'account.signed_in', 'account', uuidv7(), 'x')`);
    // Withdrawn, so that somebody has to call; by whom it was recorded may not.
    const withdrawn = await ticket(own);
    await step('supervisor', withdrawn, 'assign', { handlerId: own.ids.handler });
    await step('supervisor', withdrawn, 'withdraw', { reason: '企业已自行解决', askedBy: '王经理' });
    // A linkage of theirs to which somebody from here belongs, and one to which a department is invited.
    for (const team of [{ cadreIds: [own.ids.leader], departmentIds: [] }, { cadreIds: [], departmentIds: [own.departmentId] }]) {
      const id = await ticket(department);
      await step('supervisor', id, 'assign', { handlerId: department.ids.handler });
      await step(department.subjects.handler, id, 'accept', {});
      const raised = await ask(app, await as('supervisor'), 'POST', `tickets/${id}/linkages`, reason);
      await step('supervisor', id, 'name-lead', { leadId: department.ids.leader });
      await ask(app, await as(department.subjects.leader), 'POST', `linkages/${String(raised.body['id'])}/team`, team);
    }
    // The officer's duty there has ended by today; that its standing still says otherwise is what a job would mend.
    const [past, coming] = [await ask(app, await as('admin'), 'POST', 'enterprises', anEnterpriseBody()), await ask(app, await as('admin'), 'POST', 'enterprises', anEnterpriseBody())].map(({ body }) => body['id'] as string);
    for (const [enterpriseId, startsOn, endsOn] of [[past, '2026-03-01', '2026-03-02'], [coming, '2026-03-03', null]] as const) {
      await app.sql(`INSERT INTO assignment (id, park_id, enterprise_id, cadre_id, capacity, starts_on, ends_on, standing, next_due_on, version, created_at, updated_at)
        VALUES (uuidv7(), $1, $2, $3, 'officer', $4, $5, 'resting', NULL, 1, now(), now())`, [app.parkId, enterpriseId, own.ids.officer, startsOn, endsOn]);
      const { id } = (await ask(app, await as(department.subjects.officer), 'POST', 'tickets', aTicketBody(enterpriseId ?? ''))).body as { id: string };
      await step('supervisor', id, 'assign', { handlerId: department.ids.handler });
    }
    for (const id of [own, department].map((site) => site.objects['enterprises'] ?? '')) await ask(app, await as('officer'), 'POST', `enterprises/${id}/contacts/reveal`, reason);
    await app.sql(`INSERT INTO lapse (id, park_id, assignment_id, enterprise_id, cadre_id, due_on, detected_at, outcome, version, created_at, updated_at)
      SELECT uuidv7(), park_id, id, enterprise_id, cadre_id, '2026-02-01', now(), 'open', 1, now(), now() FROM assignment`);
  }

  const may = (route: RouteAccess, { roles, scopes }: Asker): boolean => route.roles.some((role) => roles.includes(role)) || route.scopes.some((scope) => scopes.includes(scope));
  const bodyOf = async (route: RouteAccess): Promise<object> => {
    const step = /^tickets\/:id\/([\w-]+)$/.exec(route.path)?.[1];
    const sample = step !== undefined && step in STEP_SAMPLES ? STEP_SAMPLES[step as keyof typeof STEP_SAMPLES] : undefined;
    if (step === 'merge') return { intoId: sites.own.objects['tickets'] ?? '', ...reason };
    if (sample !== undefined) return sample.body(app, { id: '', enterpriseId: sites.own.objects['enterprises'] ?? '' } as MadeTicket);
    const body = BODIES[route.path] ?? {};
    return typeof body === 'function' ? (body as (app: TestApp, own: Site) => object)(app, sites.own) : body;
  };
  const at = (route: RouteAccess, id: string): string => route.path.replace(':id', id).replace(':year', '2026').replace(/:\w+/g, NOWHERE);

  it('has a body for every write about an object', () => {
    const bare = ROUTES.filter(({ method, path }) => method !== 'GET' && path.includes(':id') && !ELSEWHERE.test(path) && !(path in BODIES) && !/^tickets\/:id\//.test(path));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it.each(named.filter(([, { path }]) => !path.includes(':id')))('%s: everybody', async (_name, route) => {
    for (const name of ASKERS) {
      const who = asker(name);
      const body = route.method === 'GET' ? undefined : NO_SUCH_FIELD;
      const park = route.method === 'GET' && !/^(?:me|calendar\/.*|changes)$/.test(route.path) ? `?parkId=${app.parkId}` : '';
      const { status } = await ask(app, who.voice, route.method, `${at(route, '')}${park}`, body);
      const expected = !may(route, who) ? [403] : ELSEWHERE.test(route.path) ? [200, 400, 404, 422] : route.method === 'GET' ? [200] : [400];
      expect({ name, expected, status: expected.includes(status) ? 'as expected' : status }).toEqual({ name, expected, status: 'as expected' });
      cells += 1;
    }
  });

  it.each(named.filter(([, { path }]) => path.includes(':id')))('%s: everybody, about objects of everywhere', async (_name, route) => {
    const object = route.path.split('/')[0] ?? '';
    const body = route.method === 'GET' ? undefined : await bodyOf(route);
    for (const name of ASKERS) {
      const who = asker(name);
      const allowed = may(route, who);
      const missing = await ask(app, who.voice, route.method, at(route, NOWHERE), body);
      for (const where of SITES) {
        const id = sites[where].objects[object] ?? NOWHERE;
        const told = { name, where };
        if (!allowed) {
          expect({ ...told, status: (await ask(app, who.voice, route.method, at(route, id), body)).status }).toEqual({ ...told, status: 403 });
        } else if (ELSEWHERE.test(route.path)) {
          expect([400, 404, 422]).toContain(missing.status);
        } else if (sees(who, object, where)) {
          // Who sees it is answered: a read with it, a write by what is wrong with its body.
          const answer = await ask(app, who.voice, route.method, at(route, id), route.method === 'GET' ? undefined : NO_SUCH_FIELD);
          expect({ ...told, status: answer.status }).toEqual({ ...told, status: route.method === 'GET' ? 200 : 400 });
        } else {
          const answer = await ask(app, who.voice, route.method, at(route, id), body);
          expect({ ...told, status: answer.status, code: answer.body['code'] }).toEqual({ ...told, status: 404, code: 'not-found' });
          // Not a letter tells it from what is not there.
          expect({ ...told, text: answer.text.replace(id, NOWHERE) }).toEqual({ ...told, text: missing.text });
        }
        cells += 1;
      }
    }
  });

  /** All pages of a list, three at a time, and how many there are said to be. */
  async function whole(voice: Voice, list: string, parkId: string | undefined): Promise<{ items: Record<string, unknown>[]; total: unknown }> {
    const items: Record<string, unknown>[] = [];
    const park = parkId === undefined ? '' : `&parkId=${parkId}`;
    for (let cursor = ''; ;) {
      const { status, body, text } = await ask(app, voice, 'GET', `${list}${list.includes('?') ? '&' : '?'}limit=3&count=true${park}${cursor}`);
      if (status !== 200) throw new Error(`${list}: ${status} ${text}`);
      items.push(...body['items'] as Record<string, unknown>[]);
      const next = body['nextCursor'] as string | null;
      if (next === null) return { items, total: body['total'] };
      cursor = `&cursor=${next}`;
    }
  }

  /** The ids that somebody should see. Named parameters are written as values, since each statement has others. */
  async function idsSeen(sql: string, seen: string | undefined, who: Asker, parkId: string): Promise<string[]> {
    const literal = (value: string | null): string => (value === null ? 'NULL::uuid' : `'${value}'::uuid`);
    const text = (seen === undefined || seesPark(who) ? sql : `${sql} AND ${seen}`)
      .replaceAll(':park', literal(parkId)).replaceAll(':me', literal(who.cadreId)).replaceAll(':department', literal(who.departmentId))
      .replaceAll(':today', `'2026-03-02'::date`).replaceAll(':visitor', String(who.roles.includes('officer') || who.roles.includes('leader')));
    return (await app.sql<{ id: string }>(text)).map(({ id }) => id).sort();
  }

  it('compares every list of the API, but for those below an object, which the object stands for', () => {
    const lists = ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes(':') && !ELSEWHERE.test(path)).map(({ path }) => path);
    const known = new Set([...Object.keys(LISTS).map((list) => list.split('?')[0]), 'parks', 'me', 'me/worklist', 'changes', 'journal/head', 'journal/verify']);
    expect(lists.filter((path) => !known.has(path))).toEqual([]);
  });

  it.each(Object.entries(LISTS))('%s: is for everybody what they may see, and counted so', async (list, { all, seen, by = ({ id }: Record<string, unknown>) => id }) => {
    const route = ROUTES.find(({ method, path }) => method === 'GET' && path === list.split('?')[0]);
    expect(route).toBeDefined();
    let differ = 0;
    for (const name of ASKERS) {
      const who = asker(name);
      if (route === undefined || !may(route, who)) continue;
      for (const where of who.sites.filter((site) => site !== 'department')) {
        const expected = await idsSeen(all, seen, who, sites[where].parkId);
        const { items, total } = await whole(who.voice, list, sites[where].parkId);
        expect({ name, where, ids: items.map((item) => String(by(item))).sort() }).toEqual({ name, where, ids: expected });
        // A list whose length is little is counted whole; none counts what is not shown.
        expect({ name, where, total: total ?? expected.length }).toEqual({ name, where, total: expected.length });
        compared += 1;
        differ += expected.length === 0 ? 0 : 1;
      }
      // A park out of scope is no park.
      for (const where of SITES.filter((site) => !who.sites.includes(site))) {
        const { status, body } = await ask(app, who.voice, 'GET', `${list}${list.includes('?') ? '&' : '?'}parkId=${sites[where].parkId}`);
        expect({ name, where, status, code: body['code'] }).toEqual({ name, where, status: 404, code: 'not-found' });
        cells += 1;
      }
    }
    if (list !== 'supervision/burden') expect(differ).toBeGreaterThan(0);
  });

  it('parks: is for everybody the parks in scope', async () => {
    for (const name of [...ROLES, 'enterprises:read']) {
      const who = asker(name);
      const { items, total } = await whole(who.voice, 'parks', undefined);
      const expected = [...new Set(who.sites.map((site) => sites[site].parkId))].sort();
      expect({ name, ids: items.map(({ id }) => id).sort(), total }).toEqual({ name, ids: expected, total: expected.length });
      compared += 1;
    }
  });

  it('enterprises/:id/timeline: tells of tickets and visits that the reader sees elsewhere', async () => {
    const tickets = LISTS['tickets'];
    const visits = LISTS['visits'];
    for (const name of ['officer', 'leader', 'supervisor', 'admin', 'county', 'visits:read', 'visits:read tickets:read']) {
      const who = name.includes(' ') ? await machine(['visits:read', 'tickets:read']) : asker(name);
      const enterprises = (await app.sql<{ id: string }>('SELECT id FROM enterprise WHERE park_id = $1', [app.parkId])).map(({ id }) => id);
      const shown: string[] = [];
      for (const id of enterprises) for (const item of (await whole(who.voice, `enterprises/${id}/timeline`, undefined)).items) if (item['kind'] === 'ticket' || item['kind'] === 'visit') shown.push(String(item['id']));
      const readsTickets = who.kind !== 'client' || who.scopes.includes('tickets:read');
      const expected = [...(readsTickets ? await idsSeen(tickets?.all ?? '', tickets?.seen, who, app.parkId) : []), ...await idsSeen(visits?.all ?? '', visits?.seen, who, app.parkId)].sort();
      expect({ name, ids: shown.sort() }).toEqual({ name, ids: expected });
      compared += 1;
    }
  });

  it('matters: name and count of their tickets those that the reader sees', async () => {
    for (const name of ['officer', 'leader', 'handler', 'supervisor', 'admin', 'tickets:read']) {
      const who = asker(name);
      const seen = new Set(await idsSeen(LISTS['tickets']?.all ?? '', LISTS['tickets']?.seen, who, app.parkId));
      for (const where of ['own', 'department'] as const) {
        const id = sites[where].objects['matters'] ?? '';
        const own = sites[where].objects['tickets'] ?? '';
        const { body } = await ask(app, who.voice, 'GET', `matters/${id}`);
        const listed = (await whole(who.voice, 'matters', app.parkId)).items.find((item) => item['id'] === id);
        const count = seen.has(own) ? 1 : 0;
        expect({ name, where, shown: (body['tickets'] as { id: string }[]).length, counts: [body['ticketCount'], body['enterpriseCount'], listed?.['ticketCount'], listed?.['enterpriseCount']] })
          .toEqual({ name, where, shown: count, counts: [count, count, count, count] });
        compared += 1;
      }
    }
  });

  it('me/worklist: is one’s own duties and tickets', async () => {
    for (const name of ['officer', 'leader', 'handler']) {
      const { body } = await ask(app, asker(name).voice, 'GET', 'me/worklist');
      const { visits, tickets } = body as { visits: { cadre: { id: string } }[]; tickets: { handler: { id: string } }[] };
      expect([...visits.map(({ cadre }) => cadre.id), ...tickets.map(({ handler }) => handler.id)].filter((id) => id !== asker(name).cadreId)).toEqual([]);
      compared += 1;
    }
  });

  it('changes: is every entry of the parks in scope; a client reads the data of what its scopes let it read', async () => {
    interface Told { readonly id: string; readonly parkid: string; readonly type: string; readonly data?: object }
    const feed = async (voice: Voice): Promise<Told[]> => {
      const items: Told[] = [];
      for (let after = ''; ;) {
        const { body } = await ask(app, voice, 'GET', `changes?limit=1000&after=${after}`);
        items.push(...body['items'] as Told[]);
        if ((body['items'] as Told[]).length === 0) return items;
        after = String(body['next']);
      }
    };
    const readers: Asker[] = [asker('supervisor'), asker('admin'), asker('county'), asker('changes:read'), await machine(['changes:read', 'tickets:read']), await machine(['changes:read', 'visits:read'])];
    for (const who of readers) {
      const parks = [...new Set(who.sites.map((site) => sites[site].parkId))];
      const [{ count } = { count: 0 }] = await app.sql<{ count: number }>('SELECT count(*)::integer AS count FROM journal_entry WHERE park_id = ANY ($1) AND number IS NOT NULL', [parks]);
      const items = await feed(who.voice);
      expect({ name: who.name, count: items.length, parks: [...new Set(items.map(({ parkid }) => parkid))].sort() }).toEqual({ name: who.name, count, parks: parks.sort() });
      const wrong = items.filter(({ type, data }) => {
        const known = findByName(type);
        const reads = who.kind !== 'client' || (known?.scopes ?? []).some((scope) => who.scopes.includes(scope));
        return (data !== undefined) !== reads;
      });
      expect({ name: who.name, wrong: [...new Set(wrong.map(({ type }) => entryTypeOf(findByName(type) ?? { entry: type, version: 1 })))] }).toEqual({ name: who.name, wrong: [] });
      compared += 1;
    }
  });
});

function anEnterpriseBody(): object {
  return { name: '星野县过渡食品有限公司', uscc: aUscc(), status: 'in_production' };
}
