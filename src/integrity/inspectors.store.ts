import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

@Injectable()
export class InspectorsStore {
  /** Whether the park has an active inspector of its own beside this cadre: who inspects the county's parks does not count. */
  async hasOthers(em: EntityManager, parkId: string, cadreId: string): Promise<boolean> {
    const [row]: { has: boolean }[] = await em.query(
      `SELECT EXISTS (SELECT FROM cadre c WHERE c.park_id = $1 AND c.id <> $2 AND c.active AND 'inspector' = ANY (c.roles) AND NOT 'county' = ANY (c.roles)) AS has`, [parkId, cadreId]);
    return row?.has === true;
  }

  /** The same of the inspectors of the county in which the park lies. */
  async countyHasOthers(em: EntityManager, parkId: string, cadreId: string): Promise<boolean> {
    const [row]: { has: boolean }[] = await em.query(
      `SELECT EXISTS (SELECT FROM park own JOIN park p USING (county_code) JOIN cadre c ON c.park_id = p.id
       WHERE own.id = $1 AND c.id <> $2 AND c.active AND c.roles @> ARRAY['inspector', 'county']) AS has`, [parkId, cadreId]);
    return row?.has === true;
  }

  async isInspector(em: EntityManager, parkId: string, cadreId: string): Promise<boolean> {
    const [row]: { is: boolean }[] = await em.query(`SELECT 'inspector' = ANY (c.roles) AS is FROM cadre c WHERE c.park_id = $1 AND c.id = $2`, [parkId, cadreId]);
    return row?.is === true;
  }
}
