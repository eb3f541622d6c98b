import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, errors, exportJWK, generateKeyPair, type JWK, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../../kernel/problem';
import { Clock } from '../../platform/clock';
import { Signals } from '../../platform/db/signals';
import { newId } from '../../platform/ids';
import { KeyEncryption } from '../../platform/key-encryption';
import { dueKey, rolesOfKeys } from '../domain/key-schedule';
import { OwnIssuer } from '../own-issuer';
import type { OidcKey } from './oidc.entity';
import { OidcStore } from './oidc.store';

export const ALGORITHM = 'ES256';
const PURPOSE = 'oidc key';
// A key that is not known may have been made in this moment by another process; whoever makes up kids does not make us read each time.
const UNKNOWN_AGAIN_MS = 5_000;

/** The keys as they are published now, with their private parts, the signing one first. */
export interface KeySet {
  readonly jwks: readonly JWK[];
  /** When it is to be read again although nobody has changed it. */
  readonly until: Date | undefined;
}

/**
 * The keys of the built-in issuer. They lie in the database, sealed with a key that it does not hold, so that all processes sign with the same one and turn to the
 * next one at the same instant; whoever changes them tells the others.
 */
@Injectable()
export class SigningKeys extends OwnIssuer {
  readonly issuer: string;
  #known: Promise<KeySet> | undefined;
  #public: { readonly of: KeySet; readonly find: JWTVerifyGetKey } | undefined;
  #lookedAgainAt = 0;

  constructor(private readonly store: OidcStore, private readonly sealing: KeyEncryption, private readonly clock: Clock, private readonly signals: Signals, publicUrl: string, readonly audience: string) {
    super();
    this.issuer = `${publicUrl}/oidc`;
    signals.on('ledger_oidc_key', () => { this.#known = undefined; });
  }

  readonly keys: JWTVerifyGetKey = async (header, token) => {
    try {
      return await (await this.#published())(header, token);
    } catch (error) {
      const now = this.clock.now().getTime();
      if (!(error instanceof errors.JWKSNoMatchingKey) || now < this.#lookedAgainAt + UNKNOWN_AGAIN_MS) throw error;
      this.#lookedAgainAt = now;
      this.#known = undefined;
      return (await this.#published())(header, token);
    }
  };

  /** Makes the first key where there is none. Problem `unavailable` while keys can be neither read nor opened. */
  async current(): Promise<KeySet> {
    const known = await this.#known?.catch(() => undefined);
    if (known !== undefined && this.signals.hears && (known.until === undefined || known.until > this.clock.now())) return known;
    const reading = this.#read();
    this.#known = reading;
    return reading;
  }

  /** Makes the key that is due and removes those that are over. Answers how many were made; may be done twice, late, or in two processes at once. */
  async turn(): Promise<number> {
    const now = this.clock.now();
    const made = await this.store.changeKeys(async (keys) => {
      const signsFrom = dueKey(keys, now);
      return { make: signsFrom === undefined ? [] : [await this.#make(now, signsFrom)], remove: rolesOfKeys(keys, now).over.map(({ id }) => id) };
    });
    this.#known = undefined;
    return made;
  }

  async #read(): Promise<KeySet> {
    const now = this.clock.now();
    let roles = rolesOfKeys(await this.store.listKeys(), now);
    if (roles.signing === undefined) {
      await this.turn();
      roles = rolesOfKeys(await this.store.listKeys(), now);
    }
    return { jwks: roles.published.map((key) => this.#open(key)), until: roles.until };
  }

  async #published(): Promise<JWTVerifyGetKey> {
    const set = await this.current();
    if (this.#public?.of !== set) this.#public = { of: set, find: createLocalJWKSet({ keys: set.jwks.map(({ d: _private, ...key }) => key) }) };
    return this.#public.find;
  }

  async #make(now: Date, signsFrom: Date): Promise<OidcKey> {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const { d, ...publicKey } = await exportJWK(privateKey);
    const id = newId(now);
    const publicJwk = { ...publicKey, kid: id, alg: ALGORITHM, use: 'sig' };
    const sealedKey = this.sealing.seal(`${PURPOSE} ${id}`, Buffer.from(d ?? '', 'base64url'));
    return { id, publicJwk, sealedKey, sealedWith: this.sealing.fingerprint, createdAt: now, signsFrom };
  }

  #open({ id, publicJwk, sealedKey, sealedWith }: OidcKey): JWK {
    if (sealedWith !== this.sealing.fingerprint) {
      throw new Problem('unavailable', { cause: new Error('The keys of the built-in issuer were sealed with another key than this process has: KEY_ENCRYPTION_KEY, or the file in DATA_DIR, must be the same in all processes.') });
    }
    return { ...publicJwk as JWK, d: this.sealing.open(`${PURPOSE} ${id}`, sealedKey).toString('base64url') };
  }
}
