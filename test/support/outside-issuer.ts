import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/platform/free-ports';
import type { OutsideIssuerOptions } from './outside-issuer-process';

/** An oidc-provider in a process of its own. */
export interface OutsideIssuer {
  readonly url: string;
  readonly jwksUri: string;
  /** A token from its token endpoint, for the audience that it was started with or another. */
  tokenOf(subject: string, resource?: string): Promise<string>;
  /** Ends it, and starts it anew in the same place: with other keys, if any are given. */
  restart(keys?: OutsideIssuerOptions['keys']): Promise<void>;
  /** It is there, and says nothing. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startOutsideIssuer(options: Omit<OutsideIssuerOptions, 'port'>): Promise<OutsideIssuer> {
  let { child, url } = await start({ ...options, port: await freePort() });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url, jwksUri: `${url}/jwks`, stop,
    tokenOf: async (subject, resource) => {
      const response = await fetch(`${url}/token`, {
        method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${subject}:${options.secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(resource === undefined ? {} : { resource }) }),
      });
      const answer = await response.json() as { access_token?: string };
      const { access_token: token } = answer;
      if (token === undefined) throw new Error(`the outside issuer answered ${response.status} ${JSON.stringify(answer)}`);
      return token;
    },
    restart: async (keys = options.keys) => {
      await stop();
      ({ child, url } = await start({ ...options, keys, port: Number(new URL(url).port) }));
    },
    freeze: () => { child.kill('SIGSTOP'); },
    thaw: () => { child.kill('SIGCONT'); },
  };
}

async function start(options: OutsideIssuerOptions): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--require', './test/support/require-typescript.cjs', 'test/support/outside-issuer-process.ts', JSON.stringify(options)], {
    env: { PATH: process.env['PATH'] }, stdio: ['pipe', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const url = await Promise.race([
    once(child.stdout ?? child, 'data').then(([line]: Buffer[]) => String(line).trim()),
    once(child, 'exit').then(() => { throw new Error(`the outside issuer did not start: ${complaints.join('')}`); }),
  ]);
  return { child, url };
}
