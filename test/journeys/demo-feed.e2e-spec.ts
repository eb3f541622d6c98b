import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import issues from '../../data/demo-issues.json';
import guide from '../../data/demo-guide.json';
import { COMMON_CATEGORIES } from '../../src/guide/domain/categories';
import { DEMO_PARK_ID, DEMO_SECOND_PARK_ID } from '../../src/cli/demo-ids';
import { loadDemo } from '../../src/cli/demo';
import { type State, STATES } from '../../src/tickets/domain/lifecycle';
import { LinkDeliveriesSweep } from '../../src/tickets/links/link-deliveries.sweep';
import { type Cast, ISSUER, startApp, type TestApp } from '../support/app';
import { everything } from '../support/feed';
import { seal, stopSealing } from '../support/seal';

/** A database without a park, as the demo wants it. */
const NOBODY: Cast = { parkId: DEMO_PARK_ID, otherParkId: DEMO_SECOND_PARK_ID, departmentId: '', otherDepartmentId: '', cadres: {} as Cast['cadres'] };

describe('the feed of the demo park', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-demo-links-'));
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ cast: NOBODY, links: { publicUrl: 'http://localhost:3000', outbox: { kind: 'file', file: join(folder, 'links.jsonl'), collected: false } } });
    await loadDemo(app.app, ISSUER);
    await seal(app);
  });
  // What the demo has written is compared with the catalogue of events here.
  afterAll(async () => {
    await stopSealing(app);
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('tells how it came about, park by park without a gap', async () => {
    const { items } = await everything(app.asClient('changes:read enterprises:read visits:read', [DEMO_PARK_ID, DEMO_SECOND_PARK_ID]), { limit: 70 });
    const numbers = (parkId: string) => items.filter(({ parkid }) => parkid === parkId).map(({ sequence }) => Number(sequence));
    expect(numbers(DEMO_SECOND_PARK_ID)).toEqual([1]);
    expect(numbers(DEMO_PARK_ID)).toEqual(numbers(DEMO_PARK_ID).map((_number, index) => index + 1));
    const others = items.map(({ type }) => type).filter((type) => !/^service-ledger\.(?:ticket|linkage|reminder|matter)\./.test(type));
    expect(new Set(others)).toEqual(new Set([
      'park.created', 'department.added', 'cadre.added', 'account.created', 'enterprise.registered', 'guide-item.added', 'visit.imported', 'assignment.started', 'assignment.due_changed', 'lapse.recorded',
    ].map((entry) => `service-ledger.${entry}.v1`)));
  });

  it('comes with tickets in every state, numbered in the order of their registration', async () => {
    const { items, total } = (await app.asClient('tickets:read', [DEMO_PARK_ID]).get('/tickets?limit=200&count=true').expect(200)).body as { items: { status: State; number: string; createdAt: string; clocks: { breachedAt: string | null }[]; level: number }[]; total: number };
    expect(total).toBe(issues.items.length);
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(STATES));
    // Newest first; a year begins anew.
    expect(items.map(({ createdAt }) => createdAt)).toEqual(items.map(({ createdAt }) => createdAt).toSorted().reverse());
    expect(items.some(({ clocks, level }) => level === 3 && clocks.some(({ breachedAt }) => breachedAt !== null))).toBe(true);
  });

  it('has links on their way, and others that its tickets have left behind: none that failed anybody', async () => {
    const sent = await app.app.get(LinkDeliveriesSweep).sweep('test');
    expect(sent).toMatchObject({ delivered: 0, failed: 0, givenUp: 0 });
    expect(sent.taken).toBeGreaterThan(0);
    expect(sent.overtaken).toBeGreaterThan(0);
  });

  it('comes with a service guide that was in force when the park went live', async () => {
    const [park] = await app.sql<{ on: string }>('SELECT go_live_on::text AS on FROM park WHERE id = $1', [DEMO_PARK_ID]);
    const { items, total } = (await app.asClient('tickets:read', [DEMO_PARK_ID]).get(`/guide-items?on=${park?.on ?? ''}&limit=200&count=true`).expect(200)).body as { items: { category: string }[]; total: number };
    expect(total).toBe(guide.items.length);
    // Each of the common categories has an item, and there are no others.
    expect(new Set(items.map(({ category }) => category))).toEqual(new Set(COMMON_CATEGORIES.map(({ code }) => code)));
  });
});
