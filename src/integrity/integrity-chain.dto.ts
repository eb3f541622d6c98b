import { BROKEN_REASONS, type BrokenReason } from '../platform/journal/chain';
import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';

const NUMBER = { min: 0, max: Number.MAX_SAFE_INTEGER, example: 17 };

export class IntegrityVerifyQuery {
  @Id({ description: 'Which park, for those who have several in scope.', optional: true }) parkId?: string;
}

class BrokenAt {
  @Whole({ description: 'The number.', ...NUMBER }) number: number;
  @Id({ description: 'The entry; null where there is none.', nullable: true }) entryId: string | null;
  @Choice({ description: 'What is wrong there.', of: BROKEN_REASONS }) reason: BrokenReason;
}

class HeadOfChain {
  @Whole({ description: 'How many entries there are.', ...NUMBER }) number: number;
  @Text({ description: 'Hash of the last, in hexadecimal.', max: 64, example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }) hash: string;
  @InstantField({ description: 'When it was sealed.' }) sealedAt: string;
}

export class IntegrityVerdictResponse {
  @Id({ description: 'The park.' }) parkId: string;
  @Flag({ description: 'Whether the chain is whole from its beginning to its head.' }) valid: boolean;
  @Nested(() => BrokenAt, { description: 'The first entry that was touched.', nullable: true }) firstBroken: BrokenAt | null;
  @Nested(() => HeadOfChain, { description: 'Where it ends; null but for the county’s inspectors.', nullable: true }) head: HeadOfChain | null;
}

interface Verdict {
  readonly parkId: string;
  readonly valid: boolean;
  readonly firstBroken: { readonly number: number; readonly entryId: string | null; readonly reason: BrokenReason } | null;
  readonly head: { readonly number: number; readonly hash: Buffer; readonly sealedAt: string } | null;
}

export function toIntegrityVerdictResponse({ parkId, valid, firstBroken, head }: Verdict): IntegrityVerdictResponse {
  return {
    parkId, valid, firstBroken: firstBroken === null ? null : { number: firstBroken.number, entryId: firstBroken.entryId, reason: firstBroken.reason },
    head: head === null ? null : { number: head.number, hash: head.hash.toString('hex'), sealedAt: head.sealedAt },
  };
}
