import type { INestApplicationContext } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Role, systemActor } from '../kernel/actor';
import { addDays, atTime, BEGINNING, type Day, localDay } from '../kernel/day';
import { checkUscc } from '../enterprises/domain/uscc';
import { searchKeysOf } from '../enterprises/domain/name-search';
import { personSortKey } from '../cadres/domain/person-name';
import { DutiesService } from '../assignments/duties.service';
import { type GuideEntry, GuideService } from '../guide/guide.service';
import type { GuideVersion, ServiceLimits } from '../guide/domain/guide';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../parks/domain/policy';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { newId } from '../platform/ids';
import { type Happening, Journal } from '../platform/journal/journal';
import type { JournalData } from '../platform/journal/journal-data';
import { TicketSteps } from '../tickets/ticket-steps.service';
import { TicketsService } from '../tickets/tickets.service';
import guide from '../../data/demo-guide.json';
import demo from '../../data/demo-park.json';
import notes from '../../data/visit-notes.json';
import { loadTickets } from './demo-tickets';
import { DEMO_PARK_ID, DEMO_PERSONS, DEMO_SECOND_PARK_ID, demoSubject } from './demo-ids';

// Two processes that start at once load one demo park.
const DEMO_LOCK = 7_215_004;
const EXITED_DAYS_AGO = 10;
const DAY_MS = 86_400_000;

type Row = Readonly<Record<string, unknown>>;

/** Rows of the demo park as they go into the tables, and what the journal says of them. */
interface Scene {
  readonly em: EntityManager;
  readonly parkId: string;
  readonly today: Day;
  readonly now: Date;
  readonly issuer: string;
  readonly entries: Happening[];
}

/**
 * Loads the demo park, relative to today, into a database that has no park yet: so the overdue list always has something to show.
 * Answers whether it did.
 */
export async function loadDemo(app: INestApplicationContext, issuer: string): Promise<boolean> {
  const database = app.get(Database);
  const journal = app.get(Journal);
  const duties = app.get(DutiesService);
  const guideService = app.get(GuideService);
  const now = app.get(Clock).now();
  const system = systemActor('demo', [DEMO_PARK_ID, DEMO_SECOND_PARK_ID]);
  const today = localDay(now, demo.park.timeZone);
  return database.transact(system, async (em) => {
    await em.query('SELECT pg_advisory_xact_lock($1)', [DEMO_LOCK]);
    const [present]: { some: boolean }[] = await em.query('SELECT EXISTS (SELECT FROM park) AS some');
    if (present?.some === true) return false;
    const scene: Scene = { em, parkId: DEMO_PARK_ID, today, now, issuer, entries: [] };
    await loadPark(scene, DEMO_PARK_ID, demo.park);
    await loadPark({ ...scene, parkId: DEMO_SECOND_PARK_ID }, DEMO_SECOND_PARK_ID, { ...demo.park, ...demo.secondPark });
    const departments = await loadDepartments(scene);
    const cadres = await loadCadres(scene, departments);
    await loadAccounts(scene, cadres);
    const enterprises = await loadEnterprises(scene);
    await loadVisits(scene, enterprises, cadres);
    await loadAssignments(scene, enterprises, cadres);
    await journal.appendAll(em, system, scene.entries);
    const entries = guideEntries(scene, departments);
    for (const entry of entries) await guideService.enter(em, system, entry);
    for (const id of enterprises.values()) {
      await duties.judgeEnterprise(em, system, { parkId: DEMO_PARK_ID, enterpriseId: id, cause: { type: 'demo.loaded', id: DEMO_PARK_ID }, now });
    }
    await loadTickets({
      em, parkId: DEMO_PARK_ID, now, today, enterpriseIds: demo.enterprises.filter(({ status }) => status === 'in_production').map(({ key }) => idOf(enterprises, key)),
      cadres: demo.cadres.map(({ key, department, roles }) => ({ key, id: idOf(cadres, key), departmentId: idOf(departments, department), roles: roles as Role[] })),
      guide: entries.map(({ id, first }) => ({ id, category: first.category, departmentId: first.departmentId })), tickets: app.get(TicketsService), steps: app.get(TicketSteps),
    });
    return true;
  });
}

async function loadPark(scene: Scene, id: string, park: { code: string; name: string; countyCode: string; timeZone: string; goLiveDaysAgo: number }): Promise<void> {
  const { now, today } = scene;
  const goLiveOn = addDays(today, -park.goLiveDaysAgo);
  await insert(scene, 'park', [{ id, code: park.code, name: park.name, county_code: park.countyCode, time_zone: park.timeZone, go_live_on: goLiveOn, ...stamps(now) }]);
  await insert(scene, 'park_policy', [{ id: newId(now), park_id: id, effective_from: BEGINNING, ...DEFAULT_POLICY, created_at: now }]);
  await insert(scene, 'working_hours', [{ id: newId(now), park_id: id, effective_from: BEGINNING, windows: DEFAULT_WORKING_HOURS, created_at: now }]);
  scene.entries.push({ type: 'park.created', parkId: id, subject: { type: 'park', id }, at: now, effectiveOn: today, data: { code: park.code, goLiveOn } });
}

