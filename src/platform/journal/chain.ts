import { createHash, getHashes } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What a chain may be hashed with. Which one sealed an entry is part of that entry, so a chain may change from one to the other. */
export const HASH_ALGORITHMS = ['sha256', 'sm3'] as const;
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** Names the meaning of the canonical form: another form gets another number, and old entries keep theirs. */
const FORM = 1;

/** An entry as it is hashed: every column but the seal. Instants are text with microseconds in UTC, `data` is the text that PostgreSQL prints of it. */
export interface AppendedEntry {
  readonly id: string;
  readonly parkId: string;
  readonly position: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly effectiveOn: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly data: string;
  readonly requestId: string;
}

export interface Seal {
  /** 1, 2, 3… in each park. */
  readonly number: number;
  readonly algorithm: string;
  /** As the instants of the entry. */
  readonly sealedAt: string;
}

export type SealedEntry = AppendedEntry & Seal & { readonly hash: Buffer };

/** A place in a chain: everything up to `number` leads to `hash`. */
export interface ChainPoint {
  readonly number: number;
  readonly hash: Buffer;
}

/** Before the first entry: 32 zero bytes. */
export const CHAIN_BEGINNING: ChainPoint = { number: 0, hash: Buffer.alloc(32) };

export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return (HASH_ALGORITHMS as readonly string[]).includes(name);
}

/** Whether the OpenSSL that Node was built with can do it: SM3 may have been left out. */
export function canHash(algorithm: HashAlgorithm): boolean {
  return getHashes().includes(algorithm);
}

/** H(the hash before ‖ RFC 8785 of the entry with its seal, in UTF-8): 32 bytes. Throws when this Node.js lacks the algorithm. */
export function hashOf(before: Buffer, entry: AppendedEntry, seal: Seal & { readonly algorithm: HashAlgorithm }): Buffer {
  const { number, algorithm, sealedAt } = seal;
  const { id, parkId, position, type, recordedAt, effectiveOn, actorKind, actorId, subjectType, subjectId, data, requestId } = entry;
  const canonical = canonicalize({
    form: FORM, number, algorithm, sealedAt, id, parkId, position, type, recordedAt, effectiveOn, actorKind, actorId, subjectType, subjectId, data, requestId,
  });
  if (canonical === undefined) throw new Error('an entry without a canonical form');
  return createHash(algorithm).update(before).update(canonical, 'utf8').digest();
}

/**
 * What is wrong with the entry that bears a number, or ought to.
 *
 * - `altered`: its content, its hash or its seal is not what was sealed, or it stands in the place of another;
 * - `missing`: nothing bears the number: deleted, moved, or taken to another park;
 * - `surplus`: two entries bear the number, or it lies beyond the head;
 * - `head-differs`: the head of the chain does not fit the entry of its number;
 * - `expected-differs`: the chain fits together, but is not the one whose head was exported.
 */
export const BROKEN_REASONS = ['altered', 'missing', 'surplus', 'head-differs', 'expected-differs'] as const;
export type BrokenReason = (typeof BROKEN_REASONS)[number];

export interface Broken {
  readonly number: number;
  /** Null where there is no entry. */
  readonly entryId: string | null;
  readonly reason: BrokenReason;
}

/**
 * Follows the chain over entries in the order of their numbers, all those from `before.number + 1` to `upTo` that there are. Answers where
 * it got to, and what broke it.
 */
export function followChain(before: ChainPoint, entries: readonly SealedEntry[], upTo: number): { readonly point: ChainPoint; readonly broken?: Broken } {
  let point = before;
  for (const entry of entries) {
    const number = point.number + 1;
    if (entry.number > number) return { point, broken: { number, entryId: null, reason: 'missing' } };
    if (entry.number < number) return { point, broken: { number: entry.number, entryId: entry.id, reason: 'surplus' } };
    const { algorithm } = entry;
    if (!isHashAlgorithm(algorithm) || !Buffer.isBuffer(entry.hash) || !hashOf(point.hash, entry, { ...entry, algorithm }).equals(entry.hash)) return { point, broken: { number, entryId: entry.id, reason: 'altered' } };
    point = { number, hash: entry.hash };
  }
  return point.number < upTo ? { point, broken: { number: point.number + 1, entryId: null, reason: 'missing' } } : { point };
}
