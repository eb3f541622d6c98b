import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataSchema, faultsOf } from './event-data';
import { eventTable } from './event-document';
import { entryTypeOf, EVENT_TYPES, eventName, findByEntryType, findByName, nameOfEntryType } from './event-types';

const SOURCES = join(__dirname, '../..');
// Words of the same form that are no entries: actions of the access log, causes of a judgement, parts of SQL, a file, an event of a library.
const NO_ENTRIES = ['contacts.reveal', 'contacts.erase', 'demo.loaded', 'here.today', 'token-key.pem', 'grant.error'];

/** Every text in the sources of the features, but for integrity whose entries are a chain of their own that nobody is told of, that looks like the type of an entry, with the files in which it stands. */
function typesInSources(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !/^(platform|kernel|portal|integrity)\//.test(file) && file.includes('/'));
  for (const file of files) {
    for (const [, text = ''] of readFileSync(join(SOURCES, file), 'utf8').matchAll(/'([a-z]{3,}(?:-[a-z]+)*\.[a-z]{3,}(?:_[a-z]+)*(?:\.v\d+)?)'/g)) found.set(text, [...(found.get(text) ?? []), file]);
  }
  return found;
}

it('knows every type that the sources name', () => {
  const unknown = [...typesInSources()].filter(([text]) => findByEntryType(text) === undefined && !NO_ENTRIES.includes(text));
  expect(unknown).toEqual([]);
});

it('describes no type that nobody writes', () => {
  const written = typesInSources();
  expect(EVENT_TYPES.map(entryTypeOf).filter((type) => !written.has(type))).toEqual([]);
});

it('names each type once, and finds it by either name', () => {
  expect(new Set(EVENT_TYPES.map(eventName)).size).toBe(EVENT_TYPES.length);
  for (const type of EVENT_TYPES) expect([findByName(eventName(type)), findByEntryType(entryTypeOf(type))]).toEqual([type, type]);
});

it('says the version of a type in its name', () => {
  expect([entryTypeOf({ entry: 'visit.logged', version: 1 }), entryTypeOf({ entry: 'visit.logged', version: 2 })]).toEqual(['visit.logged', 'visit.logged.v2']);
  expect(['visit.logged', 'visit.logged.v2', 'visit.logged.v12'].map(nameOfEntryType)).toEqual(['service-ledger.visit.logged.v1', 'service-ledger.visit.logged.v2', 'service-ledger.visit.logged.v12']);
});

it('speaks both languages', () => {
  for (const { en, zh } of EVENT_TYPES) expect([/^[A-Z].*\.$/.test(en), /[\u4e00-\u9fff].*。$/.test(zh)]).toEqual([true, true]);
});

it('is what docs/integration.md says', () => {
  const page = readFileSync(join(SOURCES, '../docs/integration.md'), 'utf8');
  // `npm run -s build && npm run -s events` prints the table.
  expect(page).toContain(`\n${eventTable()}\n`);
});

describe('data', () => {
  const fields = { id: { kind: 'id', description: '' }, on: { kind: 'day', description: '', nullable: true }, fields: { kind: 'codes', description: '', optional: true } } as const;

  it.each([
    [{ id: '01950000-0000-7000-8000-000000000001', on: null }, []],
    [{ id: '01950000-0000-7000-8000-000000000001', on: '2026-03-02', fields: ['name'] }, []],
    [{ on: '2026-03-02' }, ['id is missing']],
    [{ id: null, on: null }, ['id is no id']],
    [{ id: '01950000-0000-7000-8000-000000000001', on: 'today', fields: ['了解生产情况'], more: 1 }, ['more is not described', 'on is no day', 'fields is no codes']],
  ])('%j: %j', (data, faults) => {
    expect(faultsOf(fields, data)).toEqual(faults);
  });

  it('has a JSON schema', () => {
    expect(dataSchema(fields)).toMatchObject({ type: 'object', required: ['id', 'on'], properties: { id: { type: 'string', format: 'uuid' }, on: { type: ['string', 'null'] }, fields: { type: 'array' } } });
  });
});
