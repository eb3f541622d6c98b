import type { JSONWebKeySet } from 'jose';

/** A machine that may ask the built-in issuer for tokens, as that issuer needs to know it. */
export interface DirectoryClient {
  readonly clientId: string;
  readonly parkIds: readonly string[];
  readonly scopes: readonly string[];
  readonly authMethod: 'client_secret_basic' | 'private_key_jwt';
  /** Public keys, for `private_key_jwt`. */
  readonly jwks: JSONWebKeySet | undefined;
}

export abstract class ClientDirectory {
  /** Nothing for one that is unknown or revoked. */
  abstract find(clientId: string): Promise<DirectoryClient | undefined>;
  /** Whether it is one of the client's secrets that count now. */
  abstract secretFits(clientId: string, secret: string): Promise<boolean>;
  /** Remembers when it was last given a token. */
  abstract used(clientId: string): Promise<void>;
}
