import { type DynamicModule, Module } from '@nestjs/common';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { ParksModule } from '../parks/parks.module';
import { Database } from '../platform/db/database';
import type { HashAlgorithm } from '../platform/journal/chain';
import { ConflictsController } from './conflicts.controller';
import { ConflictsService } from './conflicts.service';
import { ConflictsStore } from './conflicts.store';
import { InspectorsService } from './inspectors.service';
import { InspectorsStore } from './inspectors.store';
import { IntegrityChain } from './integrity-chain.service';
import { IntegrityChainStore } from './integrity-chain.store';
import { ReceiptsController } from './receipts.controller';
import { ReceiptsService } from './receipts.service';
import { RecusalsService } from './recusals.service';
import { RecusedService } from './recused.service';
import { RecusedStore } from './recused.store';
import { ReportsController } from './reports.controller';
import { ReportsService } from './reports.service';
import { ReportsStore } from './reports.store';

@Module({})
export class IntegrityModule {
  /** `hash` is what entries are sealed with from now on. */
  static of(hash: HashAlgorithm): DynamicModule {
    return {
      module: IntegrityModule,
      imports: [ParksModule, EnterprisesModule, CadresModule],
      controllers: [ReceiptsController, ReportsController, ConflictsController],
      providers: [
        { provide: IntegrityChainStore, inject: [Database], useFactory: (database: Database) => new IntegrityChainStore(database, hash) }, IntegrityChain, ReportsStore, ReportsService, ReceiptsService, ConflictsStore,
        ConflictsService, RecusalsService, RecusedStore, RecusedService, InspectorsStore, InspectorsService,
      ],
    };
  }
}
