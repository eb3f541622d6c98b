import { handOver } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  await handOver.ledgerTestServer?.close();
}
