import { namesWithFields } from '../../src/platform/http/fields';
import { startApp, type TestApp } from '../support/app';

describe('documents and answers', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  it.each(['/docs', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css'])('%s may run its own scripts and styles in a browser', async (path) => {
    const { headers } = await app.http.get(path).expect(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain("default-src 'none'");
  });

  it.each(['/api/v1/me', '/health/live', '/nowhere'])('%s is data that nothing runs and nobody keeps', async (path) => {
    const { headers } = await app.http.get(path);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'x-content-type-options': 'nosniff' });
  });

  it('has a schema for each class: of two that bear one name the document would tell one in place of the other', () => {
    const names = namesWithFields();
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([]);
  });

  it('says of an address that cannot be decoded that it is the address', async () => {
    const response = await app.app.inject({ method: 'GET', url: '/api/v1/enterprises/%E0%A4%A', headers: { 'accept-language': 'en' } });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'malformed', errors: [{ pointer: '/path', code: 'format' }] });
  });

  it('does not echo an address that is longer than any of ours', async () => {
    const response = await app.app.inject({ method: 'GET', url: `/api/v1/${'x'.repeat(5_000)}` });
    expect(response.json<{ instance: string }>().instance.length).toBeLessThanOrEqual(200);
  });
});
