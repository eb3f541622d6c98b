import { type Order, type Page, PageQuery, pageOf } from './page';

interface Item { readonly at: string; readonly no: number }
const item = (at: string, no = 1): Item => ({ at, no });
const BY_TIME: Order<Item> = { types: ['string', 'number'], keyOf: ({ at, no }) => [at, no] };
const ask = (given: Partial<PageQuery>): PageQuery => Object.assign(new PageQuery(), given);
const page = (items: readonly Item[], given: Partial<PageQuery> = {}, list = 'items', order = BY_TIME): Page<Item> => pageOf(items, ask(given), list, order);

describe('a page of what is read whole', () => {
  const all = [item('b'), item('d'), item('f', 2), item('f', 10), item('h')];

  it('is in the order of the keys, texts as texts and numbers as numbers', () => {
    expect(page(all.toReversed()).items).toEqual(all);
  });

  it.each<[string, readonly Item[], readonly Item[]]>([
    ['nothing changes', all, [item('f', 2), item('f', 10), item('h')]],
    ['one comes to stand before the page', [item('a'), item('c'), ...all], [item('f', 2), item('f', 10), item('h')]],
    ['one comes to stand behind it', [...all, item('e'), item('g')], [item('e'), item('f', 2), item('f', 10), item('g'), item('h')]],
    ['one comes to stand within an instant', [...all, item('f', 1), item('d', 0)], [item('f', 1), item('f', 2), item('f', 10), item('h')]],
    ['the last of the page goes', [item('b'), item('f', 2), item('f', 10), item('h')], [item('f', 2), item('f', 10), item('h')]],
    ['all before goes', [item('h')], [item('h')]],
    ['all behind goes', [item('b')], []],
  ])('goes on behind the last one shown: %s', (_what, later, expected) => {
    const { items, nextCursor } = page(all, { limit: 2 });
    expect(items).toEqual([item('b'), item('d')]);
    expect(page(later, { cursor: nextCursor ?? '', limit: 50 })).toEqual({ items: expected, nextCursor: null });
  });

  it('counts what there is, wherever it is', () => {
    const { nextCursor } = page(all, { limit: 4 });
    expect(page(all, { cursor: nextCursor ?? '', count: true })).toEqual({ items: [item('h')], nextCursor: null, total: 5 });
  });

  it.each<[string, string, Order<Item>]>([
    ['of another list', 'others', BY_TIME],
    ['of a key with less in it, as when places were counted', 'items', { types: ['number'], keyOf: ({ no }) => [no] }],
    ['of a key with something else in it', 'items', { types: ['number', 'number'], keyOf: ({ no }) => [no, no] }],
  ])('takes no cursor %s', (_what, list, order) => {
    const { nextCursor } = page(all, { limit: 2 }, list, order);
    expect(() => page(all, { cursor: nextCursor ?? '' })).toThrow(expect.objectContaining({ code: 'cursor-invalid' }) as Error);
  });
});
