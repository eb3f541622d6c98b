import { createSecretKey, randomBytes } from 'node:crypto';
import { NONCE_BYTES, openReporter, sealReporter } from './reporter-seal';

const key = createSecretKey(randomBytes(32));
const reporter = { name: '罗梓萱', contact: '13800138000' };
const seal = (given: { name: string; contact: string | null } = reporter, report = 'r-1'): Buffer => sealReporter(key, report, given, randomBytes(NONCE_BYTES));

describe('who reported', () => {
  it.each([reporter, { name: '无联系方式', contact: null }, { name: '长'.repeat(50), contact: '址'.repeat(200) }])('is read with the key: %j', (given) => {
    expect(openReporter(key, 'r-1', seal(given))).toEqual(given);
  });

  it('shows neither in what is kept, nor how long it is, nor that two are the same', () => {
    const [one, other] = [seal(), seal()];
    expect(one.includes('13800138000')).toBe(false);
    expect(one.length).toBe(seal({ name: '王五', contact: null }).length);
    expect(one).not.toEqual(other);
  });

  it('is not read under another key, in another report, or altered', () => {
    const sealed = seal();
    expect(() => openReporter(createSecretKey(randomBytes(32)), 'r-1', sealed)).toThrow();
    expect(() => openReporter(key, 'r-2', sealed)).toThrow();
    sealed[40] = (sealed[40] ?? 0) ^ 1;
    expect(() => openReporter(key, 'r-1', sealed)).toThrow();
  });
});
