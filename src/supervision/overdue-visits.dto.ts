import { Choice, Id, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';

export class OverdueVisitsQuery extends PageQuery {
  @Id({ description: 'Of this cadre.', optional: true }) cadreId?: string;
  @Id({ description: 'Of this department’s cadres.', optional: true }) departmentId?: string;
  @Choice({ description: 'In this capacity.', of: ['officer', 'leader'], optional: true }) capacity?: 'officer' | 'leader';
  @Whole({ description: 'At least so many days overdue; 1 when left out.', min: 1, max: 3660, optional: true, query: true }) minDays?: number;
  @Whole({ description: 'Instead also those that are due within so many days, today being 0.', min: 0, max: 366, optional: true, query: true, example: 3 }) dueWithinDays?: number;
}
