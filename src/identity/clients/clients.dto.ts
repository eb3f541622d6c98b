import { CLIENT_SCOPES, type ClientScope } from '../../kernel/actor';
import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/page';
import { TOKEN_ALGORITHMS } from '../../platform/issuers';
import type { ClientInPark, IssuedClient } from './clients.store';
import type { ClientKey } from '../domain/client-keys';
import type { ClientAuthMethod } from './machine-client.entity';

const METHODS: readonly ClientAuthMethod[] = ['client_secret_basic', 'private_key_jwt'];
const BASE64URL = { regex: /^[\w-]+$/, expected: 'base64url without padding' } as const;
const SCOPES = { of: CLIENT_SCOPES, list: { min: 1, max: CLIENT_SCOPES.length, unique: true }, example: 'visits:read' };
const NAME = { description: 'What it is called.', max: 100, example: '星野县政务门户' };

/** A public key (RFC 7517). Members of private keys are refused. */
export class ClientKeyBody {
  @Text({ description: 'Names the key, once per client.', max: 100, pattern: { regex: /^[\w.:-]{1,100}$/, expected: 'letters, digits, . _ : -' }, example: '2026-03' }) kid: string;
  @Choice({ description: 'Kind.', of: ['EC', 'OKP', 'RSA'] }) kty: ClientKey['kty'];
  @Choice({ description: 'Curve, of EC and OKP.', of: ['P-256', 'P-384', 'Ed25519'], optional: true }) crv?: string;
  @Text({ description: 'Of EC and OKP.', max: 100, pattern: BASE64URL, optional: true, example: 'WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis' }) x?: string;
  @Text({ description: 'Of EC.', max: 100, pattern: BASE64URL, optional: true, example: 'y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE' }) y?: string;
  @Text({ description: 'Modulus, of RSA.', max: 1_400, pattern: BASE64URL, optional: true }) n?: string;
  @Text({ description: 'Exponent, of RSA.', max: 12, pattern: BASE64URL, optional: true, example: 'AQAB' }) e?: string;
  @Choice({ description: 'What it signs with.', of: TOKEN_ALGORITHMS, optional: true }) alg?: string;
  @Choice({ description: 'What it is for.', of: ['sig'], optional: true }) use?: string;
}

const KEYS = { description: 'Public keys, with `private_key_jwt` and only then.', optional: true, list: { min: 1, max: 4 } };

export class CreateClient {
  @Id({ description: 'Made by the client of this API; a UUID of version 7. It is the `client_id`.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Text(NAME) name: string;
  @Choice({ description: 'What it may do in the park.', ...SCOPES }) scopes: ClientScope[];
  @Choice({ description: 'How it proves itself at the token endpoint; `client_secret_basic` when left out.', of: METHODS, optional: true }) authMethod?: ClientAuthMethod;
  @Nested(() => ClientKeyBody, KEYS) keys?: ClientKeyBody[];
}

export class GrantClient {
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Choice({ description: 'What it may do in the park, instead of what it was granted before.', ...SCOPES }) scopes: ClientScope[];
}

export class RotateClient {
  @Whole({ description: 'For how many hours the secret before goes on counting; 24 when left out, 0 ends it at once.', min: 0, max: 168, optional: true, example: 24 }) overlapHours?: number;
  @Nested(() => ClientKeyBody, KEYS) keys?: ClientKeyBody[];
}

export class ClientQuery extends PageQuery {
  @Flag({ description: 'May do something, or was revoked; both when left out.', optional: true, query: true }) active?: boolean;
}

class ClientSecretResponse {
  @Id({ description: 'Names the secret; it is not the secret.' }) id: string;
  @InstantField({ description: 'When it was made.' }) createdAt: string;
  @InstantField({ description: 'Until when it counts; null while no other follows.', nullable: true }) endsAt: string | null;
  @InstantField({ description: 'When it was last used, to the minute.', nullable: true }) lastUsedAt: string | null;
}

export class ClientResponse {
  @Id({ description: 'The client; its `client_id`.' }) id: string;
  @Id({ description: 'The park in which it may do this.' }) parkId: string;
  @Id({ description: 'The park that has made it, and keeps its secrets.' }) homeParkId: string;
  @Whole({ description: 'How many other parks let it in, which each may do and end by itself; it acts there only where it names that park or something in it. Told to its own park alone, null to others.', min: 0, max: 10_000, nullable: true, example: 0 }) otherParks: number | null;
  @Text(NAME) name: string;
  @Choice({ description: 'What it may do in the park.', of: CLIENT_SCOPES, list: { max: CLIENT_SCOPES.length }, example: 'visits:read' }) scopes: ClientScope[];
  @Choice({ description: 'How it proves itself.', of: METHODS }) authMethod: ClientAuthMethod;
  @Text({ description: 'Its public keys by name; told to its own park alone.', max: 100, list: { max: 4 }, example: '2026-03' }) keyIds: string[];
  @Nested(() => ClientSecretResponse, { description: 'The secrets that count now, without themselves; told to its own park alone.', list: { max: 2 } }) secrets: ClientSecretResponse[];
  @InstantField({ description: 'When it was last given a token, to the minute.', nullable: true }) lastUsedAt: string | null;
  @InstantField({ description: 'Since when it may do nothing in the park.', nullable: true }) revokedAt: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'Since when the park has granted it something.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export class IssuedClientResponse extends ClientResponse {
  @Text({ description: 'The new secret, told this once. Null for a client with keys, and when this answer is sent again.', max: 100, nullable: true, example: 'slc_Wq0xkq3S6m1u2h9yJt4v8Zb7c5d2e1f0G-H_iJkLmNo' }) secret: string | null;
}

export function toClientResponse({ id, parkId, homeParkId, otherParks, name, scopes, authMethod, keyIds, secrets, lastUsedAt, revokedAt, version, createdAt, updatedAt }: ClientInPark): ClientResponse {
  const instant = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());
  return {
    id, parkId, homeParkId, otherParks, name, scopes: [...scopes], authMethod, keyIds: [...keyIds],
    secrets: secrets.map((secret) => ({ id: secret.id, createdAt: new Date(secret.createdAt).toISOString(), endsAt: instant(secret.endsAt), lastUsedAt: instant(secret.lastUsedAt) })),
    lastUsedAt: lastUsedAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

export function toIssuedClientResponse({ client, secret }: IssuedClient): IssuedClientResponse {
  return { ...toClientResponse(client), secret };
}

/** As it may be kept to be sent again. */
export function withoutSecret(response: IssuedClientResponse): IssuedClientResponse {
  return { ...response, secret: null };
}
