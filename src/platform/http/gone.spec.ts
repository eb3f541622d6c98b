import { once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { whenGone } from './gone';

describe('a caller who goes', () => {
  it.each(['before', 'after'])('is noticed when they go %s anybody listens', async (when) => {
    const server = fastify({ forceCloseConnections: true });
    const noticed = new Promise<boolean>((resolve, reject) => {
      server.get('/', async (request, reply) => {
        const left = once(request.raw.socket, 'close');
        if (when === 'before') {
          client.destroy();
          await left;
        }
        const gone = whenGone(request, reply);
        client.destroy();
        await left;
        await new Promise(setImmediate);
        resolve(gone.aborted);
        return reply.hijack();
      });
      server.server.once('error', reject);
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    const client = connect((server.server.address() as { port: number }).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect(noticed).resolves.toBe(true);
    await server.close();
  });
});
