import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../kernel/problem';
import type { IssuerConfig } from '../platform/config';
import { Clock } from '../platform/clock';

/** What a token proves. Claims beyond issuer and subject count only from the installation's own issuer. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly expiresAt: number;
  readonly claims: JWTPayload;
  readonly local: boolean;
}

// A signature costs as much as a small query, so a verified token is remembered until it expires. 10,000 entries are about 20 MB.
const REMEMBERED = 10_000;
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'];
const CLOCK_TOLERANCE_S = 30;

export interface TrustedIssuer {
  readonly config: IssuerConfig;
  readonly keys: JWTVerifyGetKey;
}

/** Checks bearer tokens (RFC 9068 access tokens) against the issuers that this installation trusts. */
@Injectable()
export class TokenVerifier {
  readonly #remembered = new Map<string, VerifiedToken>();

  constructor(private readonly trusted: TrustedIssuer, private readonly clock: Clock) {}

  /** Problem `unauthenticated` for every token that is not exactly right. */
  async verify(token: string): Promise<VerifiedToken> {
    const now = this.clock.now();
    const known = this.#remembered.get(token);
    if (known !== undefined && known.expiresAt > now.getTime()) return known;
    this.#remembered.delete(token);
    const verified = await this.#check(token, now);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value ?? '');
    this.#remembered.set(token, verified);
    return verified;
  }

  async #check(token: string, now: Date): Promise<VerifiedToken> {
    const { issuer, audience, kind } = this.trusted.config;
    try {
      const { payload } = await jwtVerify(token, this.trusted.keys, {
        issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_S, currentDate: now, requiredClaims: ['sub', 'exp', 'iat'],
      });
      return { issuer, subject: payload.sub ?? '', expiresAt: (payload.exp ?? 0) * 1000, claims: payload, local: kind === 'local' };
    } catch (error) {
      // The key set could not be fetched: that is no fault of the token.
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw new Problem('unavailable', { retryAfterSeconds: 5, cause: error });
      throw new Problem('unauthenticated', { cause: error });
    }
  }
}
