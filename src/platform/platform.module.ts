import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from './clock';
import { Database } from './db/database';
import { Signals } from './db/signals';
import { HealthController } from './health.controller';
import { Jobs } from './jobs/jobs';
import { AccessLog } from './journal/access-log';
import type { HashAlgorithm } from './journal/chain';
import { Journal } from './journal/journal';
import { Sealer } from './journal/sealer';
import { Verification } from './journal/verification';

/** What every feature stands on: database, journal, jobs, clock. */
@Global()
@Module({})
export class PlatformModule {
  static of(source: DataSource, clock: Clock, journalHash: HashAlgorithm): DynamicModule {
    return {
      module: PlatformModule,
      controllers: [HealthController],
      providers: [
        { provide: DataSource, useValue: source }, { provide: Clock, useValue: clock }, Database, Signals, Journal, AccessLog, Jobs, Verification,
        {
          provide: Sealer, inject: [Database, Journal, Signals],
          useFactory: (database: Database, journal: Journal, signals: Signals) => new Sealer(source, database, clock, journal, signals, journalHash),
        },
      ],
      exports: [Clock, Database, Signals, Journal, AccessLog, Jobs, Sealer, Verification],
    };
  }
}
