import { EnterprisesService } from '../../src/enterprises/enterprises.service';
import { Jobs } from '../../src/platform/jobs/jobs';
import { type Caller, startApp, type TestApp } from '../support/app';

// Real codes of large companies: public facts. The last two fail the check of the organisation code inside.
const CODES = ['914403001922038216', '91440300708461136T', '91440300192317458F', '91440606722473344C', '9144030010001686XA', '911100001000044477',
  '911000001000013428', '91110000710926094P'];
const OLD_EXCEPTION = '91330000733796103E';
const OTHER_EXCEPTION = '914403001921814963';
const MONDAY = '2026-03-02T01:30:00.000Z';

let ledger: TestApp;
beforeAll(async () => { ledger = await startApp({ now: MONDAY }); });
afterAll(async () => ledger.close());

beforeEach(async () => {
  ledger.clock.set(MONDAY);
  // What only ever grows refuses to be emptied, but for a superuser without triggers.
  await ledger.sql('SET session_replication_role = replica; TRUNCATE enterprise, journal_entry, access_log, client_made_id CASCADE; RESET session_replication_role');
});

/** Of a resource, a list or a problem: whatever a test looks at. */
interface Answer {
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string }[];
  readonly items: readonly Answer[];
  readonly nextCursor: string | null;
  readonly [field: string]: unknown;
}
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Answer;
}

const replies = (caller: Caller) => ({
  get: async (path: string): Promise<Reply> => caller.get(path),
  post: async (path: string, body: object): Promise<Reply> => caller.post(path, body),
  patch: async (path: string, body: object, etag?: string): Promise<Reply> => caller.patch(path, body, etag),
});
const as = (who: keyof TestApp['cadres']) => replies(ledger.as(who));
const asClient = (scopes: string) => replies(ledger.asClient(scopes));
const asNobody = () => replies(ledger.asNobody());

async function register(fields: object = {}, who: 'admin' | 'stranger' = 'admin'): Promise<Answer> {
  const { body, status } = await as(who).post('/enterprises', { name: '长沙健康食品有限公司', uscc: CODES[0], status: 'in_production', ...fields });
  expect(status).toBe(201);
  return body;
}

const read = async (id: string): Promise<Answer> => (await as('officer').get(`/enterprises/${id}`)).body;
const namesFound = async (query: string): Promise<string[]> => {
  const { body, status } = await as('officer').get(`/enterprises?${query}`);
  expect(status).toBe(200);
  return body.items.map(({ name }) => name);
};
const search = async (q: string): Promise<string[]> => namesFound(`q=${encodeURIComponent(q)}`);
const journal = async (type: string) => ledger.sql<{ data: object; effective_on: string; actor_id: string }>(
  'SELECT data, effective_on::text, actor_id FROM journal_entry WHERE type = $1 ORDER BY id', [type]);
const history = async (id: string) => ledger.sql(
  'SELECT status, on_date::text AS on, replaced_at IS NULL AS stands FROM enterprise_status WHERE enterprise_id = $1 ORDER BY recorded_at, on_date', [id]);

async function visited(enterpriseId: string, on: string, state: { mode?: string; review?: string; voided?: boolean } = {}): Promise<string> {
  const { mode = 'on_site', review = 'none', voided = false } = state;
  const reviewed = review === 'accepted' || review === 'rejected';
  const [row] = await ledger.sql<{ id: string }>(
    `INSERT INTO visit (id, park_id, enterprise_id, author_id, occurred_at, device_offset_ms, corrected_at, on_date, received_at,
       mode, contacts_met, topics, summary, review, reviewed_at, reviewed_by,
       voided_at, voided_by, void_reason, version, created_at, updated_at)
     SELECT uuidv7(), $1, $2, $3, t, 0, t, $4, t, $5, '{}', '{}', '走访', $6, CASE WHEN $7 THEN t END, CASE WHEN $7 THEN $3::uuid END, CASE WHEN $8 THEN t END,
       CASE WHEN $8 THEN $3::uuid END,
       CASE WHEN $8 THEN 'mistake' END, 1, t, t FROM (SELECT $4::timestamptz AS t) at RETURNING id`,
    [ledger.parkId, enterpriseId, ledger.cadres.officer, on, mode, review, reviewed, voided]);
  return row?.id ?? '';
}

