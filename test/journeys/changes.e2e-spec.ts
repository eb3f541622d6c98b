import fc from 'fast-check';
import { EVENT_TYPES, eventName } from '../../src/portal/domain/event-types';
import { type Caller, startApp, type TestApp } from '../support/app';
import { append, changes, everything } from '../support/feed';
import { seal, stopSealing } from '../support/seal';
import { anAssignment, anEnterprise, aVisit } from '../support/world';

const CHANGED = { type: 'department.changed', data: { fields: ['name'] } };
const ALL = 'changes:read enterprises:read visits:read';

describe('the change feed', () => {
  let app: TestApp;
  let reader: Caller;
  beforeAll(async () => {
    app = await startApp();
    reader = app.asClient(ALL);
  });
  afterAll(async () => {
    await stopSealing(app);
    await app.close();
  });
  const both = (): Caller => app.asClient(ALL, [app.parkId, app.otherParkId]);

  it('tells what was sealed, in order and without a gap, and nothing that is not sealed yet', async () => {
    const enterpriseId = await anEnterprise(app);
    await anAssignment(app, enterpriseId);
    await app.as('officer').post('/visits', aVisit(app, enterpriseId)).expect(201);
    expect((await changes(reader)).items).toEqual([]);
    await seal(app);
    const { items, next } = await changes(reader);
    expect(items.map(({ type }) => type)).toEqual(expect.arrayContaining(['enterprise.registered', 'assignment.started', 'visit.logged'].map((entry) => `service-ledger.${entry}.v1`)));
    expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_item, index) => String(index + 1)));
    expect(items.find(({ type }) => type === 'service-ledger.visit.logged.v1')).toMatchObject({
      specversion: '1.0', source: `urn:service-ledger:park:${app.parkId}`, parkid: app.parkId, effectiveon: '2026-03-02',
      actorkind: 'cadre', actorid: app.cadres.officer, dataschema: 'urn:service-ledger:schema:visit.logged:v1', data: { enterpriseId, on: '2026-03-02', mode: 'on_site', review: 'none' },
    });
    expect(await changes(reader, { after: next })).toEqual({ items: [], next });
  });

  it('goes on where it stood, and a page comes again as it was', async () => {
    const first = await changes(reader, { limit: 1 });
    const second = await changes(reader, { limit: 1, after: first.next });
    expect([first, second].map(({ items }) => items.map(({ sequence }) => sequence))).toEqual([['1'], ['2']]);
    await append(app, app.parkId, 3);
    await seal(app);
    expect(await changes(reader, { limit: 1 })).toEqual(first);
  });

  it('tells a client without the scope of a resource that something happened, and not what', async () => {
    const { items } = await everything(app.asClient('changes:read enterprises:read'));
    const of = (entry: string) => items.find(({ type }) => type === `service-ledger.${entry}.v1`);
    expect(of('enterprise.registered')).toHaveProperty('data');
    expect(of('visit.logged')).toHaveProperty('subject');
    expect(of('visit.logged')).not.toHaveProperty('data');
  });

  it.each(['supervisor', 'admin', 'county'] as const)('is for the %s too, with the data', async (role) => {
    expect((await everything(app.as(role))).items.every(({ data }) => data !== undefined)).toBe(true);
  });

  it('is filtered by type, and its cursor then passes over what does not fit', async () => {
    const types = ['visit.logged', 'enterprise.registered'].map((entry) => eventName({ entry, version: 1 })).join(',');
    const { items, next } = await everything(reader, { types, limit: 1 });
    expect(items.map(({ type }) => type).sort()).toEqual(['service-ledger.enterprise.registered.v1', 'service-ledger.visit.logged.v1']);
    await append(app, app.parkId, 5);
    await seal(app);
    const passed = await changes(reader, { types, after: next });
    expect(passed.items).toEqual([]);
    expect(passed.next).not.toBe(next);
    expect(await changes(reader, { types: types.split(',').reverse().join(','), after: passed.next })).toEqual({ items: [], next: passed.next });
  });

  describe('refuses', () => {
    const refused = async (query: string, problem: { code: string; status: number; pointer: string; fault?: string }, by = reader) => {
      const response = await by.get(`/changes?${query}`);
      const { code, errors } = response.body as { code: string; errors?: { pointer: string; code: string }[] };
      expect({ status: response.status, code, pointer: errors?.[0]?.pointer, fault: errors?.[0]?.code }).toEqual({ fault: problem.code, ...problem });
    };
    const invalid = { code: 'cursor-invalid', status: 400, pointer: '/query/after' };

    it('a cursor of another filter', async () => {
      const { next } = await changes(reader);
      await refused(`after=${next}&types=service-ledger.visit.logged.v1`, invalid);
      await refused(`after=${next}&parkId=${app.parkId}`, invalid);
    });

    it('a damaged cursor', async () => {
      const { next } = await changes(reader);
      for (const damaged of [next.slice(1), next.slice(0, -1), `${next}A`, 'x', `${next.slice(0, -3)}AAA`]) await refused(`after=${damaged}`, invalid);
      await refused(`after=${'A'.repeat(4_001)}`, { code: 'malformed', status: 400, pointer: '/query/after', fault: 'too-long' });
    });

    it('a cursor beyond what has been sealed: it would pass over what comes', async () => {
      await append(app, app.parkId, 1);
      await seal(app);
      const { next } = await everything(reader);
      // As a backup from before the last entry would have it.
      const last = `(SELECT max(number) FROM journal_entry WHERE park_id = '${app.parkId}')`;
      await app.sql(`
        BEGIN; SET LOCAL session_replication_role = replica;
        DELETE FROM journal_entry WHERE park_id = '${app.parkId}' AND number = ${last};
        UPDATE journal_head h SET (number, hash, algorithm, sealed_at) = (SELECT number, hash, algorithm, sealed_at FROM journal_entry WHERE park_id = h.park_id AND number = ${last})
        WHERE park_id = '${app.parkId}'; COMMIT`);
      await refused(`after=${next}`, invalid);
      await append(app, app.parkId, 1);
      await seal(app);
    });

    it('an unknown type, a wait and a limit out of range', async () => {
      await refused('types=service-ledger.visit.lost.v1', { code: 'malformed', status: 400, pointer: '/query/types', fault: 'choice' });
      await refused('wait=61', { code: 'malformed', status: 400, pointer: '/query/wait', fault: 'range' });
      await refused('limit=1001', { code: 'malformed', status: 400, pointer: '/query/limit', fault: 'range' });
    });

    it('a park outside the scope, a client without parks, and a feed of more than a hundred', async () => {
      await reader.get(`/changes?parkId=${app.otherParkId}`).expect(404);
      await app.as('stranger').get(`/changes?parkId=${app.parkId}`).expect(404);
      await app.asClient(ALL, []).get('/changes').expect(404);
      const many = Array.from({ length: 101 }, (_none, number) => `01950000-0000-7000-9000-${String(number).padStart(12, '0')}`);
      await refused('', { code: 'park-required', status: 400, pointer: '/query/parkId' }, app.asClient(ALL, many));
      await app.asClient(ALL, many.slice(1)).get('/changes').expect(200);
    });
  });

  describe('of several parks', () => {
    it('is merged by the time of sealing, each park in order and without a gap', async () => {
      for (const parkId of [app.parkId, app.otherParkId, app.parkId]) {
        app.clock.advance(1_000);
        await append(app, parkId, 3);
        await seal(app);
      }
      const { items } = await everything(both(), { limit: 4 });
      for (const parkId of [app.parkId, app.otherParkId]) {
        const numbers = items.filter(({ parkid }) => parkid === parkId).map(({ sequence }) => Number(sequence));
        expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
      }
      expect(items.map(({ sealedat }) => sealedat)).toEqual(items.map(({ sealedat }) => sealedat).sort());
      expect(items.slice(-3).every(({ parkid }) => parkid === app.parkId)).toBe(true);
    });

    it('begins a park that joins later at its beginning, and keeps the place of one that leaves', async () => {
      const { next: ofBoth } = await everything(both());
      await append(app, app.otherParkId, 2);
      await seal(app);
      const alone = await changes(reader, { after: ofBoth });
      expect(alone.items).toEqual([]);
      expect((await changes(both(), { after: alone.next })).items.map(({ parkid }) => parkid)).toEqual([app.otherParkId, app.otherParkId]);
      const { next: ofOne } = await everything(reader);
      const joined = await changes(both(), { after: ofOne, limit: 1_000 });
      expect([...new Set(joined.items.map(({ parkid }) => parkid))]).toEqual([app.otherParkId]);
      expect(joined.items[0]?.sequence).toBe('1');
    });

    it('is a county’s, and takes in a park that is set up later', async () => {
      const { next } = await everything(app.as('county'));
      const park = await app.as('operator').post('/parks', { code: 'LATER', name: '后建园区', countyCode: '430181', timeZone: 'Asia/Shanghai', goLiveOn: '2026-03-02' }).expect(201);
      await seal(app);
      const { items } = await changes(app.as('county'), { after: next });
      const { id } = park.body as { id: string };
      expect(items.map(({ type, parkid, sequence }) => [type, parkid, sequence])).toEqual([['service-ledger.park.created.v1', id, '1']]);
    });

    it('tells each entry once and in order, however entries and readers come and go', async () => {
      const parks = [app.parkId, app.otherParkId];
      const step = fc.oneof(
        fc.record({ do: fc.constant('append' as const), park: fc.nat({ max: 1 }), count: fc.integer({ min: 1, max: 6 }), entry: fc.constantFrom({ type: 'working-hours.added', data: {} }, CHANGED) }),
        fc.record({ do: fc.constant('seal' as const), later: fc.boolean() }),
        fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 7 }) }),
      );
      const filter = fc.constantFrom<Record<string, string>>({}, { types: eventName({ entry: CHANGED.type, version: 1 }) });
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), filter, async (steps, filtered) => {
        const start = await everything(both(), filtered);
        const told: [string, string][] = [];
        let after = start.next;
        const read = async (limit: number): Promise<number> => {
          const page = await changes(both(), { ...filtered, after, limit });
          told.push(...page.items.map(({ parkid, id }): [string, string] => [parkid, id]));
          after = page.next;
          return page.items.length;
        };
        const before = new Map((await heads()).map(({ parkId, number }) => [parkId, number]));
        for (const one of steps) {
          if (one.do === 'append') await append(app, parks[one.park] ?? '', one.count, one.entry);
          else if (one.do === 'read') await read(one.limit);
          else {
            if (one.later) app.clock.advance(1_000);
            await seal(app);
          }
        }
        await seal(app);
        while (await read(5) > 0);
        for (const parkId of parks) {
          const sealed = await app.sql<{ id: string }>('SELECT id FROM journal_entry WHERE park_id = $1 AND number > $2 AND ($3 OR type = \'department.changed\') ORDER BY number', [parkId, before.get(parkId) ?? 0, !('types' in filtered)]);
          expect(told.filter(([of]) => of === parkId).map(([, id]) => id)).toEqual(sealed.map(({ id }) => id));
        }
      }), { numRuns: 15 });
    });
    const heads = () => app.sql<{ parkId: string; number: number }>('SELECT park_id AS "parkId", max(number) AS number FROM journal_entry WHERE number IS NOT NULL GROUP BY 1');
  });

  it('knows a name for every type that it can be asked for', async () => {
    expect((await changes(reader, { types: EVENT_TYPES.map(eventName).join(',') })).items.length).toBeGreaterThan(0);
  });
});
