import type { ClientScope } from '../../kernel/actor';

/** What one park lets a client do. */
export interface Grant {
  readonly parkId: string;
  readonly scopes: readonly ClientScope[];
}

/**
 * How far a token of a client goes. It bears scopes; of these count those that some park grants now, and it reaches the parks that grant all that count.
 * So no park's grant ever opens another, and a client that is granted less in one park asks for a token with less to reach it.
 */
export function reachOf(grants: readonly Grant[], borne: readonly ClientScope[]): { readonly parkIds: readonly string[]; readonly scopes: readonly ClientScope[] } {
  const scopes = borne.filter((scope) => grants.some((grant) => grant.scopes.includes(scope)));
  const parkIds = grants.filter((grant) => scopes.length > 0 && scopes.every((scope) => grant.scopes.includes(scope))).map(({ parkId }) => parkId);
  return { parkIds, scopes: parkIds.length === 0 ? [] : scopes };
}
