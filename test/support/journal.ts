import { faultsOf } from '../../src/portal/domain/event-data';
import { findByEntryType } from '../../src/portal/domain/event-types';
import type { JsonObject } from '../../src/portal/domain/json';

interface Written {
  readonly type: string;
  readonly data: JsonObject;
}

/**
 * Every application that a test has run is looked at when it closes: whatever its journal says must be a type of the catalogue, and its data as described.
 * @throws Error that names what is not
 */
export async function requireDescribed(sql: (text: string) => Promise<Written[]>): Promise<void> {
  const faults = (await sql('SELECT DISTINCT type, data FROM journal_entry')).flatMap(({ type, data }) => {
    const known = findByEntryType(type);
    return (known === undefined ? ['is not in src/portal/domain/event-types.ts'] : faultsOf(known.fields, data)).map((fault) => `${type}: ${fault}`);
  });
  if (faults.length > 0) throw new Error(`The journal says what the catalogue of events does not describe. ${[...new Set(faults)].join('; ')}`);
}
