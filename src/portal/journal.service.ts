import { Injectable } from '@nestjs/common';
import { type Actor, callerOf, parkOf, systemActor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import type { Head, RecordedVerdict, Verdict } from '../platform/journal/verification';
import { Verification } from '../platform/journal/verification';

/** What a caller asks of the chain of a park. */
export interface VerificationRequest {
  readonly parkId?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly expectedNumber?: number | undefined;
  /** Hexadecimal. */
  readonly expectedHash?: string | undefined;
}

// Two to three seconds of work: a call that holds a caller longer is better made in pieces.
const MOST_PER_CALL = 100_000;
const MOST_AT_ONCE = 2;

@Injectable()
export class JournalService {
  readonly #verifying = new Set<string>();

  constructor(private readonly verification: Verification, private readonly parks: ParksService, private readonly clock: Clock) {}

  /** Problems: `not-found`, `park-required`. */
  async head(actor: Actor, named: string | undefined): Promise<{ parkId: string; head: Head; last: RecordedVerdict | undefined }> {
    const parkId = parkOf(actor, named);
    const [head, last] = await Promise.all([this.verification.head(actor, parkId), this.verification.lastRecorded(actor, parkId)]);
    return { parkId, head, last };
  }

  /**
   * At most 100,000 entries a call, and none after `until`; `to` says how far it went. Problems: `not-found`, `park-required`, `malformed` for half
   * a head or a beginning beyond the chain, `too-many-requests` while another of the caller's is under way, `busy` while others' are.
   */
  async verify(actor: Actor, { parkId, from = 1, to, expectedNumber, expectedHash }: VerificationRequest, until: AbortSignal): Promise<Verdict> {
    if ((expectedNumber === undefined) !== (expectedHash === undefined)) {
      throw new Problem('malformed', { errors: [{ pointer: `/query/${expectedNumber === undefined ? 'expectedNumber' : 'expectedHash'}`, code: 'required' }] });
    }
    const expected = expectedNumber === undefined || expectedHash === undefined ? undefined : { number: expectedNumber, hash: Buffer.from(expectedHash, 'hex') };
    const most = Math.min(MOST_PER_CALL, to === undefined ? MOST_PER_CALL : Math.max(0, to - from + 1));
    const park = parkOf(actor, parkId);
    return this.#inTurn(callerOf(actor), async () => this.verification.verify(actor, park, { from, most, until, ...(expected === undefined ? {} : { expected }) }));
  }

  /** Hashing takes the process's time from everybody else: one verification a caller, and a few altogether. */
  async #inTurn<T>(caller: string, work: () => Promise<T>): Promise<T> {
    if (this.#verifying.has(caller)) throw new Problem('too-many-requests', { retryAfterSeconds: 2 });
    if (this.#verifying.size >= MOST_AT_ONCE) throw new Problem('busy', { retryAfterSeconds: 2 });
    this.#verifying.add(caller);
    try {
      return await work();
    } finally {
      this.#verifying.delete(caller);
    }
  }

  /** Verifies the whole chain of a park and keeps what was found. Entries that were there when it was verified last are missed if they are gone, head and all. */
  async verifyParkAsSystem(requestId: string, parkId: string): Promise<Verdict> {
    const system = systemActor(requestId, [parkId]);
    const [last, found] = [await this.verification.lastRecorded(system, parkId), await this.verification.verify(system, parkId)];
    const verdict: Verdict = found.valid && last !== undefined && last.to > found.to
      ? { valid: false, from: found.from, to: found.to, firstBroken: { number: found.to + 1, entryId: null, reason: 'missing' } } : found;
    await this.verification.record(system, parkId, verdict, this.clock.now());
    return verdict;
  }

  async listParkIdsAsSystem(requestId: string): Promise<readonly string[]> {
    return this.parks.listAllIdsAsSystem(requestId);
  }
}
