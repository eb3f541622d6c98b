import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { concatMap, type Observable, of } from 'rxjs';
import { Problem } from '../../kernel/problem';
import { InstallationKeys } from '../db/installation-keys';
import { type CursorHolder, signCursor, verifyCursor } from './cursor-signature';

type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * Cursors leave the server signed and come back verified, so that behind this line a cursor is one of our own: nobody makes up a key, and
 * nobody goes on in another's list. A page that has a next one also says so in `Link`.
 */
@Injectable()
export class CursorsInterceptor implements NestInterceptor {
  constructor(private readonly keys: InstallationKeys) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (request.method !== 'GET' && request.method !== 'HEAD') return next.handle();
    const query = request.query as Query;
    const { cursor } = query;
    // A cursor that is given twice is a fault of form, which the pipe refuses.
    if (typeof cursor === 'string') request.query = { ...query, cursor: await this.#verified(cursor, request) };
    return next.handle().pipe(concatMap((body) => (hasNext(body) ? this.#signed(body, query, request, http.getResponse<FastifyReply>()) : of(body))));
  }

  async #verified(signed: string, request: FastifyRequest): Promise<string> {
    const cursor = verifyCursor(await this.keys.of('cursor'), signed, holderOf(request));
    if (cursor === undefined) throw Problem.at('cursor-invalid', '/query/cursor');
    return cursor;
  }

  async #signed<T extends { readonly nextCursor: string }>(page: T, query: Query, request: FastifyRequest, reply: FastifyReply): Promise<T> {
    const nextCursor = signCursor(await this.keys.of('cursor'), page.nextCursor, holderOf(request));
    void reply.header('link', `<${request.url.split('?')[0]}?${searchOf({ ...query, cursor: nextCursor })}>; rel="next"`);
    return { ...page, nextCursor };
  }
}

function hasNext(body: unknown): body is { readonly nextCursor: string } {
  return typeof body === 'object' && body !== null && 'nextCursor' in body && typeof body.nextCursor === 'string';
}

function holderOf({ routeOptions, actor }: FastifyRequest): CursorHolder {
  return { route: routeOptions.url ?? '', issuer: actor?.issuer ?? '', subject: actor?.subject ?? '', kind: actor?.kind ?? 'nobody' };
}

/** From what was understood, not from what was written: so the next page is asked with the same filters, whatever way they were spelled. */
function searchOf(query: Query): string {
  return new URLSearchParams(Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))).toString();
}
