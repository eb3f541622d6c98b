import type { LimitUnit } from '../../kernel/limit';
import { Choice, Whole } from './fields';

const UNITS: readonly LimitUnit[] = ['workingDays', 'days', 'workingHours', 'hours'];

/** A time limit, as `kernel/limit.ts` reads it. */
export class LimitBody {
  @Choice({ description: 'Unit of the limit.', of: UNITS }) unit: LimitUnit;
  @Whole({ description: 'How many.', min: 1, max: 1000, example: 5 }) amount: number;
}
