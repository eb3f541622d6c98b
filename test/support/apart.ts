import { AccountsService } from '../../src/identity/accounts/accounts.service';
import { ISSUER, type TestApp } from './app';
import { A_PICTURE, aReport } from './integrity';
import { doAs, type Site, type SiteName, SITES, type Worker } from './sites';
import { aClientId } from './world';

type Objects = Readonly<Record<string, string>>;
interface Scene extends Site {
  readonly app: TestApp;
  /** What somebody who works there does, and succeeds. */
  readonly post: (who: Worker, path: string, body?: object) => ReturnType<typeof doAs>;
}

/** Whom an object is about, or whose it is, where that decides who sees it or may do something with it. */
export const ABOUT: Readonly<Record<string, Worker>> = {
  'integrity/reports about an inspector': 'inspector', 'integrity/reports about a new inspector': 'newInspector', 'integrity/reports about a county’s inspector': 'countyInspector',
  'integrity/recusals about a new inspector': 'newInspector', 'integrity/recusals of the county about its inspector': 'countyInspector', 'integrity/declarations of a new inspector': 'newInspector', 'me/sessions': 'officer',
};

/**
 * Adds what has readers of its own wherever it lies: accounts, sessions, machine clients, and all that stands behind the wall of integrity. What is written about comes
 * to its end here (decided, ended, revoked): to whoever sees it a write says so and changes nothing.
 */
export async function addApart(app: TestApp, sites: Readonly<Record<SiteName, Site>>): Promise<Readonly<Record<SiteName, Site>>> {
  const { account } = await app.app.get(AccountsService).addFromCommandLine('the.operator', undefined);
  const filled: [SiteName, Site][] = [];
  for (const where of SITES) {
    const site = sites[where];
    const scene: Scene = { ...site, app, post: async (who, path, body) => doAs(app, site.subjects[who], path, body) };
    // Never the asker's own park.
    const neighbour = sites[where === 'county' ? 'park' : 'county'];
    const apart = { ...await reports(scene), ...await conflicts(scene), ...await clients(scene, neighbour), ...await accounts(scene), 'accounts of the operator': account.id };
    filled.push([where, { ...site, objects: { ...site.objects, ...apart } }]);
  }
  return Object.fromEntries(filled) as Record<SiteName, Site>;
}

/** Reports of each level, and of whom they speak: by id, and by a name in what they tell. One stays open. */
async function reports({ app, post, parkId, ids, subjects }: Scene): Promise<Objects> {
  const [row] = await app.sql<{ code: string; name: string }>('SELECT p.code, c.name FROM park p JOIN cadre c ON c.park_id = p.id WHERE p.id = $1 AND c.id = $2', [parkId, ids.countyInspector]);
  const parkCode = row?.code ?? '';
  const decided = async (by: Worker, given: object = {}): Promise<string> => {
    const { id } = await aReport(app, { parkCode, files: [A_PICTURE], ...given });
    await post(by, `integrity/reports/${id}/decide`, { outcome: 'not_confirmed', reason: '查无实据。' });
    return id;
  };
  const made = {
    'integrity/reports': await decided('inspector'),
    'integrity/reports about an inspector': await decided('countyInspector', { named: [{ name: '某', cadreId: ids.inspector }] }),
    'integrity/reports about a new inspector': await decided('inspector', { named: [{ name: '某', cadreId: ids.newInspector }] }),
    'integrity/reports about a county’s inspector': await decided('otherCountyInspector', { text: `${row?.name ?? ''}常去该公司吃饭。` }),
  };
  await aReport(app, { parkCode });
  await post('inspector', 'integrity/inspectors', { cadreId: ids.newInspector, identity: { issuer: ISSUER, subject: subjects.newInspector } });
  return { ...made, 'integrity/inspectors': ids.otherInspector, 'integrity/inspectors of the county': ids.otherCountyInspector };
}

