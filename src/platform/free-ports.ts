import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';
// Connections going out are given ports from 32768 on (Linux) or 49152 (elsewhere). One below stays free until its program starts, and starts again.
const FROM = 20_000;
const TO = 32_768;
const MOST_TRIES = 100;

/** So many ports of this machine that nobody listens on, each another. @throws Error when none is found */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes: Server[] = [];
  const ports: number[] = [];
  try {
    for (let tries = 0; ports.length < count; tries += 1) {
      const port = randomInt(FROM, TO);
      const probe = createServer().listen(port, HOST);
      const listens = await once(probe, 'listening').then(() => true, (error: unknown) => {
        if (tries >= MOST_TRIES) throw error;
        return false;
      });
      if (!listens) continue;
      probes.push(probe);
      ports.push(port);
    }
    return ports;
  } finally {
    await Promise.all(probes.map(async (probe) => once(probe.close(), 'close')));
  }
}

/** One of {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
