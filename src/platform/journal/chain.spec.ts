import { createHash } from 'node:crypto';
import { type AppendedEntry, canHash, CHAIN_BEGINNING, type ChainPoint, followChain, type HashAlgorithm, hashOf, type SealedEntry } from './chain';

const entry: AppendedEntry = {
  id: '01950000-0000-7000-8000-000000000777', parkId: '01950000-0000-7000-8000-000000000001', position: 42, type: 'visit.recorded', recordedAt: '2026-03-02T01:30:00.123456Z',
  effectiveOn: '2026-03-02', actorKind: 'cadre', actorId: '01950000-0000-7000-8000-000000000101', subjectType: 'visit', subjectId: '01950000-0000-7000-8000-000000000888',
  data: '{"on": "2026-03-02", "days": 1.0}', requestId: 'r-1',
};
const sealedAt = '2026-03-02T01:30:01.000000Z';

function sealed(before: ChainPoint, appended: AppendedEntry, algorithm: HashAlgorithm = 'sha256'): SealedEntry {
  const seal = { number: before.number + 1, algorithm, sealedAt } as const;
  return { ...appended, ...seal, hash: hashOf(before.hash, appended, seal) };
}

function chainOf(length: number, algorithmOf: (number: number) => HashAlgorithm = () => 'sha256'): SealedEntry[] {
  const chain: SealedEntry[] = [];
  for (let number = 1; number <= length; number += 1) chain.push(sealed(chain.at(-1) ?? CHAIN_BEGINNING, { ...entry, id: `entry-${number}`, position: 10 * number }, algorithmOf(number)));
  return chain;
}

describe('the hash of an entry', () => {
  // Written out by hand, so that the form can not change unnoticed: names in the order of RFC 8785.
  const canonical = (algorithm: string): string =>
    `{"actorId":"01950000-0000-7000-8000-000000000101","actorKind":"cadre","algorithm":"${algorithm}","data":"{\\"on\\": \\"2026-03-02\\", \\"days\\": 1.0}","effectiveOn":"2026-03-02",`
    + '"form":1,"id":"01950000-0000-7000-8000-000000000777","number":1,"parkId":"01950000-0000-7000-8000-000000000001","position":42,"recordedAt":"2026-03-02T01:30:00.123456Z",'
    + '"requestId":"r-1","sealedAt":"2026-03-02T01:30:01.000000Z","subjectId":"01950000-0000-7000-8000-000000000888","subjectType":"visit","type":"visit.recorded"}';

  it.each([
    ['sha256', '00e4f4db7a626f1f5b02df15f2de4fc00a87383148f848a58591a562a9cfc237'],
    ['sm3', 'fad20f79915947d82d94bef1b8752684d386b6b23c8803f011ac5a5d2c77f485'],
  ] as const)('by %s is a known answer', (algorithm, known) => {
    const hash = hashOf(CHAIN_BEGINNING.hash, entry, { number: 1, algorithm, sealedAt });
    expect(hash).toEqual(createHash(algorithm).update(Buffer.alloc(32)).update(canonical(algorithm)).digest());
    expect(hash.toString('hex')).toBe(known);
  });

  // The examples of FIPS 180-4 and GB/T 32905-2016.
  it.each([
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sm3', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ] as const)('%s is what its standard says', (algorithm, digest) => {
    expect(canHash(algorithm)).toBe(true);
    expect(createHash(algorithm).update('abc').digest('hex')).toBe(digest);
  });

  it.each(Object.keys(entry) as (keyof AppendedEntry)[])('depends on %s', (field) => {
    const seal = { number: 1, algorithm: 'sha256', sealedAt } as const;
    const changed = { ...entry, [field]: field === 'position' ? 43 : `${entry[field]}x` };
    expect(hashOf(CHAIN_BEGINNING.hash, changed, seal)).not.toEqual(hashOf(CHAIN_BEGINNING.hash, entry, seal));
  });

  it('depends on the seal and on what lies before', () => {
    const seal = { number: 1, algorithm: 'sha256', sealedAt } as const;
    const hashes = [
      hashOf(CHAIN_BEGINNING.hash, entry, seal), hashOf(CHAIN_BEGINNING.hash, entry, { ...seal, number: 2 }), hashOf(CHAIN_BEGINNING.hash, entry, { ...seal, algorithm: 'sm3' }),
      hashOf(CHAIN_BEGINNING.hash, entry, { ...seal, sealedAt: '2026-03-02T01:30:01.000001Z' }), hashOf(Buffer.alloc(32, 1), entry, seal),
    ];
    expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(hashes.length);
  });
});

describe('following a chain', () => {
  const chain = chainOf(5);

  it('gets to its end, whole or in pieces', () => {
    expect(followChain(CHAIN_BEGINNING, chain, 5)).toEqual({ point: { number: 5, hash: chain[4]?.hash } });
    const { point } = followChain(CHAIN_BEGINNING, chain.slice(0, 2), 2);
    expect(followChain(point, chain.slice(2), 5)).toEqual({ point: { number: 5, hash: chain[4]?.hash } });
    expect(followChain(CHAIN_BEGINNING, [], 0)).toEqual({ point: CHAIN_BEGINNING });
  });

  it('goes on when the algorithm changes', () => {
    const mixed = chainOf(4, (number) => (number > 2 ? 'sm3' : 'sha256'));
    expect(followChain(CHAIN_BEGINNING, mixed, 4)).toEqual({ point: { number: 4, hash: mixed[3]?.hash } });
  });

  const [one, two, three, four, five] = chain as [SealedEntry, SealedEntry, SealedEntry, SealedEntry, SealedEntry];
  it.each<[string, SealedEntry[], object]>([
    ['an altered entry', [one, two, { ...three, actorId: 'another' }, four, five], { number: 3, entryId: 'entry-3', reason: 'altered' }],
    ['an altered hash', [one, two, { ...three, hash: Buffer.alloc(32) }, four, five], { number: 3, entryId: 'entry-3', reason: 'altered' }],
    ['an algorithm that nobody knows', [one, { ...two, algorithm: 'md5' }, three, four, five], { number: 2, entryId: 'entry-2', reason: 'altered' }],
    ['an entry hashed again: the one after it does not follow', [one, { ...sealed(one, { ...two, actorId: 'another' }) }, three, four, five], { number: 3, entryId: 'entry-3', reason: 'altered' }],
    ['a deleted entry', [one, two, four, five], { number: 3, entryId: null, reason: 'missing' }],
    ['a deleted first', [two, three, four, five], { number: 1, entryId: null, reason: 'missing' }],
    ['a deleted last', [one, two, three, four], { number: 5, entryId: null, reason: 'missing' }],
    ['all deleted', [], { number: 1, entryId: null, reason: 'missing' }],
    ['two swapped', [one, { ...three, number: 2 }, { ...two, number: 3 }, four, five], { number: 2, entryId: 'entry-3', reason: 'altered' }],
    ['one number twice', [one, two, { ...four, id: 'inserted', number: 2 }, three, four, five], { number: 2, entryId: 'inserted', reason: 'surplus' }],
  ])('finds %s', (_what, entries, broken) => {
    expect(followChain(CHAIN_BEGINNING, entries, 5).broken).toEqual(broken);
  });
});
