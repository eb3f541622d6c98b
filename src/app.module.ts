import { type DynamicModule, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AssignmentsModule } from './assignments/assignments.module';
import { CadresModule } from './cadres/cadres.module';
import { EnterprisesModule } from './enterprises/enterprises.module';
import { FieldModule } from './field/field.module';
import { GuideModule } from './guide/guide.module';
import { IdentityModule } from './identity/identity.module';
import { PrivacyModule } from './identity/privacy/privacy.module';
import type { TrustedIssuer } from './identity/token-verifier';
import { IntegrityModule } from './integrity/integrity.module';
import { ParksModule } from './parks/parks.module';
import type { Clock } from './platform/clock';
import type { LinksConfig, SignInConfig } from './platform/config';
import type { HashAlgorithm } from './platform/journal/chain';
import type { Limits } from './platform/http/limits/rate-limits';
import { KeyEncryption } from './platform/key-encryption';
import { PlatformModule } from './platform/platform.module';
import { PortalModule } from './portal/portal.module';
import { SupervisionModule } from './supervision/supervision.module';
import { LinksModule } from './tickets/links/links.module';
import { TicketsModule } from './tickets/tickets.module';
import { VisitsModule } from './visits/visits.module';

// Where nothing is said: as a server that is started with nothing configured.
const LINKS: LinksConfig = { publicUrl: 'http://localhost:3000', outbox: { kind: 'file', file: '.data/outbox/links.jsonl', collected: false } };
const SIGN_IN: SignInConfig = { publicUrl: 'http://localhost:3000', audience: 'service-ledger', apps: [], secondFactor: 'by-role' };
const NO_LIMITS: Limits = { perCaller: 0, perAddress: 0 };

/** What one process is made of. */
export interface Parts {
  readonly source: DataSource;
  readonly clock: Clock;
  /** Whose tokens are believed, beside those of the issuer that is built in. */
  readonly trusted: readonly TrustedIssuer[];
  /** What entries are sealed with from now on; SHA-256 if nothing is said. */
  readonly journalHash?: HashAlgorithm;
  /** None if nothing is said. */
  readonly limits?: Limits;
  readonly links?: LinksConfig;
  /** No app is known if nothing is said. */
  readonly signIn?: SignInConfig;
  /** One that ends with the process if nothing is said. */
  readonly keyEncryption?: KeyEncryption;
}

@Module({})
export class AppModule {
  static of({ source, clock, trusted, journalHash = 'sha256', limits = NO_LIMITS, links = LINKS, signIn = SIGN_IN, keyEncryption = KeyEncryption.inMemory() }: Parts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(source, clock, { journalHash, limits, keyEncryption }), ParksModule, EnterprisesModule, CadresModule, AssignmentsModule, VisitsModule, GuideModule, TicketsModule, LinksModule.of(links), SupervisionModule,
        IntegrityModule.of(journalHash), IdentityModule.of(trusted, signIn, keyEncryption), PrivacyModule, FieldModule, PortalModule,
      ],
    };
  }
}
