import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Problem } from '../../../kernel/problem';

/** Where a call comes from and goes to. */
export interface CallPlace {
  /** As `callerOf` names them. */
  readonly caller: string;
  readonly method: string;
  /** As the router knows it, whatever way it was written. */
  readonly route: string;
  /** What stands in the route's places: ids. */
  readonly params: Readonly<Record<string, string>>;
}

/** What must be the same when a call comes again under its key. */
export interface CallContent {
  readonly body: unknown;
  readonly query: unknown;
  readonly ifMatch: string | undefined;
}

// Visible ASCII without quotes. Keys are random; the draft's quotes (draft-ietf-httpapi-idempotency-key-header) are taken off.
const KEY = /^[\x21\x23-\x7e]{1,255}$/;

/** The key of a header. Problem `malformed` when it is none: a client that believes itself safe must learn that it is not. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (!KEY.test(key)) throw new Problem('malformed', { errors: [{ pointer: '/header/idempotency-key', code: 'format', params: { expected: '1 to 255 visible ASCII characters, no quotes' } }] });
  return key;
}

/** One key of one caller for one method and path. */
export function scopeOf({ caller, method, route, params }: CallPlace, key: string): Buffer {
  const ids = Object.entries(params).map(([name, value]) => [name, value.toLowerCase()]);
  return digest([caller, method, route, ids, key]);
}

/** With the key in it, which is stored nowhere: what the content was cannot be found by trying. */
export function fingerprintOf({ body, query, ifMatch }: CallContent, key: string): Buffer {
  return digest([key, body ?? null, query ?? {}, ifMatch ?? null]);
}

/** Problem `malformed` for what has no canonical form: a number without end, half a character. */
function digest(content: unknown[]): Buffer {
  let text: string | undefined;
  try {
    text = canonicalize(content);
  } catch (error) {
    throw new Problem('malformed', { errors: [{ pointer: '', code: 'json' }], cause: error });
  }
  return createHash('sha256').update(text ?? '').digest();
}
