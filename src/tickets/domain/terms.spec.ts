import { DEFAULT_POLICY } from '../../parks/domain/policy';
import { termsOf } from './terms';

const workingDays = (amount: number) => ({ unit: 'workingDays', amount } as const);
const guide = { respondWithin: { unit: 'hours', amount: 2 }, resolveWithin: { unit: 'days', amount: 20 } } as const;

it('are the park’s policy where no guide item fits', () => {
  expect(termsOf(DEFAULT_POLICY, undefined)).toEqual({
    assignWithin: { unit: 'workingHours', amount: 4 }, respondWithin: workingDays(1), resolveWithin: workingDays(5), returnWithin: workingDays(1), reworkWithin: workingDays(5), waitWithin: workingDays(10),
    confirmWithin: workingDays(5), callWithin: workingDays(1), level2After: workingDays(3), level3After: workingDays(5), orderWithin: workingDays(3), questionAfter: { unit: 'days', amount: 28 },
    reopenWithin: { unit: 'days', amount: 30 }, reopenAfterQuestion: workingDays(10), reviewWithinDays: 90, extensionsPerCycle: 2,
  });
});

it('are the guide’s for respond and resolve alone', () => {
  expect(termsOf(DEFAULT_POLICY, guide)).toEqual({ ...termsOf(DEFAULT_POLICY, undefined), ...guide });
});
