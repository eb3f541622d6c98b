import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CadresModule } from '../cadres/cadres.module';
import { ParksModule } from '../parks/parks.module';
import { Clock } from '../platform/clock';
import type { SignInConfig } from '../platform/config';
import type { KeyEncryption } from '../platform/key-encryption';
import { AccessGuard } from './access.guard';
import { ActorResolver } from './actor-resolver';
import { ClientsModule } from './clients/clients.module';
import { OwnIssuer } from './own-issuer';
import { ProviderModule } from './provider/provider.module';
import { TokenVerifier, type TrustedIssuer } from './token-verifier';

@Module({})
export class IdentityModule {
  static of(trusted: readonly TrustedIssuer[], signIn: SignInConfig, keyEncryption: KeyEncryption): DynamicModule {
    return {
      module: IdentityModule,
      imports: [CadresModule, ParksModule, ClientsModule, ProviderModule.of(signIn, keyEncryption)],
      providers: [
        { provide: TokenVerifier, inject: [Clock, OwnIssuer], useFactory: (clock: Clock, own: OwnIssuer) => new TokenVerifier(trusted, own, clock) },
        ActorResolver,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}
