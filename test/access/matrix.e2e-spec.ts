import { ROUTES, type RouteAccess } from '../../src/identity/routes';
import { CLIENT_SCOPES, type ClientScope, ROLES, type Role } from '../../src/kernel/actor';
import { entryTypeOf, findByName } from '../../src/portal/domain/event-types';
import { Sealer } from '../../src/platform/journal/sealer';
import { type TestApp, startApp } from '../support/app';
import { ABOUT, addApart, anAccountAnyway, aSession, letConflictsLast } from '../support/apart';
import { ask, makeSites, type Site, type SiteName, SITES, type Voice, voiceOf, type Worker } from '../support/sites';
import { LISTS, type Reader, seesPark } from '../support/visibility';
import { aSessionBody, aTicketBody, aUscc, type MadeTicket, STEP_SAMPLES } from '../support/world';

/** Somebody who asks: one role, two that one person may hold, or a machine with one scope. */
interface Asker extends Reader {
  readonly name: string;
  readonly voice: Voice;
  readonly sites: readonly SiteName[];
}

/** Who inspects and is something else as well; of each the roles, and who it is of those that work here. */
const INSPECTORS: Readonly<Record<string, readonly [Worker, ...Role[]]>> = { 'inspector of the county': ['countyInspector', 'county', 'inspector'], 'inspector who administers': ['newInspector', 'admin', 'inspector'] };
const ASKERS: readonly string[] = [...ROLES, ...Object.keys(INSPECTORS), ...CLIENT_SCOPES];
const named = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
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
  'matters/:id/dismiss': reason, 'clients/:id/grant': { scopes: ['visits:read'] }, 'clients/:id/rotate': {}, 'clients/:id/revoke': {}, 'accounts/:id/lock': {}, 'accounts/:id/unlock': {}, 'accounts/:id/reset': {}, 'me/sessions/:id/revoke': {},
  'integrity/reports/:id/question': { text: '请问当时还有谁在场？' }, 'integrity/reports/:id/identify': { enterpriseId: NOWHERE }, 'integrity/reports/:id/decide': { outcome: 'not_confirmed', ...reason },
  'integrity/recusals/:id/end': reason, 'integrity/declarations/:id/end': reason, 'integrity/inspectors/:id/end': {},
};

const REGISTER = new Set(['parks', 'departments', 'enterprises', 'cadres', 'leaves', 'assignments', 'guide-items', 'planned-visits', 'matters']);

/** Whether somebody who may take a route sees the object of a place, by section 9 of the domain. Each site's objects are those of its own people. */
function sees({ roles, kind, sites, name }: Asker, object: string, where: SiteName): boolean {
  if (!sites.includes(where)) return false;
  if (REGISTER.has(object) || kind === 'client' || roles.some((role) => ['supervisor', 'admin', 'county', 'operator'].includes(role))) return true;
  // A reminder is for whom it was sent to: the handler.
  return where === 'own' && (object !== 'supervision/reminders' || name === 'handler');
}

type Sight = (asker: Reader, isTheirs: boolean) => boolean;
const everybody: Sight = () => true;
const theirsAlone: Sight = (_asker, isTheirs) => isTheirs;
const ofThePark: Sight = ({ roles }, isTheirs) => !roles.includes('county') && !isTheirs;
const ofTheCounty: Sight = ({ roles }, isTheirs) => roles.includes('county') && !isTheirs;

/**
 * Who sees what has readers of its own, of those that may take its routes and have its park in scope: by section 8, and ADRs 15 to 17. Nobody sees what inspectors keep
 * about them, and those of the county and of its parks do not see each other's; what was declared is one's own, too.
 */
const APART: Readonly<Record<string, Sight>> = {
  'integrity/reports': ofThePark, 'integrity/reports about a new inspector': ofThePark, 'integrity/reports about an inspector': ofTheCounty, 'integrity/reports about a county’s inspector': ofTheCounty,
  'integrity/recusals': ofThePark, 'integrity/recusals about a new inspector': ofThePark, 'integrity/recusals of the county': ofTheCounty, 'integrity/recusals of the county about its inspector': ofTheCounty,
  'integrity/declarations': everybody, 'integrity/declarations of a new inspector': everybody, 'integrity/inspectors': everybody, 'integrity/inspectors of the county': everybody,
  'clients': everybody, 'clients of another park': everybody, 'accounts': everybody, 'accounts of an inspector': everybody, 'accounts of a county’s inspector': everybody, 'accounts of the operator': () => false,
  'me/sessions': theirsAlone,
};

