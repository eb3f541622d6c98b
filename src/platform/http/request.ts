import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../kernel/actor';
import { Problem } from '../../kernel/problem';
import { versionIn } from './entity-tags';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard on every route that is not public. */
    actor?: Actor;
    /** Set with it. */
    actorNow?: () => Promise<Actor>;
  }
}

/** Who calls. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (actor === undefined) throw new Problem('unauthenticated');
  return actor;
});

/**
 * Asks anew who calls, for a call that has waited: whom its token stands for, and what they may do, can have ended meanwhile. Problems `unauthenticated` and `forbidden`.
 */
export const ActorNow = createParamDecorator((_data: unknown, context: ExecutionContext): () => Promise<Actor> => {
  const { actorNow } = context.switchToHttp().getRequest<FastifyRequest>();
  if (actorNow === undefined) throw new Problem('unauthenticated');
  return actorNow;
});

/** The version that the caller read, from `If-Match`. Problem `if-match-required` without the header and for `*`, which names none; `stale` when it is no version of ours. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): number => {
  const version = givenVersion(context);
  if (version === undefined) throw new Problem('if-match-required');
  return version;
});

/** The version in `If-Match`, for calls that take it if given; `*` is any version. Problem `stale` when it is no version of ours. */
export const GivenVersion = createParamDecorator((_data: unknown, context: ExecutionContext): number | undefined => givenVersion(context));

/** For calls that take no body: `{}` or none. Problem `malformed` that names what was sent, since whoever sends something means something. */
export const NoBody = createParamDecorator((_data: unknown, context: ExecutionContext): void => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (body === undefined || body === null) return;
  if (typeof body !== 'object' || Array.isArray(body)) throw new Problem('malformed', { errors: [{ pointer: '', code: 'type', params: { expected: 'an object' } }] });
  const [unknown] = Object.keys(body);
  if (unknown !== undefined) throw new Problem('malformed', { errors: [{ pointer: `/${unknown.replaceAll('~', '~0').replaceAll('/', '~1')}`, code: 'unknown-field' }] });
});

function givenVersion(context: ExecutionContext): number | undefined {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  // A tag without its quotes would be refused as stale for ever, however often it is read again.
  if (!header.includes('"')) throw new Problem('malformed', { errors: [{ pointer: '/header/if-match', code: 'format', params: { expected: 'the ETag as it was read, with its quotes' } }] });
  const version = versionIn(header);
  if (version === undefined) throw new Problem('stale');
  return version;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id in a path. What is no UUID names nothing: `not-found`. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!UUID.test(value)) throw new Problem('not-found');
    return value.toLowerCase();
  }
}

export interface Versioned {
  readonly version: number;
}

/** Answers a resource with its version as `ETag`, which a digest of the body completes when that is sent. */
export function answer<T extends Versioned>(reply: FastifyReply, body: T, status = 200): T {
  void reply.status(status).header('etag', `"${body.version}"`);
  return body;
}

/** What a creation did: 201 the first time, 200 when the same id came again with the same content. */
export interface Created<T> {
  readonly created: boolean;
  readonly body: T;
}

export function answerCreated<T extends Versioned>(reply: FastifyReply, { created, body }: Created<T>): T {
  return answer(reply, body, created ? 201 : 200);
}
