import { generateKeyPairSync } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { useLogs } from '../../src/application';
import { ClientDirectory } from '../../src/identity/client-directory';
import { Database } from '../../src/platform/db/database';
import { Signals } from '../../src/platform/db/signals';
import { SEALED_CHANNEL } from '../../src/platform/journal/sealer';
import { systemActor } from '../../src/kernel/actor';
import { startApp, type TestApp } from '../support/app';
import { behind, waiting } from '../support/behind';
import { aMachineClient } from '../support/clients';
import { aClientId } from '../support/world';

interface Shown {
  id: string; parkId: string; homeParkId: string; otherParks: number | null; scopes: string[]; authMethod: string; keyIds: string[]; secret?: string | null; version: number; lastUsedAt: string | null; revokedAt: string | null;
  secrets: { id: string; createdAt: string; endsAt: string | null; lastUsedAt: string | null }[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A machine from its first secret to its end, by the administrator of its park; the built-in issuer asks the directory. */
describe('machine clients', () => {
  const lines: string[] = [];
  let app: TestApp;
  let directory: ClientDirectory;
  beforeAll(async () => {
    const log = pino({ level: 'debug' }, new Writable({ write(chunk: Buffer, _encoding, done) { lines.push(chunk.toString()); done(); } }));
    app = await startApp({ log });
    useLogs(app.app, log);
    directory = app.app.get(ClientDirectory);
  });
  afterAll(async () => { await app.close(); });

  const shown = async (id: string, who: Parameters<TestApp['as']>[0] = 'admin'): Promise<Shown> => (await app.as(who).get(`/clients/${id}`).expect(200)).body as Shown;
  const rotate = async (id: string, body: object = {}): Promise<string> => ((await app.as('admin').post(`/clients/${id}/rotate`, body).expect(200)).body as Shown).secret ?? '';
  const fits = async (id: string, ...secrets: string[]): Promise<boolean[]> => Promise.all(secrets.map(async (secret) => directory.secretFits(id, secret)));
  const entries = async (id: string): Promise<{ type: string; parkId: string }[]> => app.sql('SELECT type, park_id AS "parkId", actor_id AS "actorId", data FROM journal_entry WHERE subject_id = $1 ORDER BY position', [id]);
  const publicKey = (kid: string): object => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid });

  it('are created with a secret that is told once and is nowhere else', async () => {
    const made = (await app.as('admin').post('/clients', { name: '星野县政务门户', scopes: ['visits:read', 'changes:read'] }).expect(201)).body as Shown;
    expect(made).toMatchObject({ parkId: app.parkId, homeParkId: app.parkId, otherParks: 0, authMethod: 'client_secret_basic', scopes: ['visits:read', 'changes:read'], keyIds: [], lastUsedAt: null, revokedAt: null });
    expect(made.secret).toMatch(/^slc_[\w-]{43}$/);
    expect(made.secrets).toEqual([expect.objectContaining({ endsAt: null, lastUsedAt: null })]);
    const secret = made.secret ?? '';
    expect(JSON.stringify(await shown(made.id))).not.toContain(secret);
    expect((await app.as('admin').get('/clients').expect(200)).text).not.toContain('slc_');
    const [{ found } = { found: true }] = await app.sql<{ found: boolean }>(
      `SELECT bool_or(query_to_xml('SELECT * FROM ' || quote_ident(relname), false, true, '')::text LIKE '%' || $1 || '%') AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r'`, [secret]);
    expect(found).toBe(false);
    expect(await fits(made.id, secret)).toEqual([true]);
  });

  it('keep no secret in an answer that is sent again: neither under a key nor under an id', async () => {
    const id = aClientId(app);
    const body = { id, name: '门户', scopes: ['visits:read'] };
    const send = () => app.as('admin').post('/clients', body).set('idempotency-key', 'one intention');
    const first = (await app.as('admin').post('/clients', body).set('idempotency-key', 'one-intention').expect(201)).body as Shown;
    const again = await app.as('admin').post('/clients', body).set('idempotency-key', 'one-intention').expect(201).expect('idempotency-replayed', 'true');
    expect(again.body).toEqual({ ...first, secret: null });
    expect((await app.as('admin').post('/clients', body).expect(200)).body).toEqual({ ...first, secret: null });
    expect(await app.sql(`SELECT FROM kept_answer WHERE body LIKE '%slc\\_%'`)).toEqual([]);
    await send().expect(400);
    await app.as('admin').post('/clients', { ...body, scopes: ['tickets:read'] }).expect(409);
    expect(await fits(id, first.secret ?? '')).toEqual([true]);
  });

  it('change their secret while both count, and for as long as was said', async () => {
    const { id, secret: old } = await aMachineClient(app);
    expect(await fits(id, old)).toEqual([true]);
    const fresh = await rotate(id, { overlapHours: 2 });
    expect(await fits(id, old, fresh)).toEqual([true, true]);
    expect((await shown(id)).secrets.map(({ endsAt }) => endsAt)).toEqual([new Date(app.clock.now().getTime() + 2 * HOUR_MS).toISOString(), null]);
    app.clock.advance(2 * HOUR_MS - 1);
    expect(await fits(id, old, fresh)).toEqual([true, true]);
    app.clock.advance(1);
    expect(await fits(id, old, fresh)).toEqual([false, true]);
    expect((await shown(id)).secrets).toHaveLength(1);
    const last = await rotate(id, { overlapHours: 0 });
    expect(await fits(id, old, fresh, last)).toEqual([false, false, true]);
  });

  it('never have three, and a secret whose answer was lost does not drive out the one in use', async () => {
    const { id, secret: inUse } = await aMachineClient(app);
    await fits(id, inUse);
    const lost = await rotate(id);
    const second = await rotate(id);
    expect(await fits(id, inUse, lost, second)).toEqual([true, false, true]);
    app.clock.advance(2 * MINUTE_MS);
    // The client has taken the new one into use: now that one stays.
    await fits(id, second);
    const third = await rotate(id);
    expect(await fits(id, inUse, lost, second, third)).toEqual([false, false, true, true]);
    const twins = await Promise.all([1, 2, 3].map(async () => app.as('admin').post(`/clients/${id}/rotate`, {})));
    expect(twins.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await shown(id)).secrets).toHaveLength(2);
  });

