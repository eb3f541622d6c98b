import { Injectable } from '@nestjs/common';
import { type Actor, callerOf, parkOf, systemActor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { Clock } from '../platform/clock';
import type { Head, Place, RecordedVerdict, Verdict } from '../platform/journal/verification';
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
// Of the older part of a chain in one visit of the nightly job: every park has its turn before any has a second one.
const SLICE = 100_000;

@Injectable()
export class JournalService {
  readonly #verifying = new Set<string>();

  constructor(private readonly verification: Verification, private readonly clock: Clock) {}

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

  /**
   * Verifies what the chain of a park has grown by since it was verified last, then a slice of its older part, and keeps what was found and how far it came.
   * Entries that were there when it was verified last are missed if they are gone, head and all, and so is a hash that was another then. Answers
   * whether its older part has been walked to the end.
   */
  async verifyOnAsSystem(requestId: string, parkId: string, until: AbortSignal): Promise<{ verdict: Verdict; walked: boolean }> {
    const system = systemActor(requestId, [parkId]);
    const { verified, walkedTo } = await this.verification.place(system, parkId);
    const grown = await this.verification.verify(system, parkId, { from: verified.number + 1, until, ...(verified.number === 0 ? {} : { expected: verified }) });
    const reached = grown.valid ? await this.verification.pointAt(system, parkId, grown.to) : undefined;
    if (reached === undefined || verified.number === 0) return this.#keep(system, parkId, grown, { verified: reached ?? verified, walkedTo: 0 }, true);
    const most = Math.min(SLICE, verified.number - walkedTo);
    const old = await this.verification.verify(system, parkId, { from: walkedTo + 1, most, until });
    const walked = old.to >= verified.number;
    return this.#keep(system, parkId, old.valid ? grown : old, { verified: reached, walkedTo: walked ? 0 : old.to }, walked);
  }

  async #keep(system: Actor, parkId: string, verdict: Verdict, place: Place, walked: boolean): Promise<{ verdict: Verdict; walked: boolean }> {
    await this.verification.record(system, parkId, verdict, this.clock.now(), place);
    return { verdict, walked };
  }

  async listParkIdsAsSystem(requestId: string): Promise<readonly string[]> {
    return this.verification.parksByAgeAsSystem(systemActor(requestId));
  }
}
