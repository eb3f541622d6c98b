import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

// 96 bits of SHA-256: the same tag twice for different bodies of one address will not happen by chance.
const DIGEST_LENGTH = 16;
// Three bytes hold any character that JavaScript counts as one.
const MOST_BYTES_A_CHARACTER = 3;
// What most answers fit in: a page of 200 is some 90,000 characters.
const ROOM = Buffer.allocUnsafeSlow(MOST_BYTES_A_CHARACTER * 100_000);
const OF_A_VERSION = /^"(\d{1,9})"$/;
const OURS = /^"(\d{1,9})(?:-[\w-]{16})?"$/;

/**
 * The strong tag of a body that is sent: the version, where the resource has one, and a digest. What is read holds facts that change without
 * a new version (the last visit, days overdue), so the version alone would call an old body a fresh one.
 */
export function entityTag(version: number | undefined, payload: string | Buffer): string {
  const digest = hash('sha256', payload, 'base64url').slice(0, DIGEST_LENGTH);
  return version === undefined ? `"${digest}"` : `"${version}-${digest}"`;
}

/** The version that a tag in `If-Match` names, with a digest or without: what may be changed depends on the version alone. */
export function versionIn(header: string): number | undefined {
  const version = OURS.exec(header.trim())?.[1];
  return version === undefined ? undefined : Number(version);
}

/** Whether `If-None-Match` names the tag, strong or weak, or any. */
export function isNamedIn(header: string, tag: string): boolean {
  return header.trim() === '*' || (header.match(/"[^"]*"/g)?.includes(tag) ?? false);
}

/**
 * Gives every JSON answer to a caller's GET its tag, and completes the tag of other answers that carry a version. Who has the body already
 * gets 304 in its stead, after all that an answer takes: access is checked and the facts are read as always.
 */
export function tagAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.actor === undefined || typeof payload !== 'string' || !isJson(reply)) {
      done(null, payload);
      return;
    }
    const reading = request.method === 'GET' || request.method === 'HEAD';
    // Encoded once, for the digest and for the wire.
    const bytes = encode(payload);
    const tag = tagOf(reply.getHeader('etag'), bytes, reading);
    if (tag !== undefined) void reply.header('etag', tag);
    done(null, reading && tag !== undefined && isFresh(request, tag) ? notModified(request, reply, bytes) : bytes);
  });
}

/**
 * The same as `Buffer.from`, which measures a text before it encodes it. Where room for the longest is at hand that can be left out.
 */
function encode(payload: string): Buffer {
  return payload.length * MOST_BYTES_A_CHARACTER > ROOM.length ? Buffer.from(payload) : Buffer.from(ROOM.subarray(0, ROOM.write(payload)));
}

function isJson(reply: FastifyReply): boolean {
  const type = reply.getHeader('content-type');
  return reply.statusCode >= 200 && reply.statusCode < 300 && typeof type === 'string' && type.startsWith('application/json');
}

function tagOf(given: unknown, payload: Buffer, reading: boolean): string | undefined {
  if (typeof given !== 'string') return reading ? entityTag(undefined, payload) : undefined;
  const version = OF_A_VERSION.exec(given)?.[1];
  return version === undefined ? given : entityTag(Number(version), payload);
}

function isFresh(request: FastifyRequest, tag: string): boolean {
  const header = request.headers['if-none-match'];
  return header !== undefined && isNamedIn(header, tag);
}

function notModified(request: FastifyRequest, reply: FastifyReply, payload: Buffer): Buffer | null {
  void reply.status(304).removeHeader('content-type');
  // To HEAD Fastify sends none anyway, and says how long it would be.
  return request.method === 'HEAD' ? payload : null;
}