async function loadDepartments(scene: Scene): Promise<ReadonlyMap<string, string>> {
  const ids = new Map(demo.departments.map(({ key }) => [key, newId(scene.now)]));
  await insert(scene, 'department', demo.departments.map(({ key, name }) => ({
    id: ids.get(key), park_id: scene.parkId, name, kind: 'department', assigning: key === 'service', ...stamps(scene.now),
  })));
  note(scene, 'department.added', 'department', [...ids].map(([key, id]) => ({ id, data: { assigning: key === 'service' } })));
  return ids;
}

/** The guide has stood for as long as the park has been live, so that every ticket of the demo finds the limits of its day. */
function guideEntries({ now, today, parkId }: Scene, departments: ReadonlyMap<string, string>): GuideEntry[] {
  const effectiveFrom = addDays(today, -demo.park.goLiveDaysAgo);
  return guide.items.map(({ code, name, category, department, steps, materials, limits }): GuideEntry => {
    const { normal, urgent, critical } = limits;
    const within = { normal: serviceLimits(normal), ...(urgent && { urgent: serviceLimits(urgent) }), ...(critical && { critical: serviceLimits(critical) }) };
    const first: GuideVersion = { effectiveFrom, name, category, departmentId: idOf(departments, department), steps, materials, limits: within, active: true };
    return { id: newId(now), parkId, code, first, now };
  });
}

function serviceLimits({ respondHours, resolveDays }: { respondHours: number; resolveDays: number }): ServiceLimits {
  return { respondWithin: { unit: 'workingHours', amount: respondHours }, resolveWithin: { unit: 'workingDays', amount: resolveDays } };
}

async function loadCadres(scene: Scene, departments: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const ids = new Map(demo.cadres.map(({ key }) => [key, newId(scene.now)]));
  await insert(scene, 'cadre', demo.cadres.map(({ key, name, department, roles, phone }) => ({
    id: ids.get(key), park_id: scene.parkId, department_id: departments.get(department), name, sort_key: personSortKey(name), roles, phone, issuer: scene.issuer,
    subject: demoSubject(key), active: true, ...stamps(scene.now),
  })));
  note(scene, 'cadre.added', 'cadre', demo.cadres.map(({ key, department, roles }) => ({ id: idOf(ids, key), data: { departmentId: idOf(departments, department), roles, active: true } })));
  return ids;
}

/** For whoever tries the built-in issuer: under the words that `npm run token` knows, and without a password until `npm run account` gives one. */
async function loadAccounts(scene: Scene, cadres: ReadonlyMap<string, string>): Promise<void> {
  const { now, parkId } = scene;
  const accounts = DEMO_PERSONS.map((login) => ({ id: newId(now), login, cadreId: cadres.get(login) }));
  await insert(scene, 'account', accounts.map(({ id, login, cadreId = null }) => ({ id, park_id: cadreId === null ? null : parkId, cadre_id: cadreId, login, must_change: true, failures: 0, ...stamps(now) })));
  await insert(scene, 'account_credential', accounts.map(({ id }) => ({ account_id: id, old_hashes: [] })));
  note(scene, 'account.created', 'account', accounts.flatMap(({ id, cadreId }) => (cadreId === undefined ? [] : [{ id, data: { cadreId } }])));
}

