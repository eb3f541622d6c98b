import { handOver } from './global-setup';

// eslint-disable-next-line no-restricted-syntax -- Jest looks for the default export
export default async function globalTeardown(): Promise<void> {
  await handOver.ledgerTestServer?.close();
}
