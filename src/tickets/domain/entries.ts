import type { Day } from '../../kernel/day';
import type { Happening } from './happening';
import type { KnownWorld, Recorded } from './history';
import { LIFECYCLE, OTHER_ENTRIES, type Step } from './lifecycle';
import { momentAfter, type Ticket } from './ticket';

type Value = string | number | boolean | null | readonly string[];
type Data = Readonly<Record<string, Value>>;

/** The journal's entry type of what happened. */
export function entryTypeOf(type: Happening['type']): string {
  return type in OTHER_ENTRIES ? OTHER_ENTRIES[type as keyof typeof OTHER_ENTRIES] : LIFECYCLE[type as Step].entry;
}

/** What the journal says of it beside which ticket it was and how it stands now: ids, codes, dates and numbers. */
export function entryDataOf(event: Recorded, after: Ticket, { world }: KnownWorld): Data {
  switch (event.type) {
    case 'assign':
    case 'reassign':
      return { handlerId: event.handlerId, collaboratorIds: event.collaboratorIds };
    case 'answer':
      return { kind: event.kind, nextReplyOn: event.nextReplyOn ?? null };
    case 'explain':
    case 'defer':
      return { reviewOn: event.reviewOn };
    case 'acknowledge':
      return { understood: event.understood, ...(event.level === undefined ? {} : { level: event.level }) };
    case 'resolve':
      return { outcome: event.outcome };
    case 'confirm':
      return { grade: event.grade, ...closingIn(after) };
    case 'merge':
      return { intoId: event.intoId };
    case 'record-call':
      return { reached: event.reached, denied: event.denied !== undefined };
    case 'request-extension':
      return { unit: event.limit.unit, amount: event.limit.amount };
    case 'decide-extension':
      return { granted: event.granted !== undefined };
    case 'escalate':
      return { level: event.level };
    case 'name-lead':
      return { leadId: event.leadId };
    case 'order':
      return { dueOn: event.dueOn };
    case 'order-issued':
      return { dueOn: orderDueOn(event, after, world) };
    case 'level-raised':
    case 'level-closed':
      return { level: event.level };
    case 'breached':
    case 'ran-out': {
      const clock = after.clocks.find(({ no }) => no === event.clock);
      return { clock: clock?.kind ?? '', ...(event.type === 'ran-out' ? closingIn(after) : {}), ...(event.type === 'breached' ? { responsibleId: clock?.breach?.responsibleId ?? null } : {}) };
    }
    case 'recalculated':
      return { calendar: event.world };
    default:
      return {};
  }
}

function closingIn({ closing }: Ticket): Data {
  return closing === undefined ? {} : { closing };
}

/** When the order that the system issues must be answered. */
export function orderDueOn(event: Recorded, { terms }: Pick<Ticket, 'terms'>, world: KnownWorld['world']): Day {
  return momentAfter(terms.orderWithin, event, world).on;
}
