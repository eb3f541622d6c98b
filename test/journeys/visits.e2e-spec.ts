import { type Caller, startApp, type TestApp } from '../support/app';
import { aClientId, anAssignment, anEnterprise, aVisit } from '../support/world';

interface Visit {
  id: string; version: number; on: string; review: string; mode: string; enterpriseId: string; authorId: string; participantIds: string[]; summary: string;
  participants: { cadreId: string; confirmedAt: string | null }[]; voidedAt: string | null; receivedAt: string; correctedAt: string;
}

interface Page { items: Visit[]; nextCursor: string | null }

const NOBODY = '01950000-0000-7000-8000-00000000dead';

/** The visit log as officers, their colleagues and supervisors use it. */
describe('the visit log', () => {
  let app: TestApp;
  let enterpriseId: string;
  beforeAll(async () => {
    app = await startApp();
    await app.sql("UPDATE cadre SET roles = '{leader,supervisor}' WHERE id = $1", [app.cadres.leader2]);
    await app.sql('UPDATE cadre SET active = false WHERE id = $1', [app.cadres.handler]);
  });
  afterAll(async () => { await app.close(); });
  beforeEach(async () => {
    at('2026-03-12');
    enterpriseId = await anEnterprise(app);
  });

  const at = (day: string, time = '10:00'): void => { app.clock.set(`${day}T${time}:00+08:00`); };
  const log = async (given: object = {}, who: 'officer' | 'officer2' | 'leader' = 'officer'): Promise<Visit> =>
    (await app.as(who).post('/visits', aVisit(app, enterpriseId, given)).expect(201)).body as Visit;
  const late = async (): Promise<Visit> => log({ occurredAt: '2026-03-08T10:00:00+08:00' });
  const list = async (caller: Caller, query: string): Promise<Visit[]> => ((await caller.get(`/visits?${query}`).expect(200)).body as Page).items;
  const ids = async (caller: Caller, query: string): Promise<string[]> => (await list(caller, query)).map((visit) => visit.id);
  const code = (response: { body: unknown }): string => (response.body as { code: string }).code;
  const pointer = (response: { body: unknown }): string | undefined => (response.body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer;
  const lastVisitOn = async (): Promise<unknown> => (await app.sql('SELECT last_visit_on::text AS day FROM enterprise WHERE id = $1', [enterpriseId]))[0]?.['day'];
  const entries = async (subject: string) => app.sql<{ type: string; data: object; on: string }>('SELECT type, data, effective_on::text AS on FROM journal_entry WHERE subject_id = $1 ORDER BY id', [subject]);

  describe('logging', () => {
    it('keeps what was said, corrects the time, confirms the author, and tells the journal no words', async () => {
      const body = {
        enterpriseId, occurredAt: '2026-03-12T09:00:00+08:00', recordedAt: '2026-03-12T09:50:00+08:00', deviceOffsetMs: -600_000, endedAt: '2026-03-12T09:45:00+08:00', mode: 'on_site',
        participantIds: [app.cadres.leader], contactsMet: ['行政部负责人'], topics: ['用工', '用电'], summary: '第一行\n第二行', conditions: '生产正常', location: { lng: 112.9, lat: 28.2, datum: 'gcj02' },
      };
      const response = await app.as('officer').post('/visits', body).expect(201);
      const visit = response.body as Visit;
      expect(response.headers['etag']).toMatch(/^"1-[\w-]{16}"$/);
      expect(visit).toEqual({
        ...body, id: expect.any(String) as string, parkId: app.parkId, authorId: app.cadres.officer, occurredAt: '2026-03-12T01:00:00.000Z', recordedAt: '2026-03-12T01:50:00.000Z',
        endedAt: '2026-03-12T01:45:00.000Z', correctedAt: '2026-03-12T00:50:00.000Z', on: '2026-03-12', receivedAt: '2026-03-12T02:00:00.000Z',
        participantIds: [app.cadres.officer, app.cadres.leader],
        participants: [{ cadreId: app.cadres.officer, confirmedAt: '2026-03-12T02:00:00.000Z' }, { cadreId: app.cadres.leader, confirmedAt: null }],
        review: 'none', reviewedAt: null, reviewedBy: null, reviewReason: null, voidedAt: null, voidedBy: null, voidReason: null,
        version: 1, createdAt: '2026-03-12T02:00:00.000Z', updatedAt: '2026-03-12T02:00:00.000Z',
      });
      expect((await app.as('officer').get(`/visits/${visit.id}`).expect(200)).body).toEqual(visit);
      expect(await entries(visit.id)).toEqual([{ type: 'visit.logged', on: '2026-03-12', data: { visitId: visit.id, enterpriseId, on: '2026-03-12', mode: 'on_site', review: 'none' } }]);
      expect(await lastVisitOn()).toBe('2026-03-12');
    });

    it('takes the least that a visit needs', async () => {
      expect(await log()).toMatchObject({ recordedAt: null, deviceOffsetMs: 0, endedAt: null, contactsMet: [], topics: [], conditions: null, location: null, participantIds: [app.cadres.officer] });
    });

    it('has one effect when a phone sends it twice, even at the same moment', async () => {
      const body = aVisit(app, enterpriseId, { id: aClientId(app), participantIds: [app.cadres.leader] });
      const answers = await Promise.all([1, 2, 3].map(async () => app.as('officer').post('/visits', body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
      expect(new Set(answers.map((one) => JSON.stringify(one.body))).size).toBe(1);
      await app.as('officer').post('/visits', { ...body, summary: '另一内容' }).expect(409).expect((response) => { expect(code(response)).toBe('id-taken'); });
      await app.as('officer2').post('/visits', body).expect(409);
      expect(await app.sql('SELECT 1 FROM visit WHERE id = $1', [body['id']])).toHaveLength(1);
      expect(await entries(String(body['id']))).toHaveLength(1);
    });

    it.each([
      ['in the future', { occurredAt: '2026-03-12T10:05:01+08:00' }, 422, 'in-future', '/occurredAt'],
      ['in the future once corrected', { occurredAt: '2026-03-12T10:00:00+08:00', deviceOffsetMs: 300_001 }, 422, 'in-future', '/occurredAt'],
      ['over before it began', { endedAt: '2026-03-12T09:59:59+08:00' }, 422, 'date-order', '/endedAt'],
      ['to an enterprise that is not there', { enterpriseId: NOBODY }, 422, 'reference-unknown', '/enterpriseId'],
      ['with a cadre who is not there', { participantIds: [NOBODY] }, 422, 'reference-unknown', '/participantIds'],
      ['with attachments, which come later', { attachmentIds: [] }, 400, 'malformed', '/attachmentIds'],
      ['with a review of its own', { review: 'none' }, 400, 'malformed', '/review'],
      ['with somebody twice', { participantIds: [NOBODY, NOBODY] }, 400, 'malformed', '/participantIds'],
      ['with a crowd', { participantIds: Array.from({ length: 21 }, (_one, index) => NOBODY.slice(0, -2) + String(index).padStart(2, '0')) }, 400, 'malformed', '/participantIds'],
      ['by a device more than 400 days off', { deviceOffsetMs: 34_560_000_001 }, 400, 'malformed', '/deviceOffsetMs'],
      ['without a summary', { summary: '  ' }, 400, 'malformed', '/summary'],
      ['with a summary too long', { summary: '长'.repeat(4001) }, 400, 'malformed', '/summary'],
      ['at half a place', { location: { lng: 112 } }, 400, 'malformed', '/location/lat'],
    ])('refuses a visit %s', async (_case, given, status, expected, where) => {
      const response = await app.as('officer').post('/visits', aVisit(app, enterpriseId, given)).expect(status);
      expect([code(response), pointer(response)]).toEqual([expected, where]);
    });

    it('knows no cadre who has left, and nobody and nothing of another park', async () => {
      const response = await app.as('officer').post('/visits', aVisit(app, enterpriseId, { participantIds: [app.cadres.handler] })).expect(422);
      expect([code(response), pointer(response)]).toEqual(['reference-unknown', '/participantIds']);
      await app.as('officer').post('/visits', aVisit(app, enterpriseId, { participantIds: [app.cadres.strangerOfficer] })).expect(422);
      await app.as('strangerOfficer').post('/visits', aVisit(app, enterpriseId)).expect(422);
      await app.as('strangerOfficer').post('/visits', aVisit(app, enterpriseId, { parkId: app.parkId })).expect(404);
    });

    it('is for officers and leaders alone', async () => {
      for (const who of ['supervisor', 'admin', 'inspector', 'county', 'operator'] as const) await app.as(who).post('/visits', aVisit(app, enterpriseId)).expect(403);
      await app.asClient('visits:read').post('/visits', aVisit(app, enterpriseId)).expect(403);
      await app.asNobody().post('/visits', aVisit(app, enterpriseId)).expect(401);
    });

    it('leaves no trace of a visit that is refused', async () => {
      const id = aClientId(app);
      await app.as('officer').post('/visits', aVisit(app, enterpriseId, { id, participantIds: [NOBODY] })).expect(422);
      await app.as('officer').post('/visits', aVisit(app, enterpriseId, { id })).expect(201);
    });
  });

  describe('logging late', () => {
    it('counts three days back in local dates, and marks what is older', async () => {
      expect(await log({ occurredAt: '2026-03-08T16:00:00Z' })).toMatchObject({ on: '2026-03-09', review: 'none' });
      expect(await log({ occurredAt: '2026-03-08T15:59:59Z' })).toMatchObject({ on: '2026-03-08', review: 'needs_review' });
      expect(await lastVisitOn()).toBe('2026-03-09');
    });

    it('serves the duty only once a supervisor accepts it', async () => {
      at('2026-03-02');
      const { id } = await anAssignment(app, enterpriseId);
      at('2026-03-12');
      const visit = await late();
      const duty = async () => (await app.sql('SELECT next_due_on::text AS due, last_visit_on::text AS last FROM assignment WHERE id = $1', [id]))[0];
      expect(await duty()).toEqual({ due: '2026-03-12', last: null });
      app.clock.advance(1000);
      await app.as('officer').post(`/visits/${visit.id}/review`, { accept: true }).expect(403);
      const accepted = await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: true, reason: '已核对' }).expect(200);
      expect(accepted.body).toMatchObject({ review: 'accepted', reviewedBy: app.cadres.supervisor, reviewReason: '已核对', reviewedAt: '2026-03-12T02:00:01.000Z', version: 2 });
      expect(accepted.headers['etag']).toMatch(/^"2-[\w-]{16}"$/);
      expect(await duty()).toEqual({ due: '2026-03-18', last: '2026-03-08' });
      expect(await lastVisitOn()).toBe('2026-03-08');
      expect(code(await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: false, reason: '再想想' }).expect(409))).toBe('visit-not-in-review');
      expect((await entries(visit.id)).map(({ type }) => type)).toEqual(['visit.logged', 'visit.reviewed']);
    });

    it('is rejected with a reason, and not judged by who took part', async () => {
      const visit = await late();
      const refused = await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: false }).expect(422);
      expect([code(refused), pointer(refused)]).toEqual(['reason-required', '/reason']);
      expect((await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: false, reason: '无凭据' }).expect(200)).body).toMatchObject({ review: 'rejected' });
      expect(await lastVisitOn()).toBeNull();
      const shared = await log({ occurredAt: '2026-03-08T10:00:00+08:00', participantIds: [app.cadres.leader2] });
      await app.as('leader2').post(`/visits/${shared.id}/review`, { accept: true }).expect(403);
      expect(code(await app.as('supervisor').post(`/visits/${(await log()).id}/review`, { accept: true }).expect(409))).toBe('visit-not-in-review');
    });
  });

  describe('taking part', () => {
    it('counts for a colleague once they confirm', async () => {
      at('2026-03-02');
      const { id } = await anAssignment(app, enterpriseId, { cadreId: app.cadres.officer2 });
      at('2026-03-05');
      const visit = await log({ participantIds: [app.cadres.officer2] });
      const last = async () => (await app.sql('SELECT last_visit_on::text AS last FROM assignment WHERE id = $1', [id]))[0]?.['last'];
      expect(await last()).toBeNull();
      at('2026-03-06');
      const confirmed = (await app.as('officer2').post(`/visits/${visit.id}/confirm-participation`).expect(200)).body as Visit;
      expect(confirmed.participants).toContainEqual({ cadreId: app.cadres.officer2, confirmedAt: '2026-03-06T02:00:00.000Z' });
      expect(confirmed.version).toBe(2);
      expect(await last()).toBe('2026-03-05');
      expect((await entries(visit.id)).at(-1)).toMatchObject({ type: 'visit.participation_confirmed', data: { cadreId: app.cadres.officer2 } });
    });

    it('is confirmed once, by who is named, while the visit stands', async () => {
      const visit = await log({ participantIds: [app.cadres.officer2] });
      await anAssignment(app, enterpriseId, { cadreId: app.cadres.leader, capacity: 'leader' });
      const confirm = async (who: 'officer' | 'officer2' | 'leader') => app.as(who).post(`/visits/${visit.id}/confirm-participation`);
      expect(code(await confirm('officer'))).toBe('participation-confirmed');
      const [one, other] = await Promise.all([confirm('officer2'), confirm('officer2')]);
      expect([one.status, other.status].sort()).toEqual([200, 409]);
      expect(code(await confirm('leader'))).toBe('not-a-participant');
      await app.as('strangerOfficer').post(`/visits/${visit.id}/confirm-participation`).expect(404);
      await app.as('officer').post(`/visits/${visit.id}/void`, { reason: '录错' }).expect(200);
      expect(code(await confirm('officer2'))).toBe('visit-voided');
    });
  });

  describe('amending', () => {
    it('changes what is named, removes what is null, and keeps what was said before', async () => {
      const visit = await log({ conditions: '正常', topics: ['用工'], location: { lng: 1, lat: 2, datum: 'wgs84' }, participantIds: [app.cadres.officer2] });
      at('2026-03-13');
      const response = await app.as('officer').post(`/visits/${visit.id}/amend`, { summary: '改正', conditions: null, location: null, mode: 'phone' }).expect(200);
      expect(response.headers['etag']).toMatch(/^"2-[\w-]{16}"$/);
      expect(response.body).toEqual({ ...visit, summary: '改正', conditions: null, location: null, mode: 'phone', version: 2, updatedAt: '2026-03-13T02:00:00.000Z' });
      const [kept] = await app.sql<{ before: Record<string, unknown>; amended_by: string; reason: string | null }>('SELECT before, amended_by, reason FROM visit_amendment WHERE visit_id = $1', [visit.id]);
      expect(kept).toMatchObject({ amended_by: app.cadres.officer, reason: null, before: { summary: '了解生产情况,暂无诉求。', conditions: '正常', mode: 'on_site', version: 1 } });
      expect(kept?.before['participants']).toHaveLength(2);
      expect(await lastVisitOn()).toBeNull();
      expect((await entries(visit.id)).at(-1)?.data).toEqual({ visitId: visit.id, enterpriseId, on: '2026-03-12', before: '2026-03-12', mode: 'phone', review: 'none', fields: ['mode', 'summary', 'conditions', 'location'] });
    });

    it('is judged as of the day on which the visit was received', async () => {
      const visit = await log();
      at('2026-03-13', '09:00');
      const amend = async (body: object) => app.as('officer').post(`/visits/${visit.id}/amend`, body);
      expect((await amend({ occurredAt: '2026-03-09T00:00:00+08:00' })).body).toMatchObject({ on: '2026-03-09', review: 'none' });
      expect((await amend({ occurredAt: '2026-03-08T23:00:00+08:00' })).body).toMatchObject({ on: '2026-03-08', review: 'needs_review' });
      expect(code(await amend({ occurredAt: '2026-03-13T08:00:00+08:00' }))).toBe('in-future');
      expect(code(await amend({ endedAt: '2026-03-08T22:00:00+08:00' }))).toBe('date-order');
      expect(await ids(app.as('supervisor'), `enterpriseId=${enterpriseId}&cadreId=${app.cadres.officer}&to=2026-03-08`)).toEqual([visit.id]);
      expect(await ids(app.as('supervisor'), `cadreId=${app.cadres.officer}&from=2026-03-08&to=2026-03-08`)).toContain(visit.id);
    });

    it('begins the review anew when the day or the mode changes, and only then', async () => {
      const visit = await late();
      await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: true }).expect(200);
      const amend = async (body: object) => (await app.as('officer').post(`/visits/${visit.id}/amend`, body).expect(200)).body as Visit;
      expect(await amend({ summary: '补充' })).toMatchObject({ review: 'accepted', reviewedBy: app.cadres.supervisor });
      expect(await amend({ occurredAt: '2026-03-07T10:00:00+08:00' })).toMatchObject({ review: 'needs_review', reviewedBy: null, reviewedAt: null });
      expect(await amend({ occurredAt: '2026-03-11T10:00:00+08:00' })).toMatchObject({ review: 'none' });
    });

    it('lets somebody go and takes somebody in, who then has to confirm', async () => {
      const visit = await log({ participantIds: [app.cadres.officer2] });
      await app.as('officer2').post(`/visits/${visit.id}/confirm-participation`).expect(200);
      const amend = async (participantIds: string[]) => (await app.as('officer').post(`/visits/${visit.id}/amend`, { participantIds }).expect(200)).body as Visit;
      expect((await amend([app.cadres.leader])).participants.map(({ cadreId, confirmedAt }) => [cadreId, confirmedAt !== null])).toEqual([[app.cadres.officer, true], [app.cadres.leader, false]]);
      await app.as('officer2').get(`/visits/${visit.id}`).expect(404);
      await app.as('leader').get(`/visits/${visit.id}`).expect(200);
      expect((await amend([app.cadres.officer2])).participants).toEqual([{ cadreId: app.cadres.officer, confirmedAt: visit.receivedAt }, { cadreId: app.cadres.officer2, confirmedAt: null }]);
      await app.as('officer').post(`/visits/${visit.id}/amend`, { participantIds: [app.cadres.handler] }).expect(422);
    });

    it('is the author’s for 24 hours, then a supervisor’s with a reason', async () => {
      const visit = await log({ participantIds: [app.cadres.officer2] });
      const amend = async (who: 'officer' | 'officer2' | 'supervisor', body: object = {}) => app.as(who).post(`/visits/${visit.id}/amend`, { summary: '改', ...body });
      await amend('officer2').then((response) => { expect([response.status, code(response)]).toEqual([403, 'forbidden']); });
      expect(code(await amend('supervisor'))).toBe('reason-required');
      at('2026-03-13', '10:00');
      expect((await amend('officer')).status).toBe(200);
      app.clock.advance(1);
      await amend('officer', { reason: '晚了' }).then((response) => { expect([response.status, code(response)]).toEqual([422, 'amend-too-late']); });
      expect((await amend('supervisor', { reason: '核对后更正' })).status).toBe(200);
      await app.as('stranger').post(`/visits/${visit.id}/amend`, { summary: '改', reason: '无权' }).expect(404);
      await app.as('supervisor').post(`/visits/${visit.id}/amend`, { enterpriseId, reason: '换企业' }).expect(400);
    });

    it('honours If-Match when it is given', async () => {
      const visit = await log();
      const amend = (etag: string) => app.as('officer').post(`/visits/${visit.id}/amend`, { summary: '改' }).set('if-match', etag);
      await amend('"2"').expect(412);
      await amend('"1"').expect(200);
      await amend('"1"').expect(412);
      await amend('W/"2"').expect(412);
      expect((await amend('2').expect(400)).body).toMatchObject({ errors: [{ pointer: '/header/if-match', code: 'format' }] });
      await amend('*').expect(200);
      await app.as('officer').post('/visits/01950000-0000-7000-8000-0000000000ff/amend', { summary: '改' }).set('if-match', '*').expect(404);
      await app.as('officer').post(`/visits/${visit.id}/void`, { reason: '作废' }).set('if-match', '"1"').expect(412);
    });
  });

  describe('voiding', () => {
    it('takes a reason, leaves the visit readable, and ends what can be done with it', async () => {
      const before = await log({ occurredAt: '2026-03-10T10:00:00+08:00' });
      const visit = await log();
      expect(await lastVisitOn()).toBe('2026-03-12');
      await app.as('officer').post(`/visits/${visit.id}/void`, {}).expect(400);
      await app.as('officer2').post(`/visits/${visit.id}/void`, { reason: '不是我的' }).expect(404);
      expect((await app.as('officer').post(`/visits/${visit.id}/void`, { reason: '录错企业' }).expect(200)).body)
        .toMatchObject({ voidedAt: '2026-03-12T02:00:00.000Z', voidedBy: app.cadres.officer, voidReason: '录错企业', version: 2 });
      expect(await lastVisitOn()).toBe('2026-03-10');
      expect(code(await app.as('officer').post(`/visits/${visit.id}/void`, { reason: '再来' }).expect(409))).toBe('visit-voided');
      expect(code(await app.as('officer').post(`/visits/${visit.id}/amend`, { summary: '改' }).expect(409))).toBe('visit-voided');
      expect(code(await app.as('supervisor').post(`/visits/${visit.id}/review`, { accept: true }).expect(409))).toBe('visit-voided');
      expect(await ids(app.as('officer'), `enterpriseId=${enterpriseId}`)).toEqual([visit.id, before.id]);
      at('2026-03-14');
      expect(code(await app.as('officer').post(`/visits/${before.id}/void`, { reason: '晚了' }).expect(422))).toBe('amend-too-late');
      await app.as('supervisor').post(`/visits/${before.id}/void`, { reason: '核查属虚报' }).expect(200);
      expect(await lastVisitOn()).toBeNull();
    });
  });

  describe('reading', () => {
    it('shows an officer their enterprises and what they took part in, and nothing else', async () => {
      const visit = await log();
      const shared = await log({ participantIds: [app.cadres.leader] });
      const sees = async (who: Caller): Promise<[boolean, boolean, number]> => {
        const shown = await ids(who, `enterpriseId=${enterpriseId}`);
        return [shown.includes(visit.id), shown.includes(shared.id), (await who.get(`/visits/${visit.id}`)).status];
      };
      expect(await sees(app.as('officer'))).toEqual([true, true, 200]);
      expect(await sees(app.as('leader'))).toEqual([false, true, 404]);
      expect(await sees(app.as('officer2'))).toEqual([false, false, 404]);
      const { id } = await anAssignment(app, enterpriseId, { cadreId: app.cadres.officer2 });
      expect(await sees(app.as('officer2'))).toEqual([true, true, 200]);
      expect(await ids(app.as('officer2'), 'limit=200')).toEqual(expect.arrayContaining([visit.id, shared.id]));
      expect(await ids(app.as('officer2'), `cadreId=${app.cadres.leader}`)).toContain(shared.id);
      await app.as('admin').post(`/assignments/${id}/end`, {}).expect(200);
      expect(await sees(app.as('officer2'))).toEqual([true, true, 200]);
      for (const who of [app.as('supervisor'), app.as('admin'), app.as('county'), app.asClient('visits:read')]) expect(await sees(who)).toEqual([true, true, 200]);
      expect(await ids(app.as('stranger'), `enterpriseId=${enterpriseId}`)).toEqual([]);
      await app.as('stranger').get(`/visits/${visit.id}`).expect(404);
      await app.asClient('visits:read', [app.otherParkId]).get(`/visits/${visit.id}`).expect(404);
      await app.asClient('tickets:read').get(`/visits/${visit.id}`).expect(403);
      await app.as('inspector').get('/visits').expect(403);
      await app.as('supervisor').get('/visits/what').expect(404);
    });

    it('filters by enterprise, cadre, days and review, newest first, page by page', async () => {
      const other = await anEnterprise(app);
      const first = await log({ occurredAt: '2026-03-09T10:00:00+08:00' });
      const second = await log({ occurredAt: '2026-03-10T10:00:00+08:00', participantIds: [app.cadres.leader] });
      const third = await log({ enterpriseId: other, occurredAt: '2026-03-10T10:00:00+08:00' });
      const fourth = await log({ occurredAt: '2026-03-11T10:00:00+08:00' }, 'leader');
      const old = await late();
      const newest = [fourth.id, ...[second.id, third.id].sort().reverse(), first.id, old.id];
      for (const who of ['supervisor', 'officer', 'leader'] as const) {
        const visible = newest.filter((id) => who !== 'leader' || [fourth.id, second.id].includes(id)).filter((id) => who !== 'officer' || id !== fourth.id);
        const caller = app.as(who);
        const mine = new Set(newest);
        const pages: string[] = [];
        for (let cursor = ''; ;) {
          const { items, nextCursor } = (await caller.get(`/visits?limit=2&from=2026-03-08&to=2026-03-11${cursor}`).expect(200)).body as Page;
          pages.push(...items.map(({ id }) => id));
          if (nextCursor === null) break;
          cursor = `&cursor=${nextCursor}`;
        }
        expect(pages.filter((id) => mine.has(id))).toEqual(visible);
        expect(new Set(pages).size).toBe(pages.length);
        expect(await ids(caller, `enterpriseId=${enterpriseId}`)).toEqual(visible.filter((id) => id !== third.id));
        expect(await ids(caller, `enterpriseId=${enterpriseId}&cadreId=${app.cadres.leader}`)).toEqual(visible.filter((id) => [fourth.id, second.id].includes(id)));
        expect((await ids(caller, `cadreId=${app.cadres.leader}`)).filter((id) => mine.has(id))).toEqual(visible.filter((id) => [fourth.id, second.id].includes(id)));
        expect(await ids(caller, `enterpriseId=${enterpriseId}&from=2026-03-10&to=2026-03-10`)).toEqual(visible.filter((id) => id === second.id));
        expect((await ids(caller, 'review=needs_review')).filter((id) => mine.has(id))).toEqual(visible.filter((id) => id === old.id));
        expect((await ids(caller, 'review=none&limit=200')).filter((id) => mine.has(id))).toEqual(visible.filter((id) => id !== old.id));
      }
      await app.as('supervisor').post(`/visits/${old.id}/review`, { accept: true }).expect(200);
      expect(await ids(app.as('supervisor'), `enterpriseId=${enterpriseId}&review=accepted`)).toEqual([old.id]);
      expect(await ids(app.as('officer'), `enterpriseId=${enterpriseId}&review=rejected`)).toEqual([]);
    });

    it('goes on from a cursor of the same list alone', async () => {
      await log();
      await log();
      const { nextCursor } = (await app.as('officer').get(`/visits?limit=1&enterpriseId=${enterpriseId}`).expect(200)).body as Page;
      expect(code(await app.as('officer').get(`/visits?limit=1&cursor=${nextCursor}`).expect(400))).toBe('cursor-invalid');
      await app.as('officer').get('/visits?reviewed=yes').expect(400);
      await app.as('officer').get('/visits?from=2026-02-30').expect(400);
    });
  });
});
