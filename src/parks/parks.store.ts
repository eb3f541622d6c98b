import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, parksUnnamed } from '../kernel/actor';
import { Database } from '../platform/db/database';
import { type PageQuery, type PageRows, readPage } from '../platform/http/page';
import { Park } from './park.entity';
import { ParkPolicy, WorkingHoursVersion } from './park-settings.entity';
import type { ServiceSettings } from './domain/service-settings';

@Injectable()
export class ParksStore {
  constructor(private readonly database: Database) {}

  async find(em: EntityManager, actor: Actor, id: string): Promise<Park | null> {
    return actor.kind === 'system' || actor.parkIds.includes(id) ? em.findOneBy(Park, { id }) : null;
  }

  /** Waits for whoever changes the park's settings, and keeps them from changing until this transaction ends. */
  async lockSettings(em: EntityManager, id: string, mode: 'read' | 'change'): Promise<void> {
    await em.query(`SELECT FROM park WHERE id = $1 ${mode === 'change' ? 'FOR UPDATE' : 'FOR KEY SHARE'}`, [id]);
  }

  async lockAllSettingsAsSystem(em: EntityManager): Promise<{ id: string; timeZone: string }[]> {
    return em.query('SELECT id, time_zone AS "timeZone" FROM park ORDER BY id FOR UPDATE');
  }

  /**
   * The instant from which a new notice, or new hours of the park, are known: now, but behind all that were known before, whatever the clock says. Their
   * order says which of them are in force, and no two may begin one world: events name it. Without a park: behind the hours of all. The settings are locked.
   */
  async nextInWorlds(em: EntityManager, now: Date, parkId: string | null): Promise<Date> {
    const [row]: { latest: Date | null }[] = await em.query(
      'SELECT greatest((SELECT max(loaded_at) FROM calendar_year), (SELECT max(created_at) FROM working_hours WHERE $1::uuid IS NULL OR park_id = $1)) AS latest', [parkId]);
    const latest = row?.latest ?? null;
    return latest === null || latest < now ? now : new Date(latest.getTime() + 1);
  }

  async insert(em: EntityManager, park: Park): Promise<void> {
    await em.insert(Park, park);
  }

  async insertPolicy(em: EntityManager, policy: ParkPolicy): Promise<void> {
    await em.insert(ParkPolicy, policy);
  }

  async insertWorkingHours(em: EntityManager, version: WorkingHoursVersion): Promise<void> {
    await em.insert(WorkingHoursVersion, version);
  }

  /** Whether the row still had the version. */
  async update(em: EntityManager, id: string, version: number, change: Partial<Park>): Promise<boolean> {
    const { affected } = await em.update(Park, { id, version }, { ...change, version: version + 1 });
    return affected === 1;
  }

  async policies(em: EntityManager, parkId: string): Promise<ParkPolicy[]> {
    return em.find(ParkPolicy, { where: { parkId }, order: { effectiveFrom: 'ASC' } });
  }

  /** Of its policy, hours and departments what binds a ticket; instants of the hours are still texts. */
  async serviceSettings(em: EntityManager, id: string): Promise<ServiceSettings[]> {
    return em.query(
      `SELECT p.id, p.code, p.time_zone AS zone,
              (SELECT json_agg(json_build_object('effectiveFrom', v.effective_from, 'tickets', v.tickets, 'escalation', v.escalation) ORDER BY v.effective_from) FROM park_policy v WHERE v.park_id = p.id) AS policies,
              (SELECT json_agg(json_build_object('createdAt', h.created_at, 'effectiveFrom', h.effective_from, 'windows', h.windows) ORDER BY h.created_at, h.id) FROM working_hours h WHERE h.park_id = p.id) AS hours,
              (SELECT d.id FROM department d WHERE d.park_id = p.id AND d.assigning) AS "assigningDepartmentId"
       FROM park p WHERE p.id = $1`, [id]);
  }

  async list(actor: Actor, query: PageQuery): Promise<PageRows<Park>> {
    return readPage<Park>(this.database, actor, query, 'parks', ['string', 'string'], ({ after, limit }) => ({
      name: after === undefined ? 'parks' : 'parks-after',
      text: `SELECT id, code, name, county_code AS "countyCode", time_zone AS "timeZone", go_live_on AS "goLiveOn", version, created_at AS "createdAt", updated_at AS "updatedAt"
             FROM park WHERE id = ANY($1) ${after === undefined ? '' : 'AND (code, id) > ($3, $4::uuid)'} ORDER BY code, id LIMIT $2`,
      values: [query.parkId === undefined ? parksUnnamed(actor) : actor.parkIds.filter((id) => id === query.parkId), limit, ...(after ?? [])],
    }));
  }

  async listPolicies(actor: Actor, parkId: string): Promise<ParkPolicy[]> {
    return this.database.read<ParkPolicy>(actor, {
      name: 'park-policies',
      text: `SELECT id, park_id AS "parkId", effective_from AS "effectiveFrom", visits, tickets, escalation, assessment, privacy, created_at AS "createdAt"
             FROM park_policy WHERE park_id = $1 ORDER BY effective_from DESC LIMIT 200`,
      values: [parkId],
    });
  }

  async listWorkingHours(actor: Actor, parkId: string): Promise<WorkingHoursVersion[]> {
    return this.database.read<WorkingHoursVersion>(actor, {
      name: 'park-working-hours',
      text: `SELECT id, park_id AS "parkId", effective_from AS "effectiveFrom", windows, created_at AS "createdAt"
             FROM working_hours WHERE park_id = $1 ORDER BY effective_from DESC LIMIT 200`,
      values: [parkId],
    });
  }

  async listIdsOfCountyAsSystem(system: Actor, parkId: string, among: readonly string[] | undefined): Promise<string[]> {
    const rows = await this.database.read<{ id: string }>(system, {
      name: 'parks-of-county',
      text: 'SELECT other.id FROM park JOIN park other USING (county_code) WHERE park.id = $1 AND ($2::text[] IS NULL OR other.code = ANY ($2)) ORDER BY other.id',
      values: [parkId, among ?? null],
    });
    return rows.map(({ id }) => id);
  }

  async findByCodeAsSystem(system: Actor, code: string): Promise<{ readonly id: string; readonly timeZone: string } | undefined> {
    const [row] = await this.database.read<{ id: string; timeZone: string }>(system, { name: 'park-by-code', text: 'SELECT id, time_zone AS "timeZone" FROM park WHERE code = $1', values: [code] });
    return row;
  }

  async listAllAsSystem(system: Actor): Promise<{ id: string; timeZone: string }[]> {
    return this.database.read<{ id: string; timeZone: string }>(system, { name: 'parks-all', text: 'SELECT id, time_zone AS "timeZone" FROM park ORDER BY id', values: [] });
  }
}
