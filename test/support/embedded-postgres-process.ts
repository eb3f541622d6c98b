import { startEmbeddedPostgres } from '../../src/platform/db/embedded-postgres';

/**
 * A program that owns an embedded server, for tests that kill it: prints its address when the server is ready, outlives Ctrl-C as a program that drains
 * does, and stops on SIGTERM.
 */
async function run(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir, onUnexpectedExit: (message) => process.stderr.write(`${message}\n`) });
  const alive = setInterval(() => undefined, 60_000);
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', () => {
    void server.stop().then(() => clearInterval(alive));
  });
  process.stdout.write(`${server.url}\n`);
}

run(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
