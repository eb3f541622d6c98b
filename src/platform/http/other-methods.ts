import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem';
import type { ProblemFilter } from './problem.filter';

// The router's own, where nothing is said.
const LONGEST_ID = 100;

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
  if (!isReadable(url, fastify.initialConfig.routerOptions?.maxParamLength ?? LONGEST_ID)) return [];
  return fastify.supportedMethods.filter((method) => {
    const found = fastify.findRoute({ method, url });
    // The router takes the nothing behind a last slash for an id; Nest does not.
    return found !== null && !Object.values(found.params).includes('');
  });
}

/** Whether each part can be read, and none is longer than an id may be: for any other address the router answers as if it had found a route, whatever stands behind that part. */
function isReadable(url: string, longest: number): boolean {
  const [path = ''] = url.split(/[?#]/);
  try {
    return path.split('/').every((part) => decodeURIComponent(part).length <= longest);
  } catch {
    return false;
  }
}
