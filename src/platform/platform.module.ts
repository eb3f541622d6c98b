import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from './clock';
import { Database } from './db/database';
import { InstallationKeys } from './db/installation-keys';
import { Signals } from './db/signals';
import { Draining } from './draining';
import { HealthController } from './health.controller';
import { Cursors } from './http/cursors';
import { KeptAnswersStore } from './http/idempotency/kept-answers.store';
import { KeptAnswersSweep } from './http/idempotency/kept-answers.sweep';
import { type Limits, RateLimits } from './http/limits/rate-limits';
import { RateWindowsStore } from './http/limits/rate-windows.store';
import { RateWindowsSweep } from './http/limits/rate-windows.sweep';
import { Jobs } from './jobs/jobs';
import { Rounds } from './jobs/rounds';
import { AccessLog } from './journal/access-log';
import type { HashAlgorithm } from './journal/chain';
import { Journal } from './journal/journal';
import { Sealer } from './journal/sealer';
import { Verification } from './journal/verification';
import type { KeyEncryption } from './key-encryption';

/** What every feature stands on: database, journal, jobs, clock. */
@Global()
@Module({})
export class PlatformModule {
  static of(source: DataSource, clock: Clock, { journalHash, limits, keyEncryption }: { readonly journalHash: HashAlgorithm; readonly limits: Limits; readonly keyEncryption: KeyEncryption }): DynamicModule {
    return {
      module: PlatformModule,
      controllers: [HealthController],
      providers: [
        { provide: DataSource, useValue: source }, { provide: Clock, useValue: clock }, Database, Signals, InstallationKeys, Cursors, Journal, AccessLog, Jobs, Rounds, Draining, Verification, KeptAnswersStore, KeptAnswersSweep,
        { provide: RateWindowsStore, useFactory: () => new RateWindowsStore(source, keyEncryption.derive('rate windows'), limits.patienceMs) }, RateWindowsSweep, { provide: RateLimits, inject: [RateWindowsStore], useFactory: (store: RateWindowsStore) => new RateLimits(store, clock, limits) },
        {
          provide: Sealer, inject: [Database, Journal, Signals],
          useFactory: (database: Database, journal: Journal, signals: Signals) => new Sealer(source, database, clock, journal, signals, journalHash),
        },
      ],
      exports: [Clock, Cursors, Database, Signals, InstallationKeys, Journal, AccessLog, Jobs, Rounds, Draining, Sealer, Verification, KeptAnswersStore, RateLimits],
    };
  }
}
