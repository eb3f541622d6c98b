import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { CadresController } from './cadres.controller';
import { CadresService } from './cadres.service';
import { CadresStore } from './cadres.store';
import { LeavesController } from './leaves.controller';
import { LeavesService } from './leaves.service';
import { LeavesStore } from './leaves.store';

@Module({
  imports: [ParksModule],
  controllers: [CadresController, LeavesController],
  providers: [CadresStore, CadresService, LeavesStore, LeavesService],
  exports: [CadresService],
})
export class CadresModule {}
