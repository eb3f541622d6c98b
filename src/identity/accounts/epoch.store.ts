import type { EntityManager } from 'typeorm';

/**
 * Begins a new epoch of an account, before any of its sessions ends in this transaction: a request of the issuer that is under way writes none of them back
 * (ADR 16). Triggers do the same where a lock, a role or the end of service ends them.
 */
export async function beginEpoch(em: EntityManager, accountId: string): Promise<void> {
  await em.query('UPDATE account_credential SET epoch = epoch + 1 WHERE account_id = $1', [accountId]);
}
