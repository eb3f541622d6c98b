import { createSecretKey } from 'node:crypto';
import { hashOfSecret, type LiveSecret, planRotation, secretOf } from './client-secret';

const secret = (id: string, slot: number, created: number, used?: number): LiveSecret => ({ id, slot, createdAt: new Date(created), lastUsedAt: used === undefined ? null : new Date(used) });

describe('a rotation', () => {
  it.each([
    ['a client that has none', [], undefined, [], 1],
    ['one secret', [secret('a', 1, 10)], 'a', [], 2],
    ['one secret in the second place', [secret('a', 2, 10, 11)], 'a', [], 1],
    ['two, of which the newer is used: the older ends', [secret('a', 1, 10, 20), secret('b', 2, 15, 30)], 'b', ['a'], 1],
    ['two, of which the newer never arrived: it ends', [secret('a', 1, 10, 20), secret('b', 2, 15)], 'a', ['b'], 2],
    ['two that nobody has used: the older ends', [secret('a', 1, 10), secret('b', 2, 15)], 'b', ['a'], 1],
  ])('of %s', (_what, live, kept, ended, slot) => {
    const plan = planRotation(live);
    expect({ kept: plan.kept?.id, ended: plan.ended.map(({ id }) => id), slot: plan.slot }).toEqual({ kept, ended, slot });
  });
});

describe('what is kept of a secret', () => {
  const key = createSecretKey(Buffer.alloc(32, 1));
  const text = secretOf(Buffer.alloc(32, 7));

  it('is another one for another client, another installation and another secret', () => {
    const hashes = [[key, 'one', text], [key, 'two', text], [createSecretKey(Buffer.alloc(32, 2)), 'one', text], [key, 'one', secretOf(Buffer.alloc(32, 8))]] as const;
    expect(new Set(hashes.map(([under, client, secret]) => hashOfSecret(under, client, secret)?.toString('hex'))).size).toBe(4);
  });

  it.each(['', 'slc_', text.slice(4), `${text}A`, text.replace('slc_', 'SLC_'), 'x'.repeat(100_000)])('is nothing for what is no secret', (given) => {
    expect(hashOfSecret(key, 'one', given)).toBeUndefined();
  });
});
