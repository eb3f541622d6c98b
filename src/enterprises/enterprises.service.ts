import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, hasRole, parkOf, systemActor } from '../kernel/actor';
import { addDays, type Day } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { DEFAULT_POLICY } from '../parks/domain/policy';
import { Clock } from '../platform/clock';
import { claimId } from '../platform/db/client-made-id';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { KeptAnswersStore } from '../platform/http/idempotency/kept-answers.store';
import { type Page, toPage } from '../platform/http/page';
import type { Created } from '../platform/http/request';
import { newId } from '../platform/ids';
import { AccessLog } from '../platform/journal/access-log';
import { Journal } from '../platform/journal/journal';
import { isMobile, readPhone } from './domain/contact';
import type { Datum } from './domain/location';
import { searchKeysOf } from './domain/name-search';
import { changeStatus, type EnterpriseStatus } from './domain/status';
import { checkUscc, normaliseUscc } from './domain/uscc';
import type { EnterpriseContact } from './enterprise-contact.entity';
import type { Enterprise } from './enterprise.entity';
import { type EnterpriseFilters, EnterprisesStore, type EnterpriseView, type LockedEnterprise } from './enterprises.store';

export interface GivenContact {
  readonly name: string;
  readonly title?: string | null;
  readonly phone?: string | null;
}

/** A merge patch: what is left out stays, null removes. */
export interface EnterpriseChange {
  readonly name?: string;
  readonly uscc?: string;
  readonly usccOverride?: boolean;
  readonly industryCode?: string | null;
  readonly address?: string | null;
  readonly location?: { readonly lng: number; readonly lat: number; readonly datum: Datum } | null;
  readonly contacts?: readonly GivenContact[];
  readonly contactPreference?: string | null;
  readonly tags?: readonly string[];
}

export interface NewEnterprise extends EnterpriseChange {
  readonly id?: string;
  readonly parkId?: string;
  readonly name: string;
  readonly uscc: string;
  readonly status?: EnterpriseStatus;
}

/** What another feature learns of an enterprise that it is about to refer to. */
export interface ReferredEnterprise {
  readonly id: string;
  readonly parkId: string;
  readonly name: string;
  /** In force today. */
  readonly status: EnterpriseStatus;
  /** First day on which it was out, once that has come. */
  readonly exitedOn?: Day;
}

// What can change when somebody was last on site.
const CHANGES_OF_THE_LOG = ['visit.logged', 'visit.amended', 'visit.voided', 'visit.reviewed'];
const PHONE = 'a mobile, landline or 400 number of the mainland';

/** The register: who is in the park, in which status, whom to talk to. */
@Injectable()
export class EnterprisesService implements OnModuleInit {
  constructor(
    private readonly store: EnterprisesStore, private readonly parks: ParksService, private readonly database: Database, private readonly journal: Journal,
    private readonly accessLog: AccessLog, private readonly answers: KeptAnswersStore, private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    for (const type of CHANGES_OF_THE_LOG) {
      this.journal.on(type, async (em, { parkId, data }, actor) => {
        const enterpriseId = data?.['enterpriseId'];
        if (typeof enterpriseId === 'string') await this.store.followVisits(em, actor, parkId, enterpriseId);
      });
    }
  }

  async list(actor: Actor, query: EnterpriseFilters): Promise<Page<EnterpriseView>> {
    const parkId = parkOf(actor, query.parkId);
    const today = await this.parks.today(actor, parkId, this.clock.now());
    return toPage(await this.store.list(actor, parkId, today, query), query, 'enterprises', (one) => [one.sortKey, one.id], (one) => one);
  }

  async read(actor: Actor, id: string): Promise<EnterpriseView> {
    return found(await this.store.read(actor, id, this.clock.now()));
  }

  /** Within a transaction. Problem `not-found` outside the scope. */
  async get(em: EntityManager, actor: Actor, id: string): Promise<EnterpriseView> {
    return found(await this.store.find(em, actor, id, this.clock.now()));
  }

  /**
   * The enterprise that a new row will refer to. Its row is held until the transaction ends, so that its status can't change under whoever
   * judges by it. Problem `reference-unknown` at the pointer when the park has no such enterprise.
   */
  async requireEnterprise(em: EntityManager, actor: Actor, parkId: string, id: string, pointer: string): Promise<ReferredEnterprise> {
    const enterprise = await this.store.lock(em, actor, id, this.clock.now());
    if (enterprise === null || enterprise.parkId !== parkId) throw Problem.at('reference-unknown', pointer, { what: 'enterprise' });
    const { name, status, statusOn } = enterprise;
    return { id, parkId, name, status, ...(status === 'exited' ? { exitedOn: statusOn } : {}) };
  }