async function loadEnterprises(scene: Scene): Promise<ReadonlyMap<string, string>> {
  const { now, today, parkId } = scene;
  const ids = new Map(demo.enterprises.map(({ key }) => [key, newId(now)]));
  await insert(scene, 'enterprise', demo.enterprises.map((one) => {
    const { searchText, searchPieces, sortKey } = searchKeysOf(one.name);
    const { status, on } = lastStatus(one, today);
    const visited = Math.min(...one.visitsDaysAgo, ...one.leaderVisitsDaysAgo);
    return {
      id: ids.get(one.key), park_id: parkId, name: one.name, search_text: searchText, search_pieces: searchPieces, sort_key: sortKey, uscc: one.uscc,
      uscc_warning: checkUscc(one.uscc).result === 'warning', status, status_on: on, address: one.address, location_lng: one.location.lng, location_lat: one.location.lat,
      location_datum: one.location.datum, tags: one.tags, last_visit_on: addDays(today, -visited), ...stamps(now),
    };
  }));
  await insert(scene, 'enterprise_contact', demo.enterprises.flatMap((one) => one.contacts.map((contact, position) => ({
    id: newId(now), park_id: parkId, enterprise_id: ids.get(one.key), position, ...contact, changed_at: new Date(now.getTime() - one.assignedDaysAgo * DAY_MS),
  }))));
  await insert(scene, 'enterprise_status', demo.enterprises.flatMap((one) => {
    const begun = addDays(today, -one.assignedDaysAgo);
    const { status, on } = lastStatus(one, today);
    const history = on === begun ? [{ status, on }] : [{ status: 'in_production', on: begun }, { status, on }];
    return history.map((step) => ({ id: newId(now), park_id: parkId, enterprise_id: ids.get(one.key), status: step.status, on_date: step.on, recorded_at: now, recorded_by: 'system' }));
  }));
  note(scene, 'enterprise.registered', 'enterprise', demo.enterprises.map((one) => ({ id: idOf(ids, one.key), data: { ...lastStatus(one, today), usccWarning: checkUscc(one.uscc).result === 'warning' } })));
  return ids;
}

function lastStatus({ status, assignedDaysAgo }: { status: string; assignedDaysAgo: number }, today: Day): { status: string; on: Day } {
  if (status === 'suspended') return { status, on: today };
  return { status, on: addDays(today, -(status === 'exited' ? EXITED_DAYS_AGO : assignedDaysAgo)) };
}

async function loadAssignments(scene: Scene, enterprises: ReadonlyMap<string, string>, cadres: ReadonlyMap<string, string>): Promise<void> {
  const { now, today, parkId } = scene;
  const rows = demo.enterprises.flatMap((one) => (['officer', 'leader'] as const).map((capacity) => ({
    id: newId(now), park_id: parkId, enterprise_id: idOf(enterprises, one.key), cadre_id: idOf(cadres, one[capacity]), capacity, starts_on: addDays(today, -one.assignedDaysAgo),
    standing: 'ended', ...stamps(now),
  })));
  await insert(scene, 'assignment', rows);
  note(scene, 'assignment.started', 'assignment', rows.map(({ id, starts_on, enterprise_id, cadre_id, capacity }) => ({
    id, on: starts_on, data: { enterpriseId: enterprise_id, cadreId: cadre_id, capacity, startsOn: starts_on, predecessorId: null },
  })));
}

async function loadVisits(scene: Scene, enterprises: ReadonlyMap<string, string>, cadres: ReadonlyMap<string, string>): Promise<void> {
  const { parkId, today } = scene;
  const texts = notes.items.map(({ text }) => text);
  const made = demo.enterprises.flatMap((one) => [
    ...one.visitsDaysAgo.map((ago) => ({ one, ago, by: one.officer, hour: '10:00' })), ...one.leaderVisitsDaysAgo.map((ago) => ({ one, ago, by: one.leader, hour: '15:00' })),
  ]);
  const rows = made.map(({ one, ago, by, hour }, index) => {
    const on = addDays(today, -ago);
    const at = atTime(on, hour, demo.park.timeZone);
    const received = new Date(at.getTime() + 3_600_000);
    return {
      id: newId(received), park_id: parkId, enterprise_id: idOf(enterprises, one.key), author_id: cadres.get(by), occurred_at: at, device_offset_ms: 0, corrected_at: at, on_date: on,
      received_at: received, mode: 'on_site', contacts_met: [], topics: [], summary: texts[index % texts.length], review: 'none', ...stamps(received),
    };
  });
  await insert(scene, 'visit', rows);
  await insert(scene, 'visit_participant', rows.map(({ id, park_id, author_id, on_date, received_at }) => ({ park_id, visit_id: id, cadre_id: author_id, on_date, confirmed_at: received_at })));
  scene.entries.push(...rows.map((row): Happening => ({
    type: 'visit.imported', parkId, subject: { type: 'visit', id: row.id }, at: scene.now, effectiveOn: row.on_date, data: { enterpriseId: row.enterprise_id, on: row.on_date, mode: row.mode },
  })));
}

function note(scene: Scene, type: string, subject: string, rows: readonly { id: string; on?: Day; data: JournalData }[]): void {
  scene.entries.push(...rows.map(({ id, on, data }): Happening => ({ type, parkId: scene.parkId, subject: { type: subject, id }, at: scene.now, effectiveOn: on ?? scene.today, data })));
}

function idOf(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`The demo data name ${key}, which they do not have`);
  return id;
}

function stamps(at: Date): Row {
  return { version: 1, created_at: at, updated_at: at };
}

/** Many rows in one statement: columns that a row does not name are null. */
async function insert({ em }: Scene, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await em.query(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}
