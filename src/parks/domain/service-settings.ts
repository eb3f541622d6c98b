import type { Day } from '../../kernel/day';
import type { Policy } from './policy';

/** The settings of a park that bind its tickets. */
export interface ServiceSettings {
  readonly id: string;
  readonly code: string;
  readonly zone: string;
  /** Ascending by `effectiveFrom`. */
  readonly policies: readonly ({ readonly effectiveFrom: Day } & Pick<Policy, 'tickets' | 'escalation'>)[];
  /** Ascending by the instant at which they were added. */
  readonly hours: readonly { readonly createdAt: Date; readonly effectiveFrom: Day; readonly windows: readonly (readonly [string, string])[] }[];
  /** The department that answers for tickets that nobody has been given. */
  readonly assigningDepartmentId: string | null;
}