/** Who looks after which accounts: whoever gives a password can sign in with it. */
const KEPT_BY: Readonly<Record<string, Role | undefined>> = { 'accounts': 'admin', 'accounts of an inspector': 'inspector' };

/** What is seen and not theirs to do, though they have the role for it. */
function mayNot({ roles }: Asker, { method, path }: RouteAccess, key: string, isTheirs: boolean): boolean {
  if (method === 'GET') return false;
  if (path.startsWith('accounts/')) return !roles.some((role) => role === KEPT_BY[key]);
  // Who is recused does not free themselves; and a park's inspectors do not choose who reads of them.
  return key.startsWith('integrity/declarations') ? isTheirs : key === 'integrity/inspectors of the county' && !roles.includes('county');
}

/** What is answered to a write that is in order, by whoever sees what it is about: all of that has come to its end. What does change something is undone. */
const ENDED: readonly (readonly [RegExp, string])[] = [[/^clients\//, 'client-revoked'], [/^integrity\/reports\//, 'report-decided'], [/^integrity\/(?:recusals|declarations)\//, 'conflict-ended']];

describe('the matrix', () => {
  let app: TestApp;
  let sites: Readonly<Record<SiteName, Site>>;
  let askers: ReadonlyMap<string, Asker>;
  /** By their reports. */
  let files: ReadonlyMap<string, string>;
  let cells = 0;
  let compared = 0;

  beforeAll(async () => {
    app = await startApp();
    sites = await addApart(app, await makeSites(app));
    await mixThePark();
    await letConflictsLast(app, sites);
    files = new Map((await app.sql<{ report: string; file: string }>('SELECT report_id AS report, id AS file FROM integrity_file')).map(({ report, file }) => [report, file]));
    await app.app.get(Sealer).seal();
    const all = new Map<string, Asker>();
    for (const role of ROLES) {
      all.set(role, {
        name: role, kind: role === 'operator' ? 'operator' : 'cadre', roles: [role], scopes: [], cadreId: app.cadres[role], departmentId: app.departmentId,
        voice: await voiceOf(app, role, role === 'operator' ? { operator: true } : {}), sites: scopeOf(role),
      });
    }
    for (const [name, [worker, ...roles]] of Object.entries(INSPECTORS)) {
      const { ids, subjects, departmentId } = sites.own;
      all.set(name, { name, kind: 'cadre', roles, scopes: [], cadreId: ids[worker], departmentId, voice: await voiceOf(app, subjects[worker]), sites: scopeOf(roles[0] ?? 'inspector') });
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
  const at = (route: RouteAccess, id: string, of = id): string => route.path.replace(':id', id).replace(':year', '2026').replace(':fileId', files.get(of) ?? NOWHERE);

  it('has a body for every write about an object', () => {
    const bare = ROUTES.filter(({ method, path }) => method !== 'GET' && path.includes(':id') && !(path in BODIES) && !/^tickets\/:id\//.test(path));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it.each(named.filter(([, { path }]) => !path.includes(':id')))('%s: everybody', async (_name, route) => {
    for (const name of ASKERS) {
      const who = asker(name);
      const body = route.method === 'GET' ? undefined : NO_SUCH_FIELD;
      const park = route.method === 'GET' && !/^(?:me|calendar\/.*|changes)$/.test(route.path) ? `?parkId=${app.parkId}` : '';
      const { status } = await ask(app, who.voice, route.method, `${at(route, '')}${park}`, body);
      const expected = !may(route, who) ? 403 : route.method === 'GET' ? 200 : 400;
      expect({ name, status }).toEqual({ name, status: expected });
      cells += 1;
    }
  });

  /** Every key of a site's objects that a route is about. */
  const keysOf = (route: RouteAccess): string[] => {
    const kind = route.path.split('/:id')[0] ?? '';
    return Object.keys(sites.own.objects).filter((key) => key === kind || key.startsWith(`${kind} `));
  };

  it('has an object of each kind everywhere, and each is asked about', () => {
    const asked = new Set(ROUTES.filter(({ path }) => path.includes(':id')).flatMap((route) => keysOf(route)));
    expect(named.filter(([, route]) => route.path.includes(':id') && keysOf(route).length === 0).map(([name]) => name)).toEqual([]);
    for (const where of SITES) expect({ where, keys: Object.entries(sites[where].objects).flatMap(([key, id]) => (id === '' ? [] : [key])).sort() }).toEqual({ where, keys: [...asked].sort() });
    expect(Object.keys(APART).filter((key) => !asked.has(key))).toEqual([]);
  });

  /** What somebody who may take a route is answered about an object. */
  function fateOf(who: Asker, route: RouteAccess, key: string, where: SiteName): { readonly status: number; readonly code?: string } {
    const { method, path } = route;
    const about = ABOUT[key];
    const isTheirs = about !== undefined && who.cadreId === sites[where].ids[about];
    const sight = APART[key];
    // Whoever was told the name of a client may grant it something in their own park; only its own park keeps its secrets.
    const seen = path === 'clients/:id/grant' || (sight === undefined ? sees(who, key, where) : who.sites.includes(where) && sight(who, isTheirs) && !(path === 'clients/:id/rotate' && key === 'clients of another park'));
    if (!seen) return { status: 404, code: 'not-found' };
    if (mayNot(who, route, key, isTheirs)) return { status: 403, code: 'forbidden' };
    if (method === 'GET') return { status: 200 };
    if (sight === undefined) return { status: 400, code: 'malformed' };
    const [, code] = ENDED.find(([pattern]) => pattern.test(path)) ?? [];
    return code === undefined ? { status: 200 } : { status: 409, code };
  }

  /** Takes back what a write has changed, so that the next finds the same. */
  async function undo({ path }: RouteAccess, key: string, where: SiteName, id: string): Promise<void> {
    if (path === 'integrity/inspectors/:id/end') await app.sql('UPDATE cadre SET roles = $1 WHERE id = $2', [key === 'integrity/inspectors' ? ['inspector'] : ['inspector', 'county'], id]);
    if (path === 'me/sessions/:id/revoke') await aSession(app, await anAccountAnyway(app, sites[where].ids.officer, ''), id);
  }

  it.each(named.filter(([, { path }]) => path.includes(':id')))('%s: everybody, about objects of everywhere', async (_name, route) => {
    const body = route.method === 'GET' ? undefined : await bodyOf(route);
    for (const name of ASKERS) {
      const who = asker(name);
      const allowed = may(route, who);
      const missing = new Map<string, Awaited<ReturnType<typeof ask>>>();
      for (const key of keysOf(route)) {
        for (const where of SITES) {
          const id = sites[where].objects[key] ?? '';
          const told = { name, key, where };
          const fate = allowed ? fateOf(who, route, key, where) : { status: 403, code: 'forbidden' };
          // Who sees it is answered: a read with it, a write by what is wrong with its body, or with it.
          const answer = await ask(app, who.voice, route.method, at(route, id), fate.status === 400 ? NO_SUCH_FIELD : body);
          expect({ ...told, status: answer.status, ...(answer.status < 400 ? {} : { code: answer.body['code'] }) }).toEqual({ ...told, ...fate });
          if (fate.status === 404) {
            const address = at(route, NOWHERE, id);
            const nothing = missing.get(address) ?? await ask(app, who.voice, route.method, address, body);
            missing.set(address, nothing);
            // Not a letter tells it from what is not there.
            expect({ ...told, status: 404, text: answer.text.replace(id, NOWHERE) }).toEqual({ ...told, status: nothing.status, text: nothing.text });
          } else if (fate.status === 200 && route.method !== 'GET') await undo(route, key, where, id);
          cells += 1;
        }
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
      .replaceAll(':today', `'2026-03-02'::date`).replaceAll(':visitor', String(who.roles.includes('officer') || who.roles.includes('leader')))
      .replaceAll(':inspects', String(who.roles.includes('inspector'))).replaceAll(':county', String(who.roles.includes('county')));
    return (await app.sql<{ id: string }>(text)).map(({ id }) => id).sort();
  }

  it('compares every list of the API, but for those below an object, which the object stands for', () => {
    const lists = ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes(':')).map(({ path }) => path);
    const known = new Set([...Object.keys(LISTS).map((list) => list.split('?')[0]), 'parks', 'me', 'me/worklist', 'me/sessions', 'changes', 'journal/head', 'journal/verify', 'integrity/verify']);
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
    for (const name of ['officer', 'leader', 'handler', 'supervisor']) {
      const who = asker(name);
      const { body } = await ask(app, who.voice, 'GET', 'me/worklist');
      const { visits, tickets } = body as { visits: { assignmentId: string }[]; tickets: { ticketId: string }[] };
      const duties = await idsSeen('SELECT id FROM assignment WHERE park_id = :park AND cadre_id = :me AND next_due_on IS NOT NULL', undefined, who, app.parkId);
      const handled = await idsSeen('SELECT id FROM ticket WHERE park_id = :park AND handler_id = :me AND ended_at IS NULL', undefined, who, app.parkId);
      expect({ name, ids: [visits.map(({ assignmentId }) => assignmentId).sort(), tickets.map(({ ticketId }) => ticketId).sort()] }).toEqual({ name, ids: [duties, handled] });
      compared += 1;
    }
  });

  it('me/sessions: are one’s own that stand, until one ends them', async () => {
    for (const name of [...ROLES, ...Object.keys(INSPECTORS)]) {
      const who = asker(name);
      // An operator of the key for trying has no account here.
      if (who.cadreId !== null && name !== 'operator') {
        const account = await anAccountAnyway(app, who.cadreId, name.replaceAll(' ', '.'));
        for (const hours of [12, 12, -1]) await aSession(app, account, undefined, hours);
      }
      const standing = `SELECT g.id FROM oidc_payload g JOIN account a ON a.id = g.account_id WHERE g.model = 'Grant' AND a.cadre_id = :me AND g.expires_at > '${app.clock.now().toISOString()}'`;
      for (const ended of [false, true]) {
        const expected = await idsSeen(standing, undefined, who, app.parkId);
        const { items, total } = await whole(who.voice, 'me/sessions', undefined);
        expect({ name, ended, ids: items.map(({ id }) => id).sort(), total }).toEqual({ name, ended, ids: expected, total: expected.length });
        compared += 1;
        if (!ended && name !== 'operator') expect((await ask(app, who.voice, 'POST', `me/sessions/${expected[0] ?? ''}/revoke`)).status).toBe(200);
      }
    }
  });

  it('integrity/verify: is of the parks in scope, and says how long a chain is to the county’s alone', async () => {
    for (const name of ['inspector', ...Object.keys(INSPECTORS)]) {
      const who = asker(name);
      for (const where of SITES.filter((site) => site !== 'department')) {
        const { parkId } = sites[where];
        const { status, body } = await ask(app, who.voice, 'GET', `integrity/verify?parkId=${parkId}`);
        const [{ count } = { count: 0 }] = await app.sql<{ count: number }>('SELECT count(*)::integer AS count FROM integrity_entry WHERE park_id = $1', [parkId]);
        const said = { status, valid: body['valid'], length: (body['head'] as { number: number } | null | undefined)?.number };
        expect({ name, where, ...said }).toEqual({ name, where, ...(who.sites.includes(where) ? { status: 200, valid: true, length: who.roles.includes('county') ? count : undefined } : { status: 404 }) });
        compared += 1;
      }
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
    const readers: Asker[] = [asker('supervisor'), asker('admin'), asker('county'), ...Object.keys(INSPECTORS).map(asker), asker('changes:read'), await machine(['changes:read', 'tickets:read']), await machine(['changes:read', 'visits:read'])];
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
