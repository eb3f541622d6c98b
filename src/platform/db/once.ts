import type { EntityManager } from 'typeorm';

/**
 * What a call that may come again puts around its use case, in the same transaction: before the work, that nobody has done it; after it,
 * what was answered. The work is a use case whose result the caller answers.
 */
export interface Once<T> {
  around(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T>;
}
