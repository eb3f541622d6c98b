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
    expect(readConfig({ PORT: '8080', DATA_DIR: '/data' }).links).toEqual({ publicUrl: 'http://localhost:8080', outbox: { kind: 'file', file: '/data/outbox/links.jsonl', collected: false } });
    expect(readConfig({ LINK_FILE_COLLECTED: 'on' }).links.outbox).toMatchObject({ kind: 'file', collected: true });
    const given = { PUBLIC_URL: 'https://ledger.example/park/', LINK_WEBHOOK_URL: 'https://sms.example/links', LINK_WEBHOOK_SECRET: 'x'.repeat(24) };
    expect(readConfig(given).links).toEqual({ publicUrl: 'https://ledger.example/park', outbox: { kind: 'webhook', url: 'https://sms.example/links', secret: 'x'.repeat(24) } });
    expect(() => readConfig({ ...given, LINK_WEBHOOK_SECRET: 'short' })).toThrow('LINK_WEBHOOK_SECRET');
    expect(() => readConfig({ ...given, PUBLIC_URL: 'ledger.example' })).toThrow('PUBLIC_URL');
  });

  it('does not send links to where no phone comes', () => {
    const production = { NODE_ENV: 'production', OIDC_ISSUER: 'https://id.example', OIDC_JWKS_URI: 'https://id.example/jwks' };
    expect(() => readConfig(production)).toThrow('PUBLIC_URL: needed with NODE_ENV=production');
    expect(() => readConfig({ LINK_WEBHOOK_URL: 'https://sms.example', LINK_WEBHOOK_SECRET: 'x'.repeat(24) })).toThrow('PUBLIC_URL: needed with LINK_WEBHOOK_URL');
    expect(readConfig({ ...production, PUBLIC_URL: 'https://ledger.example' }).links.publicUrl).toBe('https://ledger.example');
  });

  it.each([['x'.repeat(23), false], ['x'.repeat(24), true], [`whsec_${Buffer.alloc(23).toString('base64')}`, false], [`whsec_${Buffer.alloc(24).toString('base64')}`, true], ['私'.repeat(8), true]])('counts the bytes of the secret %s', (secret, enough) => {
    const given = () => readConfig({ PUBLIC_URL: 'https://ledger.example', LINK_WEBHOOK_URL: 'https://sms.example', LINK_WEBHOOK_SECRET: secret });
    if (enough) expect(given().links.outbox).toMatchObject({ secret });
    else expect(given).toThrow('LINK_WEBHOOK_SECRET');
  });

  it('repeats no address that may hold a password', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://user:secret@host/x' })).not.toThrow('secret');
  });

  it('names every variable that is wrong, and the issuer that production needs', () => {
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', NODE_ENV: 'production' })).toThrow(/PORT[^]*DEMO[^]*OIDC_ISSUER|OIDC_ISSUER[^]*PORT[^]*DEMO/);
  });
});
