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

  it('repeats no address that may hold a password', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://user:secret@host/x' })).not.toThrow('secret');
  });

  it('names every variable that is wrong, and the issuer that production needs', () => {
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', NODE_ENV: 'production' })).toThrow(/PORT[^]*DEMO[^]*OIDC_ISSUER|OIDC_ISSUER[^]*PORT[^]*DEMO/);
  });
});
