import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiExtraModels, ApiHeader, ApiOperation, ApiParam, ApiProperty, ApiResponse, ApiSecurity, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../../kernel/problem-catalogue';

class ProblemFieldError {
  @ApiProperty({ description: 'JSON pointer into the body, or `/query/<name>`.', example: '/name' }) pointer: string;
  @ApiProperty({ description: 'Stable code of the fault.', example: 'required' }) code: string;
  @ApiProperty({ description: 'What is wrong, in the reader’s language.', example: '必填。' }) detail: string;
}

/** RFC 9457 problem document. */
export class ProblemResponse {
  @ApiProperty({ description: 'A stable URN.', example: 'urn:service-ledger:problem:not-found' }) type: string;
  @ApiProperty({ description: 'The code in the URN.', example: 'not-found', enum: Object.keys(PROBLEMS) }) code: string;
  @ApiProperty({ description: 'Short, in the reader’s language.', example: '未找到' }) title: string;
  @ApiProperty({ description: 'The HTTP status.', type: 'integer', example: 404 }) status: number;
  @ApiProperty({ description: 'One sentence, in the reader’s language.', example: '此处没有您可查看的内容。' }) detail: string;
  @ApiProperty({ description: 'The path of the request; left out where that could not be read.', example: '/api/v1/enterprises/01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59', required: false }) instance?: string;
  @ApiProperty({ description: 'The fields that are wrong.', type: [ProblemFieldError], required: false }) errors?: ProblemFieldError[];
}

/** What one call does and answers, for the OpenAPI document. */
export interface CallDescription {
  /** Unique name of the operation, e.g. `listOverdueVisits`. */
  readonly id: string;
  readonly summary: string;
  /** The summary in Chinese. */
  readonly zh: string;
  readonly description: string;
  readonly answers?: { readonly status?: 200 | 201; readonly type?: Type; readonly list?: boolean };
  /** A creation: 201, and 200 when a client-made id comes again with the same content. */
  readonly creates?: boolean;
  readonly needsIfMatch?: boolean;
  /** A `POST` that answers through `Answers`: it takes an `Idempotency-Key`. */
  readonly once?: boolean;
  /** The body, where the parameter's own type does not say it. */
  readonly body?: Type;
  /** The problems of the call's own rules; those that every call can answer are added. */
  readonly problems?: readonly ProblemCode[];
  readonly public?: boolean;
  /** Answers people with a page, and programs with JSON. */
  readonly page?: boolean;
  /** No rate limit counts it. */
  readonly unlimited?: boolean;
}

const IF_MATCH_EXAMPLE = '"1-q1MKE-vRpLAHKN4R"';
const OF_EVERY_CALL: readonly ProblemCode[] = ['malformed', 'internal', 'unavailable', 'busy'];
const OF_CALLS_ONCE: readonly ProblemCode[] = ['twin-running', 'idempotency-key-reused', 'done-out-of-reach'];
const OF_LIMITED_CALLS: readonly ProblemCode[] = ['too-many-requests'];
const OF_CALLS_WITH_TOKEN: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'not-found', 'issuer-unavailable'];

const KEY_DESCRIPTION = 'Makes the call safe to repeat: the same call under the same key has one effect, and its first answer is sent again for 72 hours, with `Idempotency-Replayed: true`, or 404 `done-out-of-reach` where you may not read it any more. 1 to 255 visible ASCII characters, random, one per intention.';

const RATE_HEADERS = {
  'RateLimit-Policy': { description: 'The limits: `q` requests in a window of `w` seconds, of the caller and of the address.', schema: { type: 'string' as const, example: '"caller";q=6000;w=60' } },
  'RateLimit': { description: 'What is left: `r` requests in the `t` seconds until the window ends; another process may have let some of them through.', schema: { type: 'string' as const, example: '"caller";r=5999;t=42' } },
};
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' as const, example: 2 } } };

/** Describes a call: summary in English and Chinese, its answer, and every problem it can answer. */
export function Call(call: CallDescription): MethodDecorator {
  const { type, status = 200, list = false } = call.answers ?? {};
  const success = (code: number, description: string) => ApiResponse({
    status: code, description, headers: call.unlimited === true ? {} : RATE_HEADERS,
    ...(type === undefined ? {} : call.page === true ? { content: { 'application/json': { schema: { $ref: getSchemaPath(type) } }, 'text/html': { schema: { type: 'string' as const } } } } : list ? { content: { 'application/json': { schema: listSchema(type) } } } : { type }),
  });
  return applyDecorators(
    ApiOperation({ operationId: call.id, summary: `${call.summary} · ${call.zh}`, description: call.description }),
    ...(type === undefined ? [] : [ApiExtraModels(type)]),
    ...(call.creates === true ? [success(201, 'Created.'), success(200, 'The same id with the same content was sent before: what is stored.')] : [success(status, 'Done.')]),
    ...(call.needsIfMatch === true ? [ApiHeader({ name: 'If-Match', required: true, description: 'The ETag that was read. Its version counts; `*` names none and is refused with 428.', example: IF_MATCH_EXAMPLE })] : []),
    ...(call.once === true ? [ApiHeader({ name: 'Idempotency-Key', required: false, description: KEY_DESCRIPTION, schema: { type: 'string', minLength: 1, maxLength: 255 }, example: '5f1c1f0e-9a55-4d0c-8a39-6f1b6b2a7f11' })] : []),
    ...(call.body === undefined ? [] : [ApiBody({ type: call.body })]),
    ...(call.public === true ? [ApiSecurity({})] : [ApiBearerAuth()]),
    ...problemResponses([...OF_EVERY_CALL, ...(call.unlimited === true ? [] : OF_LIMITED_CALLS), ...(call.public === true ? [] : OF_CALLS_WITH_TOKEN), ...(call.needsIfMatch === true ? (['stale', 'if-match-required'] as const) : []), ...(call.once === true ? OF_CALLS_ONCE : []), ...(call.problems ?? [])]),
  );
}

/** Describes an `If-Match` that is taken if given. */
export function TakesIfMatch(): MethodDecorator {
  return ApiHeader({ name: 'If-Match', required: false, description: 'The ETag that was read; taken if given. Its version counts; `*` is any.', example: IF_MATCH_EXAMPLE });
}

/** Describes the `id` in a path. */
export function IdParam(what: string): MethodDecorator {
  return ApiParam({ name: 'id', description: `The ${what}.`, schema: { type: 'string', format: 'uuid', example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' } });
}

function listSchema(type: Type): object {
  return {
    type: 'object', required: ['items', 'nextCursor'],
    properties: {
      items: { type: 'array', items: { $ref: getSchemaPath(type) } },
      nextCursor: { type: ['string', 'null'], description: 'Send it as `cursor` for the next page; null on the last one.' },
    },
  };
}

function problemResponses(codes: readonly ProblemCode[]): MethodDecorator[] {
  const byStatus = Map.groupBy([...new Set(codes)], (code) => PROBLEMS[code].status);
  return [...byStatus].map(([status, group]) => ApiResponse({
    status,
    ...(status === 429 || status === 503 ? { headers: { ...RETRY_AFTER, ...(status === 429 ? RATE_HEADERS : {}) } } : {}),
    description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].detail.en}`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemResponse) },
        examples: Object.fromEntries(group.map((code) => [code, { value: { type: `urn:service-ledger:problem:${code}`, code, title: PROBLEMS[code].title.en, status, detail: PROBLEMS[code].detail.en, instance: '/api/v1' } }])),
      },
    },
  }));
}
