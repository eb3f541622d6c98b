import { ApiProperty } from '@nestjs/swagger';
import { Choice, DayField, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import type { Day } from '../kernel/day';
import type { JsonObject } from './domain/json';

export const LONGEST_WAIT = 60;
export const MOST_ENTRIES = 1_000;
// The positions of a hundred parks take at most 3,215 characters.
const LONGEST_CURSOR = 4_000;

export class ChangesQuery {
  @Text({ description: 'The `next` of the answer before. Left out or empty: from the beginning.', min: 0, max: LONGEST_CURSOR, optional: true, example: 'AZXLm0-EzgGVAAAAAHAAgAAAAAAAAAEBAZUAAAAAcACAAAAAAAAAAqwCTIOYjw' })
  after?: string;

  @Whole({ description: 'While there is nothing, wait up to so many seconds for it; 0 when left out.', min: 0, max: LONGEST_WAIT, example: 30, optional: true, query: true })
  wait?: number;

  @Whole({ description: 'At most how many events, 1 to 1000; 50 when left out.', min: 1, max: MOST_ENTRIES, example: 500, optional: true, query: true })
  limit?: number;

  @Text({ description: 'Only these types: names as in `type`, separated by commas.', max: 4_000, optional: true, example: 'service-ledger.visit.logged.v1,service-ledger.visit.voided.v1' })
  types?: string;

  @Id({ description: 'Only this park. Left out: every park in scope, at most 100; of a machine client its own.', optional: true })
  parkId?: string;
}

/** A CloudEvent 1.0 in JSON. Attributes beyond the standard ones are extensions, so their names are in lower case. */
export class ChangeEvent {
  @Choice({ description: 'Version of CloudEvents.', of: ['1.0'] }) specversion: '1.0';
  @Id({ description: 'The journal’s entry. With `source` it names the event for ever.' }) id: string;
  @Text({ description: 'The park, as a URN.', max: 80, example: 'urn:service-ledger:park:01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) source: string;
  @Text({ description: 'What happened, with the version of its schema. New types may come: pass over those that you do not know.', max: 80, example: 'service-ledger.visit.logged.v1' }) type: string;
  @Text({ description: 'What it happened to: the kind of resource and its id.', max: 80, example: 'visit/01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) subject: string;
  @InstantField({ description: 'When it was recorded.' }) time: string;
  @Id({ description: 'The park.' }) parkid: string;
  @Text({ description: 'Number of the entry in its park’s journal, from 1 and without a gap. With `types` only some numbers come.', max: 16, example: '4711' }) sequence: string;
  @DayField({ description: 'The date to which it belongs, however late it was recorded.' }) effectiveon: Day;
  @Choice({ description: 'Who did it: a person of the park, another system, the operator, an enterprise through its link, or a job.', of: ['cadre', 'client', 'operator', 'enterprise', 'system'] }) actorkind: string;
  @Text({ description: 'Id of the cadre, or subject of the client or operator; of a grade people are told `enterprise`.', max: 255, example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) actorid: string;
  @InstantField({ description: 'When the entry was sealed.' }) sealedat: string;
  @Text({ description: 'Hash of the sealed entry, hexadecimal: keep it, and nobody can change the entry without your noticing.', max: 64, example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }) hash: string;
  @Choice({ description: 'Always JSON. There where `data` is.', of: ['application/json'], optional: true }) datacontenttype?: 'application/json';
  @Text({ description: 'Names the JSON schema of `data`.', max: 120, optional: true, example: 'urn:service-ledger:schema:visit.logged:v1' }) dataschema?: string;
  @ApiProperty({ description: 'Ids, codes, dates, numbers and flags of the type; never a name, a phone or free text. Left out where the client’s scopes do not let it read what it speaks of.', type: 'object', additionalProperties: true, selfRequired: false, example: { enterpriseId: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59', on: '2026-03-12' } })
  data?: JsonObject;
}

export class ChangesResponse {
  @Nested(() => ChangeEvent, { description: 'Sealed entries after the cursor: those of one park in order and without a gap, those of several by the time of their sealing. Empty when there are none yet.', list: { max: MOST_ENTRIES } })
  items: ChangeEvent[];
  @Text({ description: 'Send it as `after` next time, also when `items` is empty. It never expires.', max: LONGEST_CURSOR, example: 'AZXLm0-EzgGVAAAAAHAAgAAAAAAAAAEBAZUAAAAAcACAAAAAAAAAAqwCTIOYjw' })
  next: string;
}
