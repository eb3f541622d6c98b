import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeFieldError, fill, type Language, Problem } from '../../kernel/problem';
import { PROBLEMS, type ProblemCode } from '../../kernel/problem-catalogue';
import { problemOf, safeCause } from '../db/problems';
import { safePath } from './safe-path';

const URN = 'urn:service-ledger:problem:';
export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

// No address of ours is longer.
const LONGEST_INSTANCE = 200;

// What the framework and Fastify refuse before a controller is reached.
const PROBLEM_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed', 414: 'not-found', 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 413: 'too-large', 415: 'unsupported-media-type', 429: 'too-many-requests',
};

/** The one way in which an error leaves the server: a problem document, and for faults of ours a log line with the cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what Fastify refuses before it has found a route. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = asProblem(error);
    if (problem.status >= 500) this.#logger.error({ requestId: request.id, code: problem.code, err: safeCause(problem.cause ?? error) }, 'request failed');
    if (reply.sent) return;
    if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    const { body, language } = renderProblem(problem, request);
    void reply.status(problem.status).header('content-type', PROBLEM_JSON).header('content-language', language).header('vary', 'authorization, accept-language').send(body);
  }
}

/** The document as it is sent, in the language that the request asks for. */
export function renderProblem(problem: Problem, request: FastifyRequest): { readonly body: string; readonly language: Language } {
  const language = languageOf(request.headers['accept-language']);
  return { body: JSON.stringify(problemDocument(problem, request, language)), language };
}

interface Asked {
  readonly method: string;
  readonly url: string;
}

/** RFC 9457, in one language. What could not be read has no address, and its document no `instance`. */
export function problemDocument(problem: Problem, { method, url }: Asked, language: Language): Record<string, unknown> {
  const { title, detail } = PROBLEMS[problem.code];
  return {
    type: URN + problem.code,
    code: problem.code,
    title: title[language],
    status: problem.status,
    detail: fill(detail, problem.params, language),
    ...(url === '' ? {} : { instance: safePath(url).slice(0, LONGEST_INSTANCE) }),
    ...(problem.errors.length === 0 ? {} : {
      errors: problem.errors.slice(0, 100).map((one) => ({ pointer: pointerIn(method, one.pointer), code: one.code, detail: describeFieldError(one, language) })),
    }),
    ...problem.extensions,
  };
}

/** Rules name a field as bodies have it: what has no body has it in its query. */
function pointerIn(method: string, pointer: string): string {
  const ofBody = pointer !== '' && !/^\/(?:query|path|header)(?:\/|$)/.test(pointer);
  return ofBody && (method === 'GET' || method === 'HEAD') ? `/query${pointer}` : pointer;
}

/** Chinese unless the reader prefers English. */
export function languageOf(header: string | undefined): Language {
  const ranked = (header ?? '').split(',').map((part) => {
    const [tag = '', quality = 'q=1'] = part.trim().toLowerCase().split(';').map((piece) => piece.trim());
    return { language: tag.split('-')[0], quality: Number(quality.replace('q=', '')) || 0 };
  }).filter(({ language }) => language === 'zh' || language === 'en');
  return ranked.sort((one, other) => other.quality - one.quality)[0]?.language === 'en' ? 'en' : 'zh';
}

function asProblem(error: unknown): Problem {
  const known = problemOf(error);
  if (known !== undefined) return known;
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number } | undefined)?.statusCode;
  const code = status === undefined ? undefined : PROBLEM_OF_STATUS[status];
  if (code === 'malformed') return new Problem('malformed', { errors: [isBadAddress(error) ? { pointer: '/path', code: 'format', params: { expected: 'percent-encoded UTF-8' } } : { pointer: '', code: 'json' }], cause: error });
  return code === undefined ? new Problem('internal', { cause: error }) : new Problem(code, { cause: error });
}

function isBadAddress(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'FST_ERR_BAD_URL';
}
