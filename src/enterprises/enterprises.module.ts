import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { EnterpriseStatusSweep } from './enterprise-status.sweep';
import { EnterprisesController } from './enterprises.controller';
import { EnterprisesService } from './enterprises.service';
import { EnterprisesStore } from './enterprises.store';

@Module({
  imports: [ParksModule],
  controllers: [EnterprisesController],
  providers: [EnterprisesStore, EnterprisesService, EnterpriseStatusSweep],
  exports: [EnterprisesService],
})
export class EnterprisesModule {}
