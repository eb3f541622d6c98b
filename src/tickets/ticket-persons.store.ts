import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';

@Injectable()
export class TicketPersonsStore {
  /**
   * Forgets who raised tickets, who asked for their withdrawal and who was answered, of tickets that ended before the instant, at most so many. That
   * somebody asked stays: their name becomes `*`. Answers how many.
   */
  async forgetAsSystem(em: EntityManager, _system: Actor, parkId: string, endedBefore: Date, most: number): Promise<number> {
    const forgotten: { id: string }[] = await em.query(FORGET, [parkId, endedBefore, most]);
    const ids = forgotten.map(({ id }) => id);
    // An event is written once: only this function may take a name out of one.
    if (ids.length > 0) await em.query('SELECT forget_who_asked($1, $2)', [parkId, ids]);
    return ids.length;
  }
}

const FORGET = `
  WITH naming AS (
    (SELECT t.id FROM ticket t WHERE t.park_id = $1 AND t.ended_at IS NOT NULL AND t.ended_at < $2 AND (t.raised_by IS NOT NULL OR t.withdrawn_for <> '*') ORDER BY t.ended_at LIMIT $3)
    UNION
    (SELECT e.ticket_id FROM ticket_event e JOIN ticket t ON t.park_id = e.park_id AND t.id = e.ticket_id
     WHERE e.park_id = $1 AND e.at < $2 AND e.words ?| ARRAY['askedBy', 'toContact'] AND t.ended_at < $2 ORDER BY e.at LIMIT $3)
  ), old AS (
    SELECT t.id FROM ticket t WHERE t.park_id = $1 AND t.id IN (SELECT id FROM naming) AND t.ended_at < $2 ORDER BY t.id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
  ), forgotten AS (
    UPDATE ticket t SET raised_by = NULL, withdrawn_for = CASE WHEN t.withdrawn_for IS NULL THEN NULL ELSE '*' END
    FROM old WHERE t.park_id = $1 AND t.id = old.id RETURNING t.id
  )
  SELECT id FROM forgotten
`;
