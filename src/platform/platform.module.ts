import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from './clock';
import { Database } from './db/database';
import { Signals } from './db/signals';
import { Draining } from './draining';
import { HealthController } from './health.controller';
import { Jobs } from './jobs/jobs';
import { AccessLog } from './journal/access-log';
import { Journal } from './journal/journal';

/** What every feature stands on: database, journal, jobs, clock. */
@Global()
@Module({})
export class PlatformModule {
  static of(source: DataSource, clock: Clock): DynamicModule {
    return {
      module: PlatformModule,
      controllers: [HealthController],
      providers: [{ provide: DataSource, useValue: source }, { provide: Clock, useValue: clock }, Database, Signals, Journal, AccessLog, Jobs, Draining],
      exports: [Clock, Database, Signals, Journal, AccessLog, Jobs, Draining],
    };
  }
}
