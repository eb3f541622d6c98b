import { fullPath } from '../../src/identity/routes';
import type { Role } from '../../src/kernel/actor';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import { ISSUER, type TestApp } from './app';
import { aGuideItemBody, aSessionBody, aTicketBody, aUscc, aVisit } from './world';

/** Places seen from a department of a park: itself, another department of that park, another park of the county, and one of another county. */
export const SITES = ['own', 'department', 'park', 'county'] as const;
export type SiteName = (typeof SITES)[number];

/** Whom the cast of every test has already. */
const CAST = ['officer', 'leader', 'handler', 'colleague', 'supervisor', 'admin', 'inspector'] as const;
/** Who inspects beside them, each department with its own: one who administers and will inspect as well, one to be relieved, and two of the county's. Their names are found in no other text. */
const INSPECTING = {
  newInspector: { name: '欧阳兼任', roles: ['admin'] }, otherInspector: { name: '上官待免', roles: ['inspector'] }, countyInspector: { name: '诸葛督查', roles: ['inspector', 'county'] },
  otherCountyInspector: { name: '司马督查', roles: ['inspector', 'county'] },
} as const;
// A word of another script behind a name tells namesakes apart, and is no part of it.
const NAMED_AFTER: Readonly<Record<SiteName, string>> = { own: '东', department: '南', park: '西', county: '北' };
type Inspecting = keyof typeof INSPECTING;
export type Worker = (typeof CAST)[number] | Inspecting;

/** Who works somewhere, by the subjects and ids of their identities. */
interface People {
  readonly subjects: Readonly<Record<Worker, string>>;
  readonly ids: Readonly<Record<Worker, string>>;
}

/** Where something is, who works there, and one object of each kind, by its routes: what stands before `:id`. A word more tells kinds apart that have the same routes. */
export interface Site extends People {
  readonly parkId: string;
  readonly departmentId: string;
  readonly objects: Readonly<Record<string, string>>;
}

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface Voice {
  readonly token: string;
}

/** A caller's token, made once: the clock stands. */
export async function voiceOf(app: TestApp, subject: string, claims: Record<string, unknown> = {}): Promise<Voice> {
  return { token: await app.issuer.sign(subject, claims, app.clock.now()) };
}