  it('tell no secret of one client for that of another, and know no other text', async () => {
    const [one, other] = [await aMachineClient(app), await aMachineClient(app)];
    expect(await fits(one.id, other.secret, '', 'slc_', `${one.secret}x`, one.secret.toUpperCase())).toEqual([false, false, false, false, false]);
    expect(await fits('no-client', one.secret)).toEqual([false]);
    expect(await fits(one.id.toUpperCase(), one.secret)).toEqual([false]);
    // Nor does a hash that somebody has written into another's row.
    await app.sql('UPDATE machine_client_secret SET ended_at = now() WHERE client_id = $1', [other.id]);
    await app.sql(`INSERT INTO machine_client_secret (id, park_id, client_id, slot, secret_hash, created_at) SELECT uuidv7(), park_id, $2, 1, sha256(secret_hash), now() FROM machine_client_secret WHERE client_id = $1`, [one.id, other.id]);
    expect(await fits(other.id, one.secret)).toEqual([false]);
  });

  it('may have keys instead: public, strong and whole, and nothing else', async () => {
    const keys = [publicKey('a'), publicKey('b')];
    const made = (await app.as('admin').post('/clients', { name: '门户', scopes: ['visits:read'], authMethod: 'private_key_jwt', keys }).expect(201)).body as Shown;
    expect(made).toMatchObject({ authMethod: 'private_key_jwt', keyIds: ['a', 'b'], secrets: [], secret: null });
    expect(await directory.find(made.id)).toMatchObject({ authMethod: 'private_key_jwt', jwks: { keys } });
    await app.as('admin').post(`/clients/${made.id}/rotate`, { keys: [publicKey('c')] }).expect(200).expect(({ body }) => { expect(body).toMatchObject({ keyIds: ['c'], secret: null }); });
    const refused = async (body: object, status: number, error: object) => {
      const response = await app.as('admin').post('/clients', { name: '门户', scopes: ['visits:read'], authMethod: 'private_key_jwt', ...body }).expect(status);
      expect((response.body as { errors: object[] }).errors[0]).toMatchObject(error);
    };
    await refused({}, 422, { pointer: '/keys', code: 'client-keys-misplaced' });
    await refused({ authMethod: 'client_secret_basic', keys }, 422, { pointer: '/keys', code: 'client-keys-misplaced' });
    await refused({ keys: [publicKey('a'), publicKey('a')] }, 422, { pointer: '/keys', code: 'client-keys-invalid' });
    await refused({ keys: [{ ...publicKey('a'), d: 'AAAA' }] }, 400, { pointer: '/keys/0/d', code: 'unknown-field' });
    await refused({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }, 400, { pointer: '/keys/0/k', code: 'unknown-field' });
    await app.as('admin').post(`/clients/${made.id}/rotate`, {}).expect(422);
    await app.as('admin').post(`/clients/${(await aMachineClient(app)).id}/rotate`, { keys }).expect(422);
  });

