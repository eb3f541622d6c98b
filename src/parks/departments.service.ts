import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, parkOf } from '../kernel/actor';
import { localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { type Page, type PageQuery, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { Journal } from '../platform/journal/journal';
import type { Department } from './department.entity';
import { DepartmentsStore } from './departments.store';
import { ParksService } from './parks.service';

export interface NewDepartment {
  readonly id?: string;
  readonly parkId?: string;
  readonly name: string;
  readonly kind?: string;
  readonly assigning?: boolean;
}

@Injectable()
export class DepartmentsService {
  constructor(
    private readonly store: DepartmentsStore, private readonly parks: ParksService, private readonly database: Database, private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: PageQuery): Promise<Page<Department>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query), query, 'departments', (one) => [one.name, one.id], (one) => one);
  }

  async create(actor: Actor, request: NewDepartment, once?: Once<Created<Department>>): Promise<Created<Department>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const zone = await this.parks.zone(actor, parkId);
    return this.database.transact(actor, async (em) => {
      if (request.assigning === true) await this.parks.holdSettings(em, parkId);
      const { id, fresh } = await claimId(em, { resource: 'department', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id)) };
      const { name, kind = 'department', assigning = false } = request;
      if (assigning) await this.store.clearAssigning(em, parkId, id, now);
      const department: Department = { id, parkId, name, kind, assigning, version: 1, createdAt: now, updatedAt: now };
      await this.store.insert(em, department);
      await this.journal.append(em, actor, { type: 'department.added', parkId, subject: { type: 'department', id }, at: now, effectiveOn: localDay(now, zone), data: { assigning } });
      return { created: true, body: department };
    }, once);
  }

  async patch(actor: Actor, id: string, version: number, change: { name?: string; kind?: string; assigning?: boolean }): Promise<Department> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const { parkId } = found(await this.store.find(em, actor, id));
      // A ticket that is being registered is given to the department that assigns: it is there when that changes, or comes after it.
      if (change.assigning === true) await this.parks.holdSettings(em, parkId);
      const effectiveOn = localDay(now, (await this.parks.settings(em, actor, parkId)).zone);
      if (change.assigning === true) await this.store.clearAssigning(em, parkId, id, now);
      if (!(await this.store.update(em, id, version, { ...change, updatedAt: now }))) throw new Problem('stale');
      await this.journal.append(em, actor, { type: 'department.changed', parkId, subject: { type: 'department', id }, at: now, effectiveOn, data: { fields: Object.keys(change) } });
      return found(await this.store.find(em, actor, id));
    });
  }

  /** Problem `reference-unknown` at the pointer when the park has no such department. */
  async require(em: EntityManager, actor: Actor, parkId: string, id: string, pointer: string): Promise<Department> {
    const department = await this.store.find(em, actor, id);
    if (department === null || department.parkId !== parkId) throw Problem.at('reference-unknown', pointer, { what: 'department' });
    return department;
  }
}
