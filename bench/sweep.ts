import { DutiesService } from '../src/assignments/duties.service';
import type { LocalIssuer } from '../src/identity/local-issuer';
import { addDays, atTime, type Day } from '../src/kernel/day';
import { Clock } from '../src/platform/clock';
import { openApplication } from './application';
import { restore, withClient } from './generate';
import { ZONE } from './sizes';

/** One sweep in which one day's due dates have passed. */
export interface Sweep {
  readonly seconds: number;
  readonly recorded: number;
  readonly entries: number;
  readonly assignments: number;
}

/** Time as the sweep is to see it. */
class StoppedClock extends Clock {
  constructor(private readonly instant: Date) {
    super();
  }

  now(): Date {
    return new Date(this.instant);
  }
}

/** Records the lapses of the day on which most due dates pass, as the job does, again and again from the same state. */
export async function sweep(databaseUrl: string, issuer: LocalIssuer, rounds: number): Promise<Sweep[]> {
  const [passingOn, assignments] = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ on: string; count: number }>("SELECT to_char(passing_on, 'YYYY-MM-DD') AS on, (SELECT count(*)::integer FROM assignment) AS count FROM bench.moment");
    return [rows[0]?.on as Day, rows[0]?.count ?? 0];
  });
  const application = await openApplication(databaseUrl, new StoppedClock(atTime(addDays(passingOn, 1), '00:05', ZONE)), issuer);
  const sweeps: Sweep[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      await restore(databaseUrl);
      const begun = performance.now();
      const recorded = await application.app.get(DutiesService).recordLapsesAsSystem('bench');
      const seconds = (performance.now() - begun) / 1000;
      const entries = await withClient(databaseUrl, async (client) => (await client.query<{ count: number }>("SELECT count(*)::integer AS count FROM journal_entry WHERE type = 'lapse.recorded'")).rows[0]?.count ?? 0);
      sweeps.push({ seconds, recorded, entries, assignments });
    }
  } finally {
    await application.close();
    await restore(databaseUrl);
  }
  return sweeps;
}