  it.each(['operator:all', 'admin', '*', 'visits:read tickets:read'])('are granted no scope that is none: %s', async (scope) => {
    await app.as('admin').post('/clients', { name: '门户', scopes: [scope] }).expect(400);
  });

  it('are found by the issuer with what they may ask for, and not once they are revoked', async () => {
    const { id, secret } = await aMachineClient(app, { scopes: ['visits:read', 'changes:read'] });
    expect(await directory.find(id)).toEqual({ clientId: id, parkIds: [app.parkId], scopes: ['visits:read', 'changes:read'], authMethod: 'client_secret_basic', jwks: undefined });
    const revoked = (await app.as('admin').post(`/clients/${id}/revoke`).expect(200)).body as Shown;
    expect(revoked).toMatchObject({ revokedAt: app.clock.now().toISOString(), secrets: [] });
    expect(await directory.find(id)).toBeUndefined();
    expect(await fits(id, secret)).toEqual([false]);
    for (const [step, body] of [['revoke', {}], ['rotate', {}], ['grant', { scopes: ['visits:read'] }]] as const) {
      expect((await app.as('admin').post(`/clients/${id}/${step}`, body).expect(409)).body).toMatchObject({ code: 'client-revoked' });
    }
    expect(await directory.find('nobody')).toBeUndefined();
  });

  it('show when they were last used, written once a minute and told to no process', async () => {
    const { id, secret } = await aMachineClient(app);
    const at = app.clock.now().toISOString();
    let told = 0;
    const signals = app.app.get(Signals);
    // Signals come in the order of their commits: with this one, all that went before have been heard, that of the client's making too.
    const heard = async (): Promise<void> => {
      const marked = new Promise<void>((resolve) => { signals.on(SEALED_CHANNEL, resolve); });
      await app.sql(`SELECT pg_notify($1, '')`, [SEALED_CHANNEL]);
      await marked;
    };
    await heard();
    signals.on('ledger_identity', () => { told += 1; });
    await directory.used(id);
    await fits(id, secret);
    app.clock.advance(MINUTE_MS - 1);
    await directory.used(id);
    await fits(id, secret);
    expect(await shown(id)).toMatchObject({ lastUsedAt: at, secrets: [{ lastUsedAt: at }] });
    app.clock.advance(1);
    await directory.used(id);
    await fits(id, secret);
    expect(await shown(id)).toMatchObject({ lastUsedAt: app.clock.now().toISOString(), secrets: [{ lastUsedAt: app.clock.now().toISOString() }], version: 1 });
    await directory.used('nobody');
    await heard();
    expect(told).toBe(0);
  });

