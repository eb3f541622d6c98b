import { Problem } from '../../src/kernel/problem';
import { isRetryable } from '../../src/platform/db/problems';
import { sideBySide } from '../../src/platform/db/database';

const databaseError = (code: string): Error => Object.assign(new Error('a database error'), { code, severity: 'ERROR' });
const broken = (): Error => new Error('Connection terminated unexpectedly');

describe('of several failures side by side', () => {
  const refusal = new Problem('reference-unknown');
  const failing = async (...reasons: readonly Error[]): Promise<unknown> => sideBySide(reasons.map(async (reason) => Promise.reject(reason))).then(() => 'nothing', (error: unknown) => error);

  it('one after which all may be tried again counts more than a refusal', async () => {
    const deadlock = databaseError('40P01');
    expect(await failing(refusal, deadlock)).toBe(deadlock);
    expect(isRetryable(deadlock)).toBe(true);
  });

  it.each([['55P03', databaseError('55P03')], ['57P01', databaseError('57P01')], ['a broken connection', broken()]])('trouble (%s) counts more than a refusal, which may have come of it', async (_name, trouble) => {
    expect(await failing(refusal, trouble)).toBe(trouble);
  });

  it('a refusal counts more than what only followed from a failure', async () => {
    expect(await failing(databaseError('25P02'), refusal)).toBe(refusal);
  });
});
