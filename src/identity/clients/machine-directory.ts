import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { ClientDirectory, type DirectoryClient } from '../client-directory';
import { ClientsService } from './clients.service';

// Asked by the issuer in the middle of a request of its own.
const REQUEST = 'clients';

/** The machine clients, as the built-in issuer asks about them. */
@Injectable()
export class MachineDirectory extends ClientDirectory {
  constructor(private readonly clients: ClientsService) {
    super();
  }

  async find(clientId: string): Promise<DirectoryClient | undefined> {
    const standing = await this.clients.standingAsSystem(clientId, REQUEST);
    if (standing === undefined) return undefined;
    const { authMethod, jwks, grants } = standing;
    return {
      clientId, authMethod, parkIds: grants.map(({ parkId }) => parkId),
      // What it may ask for; which parks a token with that reaches is asked when it comes.
      scopes: [...new Set(grants.flatMap(({ scopes }) => scopes))], jwks: jwks === null ? undefined : { keys: jwks.keys.map((key) => ({ ...key })) } satisfies JSONWebKeySet,
    };
  }

  async secretFits(clientId: string, secret: string): Promise<boolean> {
    return this.clients.secretFitsAsSystem(clientId, secret, REQUEST);
  }

  async used(clientId: string): Promise<void> {
    await this.clients.usedAsSystem(clientId, REQUEST);
  }
}
