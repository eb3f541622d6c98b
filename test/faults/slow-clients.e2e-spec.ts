import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestApp, startApp } from '../support/app';
import { waiting } from '../support/behind';
import { aUscc } from '../support/world';

// Each far shorter than in an installation; how they relate is the same.
const PATIENCE = { headersMs: 800, requestMs: 2_000, idleMs: 2_000, checkMs: 50 };
// Nothing of this takes long unless it is broken; the machine may be busy.
const CUT_OFF_WITHIN_MS = 30_000;
const DRIBBLE_MS = 40;

jest.setTimeout(2 * CUT_OFF_WITHIN_MS);

interface Ended {
  readonly text: string;
  readonly milliseconds: number;
}

describe('a client that is slow, or large', () => {
  let app: TestApp;
  let port: number;
  let token: string;
  beforeAll(async () => {
    app = await startApp({ http: { patience: PATIENCE } });
    await app.app.listen(0, '127.0.0.1');
    ({ port } = app.app.getHttpServer().address() as AddressInfo);
    token = await app.token('admin');
  });
  afterAll(async () => { await app.close(); });

  const dial = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    // A server that hangs up on somebody who still sends is heard as a reset.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  /** All that comes until the server hangs up. */
  const ended = async (socket: Socket): Promise<Ended> => {
    const begun = performance.now();
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => { text += piece; });
    await new Promise<void>((resolve, reject) => {
      socket.once('close', () => { resolve(); });
      AbortSignal.timeout(CUT_OFF_WITHIN_MS).addEventListener('abort', () => { reject(new Error('The server does not hang up')); });
    });
    return { text, milliseconds: performance.now() - begun };
  };

  /** Sends a piece again and again, until the server hangs up. What it said last is lost where a drop was under way to it: a reset takes it along. */
  const dribble = async (socket: Socket, piece: string): Promise<Ended> => {
    const drops = setInterval(() => socket.write(piece), DRIBBLE_MS);
    return ended(socket).finally(() => { clearInterval(drops); });
  };

  const post = (length: number): string => `POST /api/v1/enterprises HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

  it('is cut off with 408 when its headers dribble', async () => {
    const socket = await dial();
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n');
    const { text, milliseconds } = await dribble(socket, 'X-Drop: drop\r\n');
    expect(text).toMatch(/^(?:HTTP\/1\.1 408 Request Timeout\r\n[^]*"code":"too-slow"|$)/);
    expect(milliseconds).toBeGreaterThan(PATIENCE.headersMs - 2 * DRIBBLE_MS);
  });

  it('is cut off with 408 when its body dribbles', async () => {
    const socket = await dial();
    socket.write(post(10_000));
    const { text, milliseconds } = await dribble(socket, ' ');
    expect(text).toMatch(/^(?:HTTP\/1\.1 408 Request Timeout\r\n|$)/);
    expect(milliseconds).toBeGreaterThan(PATIENCE.headersMs);
  });

  it('who sends noise behind a request gets no answer that could be taken for that request’s', async () => {
    const body = JSON.stringify({ name: '噪声食品有限公司', uscc: aUscc(), status: 'signed' });
    const socket = await dial();
    socket.write(`${post(Buffer.byteLength(body))}${body}noise noise\r\n\r\n`);
    const { text } = await ended(socket);
    expect(text).toMatch(/^(?:HTTP\/1\.1 201 |$)/);
  });

  it('who writes an address as it is read hears how it is written, in their language', async () => {
    const socket = await dial();
    socket.write('GET /api/v1/enterprises?q=食品 HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n');
    const { text } = await ended(socket);
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*"title":"Malformed request"[^]*"pointer":"\/path"[^]*percent-encoded/);
  });

  it.each([
    ['a method that nobody knows', 'FOO /api/v1/parks HTTP/1.1\r\nHost: x\r\n\r\n'], ['another version', 'GET /api/v1/parks HTTP/7.3\r\nHost: x\r\n\r\n'],
    ['a head that is none', 'GET /api/v1/parks HTTP/1.1\r\nHost x\r\n\r\n'], ['a greeting of TLS', Buffer.from('16030100fa010000f60303', 'hex')],
  ])('who sends %s hears that it could not be read, and of no address', async (_what, sent) => {
    const socket = await dial();
    socket.write(sent);
    const { text } = await ended(socket);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 [^]*^Content-Type: application\/problem\+json/m);
    expect(JSON.parse(body)).toEqual({ type: 'urn:service-ledger:problem:unreadable', code: 'unreadable', title: '无法读取请求', status: 400, detail: expect.stringContaining('请求方法未知') as string });
  });

  it('does not keep a process from stopping by dribbling', async () => {
    const stopping = await startApp({ http: { patience: PATIENCE } });
    await stopping.app.listen(0, '127.0.0.1');
    const address = stopping.app.getHttpServer().address() as AddressInfo;
    const socket = connect(address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /api/v1/enterprises HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n ');
    const drops = setInterval(() => socket.write(' '), DRIBBLE_MS);
    const cut = ended(socket).finally(() => { clearInterval(drops); });
    await stopping.close();
    await expect(cut).resolves.toBeDefined();
  });

  it('does not keep a process from stopping by keeping the connection on which it has waited for an answer', async () => {
    const stopping = await startApp({ http: { patience: { ...PATIENCE, requestMs: 60_000, idleMs: 60_000 } } });
    await stopping.app.listen(0, '127.0.0.1');
    const server = stopping.app.getHttpServer();
    await stopping.sql('BEGIN');
    await stopping.sql('LOCK TABLE department');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const answered = ended(socket);
    socket.write(`GET /api/v1/departments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await stopping.token('admin')}\r\n\r\n`);
    await waiting(stopping);
    const stopped = stopping.close();
    while (server.listening) await pause(5);
    await stopping.sql('COMMIT');
    const { text } = await answered.finally(() => { socket.destroy(); });
    await stopped;
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n/);
  });

  it('is cut off when it says nothing at all', async () => {
    await expect(ended(await dial())).resolves.toBeDefined();
  });

  it('is cut off when it never reads what it asks for', async () => {
    const socket = await dial();
    socket.pause();
    // Until neither side's buffers take more.
    const asking = setInterval(() => { for (let one = 0; one < 50; one += 1) socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'); }, 5);
    const server = app.app.getHttpServer();
    const connections = async (): Promise<number> => new Promise((resolve, reject) => { server.getConnections((error: Error | null, count: number) => { if (error === null) resolve(count); else reject(error); }); });
    try {
      expect(await connections()).toBe(1);
      const deadline = performance.now() + CUT_OFF_WITHIN_MS;
      while (await connections() > 0 && performance.now() < deadline) await once(socket, 'drain', { signal: AbortSignal.timeout(100) }).catch(() => undefined);
      expect(await connections()).toBe(0);
    } finally {
      clearInterval(asking);
      socket.destroy();
    }
  });

  it('gets 431 for more headers than are read', async () => {
    const socket = await dial();
    socket.write(`GET /health/live HTTP/1.1\r\nHost: x\r\n${'X-Many: headers\r\n'.repeat(2_000)}\r\n`);
    expect((await ended(socket)).text).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[^]*"code":"headers-too-large"/);
  });

  it('gets 413 for a body that is too large, whether it says so or not', async () => {
    const large = 'x'.repeat(1_100_000);
    const said = await app.as('admin').post('/enterprises', { name: large });
    expect({ status: said.status, body: said.body as object }).toMatchObject({ status: 413, body: { code: 'too-large' } });
    const socket = await dial();
    socket.write(post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'));
    socket.write(`${large.length.toString(16)}\r\n${large}\r\n`);
    expect((await ended(socket)).text).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/);
  });

  it('does not keep others waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, dial));
    for (const socket of slow) socket.write('GET /health/live HTTP/1.1\r\n');
    await app.http.get('/health/live').expect(200);
    await Promise.all(slow.map(ended));
  });
});
