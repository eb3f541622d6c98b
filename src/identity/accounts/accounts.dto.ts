import { Choice, Flag, Id, InstantField, Text, Whole } from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/page';
import type { Account } from './account.entity';
import type { AccountSession } from './account-sessions.store';

const LOGIN = { max: 64, min: 2, example: 'su.chao' } as const;

export class CreateAccount {
  @Id({ description: 'Who is to sign in with it: each cadre has one account at most.' }) cadreId: string;
  @Text({ description: 'Under what name, once in the whole installation: letters, digits, dots, hyphens, underscores or @. Capitals make no difference.', ...LOGIN }) login: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
}

export class AccountQuery extends PageQuery {
  @Id({ description: 'Of this cadre.', optional: true })
  cadreId?: string;

  @Flag({ description: 'Locked, or not; both when left out.', optional: true, query: true })
  locked?: boolean;
}

export class AccountResponse {
  @Id({ description: 'The account; the subject of its tokens.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'The cadre who signs in with it.' }) cadreId: string;
  @Text({ description: 'The login name.', ...LOGIN }) login: string;
  @Flag({ description: 'Whether the next sign-in asks for a new password.' }) mustChangePassword: boolean;
  @Flag({ description: 'Whether a second factor is asked for.' }) secondFactor: boolean;
  @Flag({ description: 'Whether nobody may sign in with it.' }) locked: boolean;
  @InstantField({ description: 'When somebody signed in with it last; of an inspector’s this is told to inspectors alone.', nullable: true }) lastSignInAt: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When the account was made.' }) createdAt: string;
  @InstantField({ description: 'When the account was changed last.' }) updatedAt: string;
}

export class IssuedPasswordResponse extends AccountResponse {
  @Text({ description: 'Good for one sign-in, which asks for another. Told this once.', max: 40, example: 'k7wqm-9xteb-ahrnc-2ufzd' }) oneTimePassword: string;
  @InstantField({ description: 'Until when it can be used.' }) usableUntil: string;
}

export class SessionQuery extends PageQuery {}

export class SessionResponse {
  @Id({ description: 'The session.' }) id: string;
  @Id({ description: 'The park; left out for the operator, who is of none.', optional: true }) parkId?: string;
  @Text({ description: 'The app that was signed in to.', max: 64, example: 'demo-app' }) app: string;
  @Choice({ description: 'Whether it stands.', of: ['standing', 'revoked'] }) status: 'standing' | 'revoked';
  @InstantField({ description: 'Since when.' }) signedInAt: string;
  @InstantField({ description: 'When the app renewed its tokens last.' }) lastUsedAt: string;
  @InstantField({ description: 'When it ends at the latest.' }) expiresAt: string;
}

export function toAccountResponse({ id, parkId, cadreId, login, mustChange, secondFactorAt, lockedAt, lastSignInAt, version, createdAt, updatedAt }: Account): AccountResponse {
  // The operator's is in no park's scope and never comes here.
  return {
    id, parkId: parkId ?? '', cadreId: cadreId ?? '', login, mustChangePassword: mustChange, secondFactor: secondFactorAt !== null, locked: lockedAt !== null,
    lastSignInAt: lastSignInAt?.toISOString() ?? null, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

export function toIssuedPassword({ account, oneTimePassword, usableUntil }: { readonly account: Account; readonly oneTimePassword: string; readonly usableUntil: Date }): IssuedPasswordResponse {
  return { ...toAccountResponse(account), oneTimePassword, usableUntil: usableUntil.toISOString() };
}

export function toSessionResponse({ id, parkId, app, signedInAt, lastUsedAt, expiresAt }: AccountSession, status: SessionResponse['status'] = 'standing'): SessionResponse {
  return { id, ...(parkId === null ? {} : { parkId }), app, status, signedInAt: signedInAt.toISOString(), lastUsedAt: lastUsedAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
