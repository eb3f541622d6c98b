import { Injectable } from '@nestjs/common';
import { type Actor, parkOf, systemActor } from '../kernel/actor';
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

export interface ParkVerdict extends Verdict {
  readonly parkId: string;
}

// Two to three seconds of work: a call that holds a caller longer is better made in pieces.
const MOST_PER_CALL = 100_000;

@Injectable()
export class JournalService {
  constructor(private readonly verification: Verification, private readonly parks: ParksService, private readonly clock: Clock) {}

  /** Problems: `not-found`, `park-required`. */
  async head(actor: Actor, named: string | undefined): Promise<{ parkId: string; head: Head; last: RecordedVerdict | undefined }> {
    const parkId = parkOf(actor, named);
    const [head, last] = await Promise.all([this.verification.head(actor, parkId), this.verification.lastRecorded(actor, parkId)]);
    return { parkId, head, last };
  }

  /** At most 100,000 entries a call; `to` says how far it went. Problems: `not-found`, `park-required`, `malformed` for half a head. */
  async verify(actor: Actor, { parkId, from = 1, to, expectedNumber, expectedHash }: VerificationRequest): Promise<Verdict> {
    if ((expectedNumber === undefined) !== (expectedHash === undefined)) {
      throw new Problem('malformed', { errors: [{ pointer: `/query/${expectedNumber === undefined ? 'expectedNumber' : 'expectedHash'}`, code: 'required' }] });
    }
    const expected = expectedNumber === undefined || expectedHash === undefined ? undefined : { number: expectedNumber, hash: Buffer.from(expectedHash, 'hex') };
    const most = Math.min(MOST_PER_CALL, to === undefined ? MOST_PER_CALL : Math.max(0, to - from + 1));
    return this.verification.verify(actor, parkOf(actor, parkId), { from, most, ...(expected === undefined ? {} : { expected }) });
  }

  /** Verifies the whole chain of every park and keeps what was found. Answers those that are broken. */
  async verifyAllAsSystem(requestId: string): Promise<{ readonly parks: number; readonly broken: readonly ParkVerdict[] }> {
    const broken: ParkVerdict[] = [];
    const parks = await this.parks.listAllAsSystem(requestId);
    for (const { id } of parks) {
      const system = systemActor(requestId, [id]);
      const verdict = await this.verification.verify(system, id);
      await this.verification.record(system, id, verdict, this.clock.now());
      if (!verdict.valid) broken.push({ ...verdict, parkId: id });
    }
    return { parks: parks.length, broken };
  }
}
