import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessDocument, seesBy } from '../../src/identity/access-document';
import { findRoute, isPublic, ROUTES } from '../../src/identity/routes';
import { CLIENT_SCOPES, ROLES } from '../../src/kernel/actor';
import { apiDocument } from '../../src/openapi';
import { startApp, type TestApp } from '../support/app';

describe('who may do what, as the documents say it', () => {
  let app: TestApp;
  beforeAll(async () => { app = await startApp(); });
  afterAll(async () => { await app.close(); });

  it('is docs/access.md, written from the table of routes', () => {
    expect(readFileSync(join(__dirname, '../../docs/access.md'), 'utf8')).toBe(accessDocument());
  });

  it('says of every route what its callers see', () => {
    expect(ROUTES.filter((route) => seesBy(route) === undefined).map(({ path }) => path)).toEqual([]);
  });

  it('names every role and every scope that a route is open to', () => {
    // Scopes of features that are not built yet, and the role that comes with its own.
    const unused = [...ROLES, ...CLIENT_SCOPES].filter((word) => !ROUTES.some(({ path, roles, scopes }) => path !== 'me' && ([...roles, ...scopes] as readonly string[]).includes(word)));
    expect(unused.filter((word) => word !== 'webhooks:manage' && word !== 'imports:write')).toEqual([]);
  });

  it('stands at every operation of the OpenAPI document, with the answers for those who may not; public ones ask for nothing', () => {
    let compared = 0;
    for (const [path, calls] of Object.entries(apiDocument(app.app).paths)) {
      for (const [method, operation] of Object.entries(calls as Record<string, { security?: object[]; responses: object }>)) {
        const route = findRoute(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'));
        const at = `${method} ${path}`;
        const answers = Object.keys(operation.responses);
        if (route === undefined) {
          expect({ at, open: isPublic(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1')), security: operation.security }).toEqual({ at, open: true, security: [] });
          expect({ at, answers: answers.filter((status) => status === '401' || status === '403') }).toEqual({ at, answers: [] });
        } else {
          expect({ at, security: operation.security }).toEqual({ at, security: [...route.roles, ...route.scopes].map((word) => ({ bearer: [word] })) });
          expect({ at, answers: answers.filter((status) => status === '401' || status === '403') }).toEqual({ at, answers: ['401', '403'] });
          compared += 1;
        }
      }
    }
    expect(compared).toBe(ROUTES.length);
  });
});
