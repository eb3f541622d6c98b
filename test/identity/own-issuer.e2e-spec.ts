import { createLocalJWKSet } from 'jose';
import { AccountDirectory, type AccountHolder } from '../../src/identity/account-directory';
import { LocalIssuer } from '../../src/identity/local-issuer';
import type { OwnIssuer } from '../../src/identity/own-issuer';
import { trustedAs } from '../../src/identity/token-verifier';
import { Problem } from '../../src/kernel/problem';
import { startApp, type TestApp } from '../support/app';
import { aMachineClient } from '../support/clients';

const ISSUER = 'http://localhost:3000/oidc';
const AUDIENCE = 'service-ledger';
const APP = 'demo-app';

/** Accounts and sessions as the test says that they stand. */
class Accounts extends AccountDirectory {
  readonly holders = new Map<string, AccountHolder>();
  asked = 0;

  async find(accountId: string, grantId: string): Promise<AccountHolder | undefined> {
    this.asked += 1;
    return Promise.resolve(this.holders.get(`${accountId} ${grantId}`));
  }
}

/** Whom tokens of the issuer that is built in stand for. */
describe('tokens of the built-in issuer', () => {
  const accounts = new Accounts();
  let own: LocalIssuer;
  let keys: OwnIssuer['keys'];
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    own = await LocalIssuer.inMemory(ISSUER, AUDIENCE);
    keys = createLocalJWKSet(await own.jwks());
    const issuer: OwnIssuer = { issuer: ISSUER, audience: AUDIENCE, keys: async (header, token) => keys(header, token) };
    app = await startApp({ builtIn: { issuer, accounts } });
    twin = await startApp({ builtIn: { issuer, accounts }, database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
  }, 120_000);
  afterAll(async () => {
    await twin.close();
    await app.close();
  });

  const sign = async (subject: string, claims: object): Promise<string> => own.sign(subject, { ...claims }, app.clock.now(), '10m');
  const person = async (account: string, grant: string, claims: object = {}): Promise<string> => sign(account, { grant, client_id: APP, ...claims });
  const machine = async (id: string, scope: string): Promise<string> => sign(id, { client_id: id, scope });
  const ask = async (token: string, path = '/me', of: TestApp = app) => {
    const response = await of.http.get(`/api/v1${path}`).set('authorization', `Bearer ${token}`);
    return { status: response.status, body: response.body as { cadreId?: string; roles?: string[]; scopes?: string[]; items?: { id: string }[]; code?: string } };
  };
  /** Until every process has been told; a moment, longer where the machine is busy. */
  const until = async (token: string, status: number, of: TestApp, path?: string): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline && (await ask(token, path, of)).status !== status);
    expect((await ask(token, path, of)).status).toBe(status);
  };

  describe('that a person has', () => {
    it('stand for the cadre of the account, with the rights of the register', async () => {
      accounts.holders.set('account-1 session-1', { kind: 'cadre', cadreId: app.cadres.supervisor, parkId: app.parkId });
      expect(await ask(await person('account-1', 'session-1', { operator: true, scope: 'journal:read', park_ids: [app.otherParkId] }))).toMatchObject({ status: 200, body: { cadreId: app.cadres.supervisor, roles: ['supervisor'], scopes: [] } });
    });

    it('stand for the operator, who is one in no other way', async () => {
      accounts.holders.set('account-2 session-1', { kind: 'operator', accountId: 'account-2' });
      expect(await ask(await person('account-2', 'session-1'), '/parks')).toMatchObject({ status: 200, body: { items: [{}, {}] } });
      expect((await ask(await sign('account-9', { operator: true, client_id: APP }))).status).toBe(401);
    });

    it.each(['operator', ''])('are none of the key for trying: subject "%s"', async (subject) => {
      await app.as('operator').get('/parks').expect(200);
      expect((await ask(await app.issuer.sign(subject, {}, app.clock.now()), '/parks')).status).toBe(401);
      expect((await ask(await person(subject, 'session-1'), '/parks')).status).toBe(401);
    });

    it('end with their session, and no other session with it', async () => {
      const holder = { kind: 'cadre', cadreId: app.cadres.officer, parkId: app.parkId } as const;
      accounts.holders.set('account-3 phone', holder).set('account-3 desk', holder);
      const [phone, desk] = [await person('account-3', 'phone'), await person('account-3', 'desk')];
      for (const of of [app, twin]) for (const token of [phone, desk]) expect((await ask(token, '/me', of)).status).toBe(200);
      accounts.holders.delete('account-3 phone');
      // As the trigger of whatever ends a session does.
      await app.sql(`SELECT pg_notify('ledger_identity', '')`);
      for (const of of [app, twin]) {
        await until(phone, 401, of);
        expect((await ask(desk, '/me', of)).status).toBe(200);
      }
    });

    it('do not ask for the account each time', async () => {
      accounts.holders.set('account-4 session-1', { kind: 'cadre', cadreId: app.cadres.leader, parkId: app.parkId });
      const token = await person('account-4', 'session-1');
      await ask(token);
      const { asked } = accounts;
      for (let again = 0; again < 5; again += 1) expect((await ask(token)).status).toBe(200);
      expect(accounts.asked).toBe(asked);
    });

    it('stand for nobody where the cadre has gone, is of another park, or the account is unknown', async () => {
      accounts.holders.set('account-5 session-1', { kind: 'cadre', cadreId: app.cadres.officer, parkId: app.otherParkId });
      accounts.holders.set('account-6 session-1', { kind: 'cadre', cadreId: app.cadres.officer2, parkId: app.parkId });
      const gone = await person('account-6', 'session-1');
      expect((await ask(gone)).status).toBe(200);
      await app.sql('UPDATE cadre SET active = false WHERE id = $1', [app.cadres.officer2]);
      await until(gone, 401, app);
      expect((await ask(await person('account-5', 'session-1'))).status).toBe(401);
      expect((await ask(await person('account-7', 'session-1'))).status).toBe(401);
    });

    it('stand for no cadre by the issuer’s name: an administrator could write that', async () => {
      await app.sql('UPDATE cadre SET issuer = $2, subject = $3 WHERE id = $1', [app.cadres.leader2, ISSUER, 'account-8']);
      expect((await ask(await person('account-8', 'session-1'))).status).toBe(401);
      expect((await ask(await sign('account-8', {}))).status).toBe(401);
    });
  });

  describe('that a machine has', () => {
    it('let it do what the park has granted, and of that what the token bears', async () => {
      const { id } = await aMachineClient(app, { scopes: ['visits:read', 'changes:read'] });
      expect(await ask(await machine(id, 'visits:read changes:read tickets:write'))).toMatchObject({ status: 200, body: { scopes: ['visits:read', 'changes:read'] } });
      expect((await ask(await machine(id, 'visits:read'), '/visits')).status).toBe(200);
      expect((await ask(await machine(id, 'changes:read'), '/visits')).status).toBe(403);
      expect((await ask(await machine(id, ''), '/me')).status).toBe(403);
      expect((await ask(await sign(id, { client_id: id, scope: ['visits:read'], park_ids: [app.otherParkId] }), '/visits')).status).toBe(403);
    });

    it('end at once when the client is revoked, in every process', async () => {
      const { id } = await aMachineClient(app);
      const token = await machine(id, 'visits:read');
      for (const of of [app, twin]) expect((await ask(token, '/visits', of)).status).toBe(200);
      await app.as('admin').post(`/clients/${id}/revoke`).expect(200);
      expect((await ask(token, '/visits')).status).toBe(401);
      await until(token, 401, twin, '/visits');
    });

    it('bear no scope longer than it is granted', async () => {
      const { id } = await aMachineClient(app, { scopes: ['visits:read', 'tickets:read'] });
      const token = await machine(id, 'visits:read tickets:read');
      for (const of of [app, twin]) expect((await ask(token, '/visits', of)).status).toBe(200);
      await app.as('admin').post(`/clients/${id}/grant`, { scopes: ['tickets:read'] }).expect(200);
      expect((await ask(token, '/visits')).status).toBe(403);
      await until(token, 403, twin, '/visits');
      expect((await ask(token, '/tickets')).status).toBe(200);
    });

    it('reach the parks that grant all that they bear: no park’s grant opens another', async () => {
      const { id } = await aMachineClient(app, { scopes: ['visits:read', 'enterprises:read'] });
      await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['enterprises:read', 'tickets:write'] }).expect(200);
      const parks = async (scope: string): Promise<string[]> => ((await ask(await machine(id, scope), '/parks')).body.items ?? []).map((park) => park.id);
      expect(await parks('enterprises:read')).toEqual([app.parkId, app.otherParkId]);
      expect(await parks('enterprises:read visits:read')).toEqual([app.parkId]);
      expect(await parks('enterprises:read tickets:write')).toEqual([app.otherParkId]);
      expect((await ask(await machine(id, 'visits:read tickets:write'), '/visits')).status).toBe(403);
    });

    it('are none where one client speaks under the name of another, or nobody has made it', async () => {
      const [one, other] = [await aMachineClient(app), await aMachineClient(app)];
      await ask(await machine(one.id, 'visits:read'), '/visits');
      expect((await ask(await sign(one.id, { client_id: other.id, scope: 'visits:read' }), '/visits')).status).toBe(401);
      for (const id of ['01950000-0000-7000-8000-00000000dead', 'demo-client', 'a-client']) expect((await ask(await machine(id, 'visits:read'), '/visits')).status).toBe(401);
    });
  });

  it('are checked like any others, and signed with one algorithm', async () => {
    const others = await LocalIssuer.inMemory(ISSUER, AUDIENCE);
    accounts.holders.set('account-1 session-1', { kind: 'cadre', cadreId: app.cadres.supervisor, parkId: app.parkId });
    expect((await ask(await others.sign('account-1', { grant: 'session-1', client_id: APP }, app.clock.now()))).status).toBe(401);
    expect((await ask(await own.sign('account-1', { grant: 'session-1', client_id: APP }, new Date(app.clock.now().getTime() - 3_600_000), '10m'))).status).toBe(401);
  });

  it('are answered 503 while their keys cannot be read, as trouble of the database is', async () => {
    const before = keys;
    keys = async () => Promise.reject(new Problem('busy', { retryAfterSeconds: 1 }));
    try {
      expect(await ask(await person('account-1', 'session-new'))).toMatchObject({ status: 503, body: { code: 'busy' } });
      await app.as('officer').get('/me').expect(200);
    } finally {
      keys = before;
    }
  });

  it('are of an issuer whom no other may be called after', async () => {
    const issuer: OwnIssuer = { issuer: ISSUER, audience: AUDIENCE, keys };
    await expect(startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock, builtIn: { issuer, accounts }, trusted: () => [trustedAs({ kind: 'outside', parks: undefined }, issuer)] }))
      .rejects.toThrow(/trusted twice/);
  });
});
