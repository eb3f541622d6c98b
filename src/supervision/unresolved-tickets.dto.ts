import { CATEGORY_FORM } from '../guide/domain/categories';
import type { Day } from '../kernel/day';
import { Choice, DayField, Flag, Id, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import { STATES, type State } from '../tickets/domain/lifecycle';
import { UNRESOLVED_SORTS, type UnresolvedSort } from '../tickets/domain/words';

/** The filters of `GET /tickets`, but for `open`: these are. */
export class UnresolvedTicketsQuery extends PageQuery {
  @Choice({ description: '`overdue`: the most overdue first, when left out. `registered`: the oldest number first.', of: UNRESOLVED_SORTS, optional: true }) sort?: UnresolvedSort;
  @Flag({ description: 'Only those whose next deadline has passed.', optional: true, query: true }) overdueOnly?: boolean;
  @Choice({ description: 'In this state.', of: STATES, optional: true }) status?: State;
  @Flag({ description: 'Only those with a breach on record, or only the others.', optional: true, query: true }) breached?: boolean;
  @Id({ description: 'Of this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Handled by this cadre.', optional: true }) handlerId?: string;
  @Id({ description: 'With this department.', optional: true }) departmentId?: string;
  @Id({ description: 'Raised in this visit.', optional: true }) visitId?: string;
  @Text({ description: 'Of this category.', max: 40, pattern: CATEGORY_FORM, optional: true, example: 'power' }) category?: string;
  @Whole({ description: 'At this level of linkage.', min: 0, max: 3, optional: true, query: true }) level?: number;
  @DayField({ description: 'Raised on this day of the park or later; where nobody said when, registered.', optional: true }) raisedFrom?: Day;
  @DayField({ description: 'Raised on this day of the park or earlier.', optional: true }) raisedTo?: Day;
  @Text({ description: 'A part of the title or description, two characters or more, or a number.', max: 100, optional: true, example: '闪断' }) q?: string;
}
