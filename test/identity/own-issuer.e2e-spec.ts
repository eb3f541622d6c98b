import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { AccountsService } from '../../src/identity/accounts/accounts.service';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { SigningKeys } from '../../src/identity/provider/signing-keys.service';
import { trustedAs } from '../../src/identity/token-verifier';
import { KeyEncryption } from '../../src/platform/key-encryption';
import { startApp, type TestApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { append, changes, whenWaiting } from '../support/feed';
import { seal, stopSealing } from '../support/seal';
import { anAccountOf, anEnterprise, aSessionOf, aUscc } from '../support/world';

const ISSUER = 'http://localhost:3000/oidc';
const AUDIENCE = 'service-ledger';
const APP = 'demo-app';

/** Whom tokens of the issuer that is built in stand for; they are signed with its own keys. */
describe('tokens of the built-in issuer', () => {
  const keyEncryption = KeyEncryption.inMemory();
  let app: TestApp;
  let twin: TestApp;
  beforeAll(async () => {
    app = await startApp({ keyEncryption });
    twin = await startApp({ keyEncryption, database: app.database, issuer: app.issuer, cast: app, clock: app.clock });
  }, 120_000);
  afterAll(async () => {
    await stopSealing(app);
    await twin.close();
    await app.close();
  });

  const sign = async (subject: string, claims: object, now = app.clock.now()): Promise<string> => {
    const [jwk] = (await app.app.get(SigningKeys).current()).jwks;
    if (jwk?.kid === undefined) throw new Error('there is no key');
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid }).setIssuer(ISSUER).setAudience(AUDIENCE).setSubject(subject).setIssuedAt(now)
      .setExpirationTime(new Date(now.getTime() + 600_000)).sign(await importJWK(jwk, 'ES256'));
  };
  const person = async (account: string, grant: string, claims: object = {}): Promise<string> => sign(account, { grant, client_id: APP, ...claims });
  /** A session of somebody of the cast. */
  const signedIn = async (who: keyof TestApp['cadres'], claims: object = {}): Promise<{ account: string; grant: string; token: string }> => {
    const [account, grant] = [await anAccountOf(app, who), await aSessionOf(app, who)];
    return { account, grant, token: await person(account, grant, claims) };
  };
  const machine = async (id: string, scope: string): Promise<string> => sign(id, { client_id: id, scope });
  const ask = async (token: string, path = '/me', of: TestApp = app) => {
    const response = await of.http.get(`/api/v1${path}`).set('authorization', `Bearer ${token}`);
    return { status: response.status, body: response.body as { cadreId?: string; parkIds?: string[]; roles?: string[]; scopes?: string[]; items?: { id: string; parkid?: string }[]; next?: string; total?: number; nextCursor?: string; code?: string } };
  };
  /** Until every process has been told; a moment, longer where the machine is busy. */
  const until = async (token: string, status: number, of: TestApp, path?: string): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline && (await ask(token, path, of)).status !== status);
    expect((await ask(token, path, of)).status).toBe(status);
  };

  describe('that a person has', () => {
    it('stand for the cadre of the account, with the rights of the register', async () => {
      const { token } = await signedIn('supervisor', { roles: ['admin'], scope: 'tickets:write', operator: true });
      expect(await ask(token)).toMatchObject({ status: 200, body: { cadreId: app.cadres.supervisor, roles: ['supervisor'], scopes: [] } });
    });

    it('stand for the operator, who is one in no other way', async () => {
      const { account } = await app.app.get(AccountsService).addFromCommandLine('the-operator', undefined);
      const grant = randomUUID();
      await app.sql(`INSERT INTO oidc_payload (model, id, payload, account_id, created_at, expires_at) VALUES ('Grant', $1, '{}', $2, $3, $3::timestamptz + interval '1 day')`, [grant, account.id, app.clock.now()]);
      expect(await ask(await person(account.id, grant), '/parks')).toMatchObject({ status: 200, body: { items: [{}, {}] } });
      expect((await ask(await sign(randomUUID(), { operator: true, client_id: APP }))).status).toBe(401);
    });

    it.each(['operator', ''])('are none of the key for trying: subject "%s"', async (subject) => {
      await app.as('operator').get('/parks').expect(200);
      expect((await ask(await app.issuer.sign(subject, {}, app.clock.now()), '/parks')).status).toBe(401);
      expect((await ask(await person(subject, randomUUID()), '/parks')).status).toBe(401);
    });

    it('end with their session, and no other session with it', async () => {
      const [phone, desk] = [await signedIn('officer'), await signedIn('officer')];
      for (const of of [app, twin]) for (const { token } of [phone, desk]) expect((await ask(token, '/me', of)).status).toBe(200);
      await app.sql(`DELETE FROM oidc_payload WHERE model = 'Grant' AND id = $1`, [phone.grant]);
      for (const of of [app, twin]) {
        await until(phone.token, 401, of);
        expect((await ask(desk.token, '/me', of)).status).toBe(200);
      }
    });

    it('stand for nobody where the cadre has gone, or the session is another’s', async () => {
      const [gone, other] = [await signedIn('officer2'), await signedIn('leader')];
      expect((await ask(gone.token)).status).toBe(200);
      await app.sql('UPDATE cadre SET active = false WHERE id = $1', [app.cadres.officer2]);
      await until(gone.token, 401, app);
      expect((await ask(await person(gone.account, other.grant))).status).toBe(401);
      expect((await ask(await person(randomUUID(), other.grant))).status).toBe(401);
    });

    it('stand for no cadre by the issuer’s name: an administrator could write that', async () => {
      await app.sql('UPDATE cadre SET issuer = $2, subject = $3 WHERE id = $1', [app.cadres.leader2, ISSUER, 'account-8']);
      expect((await ask(await person('account-8', randomUUID()))).status).toBe(401);
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
      const parks = async (scope: string): Promise<string[]> => (await ask(await machine(id, scope))).body.parkIds ?? [];
      expect(await parks('enterprises:read')).toEqual([app.parkId, app.otherParkId]);
      expect(await parks('enterprises:read visits:read')).toEqual([app.parkId]);
      expect(await parks('tickets:write')).toEqual([app.otherParkId]);
      // What its home does not grant counts only in a token that bears nothing of what that does.
      expect((await ask(await machine(id, 'enterprises:read tickets:write'))).body).toMatchObject({ scopes: ['enterprises:read'], parkIds: [app.parkId, app.otherParkId] });
      expect((await ask(await machine(id, 'visits:read tickets:write'), '/visits')).status).toBe(200);
      expect((await ask(await machine(id, 'tickets:write'), '/visits')).status).toBe(403);
    });

    describe('that another park has let in unasked', () => {
      const SCOPES = ['enterprises:read', 'enterprises:write', 'visits:read', 'tickets:read', 'changes:read', 'journal:read'];
      let id: string;
      let token: string;
      let ours: string[];
      let theirs: string;
      let feed: string;
      let cursor: string;
      beforeAll(async () => {
        ({ id } = await aMachineClient(app, { scopes: SCOPES }));
        token = await machine(id, SCOPES.join(' '));
        ours = [await anEnterprise(app), await anEnterprise(app)];
        const response = await app.as('stranger').post('/enterprises', { name: '他园企业', uscc: aUscc(), status: 'in_production' });
        expect({ status: response.status, body: response.body as object }).toMatchObject({ status: 201 });
        theirs = (response.body as { id: string }).id;
        await seal(app);
        ({ next: feed = '' } = (await ask(token, '/changes?limit=1000')).body);
        cursor = (await ask(token, '/enterprises?limit=1')).body.nextCursor ?? '';
        await app.as('stranger').post(`/clients/${id}/grant`, { scopes: [...SCOPES, 'tickets:write', 'enterprise:act'] }).expect(200);
      });

      it.each(['/enterprises', '/visits', '/tickets', '/departments', '/supervision/coverage', '/journal/head', '/changes', '/parks'])('read at home where they name no park: %s', async (path) => {
        const { status, body: { next: _unnamed, ...told } } = await ask(token, path);
        const { next: _named, ...toldOfHome } = (await ask(token, `${path}?parkId=${app.parkId}`)).body;
        expect({ status, told }).toEqual({ status: 200, told: toldOfHome });
      });

      it('count and go on at home, with a cursor from before, too', async () => {
        expect((await ask(token, '/enterprises?count=true')).body.total).toBe(ours.length);
        const [{ id: second } = { id: '' }, ...more] = (await ask(token, `/enterprises?limit=1&cursor=${encodeURIComponent(cursor)}`)).body.items ?? [];
        expect([ours.includes(second), more]).toEqual([true, []]);
      });

      it('are told nothing of the other park by a feed from before, nor by one that begins now', async () => {
        await append(app, app.otherParkId, 2);
        await append(app, app.parkId, 1);
        await seal(app);
        expect((await ask(token, `/changes?after=${feed}`)).body.items?.map(({ parkid }) => parkid)).toEqual([app.parkId]);
        expect(new Set((await ask(token, '/changes?limit=1000')).body.items?.map(({ parkid }) => parkid))).toEqual(new Set([app.parkId]));
        expect(new Set((await ask(token, `/changes?limit=1000&parkId=${app.otherParkId}`)).body.items?.map(({ parkid }) => parkid))).toEqual(new Set([app.otherParkId]));
      });

      it('go on at home with a feed that was of both, which keeps the place of the other', async () => {
        const both = await changes(app.asClient('changes:read', [app.parkId, app.otherParkId]), { limit: 1_000 });
        await append(app, app.otherParkId, 1);
        await append(app, app.parkId, 1);
        await seal(app);
        const { items, next = '' } = (await ask(token, `/changes?after=${both.next}`)).body;
        expect(items?.map(({ parkid }) => parkid)).toEqual([app.parkId]);
        expect((await changes(app.asClient('changes:read', [app.parkId, app.otherParkId]), { after: next })).items.map(({ parkid }) => parkid)).toEqual([app.otherParkId]);
      });

      it('write at home where they name no park, and in the other where they do', async () => {
        const write = async (named: object, key: string) => app.http.post('/api/v1/enterprises').set('authorization', `Bearer ${token}`).set('idempotency-key', key)
          .send({ name: '新企业', uscc: aUscc(), status: 'in_production', ...named });
        expect((await write({}, 'at-home')).body).toMatchObject({ parkId: app.parkId });
        expect((await write({ parkId: app.otherParkId }, 'elsewhere')).body).toMatchObject({ parkId: app.otherParkId });
      });

      it('reach what is in the other park by its id, and that park by its name, as /me says', async () => {
        expect((await ask(token)).body).toMatchObject({ parkId: app.parkId, parkIds: [app.parkId, app.otherParkId], scopes: SCOPES });
        expect((await ask(token, `/enterprises/${theirs}`)).status).toBe(200);
        expect((await ask(token, `/enterprises?parkId=${app.otherParkId}`)).body.items?.map((one) => one.id)).toContain(theirs);
        expect((await ask(token, `/parks?parkId=${app.otherParkId}`)).body.items?.map((park) => park.id)).toEqual([app.otherParkId]);
      });

      it('must name the park where they do not reach their home, though there is one only: a second could come any day', async () => {
        const elsewhere = await machine(id, 'tickets:write enterprise:act');
        expect((await ask(elsewhere)).body).toMatchObject({ parkId: null, parkIds: [app.otherParkId] });
        expect(await ask(elsewhere, '/guide-items')).toMatchObject({ status: 400, body: { code: 'park-required' } });
        expect((await ask(elsewhere, `/guide-items?parkId=${app.otherParkId}`)).status).toBe(200);
        expect((await ask(elsewhere, `/guide-items?parkId=${app.parkId}`)).status).toBe(404);
        await app.as('stranger').post(`/clients/${id}/grant`, { scopes: ['tickets:read', 'changes:read', 'webhooks:manage'] }).expect(200);
        await app.as('admin').post(`/clients/${id}/grant`, { scopes: ['visits:read'] }).expect(200);
        expect(await ask(await machine(id, 'changes:read'), '/changes')).toMatchObject({ status: 400, body: { code: 'park-required' } });
        expect((await ask(await machine(id, 'changes:read visits:read'), '/visits')).status).toBe(200);
      });
    });

    it('tell whoever waits at the feed nothing that was sealed after their end', async () => {
      const wait = async (scope: string, scopes = ['changes:read', 'visits:read']) => {
        const { id } = await aMachineClient(app, { scopes });
        const token = await machine(id, scope);
        const { next = '' } = (await ask(token, '/changes?limit=1000')).body;
        return { id, waiting: ask(token, `/changes?after=${next}&wait=60`) };
      };
      await seal(app);
      const revoked = await wait('changes:read');
      const narrowed = await wait('changes:read visits:read');
      const blinded = await wait('changes:read visits:read');
      const standing = await wait('changes:read visits:read');
      await whenWaiting(app, 4);
      await app.as('admin').post(`/clients/${revoked.id}/revoke`).expect(200);
      await app.as('admin').post(`/clients/${narrowed.id}/grant`, { scopes: ['visits:read'] }).expect(200);
      await app.as('admin').post(`/clients/${blinded.id}/grant`, { scopes: ['changes:read'] }).expect(200);
      await append(app, app.parkId, 1, { type: 'plan.made', data: { enterpriseId: app.departmentId, on: '2026-03-05' } });
      await seal(app);
      expect(await revoked.waiting).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(await narrowed.waiting).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      const last = async ({ waiting }: { waiting: ReturnType<typeof ask> }) => (await waiting).body.items?.at(-1);
      expect(await last(blinded)).not.toHaveProperty('data');
      expect(await last(standing)).toHaveProperty('data');
    });

    it('are none where one client speaks under the name of another, or nobody has made it', async () => {
      const [one, other] = [await aMachineClient(app), await aMachineClient(app)];
      await ask(await machine(one.id, 'visits:read'), '/visits');
      expect((await ask(await sign(one.id, { client_id: other.id, scope: 'visits:read' }), '/visits')).status).toBe(401);
      for (const id of ['01950000-0000-7000-8000-00000000dead', 'demo-client', 'a-client']) expect((await ask(await machine(id, 'visits:read'), '/visits')).status).toBe(401);
    });
  });

  it('are checked like any others, and signed by nobody else', async () => {
    const others = await LocalIssuer.inMemory(ISSUER, AUDIENCE);
    const { account, grant } = await signedIn('supervisor');
    expect((await ask(await others.sign(account, { grant, client_id: APP }, app.clock.now()))).status).toBe(401);
    expect((await ask(await sign(account, { grant, client_id: APP }, new Date(app.clock.now().getTime() - 3_600_000)))).status).toBe(401);
  });

  it('are of an issuer whom no other may be called after', async () => {
    const other = trustedAs({ kind: 'outside', parks: undefined }, { issuer: ISSUER, audience: AUDIENCE, keys: app.app.get(SigningKeys).keys });
    await expect(startApp({ database: app.database, issuer: app.issuer, cast: app, clock: app.clock, trusted: () => [other] })).rejects.toThrow(/trusted twice/);
  });
});
