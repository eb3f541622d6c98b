import { ConfigError, readConfig } from './config';

describe('the configuration', () => {
  it('has a value for everything where nothing is set', () => {
    expect(readConfig({})).toMatchObject({ port: 3000, host: '127.0.0.1', dataDir: '.data', databaseUrl: undefined, issuers: [{ kind: 'local' }], audience: 'service-ledger', demo: true, jobs: true, trustedProxies: false });
  });

  it.each([
    ['PORT', 'http'], ['PORT', '65536'], ['PORT', '1.5'], ['DATABASE_URL', 'mysql://x'], ['DATABASE_POOL', '1'], ['DEMO', 'yes'], ['JOBS', 'no'], ['LOG_LEVEL', 'loud'], ['OIDC_JWKS_URI', 'file:///x'], ['OIDC_ISSUERS', '{}'], ['OIDC_ISSUERS', '[{'], ['OIDC_ISSUERS_FILE', '/there/is/none'],
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

  it('names every variable that is wrong', () => {
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', OIDC_ISSUER: 'https://id.example' })).toThrow(/OIDC_JWKS_URI/);
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', OIDC_ISSUER: 'https://id.example' })).toThrow(/PORT/);
    expect(() => readConfig({ PORT: 'x', DEMO: 'x', OIDC_ISSUER: 'https://id.example' })).toThrow(/DEMO/);
  });

  describe('of issuers', () => {
    const one = { issuer: 'https://id.example', jwksUri: 'https://id.example/jwks', parks: ['JKSP'] };
    const short = { OIDC_ISSUER: 'https://other.example', OIDC_JWKS_URI: 'https://other.example/jwks' };
    const inEarnest = { NODE_ENV: 'production', PUBLIC_URL: 'https://ledger.example' };
    const listed = (...issuers: object[]) => ({ OIDC_ISSUERS: JSON.stringify(issuers) });
    const kinds = (env: Record<string, string>): string[] => readConfig(env).issuers.map(({ kind }) => kind);

    it('takes one in short, any number as JSON, or both, and means what is left out', () => {
      expect(readConfig({ ...short, ...listed(one), OIDC_AUDIENCE: 'ledger' }).issuers).toEqual([
        { kind: 'outside', issuer: 'https://other.example', audience: 'ledger', jwksUri: 'https://other.example/jwks', algorithms: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'], tokenType: 'at+jwt', parks: undefined, subjectClaim: 'sub' },
        { kind: 'outside', issuer: 'https://id.example', audience: 'ledger', jwksUri: 'https://id.example/jwks', algorithms: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'], tokenType: 'at+jwt', parks: ['JKSP'], subjectClaim: 'sub' },
      ]);
      const whole = { ...one, audience: 'a', algorithms: ['PS256'], tokenType: 'JWT', parks: ['*'], subjectClaim: 'employee_no' };
      expect(readConfig(listed(whole)).issuers).toEqual([{ kind: 'outside', ...whole, parks: undefined }]);
    });

    it.each<[string, object]>([
      ['issuer', { issuer: '' }], ['issuer', { issuer: ' https://id.example' }], ['issuer', { issuer: 'x'.repeat(301) }], ['jwksUri', { jwksUri: 'ftp://x' }], ['jwksUri', { jwksUri: 'https://user:secret@id.example/jwks' }],
      ['parks', { parks: undefined }], ['parks', { parks: [] }], ['parks', { parks: ['*', 'JKSP'] }], ['parks', { parks: ['jksp'] }], ['parks', { parks: 'JKSP' }], ['parks', { parks: ['JKSP', 'JKSP'] }],
      ['algorithms', { algorithms: ['HS256'] }], ['algorithms', { algorithms: ['none'] }], ['algorithms', { algorithms: [] }], ['subjectClaim', { subjectClaim: '' }], ['tokenType', { tokenType: 'id' }], ['audience', { audience: [] }],
      ['park', { park: ['JKSP'] }],
    ])('names %s where it is %p', (member, change) => {
      expect(() => readConfig(listed(one, { ...one, issuer: 'https://second.example', ...change }))).toThrow(`OIDC_ISSUERS[1].${member}:`);
      expect(() => readConfig(listed({ ...one, ...change }))).not.toThrow('secret');
    });

    it.each([['one that is there already', listed(one, one)], ['the key for trying', listed({ ...one, issuer: 'urn:service-ledger:local' })], ['the one that is built in', { ...listed({ ...one, issuer: 'https://ledger.example/oidc' }), PUBLIC_URL: 'https://ledger.example/' }]])('trusts no other under the name of %s', (_what, env) => {
      expect(() => readConfig(env)).toThrow(/twice, or one of this server's own/);
    });

    it('fetches keys over http in trying, and in production from the machine itself alone', () => {
      const from = (jwksUri: string, production: boolean) => () => readConfig({ ...listed({ ...one, jwksUri }), ...(production ? inEarnest : {}) });
      expect(from('http://id.example/jwks', false)).not.toThrow();
      expect(from('http://id.example/jwks', true)).toThrow('jwksUri');
      expect(from('http://127.0.0.1:8080/jwks', true)).not.toThrow();
      expect(from('http://127.0.0.1.example/jwks', true)).toThrow('jwksUri');
      expect(() => readConfig({ ...short, OIDC_JWKS_URI: 'http://id.example/jwks', ...inEarnest })).toThrow('OIDC_JWKS_URI');
    });

    it('trusts the key for trying with a demo, and where nothing is configured and nobody calls it production', () => {
      expect(kinds({})).toEqual(['local']);
      expect(kinds({ DEMO: 'off' })).toEqual(['local']);
      expect(kinds(inEarnest)).toEqual([]);
      expect(kinds({ ...inEarnest, DEMO: 'on' })).toEqual(['local']);
      expect(kinds(short)).toEqual(['outside']);
      expect(kinds({ ...short, DEMO: 'on' })).toEqual(['local', 'outside']);
      expect(readConfig(inEarnest).demo).toBe(false);
    });
  });
});
