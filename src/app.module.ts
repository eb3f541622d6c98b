import { type DynamicModule, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AssignmentsModule } from './assignments/assignments.module';
import { CadresModule } from './cadres/cadres.module';
import { EnterprisesModule } from './enterprises/enterprises.module';
import { FieldModule } from './field/field.module';
import { GuideModule } from './guide/guide.module';
import { IdentityModule } from './identity/identity.module';
import type { TrustedIssuer } from './identity/token-verifier';
import { ParksModule } from './parks/parks.module';
import type { Clock } from './platform/clock';
import type { HashAlgorithm } from './platform/journal/chain';
import type { Limits } from './platform/http/limits/rate-limits';
import { PlatformModule } from './platform/platform.module';
import { PortalModule } from './portal/portal.module';
import { SupervisionModule } from './supervision/supervision.module';
import { TicketsModule } from './tickets/tickets.module';
import { VisitsModule } from './visits/visits.module';

const NO_LIMITS: Limits = { perCaller: 0, perAddress: 0 };

/** What one process is made of. */
export interface Parts {
  readonly source: DataSource;
  readonly clock: Clock;
  readonly trusted: TrustedIssuer;
  /** What entries are sealed with from now on; SHA-256 if nothing is said. */
  readonly journalHash?: HashAlgorithm;
  /** None if nothing is said. */
  readonly limits?: Limits;
}

@Module({})
export class AppModule {
  static of({ source, clock, trusted, journalHash = 'sha256', limits = NO_LIMITS }: Parts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(source, clock, { journalHash, limits }), ParksModule, EnterprisesModule, CadresModule, AssignmentsModule, VisitsModule, GuideModule, TicketsModule, SupervisionModule, IdentityModule.of(trusted),
        FieldModule, PortalModule,
      ],
    };
  }
}
