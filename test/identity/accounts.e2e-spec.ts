import { AccountsService } from '../../src/identity/accounts/accounts.service';
import { AccountDirectory } from '../../src/identity/account-directory';
import { startApp, type TestApp } from '../support/app';
import { aSessionOf } from '../support/world';

interface Issued {
  readonly id: string;
  readonly login: string;
  readonly oneTimePassword: string;
}

// Passwords are hashed at their full cost, and many people sign in.
jest.setTimeout(120_000);

/** Accounts, as those see them who look after them. */
describe('accounts', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  const give = async (by: 'admin' | 'inspector' | 'stranger', body: object) => app.as(by).post('/accounts', body);

  it('are given by an administrator, with a password that is told once and kept nowhere', async () => {
    const response = await app.as('admin').post('/accounts', { cadreId: app.cadres.officer, login: ' Su.Chao ' }).set('idempotency-key', 'one').expect(200);
    const { id, login, oneTimePassword } = response.body as Issued;
    expect(response.body).toMatchObject({ login: 'su.chao', cadreId: app.cadres.officer, parkId: app.parkId, mustChangePassword: true, secondFactor: false, locked: false, lastSignInAt: null });
    expect(oneTimePassword).toMatch(/^[a-hj-km-z2-9]{5}(-[a-hj-km-z2-9]{5}){3}$/);
    expect((await app.as('admin').get(`/accounts/${id}`).expect(200)).body).not.toHaveProperty('oneTimePassword');
    expect(await app.sql('SELECT FROM kept_answer WHERE body LIKE $1', [`%${oneTimePassword}%`])).toEqual([]);
    const [kept] = await app.sql<{ hash: string }>('SELECT password_hash AS hash FROM account_credential WHERE account_id = $1', [id]);
    expect(kept?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await app.as('admin').get(`/accounts?cadreId=${app.cadres.officer}`).expect(200)).body).toMatchObject({ items: [{ id, login }] });
  });

  it.each<[string, () => object | Promise<object>, number, string]>([
    ['a name that is taken, in whatever capitals', () => ({ cadreId: app.cadres.leader, login: 'SU.CHAO' }), 409, 'login-taken'],
    ['a second account', () => ({ cadreId: app.cadres.officer, login: 'another' }), 409, 'account-exists'],
    ['a name that is none', () => ({ cadreId: app.cadres.leader, login: 'su chao' }), 400, 'malformed'],
    ['a cadre of another park', () => ({ cadreId: app.cadres.strangerOfficer, login: 'stranger' }), 422, 'reference-unknown'],
    ['nobody', () => ({ cadreId: '01950000-0000-7000-8000-00000000dead', login: 'nobody' }), 422, 'reference-unknown'],
    ['a cadre who does not serve', async () => {
      await app.sql('UPDATE cadre SET active = false WHERE id = $1', [app.cadres.leader2]);
      return { cadreId: app.cadres.leader2, login: 'gone' };
    }, 422, 'cadre-inactive'],
    ['an inspector', () => ({ cadreId: app.cadres.inspector, login: 'inspector' }), 403, 'forbidden'],
    ['whoever reads a county', () => ({ cadreId: app.cadres.county, login: 'county' }), 403, 'forbidden'],
  ])('are not given to %s by an administrator', async (_what, body, status, code) => {
    const response = await give('admin', await body());
    expect([response.status, (response.body as { code: string }).code]).toEqual([status, code]);
  });

  it('of an inspector are an inspector’s to look after, and of nobody else', async () => {
    const { id } = (await give('inspector', { cadreId: app.cadres.inspector, login: 'inspector' })).body as Issued;
    for (const act of ['lock', 'unlock', 'reset']) {
      await app.as('admin').post(`/accounts/${id}/${act}`).expect(403);
      await app.as('inspector').post(`/accounts/${id}/${act}`).expect(200);
      await app.as('stranger').post(`/accounts/${id}/${act}`).expect(404);
    }
    const [officer] = await app.sql<{ id: string }>(`SELECT id FROM account WHERE login = 'su.chao'`);
    for (const act of ['lock', 'unlock', 'reset']) await app.as('inspector').post(`/accounts/${officer?.id ?? ''}/${act}`).expect(403);
    expect((await give('inspector', { cadreId: app.cadres.handler, login: 'handler' })).status).toBe(403);
  });

  it('are locked, unlocked and reset on the record; a lock and a reset end every session', async () => {
    const [row] = await app.sql<{ id: string }>(`SELECT id FROM account WHERE login = 'su.chao'`);
    const id = row?.id ?? '';
    const directory = app.app.get(AccountDirectory);
    const session = await aSessionOf(app, 'officer');
    expect(await directory.find(id, session, 'test')).toEqual({ kind: 'cadre', cadreId: app.cadres.officer, parkId: app.parkId });
    expect(await directory.find(id, '01950000-0000-7000-8000-00000000dead', 'test')).toBeUndefined();
    expect(await directory.find('no uuid', session, 'test')).toBeUndefined();
    const locked = await app.as('admin').post(`/accounts/${id}/lock`).expect(200);
    expect(locked.body).toMatchObject({ locked: true, version: 2 });
    expect(await directory.find(id, session, 'test')).toBeUndefined();
    expect((await app.as('admin').post(`/accounts/${id}/lock`).expect(200)).body).toMatchObject({ version: 2 });
    await app.as('admin').post(`/accounts/${id}/unlock`).expect(200);
    expect(await directory.find(id, session, 'test')).toBeUndefined();
    const other = await aSessionOf(app, 'officer');
    await app.sql(`UPDATE account_credential SET totp_secret = '\\x00', totp_step = 1 WHERE account_id = $1`, [id]);
    const first = (await app.as('admin').post(`/accounts/${id}/reset`).expect(200)).body as Issued;
    const second = (await app.as('admin').post(`/accounts/${id}/reset`).expect(200)).body as Issued;
    expect(first.oneTimePassword).not.toBe(second.oneTimePassword);
    expect(await directory.find(id, other, 'test')).toBeUndefined();
    expect(await app.sql('SELECT totp_secret FROM account_credential WHERE account_id = $1', [id])).toEqual([{ totp_secret: null }]);
    const entries = await app.sql<{ type: string; actor: string; data: object }>('SELECT type, actor_id AS actor, data FROM journal_entry WHERE subject_id = $1 ORDER BY position', [id]);
    expect(entries.map(({ type }) => type)).toEqual(['account.created', 'account.locked', 'account.unlocked', 'account.reset', 'account.reset']);
    expect(new Set(entries.map(({ actor }) => actor))).toEqual(new Set([app.cadres.admin]));
    for (const { data } of entries) expect(data).toEqual({ cadreId: app.cadres.officer });
  });

  it('of the operator and of a county’s reader come from the command line, and no park sees the operator’s', async () => {
    const accounts = app.app.get(AccountsService);
    const { account } = await accounts.addFromCommandLine('root.op', undefined);
    await accounts.addFromCommandLine('county', app.cadres.county);
    await expect(accounts.addFromCommandLine('Root.Op', undefined)).rejects.toMatchObject({ constraint: 'account_login_once' });
    await app.as('admin').get(`/accounts/${account.id}`).expect(404);
    await app.as('admin').post(`/accounts/${account.id}/reset`).expect(404);
    const { items } = (await app.as('admin').get('/accounts').expect(200)).body as { items: { login: string }[] };
    expect(items.map(({ login }) => login)).not.toContain('root.op');
    await accounts.resetFromCommandLine('root.op');
    expect(await app.sql('SELECT action FROM access_log WHERE park_id IS NULL ORDER BY id')).toEqual([{ action: 'account.created' }, { action: 'account.reset' }]);
    // Inspectors of every park read it, and with it nothing of another park.
    await app.sql(`UPDATE cadre SET roles = '{inspector}' WHERE id = $1`, [app.cadres.strangerOfficer]);
    for (const who of ['inspector', 'strangerOfficer'] as const) {
      const { items: lines } = (await app.as(who).get('/access-log').expect(200)).body as { items: { action: string; subjectId: string; parkId: string | null }[] };
      expect(new Set(lines.filter(({ subjectId }) => subjectId === account.id).map((line) => `${line.action} ${String(line.parkId)}`))).toEqual(new Set(['account.created null', 'account.reset null']));
    }
    await expect(accounts.resetFromCommandLine('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('forget every password, factor and session when their holder becomes an inspector or reads a county: who gave them would be one, too', async () => {
    const cadreId = ((await app.as('admin').post('/cadres', { name: '新来干部', departmentId: app.departmentId, roles: ['leader'] }).expect(201)).body as { id: string }).id;
    const account = (await app.as('admin').post('/accounts', { cadreId, login: 'newcomer' }).expect(200)).body as Issued;
    await app.sql(`INSERT INTO oidc_payload (model, id, payload, account_id, created_at, expires_at) VALUES ('Grant', 'a-session', '{}', $1, now(), now() + interval '1 day')`, [account.id]);
    const known = async () => app.sql(`SELECT c.password_hash IS NOT NULL AS password, EXISTS (SELECT FROM oidc_payload p WHERE p.account_id = c.account_id) AS session FROM account_credential c WHERE c.account_id = $1`, [account.id]);
    expect(await known()).toEqual([{ password: true, session: true }]);
    await app.as('inspector').post('/integrity/inspectors', { cadreId }).expect(200);
    expect(await known()).toEqual([{ password: false, session: false }]);
    await app.as('admin').post(`/accounts/${account.id}/reset`).expect(403);
    await app.as('inspector').post(`/accounts/${account.id}/reset`).expect(200);
    expect(await known()).toEqual([{ password: true, session: false }]);
    await app.sql(`UPDATE cadre SET roles = '{county}' WHERE id = $1`, [cadreId]);
    expect(await known()).toEqual([{ password: false, session: false }]);
  });

  it('keep what is secret from every query of a caller’s', async () => {
    for (const table of ['account_credential', 'oidc_payload', 'oidc_key', 'sign_in_failure', 'sign_in_note']) {
      const [policy] = await app.sql<{ rule: string; secured: boolean }>(
        'SELECT pg_get_expr(p.polqual, p.polrelid) AS rule, c.relrowsecurity AS secured FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relname = $1', [table]);
      expect(policy?.secured).toBe(true);
      expect(policy?.rule).toContain('ledger.system');
      expect(policy?.rule).not.toContain('ledger.parks');
    }
  });
});
