import type { Day } from '../../kernel/day';
import { Choice, DayField, Id, InstantField, Text } from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/page';
import type { AccessLogEntry } from '../../platform/journal/access-log.entity';

const ACTOR_KINDS = ['cadre', 'client', 'operator', 'enterprise', 'system'] as const;

export class AccessLogQuery extends PageQuery {
  @Id({ description: 'What was read: the id of the object.', optional: true }) subjectId?: string;
  @Text({ description: 'Who did it: the id of the cadre, or the name of the client.', max: 200, optional: true, example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) actorId?: string;
  @Text({ description: 'What was done.', max: 60, optional: true, example: 'contacts.reveal' }) action?: string;
  @DayField({ description: 'First day, in the park’s zone.', optional: true }) from?: Day;
  @DayField({ description: 'Last day, in the park’s zone.', optional: true }) to?: Day;
}

export class AccessResponse {
  @Id({ description: 'The line.' }) id: string;
  @Id({ description: 'The park; null for what concerns the operator, who is of none.', nullable: true }) parkId: string | null;
  @InstantField({ description: 'When.' }) at: string;
  @Choice({ description: 'What kind of caller.', of: ACTOR_KINDS }) actorKind: string;
  @Text({ description: 'Who: the id of the cadre, or the name of the client.', max: 200, example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' }) actorId: string;
  @Text({ description: 'What was done.', max: 60, example: 'contacts.reveal' }) action: string;
  @Text({ description: 'What kind of object.', max: 60, example: 'enterprise' }) subjectType: string;
  @Id({ description: 'The object.' }) subjectId: string;
  @Text({ description: 'Why, as they said; null where nobody was asked.', max: 500, nullable: true, example: '联系走访事宜' }) reason: string | null;
  @Text({ description: 'The request, as in the log and in journal entries.', max: 200, example: '3f8e4a3e-3f0e-4c5e-8f56-0f8a5d0d2c11' }) requestId: string;
}

export function toAccessResponse({ at, ...line }: AccessLogEntry): AccessResponse {
  return { ...line, at: at.toISOString() };
}
