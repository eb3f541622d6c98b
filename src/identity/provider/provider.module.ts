import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import type { SignInConfig } from '../../platform/config';
import { Database } from '../../platform/db/database';
import { Signals } from '../../platform/db/signals';
import type { KeyEncryption } from '../../platform/key-encryption';
import { AccountRecord } from '../accounts/account-record';
import { AccountsModule } from '../accounts/accounts.module';
import { AccountsStore } from '../accounts/accounts.store';
import { SignIn } from '../accounts/sign-in.service';
import { ClientDirectory } from '../client-directory';
import { ClientsModule } from '../clients/clients.module';
import { OwnIssuer } from '../own-issuer';
import { OidcStore } from './oidc.store';
import { OidcSweep } from './oidc.sweep';
import { ProviderService } from './provider.service';
import { SignInController } from './sign-in.controller';
import { SigningKeys } from './signing-keys.service';

@Module({})
export class ProviderModule {
  static of(config: SignInConfig, sealing: KeyEncryption): DynamicModule {
    const accounts = AccountsModule.of(sealing, config.secondFactor);
    return {
      module: ProviderModule,
      imports: [accounts, ClientsModule],
      controllers: [SignInController],
      providers: [
        OidcStore, OidcSweep,
        {
          provide: SigningKeys, inject: [OidcStore, Clock, Signals],
          useFactory: (store: OidcStore, clock: Clock, signals: Signals) => new SigningKeys(store, sealing, clock, signals, config.publicUrl, config.audience),
        },
        { provide: OwnIssuer, useExisting: SigningKeys },
        {
          provide: ProviderService, inject: [SigningKeys, OidcStore, AccountsStore, AccountRecord, ClientDirectory, Database, Clock, SignIn],
          useFactory: (keys: SigningKeys, store: OidcStore, accountsStore: AccountsStore, record: AccountRecord, clients: ClientDirectory, database: Database, clock: Clock, signIn: SignIn) =>
            new ProviderService(config, keys, store, accountsStore, record, clients, database, clock, sealing, signIn),
        },
      ],
      // The accounts' module with it: who resolves a token asks both.
      exports: [OwnIssuer, ProviderService, accounts],
    };
  }
}
