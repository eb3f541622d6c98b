import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsInt, IsNumber, IsString, Matches, Max, MaxLength, Min, MinLength, Validate, ValidateIf,
  ValidateNested, ValidatorConstraint, type ValidationOptions, type ValidatorConstraintInterface,
} from 'class-validator';
import { isDay } from '../../kernel/day';
import type { ProblemParams } from '../../kernel/problem';
import type { Word } from '../../kernel/problem-words';
import type { FieldFault } from '../../kernel/problem-catalogue';

/** What every field may say. A field is required unless `optional`; `nullable` allows null (in a merge patch: removes the value). */
export interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  readonly optional?: boolean;
  readonly nullable?: boolean;
  /** For a list of such values: at most so many. */
  readonly list?: { readonly max: number; readonly min?: number; readonly unique?: boolean };
}

export interface FaultContext {
  readonly code: FieldFault;
  readonly params: ProblemParams;
}

/** What may stand in a field: objects of a class, or nothing but single values; as a list of so many at most, or alone. */
export interface FieldShape {
  readonly nested: (() => new () => object) | undefined;
  readonly max: number | undefined;
}

const FIELDS = new Map<object, Map<string, FieldShape>>();

/** The fields of a class by name, with those that it inherits. */
export function fieldsOf({ prototype }: { readonly prototype: object }): ReadonlyMap<string, FieldShape> {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return new Map([...(parent === null ? [] : fieldsOf({ prototype: parent })), ...(FIELDS.get(prototype) ?? [])]);
}

/** The names of all classes that have fields. */
export function namesWithFields(): readonly string[] {
  return [...FIELDS.keys()].map(({ constructor: { name } }) => name);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Text: trimmed and NFC-normalised, `min` to `max` characters. Unless `lines`, on one line. */
export function Text(options: FieldOptions & { max: number; min?: number; pattern?: { readonly regex: RegExp; readonly expected: Word }; lines?: boolean }): PropertyDecorator {
  const min = options.min ?? 1;
  return field(options, { type: 'string', minLength: min, maxLength: options.max, ...(options.pattern === undefined ? {} : { pattern: options.pattern.regex.source }) }, (each) => [
    IsString(fault('type', { expected: 'a string' }, each)),
    MaxLength(options.max, fault('too-long', { max: options.max }, each)),
    MinLength(min, fault('too-short', { min }, each)),
    Validate(CleanText, [options.lines ?? false], fault('control-character', {}, each)),
    ...(options.pattern === undefined ? [] : [Matches(options.pattern.regex, fault('format', { expected: options.pattern.expected }, each))]),
  ], (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : value));
}

/** A UUID. */
export function Id(options: FieldOptions): PropertyDecorator {
  return field({ example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59', ...options }, { type: 'string', format: 'uuid' }, (each) => [
    IsString(fault('type', { expected: 'a string' }, each)), Matches(UUID, fault('format', { expected: 'a UUID' }, each)),
  ], (value) => (typeof value === 'string' ? value.toLowerCase() : value));
}

/** A local date `YYYY-MM-DD` that exists. */
export function DayField(options: FieldOptions): PropertyDecorator {
  return field({ example: '2026-03-12', ...options }, { type: 'string', format: 'date' }, (each) => [
    IsString(fault('type', { expected: 'a string' }, each)), Validate(ExistingDay, fault('format', { expected: 'a day that exists, YYYY-MM-DD' }, each)),
  ]);
}

/** An instant in RFC 3339 with offset. It stays text in the request; `new Date(text)` reads it. */
export function InstantField(options: FieldOptions): PropertyDecorator {
  return field({ example: '2026-03-12T02:30:00.000Z', ...options }, { type: 'string', format: 'date-time' }, (each) => [
    IsString(fault('type', { expected: 'a string' }, each)), Validate(ExistingInstant, fault('format', { expected: 'an RFC 3339 date-time with offset' }, each)),
  ]);
}

/** One of a closed set of words. */
export function Choice(options: FieldOptions & { of: readonly string[] }): PropertyDecorator {
  return field({ example: options.of[0], ...options }, { type: 'string', enum: [...options.of] }, (each) => [
    IsIn(options.of, fault('choice', { choices: options.of.join(', ') }, each)),
  ]);
}

/** A whole number. In a query, text of digits is read as one. */
export function Whole(options: FieldOptions & { min: number; max: number; query?: boolean }): PropertyDecorator {
  return field({ example: options.min, ...options }, { type: 'integer', minimum: options.min, maximum: options.max }, (each) => [
    IsInt(fault('type', { expected: 'an integer' }, each)),
    Min(options.min, fault('range', { min: options.min, max: options.max }, each)), Max(options.max, fault('range', { min: options.min, max: options.max }, each)),
  ], options.query === true ? (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value) : undefined);
}

export function Decimal(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  return field({ example: options.min, ...options }, { type: 'number', minimum: options.min, maximum: options.max }, (each) => [
    IsNumber({ allowNaN: false, allowInfinity: false }, fault('type', { expected: 'a number' }, each)),
    Min(options.min, fault('range', { min: options.min, max: options.max }, each)), Max(options.max, fault('range', { min: options.min, max: options.max }, each)),
  ]);
}

/** True or false. In a query, the words `true` and `false`. */
export function Flag(options: FieldOptions & { query?: boolean }): PropertyDecorator {
  return field({ example: true, ...options }, { type: 'boolean' }, (each) => [IsBoolean(fault('type', { expected: 'a boolean' }, each))],
    options.query === true ? (value) => (value === 'true' ? true : value === 'false' ? false : value) : undefined);
}

/** An object of its own class. */
export function Nested(of: () => new () => object, options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    field(options, { type: () => of() }, (each) => [Validate(PlainObject, fault('type', { expected: 'an object' }, each)), ValidateNested({ each })], undefined, of),
    Type(of),
  );
}

