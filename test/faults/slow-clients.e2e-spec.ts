import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startApp, type TestApp } from '../support/app';

/** What sends too slowly, too much, or never reads, is cut off: over real sockets. */
describe('clients', () => {
  let app: TestApp;
  let port: number;
  beforeAll(async () => {
    app = await startApp({ http: { patience: { requestMs: 400, headersMs: 300, idleMs: 500, checkMs: 50 } } });
    await app.app.listen(0, '127.0.0.1');
    ({ port } = app.app.getHttpServer().address() as { port: number });
  });
  afterAll(async () => { await app.close(); });

  /** All that the server says until it hangs up. */
  const answerTo = async (send: (socket: Socket) => void): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => { answer += piece; }).on('error', () => undefined);
    await once(socket, 'connect');
    send(socket);
    await once(socket, 'close');
    return answer;
  };

  it('that never finish their headers get 408 and are left', async () => {
    expect(await answerTo((socket) => { socket.write('GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: '); })).toMatch(/^HTTP\/1\.1 408 [^]*"code":"too-slow"/);
  });

  it('that never finish their body get 408 and are left', async () => {
    const head = `POST /api/v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await app.token('officer')}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    expect(await answerTo((socket) => { socket.write(head); })).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that say nothing are left', async () => {
    expect(await answerTo(() => undefined)).toMatch(/^(HTTP\/1\.1 408 [^]*)?$/);
  });

  it('that send larger headers than allowed get 431', async () => {
    expect(await answerTo((socket) => { socket.write(`GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`); })).toMatch(/^HTTP\/1\.1 431 [^]*"code":"headers-too-large"/);
  });

  it('that speak something else get 400', async () => {
    expect(await answerTo((socket) => { socket.write('HELO ledger\r\n\r\n'); })).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
  });

  it('that send more than a body may hold get 413', async () => {
    await app.as('officer').post('/visits', { summary: 'x'.repeat(1_100_000) }).expect(413).expect('content-type', /problem\+json/);
  });

  it('that do it right are answered beside them', async () => {
    const slow = Array.from({ length: 50 }, async () => answerTo((socket) => { socket.write('GET / HTTP/1.1\r\nX: '); }));
    await app.as('officer').get('/me').expect(200);
    await Promise.all(slow);
  });
});
