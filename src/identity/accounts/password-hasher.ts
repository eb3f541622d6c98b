import { Injectable } from '@nestjs/common';
import { type Algorithm, hash, type Options, verify } from '@node-rs/argon2';
import { KeyEncryption } from '../../platform/key-encryption';

// RFC 9106 and OWASP: 19 MiB, two passes, one lane. Some 30 ms of one core; four are made at once, on Node's threads.
const ARGON2ID: Algorithm = 2;
const COST = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How passwords are kept and compared. */
export abstract class PasswordHasher {
  abstract hash(password: string): Promise<string>;
  /** Compares with a hash that nothing fits when there is none: whether there was one takes no other time. */
  abstract fits(password: string, kept: string | undefined): Promise<boolean>;
}

/** argon2id, peppered with a key that the database does not hold: whoever has its tables alone can try no password. */
@Injectable()
export class Argon2Hasher extends PasswordHasher {
  readonly #options: Options;
  #nobodys: Promise<string> | undefined;

  constructor(keys: KeyEncryption) {
    super();
    this.#options = { ...COST, secret: keys.derive('passwords') };
  }

  async hash(password: string): Promise<string> {
    return hash(password, this.#options);
  }

  async fits(password: string, kept: string | undefined): Promise<boolean> {
    // Of the same cost as every other, and made by whoever comes first, also where it is not needed.
    const nobodys = await (this.#nobodys ??= this.hash('nobody has this password'));
    const fits = await verify(kept ?? nobodys, password, this.#options);
    return kept !== undefined && fits;
  }
}
