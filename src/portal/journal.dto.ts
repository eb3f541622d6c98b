import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { BROKEN_REASONS, type BrokenReason, HASH_ALGORITHMS } from '../platform/journal/chain';
import type { Head, RecordedVerdict, Verdict } from '../platform/journal/verification';

const HASH = { regex: /^[0-9a-fA-F]{64}$/, expected: '64 hexadecimal digits' } as const;
const EXAMPLE_HASH = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
const LARGEST = 999_999_999_999_999;

export class JournalQuery {
  @Id({ description: 'Which park, for those who have several in scope.', optional: true }) parkId?: string;
}

export class VerifyQuery extends JournalQuery {
  @Whole({ description: 'The first number to look at; 1 when left out. From a later one on, the chain begins with the stored hash of the one before.', min: 1, max: LARGEST, optional: true, query: true }) from?: number;
  @Whole({ description: 'The last number to look at; the head when left out.', min: 1, max: LARGEST, optional: true, query: true, example: 100_000 }) to?: number;
  @Whole({ description: 'The number of a head that was kept outside; together with `expectedHash`.', min: 1, max: LARGEST, optional: true, query: true, example: 4711 }) expectedNumber?: number;
  @Text({ description: 'The hash of that head.', max: 64, pattern: HASH, optional: true, example: EXAMPLE_HASH }) expectedHash?: string;
}

export class BrokenResponse {
  @Whole({ description: 'The first number of the chain that does not hold.', min: 0, max: LARGEST, example: 17 }) number: number;
  @Id({ description: 'The entry that bears it; null where there is none.', nullable: true }) entryId: string | null;
  @Choice({
    description: '`altered`: its content or seal is not what was sealed, or it stands in the place of another. `missing`: no entry bears the number. `surplus`: the number is borne twice or lies '
      + 'beyond the head. `head-differs`: the stored head does not fit its entry. `expected-differs`: the chain fits together but is not the one whose head was given.',
    of: BROKEN_REASONS,
  }) reason: BrokenReason;
}

export class VerificationResponse {
  @Flag({ description: 'Whether everything that was looked at holds.' }) valid: boolean;
  @Whole({ description: 'The first number looked at.', min: 1, max: LARGEST }) from: number;
  @Whole({ description: 'How far the chain holds: go on from the next one. One less than `from` when nothing was there to look at.', min: 0, max: LARGEST, example: 100_000 }) to: number;
  @Nested(() => BrokenResponse, { description: 'What breaks it; absent when it is valid.', optional: true }) firstBroken?: BrokenResponse;
}

export class LastVerificationResponse {
  @InstantField({ description: 'When it ended.' }) at: string;
  @Whole({ description: 'The first number looked at.', min: 1, max: LARGEST }) from: number;
  @Whole({ description: 'How far the chain held.', min: 0, max: LARGEST, example: 4711 }) to: number;
  @Flag({ description: 'Whether all of it held.' }) valid: boolean;
  @Nested(() => BrokenResponse, { description: 'What broke it; null when it was valid.', nullable: true }) firstBroken: BrokenResponse | null;
}

export class JournalHeadResponse {
  @Id({ description: 'The park.' }) parkId: string;
  @Whole({ description: 'The number of the last sealed entry; 0 while nothing is sealed.', min: 0, max: LARGEST, example: 4711 }) number: number;
  @Text({ description: 'Its hash, on which every entry before depends, as 64 hexadecimal digits.', max: 64, nullable: true, example: EXAMPLE_HASH }) hash: string | null;
  @Choice({ description: 'With what it was sealed.', of: HASH_ALGORITHMS, nullable: true }) algorithm: string | null;
  @InstantField({ description: 'When it was sealed.', nullable: true }) sealedAt: string | null;
  @Nested(() => LastVerificationResponse, { description: 'What the last nightly verification found.', nullable: true }) lastVerification: LastVerificationResponse | null;
}

export function toHeadResponse(parkId: string, head: Head, last: RecordedVerdict | undefined): JournalHeadResponse {
  const { number, hash, algorithm, sealedAt } = head;
  return {
    parkId, number, hash: hash?.toString('hex') ?? null, algorithm, sealedAt: sealedAt === null ? null : new Date(sealedAt).toISOString(),
    lastVerification: last === undefined ? null : { at: last.at.toISOString(), from: last.from, to: last.to, valid: last.valid, firstBroken: last.firstBroken },
  };
}

export function toVerificationResponse({ valid, from, to, firstBroken }: Verdict): VerificationResponse {
  return { valid, from, to, ...(firstBroken === undefined ? {} : { firstBroken }) };
}
