import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem';
import type { ProblemFilter } from './problem.filter';

/**
 * Answers 405 `method-not-allowed` with `Allow` where an address is one of ours and the method is none of those that it has. Addresses are public and objects are
 * not: the router is asked, nothing else, so that nobody learns whether something is there, and no token is needed for it.
 */
export function refuseOtherMethods(fastify: FastifyInstance, filter: ProblemFilter): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const methods = request.is404 ? methodsAt(fastify, request.url) : [];
    // One that it has, and yet no route: the address is longer than any of ours.
    if (methods.length === 0 || methods.includes(request.method)) {
      done();
      return;
    }
    const allowed = methods.join(', ');
    void reply.header('allow', allowed);
    filter.answer(new Problem('method-not-allowed', { params: { allowed, method: request.method } }), request, reply);
  });
}

function methodsAt(fastify: FastifyInstance, url: string): readonly string[] {
  return fastify.supportedMethods.filter((method) => {
    const found = fastify.findRoute({ method, url });
    // The router takes the nothing behind a last slash for an id; Nest does not.
    return found !== null && !Object.values(found.params).includes('');
  });
}
