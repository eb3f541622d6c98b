import { addDays, type Day, minDay } from '../../kernel/day';

export const ENTERPRISE_STATUSES = ['signed', 'under_construction', 'in_production', 'suspended', 'exited'] as const;
export type EnterpriseStatus = (typeof ENTERPRISE_STATUSES)[number];

/** A status from a day on, until the next one's day. */
export interface StatusFact {
  readonly status: EnterpriseStatus;
  readonly on: Day;
}

/** What holds on a day, and the change that lies ahead of it. */
export interface StatusStanding {
  readonly status: EnterpriseStatus;
  readonly statusOn: Day;
  readonly nextStatus: EnterpriseStatus | null;
  readonly nextStatusOn: Day | null;
}

export type StatusChange<F extends StatusFact> =
  | { readonly refused: 'exited'; readonly on: Day }
  | { readonly refused: 'unchanged' }
  | { readonly refused?: never; readonly replaced: readonly F[]; readonly before: EnterpriseStatus; readonly standing: StatusStanding };

/**
 * A change of status from a day on, against the facts that stand (ascending by `on`). From that day on nothing that was recorded
 * before holds any more, and one change at most lies ahead of today: a new one takes the place of the one that was. So the status
 * in force withdraws a change that lies ahead. An exit that has come is final.
 */
export function changeStatus<F extends StatusFact>(facts: readonly F[], change: StatusFact, today: Day): StatusChange<F> {
  const inForce = facts.findLast((fact) => fact.on <= today);
  if (inForce?.status === 'exited') return { refused: 'exited', on: inForce.on };
  const replacedFrom = minDay(change.on, addDays(today, 1));
  const kept = facts.filter((fact) => fact.on < replacedFrom);
  const replaced = facts.filter((fact) => fact.on >= replacedFrom);
  if (saysNothingNew(kept.at(-1), replaced, change)) return { refused: 'unchanged' };
  const before = facts.findLast((fact) => fact.on <= change.on) ?? facts[0];
  return { replaced, before: before?.status ?? change.status, standing: standingOn([...kept, change], today) };
}

/** What holds on a day. Before the first fact, the first one holds. */
export function standingOn(facts: readonly StatusFact[], today: Day): StatusStanding {
  const current = facts.findLast((fact) => fact.on <= today) ?? facts[0];
  if (current === undefined) throw new RangeError('an enterprise has a status from its registration on');
  const ahead = facts.find((fact) => fact.on > today && fact !== current);
  return { status: current.status, statusOn: current.on, nextStatus: ahead?.status ?? null, nextStatusOn: ahead?.on ?? null };
}

function saysNothingNew(last: StatusFact | undefined, replaced: readonly StatusFact[], change: StatusFact): boolean {
  const begins = last?.status === change.status || replaced[0]?.on === change.on;
  return begins && replaced.every((fact) => fact.status === change.status);
}
