import { ConfigError, readConfig } from './config';

describe('the configuration', () => {
  it('has a value for everything where nothing is set', () => {
    expect(readConfig({})).toMatchObject({ port: 3000, host: '127.0.0.1', dataDir: '.data', databaseUrl: undefined, issuer: { kind: 'local' }, demo: true, jobs: true, trustedProxies: false });
  });

  it.each([
    ['PORT', 'http'], ['PORT', '65536'], ['PORT', '1.5'], ['DATABASE_URL', 'mysql://x'], ['DATABASE_POOL', '1'], ['DEMO', 'yes'], ['JOBS', 'no'], ['LOG_LEVEL', 'loud'], ['OIDC_JWKS_URI', 'file:///x'],
    ['TRUSTED_PROXIES', 'x'], ['TRUSTED_PROXIES', '10.0.0.0/33'], ['TRUSTED_PROXIES', '10.0.0.1,'], ['TRUSTED_PROXIES', '10.0.0.1/8/8'],
  ])('names %s when it is %s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8, 10.0.0.1', 'loopback'])('trusts %s', (proxies) => {
    expect(readConfig({ TRUSTED_PROXIES: proxies }).trustedProxies).toBe(proxies);
  });

  it('sends links to a file, or signed to an address, and knows where they lead', () => {
    expect(readConfig({ PORT: '8080', DATA_DIR: '/data' }).links).toEqual({ publicUrl: 'http://localhost:8080', outbox: { kind: 'file', file: '/data/outbox/links.jsonl' } });
    const given = { PUBLIC_URL: 'https://ledger.example/park/', LINK_WEBHOOK_URL: 'https://sms.example/links', LINK_WEBHOOK_SECRET: 'x'.repeat(24) };
    expect(readConfig(given).links).toEqual({ publicUrl: 'https://ledger.example/park', outbox: { kind: 'webhook', url: 'https://sms.example/links', secret: 'x'.repeat(24) } });
    expect(() => readConfig({ ...given, LINK_WEBHOOK_SECRET: 'short' })).toThrow('LINK_WEBHOOK_SECRET');
    expect(() => readConfig({ ...given, PUBLIC_URL: 'ledger.example' })).toThrow('PUBLIC_URL');
  });

  it('knows the apps that people sign in to, and the demo’s', () => {
    expect(readConfig({}).signIn).toMatchObject({ publicUrl: 'http://localhost:3000', audience: 'service-ledger', apps: [{ clientId: 'demo-app', native: true }], secondFactor: 'optional' });
    const apps = [{ clientId: 'field', redirectUris: ['cn.example.field:/back', 'http://127.0.0.1/back'], native: true }, { clientId: 'desk', redirectUris: ['https://desk.example/back'], postLogoutRedirectUris: ['https://desk.example/'] }];
    expect(readConfig({ DEMO: 'off', SIGN_IN_APPS: JSON.stringify(apps) }).signIn).toMatchObject({ secondFactor: 'by-role', apps: [{ ...apps[0], postLogoutRedirectUris: [] }, { ...apps[1], native: false }] });
  });

  const anApp = (given: object): string => JSON.stringify([{ clientId: 'desk', redirectUris: ['https://desk.example/back'], ...given }]);
  it.each([
    '{', '{}', '[1]', anApp({ clientId: 'a b' }), anApp({ redirectUris: [] }), anApp({ redirectUris: 'https://x' }), anApp({ redirectUris: ['http://desk.example/back'] }), anApp({ redirectUris: ['https://desk.example/#x'] }),
    anApp({ redirectUris: ['https://*.example/'] }), anApp({ redirectUris: ['javascript:alert(1)'], native: true }), anApp({ redirectUris: ['cn.example.field:/back'] }), anApp({ secret: 'x' }), anApp({ native: 'yes' }),
    JSON.stringify([{ clientId: 'desk', redirectUris: ['https://a.example/'] }, { clientId: 'desk', redirectUris: ['https://b.example/'] }]),
  ])('refuses the apps %s', (apps) => {
    expect(() => readConfig({ SIGN_IN_APPS: apps })).toThrow('SIGN_IN_APPS');
  });

  it('takes a key of 256 bits to seal with, and repeats none that is not', () => {
    const key = Buffer.alloc(32, 7);
    expect(readConfig({ KEY_ENCRYPTION_KEY: key.toString('base64') }).keyEncryptionKey).toEqual(key);
    expect(readConfig({}).keyEncryptionKey).toBeUndefined();
    expect(() => readConfig({ KEY_ENCRYPTION_KEY: 'c2VjcmV0' })).toThrow('KEY_ENCRYPTION_KEY');
    expect(() => readConfig({ KEY_ENCRYPTION_KEY: 'c2VjcmV0' })).not.toThrow('c2VjcmV0');
  });

  it('repeats no address that may hold a password', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://user:secret@host/x' })).not.toThrow('secret');
  });

  it('names every variable that is wrong, and the issuer that production needs', () => {
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', NODE_ENV: 'production' })).toThrow(/PORT[^]*DEMO[^]*OIDC_ISSUER|OIDC_ISSUER[^]*PORT[^]*DEMO/);
  });
});
