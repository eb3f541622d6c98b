import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CadresService } from '../cadres/cadres.service';
import { limitsFor } from '../guide/domain/guide';
import { GuideService } from '../guide/guide.service';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import type { LimitWorld, Moment } from '../kernel/limit';
import { found, Problem } from '../kernel/problem';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import type { Once } from '../platform/db/once';
import { levelNotUnderstood, partiesOf, raisedLevel, requireAhead, requireNextReply, requireOutcome, requireReviewDate, requireStep, requireSurvivor, requireUnitOf } from './domain/guards';
import type { Happening, Terms } from './domain/happening';
import { named } from './domain/history';
import type { Step } from './domain/lifecycle';
import { termsOf } from './domain/terms';
import type { Ticket } from './domain/ticket';
import { personOf, readerOf, TICKET_STAFF } from './domain/ticket-access';
import { type Deed, type Desk, type HeldTicket, policyOn, TicketBook } from './ticket-book.service';
import type { Words } from './ticket-event.entity';
import type { StepBodies } from './ticket-steps.dto';
import { type RowChange, type TicketRow, TicketsStore, type TicketView } from './tickets.store';

/** A step of one ticket, and the version that whoever takes it has read. */
export interface TakenStep<S extends Step> {
  readonly id: string;
  readonly step: S;
  readonly body: StepBodies[S];
  readonly version?: number | undefined;
  readonly now: Date;
}

type HeldCadre = Awaited<ReturnType<CadresService['holdCadres']>>[number];

/** A step that is being taken: everything that it may look at. */
interface Scene {
  readonly em: EntityManager;
  readonly actor: Actor;
  readonly parkId: string;
  readonly desk: Desk;
  readonly row: TicketRow;
  readonly ticket: Ticket;
  readonly when: Moment;
  readonly world: LimitWorld;
  /** The ticket that the body names beside this one, held as well. */
  readonly other: HeldTicket | undefined;
}

/** What a step comes to. */
interface Doing {
  readonly what: Happening;
  readonly words?: Words;
  readonly change?: RowChange;
  readonly data?: Deed['data'];
}

type Doings = { readonly [S in Step]: (scene: Scene, body: StepBodies[S]) => Doing | Promise<Doing> };

