import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLocalJWKSet } from 'jose';
import { Client } from 'pg';
import { createApplication } from '../src/application';
import { ENTITIES } from '../src/entities';
import { type LocalIssuer } from '../src/identity/local-issuer';
import { trustedAs } from '../src/identity/token-verifier';
import { createLog } from '../src/platform/logging';
import type { Clock } from '../src/platform/clock';
import { applicationDataSource } from '../src/platform/db/data-source';
import { Together } from '../src/platform/db/together';
import type { Shot } from './load';
import { AUDIENCE, ISSUER } from './sizes';

/** A statement as the application has sent it. */
export interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The application within this process, for what cannot be seen from outside. */
export interface OpenApplication {
  readonly app: NestFastifyApplication;
  /** Answers a request without a network, and says which statements that took, those of the transaction and the scope left out. */
  readonly answer: (shot: Shot) => Promise<{ status: number; body: unknown; sent: Sent[] }>;
  readonly close: () => Promise<void>;
}

export async function openApplication(databaseUrl: string, clock: Clock, issuer: LocalIssuer): Promise<OpenApplication> {
  const source = await applicationDataSource(databaseUrl, ENTITIES, 4).initialize();
  const app = await createApplication({
    source, clock, log: createLog('silent'),
    trusted: [trustedAs({ kind: 'local' }, { issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet(await issuer.jwks()) })],
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    answer: async ({ method, path, headers, body }) => {
      const sent: Sent[] = [];
      const stop = listen(sent);
      const response = await app.inject({ method, url: path, headers: { ...headers }, ...(body === undefined ? {} : { payload: body }) }).finally(stop);
      return { status: response.statusCode, body: response.json(), sent };
    },
    close: async () => {
      await app.close();
      await source.destroy();
    },
  };
}

// The sealer is told outside of transactions, of many at once.
const FRAME = /^\s*(BEGIN|START|COMMIT|ROLLBACK|SET|SELECT set_config|SELECT pg_notify)/i;

/** Writes down every statement that a pg client of this process sends, until the returned function is called. */
function listen(sent: Sent[]): () => void {
  const prototype = Client.prototype as unknown as { query: (...given: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function listened(this: unknown, ...given: unknown[]): unknown {
    const [first, second] = given;
    const asked = typeof first === 'string' ? [{ text: first, values: second }] : first instanceof Together ? first.statements : [first as { text?: string; values?: unknown }];
    for (const { text, values } of asked) if (text !== undefined && !FRAME.test(text)) sent.push({ text, values: Array.isArray(values) ? values : [] });
    return query.apply(this, given);
  };
  return () => { prototype.query = query; };
}