type Validators = (each: boolean) => PropertyDecorator[];

function field(options: FieldOptions, schema: ApiPropertyOptions, validators: Validators, transform?: (value: unknown) => unknown, nested?: () => new () => object): PropertyDecorator {
  const { description, example, optional = false, nullable = false, list } = options;
  const shown = { description, required: !optional, ...(nullable ? { nullable: true } : {}), ...(example === undefined ? {} : { example }) };
  const each = list !== undefined;
  const documented = list === undefined ? { ...schema, ...shown }
    : { ...schema, ...shown, isArray: true, ...(example === undefined ? {} : { example: [example] }), maxItems: list.max, minItems: list.min ?? 0, uniqueItems: list.unique ?? false };
  return applyDecorators(
    (target: object, name: string | symbol) => { FIELDS.set(target, (FIELDS.get(target) ?? new Map<string, FieldShape>()).set(String(name), { nested, max: list?.max })); },
    ApiProperty(documented as ApiPropertyOptions),
    // Also where nothing may be left out: a field that a class declares anew would keep its parent's leave to be missing.
    ValidateIf((_object: object, value: unknown) => !((optional && value === undefined) || (nullable && value === null))),
    ...(transform === undefined ? [] : [Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(transform) : transform(value)))]),
    ...(list === undefined ? [] : [
      IsArray(fault('type', { expected: 'an array' })), ArrayMaxSize(list.max, fault('too-many', { max: list.max })),
      ...(list.min === undefined ? [] : [ArrayMinSize(list.min, fault('too-few', { min: list.min }))]),
      ...(list.unique === true ? [ArrayUnique(fault('repeated', {}))] : []),
    ]),
    ...validators(each),
  );
}

function fault(code: FieldFault, params: ProblemParams, each = false): ValidationOptions {
  // Without a message of its own a custom constraint would lose its context.
  return { each, message: code, context: { code, params } satisfies FaultContext };
}

// NUL and lone surrogates can't be stored as text; the other controls have no place in a ledger. Lines may be broken where they are allowed.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

@ValidatorConstraint({ name: 'cleanText' })
class CleanText implements ValidatorConstraintInterface {
  validate(value: unknown, args?: { constraints: unknown[] }): boolean {
    if (typeof value !== 'string') return true;
    const lines = args?.constraints[0] === true;
    return value.isWellFormed() && !CONTROLS.test(value) && (lines || !/[\n\r\t]/.test(value));
  }
}

@ValidatorConstraint({ name: 'existingDay' })
class ExistingDay implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isDay(value);
  }
}

@ValidatorConstraint({ name: 'existingInstant' })
class ExistingInstant implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'string' || !INSTANT.test(value) || !isDay(value.slice(0, 10))) return false;
    return !Number.isNaN(Date.parse(value));
  }
}

@ValidatorConstraint({ name: 'plainObject' })
class PlainObject implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
