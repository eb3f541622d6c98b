import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CadresModule } from '../cadres/cadres.module';
import { ParksModule } from '../parks/parks.module';
import { Clock } from '../platform/clock';
import { AccessGuard } from './access.guard';
import { AccountDirectory } from './account-directory';
import { ActorResolver } from './actor-resolver';
import { ClientsModule } from './clients/clients.module';
import { OwnIssuer } from './own-issuer';
import { TokenVerifier, type TrustedIssuer } from './token-verifier';

/** The issuer that is built in, where there is one: its keys, and who signs in at it. */
export interface BuiltIn {
  readonly issuer: OwnIssuer;
  readonly accounts: AccountDirectory;
}

@Module({})
export class IdentityModule {
  static of(trusted: readonly TrustedIssuer[], builtIn?: BuiltIn): DynamicModule {
    return {
      module: IdentityModule,
      imports: [CadresModule, ParksModule, ClientsModule],
      providers: [
        ...(builtIn === undefined ? [] : [{ provide: OwnIssuer, useValue: builtIn.issuer }, { provide: AccountDirectory, useValue: builtIn.accounts }]),
        { provide: TokenVerifier, inject: [Clock, { token: OwnIssuer, optional: true }], useFactory: (clock: Clock, own?: OwnIssuer) => new TokenVerifier(trusted, own, clock) },
        ActorResolver,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}
