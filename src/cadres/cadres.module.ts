import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { CadresController, LeavesController } from './cadres.controller';
import { CadresService } from './cadres.service';
import { CadresStore } from './cadres.store';
import { LeavesService } from './leaves.service';

@Module({
  imports: [ParksModule],
  controllers: [CadresController, LeavesController],
  providers: [CadresStore, CadresService, LeavesService],
  exports: [CadresService],
})
export class CadresModule {}
