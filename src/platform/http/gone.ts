import type { FastifyReply, FastifyRequest } from 'fastify';

/** Says when nobody waits for the answer any more. A caller may have gone before anybody listens for that. */
export function whenGone({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => { gone.abort(); });
  if (socket.destroyed) gone.abort();
  return gone.signal;
}
