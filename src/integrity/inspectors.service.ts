import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CadresService } from '../cadres/cadres.service';
import { type Actor, hasRole, type Role } from '../kernel/actor';
import { found, Problem } from '../kernel/problem';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { LOCAL_ISSUER } from '../platform/issuers';
import { type Happening, Journal } from '../platform/journal/journal';
import { type BoundIdentity, confirmIdentity } from './domain/appointment';
import { IntegrityChainStore } from './integrity-chain.store';
import { InspectorsStore } from './inspectors.store';
import type { Written } from './reports.service';
import { ReportsStore } from './reports.store';
import { openWall } from './wall.store';

export interface Appointment {
  readonly cadreId: string;
  /** The identity at an issuer outside under which the cadre comes, as they say it; null removes it. */
  readonly identity?: BoundIdentity | null;
}

/** Inspectors are made by inspectors; the operator makes the first of a park. No administrator has a hand in it. */
@Injectable()
export class InspectorsService implements OnModuleInit {
  constructor(
    private readonly store: InspectorsStore, private readonly reports: ReportsStore, private readonly chain: IntegrityChainStore, private readonly cadres: CadresService, private readonly database: Database,
    private readonly journal: Journal, private readonly clock: Clock,
  ) {}

  /** Whoever could deactivate an inspector could choose who reads what is said of them. */
  onModuleInit(): void {
    this.journal.on('cadre.deactivated', async (em, happening) => this.#refuseWhileInspector(em, happening));
  }

  /**
   * Gives the role. Open reports that speak of the new inspector go to the county: their colleagues read them no more. Problems: `reference-unknown`,
   * `cadre-inactive`; `identity-unconfirmed` when the cadre comes under an identity that the appointment does not name; `forbidden` for the operator while there is an inspector who is active, and for a park's inspector who would make one of the county.
   */
  async make(actor: Actor, { cadreId, identity }: Appointment, once?: Once<Written>): Promise<Written> {
    const made = await this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      const cadre = await this.cadres.setInspectorIn(em, actor, cadreId, true, now);
      if (cadre === undefined) throw Problem.at('reference-unknown', '/cadreId', { what: 'cadre' });
      if (!cadre.active) throw Problem.at('cadre-inactive', '/cadreId');
      const { parkId, today } = cadre;
      await openWall(em);
      // Two firsts at once: the second sees the one before it.
      await this.chain.lock(em, parkId);
      await this.#requireEntitled(em, actor, cadre);
      const verdict = confirmIdentity(boundIdentity(cadre), identity);
      if (verdict === 'unconfirmed') throw Problem.at('identity-unconfirmed', '/identity');
      if (verdict === 'removed') await this.cadres.removeIdentityIn(em, actor, cadre, now);
      const raised = await this.reports.openAbout(em, parkId, cadre);
      await this.reports.raise(em, parkId, raised, now);
      await this.chain.append(em, actor, { type: 'inspector.made', parkId, subject: { type: 'cadre', id: cadreId }, at: now, effectiveOn: today });
      for (const id of raised) await this.chain.append(em, actor, { type: 'report.raised', parkId, subject: { type: 'report', id }, at: now, effectiveOn: today, data: { cadreId } });
      return { id: cadreId, parkId };
    }, once);
    this.cadres.tellIdentityChanged();
    return made;
  }

  /** Takes the role; the cadre may then be deactivated as any other. Problem `not-found` for who is no inspector. */
  async relieve(actor: Actor, cadreId: string, once?: Once<Written>): Promise<Written> {
    const relieved = await this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      const { parkId, today, roles } = found(await this.cadres.setInspectorIn(em, actor, cadreId, false, now));
      if (!roles.includes('inspector')) throw new Problem('not-found');
      if (roles.includes('county') && !hasRole(actor, 'county')) throw new Problem('forbidden');
      await openWall(em);
      await this.chain.append(em, actor, { type: 'inspector.relieved', parkId, subject: { type: 'cadre', id: cadreId }, at: now, effectiveOn: today });
      return { id: cadreId, parkId };
    }, once);
    this.cadres.tellIdentityChanged();
    return relieved;
  }

  /** Whoever reads a whole county becomes its inspector by one of the county's: a park's inspectors do not choose who reads of them. */
  async #requireEntitled(em: EntityManager, actor: Actor, { id, parkId, roles }: { readonly id: string; readonly parkId: string; readonly roles: readonly Role[] }): Promise<void> {
    const county = roles.includes('county');
    if (hasRole(actor, 'inspector') ? county && !hasRole(actor, 'county') : county ? await this.store.countyHasOthers(em, parkId, id) : await this.store.hasOthers(em, parkId, id)) throw new Problem('forbidden');
  }

  async #refuseWhileInspector(em: EntityManager, { parkId, subject }: Happening): Promise<void> {
    if (await this.store.isInspector(em, parkId, subject.id)) throw Problem.at('role-not-grantable', '/active');
  }
}

// Whoever has the key for trying can be anybody with it: whom it names is nothing to confirm.
function boundIdentity({ issuer, subject }: { readonly issuer: string | null; readonly subject: string | null }): BoundIdentity | undefined {
  return issuer === null || subject === null || issuer === LOCAL_ISSUER ? undefined : { issuer, subject };
}
