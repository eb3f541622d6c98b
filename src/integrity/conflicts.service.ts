import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CadresService } from '../cadres/cadres.service';
import { EnterprisesService } from '../enterprises/enterprises.service';
import { type Actor, cadreOf, hasRole, parkOf } from '../kernel/actor';
import { type Day, localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import { newId } from '../platform/ids';
import { type ConflictFilter, ConflictsStore, type ShownDeclaration, type ShownRecusal } from './conflicts.store';
import { type Interest, requireLasting } from './domain/conflict';
import { IntegrityChainStore, type IntegrityHappening } from './integrity-chain.store';
import type { Written } from './reports.service';
import { levelReadBy } from './reports.store';
import { openWall } from './wall.store';

export interface GivenDeclaration {
  readonly enterpriseId: string;
  readonly kind: Interest;
  readonly description: string;
  readonly since?: Day;
}

export interface GivenRecusal {
  readonly parkId?: string;
  readonly cadreId: string;
  readonly enterpriseId?: string;
  readonly reason: string;
}

/** What keeps cadres from enterprises, apart from reports: what they declare themselves, and what inspectors order beforehand. */
@Injectable()
export class ConflictsService {
  constructor(
    private readonly store: ConflictsStore, private readonly chain: IntegrityChainStore, private readonly cadres: CadresService, private readonly enterprises: EnterprisesService, private readonly parks: ParksService,
    private readonly database: Database, private readonly clock: Clock,
  ) {}

  /** Inspectors see the park's, everybody else their own. */
  async listDeclarations(actor: Actor, query: ConflictFilter): Promise<Page<ShownDeclaration>> {
    const own = hasRole(actor, 'inspector') ? undefined : cadreOf(actor);
    return toPage(await this.store.listDeclarations(actor, parkOf(actor, query.parkId), query, own), query, 'integrity-declarations', ({ id }) => [id], (row) => row);
  }

  async listRecusals(actor: Actor, query: ConflictFilter): Promise<Page<ShownRecusal>> {
    return toPage(await this.store.listRecusals(actor, parkOf(actor, query.parkId), query), query, 'integrity-recusals', ({ id }) => [id], (row) => row);
  }

  /** Of oneself alone. From now on the cadre is recused; what they hold is listed to the administrator. Problem `reference-unknown`. */
  async declare(actor: Actor, { enterpriseId, kind, description, since }: GivenDeclaration, once?: Once<Written>): Promise<Written> {
    const cadreId = cadreOf(actor);
    // Whoever reads a whole county deals with none of its enterprises.
    if (hasRole(actor, 'county')) throw new Problem('forbidden');
    const parkId = parkOf(actor);
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      await this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId');
      await openWall(em);
      const id = newId(now);
      await this.store.declare(em, { id, parkId, cadreId, enterpriseId, kind, description, since: since ?? null, declaredAt: now, endedAt: null, endedBy: null, endReason: null });
      await this.#append(em, actor, { type: 'declaration.made', parkId, subject: { type: 'declaration', id }, at: now, data: { cadreId, enterpriseId, kind } });
      return { id, parkId };
    }, once);
  }

  /** An inspector has seen that it is over: who is recused does not free themselves. Problems: `conflict-ended`; `forbidden` for one's own, which they see in the list. */
  async endDeclaration(actor: Actor, id: string, reason: string, once?: Once<Written>): Promise<Written> {
    return this.database.transact(actor, async (em) => {
      await openWall(em);
      const now = this.clock.now();
      const declaration = found(await this.store.lockDeclaration(em, actor, id));
      if (declaration.cadreId === actor.id) throw new Problem('forbidden');
      requireLasting(declaration);
      const { parkId } = declaration;
      await this.store.endDeclaration(em, declaration, { endedAt: now, endedBy: cadreOf(actor), endReason: reason });
      await this.#append(em, actor, { type: 'declaration.ended', parkId, subject: { type: 'declaration', id }, at: now });
      return { id, parkId };
    }, once);
  }

  /** Keeps a cadre from an enterprise, or from all. Problem `reference-unknown`. */
  async recuse(actor: Actor, { parkId: named, cadreId, enterpriseId, reason }: GivenRecusal, once?: Once<Written>): Promise<Written> {
    const parkId = parkOf(actor, named);
    return this.database.transact(actor, async (em) => {
      const now = this.clock.now();
      await this.cadres.requireCadres(em, actor, parkId, [cadreId], '/cadreId');
      if (enterpriseId !== undefined) await this.enterprises.requireEnterprise(em, actor, parkId, enterpriseId, '/enterpriseId');
      await openWall(em);
      const id = newId(now);
      await this.store.recuse(em, {
        id, parkId, level: levelReadBy(actor), cadreId, enterpriseId: enterpriseId ?? null, reason, setBy: cadreOf(actor), setAt: now, endedAt: null, endedBy: null, endReason: null,
      });
      await this.#append(em, actor, { type: 'recusal.set', parkId, subject: { type: 'recusal', id }, at: now, data: { cadreId, enterpriseId: enterpriseId ?? null } });
      return { id, parkId };
    }, once);
  }

  /** Problem `conflict-ended`. */
  async endRecusal(actor: Actor, id: string, reason: string, once?: Once<Written>): Promise<Written> {
    return this.database.transact(actor, async (em) => {
      await openWall(em);
      const now = this.clock.now();
      const recusal = found(await this.store.lockRecusal(em, actor, id));
      requireLasting(recusal);
      const { parkId } = recusal;
      await this.store.endRecusal(em, recusal, { endedAt: now, endedBy: cadreOf(actor), endReason: reason });
      await this.#append(em, actor, { type: 'recusal.ended', parkId, subject: { type: 'recusal', id }, at: now });
      return { id, parkId };
    }, once);
  }

  async #append(em: EntityManager, actor: Actor, happening: Omit<IntegrityHappening, 'effectiveOn'>): Promise<void> {
    await this.chain.append(em, actor, { ...happening, effectiveOn: localDay(happening.at, await this.parks.zoneIn(em, actor, happening.parkId)) });
  }
}