/** Asks without a socket in between. The path is below `/api/v1`. */
export async function ask(app: TestApp, { token }: Voice, method: string, path: string, body?: object): Promise<Answered> {
  const response = await app.app.inject({
    method: method as 'GET', url: fullPath(path), headers: { authorization: `Bearer ${token}`, 'accept-language': 'en', ...(method === 'PATCH' ? { 'if-match': '"1"' } : {}) }, ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, text: response.body, body: response.body.startsWith('{') ? response.json<Record<string, unknown>>() : {} };
}

/** What somebody does who may; @throws Error when it is refused */
export async function doAs(app: TestApp, subject: string, path: string, body: object = {}): Promise<Record<string, unknown> & { readonly id: string }> {
  const response = await ask(app, await voiceOf(app, subject), 'POST', path, body);
  if (response.status >= 300) throw new Error(`${subject} ${path}: ${response.status} ${response.text}`);
  return response.body as { id: string };
}

/** The four of them, filled by the people who work there. */
export async function makeSites(app: TestApp): Promise<Readonly<Record<SiteName, Site>>> {
  const places = await makePlaces(app);
  const { officer, leader, handler, officer2: colleague, supervisor, admin, inspector } = app.cadres;
  const cast = {
    ids: { officer, leader, handler, colleague, supervisor, admin, inspector },
    subjects: { officer: 'officer', leader: 'leader', handler: 'handler', colleague: 'officer2', supervisor: 'supervisor', admin: 'admin', inspector: 'inspector' },
  };
  const made = async (where: SiteName, workers: readonly (typeof CAST)[number][]): Promise<Site> => {
    const place = places[where];
    const insert = async (worker: Worker, name: string, roles: readonly Role[]): Promise<[Worker, string]> => [worker, await insertCadre(app, place, { subject: `${where}-${worker}`, name, roles })];
    const inserted: [Worker, string][] = [];
    for (const worker of workers) inserted.push(await insert(worker, `${where}-${worker}`, [worker === 'colleague' ? 'officer' : worker]));
    for (const [worker, { name, roles }] of Object.entries(INSPECTING)) inserted.push(await insert(worker as Inspecting, `${name}${NAMED_AFTER[where]}`, roles));
    return fill(app, {
      ...place, ids: { ...cast.ids, ...Object.fromEntries(inserted) as Record<Inspecting, string> },
      subjects: { ...cast.subjects, ...Object.fromEntries(inserted.map(([worker]) => [worker, `${where}-${worker}`])) as Record<Inspecting, string> },
    });
  };
  return {
    own: await made('own', []),
    // Supervisors and administrators are the park's.
    department: await made('department', ['officer', 'leader', 'handler', 'colleague', 'inspector']),
    park: await made('park', CAST),
    county: await made('county', CAST),
  };
}

async function makePlaces(app: TestApp): Promise<Readonly<Record<SiteName, Pick<Site, 'parkId' | 'departmentId'>>>> {
  const parkId = '01950000-0000-7000-8000-000000000003';
  await app.sql(`INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at) SELECT $1, 'NEXT', 'NEXT', county_code, time_zone, go_live_on, 1, created_at, created_at FROM park WHERE id = $2`, [parkId, app.parkId]);
  const { visits, tickets, escalation, assessment, privacy } = DEFAULT_POLICY;
  await app.sql(`INSERT INTO park_policy (id, park_id, effective_from, visits, tickets, escalation, assessment, privacy, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, $3, $4, $5, $6, now())`, [parkId, visits, tickets, escalation, assessment, privacy]);
  await app.sql(`INSERT INTO working_hours (id, park_id, effective_from, windows, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, now())`, [parkId, JSON.stringify(DEFAULT_WORKING_HOURS)]);
  const department = async (of: string, name: string, assigning: boolean): Promise<string> => (await app.sql<{ id: string }>(
    `INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) VALUES (uuidv7(), $1, $2, 'department', $3, 1, now(), now()) RETURNING id`, [of, name, assigning]))[0]?.id ?? '';
  return {
    own: { parkId: app.parkId, departmentId: app.departmentId }, department: { parkId: app.parkId, departmentId: await department(app.parkId, '应急管理局', false) },
    park: { parkId, departmentId: await department(parkId, '产业服务部', true) }, county: { parkId: app.otherParkId, departmentId: app.otherDepartmentId },
  };
}

async function insertCadre(app: TestApp, { parkId, departmentId }: Pick<Site, 'parkId' | 'departmentId'>, { subject, name, roles }: { readonly subject: string; readonly name: string; readonly roles: readonly Role[] }): Promise<string> {
  const [row] = await app.sql<{ id: string }>(
    `INSERT INTO cadre (id, park_id, department_id, name, sort_key, roles, issuer, subject, active, version, created_at, updated_at)
     VALUES (uuidv7(), $1, $2, $3, $3, $4, $5, $6, true, 1, now(), now()) RETURNING id`, [parkId, departmentId, name, roles, ISSUER, subject]);
  return row?.id ?? '';
}

/** One object of each kind, made by those who would. */
async function fill(app: TestApp, { parkId, departmentId, subjects, ids }: Omit<Site, 'objects'>): Promise<Site> {
  const post = async (who: Worker, path: string, body?: object): ReturnType<typeof doAs> => doAs(app, subjects[who], path, body);
  const { id: enterprises } = await post('admin', 'enterprises', { name: '星野县联营食品有限公司', uscc: aUscc(), status: 'in_production', contacts: [{ name: '王小明', title: '总经理', phone: '13812345678' }] });
  const { id: assignments } = await post('admin', 'assignments', { enterpriseId: enterprises, cadreId: ids.officer, capacity: 'officer', startsOn: '2026-03-02' });
  await post('admin', 'assignments', { enterpriseId: enterprises, cadreId: ids.leader, capacity: 'leader', startsOn: '2026-03-02' });
  const { id: visits } = await post('officer', 'visits', aVisit(app, enterprises, { contactsMet: ['王小明'] }));
  const { id: plans } = await post('officer', 'planned-visits', { enterpriseId: enterprises, plannedOn: '2026-03-05' });
  const { id: leaves } = await post('admin', `cadres/${ids.colleague}/leaves`, { from: '2026-03-03', to: '2026-03-04' });
  const { id: guideItems } = await post('admin', 'guide-items', aGuideItemBody(app, { departmentId }));
  const { id: tickets } = await post('officer', 'tickets', aTicketBody(enterprises));
  await post('supervisor', `tickets/${tickets}/assign`, { handlerId: ids.handler });
  await post('handler', `tickets/${tickets}/accept`);
  const { id: linkages } = await post('supervisor', `tickets/${tickets}/linkages`, { reason: '需现场协调' });
  await post('supervisor', `tickets/${tickets}/name-lead`, { leadId: ids.leader });
  await post('leader', `linkages/${linkages}/team`, { cadreIds: [ids.colleague], departmentIds: [departmentId] });
  const session = await post('leader', `linkages/${linkages}/sessions`, aSessionBody(app, { participantIds: [ids.leader], followUps: [{ what: '协调停电窗口', cadreId: ids.officer, dueOn: '2026-12-01' }] }));
  const { id: reminders } = await post('supervisor', 'supervision/reminders', { ticketId: tickets, text: '请于今日内回复企业。' });
  const { id: matters } = await post('supervisor', 'matters', { title: '园区电压不稳', description: '多家企业反映频繁闪断。', ticketIds: [tickets] });
  const [followUp] = (session['sessions'] as { followUps: { id: string }[] }[])[0]?.followUps ?? [];
  return {
    parkId, departmentId, subjects, ids,
    objects: {
      parks: parkId, departments: departmentId, cadres: ids.colleague, enterprises, assignments, visits, 'planned-visits': plans, leaves, 'guide-items': guideItems, tickets, linkages, 'follow-ups': followUp?.id ?? '',
      'supervision/reminders': reminders, matters,
    },
  };
}
