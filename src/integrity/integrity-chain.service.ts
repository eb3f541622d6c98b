import { Injectable } from '@nestjs/common';
import { type Actor, hasRole, parkOf } from '../kernel/actor';
import { type Broken, CHAIN_BEGINNING, followChain } from '../platform/journal/chain';
import { IntegrityChainStore, type StoredHead } from './integrity-chain.store';

export interface IntegrityVerdict {
  readonly parkId: string;
  readonly valid: boolean;
  readonly firstBroken: Broken | null;
  /** Where the chain ends, for the county's inspectors alone. */
  readonly head: StoredHead | null;
}

// As the journal's: some 20 ms of hashing, and no connection is held between two.
const PAGE = 500;

/** Checks the chain of a park from its beginning to its head. */
@Injectable()
export class IntegrityChain {
  constructor(private readonly store: IntegrityChainStore) {}

  /**
   * How long the chain is, and what it ends in, the park's inspectors are not told: by its growth one of them would learn that the county has received
   * something, and about whom.
   */
  async verify(actor: Actor, named: string | undefined): Promise<IntegrityVerdict> {
    const parkId = parkOf(actor, named);
    const before = await this.store.head(actor, parkId);
    const found = await this.#follow(actor, parkId, before);
    const head = await this.store.head(actor, parkId);
    // What is appended meanwhile is neither missing nor too much.
    const firstBroken = 'reason' in found ? found : endOf(found.number, before?.number ?? 0, head?.number ?? 0);
    return { parkId, valid: firstBroken === null, firstBroken, head: hasRole(actor, 'county') ? head ?? null : null };
  }

  /** How far the chain goes, or what breaks it on the way. */
  async #follow(actor: Actor, parkId: string, head: StoredHead | undefined): Promise<Broken | { readonly number: number }> {
    let point = CHAIN_BEGINNING;
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const entries = await this.store.page(actor, parkId, after, PAGE);
      // No number can stand twice: a page may end anywhere.
      const followed = followChain(point, entries, point.number + entries.length);
      if (followed.broken !== undefined) return followed.broken;
      const own = entries.find(({ number }) => number === head?.number);
      if (head !== undefined && own?.hash.equals(head.hash) === false) return { number: head.number, entryId: own.id, reason: 'head-differs' };
      ({ point } = followed);
      if (entries.length < PAGE) return point;
      after = point.number;
    }
  }
}

function endOf(reached: number, headBefore: number, headAfter: number): Broken | null {
  if (reached < headBefore) return { number: reached + 1, entryId: null, reason: 'missing' };
  return reached > headAfter ? { number: headAfter + 1, entryId: null, reason: 'surplus' } : null;
}