/** Takes the steps of the table: what each needs beside its state and its party, and what it says. */
@Injectable()
export class TicketSteps {
  readonly #doings: Doings = {
    'assign': async (scene, body) => this.#responsible('assign', scene, body),
    'reassign': async (scene, body) => ({ ...await this.#responsible('reassign', scene, body), words: { reason: body.reason } }),
    'accept': () => ({ what: { type: 'accept' } }),
    'return': (_scene, { reason }) => ({ what: { type: 'return' }, words: { reason } }),
    'answer': ({ ticket, when }, { kind, nextReplyOn, ...words }) => {
      requireNextReply(nextReplyOn, ticket, when);
      return { what: { type: 'answer', kind, nextReplyOn }, words: { ...words } };
    },
    'request-material': (_scene, body) => ({ what: { type: 'request-material' }, words: { ...body } }),
    'receive-material': (_scene, body) => {
      refuseAttachments(body.attachmentIds);
      return { what: { type: 'receive-material' }, words: { ...body } };
    },
    'explain': ({ ticket, when, world }, { reviewOn, ...words }) => {
      requireReviewDate(reviewOn, 'explain', ticket, when, world);
      return { what: { type: 'explain', reviewOn }, words: { ...words } };
    },
    'acknowledge': ({ ticket }, { understood, ...words }) => ({ what: { type: 'acknowledge', understood, level: understood ? undefined : levelNotUnderstood(ticket) }, words }),
    'defer': ({ ticket, when, world }, { reviewOn, reason }) => {
      requireReviewDate(reviewOn, 'defer', ticket, when, world);
      return { what: { type: 'defer', reviewOn }, words: { reason } };
    },
    'resume': (_scene, { reason }) => ({ what: { type: 'resume' }, words: { reason } }),
    'resolve': ({ ticket }, { outcome, ...words }) => {
      requireOutcome(ticket, { outcome, ...words });
      return { what: { type: 'resolve', outcome }, words: { ...words } };
    },
    'confirm': (_scene, { grade, ...words }) => ({ what: { type: 'confirm', grade }, words }),
    'reopen': async (scene, body) => this.#reopen(scene, body),
    'withdraw': ({ actor }, { reason, askedBy }) => ({
      what: { type: 'withdraw', recordedBy: actor.kind === 'cadre' ? actor.id : null }, words: { reason, askedBy }, change: { withdrawnFor: askedBy },
    }),
    'merge': ({ row, other }, { intoId, reason }) => {
      if (other === undefined) throw Problem.at('reference-unknown', '/intoId', { what: 'ticket' });
      requireSurvivor({ id: row.id, enterpriseId: row.enterpriseId, registeredAt: row.createdAt }, { id: other.row.id, enterpriseId: other.row.enterpriseId, registeredAt: other.row.createdAt, state: other.told.ticket.state });
      return { what: { type: 'merge', intoId }, words: { reason } };
    },
    'record-call': async (scene, body) => this.#recordCall(scene, body),
    'recategorise': async (scene, body) => this.#sort(scene, body),
    'request-extension': ({ ticket }, { limit, reason }) => {
      requireUnitOf(ticket, limit);
      return { what: { type: 'request-extension', limit: { unit: limit.unit, amount: limit.amount } }, words: { reason } };
    },
    'decide-extension': ({ ticket }, { granted, reason }) => ({ what: { type: 'decide-extension', granted: granted ? ticket.extensionAsked : undefined }, words: { reason } }),
    'escalate': ({ ticket }, { level, reason }) => ({ what: { type: 'escalate', level: raisedLevel(ticket, level) }, words: { reason } }),
    'name-lead': async (scene, { leadId }) => {
      await this.#requireAble(scene, leadId, '/leadId');
      return { what: { type: 'name-lead', leadId } };
    },
    'remind': (_scene, { text }) => ({ what: { type: 'remind' }, words: { text } }),
    'order': ({ when }, { text, dueOn }) => {
      requireAhead(dueOn, '/dueOn', when.on);
      return { what: { type: 'order', dueOn }, words: { text } };
    },
    'set-aside-grade': (_scene, { reason }) => ({ what: { type: 'set-aside-grade' }, words: { reason } }),
  };

  constructor(
    private readonly store: TicketsStore, private readonly book: TicketBook, private readonly cadres: CadresService, private readonly guide: GuideService, private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a step, if the ticket as it is now lets this actor take it. Problems: `not-found`, `step-not-open`, `forbidden`, `stale`, and those of
   * the step itself.
   */
  async take<S extends Step>(actor: Actor, id: string, step: S, body: StepBodies[S], version?: number, once?: Once<TicketView>): Promise<TicketView> {
    return this.database.transact(actor, async (em) => this.takeIn(em, actor, { id, step, body, version, now: this.clock.now() }), once);
  }

  /** The same in the caller's transaction, at an instant: now, unless history is loaded. */
  async takeIn<S extends Step>(em: EntityManager, actor: Actor, { id, step, body, version, now }: TakenStep<S>): Promise<TicketView> {
    const parkId = found(await this.store.parkOf(em, actor, id));
    const intoId = 'intoId' in body ? body.intoId : undefined;
    const { desk, held } = await this.book.hold(em, actor, parkId, intoId === undefined ? [id] : [id, intoId], now, readerOf(actor, now));
    const own = found(held.find(({ row }) => row.id === id));
    if (version !== undefined && version !== own.row.version) throw new Problem('stale');
    const { ticket } = own.told;
    const when = this.book.moment(own, desk, now);
    const { world } = named(own.told.world, desk.worlds);
    requireStep(step, ticket, partiesOf(ticket, personOf(actor)), when, world);
    const other = held.find(({ row }) => row.id === intoId);
    const doing = await this.#doings[step]({ em, actor, parkId, desk, row: own.row, ticket, when, world, other }, body);
    const after = await this.book.record(em, actor, desk, own, { ...doing, by: byOf(actor) }, now);
    return this.book.view(actor, doing.what.type === 'merge' ? answeredBy(after, other) : after, desk, now);
  }

  async #responsible(type: 'assign' | 'reassign', scene: Scene, { handlerId, collaboratorIds = [] }: { handlerId: string; collaboratorIds?: readonly string[] }): Promise<Doing> {
    if (collaboratorIds.includes(handlerId)) throw new Problem('malformed', { errors: [{ pointer: '/collaboratorIds', code: 'repeated' }] });
    const { departmentId } = await this.#requireAble(scene, handlerId, '/handlerId');
    for (const [index, id] of [...collaboratorIds].entries()) await this.#requireAble(scene, id, `/collaboratorIds/${index}`);
    return { what: { type, handlerId, collaboratorIds: [...collaboratorIds] }, change: { departmentId } };
  }

  /** Problems: `reference-unknown`, `cadre-inactive`, `role-missing`. */
  async #requireAble({ em, actor, parkId }: Scene, id: string, pointer: string): Promise<{ departmentId: string }> {
    const cadre = await this.cadres.requireActiveCadre(em, actor, parkId, id, pointer);
    if (!isStaff(cadre)) throw Problem.at('role-missing', pointer, { role: TICKET_STAFF.join(', ') });
    return cadre;
  }

  async #reopen(scene: Scene, { reason, source }: StepBodies['reopen']): Promise<Doing> {
    const { actor, desk } = scene;
    if (actor.kind === 'cadre' && source === undefined) throw Problem.at('reason-required', '/source');
    const { handler, collaboratorIds } = await this.#stillThere(scene);
    return {
      what: { type: 'reopen', handlerId: handler?.id ?? null, collaboratorIds, terms: await this.#termsNow(scene) }, words: { reason, ...(source === undefined ? {} : { source }) },
      change: { departmentId: handler?.departmentId ?? desk.settings.assigningDepartmentId },
    };
  }