/** Pages that a query of the application's role touches. */
async function pagesRead(query: string): Promise<number> {
  await ledger.sql('BEGIN');
  try {
    await ledger.sql('SET LOCAL ROLE ledger_app');
    await ledger.sql("SELECT set_config('ledger.parks', $1, true), set_config('search_path', 'public,extensions', true)", [ledger.parkId]);
    const [row] = await ledger.sql<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${query}`);
    const { 'Shared Hit Blocks': hit = 0, 'Shared Read Blocks': fetched = 0 } = row?.['QUERY PLAN'][0].Plan ?? {};
    return hit + fetched;
  } finally {
    await ledger.sql('ROLLBACK');
  }
}

describe('registering', () => {
  it('keeps what was given, normalised, and shows contacts masked', async () => {
    const created = await as('admin').post('/enterprises', {
      name: '  长沙健康食品有限公司 ', uscc: '９１４４ 0300-70846 1136t', industryCode: 'C1431', address: '健康大道 18 号', location: { lng: 113.08, lat: 28.25, datum: 'gcj02' },
      contacts: [{ name: '王小明', title: '总经理', phone: '+86 138 1234 5678' }, { name: '欧阳修', phone: '(0731) 8888 1234' }], contactPreference: '上午',
      tags: ['规上', '食品'],
    });
    expect(created.status).toBe(201);
    expect(created.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
    expect(created.body).toEqual({
      id: expect.any(String) as string, parkId: ledger.parkId, name: '长沙健康食品有限公司', uscc: '91440300708461136T', usccWarning: false, industryCode: 'C1431',
      status: 'signed', statusOn: '2026-03-02', nextStatus: null, nextStatusOn: null, address: '健康大道 18 号', location: { lng: 113.08, lat: 28.25, datum: 'gcj02' },
      contacts: [{ name: '王*', title: '总经理', phone: '138****5678' }, { name: '欧阳*', title: null, phone: '0731-****1234' }], contactPreference: '上午',
      tags: ['规上', '食品'], contactsErasedAt: null, lastVisitOn: null, visitsLast30Days: 0, version: 1, createdAt: MONDAY, updatedAt: MONDAY,
    });
    const { id } = created.body;
    expect(await read(id)).toEqual(created.body);
    expect(await history(id)).toEqual([{ status: 'signed', on: '2026-03-02', stands: true }]);
    expect(await journal('enterprise.registered')).toEqual([{ data: { status: 'signed', on: '2026-03-02', usccWarning: false }, effective_on: '2026-03-02',
      actor_id: ledger.cadres.admin }]);
  });

  it('registers on the day of the park, which begins before that of UTC', async () => {
    ledger.clock.set('2026-03-02T16:30:00.000Z');
    expect(await register()).toMatchObject({ statusOn: '2026-03-03' });
  });

  it.each([
    ['9144030019220382', 'length'], ['9144030010001686XI', 'alphabet'], ['362322198709086409', 'head-pair'], ['914403001922038217', 'check-digit'],
  ])('refuses the code %s: %s', async (uscc, reason) => {
    const { status, body } = await as('admin').post('/enterprises', { name: '甲', uscc });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'uscc-invalid', detail: expect.stringContaining(reason) as string, errors: [{ pointer: '/uscc', code: 'uscc-invalid' }] });
  });

  it('lets an administrator alone accept an old exception', async () => {
    const asked = await as('admin').post('/enterprises', { name: '甲', uscc: OLD_EXCEPTION });
    expect([asked.status, asked.body.code, asked.body.errors[0]?.pointer]).toEqual([422, 'uscc-organisation-check', '/uscc']);
    const client = await asClient('enterprises:write').post('/enterprises', { name: '甲', uscc: OLD_EXCEPTION, usccOverride: true });
    expect([client.status, client.body.code]).toEqual([403, 'forbidden']);
    expect(await register({ uscc: OLD_EXCEPTION, usccOverride: true })).toMatchObject({ uscc: OLD_EXCEPTION, usccWarning: true });
  });

  it('takes a code once per park', async () => {
    await register();
    const again = await as('admin').post('/enterprises', { name: '乙', uscc: CODES[0] });
    expect([again.status, again.body.code]).toEqual([409, 'uscc-taken']);
    await register({}, 'stranger');
  });

  it('creates once for one client-made id', async () => {
    const id = '019cabc0-0000-7000-8000-000000000001';
    const body = { id, name: '甲', uscc: CODES[0], contacts: [{ name: '王小明', phone: '13812345678' }] };
    const first = await as('admin').post('/enterprises', body);
    const second = await as('admin').post('/enterprises', body);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    const other = await as('admin').post('/enterprises', { ...body, name: '乙' });
    expect([other.status, other.body.code]).toEqual([409, 'id-taken']);
    expect(await journal('enterprise.registered')).toHaveLength(1);
  });

  it.each([
    [{ industryCode: 'Z14' }, '/industryCode'], [{ industryCode: 'C1' }, '/industryCode'],
    [{ contacts: [{ name: '王小明', phone: '12345' }] }, '/contacts/0/phone'],
    [{ contacts: [{ name: '王*' }] }, '/contacts/0/name'], [{ location: { lng: 113, lat: 28 } }, '/location/datum'],
    [{ location: { lng: 113, lat: 95, datum: 'wgs84' } }, '/location/lat'],
    [{ tags: ['食品', '食品'] }, '/tags'], [{ status: 'gone' }, '/status'], [{ lastVisitOn: '2026-01-01' }, '/lastVisitOn'],
  ])('refuses %j', async (fields, pointer) => {
    const { status, body } = await as('admin').post('/enterprises', { name: '甲', uscc: CODES[0], ...fields });
    expect([status, body.errors.map((one) => one.pointer)]).toEqual([400, [pointer]]);
  });

  it('is for administrators and clients with the scope', async () => {
    const request = { name: '甲', uscc: CODES[0] };
    expect((await as('officer').post('/enterprises', request)).status).toBe(403);
    expect((await asClient('enterprises:read').post('/enterprises', request)).status).toBe(403);
    expect((await asNobody().post('/enterprises', request)).status).toBe(401);
    expect((await asClient('enterprises:write').post('/enterprises', request)).status).toBe(201);
  });
});

describe('finding', () => {
  const NAMES = ['长沙健康食品有限公司', '什邡酒业', '重庆重型机械', '单县食品', '100%果汁', 'ABC_科技（长沙）', '张家界茶业', '六安茶业'];
  beforeEach(async () => {
    for (const [index, name] of NAMES.entries()) await register({ name, uscc: CODES[index], tags: index % 2 === 0 ? ['偶'] : [] });
  });

  it.each([
    ['食', ['长沙健康食品有限公司', '单县食品']], ['健康食', ['长沙健康食品有限公司']], ['长沙', ['ABC_科技（长沙）', '长沙健康食品有限公司']], ['(长沙)', ['ABC_科技（长沙）']], ['不存在', []],
    ['JKSP', ['长沙健康食品有限公司']], ['sfjy', ['什邡酒业']], ['sxsp', ['单县食品']], ['cqzx', ['重庆重型机械']], ['abc', ['ABC_科技（长沙）']],
    ['%', ['100%果汁']], ['_', ['ABC_科技（长沙）']], ['0%果', ['100%果汁']], ['0_果', []], ['\\', []],
    ['91440300708461136T', ['什邡酒业']], ['9144-0606', ['单县食品']], ['911100', ['ABC_科技（长沙）', '六安茶业']], ['4300', []],
  ])('%j finds %j', async (q, expected) => {
    expect(await search(q)).toEqual(expected);
  });

  it('filters by tag and status, together with a search', async () => {
    expect(await namesFound(`tag=${encodeURIComponent('偶')}&q=${encodeURIComponent('食')}`)).toEqual(['长沙健康食品有限公司']);
    expect(await namesFound('status=suspended')).toEqual([]);
    expect(await namesFound('status=in_production')).toHaveLength(NAMES.length);
  });

  it('pages in pinyin order without a gap or a repetition', async () => {
    const seen: string[] = [];
    let next = '';
    do {
      const { body } = await as('officer').get(`/enterprises?limit=3${next}`);
      seen.push(...body.items.map(({ name }) => name));
      next = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (next !== '');
    expect(seen).toEqual(['100%果汁', 'ABC_科技（长沙）', '长沙健康食品有限公司', '重庆重型机械', '六安茶业', '单县食品', '什邡酒业', '张家界茶业']);
    const first = await as('officer').get('/enterprises?limit=3');
    const other = await as('officer').get(`/enterprises?limit=3&q=a&cursor=${first.body.nextCursor}`);
    expect([other.status, other.body.code]).toEqual([400, 'cursor-invalid']);
  });

  it('finds those whom a cadre owes visits today', async () => {
    const [first, second, third] = (await as('admin').get('/enterprises')).body.items;
    const assign = async (enterprise: { id: string } | undefined, starts: string, ends: string | null, standing: string) => ledger.sql(
      `INSERT INTO assignment (id, park_id, enterprise_id, cadre_id, capacity, starts_on, ends_on, standing, next_due_on, version, created_at, updated_at)
       VALUES (uuidv7(), $1, $2, $3, 'officer', $4, $5, $6, CASE WHEN $6 = 'owed' THEN date '2026-03-10' END, 1, now(), now())`,
      [ledger.parkId, enterprise?.id, ledger.cadres.officer, starts, ends, standing]);
    await assign(first, '2026-03-02', null, 'owed');
    await assign(second, '2026-03-03', null, 'owed');
    await assign(third, '2026-02-01', '2026-03-02', 'ended');
    expect(await namesFound(`cadreId=${ledger.cadres.officer}`)).toEqual([first?.name]);
    expect(await namesFound(`cadreId=${ledger.cadres.officer2}`)).toEqual([]);
  });

  it('shows no other park, in a list, a search or by id', async () => {
    const [one] = (await as('admin').get('/enterprises?q=sfjy')).body.items;
    const id = one?.id ?? '';
    expect((await as('stranger').get('/enterprises')).body.items).toEqual([]);
    expect((await as('stranger').get('/enterprises?q=sfjy')).body.items).toEqual([]);
    expect((await as('stranger').get('/enterprises?q=9144')).body.items).toEqual([]);
    expect((await as('stranger').get(`/enterprises?parkId=${ledger.parkId}`)).status).toBe(404);
    expect((await as('stranger').get(`/enterprises/${id}`)).status).toBe(404);
    expect((await as('stranger').patch(`/enterprises/${id}`, { name: '改' }, '"1"')).status).toBe(404);
    expect((await as('stranger').post(`/enterprises/${id}/status`, { status: 'exited' })).status).toBe(404);
    expect((await as('stranger').post(`/enterprises/${id}/contacts/reveal`, { reason: '看看' })).status).toBe(404);
    expect((await as('stranger').post(`/enterprises/${id}/contacts/erase`, { reason: '看看' })).status).toBe(404);
  });

  it('answers a search in a large park from indexes, behind row-level security', async () => {
    await ledger.sql(`INSERT INTO enterprise
      (id, park_id, name, search_text, search_pieces, sort_key, uscc, uscc_warning, status, status_on, tags, version, created_at, updated_at)
      SELECT uuidv7(), $1, 'x', 'x' || n, ARRAY['x', 'x' || n], 'x', lpad(n::text, 18, '0'), false, 'signed', '2026-03-02', '{}', 1, now(), now()
      FROM generate_series(1, 20000) n`, [ledger.parkId]);
    // What was inserted in one go waits in a list beside the index until a vacuum, as it does in production.
    await ledger.sql('VACUUM ANALYZE enterprise');
    const [size] = await ledger.sql<{ pages: number }>("SELECT relpages AS pages FROM pg_class WHERE relname = 'enterprise'");
    const byName = `SELECT search_enterprises('${ledger.parkId}', ARRAY['sf', 'fj', 'jy'], '%sfjy%')`;
    const byCode = `SELECT id FROM enterprise WHERE park_id = '${ledger.parkId}' AND uscc >= '9144' AND uscc < '9144~'`;
    // The first run of a function reads the catalogue as well.
    await pagesRead(byName);
    expect(await pagesRead(byName)).toBeLessThan((size?.pages ?? 0) / 10);
    expect(await pagesRead(byCode)).toBeLessThan((size?.pages ?? 0) / 10);
    expect(await search('sfjy')).toEqual(['什邡酒业']);
  });
});

describe('changing', () => {
  it('patches what is given and removes what is null', async () => {
    const { id } = await register({ industryCode: 'C1431', address: '旧址', location: { lng: 113, lat: 28, datum: 'wgs84' }, tags: ['食品'] });
    ledger.clock.set('2026-03-03T01:30:00.000Z');
    const changed = await as('admin').patch(`/enterprises/${id}`, { name: '什邡酒业', industryCode: null, location: null, tags: [] }, '"1"');
    expect([changed.status, changed.headers['etag']]).toEqual([200, expect.stringMatching(/^"2-[\w-]{16}"$/)]);
    expect(changed.body).toMatchObject({ name: '什邡酒业', industryCode: null, location: null, tags: [], address: '旧址', uscc: CODES[0], version: 2,
      createdAt: MONDAY, updatedAt: '2026-03-03T01:30:00.000Z' });
    expect(await search('sfjy')).toEqual(['什邡酒业']);
    expect(await search('jksp')).toEqual([]);
    expect(await journal('enterprise.changed')).toEqual([{ data: { fields: ['name', 'industryCode', 'location', 'tags'] }, effective_on: '2026-03-03',
      actor_id: ledger.cadres.admin }]);
  });

  it('needs the version that was read', async () => {
    const { id } = await register();
    expect((await as('admin').patch(`/enterprises/${id}`, { address: '甲' })).status).toBe(428);
    const both = await Promise.all(['甲', '乙'].map(async (address) => as('admin').patch(`/enterprises/${id}`, { address }, '"1"')));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await read(id)).toMatchObject({ version: 2 });
  });

  it('does not change the status, nor what follows from facts', async () => {
    const { id } = await register();
    for (const fields of [{ status: 'exited' }, { lastVisitOn: '2026-01-01' }, { usccWarning: false }, { name: null }]) {
      expect((await as('admin').patch(`/enterprises/${id}`, fields, '"1"')).status).toBe(400);
    }
    expect(await read(id)).toMatchObject({ status: 'in_production', version: 1 });
  });

  it('checks a new code, and takes the stored one back as it is', async () => {
    const { id } = await register({ uscc: OLD_EXCEPTION, usccOverride: true });
    await register({ uscc: CODES[1] });
    const patch = async (body: object, version: number) => as('admin').patch(`/enterprises/${id}`, body, `"${version}"`);
    expect((await patch({ uscc: OTHER_EXCEPTION }, 1)).body.code).toBe('uscc-organisation-check');
    expect((await patch({ uscc: '914403001922038217' }, 1)).body.code).toBe('uscc-invalid');
    expect((await patch({ uscc: CODES[1] }, 1)).body.code).toBe('uscc-taken');
    expect((await patch({ uscc: OLD_EXCEPTION.toLowerCase() }, 1)).body).toMatchObject({ usccWarning: true, version: 2 });
    expect((await patch({ uscc: CODES[2] }, 2)).body).toMatchObject({ uscc: CODES[2], usccWarning: false, version: 3 });
  });
});

describe('contacts', () => {
  const CONTACTS = [{ name: '王小明', title: '总经理', phone: '13812345678' }, { name: '李四', title: null, phone: null }];

  it('are masked in lists, and shown in full with a reason that is logged', async () => {
    const { id } = await register({ contacts: CONTACTS });
    const list = await as('officer').get('/enterprises');
    expect(list.body.items[0]?.['contacts']).toEqual([{ name: '王*', title: '总经理', phone: '138****5678' }, { name: '李*', title: null, phone: null }]);
    expect((await as('officer').post(`/enterprises/${id}/contacts/reveal`, {})).status).toBe(400);
    expect((await as('officer').post(`/enterprises/${id}/contacts/reveal`, { reason: ' ' })).status).toBe(400);
    expect(await ledger.sql('SELECT FROM access_log')).toHaveLength(0);
    const { status, body } = await as('officer').post(`/enterprises/${id}/contacts/reveal`, { reason: '联系走访' });
    expect([status, body['contacts']]).toEqual([200, CONTACTS]);
    expect(await ledger.sql('SELECT park_id, actor_kind, actor_id, action, subject_type, subject_id, reason FROM access_log')).toEqual([
      {
        park_id: ledger.parkId, actor_kind: 'cadre', actor_id: ledger.cadres.officer, action: 'contacts.reveal', subject_type: 'enterprise', subject_id: id,
        reason: '联系走访',
      },
    ]);
    expect(await journal('contacts.revealed')).toEqual([{ data: { count: 2 }, effective_on: '2026-03-02', actor_id: ledger.cadres.officer }]);
    expect((await as('inspector').post(`/enterprises/${id}/contacts/reveal`, { reason: '看看' })).status).toBe(403);
    expect((await asClient('enterprises:read').post(`/enterprises/${id}/contacts/reveal`, { reason: '看看' })).status).toBe(403);
  });

  it('never enter the journal', async () => {
    const { id } = await register({ contacts: CONTACTS });
    await as('admin').patch(`/enterprises/${id}`, { contacts: [{ name: '赵六', phone: '13900001111' }] }, '"1"');
    await as('admin').post(`/enterprises/${id}/contacts/reveal`, { reason: '联系赵六' });
    await as('admin').post(`/enterprises/${id}/status`, { status: 'suspended', reason: '赵六说停产' });
    await as('admin').post(`/enterprises/${id}/contacts/erase`, { reason: '赵六要求' });
    const entries = await ledger.sql<{ line: string }>('SELECT journal_entry::text AS line FROM journal_entry');
    expect(entries).toHaveLength(5);
    for (const { line } of entries) expect(line).not.toMatch(/王|李|赵|13812345678|13900001111|长沙|联系|停产/);
  });

  it('keep their age when they stay as they were', async () => {
    const { id } = await register({ contacts: CONTACTS });
    ledger.clock.set('2026-03-20T01:30:00.000Z');
    await as('admin').patch(`/enterprises/${id}`, { contacts: [{ name: '新人', phone: '13900001111' }, CONTACTS[0]] }, '"1"');
    const kept = await ledger.sql(
      "SELECT position, name, (changed_at AT TIME ZONE 'UTC')::date::text AS changed FROM enterprise_contact WHERE enterprise_id = $1 ORDER BY position", [id]);
    expect(kept).toEqual([
      { position: 0, name: '新人', changed: '2026-03-20' }, { position: 1, name: '王小明', changed: '2026-03-02' },
    ]);
  });

  it('are erased on request, for good', async () => {
    const { id } = await register({ contacts: CONTACTS });
    expect((await as('officer').post(`/enterprises/${id}/contacts/erase`, { reason: '本人要求' })).status).toBe(403);
    const { status, body } = await as('admin').post(`/enterprises/${id}/contacts/erase`, { reason: '本人要求' });
    expect([status, body['contacts'], body['contactsErasedAt'], body['version']]).toEqual([200, [], MONDAY, 2]);
    expect(await ledger.sql('SELECT FROM enterprise_contact')).toHaveLength(0);
    expect((await as('officer').post(`/enterprises/${id}/contacts/reveal`, { reason: '联系走访' })).body.code).toBe('contact-erased');
    expect((await as('admin').post(`/enterprises/${id}/contacts/erase`, { reason: '本人要求' })).body.code).toBe('contact-erased');
    expect(await ledger.sql('SELECT action, reason FROM access_log')).toEqual([{ action: 'contacts.erase', reason: '本人要求' }]);
    expect(await journal('contacts.erased')).toMatchObject([{ data: { count: 2 } }]);
    const renewed = await as('admin').patch(`/enterprises/${id}`, { contacts: [{ name: '新人' }] }, '"2"');
    expect(renewed.body).toMatchObject({ contacts: [{ name: '新*' }], contactsErasedAt: null });
  });
});

describe('status', () => {
  const setStatus = async (id: string, body: object) => as('admin').post(`/enterprises/${id}/status`, body);

  it('changes today, with its history and its entry', async () => {
    const { id } = await register();
    ledger.clock.set('2026-03-12T01:30:00.000Z');
    const { status, body } = await setStatus(id, { status: 'suspended', reason: '检修' });
    expect([status, body['status'], body['statusOn'], body['version']]).toEqual([200, 'suspended', '2026-03-12', 2]);
    expect(await history(id)).toEqual([{ status: 'in_production', on: '2026-03-02', stands: true }, { status: 'suspended', on: '2026-03-12', stands: true }]);
    expect(await journal('enterprise.status_changed')).toEqual([
      { data: { enterpriseId: id, status: 'suspended', on: '2026-03-12', before: 'in_production' }, effective_on: '2026-03-12', actor_id: ledger.cadres.admin },
    ]);
    expect(await namesFound('status=suspended')).toHaveLength(1);
    const again = await setStatus(id, { status: 'suspended' });
    expect([again.status, again.body.code]).toEqual([409, 'status-unchanged']);
    expect(await read(id)).toMatchObject({ version: 2 });
  });

  it.each([['2026-03-09', 200], ['2026-03-08', 422]])('may begin on %s, seen from 12 March: %s', async (on, expected) => {
    const { id } = await register();
    ledger.clock.set('2026-03-12T15:59:59.000Z');
    const { status, body } = await setStatus(id, { status: 'suspended', on });
    expect(status).toBe(expected);
    expect(body).toMatchObject(expected === 200 ? { status: 'suspended', statusOn: on } : { code: 'too-far-back', errors: [{ pointer: '/on' }] });
  });

  it('follows the park’s own limit', async () => {
    const { id } = await register();
    await ledger.sql(`INSERT INTO park_policy (id, park_id, effective_from, visits, tickets, escalation, assessment, privacy, created_at)
      SELECT uuidv7(), park_id, '2026-03-10', visits || '{"backdateLimitDays": 5}', tickets, escalation, assessment, privacy, created_at
      FROM park_policy WHERE park_id = $1`, [ledger.parkId]);
    try {
      ledger.clock.set('2026-03-12T01:30:00.000Z');
      expect((await setStatus(id, { status: 'suspended', on: '2026-03-06' })).status).toBe(422);
      expect((await setStatus(id, { status: 'suspended', on: '2026-03-07' })).status).toBe(200);
    } finally {
      await ledger.sql("DELETE FROM park_policy WHERE park_id = $1 AND effective_from = '2026-03-10'", [ledger.parkId]);
    }
  });

  it('lies ahead until its day has come, and then holds whether or not a job has run', async () => {
    const { id } = await register();
    const { body } = await setStatus(id, { status: 'exited', on: '2026-03-10' });
    expect(body).toMatchObject({ status: 'in_production', nextStatus: 'exited', nextStatusOn: '2026-03-10', version: 2 });
    ledger.clock.set('2026-03-09T15:59:59.999Z');
    expect(await read(id)).toMatchObject({ status: 'in_production', nextStatus: 'exited' });
    expect(await namesFound('status=exited')).toEqual([]);
    ledger.clock.set('2026-03-09T16:00:00.000Z');
    expect(await read(id)).toMatchObject({ status: 'exited', statusOn: '2026-03-10', nextStatus: null, nextStatusOn: null });
    expect(await namesFound('status=exited')).toHaveLength(1);
    expect(await namesFound('status=in_production')).toEqual([]);
    const late = await setStatus(id, { status: 'in_production' });
    expect([late.status, late.body.code, late.body.detail]).toEqual([409, 'enterprise-exited', expect.stringContaining('2026-03-10')]);
  });

  it('is one change ahead at most: a new one takes its place', async () => {
    const { id } = await register();
    await setStatus(id, { status: 'suspended', on: '2026-03-10' });
    ledger.clock.advance(1000);
    await setStatus(id, { status: 'exited', on: '2026-03-20' });
    expect(await read(id)).toMatchObject({ status: 'in_production', nextStatus: 'exited', nextStatusOn: '2026-03-20' });
    expect(await history(id)).toEqual([
      { status: 'in_production', on: '2026-03-02', stands: true }, { status: 'suspended', on: '2026-03-10', stands: false },
      { status: 'exited', on: '2026-03-20', stands: true },
    ]);
    ledger.clock.advance(1000);
    expect((await setStatus(id, { status: 'in_production' })).body).toMatchObject({ status: 'in_production', nextStatus: null });
    ledger.clock.set('2026-03-21T01:30:00.000Z');
    expect(await read(id)).toMatchObject({ status: 'in_production' });
  });

  it('is written by the job once, for the day to which it belongs, however late', async () => {
    const { id } = await register();
    await setStatus(id, { status: 'suspended', on: '2026-03-10' });
    const service = ledger.app.get(EnterprisesService);
    expect(await service.applyDueStatusesAsSystem(new Date('2026-03-09T15:59:59.999Z'))).toBe(0);
    const late = new Date('2026-03-15T01:00:00.000Z');
    const runs = await Promise.all([service.applyDueStatusesAsSystem(late), service.applyDueStatusesAsSystem(late)]);
    expect(runs.sort()).toEqual([0, 1]);
    expect(await service.applyDueStatusesAsSystem(late)).toBe(0);
    expect(await ledger.sql('SELECT status, status_on::text, next_status, next_status_on, version FROM enterprise')).toEqual([
      { status: 'suspended', status_on: '2026-03-10', next_status: null, next_status_on: null, version: 2 },
    ]);
    expect(await journal('enterprise.status_turned')).toEqual([{ data: { status: 'suspended', on: '2026-03-10' }, effective_on: '2026-03-10',
      actor_id: 'system' }]);
    expect(ledger.app.get(Jobs).registered.map(({ name, cron }) => [name, cron])).toContainEqual(['enterprise-status-turn', '*/10 * * * *']);
  });

  it('says the same before and after the job', async () => {
    const { id } = await register();
    await setStatus(id, { status: 'suspended', on: '2026-03-10' });
    ledger.clock.set('2026-03-11T01:30:00.000Z');
    const before = await read(id);
    await ledger.app.get(EnterprisesService).applyDueStatusesAsSystem(ledger.clock.now());
    expect(await read(id)).toEqual(before);
    expect((await setStatus(id, { status: 'in_production' })).body).toMatchObject({ status: 'in_production', statusOn: '2026-03-11' });
  });
});

describe('visits', () => {
  const log = async (enterpriseId: string, day: string, mode = 'on_site'): Promise<Answer> => {
    const { status, body } = await as('officer').post('/visits', {
      enterpriseId, occurredAt: `${day}T02:00:00.000Z`, mode, participantIds: [], contactsMet: [], topics: [], summary: '了解生产情况',
    });
    expect(status).toBe(201);
    return body;
  };

  it('counts those of the last 30 days that were made on site', async () => {
    const { id } = await register();
    await visited(id, '2026-03-02');
    await visited(id, '2026-02-01');
    await visited(id, '2026-01-31');
    await visited(id, '2026-02-20', { review: 'accepted' });
    await visited(id, '2026-02-20', { review: 'needs_review' });
    await visited(id, '2026-02-20', { review: 'rejected' });
    await visited(id, '2026-02-20', { mode: 'phone' });
    await visited(id, '2026-02-20', { voided: true });
    expect(await read(id)).toMatchObject({ visitsLast30Days: 3 });
    expect((await as('officer').get('/enterprises')).body.items[0]).toMatchObject({ visitsLast30Days: 3 });
  });

  it('move the day of the last one, forward and back, and leave the version alone', async () => {
    const { id } = await register();
    ledger.clock.set('2026-03-12T03:00:00.000Z');
    await log(id, '2026-03-12', 'phone');
    expect(await read(id)).toMatchObject({ lastVisitOn: null });
    await log(id, '2026-03-10');
    const newest = await log(id, '2026-03-11');
    await log(id, '2026-03-09');
    expect(await read(id)).toMatchObject({ lastVisitOn: '2026-03-11', visitsLast30Days: 3 });
    await log(id, '2026-03-01');
    expect(await read(id)).toMatchObject({ lastVisitOn: '2026-03-11', visitsLast30Days: 3 });
    expect((await as('officer').post(`/visits/${newest.id}/void`, { reason: '录错企业' })).status).toBe(200);
    expect(await read(id)).toMatchObject({ lastVisitOn: '2026-03-10', visitsLast30Days: 2, version: 1, updatedAt: MONDAY });
  });

  it('count, late ones too, once a supervisor has accepted them', async () => {
    const { id } = await register();
    ledger.clock.set('2026-03-12T03:00:00.000Z');
    const late = await log(id, '2026-03-04');
    expect(await read(id)).toMatchObject({ lastVisitOn: null });
    expect((await as('supervisor').post(`/visits/${late.id}/review`, { accept: true, reason: '有照片' })).status).toBe(200);
    expect(await read(id)).toMatchObject({ lastVisitOn: '2026-03-04' });
  });

  it('do not overtake each other when they are logged at once', async () => {
    const { id } = await register();
    ledger.clock.set('2026-03-12T03:00:00.000Z');
    const days = ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12'];
    await Promise.all([...days, ...days.toReversed()].map(async (day) => log(id, day)));
    expect(await read(id)).toMatchObject({ lastVisitOn: '2026-03-12', visitsLast30Days: 8 });
  });
});
