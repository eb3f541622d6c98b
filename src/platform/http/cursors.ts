import { stringify } from 'node:querystring';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../kernel/actor';
import { Problem } from '../../kernel/problem';
import { InstallationKeys } from '../db/installation-keys';
import { type CursorHolder, signCursor, verifyCursor } from './cursor-signature';

type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * Cursors leave the server signed and come back verified, so that behind this line a cursor is one of our own: nobody makes up a key, and
 * nobody goes on in another's list. A page that has a next one also says so in `Link`.
 */
@Injectable()
export class Cursors {
  constructor(private readonly keys: InstallationKeys) {}

  /** Takes the signature off the cursor of a request whose caller is known; nothing to wait for where there is none. Problem `cursor-invalid`. */
  open(request: FastifyRequest): Promise<void> | undefined {
    const query = request.query as Query;
    const { cursor } = query;
    // A cursor that is given twice is a fault of form, which the pipe refuses.
    if (!isReading(request) || typeof cursor !== 'string') return undefined;
    return this.keys.of('cursor').then((key) => {
      const verified = verifyCursor(key, cursor, holderOf(request));
      if (verified === undefined) throw Problem.at('cursor-invalid', '/query/cursor');
      request.query = { ...query, cursor: verified };
    });
  }

  /** Signs what leaves. A hook and no interceptor: every request would pay for one, also those that have nothing to sign. */
  signPages(fastify: FastifyInstance): void {
    fastify.addHook('preSerialization', (request, reply, body, done) => {
      if (!isReading(request) || !hasNext(body)) {
        done(null, body);
        return;
      }
      this.#signed(body, request, reply).then((signed) => { done(null, signed); }, (error: unknown) => { done(error as Error); });
    });
  }

  async #signed<T extends { readonly nextCursor: string }>(page: T, request: FastifyRequest, reply: FastifyReply): Promise<T> {
    const nextCursor = signCursor(await this.keys.of('cursor'), page.nextCursor, holderOf(request));
    // From what was understood, not from what was written: so the next page is asked with the same filters, whatever way they were spelled.
    const search = stringify({ ...(request.query as Query), cursor: nextCursor });
    void reply.header('link', `<${pathOf(request.url)}?${search}>; rel="next"`);
    return { ...page, nextCursor };
  }
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function hasNext(body: unknown): body is { readonly nextCursor: string } {
  return typeof body === 'object' && body !== null && 'nextCursor' in body && typeof body.nextCursor === 'string';
}

function holderOf({ routeOptions, actor }: FastifyRequest): CursorHolder {
  return { route: routeOptions.url ?? '', caller: actor === undefined ? '' : callerOf(actor) };
}

/** Proxies may name the server in the target of a request; what is said there is not repeated. */
function pathOf(url: string): string {
  const path = url.split('?')[0] ?? '';
  return path.startsWith('/') ? path : new URL(path).pathname;
}