  async #recordCall(scene: Scene, { reached, said, denied = false }: StepBodies['record-call']): Promise<Doing> {
    const again = denied && reached && scene.ticket.state === 'withdrawn';
    if (denied && !again) throw Problem.at('rule-refused', '/denied');
    const words = { said };
    if (!again) return { what: { type: 'record-call', reached }, words };
    return { what: { type: 'record-call', reached, denied: await this.#termsNow(scene) }, words, change: { departmentId: scene.desk.settings.assigningDepartmentId } };
  }

  /**
   * Of those who were on the ticket, who can go on with it; nobody deactivates them until the transaction ends. Without its handler nobody goes on. Nobody is refused
   * here for a recusal: what goes on without its handler goes back to the department that assigns.
   */
  async #stillThere({ em, actor, parkId, ticket, row }: Scene): Promise<{ handler: HeldCadre | undefined; collaboratorIds: string[] }> {
    if (ticket.handlerId === null) return { handler: undefined, collaboratorIds: [] };
    const there: HeldCadre[] = [];
    for (const cadre of await this.cadres.holdCadres(em, actor, parkId, [ticket.handlerId, ...ticket.collaboratorIds], '/handlerId')) {
      if (isAble(cadre) && !(await this.store.isRecused(em, parkId, cadre.id, row.enterpriseId))) there.push(cadre);
    }
    const handler = there.find(({ id }) => id === ticket.handlerId);
    return { handler, collaboratorIds: handler === undefined ? [] : there.filter((one) => one !== handler).map(({ id }) => id) };
  }

  /** A new cycle is bound by the guide version and the policy then in force. */
  async #termsNow({ em, actor, parkId, desk, row, when }: Scene): Promise<Terms> {
    const item = row.guideItemId === null ? undefined : await this.guide.inForce(em, actor, { parkId, guideItemId: row.guideItemId, on: when.on });
    return termsOf(policyOn(desk, when.on), item === undefined ? undefined : limitsFor(item, row.priority));
  }

  /** The version in force when the cycle began counts; for an item that is younger, the one in force now. An item that was retired is none to name; a ticket that has it goes on by the default. */
  async #sort({ em, actor, parkId, desk, row, ticket, when }: Scene, { category = row.category, guideItemId: wanted, priority = row.priority, reason }: StepBodies['recategorise']): Promise<Doing> {
    const guideItemId = wanted === undefined ? row.guideItemId : wanted;
    if (category !== row.category) await requireCategory(this.guide, em, actor, parkId, category, when.on);
    const begun = ticket.clocks.find(({ cycle, kind }) => cycle === ticket.cycle && kind === 'resolve')?.started.on ?? when.on;
    const item = guideItemId === null ? undefined
      : await this.guide.inForce(em, actor, { parkId, guideItemId, on: begun }) ?? await this.guide.inForce(em, actor, { parkId, guideItemId, on: when.on });
    if (typeof wanted === 'string' && item === undefined) throw Problem.at('reference-unknown', '/guideItemId', { what: 'guide item' });
    const { respondWithin, resolveWithin } = termsOf(policyOn(desk, begun), item === undefined ? undefined : limitsFor(item, priority));
    return {
      what: { type: 'recategorise', respondWithin, resolveWithin }, words: { reason, category, priority, guideItemId }, change: { category, guideItemId, priority },
      data: { category, priority, guideItemId },
    };
  }
}

/** Answers of the survivor count for what was merged into it. */
function answeredBy(merged: HeldTicket, survivor: HeldTicket | undefined): HeldTicket {
  const [own, its] = [merged.row.lastAnswerAt, survivor?.row.lastAnswerAt ?? null];
  return { ...merged, row: { ...merged.row, lastAnswerAt: own === null || (its !== null && its > own) ? its : own } };
}

function isAble(cadre: HeldCadre): boolean {
  return cadre.active && isStaff(cadre);
}

function isStaff({ roles }: HeldCadre): boolean {
  return roles.some((role) => (TICKET_STAFF as readonly string[]).includes(role));
}

/** Problem `category-unknown`. */
export async function requireCategory(guide: GuideService, em: EntityManager, actor: Actor, parkId: string, category: string, on: Day, pointer = '/category'): Promise<void> {
  if (!(await guide.categoriesOf(em, actor, parkId, on)).includes(category)) throw Problem.at('category-unknown', pointer);
}

/** Files come by way of uploads, of which there are none that an id could name. */
export function refuseAttachments(ids: readonly string[] | undefined): void {
  if (ids !== undefined && ids.length > 0) throw Problem.at('reference-unknown', '/attachmentIds', { what: 'upload' });
}

/** Who did it, as an event keeps it. */
export function byOf(actor: Actor): Deed['by'] {
  if (actor.kind === 'enterprise' || actor.kind === 'system') return { actorKind: actor.kind, cadreId: null, clientId: null };
  return actor.kind === 'cadre' ? { actorKind: 'cadre', cadreId: actor.id, clientId: null } : { actorKind: 'client', cadreId: null, clientId: actor.id };
}
