import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppModule, type Parts } from './app.module';
import { mountIssuer } from './identity/oidc-mount';
import { ProviderService } from './identity/provider/provider.service';
import { findRoute, fullPath, isForAnybody, isPublic, takesForms } from './identity/routes';
import { Problem } from './kernel/problem';
import type { ProblemCode } from './kernel/problem-catalogue';
import { addApiDocument } from './openapi';
import { ANSWER_MS } from './platform/db/time-limits';
import { Cursors } from './platform/http/cursors';
import { tagAnswers } from './platform/http/entity-tags';
import { RateLimits } from './platform/http/limits/rate-limits';
import { refuseOtherMethods } from './platform/http/other-methods';
import { languageOf, problemDocument, ProblemFilter } from './platform/http/problem.filter';
import { isCode } from './platform/journal/journal-data';
import { logRequests, NestLog } from './platform/logging';
import { RequestPipe } from './platform/http/validation';

// A visit with everything in it is below 100 kB.
const BODY_LIMIT = 1_048_576;
// A thousand characters, of which each may be nine when it is written so.
const FORM_LIMIT = 16_384;

/** How long clients may take, in milliseconds. */
export interface Patience {
  /** From the first byte of a request to its last. A phone on a bad line may need a while; who dribbles holds a connection no longer than this. */
  readonly requestMs: number;
  /** For the headers alone. */
  readonly headersMs: number;
  /** In which no byte comes or goes: for who asks and never reads the answer. Longer than the database may take for one. */
  readonly idleMs: number;
  /** Between looks at who has taken too long. */
  readonly checkMs: number;
}

/** What differs between installations and tests. */
export interface HttpOptions {
  readonly trustedProxies?: string | false;
  readonly patience?: Patience;
}

const PATIENCE: Patience = { requestMs: 30_000, headersMs: 10_000, idleMs: ANSWER_MS + 10_000, checkMs: 1_000 };
// Tokens with many claims are a few kB.
const MOST_HEADER_BYTES = 16_384;
// Answers are data for one caller: not to be kept, guessed at, framed or run.
const OF_EVERY_ANSWER = {
  'cache-control': 'no-store', vary: 'authorization', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'referrer-policy': 'no-referrer',
};
const PAGE_HEADERS = { contentSecurityPolicy: { directives: { scriptSrc: ["'self'"], upgradeInsecureRequests: null } } };
const UNLIMITED: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);
const REPORTS = fullPath('integrity/reports');
const PROBLEM_OF_NOISE: Readonly<Record<string, ProblemCode>> = { ERR_HTTP_REQUEST_TIMEOUT: 'too-slow', HPE_HEADER_OVERFLOW: 'headers-too-large' };
// Node gives up before it knows what is asked for, and where.
const UNREAD = { method: '', url: '' };
const MAY_NAME_A_PROTOTYPE = /__proto__|\\u/;
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/**
 * The HTTP application, configured; nothing of it runs yet. Nest's own account of every module and route is left out: call
 * {@link useLogs} once it is initialised.
 */
export async function createApplication(parts: Parts & { readonly log: Logger }, { trustedProxies = false, patience = PATIENCE }: HttpOptions = {}): Promise<NestFastifyApplication> {
  const filter = new ProblemFilter();
  const adapter = new FastifyAdapter({
    trustProxy: trustedProxies,
    bodyLimit: BODY_LIMIT,
    requestTimeout: patience.requestMs,
    connectionTimeout: patience.idleMs,
    http: { headersTimeout: patience.headersMs, requestTimeout: patience.requestMs, connectionsCheckingInterval: patience.checkMs, maxHeaderSize: MOST_HEADER_BYTES },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // No hook has run and none will.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', request.id).headers(OF_EVERY_ANSWER);
      countAddress(app.get(RateLimits), filter, request, reply, () => { filter.answer(error, request, reply); });
    },
    clientErrorHandler: refuseUnreadable,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) && isCode(given) ? given : randomUUID();
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts), adapter, { logger: false, abortOnError: false });
  app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready', 'oidc/sign-in/:uid'] });
  app.useGlobalPipes(new RequestPipe());
  app.useGlobalFilters(filter);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    // A page has headers of its own; these would take their place.
    const { helmet: page } = request.routeOptions.config as { helmet?: object };
    void reply.header('x-request-id', request.id).headers(page === undefined ? OF_EVERY_ANSWER : {});
    done();
  });
  refuseWhenClosing(fastify, filter, patience);
  limitAddresses(fastify, app.get(RateLimits), filter);
  refuseOtherMethods(fastify, filter);
  app.get(Cursors).signPages(fastify);
  tagAnswers(fastify);
  logRequests(fastify, parts.log);
  fastify.addHook('onRoute', (route) => {
    requireKnownRoute(route.method, route.url);
    // Only pages are read by browsers: data needs none of the two dozen headers.
    if (route.url === '/docs' || route.url.startsWith('/docs/')) Object.assign(route, { helmet: PAGE_HEADERS });
  });
  mountIssuer(fastify, () => app.get(ProviderService), (error, request, reply) => { filter.answer(error, request, reply); });
  await fastify.register(helmet as never, { global: false } as never);
  takeJsonInUtf8Alone(fastify);
  addApiDocument(app);
  return app;
}

export function useLogs(app: NestFastifyApplication, log: Logger): void {
  app.useLogger(new NestLog(log));
}

/**
 * Who still comes on an open connection goes elsewhere, and a connection on which something was under way is closed with its answer: nobody would close
 * it later. Node looks no more for those that take too long once a server closes: after the time that a request has, whoever is still at it is cut off.
 */
