import { Injectable } from '@nestjs/common';
import { decodeJwt, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../kernel/problem';
import { TOKEN_ALGORITHMS } from '../platform/issuers';
import { Clock } from '../platform/clock';
import { KeysUnavailable } from './issuer-keys';
import type { OwnIssuer } from './own-issuer';

/** What a token proves. Claims beyond issuer and subject count only from issuers of this server. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly expiresAt: number;
  readonly claims: JWTPayload;
  readonly trust: Trust;
}

/**
 * How far an issuer is believed: `own` is built in and knows accounts and clients by name, `local` is the key for trying, whose claims say who is an operator
 * or a client, and `outside` speaks for cadres of the parks that it is bound to (by code; undefined is all), and for nobody else.
 */
export type Trust = { readonly kind: 'own' } | { readonly kind: 'local' } | { readonly kind: 'outside'; readonly parks: readonly string[] | undefined };

/** An issuer whose tokens are checked, and against what. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  readonly tokenType: string;
  readonly subjectClaim: string;
  readonly trust: Trust;
}

// A signature costs as much as a small query, so a verified token is remembered for a while. 10,000 entries are about 20 MB.
const REMEMBERED = 10_000;
// Not until it expires: a key that its issuer has withdrawn counts no longer then.
const REMEMBER_MS = 300_000;
const CLOCK_TOLERANCE_S = 30;
// What a cadre's identity has room for.
const LONGEST_SUBJECT = 255;

/** Checks bearer tokens (RFC 9068 access tokens) against the issuers that this installation trusts. */
@Injectable()
export class TokenVerifier {
  readonly #remembered = new Map<string, { readonly verified: VerifiedToken; readonly until: number }>();
  readonly #trusted = new Map<string, TrustedIssuer>();

  constructor(trusted: readonly TrustedIssuer[], own: OwnIssuer, private readonly clock: Clock) {
    for (const one of [ofOwn(own), ...trusted]) {
      // Two under one name: which of them a token comes from could not be told.
      if (this.#trusted.has(one.issuer)) throw new Error(`The issuer ${one.issuer} is trusted twice`);
      this.#trusted.set(one.issuer, one);
    }
  }

  /** Problem `unauthenticated` for every token that is not exactly right; `issuer-unavailable` when the keys of its issuer can't be had. */
  async verify(token: string): Promise<VerifiedToken> {
    const now = this.clock.now();
    const known = this.#remembered.get(token);
    if (known !== undefined && known.until > now.getTime()) return known.verified;
    this.#remembered.delete(token);
    const verified = await this.#check(token, now);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value ?? '');
    this.#remembered.set(token, { verified, until: Math.min(verified.expiresAt, now.getTime() + REMEMBER_MS) });
    return verified;
  }

  async #check(token: string, now: Date): Promise<VerifiedToken> {
    try {
      const trusted = this.#trusted.get(decodeJwt(token).iss ?? '');
      if (trusted === undefined) throw new Problem('unauthenticated');
      const { issuer, audience, algorithms, tokenType, subjectClaim, trust } = trusted;
      const { payload } = await jwtVerify(token, trusted.keys, {
        issuer, audience, algorithms: [...algorithms], typ: tokenType, clockTolerance: CLOCK_TOLERANCE_S, currentDate: now, requiredClaims: ['sub', 'exp', 'iat'],
      });
      const subject = payload[subjectClaim];
      if (typeof subject !== 'string' || subject === '' || subject.length > LONGEST_SUBJECT) throw new Problem('unauthenticated');
      return { issuer, subject, expiresAt: (payload.exp ?? 0) * 1000, claims: payload, trust };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new Problem('unauthenticated', { cause: error });
      // That keys are not to be had is the fault of no token; our own lie in the database, whose troubles have answers of their own.
      if (error instanceof KeysUnavailable) throw new Problem('issuer-unavailable', { retryAfterSeconds: 5, cause: error });
      throw error;
    }
  }
}

/** An issuer that keeps to RFC 9068, as ours do. */
export function trustedAs(trust: Trust, { issuer, audience, keys }: Pick<TrustedIssuer, 'issuer' | 'audience' | 'keys'>): TrustedIssuer {
  return { issuer, audience, keys, algorithms: TOKEN_ALGORITHMS, tokenType: 'at+jwt', subjectClaim: 'sub', trust };
}

// It signs with one algorithm, so that no key of another kind is ever taken for one of its own.
function ofOwn({ issuer, audience, keys }: OwnIssuer): TrustedIssuer {
  return { ...trustedAs({ kind: 'own' }, { issuer, audience, keys }), algorithms: ['ES256'] };
}
