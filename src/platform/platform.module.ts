import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { Clock } from './clock';
import { Database } from './db/database';
import { InstallationKeys } from './db/installation-keys';
import { Signals } from './db/signals';
import { HealthController } from './health.controller';
import { CursorsInterceptor } from './http/cursors.interceptor';
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
      providers: [
        { provide: DataSource, useValue: source }, { provide: Clock, useValue: clock }, Database, Signals, InstallationKeys, Journal, AccessLog, Jobs,
        { provide: APP_INTERCEPTOR, useClass: CursorsInterceptor },
      ],
      exports: [Clock, Database, Signals, Journal, AccessLog, Jobs],
    };
  }
}
