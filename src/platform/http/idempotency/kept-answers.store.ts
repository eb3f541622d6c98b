import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../kernel/actor';
import { Database, sideBySide } from '../../db/database';
import type { KeptAnswer } from './kept-answer.entity';

export type Kept = Pick<KeptAnswer, 'fingerprint' | 'status' | 'headers' | 'body'>;

@Injectable()
export class KeptAnswersStore {
  constructor(private readonly database: Database) {}

  async find(actor: Actor, scope: Buffer): Promise<Kept | undefined> {
    const [row] = await this.database.read<Kept>(actor, { name: 'kept-answer', text: 'SELECT fingerprint, status, headers, body FROM kept_answer WHERE scope = $1', values: [scope] });
    return row;
  }

  /**
   * Takes the scope for this transaction, without waiting for whoever has it. The lock goes with the transaction, also when the process
   * is killed; whether an answer was kept is asked after the lock is had, so that a twin's commit can't fall between.
   */
  async claim(em: EntityManager, scope: Buffer): Promise<'ours' | 'running' | 'answered'> {
    const [[lock], kept] = await sideBySide<[{ taken: boolean }[], object[]]>([
      em.query('SELECT pg_try_advisory_xact_lock($1::bigint) AS taken', [scope.readBigInt64BE().toString()]),
      em.query('SELECT FROM kept_answer WHERE scope = $1', [scope]),
    ]);
    if (lock?.taken !== true) return 'running';
    return kept.length > 0 ? 'answered' : 'ours';
  }

  /** False when there is an answer already, be it one that the caller may not see any more. */
  async keep(em: EntityManager, answer: KeptAnswer): Promise<boolean> {
    const { scope, parkId, fingerprint, status, headers, body, keptAt } = answer;
    const rows: object[] = await em.query(
      `INSERT INTO kept_answer (scope, park_id, fingerprint, status, headers, body, kept_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING kept_at`,
      [scope, parkId, fingerprint, status, headers, body, keptAt]);
    return rows.length > 0;
  }

  /** Puts other members into what is kept of a resource, where they must not be read any more. The rest stays, and so does the effect. */
  async overwrite(em: EntityManager, parkId: string, id: string, members: object): Promise<void> {
    await em.query(`UPDATE kept_answer SET body = (body::jsonb || $3::jsonb)::text WHERE park_id = $1 AND body::jsonb->>'id' = $2`, [parkId, id, members]);
  }

  /** Deletes at most `limit` of those that are older; answers how many. */
  async forgetAsSystem(system: Actor, before: Date, limit: number): Promise<number> {
    return this.database.transact(system, async (em) => {
      const rows: object[] = await em.query(
        `WITH gone AS (DELETE FROM kept_answer WHERE scope IN (SELECT scope FROM kept_answer WHERE kept_at < $1 ORDER BY kept_at LIMIT $2) RETURNING 1)
         SELECT FROM gone`, [before, limit]);
      return rows.length;
    });
  }
}
