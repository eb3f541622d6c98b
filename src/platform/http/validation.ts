import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { type FieldError, Problem } from '../../kernel/problem';
import type { FaultContext } from './fields';

// Nothing that the API takes nests deeper than this; class-transformer would follow an attacker's depth to the end of the stack.
const DEEPEST = 12;
// Nor has any object or list so many members; class-transformer compares the names of each with all others.
const WIDEST = 1_000;
const REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 500;

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

  async #read(value: unknown, metatype: object, root: string): Promise<object> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Problem('malformed', { errors: [{ pointer: root, code: 'type', params: { expected: 'object' } }] });
    }
    if (isWiderThan(value, WIDEST)) throw new Problem('malformed', { errors: [{ pointer: root, code: 'too-many', params: { max: WIDEST } }] });
    if (isDeeperThan(value, DEEPEST)) throw new Problem('malformed', { errors: [{ pointer: root, code: 'type', params: { expected: `at most ${DEEPEST} levels` } }] });
    // Names that every object answers to would be taken for fields of ours.
    const inherited = Object.keys(value).filter((name) => name in Object.prototype);
    if (inherited.length > 0) throw new Problem('malformed', { errors: inherited.map((name) => ({ pointer: `${root}/${name}`, code: 'unknown-field' })) });
    const request = plainToInstance(metatype as new () => object, value);
    const faults = await validate(request, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, stopAtFirstError: true, validationError: { target: false, value: false } });
    if (faults.length > 0) throw new Problem('malformed', { errors: faults.flatMap((fault) => fieldErrors(fault, root, request)) });
    return request;
  }
}

function fieldErrors(fault: ValidationError, parent: string, owner: unknown): readonly FieldError[] {
  const pointer = `${parent}/${fault.property.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`;
  const value: unknown = typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>)[fault.property] : undefined;
  const own = Object.keys(fault.constraints ?? {}).map((constraint): FieldError => {
    if (constraint === 'whitelistValidation' || constraint === 'unknownValue') return { pointer, code: 'unknown-field' };
    if (value === undefined) return { pointer, code: 'required' };
    const contexts: Readonly<Record<string, FaultContext | undefined>> = fault.contexts ?? {};
    const context = contexts[constraint];
    return context === undefined ? { pointer, code: 'type', params: { expected: 'object' } } : { pointer, ...context };
  });
  return [...own.slice(0, 1), ...(fault.children ?? []).flatMap((child) => fieldErrors(child, pointer, value))];
}

/** Looks no deeper than anything may be. */
function isWiderThan(value: unknown, members: number, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null || levels === 0) return false;
  const inner = Object.values(value);
  return inner.length > members || inner.some((one) => isWiderThan(one, members, levels - 1));
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
