import { type DynamicModule, Module } from '@nestjs/common';
import { ParksModule } from '../../parks/parks.module';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/db/database';
import { KeyEncryption } from '../../platform/key-encryption';
import { AccountDirectory } from '../account-directory';
import type { SecondFactor } from '../domain/second-factor';
import { AccountRecord } from './account-record';
import { AccountSessionsController } from './account-sessions.controller';
import { AccountSessions } from './account-sessions.service';
import { AccountSessionsStore } from './account-sessions.store';
import { AccountsDirectory } from './accounts-directory';
import { AccountsController } from './accounts.controller';
import { AccountsService } from './accounts.service';
import { AccountsStore } from './accounts.store';
import { Argon2Hasher, PasswordHasher } from './password-hasher';
import { SignIn } from './sign-in.service';

@Module({})
export class AccountsModule {
  static of(keys: KeyEncryption, secondFactor: SecondFactor): DynamicModule {
    return {
      module: AccountsModule,
      imports: [ParksModule],
      controllers: [AccountsController, AccountSessionsController],
      providers: [
        { provide: KeyEncryption, useValue: keys }, { provide: PasswordHasher, useClass: Argon2Hasher }, AccountsStore, AccountSessionsStore, AccountRecord, AccountsService, AccountSessions,
        { provide: AccountDirectory, useClass: AccountsDirectory },
        {
          provide: SignIn, inject: [AccountsStore, AccountRecord, PasswordHasher, Database, Clock],
          useFactory: (store: AccountsStore, record: AccountRecord, hasher: PasswordHasher, database: Database, clock: Clock) => new SignIn(store, record, hasher, database, clock, keys, secondFactor),
        },
      ],
      exports: [KeyEncryption, SignIn, AccountRecord, AccountDirectory, AccountsStore],
    };
  }
}
