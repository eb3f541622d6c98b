import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { Problem } from '../../kernel/problem';
import { isUuidV7, newId, timeOfId } from '../ids';

// A phone's clock may be a day off; a phone may lie in a drawer for a year.
const AHEAD_MS = 24 * 3_600_000;
const BACK_MS = 400 * 24 * 3_600_000;

export interface ClaimedId {
  readonly id: string;
  /** False when the same id came before with the same content: answer what is stored. */
  readonly fresh: boolean;
}

/**
 * The id of a new resource: the client's own, or one made now. The same id with the same content is no second creation; with other
 * content it is the problem `id-taken`. A twin in flight is waited for. Problem `id-time-out-of-range` for an id out of its time.
 */
export async function claimId(em: EntityManager, claim: { resource: string; parkId: string; id: string | undefined; content: object; now: Date }): Promise<ClaimedId> {
  const { resource, parkId, id, content, now } = claim;
  if (id === undefined) return { id: newId(now), fresh: true };
  const ahead = timeOfId(id) - now.getTime();
  if (!isUuidV7(id) || ahead > AHEAD_MS || ahead < -BACK_MS) throw Problem.at('id-time-out-of-range', '/id');
  const fingerprint = createHash('sha256').update(canonicalize({ resource, parkId, content: JSON.parse(JSON.stringify(content)) as object }) ?? '').digest();
  const inserted: unknown[] = await em.query(
    'INSERT INTO client_made_id (id, park_id, resource, fingerprint, made_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id', [id, parkId, resource, fingerprint, now]);
  if (inserted.length > 0) return { id, fresh: true };
  const [stored]: { fingerprint: Buffer }[] = await em.query('SELECT fingerprint FROM client_made_id WHERE id = $1', [id]);
  if (stored === undefined || !stored.fingerprint.equals(fingerprint)) throw Problem.at('id-taken', '/id');
  return { id, fresh: false };
}
