/** Whom an account of the built-in issuer stands for. */
export type AccountHolder = { readonly kind: 'cadre'; readonly cadreId: string; readonly parkId: string } | { readonly kind: 'operator'; readonly accountId: string };

/** Who signs in at the built-in issuer, as far as a token is concerned. */
export abstract class AccountDirectory {
  /** The holder of an account whose session still stands; nothing when either has ended, is locked or was revoked. */
  abstract find(accountId: string, grantId: string, requestId: string): Promise<AccountHolder | undefined>;
}
