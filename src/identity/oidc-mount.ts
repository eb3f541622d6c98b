import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What answers below the issuer's address. */
export interface Mounted {
  readonly issuer: string;
  current(): Promise<{ readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> }>;
}

const PREFIX = '/oidc';
// The library takes the length of a body from its stream; what it would not read is refused before.
const LONGEST_BODY = 65_536;

/**
 * Hands what comes below `/oidc` over to the library, which is a web application of its own: hooks of ours (limits, closing, logs) have run before, filters and
 * guards do not. Where the server is, is what the configuration says, not what a request claims.
 */
export function mountIssuer(fastify: FastifyInstance, mounted: () => Mounted, refuse: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void): void {
  void fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // Left unread, for the library.
    scope.addContentTypeParser('*', { bodyLimit: LONGEST_BODY }, (_request, _body, read) => { read(null); });
    scope.route({
      method: ['GET', 'POST', 'HEAD', 'OPTIONS'], url: `${PREFIX}/*`, exposeHeadRoute: false,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const service = mounted();
        // Asked before the answer is given out of hand: what fails here is told as everything is.
        const current = await service.current().catch((error: unknown) => { refuse(error, request, reply); });
        if (current === undefined) return reply;
        const { protocol, host } = new URL(service.issuer);
        const raw = request.raw as IncomingMessage & { originalUrl?: string };
        raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
        raw.headers['x-forwarded-host'] = host;
        raw.originalUrl = raw.url ?? '/';
        raw.url = raw.originalUrl.slice(PREFIX.length);
        reply.hijack();
        for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
        await current.answer(raw, reply.raw);
        return reply;
      },
    });
    done();
  });
}
