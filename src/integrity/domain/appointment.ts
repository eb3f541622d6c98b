/** Under whose tokens a cadre comes. */
export interface BoundIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * What an appointment says of the identity that the cadre was given before it, by an administrator, who could have given one of their own: `kept` when it names
 * exactly that one (as the cadre told it), `removed` when it says that the cadre has none. Nothing said, or another name, leaves it `unconfirmed`.
 */
export function confirmIdentity(bound: BoundIdentity | undefined, named: BoundIdentity | null | undefined): 'kept' | 'removed' | 'unconfirmed' {
  if (bound === undefined) return named === undefined || named === null ? 'kept' : 'unconfirmed';
  if (named === null) return 'removed';
  return named?.issuer === bound.issuer && named.subject === bound.subject ? 'kept' : 'unconfirmed';
}