  /** Problems: `uscc-invalid`, `uscc-organisation-check`, `uscc-taken`, `forbidden` for an override by others than administrators. */
  async register(actor: Actor, request: NewEnterprise, once?: Once<Created<EnterpriseView>>): Promise<Created<EnterpriseView>> {
    const now = this.clock.now();
    const parkId = parkOf(actor, request.parkId);
    const code = acceptUscc(actor, request.uscc, request.usccOverride);
    const { contacts = [], status = 'signed', name } = request;
    const people = readContacts(contacts);
    const today = await this.parks.today(actor, parkId, now);
    return this.database.transact(actor, async (em) => {
      const { id, fresh } = await claimId(em, { resource: 'enterprise', parkId, id: request.id, content: request, now });
      if (!fresh) return { created: false, body: found(await this.store.find(em, actor, id, now)) };
      await this.store.insert(em, {
        id, parkId, industryCode: null, address: null, locationLng: null, locationLat: null, locationDatum: null, contactPreference: null, tags: [],
        ...columnsOf(request), name, ...searchKeysOf(name), ...code, status, statusOn: today, nextStatus: null, nextStatusOn: null, contactsErasedAt: null,
        lastVisitOn: null, version: 1, createdAt: now, updatedAt: now,
      });
      const rows = people.map((person, position): EnterpriseContact => ({ id: newId(now), parkId, enterpriseId: id, position, ...person, changedAt: now, changedBy: authorOf(actor) }));
      await this.store.replaceContacts(em, { id, parkId }, rows);
      await this.store.insertStatusChange(em, {
        id: newId(now), parkId, enterpriseId: id, status, onDate: today, reason: null, recordedAt: now, recordedBy: actor.id, replacedAt: null,
      });
      await this.journal.append(em, actor, {
        type: 'enterprise.registered', parkId, subject: { type: 'enterprise', id }, at: now, effectiveOn: today,
        data: { status, on: today, usccWarning: code.usccWarning },
      });
      return { created: true, body: found(await this.store.find(em, actor, id, now)) };
    }, once);
  }

  async patch(actor: Actor, id: string, version: number, change: EnterpriseChange): Promise<EnterpriseView> {
    const now = this.clock.now();
    const people = change.contacts === undefined ? undefined : readContacts(change.contacts);
    return this.database.transact(actor, async (em) => {
      const enterprise = found(await this.store.lock(em, actor, id, now));
      if (enterprise.version !== version) throw new Problem('stale');
      const { parkId, today } = enterprise;
      await this.store.update(em, enterprise, {
        ...columnsOf(change), ...(change.name === undefined ? {} : searchKeysOf(change.name)), ...this.#newCode(actor, enterprise, change),
        ...(people !== undefined && people.length > 0 ? { contactsErasedAt: null } : {}), updatedAt: now,
      });
      if (people !== undefined) await this.#changeContacts(em, actor, enterprise, people, now);
      await this.journal.append(em, actor, {
        type: 'enterprise.changed', parkId, subject: { type: 'enterprise', id }, at: now, effectiveOn: today, data: { fields: fieldsOf(change) },
      });
      return found(await this.store.find(em, actor, id, now));
    });
  }

