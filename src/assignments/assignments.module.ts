import { Module } from '@nestjs/common';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { ParksModule } from '../parks/parks.module';
import { AssignmentsController, LapsesController } from './assignments.controller';
import { AssignmentsService } from './assignments.service';
import { AssignmentsStore } from './assignments.store';
import { DueListService } from './due-list.service';
import { DueListStore } from './due-list.store';
import { DutiesService } from './duties.service';
import { DutiesStore } from './duties.store';
import { DutiesSweep } from './duties.sweep';

@Module({
  imports: [ParksModule, EnterprisesModule, CadresModule],
  controllers: [AssignmentsController, LapsesController],
  providers: [AssignmentsStore, AssignmentsService, DutiesStore, DutiesService, DutiesSweep, DueListStore, DueListService],
  exports: [AssignmentsService, DutiesService, DueListService],
})
export class AssignmentsModule {}
