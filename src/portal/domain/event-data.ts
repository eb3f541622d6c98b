import type { JsonObject, JsonValue } from './json';

/** What one field of an event holds: ids, dates, codes, numbers and flags; no shape takes a name or a sentence. */
export interface Field {
  readonly kind: 'id' | 'day' | 'code' | 'codes' | 'whole' | 'flag';
  readonly description: string;
  readonly nullable?: boolean;
  /** Entries that were written by another way, or before the field was added, lack it. */
  readonly optional?: boolean;
  /** Told to clients with the type's scope and to no person; nor is a person told who did what has such a field. */
  readonly clientsOnly?: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
// Words of the API, the code of a park, versions such as 2026:3. Neither a sentence nor a name in Chinese fits.
const CODE = /^[\w.:+/-]{1,100}$/;

const SHAPES: Readonly<Record<Field['kind'], { readonly schema: JsonObject; readonly holds: (value: JsonValue) => boolean }>> = {
  id: { schema: { type: 'string', format: 'uuid' }, holds: (value) => typeof value === 'string' && UUID.test(value) },
  day: { schema: { type: 'string', format: 'date' }, holds: (value) => typeof value === 'string' && DAY.test(value) },
  code: { schema: { type: 'string', pattern: CODE.source }, holds: isCode },
  codes: { schema: { type: 'array', items: { type: 'string', pattern: CODE.source } }, holds: (value) => Array.isArray(value) && value.every(isCode) },
  whole: { schema: { type: 'integer' }, holds: (value) => Number.isSafeInteger(value) },
  flag: { schema: { type: 'boolean' }, holds: (value) => typeof value === 'boolean' },
};

export type Fields = Readonly<Record<string, Field>>;

/** What of the data is described, for whom it is, and of the described shape. Everything else stays in the journal. */
export function describedData(fields: Fields, data: JsonObject, forClient: boolean): JsonObject {
  const shown: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = data[name];
    if (value !== undefined && (forClient || field.clientsOnly !== true) && fits(field, value)) shown[name] = value;
  }
  return shown;
}

/** What is wrong with the data of an entry, as sentences for whoever wrote it; empty when it is as described. */
export function faultsOf(fields: Fields, data: JsonObject): readonly string[] {
  const missing = Object.entries(fields).filter(([name, field]) => field.optional !== true && data[name] === undefined).map(([name]) => `${name} is missing`);
  const undescribed = Object.keys(data).filter((name) => fields[name] === undefined).map((name) => `${name} is not described`);
  const misshapen = Object.entries(data).filter(([name, value]) => fields[name] !== undefined && !fits(fields[name], value)).map(([name]) => `${name} is no ${fields[name]?.kind ?? ''}`);
  return [...missing, ...undescribed, ...misshapen];
}

/** JSON schema of data with the fields. */
export function dataSchema(fields: Fields): JsonObject {
  const required = Object.entries(fields).filter(([, field]) => field.optional !== true && field.clientsOnly !== true).map(([name]) => name);
  return {
    type: 'object', ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(Object.entries(fields).map(([name, { kind, description, nullable }]) => {
      const { schema } = SHAPES[kind];
      return [name, { ...schema, ...(nullable === true ? { type: [schema['type'] ?? 'string', 'null'] } : {}), description }];
    })),
  };
}

function fits(field: Field | undefined, value: JsonValue): boolean {
  if (field === undefined) return false;
  return value === null ? field.nullable === true : SHAPES[field.kind].holds(value);
}

function isCode(value: JsonValue): boolean {
  return typeof value === 'string' && CODE.test(value);
}
