import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { systemActor } from '../../kernel/actor';
import { Database } from './database';
import { Signals } from './signals';

/**
 * Secrets of the installation, as the database keeps them. Each is read when it is first needed and remembered until somebody changes one;
 * while the signal of that may be missed, it is read each time.
 */
@Injectable()
export class InstallationKeys {
  readonly #remembered = new Map<string, KeyObject>();
  #changes = 0;

  constructor(private readonly database: Database, private readonly signals: Signals) {
    signals.on('ledger_installation_key', () => {
      this.#changes += 1;
      this.#remembered.clear();
    });
  }

  /** @throws Error when the installation has no such key */
  async of(purpose: 'cursor' | 'link' | 'client' | 'receipt' | 'reporter'): Promise<KeyObject> {
    const known = this.#remembered.get(purpose);
    if (known !== undefined) return known;
    const before = this.#changes;
    const [row] = await this.database.read<{ secret: Buffer }>(systemActor('keys'), {
      name: 'installation-key', text: 'SELECT secret FROM installation_key WHERE purpose = $1', values: [purpose],
    });
    if (row === undefined) throw new Error(`The installation has no key for: ${purpose}`);
    const key = createSecretKey(row.secret);
    // What changed while the key was read may not be in it.
    if (this.signals.hears && before === this.#changes) this.#remembered.set(purpose, key);
    return key;
  }
}
