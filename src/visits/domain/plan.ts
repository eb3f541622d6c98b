import { addDays, type Day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';

export const PLAN_STATUSES = ['planned', 'declined', 'cancelled'] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** A plan further ahead than a quarter says nothing about who will come. */
export const PLAN_AHEAD_DAYS = 90;

/** Plans of others that lie no further apart are suggested for joining. */
export const JOIN_WITHIN_DAYS = 3;

/** The burden of an enterprise counts today and the 29 days before. */
export const BURDEN_DAYS = 30;

/** Problems at `/plannedOn`: `date-order` for a day that is over, `too-far-ahead`. */
export function requirePlannable(plannedOn: Day, today: Day): void {
  if (plannedOn < today) throw Problem.at('date-order', '/plannedOn', { later: 'plannedOn', earlier: today });
  if (plannedOn > addDays(today, PLAN_AHEAD_DAYS)) throw Problem.at('too-far-ahead', '/plannedOn', { days: PLAN_AHEAD_DAYS });
}

export interface OpenPlan {
  readonly plannerId: string;
  readonly status: PlanStatus;
  readonly members: readonly { readonly cadreId: string }[];
}

/** Problem `plan-closed` for a plan that no longer stands. */
export function requireOpen({ status }: Pick<OpenPlan, 'status'>): void {
  if (status !== 'planned') throw new Problem('plan-closed', { params: { status } });
}

/** Problems `plan-closed`, `plan-joined` for the planner and for who has joined before. */
export function requireJoinable(plan: OpenPlan, cadreId: string): void {
  requireOpen(plan);
  if (plan.plannerId === cadreId || plan.members.some((member) => member.cadreId === cadreId)) throw new Problem('plan-joined');
}
