import { openTestServer, type TestServer } from './test-server';

/** Jest can load this project's ES modules from here on; before, it fails with puzzling syntax errors. */
const NEEDED = [24, 9] as const;

/** Jest loads setup and teardown separately: the server is handed on through the process. */
export const handOver = globalThis as typeof globalThis & { ledgerTestServer?: TestServer };

export default async function globalSetup(): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
    throw new Error(`The tests need Node.js ${NEEDED.join('.')} or newer, this is ${process.versions.node}. "npm test" uses the one that npm has installed.`);
  }
  // Jest skips the teardown when it is interrupted; an orderly exit at least stops the server, and the next run deletes its folder.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  handOver.ledgerTestServer = await openTestServer();
}