function refuseWhenClosing(fastify: FastifyInstance, filter: ProblemFilter, { requestMs }: Patience): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    setTimeout(() => { fastify.server.closeAllConnections(); }, requestMs).unref();
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!closing) done();
    else filter.answer(new Problem('unavailable', { retryAfterSeconds: 1 }), request, reply);
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (_request, _reply, done) => {
    // The headers of this answer may have left before.
    if (closing) setImmediate(() => { fastify.server.closeIdleConnections(); });
    done();
  });
}

/** Before a token is looked at. Whoever asks for the process's health is let through. */
function limitAddresses(fastify: FastifyInstance, limits: RateLimits, filter: ProblemFilter): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (UNLIMITED.has(request.url)) {
      done();
      return;
    }
    countAddress(limits, filter, request, reply, () => {
      const { method, routeOptions: { url = '' } } = request;
      const goOn = (): void => {
        if (method === 'POST' && url === REPORTS) letPass(() => limits.ofAddressThatReports(request.ip, reply), filter, request, reply, done);
        else done();
      };
      if (isForAnybody(method, url)) letPass(() => limits.ofAddressInPublic(request.ip, reply), filter, request, reply, goOn);
      else done();
    });
  });
}

function countAddress(limits: RateLimits, filter: ProblemFilter, request: FastifyRequest, reply: FastifyReply, goOn: () => void): void {
  letPass(() => limits.ofAddress(request.ip, reply), filter, request, reply, goOn);
}

function letPass(ask: () => Promise<void> | undefined, filter: ProblemFilter, request: FastifyRequest, reply: FastifyReply, goOn: () => void): void {
  const refuse = (error: unknown): void => { filter.answer(error, request, reply); };
  try {
    const wait = ask();
    if (wait === undefined) goOn();
    else wait.then(goOn, refuse);
  } catch (error) {
    refuse(error);
  }
}

/** What is no HTTP that can be answered in the ordinary way: too large a header, too slow a client, an unknown method, noise. */
function refuseUnreadable(error: Error & { readonly code?: string; readonly rawPacket?: unknown }, socket: Socket): void {
  // What is said now would be taken for the answer to a request before, which may have succeeded.
  const answering = (socket as Socket & { readonly _httpMessage?: unknown })._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || (answering !== undefined && answering !== null)) {
    socket.destroy();
    return;
  }
  const problem = problemOfNoise(error.code ?? '');
  // Nothing was parsed, but who asks in English can be answered in it.
  const packet = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : '';
  const language = languageOf(/^accept-language:(.*)$/im.exec(packet)?.[1]);
  const body = JSON.stringify(problemDocument(problem, UNREAD, language));
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  // Gone as soon as it is said: who is slow to send may be slow to leave.
  socket.end(`${head}\r\n\r\n${body}`, () => { socket.destroy(); });
}

function problemOfNoise(code: string): Problem {
  const known = PROBLEM_OF_NOISE[code];
  if (known !== undefined) return new Problem(known);
  return code === 'HPE_INVALID_URL' ? new Problem('malformed', { errors: [{ pointer: '/path', code: 'format', params: { expected: 'percent-encoded UTF-8' } }] }) : new Problem('unreadable');
}

/** A route that the table of routes does not know does not start. */
function requireKnownRoute(method: string | string[], url: string): void {
  for (const one of [method].flat()) {
    if (one === 'OPTIONS' || isPublic(one, url) || findRoute(one, url) !== undefined) continue;
    throw new Error(`${one} ${url} is not in the table of routes (identity/routes.ts)`);
  }
}

/** JSON in UTF-8 is the one thing that bodies are; a body that is not decodable is refused rather than mended. */
function takeJsonInUtf8Alone(fastify: FastifyInstance): void {
  fastify.addHook('onReady', (ready) => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(['application/json', 'application/merge-patch+json'], { parseAs: 'buffer' }, (request, body, done) => {
      const charset = /charset\s*=\s*"?([\w-]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
      if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
        done(new Problem('unsupported-media-type'));
        return;
      }
      try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer);
        // Looking at every member takes ten times as long as reading it, and hardly any text can name a prototype.
        done(null, text === '' ? undefined : JSON.parse(text, MAY_NAME_A_PROTOTYPE.test(text) ? refusePrototypes : undefined));
      } catch (error) {
        done(error instanceof Problem ? error : new Problem('malformed', { errors: [{ pointer: '', code: 'json' }] }));
      }
    });
    takeForms(fastify);
    ready();
  });
}

/** Forms as browsers send them, for the pages that anybody opens. */
function takeForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer', bodyLimit: FORM_LIMIT }, (request, body, done) => {
    if (!takesForms(request.routeOptions.url ?? '')) {
      done(new Problem('unsupported-media-type'));
      return;
    }
    try {
      done(null, readForm(new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer)));
    } catch {
      done(new Problem('malformed', { errors: [{ pointer: '', code: 'format', params: { expected: 'a form in UTF-8' } }] }));
    }
  });
}

/** The last of several values of one name counts. Unlike URLSearchParams, what is no UTF-8 is refused rather than mended. */
function readForm(text: string): Record<string, string> {
  const decoded = (piece: string): string => decodeURIComponent(piece.replaceAll('+', ' '));
  return Object.fromEntries(text.split('&').filter((pair) => pair !== '').map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [decoded(name), decoded(value.join('='))];
  }));
}

function refusePrototypes(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Problem('malformed', { errors: [{ pointer: '/__proto__', code: 'unknown-field' }] });
  return value;
}
