import { Sealer } from '../../src/platform/journal/sealer';
import type { TestApp } from './app';

/** Seals what has been committed. {@link stopSealing} before the application is closed. */
export async function seal(app: TestApp): Promise<void> {
  await app.app.get(Sealer).seal();
}

export async function stopSealing(app: TestApp): Promise<void> {
  await app.app.get(Sealer).stop();
}