  it('stand in the journal with what they may do, without name or secret', async () => {
    const { id } = await aMachineClient(app);
    await app.as('admin').post(`/clients/${id}/grant`, { scopes: ['tickets:read'] }).expect(200);
    await rotate(id);
    await app.as('admin').post(`/clients/${id}/revoke`).expect(200);
    const common = { parkId: app.parkId, actorId: app.cadres.admin };
    expect(await entries(id)).toEqual([
      { ...common, type: 'client.created', data: { authMethod: 'client_secret_basic', scopes: ['visits:read'] } },
      { ...common, type: 'client.granted', data: { scopes: ['tickets:read'] } },
      { ...common, type: 'client.rotated', data: { authMethod: 'client_secret_basic', overlapHours: 24 } },
      { ...common, type: 'client.revoked', data: { whole: true } },
    ]);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join('')).not.toContain('slc_');
  });

  describe('of one park that another lets in', () => {
    let id: string;
    let secret: string;
    beforeAll(async () => {
      ({ id, secret } = await aMachineClient(app, { scopes: ['visits:read', 'tickets:write'] }));
    });

    it('are nothing to it before', async () => {
      await app.as('stranger').get(`/clients/${id}`).expect(404);
      for (const step of ['rotate', 'revoke']) await app.as('stranger').post(`/clients/${id}/${step}`).expect(404);
      expect((await app.as('stranger').get('/clients?count=true').expect(200)).body).toMatchObject({ items: [], total: 0 });
    });

    it('may do there what that park says, which sees neither keys nor secrets', async () => {
      expect((await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['visits:read'] }).expect(200)).body).toMatchObject({
        parkId: app.otherParkId, homeParkId: app.parkId, otherParks: null, scopes: ['visits:read'], secrets: [], keyIds: [],
      });
      expect(await shown(id)).toMatchObject({ parkId: app.parkId, otherParks: 1, scopes: ['visits:read', 'tickets:write'], secrets: [{}] });
      expect((await app.as('admin').get('/clients?limit=1').expect(200)).body).toMatchObject({ items: [{ id, otherParks: 1 }] });
      expect((await app.as('stranger').get('/clients').expect(200)).body).toMatchObject({ items: [{ id, otherParks: null }] });
      expect(await directory.find(id)).toMatchObject({ parkIds: [app.parkId, app.otherParkId], scopes: ['visits:read', 'tickets:write'] });
    });

    it('are granted nothing in a park that is not the administrator’s own', async () => {
      await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['visits:read'], parkId: app.parkId }).expect(404);
      await app.as('admin').post('/clients', { name: '门户', scopes: ['visits:read'], parkId: app.otherParkId }).expect(404);
      const database = app.app.get(Database);
      const stranger = { ...systemActor('test', [app.otherParkId]), kind: 'cadre' as const };
      for (const text of [`UPDATE machine_client_park SET scopes = '{imports:write}' WHERE granted_park_id = '${app.parkId}'`, `UPDATE machine_client SET revoked_at = now() WHERE id = '${id}'`]) {
        await database.transact(stranger, async (em) => em.query<unknown>(text)).catch((error: unknown) => { expect(String(error)).toMatch(/row-level security/); });
      }
      await expect(database.transact(stranger, async (em) => em.query<unknown>(
        `INSERT INTO machine_client_secret (id, park_id, client_id, slot, secret_hash, created_at) VALUES (uuidv7(), $1, $2, 2, sha256('x'), now())`, [app.parkId, id]))).rejects.toThrow(/row-level security/);
      expect(await database.read(stranger, { name: 'foreign-secrets', text: 'SELECT FROM machine_client_secret WHERE client_id = $1', values: [id] })).toEqual([]);
      expect(await shown(id)).toMatchObject({ scopes: ['visits:read', 'tickets:write'], revokedAt: null });
    });

    it('get no secret by that park’s hand: with it one would be the client in the other park, too', async () => {
      await app.as('stranger').post(`/clients/${id}/rotate`).expect(404);
      expect(await fits(id, secret)).toEqual([true]);
    });

    it('end there when it says so, and may come back', async () => {
      expect((await app.as('stranger').post(`/clients/${id}/revoke`).expect(200)).body).toMatchObject({ revokedAt: app.clock.now().toISOString() });
      expect(await directory.find(id)).toMatchObject({ parkIds: [app.parkId] });
      await app.as('stranger').post(`/clients/${id}/revoke`).expect(409);
      expect(await shown(id)).toMatchObject({ revokedAt: null, otherParks: 0 });
      expect((await app.as('stranger').get('/clients?active=false').expect(200)).body).toMatchObject({ items: [{ id }] });
      await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['visits:read'] }).expect(200);
      expect((await app.as('stranger').get('/clients?active=true').expect(200)).body).toMatchObject({ items: [{ id, revokedAt: null }] });
    });

    it('end everywhere when their own park says so, and each park reads it in its journal', async () => {
      await app.as('admin').post(`/clients/${id}/revoke`).expect(200);
      expect(await directory.find(id)).toBeUndefined();
      expect(await shown(id)).toMatchObject({ otherParks: 0 });
      expect(await shown(id, 'stranger')).toMatchObject({ revokedAt: app.clock.now().toISOString() });
      const ends = (await entries(id)).slice(-2);
      expect(ends).toEqual(expect.arrayContaining([app.parkId, app.otherParkId].map((parkId) => ({ type: 'client.revoked', parkId, actorId: app.cadres.admin, data: { whole: true } }))));
      expect((await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['visits:read'] }).expect(409)).body).toMatchObject({ code: 'client-revoked' });
    });

    const toldIn = async (other: string, parkId: string) => (await entries(other)).filter((entry) => entry.parkId === parkId).map(({ type }) => type);

    it('end also where another park lets them in at that moment: it reads that they ended', async () => {
      const other = await aMachineClient(app, { scopes: ['visits:read'] });
      let revoked: PromiseLike<{ status: number }> = Promise.resolve({ status: 0 });
      // The grant is about to be journaled, and cannot be.
      const granted = await behind(
        app, async (holder) => holder.query('LOCK TABLE journal_entry IN SHARE MODE'), () => app.as('stranger').post(`/clients/${other.id}/grant`, { scopes: ['visits:read'] }),
        async () => {
          revoked = Promise.resolve(app.as('admin').post(`/clients/${other.id}/revoke`));
          await waiting(app, 2);
        },
      );
      expect([granted.status, (await revoked).status]).toEqual([200, 200]);
      expect(await toldIn(other.id, app.otherParkId)).toEqual(['client.granted', 'client.revoked']);
      expect(await toldIn(other.id, app.parkId)).toEqual(['client.created', 'client.revoked']);
    });

    it('are let in nowhere any more by a park that does so while they are being ended', async () => {
      const other = await aMachineClient(app, { scopes: ['visits:read'] });
      let granted: PromiseLike<{ status: number; body: unknown }> = Promise.resolve({ status: 0, body: {} });
      const revoked = await behind(
        app, async (holder) => holder.query('LOCK TABLE journal_entry IN SHARE MODE'), () => app.as('admin').post(`/clients/${other.id}/revoke`),
        async () => {
          granted = Promise.resolve(app.as('stranger').post(`/clients/${other.id}/grant`, { scopes: ['visits:read'] }));
          await waiting(app, 2);
        },
      );
      expect(revoked.status).toBe(200);
      expect(await granted).toMatchObject({ status: 409, body: { code: 'client-revoked' } });
      expect(await toldIn(other.id, app.otherParkId)).toEqual([]);
      expect(await app.sql('SELECT FROM machine_client_park WHERE client_id = $1 AND granted_park_id = $2', [other.id, app.otherParkId])).toEqual([]);
    });
  });
});
