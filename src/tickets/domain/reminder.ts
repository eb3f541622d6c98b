import type { Day } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import { LIFECYCLE, OTHER_ENTRIES } from './lifecycle';

/** 催办, and 督办 with a deadline of its own. */
export const REMINDER_KINDS = ['reminder', 'order'] as const;
export type ReminderKind = (typeof REMINDER_KINDS)[number];

/** Entries of a ticket that are a reminder, and which kind. */
export const REMINDING_ENTRIES: Readonly<Record<string, ReminderKind>> = { [LIFECYCLE.remind.entry]: 'reminder', [LIFECYCLE.order.entry]: 'order', [OTHER_ENTRIES['order-issued']]: 'order' };

/** Who deals with reminders. */
export interface Reminded {
  readonly cadreId: string;
  readonly supervisor: boolean;
}

/** Whether it was sent to them. What was sent to the department that assigns is any supervisor's. */
export function isAddressee({ cadreId }: { readonly cadreId: string | null }, me: Reminded): boolean {
  return cadreId === null ? me.supervisor : cadreId === me.cadreId;
}

/** One reply, by whom it was sent to. Problems: `forbidden`, `reminder-answered`. */
export function requireAnswerable(reminder: { readonly cadreId: string | null; readonly answered: boolean }, me: Reminded): void {
  if (!isAddressee(reminder, me)) throw new Problem('forbidden');
  if (reminder.answered) throw new Problem('reminder-answered');
}

/** There is a visit to be reminded of: it was due before today. Problem `visit-not-overdue`. */
export function requireOverdue(nextDueOn: Day | null, today: Day): Day {
  if (nextDueOn === null || nextDueOn >= today) throw Problem.at('visit-not-overdue', '/assignmentId');
  return nextDueOn;
}
