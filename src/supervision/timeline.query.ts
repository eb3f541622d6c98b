import { Injectable } from '@nestjs/common';
import { type Actor, hasRole } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Problem } from '../kernel/problem';
import { Database } from '../platform/db/database';
import { type Page, type PageQuery, readPage, toPage } from '../platform/http/page';
import { TicketsService } from '../tickets/tickets.service';
import type { TimelineItem } from './timeline.dto';

interface TimelineRow {
  readonly on: Day;
  readonly id: string;
  readonly kind: TimelineItem['kind'];
  readonly what: string;
  readonly cadreId: string | null;
  readonly cadreName: string | null;
}

/** What happened around one enterprise, newest first: visits, tickets, assignments, changes of status. */
@Injectable()
export class Timeline {
  constructor(private readonly database: Database, private readonly tickets: TicketsService) {}

  async list(actor: Actor, enterpriseId: string, query: PageQuery): Promise<Page<TimelineItem>> {
    const [place] = await this.database.read<{ parkId: string }>(actor, {
      name: 'timeline-enterprise', text: 'SELECT park_id AS "parkId" FROM enterprise WHERE id = $1 AND park_id = ANY($2)', values: [enterpriseId, actor.parkIds],
    });
    if (place === undefined) throw new Problem('not-found');
    // Officers and leaders see the visits of enterprises they are or were assigned to, and those they took part in.
    const own = actor.kind === 'client' || hasRole(actor, 'supervisor', 'admin', 'county') ? null : actor.id;
    const seesTickets = actor.kind !== 'client' || actor.scopes.includes('tickets:read');
    if (seesTickets) await this.tickets.settle(actor, place.parkId);
    const rows = await readPage<TimelineRow>(this.database, actor, query, `timeline-${enterpriseId}`, ['string', 'string', 'string'], ({ after, limit }) => {
      const values: unknown[] = [place.parkId, enterpriseId, own, limit, seesTickets, ...(after ?? [])];
      const seen = this.tickets.seenBy(actor, (value) => `$${values.push(value)}`);
      return { name: `timeline-${seen.name}${after === undefined ? '' : '-after'}`, text: timelineSql(seen.condition, after !== undefined), values };
    });
    return toPage(rows, query, `timeline-${enterpriseId}`, (row) => [row.on, row.id, row.kind], ({ on, id, kind, what, cadreId, cadreName }) => ({
      on, id, kind, what, cadre: cadreId === null || cadreName === null ? null : { id: cadreId, name: cadreName },
    }));
  }
}

// Each branch reads at most a page of its own index, or the tickets of one enterprise; the outer sort meets five short lists.
function timelineSql(seen: string, paged: boolean): string {
  const page = (on: string, id: string, kind: string) => (paged ? `AND (${on}, ${id}, '${kind}') < ($6::date, $7::uuid, $8)` : '');
  return `
    SELECT t.on_date AS "on", t.id, t.kind, t.what, t.cadre_id AS "cadreId", c.name AS "cadreName" FROM (
      (SELECT v.on_date, v.id, 'visit' AS kind, CASE WHEN v.voided_at IS NULL THEN v.mode ELSE 'voided' END AS what, v.author_id AS cadre_id
       FROM visit v WHERE v.park_id = $1 AND v.enterprise_id = $2 ${page('v.on_date', 'v.id', 'visit')}
         AND ($3::uuid IS NULL OR v.author_id = $3 OR EXISTS (SELECT FROM assignment a WHERE a.park_id = $1 AND a.enterprise_id = $2 AND a.cadre_id = $3)
           OR EXISTS (SELECT FROM visit_participant p WHERE p.park_id = $1 AND p.visit_id = v.id AND p.cadre_id = $3 AND p.removed_at IS NULL))
       ORDER BY v.on_date DESC, v.id DESC LIMIT $4)
      UNION ALL
      (SELECT r.on_date, r.id, 'ticket', r.state, r.registered_by FROM (
         SELECT (t.created_at AT TIME ZONE p.time_zone)::date AS on_date, t.id, t.state, t.registered_by FROM ticket t JOIN park p ON p.id = t.park_id
         WHERE t.park_id = $1 AND t.enterprise_id = $2 AND $5::boolean AND ${seen}) r
       WHERE true ${page('r.on_date', 'r.id', 'ticket')} ORDER BY r.on_date DESC, r.id DESC LIMIT $4)
      UNION ALL
      (SELECT a.starts_on, a.id, 'assignment_started', a.capacity, a.cadre_id FROM assignment a
       WHERE a.park_id = $1 AND a.enterprise_id = $2 ${page('a.starts_on', 'a.id', 'assignment_started')} ORDER BY a.starts_on DESC, a.id DESC LIMIT $4)
      UNION ALL
      (SELECT a.ends_on, a.id, 'assignment_ended', a.capacity, a.cadre_id FROM assignment a
       WHERE a.park_id = $1 AND a.enterprise_id = $2 AND a.ends_on IS NOT NULL ${page('a.ends_on', 'a.id', 'assignment_ended')} ORDER BY a.ends_on DESC, a.id DESC LIMIT $4)
      UNION ALL
      (SELECT s.on_date, s.id, 'status', s.status, NULL::uuid FROM enterprise_status s
       WHERE s.park_id = $1 AND s.enterprise_id = $2 AND s.replaced_at IS NULL ${page('s.on_date', 's.id', 'status')} ORDER BY s.on_date DESC, s.id DESC LIMIT $4)
    ) t LEFT JOIN cadre c ON c.park_id = $1 AND c.id = t.cadre_id
    ORDER BY t.on_date DESC, t.id DESC, t.kind DESC LIMIT $4`;
}
