import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';

/** Whom a visit met and where it was recorded, as columns of it. */
const PERSONS = "(v.contacts_met <> '{}' OR v.location_lng IS NOT NULL)";

@Injectable()
export class VisitPersonsStore {
  /**
   * Forgets persons and places in visits of days before `before` and in those that were voided before `voidedBefore`, at most so many, with what was kept
   * of them before amendments. What a visit is counted by stays, and so does its version: nobody's edit is made stale by it. Answers how many.
   */
  async forgetAsSystem(em: EntityManager, _system: Actor, parkId: string, { before, voidedBefore, most }: { before: Day; voidedBefore: Date; most: number }): Promise<number> {
    const [row]: { forgotten: number }[] = await em.query(FORGET, [parkId, before, voidedBefore, most]);
    return row?.forgotten ?? 0;
  }
}

const FORGET = `
  WITH old AS (
    SELECT v.id FROM visit v WHERE v.park_id = $1 AND v.id IN (
      (SELECT v.id FROM visit v WHERE v.park_id = $1 AND v.on_date < $2 AND ${PERSONS} ORDER BY v.on_date LIMIT $4)
      UNION
      (SELECT v.id FROM visit v WHERE v.park_id = $1 AND v.voided_at IS NOT NULL AND v.voided_at < $3 AND ${PERSONS} ORDER BY v.voided_at LIMIT $4)
    ) ORDER BY v.id LIMIT $4 FOR UPDATE SKIP LOCKED
  ), amended AS (
    UPDATE visit_amendment a SET before = a.before || '{"contacts_met": [], "location_lng": null, "location_lat": null, "location_datum": null}'
    FROM old WHERE a.park_id = $1 AND a.visit_id = old.id
  ), forgotten AS (
    UPDATE visit v SET contacts_met = '{}', location_lng = NULL, location_lat = NULL, location_datum = NULL
    FROM old WHERE v.park_id = $1 AND v.id = old.id RETURNING 1
  )
  SELECT count(*)::integer AS forgotten FROM forgotten
`;
