import type { ClientScope } from '../../kernel/actor';

/** What one park lets a client do. */
export interface Grant {
  readonly parkId: string;
  readonly scopes: readonly ClientScope[];
}

export interface Reach {
  /** The client's home first. */
  readonly parkIds: readonly string[];
  readonly scopes: readonly ClientScope[];
}

/**
 * How far a token of a client goes. Of the scopes that it bears those count that its home grants now, or all where that grants none of them; it reaches the parks that
 * grant everything that counts. So no park's grant ever opens another, and what a park other than its home grants or takes back changes nothing elsewhere. A client that
 * is granted less in one park asks for a token with less to reach it; for what its home does not grant, for one with that alone.
 */
export function reachOf(grants: readonly Grant[], homeParkId: string, borne: readonly ClientScope[]): Reach {
  const atHome = grants.find(({ parkId }) => parkId === homeParkId)?.scopes ?? [];
  const grantedAtHome = borne.filter((scope) => atHome.includes(scope));
  const scopes = grantedAtHome.length > 0 ? grantedAtHome : borne;
  const reached = grants.filter((grant) => scopes.length > 0 && scopes.every((scope) => grant.scopes.includes(scope))).map(({ parkId }) => parkId);
  const parkIds = [...reached.filter((parkId) => parkId === homeParkId), ...reached.filter((parkId) => parkId !== homeParkId)];
  return { parkIds, scopes: parkIds.length === 0 ? [] : scopes };
}
