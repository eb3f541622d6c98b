import { Problem } from './problem';

export const ROLES = ['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector', 'county', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export const CLIENT_SCOPES = [
  'enterprises:read', 'enterprises:write', 'visits:read', 'tickets:read', 'tickets:write', 'enterprise:act', 'changes:read', 'journal:read',
  'webhooks:manage', 'imports:write',
] as const;
export type ClientScope = (typeof CLIENT_SCOPES)[number];

/** Who acts. Everything that reads or writes takes one; it says which parks may be seen at all. */
export interface Actor {
  readonly kind: 'cadre' | 'client' | 'operator' | 'enterprise' | 'reporter' | 'system';
  /** The cadre's id, the subject of a client or operator, or the link through which an enterprise speaks. */
  readonly id: string;
  /** The token's issuer and subject. */
  readonly issuer: string;
  readonly subject: string;
  /** The parks in scope: one for a cadre of a park, those of the county for `county`, those granted for a client. */
  readonly parkIds: readonly string[];
  /** Of a machine client: the park that has made it. Where it names none, this is meant, whatever other parks have granted it. It need not be in scope. */
  readonly homeParkId?: string;
  readonly departmentId?: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly ClientScope[];
  readonly requestId: string;
}

export function hasRole(actor: Actor, ...roles: readonly Role[]): boolean {
  return roles.some((role) => actor.roles.includes(role));
}

/**
 * The parks that are meant where a call names none: all in scope, but of a machine client its home alone. Any other park may let a client in without asking it or its
 * home, and must not get into what the client reads and writes without looking.
 */
export function parksUnnamed({ parkIds, homeParkId }: Pick<Actor, 'parkIds' | 'homeParkId'>): readonly string[] {
  return homeParkId === undefined ? parkIds : parkIds.filter((id) => id === homeParkId);
}

/**
 * The one park that a call is about. Whoever has several says which; everybody else need not, nor does a machine client that means its home.
 * Problems: `not-found` for a park outside the scope, `park-required` when none is named and it can't be told which is meant: of several, or of others than the client's home.
 */
export function parkOf(actor: Actor, named?: string): string {
  if (named !== undefined) {
    if (!actor.parkIds.includes(named)) throw new Problem('not-found');
    return named;
  }
  if (actor.parkIds.length === 0) throw new Problem('not-found');
  const [only, ...others] = parksUnnamed(actor);
  if (only === undefined || others.length > 0) throw Problem.at('park-required', '/parkId');
  return only;
}

/**
 * Whose keys, cursors and limits these are: issuer and subject, or the client (api.md, idempotency): several clients may share a subject. One text
 * for one caller, and different ones for different callers.
 */
export function callerOf({ kind, issuer, subject, id }: Actor): string {
  return JSON.stringify([kind, issuer, kind === 'client' ? id : subject]);
}

/** The cadre who acts. Problem `forbidden` for a client or an operator: they are nobody who could visit or plan. */
export function cadreOf(actor: Actor): string {
  if (actor.kind !== 'cadre') throw new Problem('forbidden');
  return actor.id;
}

/** An enterprise that speaks through the link that was sent to it. What it may do is said where the link is judged: it reaches no route of the table. */
export function enterpriseActor(requestId: string, parkId: string, linkId: string): Actor {
  return { kind: 'enterprise', id: linkId, issuer: 'link', subject: linkId, parkIds: [parkId], roles: [], scopes: [], requestId };
}

/**
 * Somebody who reports to the inspectors of a park. Who it is, is asked nowhere: not even the id of the request is kept with what they say, since a log
 * line bears it, too.
 */
export function reporterActor(parkId: string): Actor {
  return { kind: 'reporter', id: 'reporter', issuer: 'reporter', subject: 'reporter', parkIds: [parkId], roles: [], scopes: [], requestId: 'reporter' };
}

/** A job or the command line, acting over the given parks; it is never made from a request. */
export function systemActor(requestId: string, parkIds: readonly string[] = []): Actor {
  return { kind: 'system', id: 'system', issuer: 'system', subject: 'system', parkIds, roles: [], scopes: [], requestId };
}
