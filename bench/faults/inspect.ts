import { DutiesService } from '../../src/assignments/duties.service';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { systemActor } from '../../src/kernel/actor';
import { SystemClock } from '../../src/platform/clock';
import { Database } from '../../src/platform/db/database';
import { Verification } from '../../src/platform/journal/verification';
import { TicketReplayService } from '../../src/tickets/ticket-replay.service';
import { openApplication } from '../application';
import { AUDIENCE, ISSUER } from '../sizes';
import type { Check } from './checks';

/** What the application itself finds when it looks at everything again: duties that differ from their facts, a chain that is broken. */
export async function inspect(databaseUrl: string, parkId: string): Promise<readonly Check[]> {
  const { app, close } = await openApplication(databaseUrl, new SystemClock(), await LocalIssuer.inMemory(ISSUER, AUDIENCE));
  try {
    const differing: string[] = [];
    const drifts = await app.get(DutiesService).findDriftAsSystem('faults-drift');
    const { valid, to, firstBroken } = await app.get(Verification).verify(systemActor('faults-verification', [parkId]), parkId);
    const [duties] = await app.get(Database).read<{ count: number }>(systemActor('faults-drift'), { name: 'faults-duties', text: 'SELECT count(*)::integer AS count FROM assignment', values: [] });
    const tickets = await app.get(TicketReplayService).check('faults-replay', parkId, (drift) => { differing.push(JSON.stringify(drift)); });
    return [
      { promise: 'the chain of the journal verifies', looked: to, broken: valid ? [] : [JSON.stringify(firstBroken)] },
      { promise: 'no duty differs from its facts', looked: duties?.count ?? 0, broken: drifts.map((drift) => JSON.stringify(drift)) },
      { promise: 'no ticket differs from its events', looked: tickets.tickets, broken: differing },
    ];
  } finally {
    await close();
  }
}
