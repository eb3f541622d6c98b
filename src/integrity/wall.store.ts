import type { EntityManager } from 'typeorm';
import type { Statement } from '../platform/db/database';

/** Opens the wall for the transaction in which it is the first statement: the policies of integrity's tables ask for it besides the park. */
export const WALL: Statement = { name: 'integrity-wall', text: "SELECT set_config('ledger.integrity', 'on', true)", values: [] };

/** The same inside a transaction that is open, until it ends. */
export async function openWall(em: EntityManager): Promise<void> {
  await em.query(WALL.text);
}