  /**
   * A status from a day on: today when left out, up to `backdateLimitDays` back, or ahead. Problems: `too-far-back`, `enterprise-exited` once
   * an exit has come, `status-unchanged`.
   */
  async setStatus(actor: Actor, id: string, request: { status: EnterpriseStatus; on?: Day; reason?: string }, once?: Once<EnterpriseView>): Promise<EnterpriseView> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const enterprise = found(await this.store.lock(em, actor, id, now));
      const { parkId, today } = enterprise;
      const { status, on = today, reason = null } = request;
      await this.#refuseTooFarBack(em, actor, parkId, on, today);
      const facts = (await this.store.statusChanges(em, actor, id)).map((one) => ({ id: one.id, status: one.status, on: one.onDate }));
      const change = changeStatus(facts, { status, on }, today);
      if (change.refused === 'exited') throw new Problem('enterprise-exited', { params: { on: change.on } });
      if (change.refused === 'unchanged') throw Problem.at('status-unchanged', '/status');
      await this.store.markReplaced(em, parkId, change.replaced.map((fact) => fact.id), now);
      await this.store.insertStatusChange(em, {
        id: newId(now), parkId, enterpriseId: id, status, onDate: on, reason, recordedAt: now, recordedBy: actor.id, replacedAt: null,
      });
      await this.store.update(em, enterprise, { ...change.standing, updatedAt: now });
      await this.journal.append(em, actor, {
        type: 'enterprise.status_changed', parkId, subject: { type: 'enterprise', id }, at: now, effectiveOn: on,
        data: { enterpriseId: id, status, on, before: change.before },
      });
      return found(await this.store.find(em, actor, id, now));
    }, once);
  }

  /** The contacts in full, with a line in the access log. Problem `contact-erased` when they were erased. */
  async revealContacts(actor: Actor, id: string, reason: string): Promise<EnterpriseView> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const { parkId, today } = found(await this.store.lock(em, actor, id, now));
      const enterprise = found(await this.store.find(em, actor, id, now));
      if (enterprise.contactsErasedAt !== null) throw new Problem('contact-erased');
      const subject = { type: 'enterprise', id };
      await this.accessLog.record(em, actor, { action: 'contacts.reveal', parkId, subject, at: now, reason });
      const count = enterprise.contacts.length;
      await this.journal.append(em, actor, { type: 'contacts.revealed', parkId, subject, at: now, effectiveOn: today, data: { count } });
      return enterprise;
    });
  }

  /** Deletes the contacts for good, with a line in the access log. Problem `contact-erased` when that was done before. */
  async eraseContacts(actor: Actor, id: string, reason: string, once?: Once<EnterpriseView>): Promise<EnterpriseView> {
    const now = this.clock.now();
    return this.database.transact(actor, async (em) => {
      const enterprise = found(await this.store.lock(em, actor, id, now));
      if (enterprise.contactsErasedAt !== null) throw new Problem('contact-erased');
      await this.#erase(em, actor, enterprise, reason, now);
      return found(await this.store.find(em, actor, id, now));
    }, once);
  }

  /**
   * The first contact to whom a link may go: has a mobile phone, is as it was since before the instant, and was not entered by the cadre who is to be
   * judged by what it says. Nothing where there is none.
   */
  async findLinkContact(em: EntityManager, actor: Actor, of: { readonly parkId: string; readonly enterpriseId: string }, unchangedSince: Date, notBy: string | null): Promise<{ id: string } | undefined> {
    const contacts = await this.store.contacts(em, actor, of.enterpriseId);
    const fit = contacts.find(({ parkId, phone, changedAt, changedBy }) => parkId === of.parkId && phone !== null && isMobile(phone) && changedAt <= unchangedSince && (changedBy === null || changedBy !== notBy));
    return fit === undefined ? undefined : { id: fit.id };
  }

  /** The mobile phone of a contact that is still as it was at the instant; for what is sent to it, and for nothing else. */
  async phoneForLinkAsSystem(em: EntityManager, system: Actor, parkId: string, contactId: string, unchangedSince: Date): Promise<string | undefined> {
    return this.store.phoneOfContactAsSystem(em, system, parkId, contactId, unchangedSince);
  }

  /** Writes the status changes whose day has come by now, in all parks. Answers how many. */
  async applyDueStatusesAsSystem(now: Date): Promise<number> {
    const system = systemActor(`enterprise-status-turn-${newId(now)}`);
    return this.database.transact(system, async (em) => this.store.turnStatusesAsSystem(em, system, now));
  }

  /** Erases the contacts of enterprises that have been out of the park since before the day, as if each had been asked for. Answers of how many enterprises. */
  async eraseContactsOfExitedAsSystem(requestId: string, parkId: string, before: Day): Promise<number> {
    const system = systemActor(requestId, [parkId]);
    let erased = 0;
    for (const id of await this.store.exitedWithContactsAsSystem(system, parkId, before)) {
      const now = this.clock.now();
      const done = await this.database.transact(system, async (em) => {
        const enterprise = await this.store.lock(em, system, id, now);
        // Meanwhile somebody may have erased them, or the enterprise may be back.
        if (enterprise === null || enterprise.contactsErasedAt !== null || enterprise.status !== 'exited' || enterprise.statusOn >= before) return false;
        await this.#erase(em, system, enterprise, null, now);
        return true;
      });
      if (done) erased += 1;
    }
    return erased;
  }

  async #erase(em: EntityManager, actor: Actor, enterprise: LockedEnterprise, reason: string | null, now: Date): Promise<void> {
    const { id, parkId, today } = enterprise;
    const count = (await this.store.contacts(em, actor, id)).length;
    await this.store.replaceContacts(em, enterprise, []);
    await this.answers.overwrite(em, parkId, id, { contacts: [] });
    await this.store.update(em, enterprise, { contactsErasedAt: now, updatedAt: now });
    const subject = { type: 'enterprise', id };
    await this.accessLog.record(em, actor, { action: 'contacts.erase', parkId, subject, at: now, reason });
    await this.journal.append(em, actor, { type: 'contacts.erased', parkId, subject, at: now, effectiveOn: today, data: { count } });
  }

  async #refuseTooFarBack(em: EntityManager, actor: Actor, parkId: string, on: Day, today: Day): Promise<void> {
    if (on >= today) return;
    const { policies } = await this.parks.settings(em, actor, parkId);
    const { backdateLimitDays: days } = policies.findLast((policy) => policy.effectiveFrom <= today)?.visits ?? DEFAULT_POLICY.visits;
    if (on < addDays(today, -days)) throw Problem.at('too-far-back', '/on', { days });
  }

  // A form that sends back the code it has read needs no second override.
  #newCode(actor: Actor, enterprise: LockedEnterprise, { uscc, usccOverride }: EnterpriseChange): Partial<Enterprise> {
    if (uscc === undefined || normaliseUscc(uscc) === enterprise.uscc) return {};
    return acceptUscc(actor, uscc, usccOverride);
  }

  /** A contact that stays as it was keeps its id and its age: links go only to those that have been unchanged for some days. */
  async #changeContacts(em: EntityManager, actor: Actor, { id, parkId }: LockedEnterprise, people: readonly Person[], now: Date): Promise<void> {
    const before = await this.store.contacts(em, actor, id);
    const rows = people.map((person, position): EnterpriseContact => {
      const same = before.findIndex((one) => one.name === person.name && one.title === person.title && one.phone === person.phone);
      const [kept] = same === -1 ? [] : before.splice(same, 1);
      return { id: kept?.id ?? newId(now), parkId, enterpriseId: id, position, ...person, changedAt: kept?.changedAt ?? now, changedBy: kept === undefined ? authorOf(actor) : kept.changedBy };
    });
    await this.store.replaceContacts(em, { id, parkId }, rows);
  }
}