/** What was declared, and recusals of each level, also about those who inspect. One recusal lasts, of somebody who holds nothing. */
async function conflicts({ post, parkId, ids, objects }: Scene): Promise<Objects> {
  const declared = async (who: Worker): Promise<string> => {
    const { id } = await post(who, 'integrity/declarations', { enterpriseId: objects['enterprises'], kind: 'kin', description: '亲属任职。' });
    await post('otherInspector', `integrity/declarations/${id}/end`, { reason: '亲属已离职。' });
    return id;
  };
  const recused = async (by: Worker, whom: Worker): Promise<string> => {
    const { id } = await post(by, 'integrity/recusals', { parkId, cadreId: ids[whom], reason: '核查期间先行回避。' });
    await post(by, `integrity/recusals/${id}/end`, { reason: '核查结束。' });
    return id;
  };
  await post('inspector', 'integrity/recusals', { cadreId: ids.otherInspector, reason: '核查期间先行回避。' });
  return {
    'integrity/declarations': await declared('colleague'), 'integrity/declarations of a new inspector': await declared('newInspector'),
    'integrity/recusals': await recused('inspector', 'colleague'), 'integrity/recusals about a new inspector': await recused('inspector', 'newInspector'),
    'integrity/recusals of the county': await recused('countyInspector', 'colleague'), 'integrity/recusals of the county about its inspector': await recused('otherCountyInspector', 'countyInspector'),
  };
}

/** One that the park has made, and one that another park has made and that may do something here; both revoked. A third goes on. */
async function clients({ app, post }: Scene, neighbour: Site): Promise<Objects> {
  const given = { name: '星野县政务门户', scopes: ['visits:read'] };
  const { id: own } = await post('admin', 'clients', given);
  await post('admin', `clients/${own}/revoke`);
  const { id: foreign } = await doAs(app, neighbour.subjects.admin, 'clients', given);
  await post('admin', `clients/${foreign}/grant`, { scopes: given.scopes });
  await post('admin', `clients/${foreign}/revoke`);
  await doAs(app, neighbour.subjects.admin, `clients/${foreign}/revoke`);
  await post('admin', 'clients', given);
  return { 'clients': own, 'clients of another park': foreign };
}

/** Accounts by who looks after them, each given as it would be, and a session of somebody else's. */
async function accounts({ app, post, ids, subjects }: Scene): Promise<Objects> {
  const account = async (by: Worker, whose: Worker): Promise<string> => (await post(by, 'accounts', { cadreId: ids[whose], login: subjects[whose] })).id;
  return {
    'accounts': await account('admin', 'colleague'), 'accounts of an inspector': await account('inspector', 'otherInspector'), 'accounts of a county’s inspector': await anAccountAnyway(app, ids.otherCountyInspector, subjects.otherCountyInspector),
    'me/sessions': await aSession(app, await account('admin', 'officer')),
  };
}

/** By the command line, which makes one for anybody. */
export async function anAccountAnyway(app: TestApp, cadreId: string, login: string): Promise<string> {
  const [known] = await app.sql<{ id: string }>('SELECT id FROM account WHERE cadre_id = $1', [cadreId]);
  return known?.id ?? (await app.app.get(AccountsService).addFromCommandLine(login, cadreId)).account.id;
}

/** A session of an account, as signing in leaves one; the one that there was, with its id. */
export async function aSession(app: TestApp, accountId: string, id = aClientId(app), hours = 12): Promise<string> {
  await app.sql(`INSERT INTO oidc_payload (model, id, payload, account_id, created_at, expires_at) VALUES ('Grant', $1, $2, $3, $4, $4::timestamptz + $5 * interval '1 hour')`,
    [id, JSON.stringify({ clientId: 'test-app', accountId, jti: id }), accountId, app.clock.now(), hours]);
  return id;
}

/** Conflicts that last, declared by those who hold something of the enterprise; and a report and a recusal, which look like them to no list of what is to be given to others. */
export async function letConflictsLast(app: TestApp, sites: Readonly<Record<SiteName, Site>>): Promise<void> {
  for (const { subjects, objects } of SITES.map((where) => sites[where])) {
    for (const who of ['leader', 'handler', 'colleague'] as const) await doAs(app, subjects[who], 'integrity/declarations', { enterpriseId: objects['enterprises'], kind: 'shareholding', description: '持股百分之三。' });
  }
  const { ids, subjects, objects: { enterprises: enterpriseId } } = sites.own;
  await aReport(app, { named: [{ name: '某', cadreId: ids.officer }], enterpriseId });
  await doAs(app, subjects.inspector, 'integrity/recusals', { cadreId: ids.officer, enterpriseId, reason: '核查期间先行回避。' });
}
