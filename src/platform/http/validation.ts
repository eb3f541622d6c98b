import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { type FieldError, Problem } from '../../kernel/problem';
import { type FaultContext, fieldsOf, type FieldShape } from './fields';

const MOST_UNKNOWN = 100;
const REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 500;

type ClassOfFields = new () => object;

/** Turns bodies and queries into instances of their DTO, or refuses them with a problem that names each field. */
@Injectable()
export class RequestPipe implements PipeTransform {
  readonly #queries = new Map<object, Map<string, object>>();

  async transform(value: unknown, { metatype, type }: ArgumentMetadata): Promise<unknown> {
    if (metatype === undefined || (type !== 'body' && type !== 'query')) return value;
    if (type !== 'query') return this.#read(value, metatype, '');
    // The same queries come again and again, and nobody changes what was read from one.
    const text = JSON.stringify(value);
    const known = this.#queries.get(metatype)?.get(text);
    if (known !== undefined) return known;
    const query = await this.#read(value, metatype, '/query');
    this.#remember(metatype, text, query);
    return query;
  }

  #remember(metatype: object, text: string, query: object): void {
    if (text.length > LONGEST_REMEMBERED) return;
    const queries = this.#queries.get(metatype) ?? new Map<string, object>();
    if (queries.size >= REMEMBERED) queries.clear();
    this.#queries.set(metatype, queries.set(text, Object.freeze(query)));
  }

  async #read(value: unknown, metatype: ClassOfFields, root: string): Promise<object> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Problem('malformed', { errors: [{ pointer: root, code: 'type', params: { expected: 'an object' } }] });
    }
    const unknown: FieldError[] = [];
    const request = plainToInstance(metatype, knownPart(value, metatype, root, unknown));
    const faults = await validate(request, { forbidUnknownValues: true, stopAtFirstError: true, validationError: { target: false, value: false } });
    const errors = [...unknown, ...faults.flatMap((fault) => fieldErrors(fault, root, request))];
    if (errors.length > 0) throw new Problem('malformed', { errors });
    return request;
  }
}

function fieldErrors(fault: ValidationError, parent: string, owner: unknown): readonly FieldError[] {
  const pointer = inside(parent, fault.property);
  const value: unknown = typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>)[fault.property] : undefined;
  const own = Object.keys(fault.constraints ?? {}).map((constraint): FieldError => {
    if (value === undefined) return { pointer, code: 'required' };
    const contexts: Readonly<Record<string, FaultContext | undefined>> = fault.contexts ?? {};
    const context = contexts[constraint];
    return context === undefined ? { pointer, code: 'type', params: { expected: 'an object' } } : { pointer, ...context };
  });
  return [...own.slice(0, 1), ...(fault.children ?? []).flatMap((child) => fieldErrors(child, pointer, value))];
}

/**
 * A copy of what may be there, and the names of what may not. An object or list where none belongs is empty in it, and a list has one item too many at
 * most: enough for the faults to be seen, and no more work for class-transformer and class-validator than an honest body is, whatever was sent.
 */
function knownPart(value: object, metatype: ClassOfFields, pointer: string, unknown: FieldError[]): object {
  const fields = fieldsOf(metatype);
  const known: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    const field = fields.get(name);
    if (field !== undefined) known[name] = knownIn(inner, field, inside(pointer, name), unknown);
    else if (unknown.length < MOST_UNKNOWN) unknown.push({ pointer: inside(pointer, name), code: 'unknown-field' });
  }
  return known;
}

function knownIn(value: unknown, { nested, max = 0 }: FieldShape, pointer: string, unknown: FieldError[]): unknown {
  const single = (one: unknown, at: string): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return [];
    return nested === undefined ? {} : knownPart(one, nested(), at, unknown);
  };
  return Array.isArray(value) ? value.slice(0, max + 1).map((one, place) => single(one, `${pointer}/${place}`)) : single(value, pointer);
}

function inside(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`;
}
