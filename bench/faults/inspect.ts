import { DutiesService } from '../../src/assignments/duties.service';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { systemActor } from '../../src/kernel/actor';
import { SystemClock } from '../../src/platform/clock';
import { Verification } from '../../src/platform/journal/verification';
import { openApplication } from '../application';
import { AUDIENCE, ISSUER } from '../sizes';
import type { Check } from './checks';

/** What the application itself finds when it looks at everything again: duties that differ from their facts, a chain that is broken. */
export async function inspect(databaseUrl: string, parkId: string): Promise<readonly Check[]> {
  const { app, close } = await openApplication(databaseUrl, new SystemClock(), await LocalIssuer.inMemory(ISSUER, AUDIENCE));
  try {
    const drifts = await app.get(DutiesService).findDriftAsSystem('faults-drift');
    const { valid, to, firstBroken } = await app.get(Verification).verify(systemActor('faults-verification', [parkId]), parkId);
    return [
      { promise: 'the chain of the journal verifies', looked: to, broken: valid ? [] : [JSON.stringify(firstBroken)] },
      { promise: 'no duty differs from its facts', looked: 1, broken: drifts.map((drift) => JSON.stringify(drift)) },
    ];
  } finally {
    await close();
  }
}
