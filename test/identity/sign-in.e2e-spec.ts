import { APP, begin, Browser, claimsOf, exchange, anAccount, PASSWORD, serve, type Served, signInThrough } from '../support/browser';

describe('signing in at the built-in issuer', () => {
  let served: Served;
  beforeAll(async () => { served = await serve(); });
  afterAll(async () => {
    await served.close();
    jest.restoreAllMocks();
  });

  it('goes from the app over the pages and back, and gives a token for the API', async () => {
    const account = await anAccount(served, 'officer');
    const flow = await begin(served);
    const browser = new Browser();
    const page = await browser.open(flow.address.href);
    expect(page.status).toBe(200);
    const back = await signInThrough(browser, page, account.login, account.oneTimePassword, { chosen: PASSWORD });
    const tokens = await exchange(flow, back);
    expect(claimsOf(tokens.access_token)).toMatchObject({ iss: `${served.url}/oidc`, aud: 'service-ledger', sub: account.id, client_id: APP });
  });
});