type Person = Pick<EnterpriseContact, 'name' | 'title' | 'phone'>;

/** The cadre who enters something; null for a client. */
function authorOf(actor: Actor): string | null {
  return actor.kind === 'cadre' ? actor.id : null;
}

function acceptUscc(actor: Actor, text: string, override = false): { uscc: string; usccWarning: boolean } {
  if (override && !hasRole(actor, 'admin')) throw Problem.at('forbidden', '/usccOverride');
  const checked = checkUscc(text);
  if (checked.result === 'error') throw Problem.at('uscc-invalid', '/uscc', { reason: checked.fault });
  if (checked.result === 'warning' && !override) throw Problem.at('uscc-organisation-check', '/uscc');
  return { uscc: checked.uscc, usccWarning: checked.result === 'warning' };
}

function readContacts(contacts: readonly GivenContact[]): readonly Person[] {
  return contacts.map(({ name, title = null, phone = null }, index) => {
    const read = phone === null ? null : readPhone(phone);
    if (read === undefined) throw new Problem('malformed', { errors: [{ pointer: `/contacts/${index}/phone`, code: 'format', params: { expected: PHONE } }] });
    return { name, title, phone: read };
  });
}

/** The columns that a change gives values to; the code, the contacts and what is derived from the name are left to others. */
function columnsOf({ name, industryCode, address, location, contactPreference, tags }: EnterpriseChange): Partial<Enterprise> {
  const given = { name, industryCode, address, contactPreference, tags: tags && [...tags] };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(location === undefined ? {} : { locationLng: location?.lng ?? null, locationLat: location?.lat ?? null, locationDatum: location?.datum ?? null }),
  };
}

function fieldsOf(change: EnterpriseChange): string[] {
  return Object.entries(change).filter(([name, value]) => value !== undefined && name !== 'usccOverride').map(([name]) => name);
}
