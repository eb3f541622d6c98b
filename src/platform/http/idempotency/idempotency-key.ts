import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Problem } from '../../../kernel/problem';

/** Where a call comes from and goes to. */
export interface CallPlace {
  readonly issuer: string;
  readonly subject: string;
  readonly kind: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** What must be the same when a call comes again under its key. */
export interface CallContent {
  readonly body: unknown;
  readonly query: unknown;
  readonly ifMatch: string | undefined;
}

// Visible ASCII. Keys are random; the draft's quotes (draft-ietf-httpapi-idempotency-key-header) are taken off.
const KEY = /^[\x21-\x7e]{1,255}$/;

/** The key of a header. Problem `malformed` when it is none: a client that believes itself safe must learn that it is not. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (!KEY.test(key)) throw new Problem('malformed', { errors: [{ pointer: '/header/idempotency-key', code: 'format', params: { expected: '1 to 255 visible ASCII characters' } }] });
  return key;
}

/** One key of one caller for one method and path. */
export function scopeOf({ issuer, subject, kind, method, path }: CallPlace, key: string): Buffer {
  return digest([kind, issuer, subject, method, path, key]);
}

export function fingerprintOf({ body, query, ifMatch }: CallContent): Buffer {
  return digest([body ?? null, query ?? {}, ifMatch ?? null]);
}

function digest(content: unknown[]): Buffer {
  return createHash('sha256').update(canonicalize(content) ?? '').digest();
}
