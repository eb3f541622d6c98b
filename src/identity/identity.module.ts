import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CadresModule } from '../cadres/cadres.module';
import { ParksModule } from '../parks/parks.module';
import { Clock } from '../platform/clock';
import { AccessGuard } from './access.guard';
import { ActorResolver } from './actor-resolver';
import { TokenVerifier, type TrustedIssuer } from './token-verifier';

@Module({})
export class IdentityModule {
  static of(trusted: TrustedIssuer): DynamicModule {
    return {
      module: IdentityModule,
      imports: [CadresModule, ParksModule],
      providers: [
        { provide: TokenVerifier, inject: [Clock], useFactory: (clock: Clock) => new TokenVerifier(trusted, clock) },
        ActorResolver,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}
