import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type Clock } from '../platform/clock';

// Short, so that whoever waits for an issuer that says nothing soon knows.
const PATIENCE_MS = 2_000;
// A token with a key that is not known is mostly noise: it makes nobody ask more often than this.
const COOLDOWN_MS = 30_000;
// An issuer that has not answered is left alone for so long; meanwhile its tokens are answered at once.
const SILENCE_MS = 5_000;
// A key that the issuer has withdrawn counts for this long at most while the issuer answers …
const FRESH_MS = 600_000;
// … and for this long while it does not: its people go on working through an outage.
const STALE_MS = 3_600_000;
const MOST_BYTES = 262_144;

/** The keys of an issuer could not be had: that says nothing of the token. */
export class KeysUnavailable extends Error {}

/**
 * The public keys of an issuer outside, as its JWKS address tells them. They are fetched when they are first needed, anew when a token names one that is
 * not among them, and when they are old. One fetch at a time, and nobody but the tokens of this issuer waits for it.
 */
export class IssuerKeys {
  readonly #logger = new Logger(IssuerKeys.name);
  #known: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined;
  #fetching: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #silentSince = Number.NEGATIVE_INFINITY;

  constructor(private readonly issuer: string, private readonly jwksUri: string, private readonly clock: Clock) {}

  /** The key of a token. Throws {@link KeysUnavailable}, or an error of jose where the issuer has no such key. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#known === undefined || !this.#within(this.#known.at, FRESH_MS)) {
      await this.#fetch().catch((error: unknown) => {
        if (this.#known === undefined || !this.#within(this.#known.at, STALE_MS)) throw error;
      });
    }
    try {
      return await this.#keys()(header, token);
    } catch (error) {
      // Where the issuer has told its keys a moment ago, there is no such key; where it did not answer, nobody knows.
      if (!(error instanceof errors.JWKSNoMatchingKey) || (!this.#silent && this.#within(this.#askedAt, COOLDOWN_MS))) throw ofKeySet(error);
    }
    // It may have taken a new key into use.
    await this.#fetch();
    try {
      return await this.#keys()(header, token);
    } catch (error) {
      throw ofKeySet(error);
    }
  };

  /** Whether it did not answer when it was asked last. */
  get #silent(): boolean {
    return this.#silentSince !== Number.NEGATIVE_INFINITY;
  }

  #keys(): JWTVerifyGetKey {
    if (this.#known === undefined) throw new KeysUnavailable(`no keys of ${this.issuer}`);
    return this.#known.keys;
  }

  async #fetch(): Promise<void> {
    if (this.#fetching === undefined) {
      if (this.#within(this.#silentSince, SILENCE_MS)) throw new KeysUnavailable(`${this.issuer} did not answer a moment ago`);
      this.#askedAt = this.clock.now().getTime();
      this.#fetching = this.#ask().finally(() => { this.#fetching = undefined; });
    }
    await this.#fetching;
  }

  async #ask(): Promise<void> {
    try {
      const keys = createLocalJWKSet(await readKeySet(this.jwksUri));
      this.#known = { keys, at: this.clock.now().getTime() };
      this.#silentSince = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#silentSince = this.clock.now().getTime();
      this.#logger.warn({ issuer: this.issuer, reason: reasonOf(error) }, 'the keys of an issuer cannot be had');
      throw new KeysUnavailable(`no keys of ${this.issuer}`, { cause: error });
    }
  }

  /** Whether it is so long since then at most. A clock that was set back makes nothing last longer. */
  #within(instant: number, milliseconds: number): boolean {
    const passed = this.clock.now().getTime() - instant;
    return passed >= 0 && passed < milliseconds;
  }
}

/** Goes where it was told and nowhere else, reads no more than a key set can be, and waits no longer than {@link PATIENCE_MS} in all. */
async function readKeySet(uri: string): Promise<JSONWebKeySet> {
  const response = await fetch(uri, { redirect: 'error', headers: { accept: 'application/jwk-set+json, application/json' }, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JSONWebKeySet;
}

/** What is found when a key of the set is taken: that the token names none of them, or that the issuer has published what is no key. */
function ofKeySet(error: unknown): unknown {
  return error instanceof errors.JOSEError || error instanceof KeysUnavailable ? error : new KeysUnavailable('a key of an issuer is none', { cause: error });
}

// The text of an answer is not repeated: it is not ours.
function reasonOf(error: unknown): string {
  const { name, cause, message } = error as Error;
  if (name === 'SyntaxError') return 'no JSON';
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : message;
}
